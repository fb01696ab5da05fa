//! Where a subnet's traffic goes: effective route table, default route, NAT, gateway endpoints.
//!
//! A subnet whose route table is not in view is unknown, never private.

use std::sync::Arc;

use super::Derived;
use super::items::{Entry, Found, Items, Known, Proof, plain};
use super::net::{self, Family};
use super::view::View;
use crate::base::text::Text;
use crate::model::read::{Answer, Step};
use crate::model::truth::Truth;
use crate::model::value::{Record, ResId, Val};
use crate::model::why::{Cause, Reasons};

pub(super) const FACTS: &[Derived] = &[
    Derived::new(
        "effective_route_table",
        &["subnet"],
        "ref route_table",
        "the route table that decides: the associated one, else the VPC's main table",
        effective_route_table,
    ),
    Derived::new(
        "egress",
        &["subnet"],
        "text",
        "where the default route goes: internet, nat, other, or none",
        egress,
    ),
    Derived::new("public", &["subnet"], "bool", "a default route goes to an internet gateway", public),
    Derived::new("isolated", &["subnet"], "bool", "there is no default route at all", isolated),
    Derived::new(
        "default_route",
        &["subnet"],
        "text",
        "the default route's destination and target, absent where there is none",
        default_route,
    ),
    Derived::new(
        "nat",
        &["subnet"],
        "ref nat",
        "the NAT gateway or instance of the default route, absent where it goes elsewhere",
        nat,
    ),
    Derived::new("nat_zone", &["subnet"], "text", "the zone in which that NAT stands", nat_zone),
    Derived::new(
        "gateway_endpoints",
        &["subnet"],
        "refs vpc_endpoint",
        "gateway endpoints on the effective route table",
        gateway_endpoints,
    ),
    Derived::new(
        "effective_subnets",
        &["route_table"],
        "refs subnet",
        "subnets that this table decides: associated ones and, for a main table, those with none",
        effective_subnets,
    ),
];

/// The record fields that name a route's target, with how to say it.
const TARGETS: &[(&str, &str, &str)] = &[
    ("internet_gateway", "internet", "internet gateway"),
    ("nat_gateway", "nat", "NAT gateway"),
    ("instance", "nat", "NAT instance"),
    ("network_interface", "nat", "network interface of a NAT instance"),
    ("egress_only_gateway", "other", "egress-only internet gateway"),
    ("transit_gateway", "other", "transit gateway"),
    ("vpn_gateway", "other", "virtual private gateway"),
    ("peering", "other", "VPC peering connection"),
    ("vpc_endpoint", "other", "VPC endpoint"),
];

fn effective_route_table(v: &View<'_>, subnet: ResId) -> Known<Answer> {
    if let Some(table) = v.refer(subnet, "route_table")? {
        let place = v.place_of(subnet, "route_table");
        let path = vec![v.step_at(table, "associated route table", place)];
        return Ok(Answer { val: Val::Res(table), path });
    }
    let Some(vpc) = v.refer(subnet, "vpc")? else {
        return Err(Reasons::one(format!("{}.vpc", v.address(subnet)), Cause::NoValue));
    };
    let tables = v.refs(vpc, "route_tables");
    let mut open = tables.more.clone();
    for table in &tables.items {
        match table.present.clone().and(|| v.flag(table.val, "main")) {
            Truth::True => {
                let path = vec![v.step(table.val, "main route table of the VPC")];
                return Ok(Answer { val: Val::Res(table.val), path });
            }
            Truth::False => {}
            Truth::Unknown(why) => super::items::join(&mut open, &why),
        }
    }
    let what = format!("main route table of {}", v.address(vpc));
    Err(open.unwrap_or_else(|| Reasons::one(what.clone(), Cause::NotInView(what.into()))))
}

fn table_of(v: &View<'_>, subnet: ResId) -> Known<ResId> {
    v.refer(subnet, "effective_route_table")?
        .ok_or_else(|| Reasons::one(format!("route table of {}", v.address(subnet)), Cause::NoValue))
}

/// Whether a route is a default route of a family. The two halves of the address space count, since
/// together they do what a default route does.
fn is_default(v: &View<'_>, route: &Arc<Record>, family: Family) -> Truth {
    v.texts(route, "destination").any(|d| {
        let net = net::cidr(d);
        net.is_some_and(|n| net::family(&n) == family && n.prefix_len() <= 1).into()
    })
}

/// The default routes of a table for a family.
fn defaults(v: &View<'_>, table: ResId, family: Family) -> Items<Arc<Record>> {
    v.records(table, "routes").keep(|route| is_default(v, route, family))
}

/// The target of a route: which way out it is, how to say it, and the resource.
fn target(v: &View<'_>, route: &Arc<Record>) -> Known<Option<(&'static str, &'static str, ResId)>> {
    let mut open: Option<Reasons> = None;
    for (field, way, say) in TARGETS {
        match v.refer(route, field) {
            Ok(Some(res)) => return Ok(Some((way, say, res))),
            Ok(None) => {}
            Err(why) => super::items::join(&mut open, &why),
        }
    }
    open.map_or(Ok(None), Err)
}

fn destination(v: &View<'_>, route: &Arc<Record>) -> Text {
    v.texts(route, "destination").items.first().map_or_else(|| "default".into(), |e| e.val.clone())
}

/// The way out of a subnet.
struct Way {
    way: &'static str,
    target: Option<ResId>,
    said: Text,
    path: Vec<Step>,
}

