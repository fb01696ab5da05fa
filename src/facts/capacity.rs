//! What capacity is bought and how it grows: Spot, scaling policies, task counts, table autoscaling.

use std::sync::Arc;

use super::Derived;
use super::items::{Items, Known, Proof, plain};
use super::sources::templates;
use super::view::View;
use crate::model::read::Answer;
use crate::model::truth::Truth;
use crate::model::value::{Record, ResId, Val};

pub(super) const FACTS: &[Derived] = &[
    Derived::new("uses_spot", &["server"], "bool", "some of its capacity may be Spot", uses_spot),
    Derived::new(
        "scaled",
        &["autoscaling_group"],
        "bool",
        "a scaling policy or scheduled action changes its size",
        scaled,
    ),
    Derived::new(
        "min_tasks",
        &["ecs_service"],
        "int",
        "fewest tasks: the scalable target's minimum, else the desired count",
        min_tasks,
    ),
    Derived::new(
        "autoscaled",
        &["table"],
        "bool",
        "its capacity has a scalable target with a policy",
        autoscaled,
    ),
];

fn uses_spot(v: &View<'_>, server: ResId) -> Known<Answer> {
    if v.is(server, "ecs_service") {
        return tasks_on_spot(v, server).answer();
    }
    let market = |res: ResId, said: &str| {
        let step = v.step_at(res, said.to_owned(), v.place_of(res, "market"));
        Proof::new(v.says(res, "market", "spot"), vec![step])
    };
    let mut proof = Proof::from(false);
    if v.has(server, "market") {
        proof = market(server, "asks for Spot");
    }
    for template in templates(v, server) {
        proof = proof.or(|| match template {
            Ok(t) => market(t, "launch template asks for Spot"),
            Err(why) => Truth::Unknown(why).into(),
        });
    }
    if v.has(server, "mixed") {
        proof = proof.or(|| mixed(v, server));
    }
    proof.answer()
}

/// Whether the mixed instances policy of a group leaves a share to Spot.
fn mixed(v: &View<'_>, group: ResId) -> Proof {
    let below = |percentage: Known<Option<i64>>| match percentage {
        Ok(n) => Truth::from(n.is_some_and(|n| n < 100)),
        Err(why) => Truth::Unknown(why),
    };
    let base_covers = || match (v.int(group, "on_demand_base"), v.int(group, "max_size")) {
        (Ok(base), Ok(Some(most))) => Truth::from(most <= base.unwrap_or(0)),
        (Ok(_), Ok(None)) => Truth::False,
        (Err(why), _) | (_, Err(why)) => Truth::Unknown(why),
    };
    let share =
        v.flag(group, "mixed").and(|| below(v.int(group, "on_demand_percentage"))).and(|| !base_covers());
    let place = v.place_of(group, "on_demand_percentage");
    Proof::new(share, vec![v.step_at(group, "mixed instances policy leaves a share to Spot", place)])
}

/// The capacity provider strategy of a service: its own, else, where it names no launch type either, its
/// cluster's default.
pub(super) fn strategy(v: &View<'_>, service: ResId) -> Items<Arc<Record>> {
    let own = v.records(service, "capacity_providers");
    if !own.items.is_empty() || own.more.is_some() {
        return own;
    }
    match v.present(service, "launch_type") {
        Truth::True => return own,
        Truth::Unknown(why) => return Items::unknown(why),
        Truth::False => {}
    }
    match v.refer(service, "cluster") {
        Ok(Some(cluster)) => v.records(cluster, "default_capacity_providers"),
        Ok(None) => own,
        Err(why) => Items::unknown(why),
    }
}

