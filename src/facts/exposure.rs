//! Reachability from the internet: internet gateway → route → network ACL → security group → port.
//!
//! False when one link is known to block (the path names it), true when every link is known to admit
//! (the path is the proof), unknown otherwise. IPv4 and IPv6 are followed apart.

use super::Derived;
use super::groups::{self, Admits, Source};
use super::items::{Found, Items, Known, Proof, plain};
use super::net::{self, Family};
use super::view::View;
use super::{acl, routing};
use crate::model::read::{Answer, Step};
use crate::model::truth::Truth;
use crate::model::value::{ResId, Val};
use crate::model::why::{Cause, Reasons};

pub(super) const FACTS: &[Derived] = &[
    Derived::new(
        "effective_port",
        &["data_store"],
        "int",
        "the port: own, that of its cluster or source, or the engine's default",
        effective_port,
    ),
    Derived::new(
        "subnets_of",
        &["data_store"],
        "refs subnet",
        "subnets of its (or its cluster's) subnet group",
        subnets_of,
    ),
    Derived::new("vpc_of", &["data_store"], "ref vpc", "the VPC in which it stands", vpc_of),
    Derived::new(
        "exposed",
        &["data_store"],
        "bool",
        "there is a path from the internet to its port",
        store_exposed,
    ),
    Derived::new("exposed_ports", &["instance"], "ints", "ports reachable from the internet", exposed_ports),
    Derived::new(
        "exposed",
        &["instance"],
        "bool",
        "some port is reachable from the internet",
        instance_exposed,
    ),
    Derived::new(
        "exposed",
        &["security_group"],
        "bool",
        "some member is reachable from the internet through it",
        group_exposed,
    ),
    Derived::new("in_use", &["security_group"], "bool", "attached to anything", in_use),
];

/// Something that may be reached.
pub(super) struct Target {
    /// Where it stands.
    pub subnets: Items<ResId>,
    /// Its security groups.
    pub groups: Items<ResId>,
    /// Whether it has a public IPv4 address.
    pub public_v4: Proof,
    /// Whether it has an IPv6 address.
    pub public_v6: Truth,
}

/// Whether the internet reaches a port of a target.
pub(super) fn reaches(v: &View<'_>, target: &Target, port: i64) -> Proof {
    let of = |family| through(v, target, port, family);
    of(Family::V4).or(|| of(Family::V6))
}

fn through(v: &View<'_>, target: &Target, port: i64, family: Family) -> Proof {
    let address = match family {
        Family::V4 => target.public_v4.clone(),
        Family::V6 => target.public_v6.clone().into(),
    };
    address
        .and(|| {
            target.subnets.prove_any(|subnet| {
                let start = Proof::new(true, vec![internet()]);
                start
                    .and(|| routing::routed(v, subnet.val, family))
                    .and(|| Proof::new(true, vec![v.step(subnet.val, "public subnet")]))
                    .and(|| acl::admits(v, subnet.val, port, family))
            })
        })
        .and(|| {
            target.groups.prove_any(|group| {
                let admits = groups::admits(v, group.val, groups::tcp(port));
                let step = admits.step(v, group.val, &port.to_string(), family);
                Proof::new(admits.everything(family), vec![step])
            })
        })
}

fn internet() -> Step {
    Step { res: None, label: "the internet".into(), via: "where traffic begins".into(), place: None }
}

/// An attribute of a data store or, where it has none, of the cluster of which it is a member or the
/// instance of which it is a replica.
fn own_or_cluster<T>(
    v: &View<'_>,
    store: ResId,
    read: impl Fn(ResId) -> Known<Option<T>>,
) -> Known<Option<T>> {
    let mut at = store;
    // a replica may be that of a replica; more than a few is a circle
    for _ in 0..8 {
        if let Some(own) = read(at)? {
            return Ok(Some(own));
        }
        let mut source = None;
        for attr in ["cluster", "replication_group", "replica_of"].into_iter().filter(|a| v.has(at, a)) {
            source = v.refer(at, attr)?;
            if source.is_some() {
                break;
            }
        }
        let Some(source) = source else { return Ok(None) };
        at = source;
    }
    Ok(None)
}

fn effective_port(v: &View<'_>, store: ResId) -> Known<Answer> {
    let stated = own_or_cluster(v, store, |s| v.int(s, "port"))?;
    if let Some(port) = stated {
        return plain(Val::Int(port));
    }
    if v.is(store, "dax_cluster") {
        return plain(Val::Int(8111));
    }
    let engine = own_or_cluster(v, store, |s| v.text(s, "engine"))?;
    let engine = engine.unwrap_or_else(|| "".into()).to_ascii_lowercase();
    let known = [
        ("aurora-postgresql", 5432),
        ("postgres", 5432),
        ("aurora", 3306),
        ("mysql", 3306),
        ("mariadb", 3306),
        ("oracle", 1521),
        ("custom-oracle", 1521),
        ("sqlserver", 1433),
        ("custom-sqlserver", 1433),
        ("db2", 50000),
        ("memcached", 11211),
        ("redis", 6379),
        ("valkey", 6379),
        ("docdb", 27017),
        ("neptune", 8182),
    ];
    match known.iter().find(|(name, _)| engine.starts_with(name)) {
        Some((_, port)) => plain(Val::Int(*port)),
        None => Err(Reasons::one(format!("{}.port", v.address(store)), Cause::NoValue)),
    }
}

