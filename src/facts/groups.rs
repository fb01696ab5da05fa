//! What security groups admit: sources per rule, ports, prefix lists, "anywhere".
//!
//! Judges the rules of one group; who stands in the group is for [`super::exposure`].

use std::sync::Arc;

use ipnet::IpNet;

use super::Derived;
use super::items::{Entry, Found, Items, Known, Proof, join};
use super::net::{self, Family, LAST_PORT};
use super::view::View;
use crate::base::text::{Place, Text};
use crate::model::read::{Answer, Step};
use crate::model::truth::Truth;
use crate::model::value::{Record, ResId, Val};
use crate::model::why::{Cause, Reasons};

pub(super) const FACTS: &[Derived] = &[
    Derived::new(
        "open_admin_ports",
        &["security_group"],
        "ints",
        "of 22, 3389, 5985 and 5986, the ports admitted from anywhere",
        |v, group| open_ports(v, group, ADMIN_PORTS),
    ),
    Derived::new(
        "open_database_ports",
        &["security_group"],
        "ints",
        "database and cache ports admitted from anywhere",
        |v, group| open_ports(v, group, DATABASE_PORTS),
    ),
    Derived::new(
        "all_open",
        &["security_group"],
        "bool",
        "every port of TCP or UDP, or every protocol, is admitted from anywhere",
        all_open,
    ),
];

/// Ports by which machines are administered.
pub(super) const ADMIN_PORTS: &[i64] = &[22, 3389, 5985, 5986];

/// Ports of databases and caches.
const DATABASE_PORTS: &[i64] =
    &[1433, 1434, 1521, 2484, 3306, 5432, 5439, 6379, 7000, 7001, 8111, 9042, 9200, 11211, 27017, 33060];

/// CloudFront's origin-facing prefix list, whose id is the same in every account of a region.
const CLOUDFRONT_LISTS: &[&str] = &[
    "pl-3b927c52",
    "pl-b6a144df",
    "pl-4ea04527",
    "pl-82a045eb",
    "pl-58a04531",
    "pl-22a6434b",
    "pl-31a14458",
    "pl-9aa247f3",
    "pl-31a34658",
    "pl-b8a742d1",
    "pl-38a64351",
    "pl-a3a144ca",
    "pl-fab65393",
    "pl-4fa04526",
    "pl-93a247fa",
    "pl-75b1541c",
    "pl-5da64334",
];

/// A source that a rule admits.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// Addresses.
    Net(IpNet),
    /// The members of a group.
    Group(ResId),
    /// CloudFront's edge, and nobody else.
    CloudFront,
    /// The list of an AWS service, which is not anywhere.
    Service,
}

/// A source with whether the rule really admits it.
#[derive(Clone, Debug)]
pub(super) struct Admitted {
    pub source: Source,
    pub sure: Truth,
    pub said: Text,
    pub place: Option<Place>,
}

/// What a group admits, and why it may admit more.
#[derive(Debug, Default)]
pub(super) struct Admits {
    pub sources: Vec<Admitted>,
    pub more: Option<Reasons>,
}

type Rule = Arc<Record>;

fn every_protocol(protocol: &str) -> bool {
    protocol.eq_ignore_ascii_case("all") || protocol == "-1"
}

/// Whether a rule holds for a protocol among `names` and satisfies `ports` (first, last).
fn matches(v: &View<'_>, rule: &Rule, names: &[&str], ports: impl Fn(i64, i64) -> bool) -> Truth {
    let protocol = match v.text(rule, "protocol") {
        Ok(Some(p)) => p,
        Ok(None) => "all".into(),
        Err(why) => return Truth::Unknown(why),
    };
    if every_protocol(&protocol) {
        return Truth::True;
    }
    if !names.iter().any(|n| protocol.eq_ignore_ascii_case(n)) {
        return Truth::False;
    }
    let (from, to) = match (v.int(rule, "from_port"), v.int(rule, "to_port")) {
        (Ok(from), Ok(to)) => (from.unwrap_or(0), to.or(from).unwrap_or(LAST_PORT)),
        // a range of which one end is known may still be out of the question
        (Err(why), Ok(Some(to))) if ports(0, to) => return Truth::Unknown(why),
        (Ok(Some(from)), Err(why)) if ports(from, LAST_PORT) => return Truth::Unknown(why),
        (Err(_), Ok(Some(_))) | (Ok(Some(_)), Err(_)) => return Truth::False,
        (Err(why), _) | (_, Err(why)) => return Truth::Unknown(why),
    };
    if from == -1 { Truth::from(ports(0, LAST_PORT)) } else { ports(from, to).into() }
}