/// The default route of a subnet: that of IPv4, else that of IPv6. `None`: there is none.
fn way_out(v: &View<'_>, subnet: ResId) -> Known<Option<Way>> {
    let table = table_of(v, subnet)?;
    for family in net::FAMILIES {
        let routes = defaults(v, table, family);
        let mut open = routes.more.clone();
        for entry in &routes.items {
            match &entry.present {
                Truth::True => return way(v, subnet, entry),
                Truth::Unknown(why) => super::items::join(&mut open, why),
                Truth::False => {}
            }
        }
        if let Some(why) = open {
            return Err(why);
        }
    }
    Ok(None)
}

fn way(v: &View<'_>, subnet: ResId, route: &Entry<Arc<Record>>) -> Known<Option<Way>> {
    let Some((way, say, res)) = target(v, &route.val)? else {
        let what = format!("target of the default route of {}", v.address(subnet));
        return Err(Reasons::one(what, Cause::NoValue));
    };
    let to = destination(v, &route.val);
    let mut path = v.path_of(subnet, "effective_route_table");
    path.push(v.step_at(res, format!("default route {to} → {say}"), route.place));
    let said = format!("{to} → {}", v.address(res)).into();
    Ok(Some(Way { way, target: Some(res), said, path }))
}

fn egress(v: &View<'_>, subnet: ResId) -> Known<Answer> {
    Ok(match way_out(v, subnet)? {
        Some(way) => Answer { val: Val::text(way.way), path: way.path },
        None => Answer { val: Val::text("none"), path: v.path_of(subnet, "effective_route_table") },
    })
}

/// Whether a subnet's default route of a family goes to an internet gateway, with the route.
pub(super) fn routed(v: &View<'_>, subnet: ResId, family: Family) -> Proof {
    let table = match table_of(v, subnet) {
        Ok(table) => table,
        Err(why) => return Truth::Unknown(why).into(),
    };
    let base = v.path_of(subnet, "effective_route_table");
    let mut proof = defaults(v, table, family).prove_any(|route| {
        let gateway = match v.refer(&route.val, "internet_gateway") {
            Ok(gateway) => gateway,
            Err(why) => return Truth::Unknown(why).into(),
        };
        let Some(gateway) = gateway else { return false.into() };
        let via = format!("default route {} → internet gateway", destination(v, &route.val));
        let mut path = base.clone();
        path.push(v.step_at(gateway, via, route.place));
        Proof::new(true, path)
    });
    if proof.truth.is_false() {
        proof.path = vec![v.step(table, "has no default route to an internet gateway")];
    }
    proof
}

fn public(v: &View<'_>, subnet: ResId) -> Known<Answer> {
    routed(v, subnet, Family::V4).or(|| routed(v, subnet, Family::V6)).answer()
}

fn isolated(v: &View<'_>, subnet: ResId) -> Known<Answer> {
    let table = table_of(v, subnet)?;
    let any = defaults(v, table, Family::V4).some().or(|| defaults(v, table, Family::V6).some());
    Proof::new(!any, v.path_of(subnet, "effective_route_table")).answer()
}

fn default_route(v: &View<'_>, subnet: ResId) -> Known<Answer> {
    Ok(match way_out(v, subnet)? {
        Some(way) => Answer { val: Val::Text(way.said), path: way.path },
        None => Answer { val: Val::Absent, path: v.path_of(subnet, "effective_route_table") },
    })
}

fn nat(v: &View<'_>, subnet: ResId) -> Known<Answer> {
    let Some(Way { way: "nat", target: Some(res), mut path, .. }) = way_out(v, subnet)? else {
        return plain(Val::Absent);
    };
    if !v.is(res, "network_interface") {
        return Ok(Answer { val: Val::Res(res), path });
    }
    let Some(instance) = v.refer(res, "instance")? else {
        return Err(Reasons::one(format!("{}.instance", v.address(res)), Cause::NotTold));
    };
    path.push(v.step(instance, "instance of the network interface"));
    Ok(Answer { val: Val::Res(instance), path })
}

fn nat_zone(v: &View<'_>, subnet: ResId) -> Known<Answer> {
    let Some(nat) = v.refer(subnet, "nat")? else { return plain(Val::Absent) };
    let Some(home) = v.refer(nat, "subnet")? else {
        return Err(Reasons::one(format!("{}.subnet", v.address(nat)), Cause::NoValue));
    };
    let mut path = v.path_of(subnet, "nat");
    path.push(v.step(home, "subnet of the NAT"));
    Ok(Answer { val: v.val(home, "zone"), path })
}

fn gateway_endpoints(v: &View<'_>, subnet: ResId) -> Known<Answer> {
    let table = table_of(v, subnet)?;
    let mut found = Found::default();
    let endpoints = v.refs(table, "endpoints");
    found.maybe_more(endpoints.more.as_ref());
    for e in &endpoints.items {
        let gateway = e.present.clone().and(|| v.says(e.val, "kind_of", "Gateway"));
        found.add(&gateway, Val::Res(e.val), vec![v.step(e.val, "endpoint on the route table")]);
    }
    found.answer()
}

fn effective_subnets(v: &View<'_>, table: ResId) -> Known<Answer> {
    let mut found = Found::default();
    let explicit = v.refs(table, "subnets");
    found.maybe_more(explicit.more.as_ref());
    for e in &explicit.items {
        found.add(&e.present, Val::Res(e.val), vec![v.step(e.val, "associated")]);
    }
    match v.flag(table, "main") {
        Truth::False => {}
        Truth::Unknown(why) => found.more(&why),
        Truth::True => {
            let Some(vpc) = v.refer(table, "vpc")? else { return found.answer() };
            let all = v.refs(vpc, "subnets");
            found.maybe_more(all.more.as_ref());
            for e in &all.items {
                let implicit = e.present.clone().and(|| !v.present(e.val, "route_table"));
                found.add(&implicit, Val::Res(e.val), vec![v.step(e.val, "no table of its own")]);
            }
        }
    }
    found.answer()
}
