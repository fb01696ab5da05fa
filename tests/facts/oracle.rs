//! Exposure and egress against a naive model: small networks, every packet tried.

use std::net::Ipv4Addr;

use archlint::facts::view::View;
use archlint::model::cond::World;
use archlint::model::read::Read;
use proptest::prelude::*;

use crate::support::{graph, say};

/// An entry of a network ACL: allow, CIDR block, ports.
type Entry = (bool, &'static str, (i64, i64));

const BLOCKS: [&str; 6] =
    ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "8.8.8.0/24", "10.0.0.0/8", "192.0.0.0/6"];
const PORTS: [(i64, i64); 6] = [(0, 65535), (3306, 3306), (80, 80), (1024, 65535), (32768, 60999), (0, 1023)];

/// Addresses and ports that between them meet every block and range above and none.
const PACKETS: [[u8; 4]; 6] =
    [[1, 1, 1, 1], [8, 8, 8, 8], [10, 0, 0, 1], [130, 1, 1, 1], [193, 1, 1, 1], [126, 0, 0, 1]];
const ANSWERS: [i64; 6] = [1024, 3306, 3307, 32768, 60999, 65535];

fn within(ip: Ipv4Addr, block: &str) -> bool {
    let (net, len) = block.split_once('/').unwrap();
    let net: u32 = net.parse::<Ipv4Addr>().unwrap().into();
    let len: u32 = len.parse().unwrap();
    len == 0 || (u32::from(ip) ^ net) >> (32 - len) == 0
}

/// First match decides; an allow for a block of /8 or narrower is a named source, not the internet.
fn passes(entries: &[Entry], ip: Ipv4Addr, port: i64) -> bool {
    for (allow, block, (from, to)) in entries {
        if within(ip, block) && (*from..=*to).contains(&port) {
            let len: u32 = block.split_once('/').unwrap().1.parse().unwrap();
            return *allow && len < 8;
        }
    }
    false
}

fn naive(acl: &Option<(Vec<Entry>, Vec<Entry>)>) -> bool {
    let Some((ingress, egress)) = acl else { return true };
    PACKETS
        .iter()
        .map(|ip| Ipv4Addr::from(*ip))
        .filter(|ip| !ip.is_private())
        .any(|ip| passes(ingress, ip, 3306) && ANSWERS.iter().any(|port| passes(egress, ip, *port)))
}

fn spell(entries: &[Entry], unknown: Option<usize>) -> String {
    let one = |(i, (allow, block, (from, to))): (usize, &Entry)| {
        let action = if *allow { "allow" } else { "deny" };
        let cidr = if unknown == Some(i) { "'?'".to_owned() } else { format!("['{block}']") };
        format!(
            "{{ number: {}, action: {action}, protocol: tcp, from_port: {from}, to_port: {to}, cidr: {cidr} }}",
            100 + i
        )
    };
    entries.iter().enumerate().map(one).collect::<Vec<_>>().join(", ")
}

struct Net {
    route: &'static str,
    public: bool,
    admits: Vec<&'static str>,
    acl: Option<(Vec<Entry>, Vec<Entry>)>,
}

impl Net {
    /// The answer for the database; `unknown`: whose CIDR block of the ingress entries is not known.
    fn exposed(&self, unknown: Option<usize>) -> String {
        let admits: Vec<String> = self.admits.iter().map(|c| format!("'{c}'")).collect();
        let acl = self.acl.as_ref().map_or_else(String::new, |(ingress, egress)| {
            format!(
                "acl: {{ kind: network_acl, vpc: v, ingress_entries: [{}], egress_entries: [{}] }}\n",
                spell(ingress, unknown),
                spell(egress, None)
            )
        });
        let with_acl = if self.acl.is_some() { ", network_acl: acl" } else { "" };
        let text = format!(
            "v: {{ kind: vpc }}
igw: {{ kind: internet_gateway, vpc: v }}
ngw: {{ kind: nat_gateway }}
t: {{ kind: route_table, vpc: v, routes: [{}] }}
s: {{ kind: subnet, vpc: v, route_table: t{with_acl} }}
{acl}g: {{ kind: db_subnet_group, subnets: [s] }}
sg: {{ kind: security_group, vpc: v, ingress: [{{ protocol: tcp, from_port: 3306, to_port: 3306, cidrs: [{}] }}] }}
db: {{ kind: db_instance, engine: mysql, publicly_accessible: {}, subnet_group: g, security_groups: [sg] }}
",
            self.route,
            admits.join(", "),
            self.public
        );
        let graph = graph(&text);
        let view = View::new(&graph, World::default());
        say(&graph, &view.named(graph.find("db").unwrap(), "exposed").unwrap())
    }