pub(super) fn subnets(v: &View<'_>, store: ResId) -> Items<ResId> {
    match own_or_cluster(v, store, |s| v.refer(s, "subnet_group")) {
        Ok(Some(group)) => v.refs(group, "subnets"),
        Ok(None) => Items::unknown(Reasons::one(
            format!("{}.subnet_group", v.address(store)),
            Cause::Omitted("it stands in the default subnet group, which is not in view".into()),
        )),
        Err(why) => Items::unknown(why),
    }
}

fn subnets_of(v: &View<'_>, store: ResId) -> Known<Answer> {
    let mut found = Found::default();
    let all = subnets(v, store);
    found.maybe_more(all.more.as_ref());
    for e in &all.items {
        found.add(&e.present, Val::Res(e.val), vec![v.step(e.val, "subnet of the subnet group")]);
    }
    found.answer()
}

fn vpc_of(v: &View<'_>, store: ResId) -> Known<Answer> {
    let mut open = None;
    let homes = subnets(v, store).chain(groups_of(v, store));
    for home in &homes.items {
        match v.refer(home.val, "vpc") {
            Ok(Some(vpc)) => {
                return Ok(Answer { val: Val::Res(vpc), path: vec![v.step(home.val, "stands in")] });
            }
            Ok(None) => {}
            Err(why) => super::items::join(&mut open, &why),
        }
    }
    if let Some(why) = &homes.more {
        super::items::join(&mut open, why);
    }
    Err(open.unwrap_or_else(|| Reasons::one(format!("VPC of {}", v.address(store)), Cause::NoValue)))
}

/// The security groups of a data store. Where it names none, the VPC's default group holds it.
pub(super) fn groups_of(v: &View<'_>, store: ResId) -> Items<ResId> {
    let own = v.refs(store, "security_groups");
    if !own.items.is_empty() || own.more.is_some() {
        return own;
    }
    for attr in ["cluster", "replication_group"] {
        if v.has(store, attr) {
            match v.refer(store, attr) {
                Ok(Some(cluster)) => return groups_of(v, cluster),
                Ok(None) => {}
                Err(why) => return Items::unknown(why),
            }
        }
    }
    Items::unknown(default_group(v, store))
}

pub(super) fn default_group(v: &View<'_>, of: ResId) -> Reasons {
    let why = "the VPC's default security group holds it, which is not in view";
    Reasons::one(format!("{}.security_groups", v.address(of)), Cause::Omitted(why.into()))
}

fn store_exposed(v: &View<'_>, store: ResId) -> Known<Answer> {
    if v.is(store, "db_cluster") && v.flag(store, "multi_az_cluster").is_false() {
        // the members of a cluster have the addresses
        return v.refs(store, "members").prove_any(|member| v.prove(member.val, "exposed")).answer();
    }
    let public_v4 = if v.has(store, "publicly_accessible") {
        let flag = v.flag(store, "publicly_accessible");
        let said = if flag.is_true() { "publicly accessible" } else { "not publicly accessible" };
        Proof::new(flag, vec![v.step_at(store, said, v.place_of(store, "publicly_accessible"))])
    } else if v.plays(store, "database") {
        let what = format!("{}.publicly_accessible", v.address(store));
        Truth::Unknown(Reasons::one(what, Cause::NotTold)).into()
    } else {
        true.into()
    };
    let port = match v.int(store, "effective_port") {
        Ok(Some(port)) => port,
        Ok(None) => return plain(Val::Bool(false)),
        // without a public address no port is reachable
        Err(why) if public_v4.truth.is_false() => {
            return public_v4.and(|| Truth::Unknown(why).into()).answer();
        }
        Err(why) => return Err(why),
    };
    // a database in dual-stack mode cannot be public: its IPv6 addresses are reachable from inside only
    let public_v6 = if v.plays(store, "database") { Truth::False } else { Truth::True };
    let target = Target { subnets: subnets(v, store), groups: groups_of(v, store), public_v4, public_v6 };
    let port_step = Proof::new(true, vec![v.step(store, format!("listens on {port}"))]);
    reaches(v, &target, port).and(|| port_step).answer()
}

/// An instance as a target, through some of its groups.
pub(super) fn instance(v: &View<'_>, instance: ResId, groups: Items<ResId>) -> Target {
    let subnets = match v.refer(instance, "subnet") {
        Ok(Some(subnet)) => super::items::one(subnet),
        Ok(None) => Items::unknown(Reasons::one(
            format!("{}.subnet", v.address(instance)),
            Cause::Omitted("it stands in a default subnet, which is not in view".into()),
        )),
        Err(why) => Items::unknown(why),
    };
    let what = format!("IPv6 address of {}", v.address(instance));
    let public_v6 = Truth::Unknown(Reasons::one(what, Cause::NotTold));
    Target { subnets, groups, public_v4: v.prove(instance, "public_ip_effective"), public_v6 }
}