/// Whether a rule admits a TCP port.
pub(super) fn tcp(port: i64) -> impl Fn(&View<'_>, &Rule) -> Truth {
    move |v, rule| matches(v, rule, &["tcp", "6"], |from, to| from <= port && port <= to)
}

/// Whether a rule admits every port.
fn every_port(v: &View<'_>, rule: &Rule) -> Truth {
    matches(v, rule, &["tcp", "udp", "6", "17"], |from, to| from <= 0 && to >= LAST_PORT)
}

/// Whether a rule admits a port that is not one of administration.
pub(super) fn serving_port(v: &View<'_>, rule: &Rule) -> Truth {
    matches(v, rule, &["tcp", "udp", "6", "17"], |from, to| {
        let admin = ADMIN_PORTS.iter().filter(|p| from <= **p && **p <= to).count();
        usize::try_from(to - from + 1).is_ok_and(|n| n > admin)
    })
}

/// Whether a rule admits anything but ping.
pub(super) fn any_port(v: &View<'_>, rule: &Rule) -> Truth {
    matches(v, rule, &["tcp", "udp", "6", "17"], |_, _| true)
}

/// What a prefix list stands for.
enum ListSays {
    Nets(Items<IpNet>),
    CloudFront,
    Service,
}

fn list_says(v: &View<'_>, list: ResId) -> Known<ListSays> {
    let named = |name: &str| {
        if name.contains("cloudfront.origin-facing") || CLOUDFRONT_LISTS.contains(&name) {
            Some(ListSays::CloudFront)
        } else {
            name.starts_with("com.amazonaws.").then_some(ListSays::Service)
        }
    };
    if let Some(says) = named(&v.address(list)) {
        return Ok(says);
    }
    match v.text(list, "prefix_name") {
        Ok(Some(name)) => {
            if let Some(says) = named(&name) {
                return Ok(says);
            }
        }
        Ok(None) => {}
        Err(why) => return Err(why),
    }
    Ok(ListSays::Nets(nets(v.texts(list, "entries"))))
}

fn nets(texts: Items<Text>) -> Items<IpNet> {
    let mut out = Items { items: Vec::new(), more: texts.more };
    for e in texts.items {
        match net::cidr(&e.val) {
            Some(val) => out.items.push(Entry { val, present: e.present, place: e.place }),
            None => {
                join(&mut out.more, &Reasons::one(e.val.clone(), Cause::Malformed("no CIDR block".into())))
            }
        }
    }
    out
}

/// What the ingress rules of a group admit, of those that `which` selects.
pub(super) fn admits(v: &View<'_>, group: ResId, which: impl Fn(&View<'_>, &Rule) -> Truth) -> Admits {
    let mut out = Admits::default();
    let rules = v.records(group, "ingress");
    out.more = rules.more.clone();
    for rule in &rules.items {
        let sure = rule.present.clone().and(|| which(v, &rule.val));
        if !sure.is_false() {
            admit(v, group, &mut out, rule, &sure);
        }
    }
    out
}