    fn naive(&self) -> bool {
        let all = |half: &str| self.admits.contains(&half) || self.admits.contains(&"0.0.0.0/0");
        let open = all("0.0.0.0/1") && all("128.0.0.0/1");
        self.public && self.route.contains("igw") && open && naive(&self.acl)
    }
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let entry = (any::<bool>(), prop::sample::select(&BLOCKS[..]), prop::sample::select(&PORTS[..]));
    prop::collection::vec(entry, 0..5)
}

fn nets() -> impl Strategy<Value = Net> {
    let routes = [
        "{ destination: [0.0.0.0/0], internet_gateway: igw }",
        "{ destination: [0.0.0.0/0], internet_gateway: igw }",
        "{ destination: [0.0.0.0/0], nat_gateway: ngw }",
        "",
    ];
    let admits = prop::sample::select(vec![
        vec!["0.0.0.0/0"],
        vec!["0.0.0.0/0"],
        vec!["0.0.0.0/1", "128.0.0.0/1"],
        vec!["0.0.0.0/1"],
        vec!["10.0.0.0/8"],
    ]);
    let acl = prop::option::weighted(0.9, (entries(), entries()));
    (prop::sample::select(routes.to_vec()), prop::bool::weighted(0.9), admits, acl)
        .prop_map(|(route, public, admits, acl)| Net { route, public, admits, acl })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn exposure_is_what_some_packet_shows(net in nets().prop_map(std::sync::Arc::new)) {
        prop_assert_eq!(net.exposed(None), net.naive().to_string());
    }

    #[test]
    fn a_block_that_is_not_known_leaves_the_answer_or_makes_it_unknown(net in nets().prop_map(std::sync::Arc::new), at in 0usize..4) {
        let said = net.exposed(Some(at));
        prop_assert!(said == "?" || said == net.naive().to_string(), "{}", said);
    }
}

impl std::fmt::Debug for Net {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} public={} {:?} {:?}", self.route, self.public, self.admits, self.acl)
    }
}

/// Every pair of routes: destination and target.
#[test]
fn egress_is_where_a_packet_goes() {
    let destinations = ["0.0.0.0/0", "10.0.0.0/8", "::/0"];
    let targets = [
        ("internet_gateway: igw", "internet"),
        ("nat_gateway: ngw", "nat"),
        ("transit_gateway: tgw", "other"),
        ("instance: box", "nat"),
    ];
    let all: Vec<(&str, &str, &str)> =
        destinations.iter().flat_map(|d| targets.iter().map(move |(t, way)| (*d, *t, *way))).collect();
    for first in &all {
        for second in &all {
            // a table has one route for a destination
            if first.0 == second.0 {
                continue;
            }
            let routes: Vec<String> =
                [first, second].iter().map(|(d, t, _)| format!("{{ destination: ['{d}'], {t} }}")).collect();
            let way = |to: &str| [first, second].iter().find(|(d, ..)| *d == to).map(|(.., way)| *way);
            let egress = way("0.0.0.0/0").or(way("::/0")).unwrap_or("none");
            let public = way("0.0.0.0/0") == Some("internet") || way("::/0") == Some("internet");
            let isolated = egress == "none";
            super::check(
                &format!(
                    "v: {{ kind: vpc }}
igw: {{ kind: internet_gateway, vpc: v }}
ngw: {{ kind: nat_gateway }}
box: {{ kind: instance }}
t: {{ kind: route_table, vpc: v, routes: [{}] }}
s: {{ kind: subnet, vpc: v, route_table: t }}",
                    routes.join(", ")
                ),
                &format!("s.egress = {egress}\n s.public = {public}\n s.isolated = {isolated}"),
            );
        }
    }
}