fn tasks_on_spot(v: &View<'_>, service: ResId) -> Proof {
    strategy(v, service).prove_any(|item| {
        let used = match (v.int(&item.val, "weight"), v.int(&item.val, "base")) {
            (Ok(Some(0)), Ok(base)) => Truth::from(base.unwrap_or(0) > 0),
            (Ok(_), _) => Truth::True,
            (Err(why), _) => Truth::Unknown(why),
        };
        let name = match v.text(&item.val, "name") {
            Ok(name) => name.unwrap_or_default(),
            Err(why) => return Truth::Unknown(why).into(),
        };
        let step = v.step_at(service, format!("capacity provider {name}"), item.place);
        Proof::from(used).and(|| Proof::new(true, vec![step])).and(|| provider_is_spot(v, &name))
    })
}

/// The Auto Scaling groups on whose instances a service's tasks run; open where that is not known.
pub(super) fn hosts(v: &View<'_>, service: ResId) -> Items<ResId> {
    let own = v.records(service, "capacity_providers").flat_map(|item| match v.text(item, "name") {
        Ok(Some(name)) => super::items::one(name),
        Ok(None) => Items::default(),
        Err(why) => Items::unknown(why),
    });
    let names = if own.items.is_empty() && own.more.is_none() {
        match v.refer(service, "cluster") {
            Ok(Some(cluster)) => v.texts(cluster, "capacity_providers"),
            Ok(None) => Items::default(),
            Err(why) => Items::unknown(why),
        }
    } else {
        own
    };
    let providers = v.every("capacity_provider");
    names.flat_map(|name| {
        providers.clone().keep(|p| v.says(*p, "name", name)).flat_map(|p| {
            match v.refer(*p, "autoscaling_group") {
                Ok(Some(group)) => super::items::one(group),
                Ok(None) => Items::default(),
                Err(why) => Items::unknown(why),
            }
        })
    })
}

/// Whether a capacity provider, by name, gives Spot capacity.
pub(super) fn provider_is_spot(v: &View<'_>, name: &str) -> Proof {
    match name {
        "FARGATE_SPOT" => return true.into(),
        "FARGATE" => return false.into(),
        _ => {}
    }
    let providers: Items<ResId> = v.every("capacity_provider").keep(|p| v.says(*p, "name", name));
    if providers.items.is_empty() {
        let cause = crate::model::why::Cause::NotInView(name.into());
        return Truth::Unknown(crate::model::why::Reasons::one(format!("capacity provider {name}"), cause))
            .into();
    }
    providers.prove_any(|p| match v.refer(p.val, "autoscaling_group") {
        Ok(Some(group)) => v.prove(group, "uses_spot"),
        Ok(None) => false.into(),
        Err(why) => Truth::Unknown(why).into(),
    })
}

fn scaled(v: &View<'_>, group: ResId) -> Known<Answer> {
    let by = |attr: &str, said: &str| {
        v.refs(group, attr).prove_any(|p| Proof::new(true, vec![v.step(p.val, said.to_owned())]))
    };
    by("scaling_policies", "scaling policy").or(|| by("scheduled_actions", "scheduled action")).answer()
}

fn min_tasks(v: &View<'_>, service: ResId) -> Known<Answer> {
    let targets = v.refs(service, "scalable_targets");
    if let Some(target) = targets.surest() {
        super::items::known(target.present.clone())?;
        let path = vec![v.step_at(target.val, "scalable target", v.place_of(target.val, "min"))];
        return Ok(Answer { val: v.val(target.val, "min"), path });
    }
    if let Some(why) = targets.more {
        return Err(why);
    }
    let path = vec![v.step_at(service, "desired count", v.place_of(service, "desired"))];
    Ok(Answer { val: v.val(service, "desired"), path })
}

fn autoscaled(v: &View<'_>, table: ResId) -> Known<Answer> {
    let policies = v
        .refs(table, "scaling_policies")
        .chain(v.refs(table, "scalable_targets").flat_map(|t| v.refs(*t, "policies")));
    if v.refs(table, "scalable_targets").some().is_false() && policies.some().is_false() {
        return plain(Val::Bool(false));
    }
    policies.prove_any(|p| Proof::new(true, vec![v.step(p.val, "scaling policy")])).answer()
}
