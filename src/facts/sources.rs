//! Who is let in: sources that security groups admit beyond those that the reference names.

use super::Derived;
use super::exposure::{admitted, default_group, group_of, groups_of};
use super::groups::{self, ADMIN_PORTS, Admits, Source};
use super::items::{Entry, Found, Items, Known, Proof};
use super::view::View;
use crate::model::read::Answer;
use crate::model::truth::Truth;
use crate::model::value::{ResId, Val};

pub(super) const FACTS: &[Derived] = &[
    Derived::new(
        "open_to",
        &["data_store"],
        "texts",
        "sources admitted to its port that are not compute, an admin path, a proxy, itself or a replica",
        open_to,
    ),
    Derived::new(
        "foreign_sources",
        &["server"],
        "texts",
        "sources admitted that are not its load balancers, an admin path or itself",
        foreign_sources,
    ),
    Derived::new(
        "effective_security_groups",
        &["server"],
        "refs security_group",
        "its own security groups, else those of its launch template",
        effective_security_groups,
    ),
    Derived::new(
        "public_ip_effective",
        &["server"],
        "bool",
        "it gets a public IPv4 address: Elastic IP, own flag, launch template, else the subnet's setting",
        public_ip_effective,
    ),
];

/// Whether a group holds something of which `is` says so. Launch templates count for what they launch.
fn holds(v: &View<'_>, group: ResId, is: impl Fn(ResId) -> Truth) -> Truth {
    v.holders(group, &[]).any(|h| is(*h))
}

/// Admin paths: a bastion, EC2 Instance Connect Endpoint, client VPN.
fn admin(v: &View<'_>, member: ResId) -> Truth {
    match v.kind_name(member) {
        "instance_connect_endpoint" | "client_vpn_endpoint" => Truth::True,
        "instance" => v.flag(member, "is_bastion"),
        _ => Truth::False,
    }
}

fn open_to(v: &View<'_>, store: ResId) -> Known<Answer> {
    let port = v.int(store, "effective_port")?.unwrap_or_default();
    let own = groups_of(v, store);
    let mut found = Found::default();
    found.maybe_more(own.more.as_ref());
    for (group, admits) in admitted(v, &own, &groups::tcp(port)) {
        let welcome = |source: ResId| {
            if own.items.iter().any(|g| g.val == source) {
                return Truth::True;
            }
            holds(v, source, |member| {
                let kind = v.kind_name(member);
                let fits = v.plays(member, "compute") || v.plays(member, "machine") || kind == "db_proxy";
                Truth::from(fits || v.plays(member, "database") && v.plays(store, "database"))
                    .or(|| admin(v, member))
            })
        };
        foreign(v, group, &admits, &mut found, &port.to_string(), &welcome, &|_| Truth::False);
    }
    found.answer()
}

/// Adds the sources that are not welcome.
fn foreign(
    v: &View<'_>,
    group: ResId,
    admits: &Admits,
    found: &mut Found,
    what: &str,
    welcome_group: &dyn Fn(ResId) -> Truth,
    welcome_other: &dyn Fn(&Source) -> Truth,
) {
    found.maybe_more(admits.more.as_ref());
    for a in &admits.sources {
        let welcome = match group_of(&a.source) {
            Some(source) => welcome_group(source),
            None => welcome_other(&a.source),
        };
        let said = format!("{} ({})", a.said, v.address(group));
        let via = format!("admits {what} from {}", a.said);
        let step = v.step_at(group, via, a.place);
        found.add(&a.sure.clone().and(|| !welcome), Val::text(said), vec![step]);
    }
}

fn foreign_sources(v: &View<'_>, server: ResId) -> Known<Answer> {
    let own = v.refs(server, "effective_security_groups");
    let balancers = v.refs(server, "load_balancers");
    let fronts = balancers.flat_map(|lb| v.refs(*lb, "security_groups"));
    let mut found = Found::default();
    found.maybe_more(own.more.as_ref());
    // a Network Load Balancer without groups hands on its clients' addresses
    let passes =
        balancers.any(|lb| v.says(*lb, "type_of", "network").and(|| !v.refs(*lb, "security_groups").some()));
    for (group, admits) in admitted(v, &own, &|v, rule| groups::any_port(v, rule)) {
        let only_admin = admits_only_admin(v, group);
        let welcome = |source: ResId| {
            let own = own.items.iter().any(|g| g.val == source);
            Truth::from(own)
                .or(|| fronts.any(|front| (*front == source).into()))
                .or(|| holds(v, source, |member| admin(v, member)))
        };
        let other = |source: &Source| {
            let private = match source {
                Source::Net(net) => is_private(net) && only_admin.contains(net),
                _ => false,
            };
            Truth::from(private).or(|| passes.clone())
        };
        foreign(v, group, &admits, &mut found, "traffic", &welcome, &other);
    }
    found.answer()
}