fn admit(v: &View<'_>, group: ResId, out: &mut Admits, rule: &Entry<Rule>, sure: &Truth) {
    let place = rule.place;
    let mut add = |source, sure: Truth, said: Text| out.sources.push(Admitted { source, sure, said, place });
    let mut more: Option<Reasons> = None;
    let cidrs = nets(v.texts(&rule.val, "cidrs"));
    for e in &cidrs.items {
        add(Source::Net(e.val), sure.clone().and(|| e.present.clone()), e.val.to_string().into());
    }
    let groups = v.refs(&rule.val, "groups");
    for e in &groups.items {
        add(Source::Group(e.val), sure.clone().and(|| e.present.clone()), v.address(e.val));
    }
    if v.flag(&rule.val, "self").is_true() {
        add(Source::Group(group), sure.clone(), v.address(group));
    }
    let lists = v.refs(&rule.val, "prefix_lists");
    for e in &lists.items {
        let sure = sure.clone().and(|| e.present.clone());
        let said: Text = format!("prefix list {}", v.address(e.val)).into();
        match list_says(v, e.val) {
            Ok(ListSays::CloudFront) => add(Source::CloudFront, sure, said),
            Ok(ListSays::Service) => add(Source::Service, sure, said),
            Ok(ListSays::Nets(nets)) => {
                for net in &nets.items {
                    let said = format!("{} ({said})", net.val).into();
                    add(Source::Net(net.val), sure.clone().and(|| net.present.clone()), said);
                }
                nets.more.iter().for_each(|why| join(&mut more, why));
            }
            Err(why) => join(&mut more, &why),
        }
    }
    for why in [cidrs.more, groups.more, lists.more].iter().flatten() {
        join(&mut more, why);
    }
    if let Some(why) = more {
        join(&mut out.more, &why);
    }
}

impl Admits {
    /// Whether every address of a family is admitted, with the rules that do it.
    pub(super) fn everything(&self, family: Family) -> Truth {
        let all = |possible: bool| -> Vec<IpNet> {
            let sure = |a: &&Admitted| possible || a.sure.is_true();
            self.sources.iter().filter(sure).filter_map(Admitted::net).collect()
        };
        if net::everything(&all(false), family) {
            return Truth::True;
        }
        let mut open = self.more.clone();
        if net::everything(&all(true), family) {
            for a in &self.sources {
                if let (Truth::Unknown(why), Some(_)) = (&a.sure, a.net()) {
                    join(&mut open, why);
                }
            }
        }
        open.map_or(Truth::False, Truth::Unknown)
    }

    /// Whether every address of IPv4 or IPv6 is admitted.
    pub(super) fn anywhere(&self) -> Truth {
        self.everything(Family::V4).or(|| self.everything(Family::V6))
    }

    /// The step that shows the widest source of a family admitted.
    pub(super) fn step(&self, v: &View<'_>, group: ResId, what: &str, family: Family) -> Step {
        let of_family = |a: &&Admitted| a.net().is_some_and(|n| net::family(&n) == family);
        let sure = self.sources.iter().filter(|a| a.sure.is_true()).filter(of_family);
        let widest = sure.min_by_key(|a| a.net().map_or(u8::MAX, |n| n.prefix_len()));
        match widest {
            Some(a) => v.step_at(group, format!("admits {what} from {}", a.said), a.place),
            None => v.step(group, format!("admits {what} from no address of the internet")),
        }
    }
}

impl Admitted {
    pub(super) fn net(&self) -> Option<IpNet> {
        match self.source {
            Source::Net(net) => Some(net),
            _ => None,
        }
    }
}

fn open_ports(v: &View<'_>, group: ResId, ports: &[i64]) -> Known<Answer> {
    let mut found = Found::default();
    for &port in ports {
        let admits = admits(v, group, tcp(port));
        for family in net::FAMILIES {
            let step = admits.step(v, group, &port.to_string(), family);
            found.add(&admits.everything(family), Val::Int(port), vec![step]);
        }
    }
    found.answer()
}

fn all_open(v: &View<'_>, group: ResId) -> Known<Answer> {
    let admits = admits(v, group, every_port);
    let of =
        |family| Proof::new(admits.everything(family), vec![admits.step(v, group, "every port", family)]);
    of(Family::V4).or(|| of(Family::V6)).answer()
}
