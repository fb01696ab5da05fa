//! Zones: what a VPC, a server, a load balancer or a cluster spans, and what a VPC holds.
//!
//! A zone may be known only relative to its siblings (the second of a region); two zones of which it is
//! not known whether they are the same never count as two.

use super::Derived;
use super::items::{Found, Items, Known, Proof};
use super::view::View;
use crate::model::read::{Answer, Step};
use crate::model::truth::Truth;
use crate::model::value::{ResId, Val};
use crate::model::why::{Cause, Reasons};

pub(super) const FACTS: &[Derived] = &[
    Derived::new("public_zones", &["vpc"], "texts", "zones that have a public subnet", |v, vpc| {
        spread(v, vpc, |s| v.prove(s, "public"))
    }),
    Derived::new("private_zones", &["vpc"], "texts", "zones that have a private subnet", |v, vpc| {
        spread(v, vpc, |s| not(v.prove(s, "public")))
    }),
    Derived::new(
        "paired_zones",
        &["vpc"],
        "texts",
        "zones that have a public and a private subnet",
        paired_zones,
    ),
    Derived::new(
        "endpoint_services",
        &["vpc"],
        "texts",
        "short names of the services that have an endpoint in the VPC",
        endpoint_services,
    ),
    Derived::new(
        "holds_compute",
        &["subnet"],
        "bool",
        "an instance, group, service or function stands in it",
        holds_compute,
    ),
    Derived::new("workload", &["vpc"], "bool", "it holds compute, load balancers or data stores", workload),
    Derived::new(
        "has_public_entry",
        &["vpc"],
        "bool",
        "an internet-facing load balancer or a serving public instance stands in it",
        has_public_entry,
    ),
    Derived::new("flow_logged", &["vpc"], "bool", "flow logs cover the VPC, or every subnet", flow_logged),
];

fn holds_compute(v: &View<'_>, subnet: ResId) -> Known<Answer> {
    let kinds = ["instances", "autoscaling_groups", "ecs_services", "functions"];
    let all = kinds.iter().map(|k| v.refs(subnet, k)).reduce(Items::chain).unwrap_or_default();
    all.prove_any(|e| Proof::new(true, vec![v.step_at(e.val, "stands in the subnet", e.place)])).answer()
}

/// Whether two zones are the same.
pub(super) fn same(a: &Val, b: &Val) -> Truth {
    match (a, b) {
        (Val::Text(a), Val::Text(b)) => (a == b).into(),
        (Val::Symbol { family: f, name: a }, Val::Symbol { family: g, name: b }) if f == g => (a == b).into(),
        (Val::Unknown(why), _) | (_, Val::Unknown(why)) => Truth::Unknown(why.clone()),
        _ => Truth::Unknown(Reasons::one("availability zones", Cause::NotTold)),
    }
}

/// Adds a zone if it is known to differ from those found; if that is not known, there may be more.
pub(super) fn add_zone(found: &mut Found, belongs: &Truth, zone: Val, steps: Vec<Step>) {
    let mut belongs = belongs.clone();
    for other in found.vals() {
        belongs = belongs.and(|| !same(other, &zone));
    }
    found.add(&belongs, zone, steps);
}

/// Adds the zones of subnets.
pub(super) fn of_subnets(v: &View<'_>, subnets: &Items<ResId>, found: &mut Found) {
    found.maybe_more(subnets.more.as_ref());
    for e in &subnets.items {
        add_zone(found, &e.present, v.val(e.val, "zone"), vec![v.step(e.val, "subnet")]);
    }
}

fn not(proof: Proof) -> Proof {
    Proof { truth: !proof.truth, path: proof.path }
}

fn spread(v: &View<'_>, vpc: ResId, which: impl Fn(ResId) -> Proof) -> Known<Answer> {
    let mut found = Found::default();
    let subnets = v.refs(vpc, "subnets");
    found.maybe_more(subnets.more.as_ref());
    for e in &subnets.items {
        let fits = which(e.val);
        let mut steps = vec![v.step(e.val, "subnet")];
        steps.extend(fits.path);
        add_zone(&mut found, &e.present.clone().and(|| fits.truth), v.val(e.val, "zone"), steps);
    }
    found.answer()
}