/// Private ranges that a group admits to ports of administration alone: operations over a VPN.
fn admits_only_admin(v: &View<'_>, group: ResId) -> Vec<ipnet::IpNet> {
    let admin = groups::admits(v, group, |v, rule| {
        let (from, to) = (v.int(rule, "from_port"), v.int(rule, "to_port"));
        let one = matches!((&from, &to), (Ok(Some(a)), Ok(Some(b))) if a == b && ADMIN_PORTS.contains(a));
        one.into()
    });
    admin.sources.iter().filter(|a| a.sure.is_true()).filter_map(groups::Admitted::net).collect()
}

fn is_private(net: &ipnet::IpNet) -> bool {
    super::net::PRIVATE.iter().any(|p| p.contains(net))
}

fn effective_security_groups(v: &View<'_>, server: ResId) -> Known<Answer> {
    let mut found = Found::default();
    let mut lists: Vec<(Items<ResId>, &str)> = Vec::new();
    if v.has(server, "security_groups") {
        lists.push((v.refs(server, "security_groups"), "own security group"));
    }
    let own = lists.first().is_some_and(|(l, _)| !l.items.is_empty() || l.more.is_some());
    if !own {
        for attr in ["launch_template", "launch_configuration"].into_iter().filter(|a| v.has(server, a)) {
            match v.refer(server, attr) {
                Ok(Some(template)) => {
                    lists
                        .push((v.refs(template, "security_groups"), "security group of the launch template"));
                }
                Ok(None) => {}
                Err(why) => found.more(&why),
            }
        }
    }
    let mut any = false;
    for (list, via) in &lists {
        found.maybe_more(list.more.as_ref());
        for Entry { val, present, .. } in &list.items {
            any = true;
            found.add(present, Val::Res(*val), vec![v.step(*val, *via)]);
        }
    }
    if !any {
        found.more(&default_group(v, server));
    }
    found.answer()
}

fn public_ip_effective(v: &View<'_>, server: ResId) -> Known<Answer> {
    let say =
        |res: ResId, attr: &str, said: &str| vec![v.step_at(res, said.to_owned(), v.place_of(res, attr))];
    if v.is(server, "ecs_service") {
        let flag = v.flag(server, "assign_public_ip");
        let said = if flag.is_true() { "assigns public addresses" } else { "assigns no public address" };
        return Proof::new(flag, say(server, "assign_public_ip", said)).answer();
    }
    let mut proof = Proof::from(false);
    if v.has(server, "elastic_ips") {
        proof = v.refs(server, "elastic_ips").prove_any(|ip| {
            Proof::new(true, vec![v.step(ip.val, "Elastic IP"), v.step(server, "public address")])
        });
        if proof.truth.is_true() {
            return proof.answer();
        }
    }
    let stated: Vec<ResId> = if v.has(server, "public_ip") { vec![server] } else { Vec::new() };
    for owner in stated.into_iter().map(Ok).chain(templates(v, server)) {
        let owner = owner?;
        match v.val(owner, "public_ip") {
            Val::Absent => {}
            Val::Bool(public) => {
                let said =
                    if public { "associates a public address" } else { "associates no public address" };
                return proof.or(|| Proof::new(public, say(owner, "public_ip", said))).answer();
            }
            Val::Unknown(why) => return proof.or(|| Truth::Unknown(why).into()).answer(),
            _ => {}
        }
    }
    let subnets = v.refs(server, "effective_subnets");
    let by_subnet = subnets.prove_any(|subnet| {
        let flag = v.flag(subnet.val, "maps_public_ip");
        let said =
            if flag.is_true() { "subnet maps public addresses" } else { "subnet maps no public address" };
        Proof::new(flag, say(subnet.val, "maps_public_ip", said))
    });
    proof.or(|| by_subnet).answer()
}

/// The launch template or configuration of a server.
pub(super) fn templates(v: &View<'_>, server: ResId) -> Vec<Known<ResId>> {
    let attrs = ["launch_template", "launch_configuration"].into_iter().filter(|a| v.has(server, a));
    attrs.filter_map(|a| v.refer(server, a).transpose()).collect()
}