/// Ports worth trying: well-known ones, and those at which some rule of the groups begins or ends.
pub(super) fn candidates(v: &View<'_>, groups: &Items<ResId>) -> Vec<i64> {
    let mut ports = vec![22, 80, 443, 3306, 3389, 5432, 6379, 8080, 8443];
    for group in &groups.items {
        for rule in v.records(group.val, "ingress").items {
            let ends = [v.int(&rule.val, "from_port"), v.int(&rule.val, "to_port")];
            ports.extend(ends.into_iter().filter_map(|p| p.ok().flatten()));
        }
    }
    ports.retain(|p| (1..=net::LAST_PORT).contains(p));
    ports.sort_unstable();
    ports.dedup();
    ports
}

fn exposed_ports(v: &View<'_>, res: ResId) -> Known<Answer> {
    let groups = v.refs(res, "effective_security_groups");
    let ports = candidates(v, &groups);
    let target = instance(v, res, groups);
    let mut found = Found::default();
    for port in ports {
        let proof = reaches(v, &target, port);
        found.add(&proof.truth, Val::Int(port), proof.path);
    }
    found.answer()
}

fn instance_exposed(v: &View<'_>, res: ResId) -> Known<Answer> {
    reached(v, &instance(v, res, v.refs(res, "effective_security_groups"))).answer()
}

/// Whether the internet reaches some port of a target.
fn reached(v: &View<'_>, target: &Target) -> Proof {
    let mut proof = Proof::from(false);
    for port in candidates(v, &target.groups) {
        proof = proof.or(|| reaches(v, target, port));
    }
    if proof.truth.is_false() && target.groups.more.is_some() {
        return reaches(v, target, 80);
    }
    proof
}

/// What holds a group, other than the rules of groups.
fn members(v: &View<'_>, group: ResId) -> Items<ResId> {
    v.holders(group, &[]).keep(|m| (!v.is(*m, "security_group")).into())
}

fn group_exposed(v: &View<'_>, group: ResId) -> Known<Answer> {
    let admits = groups::admits(v, group, groups::any_port);
    let open = Proof::new(admits.anywhere(), vec![admits.step(v, group, "traffic", Family::V4)]);
    if open.truth.is_false() {
        return open.answer();
    }
    members(v, group).prove_any(|m| member_exposed(v, m.val, group, &open)).answer()
}

fn member_exposed(v: &View<'_>, member: ResId, group: ResId, open: &Proof) -> Proof {
    let shown = |fact: &str, said: &str| {
        let place = Proof::new(true, vec![v.step(member, said.to_owned())]);
        v.prove(member, fact).and(|| place)
    };
    let through = || super::items::one(group);
    match v.kind_name(member) {
        "instance" => reached(v, &instance(v, member, through())),
        "load_balancer" => shown("internet_facing", "internet-facing load balancer").and(|| open.clone()),
        "db_instance" | "db_cluster" => shown("exposed", "exposed database").and(|| open.clone()),
        "ecs_service" | "autoscaling_group" => server_exposed(v, member, through()),
        "launch_template" | "launch_configuration" => {
            let mut users = v.refs(member, "autoscaling_groups");
            if v.has(member, "instances") {
                users = users.chain(v.refs(member, "instances"));
            }
            users.prove_any(|user| server_exposed(v, user.val, through()))
        }
        "network_interface" => v.refs(member, "elastic_ips").some().and(|| open.truth.clone()).into(),
        _ => false.into(),
    }
}

fn server_exposed(v: &View<'_>, server: ResId, groups: Items<ResId>) -> Proof {
    let public_v4 = v.prove(server, "public_ip_effective");
    let target =
        Target { subnets: v.refs(server, "effective_subnets"), groups, public_v4, public_v6: Truth::False };
    reached(v, &target)
}

fn in_use(v: &View<'_>, group: ResId) -> Known<Answer> {
    members(v, group).prove_any(|m| Proof::new(true, vec![v.step(m.val, "holds the group")])).answer()
}

/// What the groups of something admit, all together.
pub(super) fn admitted(v: &View<'_>, groups: &Items<ResId>, which: &Picks<'_>) -> Vec<(ResId, Admits)> {
    groups.items.iter().map(|g| (g.val, groups::admits(v, g.val, which))).collect()
}

/// Selects rules of a group.
pub(super) type Picks<'a> = dyn Fn(&View<'_>, &std::sync::Arc<crate::model::value::Record>) -> Truth + 'a;

/// The group that a source names.
pub(super) fn group_of(source: &Source) -> Option<ResId> {
    match source {
        Source::Group(group) => Some(*group),
        _ => None,
    }
}