fn paired_zones(v: &View<'_>, vpc: ResId) -> Known<Answer> {
    let (public, private) = (v.vals(vpc, "public_zones"), v.vals(vpc, "private_zones"));
    let mut found = Found::default();
    found.maybe_more(public.more.as_ref());
    for zone in &public.items {
        let pair = private.any(|other| same(&zone.val, other));
        add_zone(&mut found, &zone.present.clone().and(|| pair), zone.val.clone(), Vec::new());
    }
    found.answer()
}

fn endpoint_services(v: &View<'_>, vpc: ResId) -> Known<Answer> {
    let mut found = Found::default();
    let endpoints = v.refs(vpc, "endpoints");
    found.maybe_more(endpoints.more.as_ref());
    for e in &endpoints.items {
        found.add(&e.present, v.val(e.val, "service"), vec![v.step(e.val, "endpoint")]);
    }
    found.answer()
}

/// Inverse attributes of a subnet by which a workload stands in it.
const TENANTS: &[&str] = &["instances", "autoscaling_groups", "load_balancers", "ecs_services", "functions"];

/// Inverse attributes of a subnet for subnet groups, with the inverses by which those hold data stores.
const GROUPS: &[(&str, &[&str])] = &[
    ("db_subnet_groups", &["databases", "clusters"]),
    ("cache_subnet_groups", &["replication_groups", "cache_clusters"]),
    ("dax_subnet_groups", &["dax_clusters"]),
];

/// What stands in a subnet.
fn tenants(v: &View<'_>, subnet: ResId) -> Items<ResId> {
    let mut all = Items::default();
    for inverse in TENANTS {
        all = all.chain(v.refs(subnet, inverse));
    }
    for (groups, stores) in GROUPS {
        for store in *stores {
            all = all.chain(v.refs(subnet, groups).flat_map(|g| v.refs(*g, store)));
        }
    }
    all
}

fn workload(v: &View<'_>, vpc: ResId) -> Known<Answer> {
    let subnets = v.refs(vpc, "subnets");
    subnets
        .prove_any(|subnet| {
            tenants(v, subnet.val).prove_any(|t| {
                let stands = format!("stands in {}", v.address(subnet.val));
                Proof::new(true, vec![v.step(t.val, stands)])
            })
        })
        .answer()
}

fn has_public_entry(v: &View<'_>, vpc: ResId) -> Known<Answer> {
    v.refs(vpc, "subnets")
        .prove_any(|subnet| {
            let balancers = v.refs(subnet.val, "load_balancers").prove_any(|lb| {
                let step = v.step(lb.val, "internet-facing load balancer");
                v.prove(lb.val, "internet_facing").and(|| Proof::new(true, vec![step]))
            });
            balancers.or(|| {
                v.refs(subnet.val, "instances").prove_any(|i| {
                    let own = !v.flag(i.val, "is_nat").or(|| v.flag(i.val, "is_bastion"));
                    Proof::from(own).and(|| v.prove(i.val, "exposed"))
                })
            })
        })
        .answer()
}

fn flow_logged(v: &View<'_>, vpc: ResId) -> Known<Answer> {
    let logged = |res: ResId| {
        v.refs(res, "flow_logs").prove_any(|log| {
            Proof::new(true, vec![v.step(log.val, format!("flow log of {}", v.address(res)))])
        })
    };
    let whole = logged(vpc);
    if whole.truth.is_true() {
        return whole.answer();
    }
    let subnets = v.refs(vpc, "subnets");
    let bare = subnets.prove_any(|s| {
        let covered = logged(s.val).or(|| interfaces_logged(v, s.val));
        Proof::new(!covered.truth, vec![v.step(s.val, "no flow log")])
    });
    let every = subnets.some().and(|| !bare.truth);
    whole.or(|| Proof::new(every, bare.path)).answer()
}

/// Whether the interfaces of everything in a subnet are logged one by one: only interfaces that are
/// declared can be seen to be, so a subnet that holds anything else is not covered this way.
fn interfaces_logged(v: &View<'_>, subnet: ResId) -> Proof {
    let interfaces = v.refs(subnet, "network_interfaces");
    let others = tenants(v, subnet).some();
    let all = interfaces.some().and(|| interfaces.all(|i| v.refs(*i, "flow_logs").some()));
    (!others).and(|| all).into()
}
