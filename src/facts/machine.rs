//! What a machine is told at launch: its metadata options, its own or its launch template's; and how
//! much of a server's capacity is sure to stay when Spot goes.
//!
//! An instance that leaves a setting out has what its launch template says.

use super::Derived;
use super::capacity::{provider_is_spot, strategy};
use super::items::{Known, Proof, known, plain};
use super::view::View;
use crate::model::read::{Answer, Read};
use crate::model::truth::Truth;
use crate::model::value::{How, ResId, Val};

pub(super) const FACTS: &[Derived] = &[
    Derived::new(
        "metadata_tokens",
        &["machine"],
        "text",
        "whether instance metadata needs a token: required or optional",
        |v, m| setting(v, m, "http_tokens"),
    ),
    Derived::new(
        "metadata_endpoint",
        &["machine"],
        "text",
        "instance metadata: enabled or disabled",
        |v, m| setting(v, m, "http_endpoint"),
    ),
    Derived::new(
        "metadata_hops",
        &["machine"],
        "int",
        "network hops that a metadata token may travel",
        |v, m| setting(v, m, "hop_limit"),
    ),
    Derived::new(
        "on_demand_floor",
        &["server"],
        "int",
        "instances or tasks that are On-Demand at least",
        on_demand_floor,
    ),
    Derived::new("spot_pools", &["server"], "int", "instance types among which Spot may choose", spot_pools),
    Derived::new(
        "replaces_spot",
        &["server"],
        "bool",
        "a replacement is started before AWS takes a Spot instance back",
        replaces_spot,
    ),
];

/// A setting of a machine: as stated, else as its launch template says, else what leaving it out means.
fn setting(v: &View<'_>, machine: ResId, name: &str) -> Known<Answer> {
    let own = v.val(machine, name);
    let kind = v.graph().schema().kind(v.graph().resource(machine).kind);
    let fact = kind.attr(name).and_then(|(id, _)| v.fact(machine, id));
    let left_out = fact.is_some_and(|f| f.how == How::Defaulted) || own == Val::Absent;
    if left_out
        && v.has(machine, "launch_template")
        && let Some(template) = v.refer(machine, "launch_template")?
    {
        let place = v.place_of(template, name);
        let path = vec![v.step_at(template, "launch template", place)];
        return Ok(Answer { val: v.val(template, name), path });
    }
    plain(own)
}

/// Fewest On-Demand instances or tasks: what a mixed instances policy or capacity provider strategy keeps
/// of the smallest size.
fn on_demand_floor(v: &View<'_>, server: ResId) -> Known<Answer> {
    if !known(v.flag(server, "uses_spot"))? {
        let least = match v.kind_name(server) {
            "autoscaling_group" => v.int(server, "min_size")?,
            "ecs_service" => v.int(server, "min_tasks")?,
            _ => Some(1),
        };
        return plain(least.map_or(Val::Absent, Val::Int));
    }
    if v.is(server, "ecs_service") {
        let mut sure = 0;
        let strategy = strategy(v, server);
        if let Some(why) = &strategy.more {
            return Err(why.clone());
        }
        for item in &strategy.items {
            let name = v.text(&item.val, "name")?.unwrap_or_default();
            if !known(provider_is_spot(v, &name).truth)? {
                sure += v.int(&item.val, "base")?.unwrap_or(0);
            }
        }
        return plain(Val::Int(sure));
    }
    if !v.has(server, "mixed") || !known(v.flag(server, "mixed"))? {
        return plain(Val::Int(0));
    }
    let least = v.int(server, "min_size")?.unwrap_or(0);
    let base = v.int(server, "on_demand_base")?.unwrap_or(0).min(least);
    let share = v.int(server, "on_demand_percentage")?.unwrap_or(100).clamp(0, 100);
    let above = (least - base).max(0).saturating_mul(share) / 100;
    plain(Val::Int(base.saturating_add(above)))
}

/// A Fargate service chooses no types: AWS has many pools behind it.
fn spot_pools(v: &View<'_>, server: ResId) -> Known<Answer> {
    if !v.has(server, "instance_types") {
        return plain(Val::Int(if v.is(server, "ecs_service") { 2 } else { 1 }));
    }
    // requirements instead of types: AWS picks from all that fit
    if known(v.flag(server, "attribute_based"))? {
        return plain(Val::Int(2));
    }
    let types = v.texts(server, "instance_types");
    if let Some(why) = types.more {
        return Err(why);
    }
    let mut names: Vec<_> = Vec::new();
    for item in types.items {
        match item.present {
            Truth::Unknown(why) => return Err(why),
            Truth::True if !names.contains(&item.val) => names.push(item.val),
            _ => {}
        }
    }
    plain(Val::Int(i64::try_from(names.len().max(1)).unwrap_or(i64::MAX)))
}

/// Tasks are replaced by their service; a group needs capacity rebalancing.
fn replaces_spot(v: &View<'_>, server: ResId) -> Known<Answer> {
    let place = v.place_of(server, "capacity_rebalance");
    let truth = match v.kind_name(server) {
        "autoscaling_group" => v.flag(server, "capacity_rebalance"),
        "ecs_service" => Truth::True,
        _ => Truth::False,
    };
    Proof::new(truth, vec![v.step_at(server, "capacity rebalancing", place)]).answer()
}
