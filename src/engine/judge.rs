//! Judging: every chosen rule over every resource of its kinds, in as many worlds as the verdict needs.
//!
//! A verdict is first sought without assuming anything. If it is unknown because of an undecided
//! condition, the world is split on that condition and the cases are judged; a budget bounds the
//! splits, and cases are never enumerated ahead.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use crate::facts::view::View;
use crate::model::cond::{Cond, World};
use crate::model::doc::Change;
use crate::model::graph::Graph;
use crate::model::schema::Common;
use crate::model::value::ResId;
use crate::model::why::{Cause, Reasons};
use crate::rules::{Rule, Verdict};

/// Most cases that one verdict is followed into.
const MOST_CASES: usize = 32;

/// A verdict with the case that decided it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Index of the rule among those given.
    pub rule: usize,
    /// The resource.
    pub res: ResId,
    /// The verdict over all cases.
    pub verdict: Verdict,
    /// The world that shows it: where it fails, or where it is unknown.
    pub world: World,
    /// The cases in which it fails although it passes in others: "`IsProd` is false".
    pub case: Option<String>,
}

/// Every verdict that is told, and the counts of those that are not.
#[derive(Debug, Default)]
pub struct Verdicts {
    /// Fail and unknown, by rule and resource.
    pub told: Vec<Judged>,
    /// Passes.
    pub pass: usize,
    /// Not applicable.
    pub not_applicable: usize,
}

/// The views of one graph, one for each world that was needed.
pub struct Worlds<'g> {
    graph: &'g Graph,
    views: Mutex<HashMap<World, Arc<View<'g>>>>,
}

impl<'g> Worlds<'g> {
    /// No world yet.
    pub fn new(graph: &'g Graph) -> Self {
        Self { graph, views: Mutex::new(HashMap::new()) }
    }

    /// The view of a world, made once.
    pub fn view(&self, world: &World) -> Arc<View<'g>> {
        let mut views = self.views.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        views.entry(world.clone()).or_insert_with(|| Arc::new(View::new(self.graph, world.clone()))).clone()
    }
}

/// Judges every rule over the graph. Deterministic: sorted by rule, then resource.
pub fn judge(graph: &Graph, worlds: &Worlds<'_>, rules: &[&Rule]) -> Verdicts {
    let mut work: Vec<(usize, ResId)> = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        for kind in &rule.kinds {
            let ids = graph.of_kind(*kind).iter();
            work.extend(ids.filter(|id| graph.resource(**id).in_view).map(|id| (index, *id)));
        }
        if asks_change(rule, graph) {
            let gone = graph.deleted().iter().filter(|id| rule.kinds.contains(&graph.resource(**id).kind));
            work.extend(gone.map(|id| (index, *id)));
        }
    }
    let judged: Vec<Judged> = work
        .par_chunks(256)
        .flat_map_iter(|chunk| chunk.iter().map(|(index, res)| (*index, *res)))
        .filter_map(|(index, res)| rules.get(index).map(|rule| (index, res, *rule)))
        .map(|(index, res, rule)| {
            let (verdict, world, case) = cases(graph, worlds, rule, res);
            Judged { rule: index, res, verdict, world, case }
        })
        .collect();
    let mut out = Verdicts::default();
    for one in judged {
        match one.verdict {
            Verdict::Pass => out.pass += 1,
            Verdict::NotApplicable => out.not_applicable += 1,
            Verdict::Fail | Verdict::Unknown(_) => out.told.push(one),
        }
    }
    out.told.sort_by_key(|j| (j.rule, j.res));
    out
}

/// Does a rule speak of what a plan does? Only such rules see what the plan removes.
fn asks_change(rule: &Rule, graph: &Graph) -> bool {
    use crate::model::schema::Origin;
    rule.needs().iter().any(|(kind, attr)| {
        let attr = graph.schema().kind(*kind).attrs.get(attr.0 as usize);
        attr.is_some_and(|a| a.origin == Origin::Common(Common::Change) || &*a.name == "destroyed")
    })
}

/// The verdict over the cases of a resource.
fn cases(graph: &Graph, worlds: &Worlds<'_>, rule: &Rule, res: ResId) -> (Verdict, World, Option<String>) {
    let resource = graph.resource(res);
    debug_assert!(resource.in_view || resource.change == Some(Change::Delete));
    let mut open = World::default().satisfying(&resource.presence, 4);
    open.reverse();
    let mut leaves: Vec<(World, Verdict)> = Vec::new();
    let mut budget = MOST_CASES;
    while let Some(world) = open.pop() {
        let verdict = rule.judge(&*worlds.view(&world), res, None);
        if let Verdict::Unknown(reasons) = &verdict
            && let Some(atom) = reasons.condition()
            && budget > 0
        {
            budget -= 1;
            let split = [false, true].into_iter().filter_map(|holds| world.assume(atom, holds));
            let split: Vec<World> = split.filter(|w| !resource.presence.truth(w).is_false()).collect();
            if !split.is_empty() && split.iter().all(|w| *w != world) {
                open.extend(split);
                continue;
            }
        }
        leaves.push((world, verdict));
    }
    combine(leaves, resource.presence == Cond::Const(true))
}

/// All pass: pass. All fail: fail. Else unknown, naming the case that fails. Cases in which the rule does
/// not apply do not count.
fn combine(leaves: Vec<(World, Verdict)>, always: bool) -> (Verdict, World, Option<String>) {
    let mut failing: Vec<World> = Vec::new();
    let mut unknown: Option<(World, Reasons)> = None;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (world, verdict) in leaves {
        match verdict {
            Verdict::Pass => *counts.entry("pass").or_default() += 1,
            Verdict::NotApplicable => *counts.entry("na").or_default() += 1,
            Verdict::Fail => failing.push(world),
            Verdict::Unknown(reasons) => {
                unknown = Some(match unknown {
                    None => (world, reasons),
                    Some((w, r)) => (w, r.and(&reasons)),
                });
            }
        }
    }
    let passes = counts.contains_key("pass");
    let said = |worlds: &[World]| {
        let all: Vec<String> = worlds.iter().filter(|w| !w.is_empty()).map(World::say).collect();
        (!all.is_empty()).then(|| all.join("; or "))
    };
    match (failing.first().cloned(), unknown) {
        // In every case: there is none to name.
        (Some(world), None) if !passes && always && !counts.contains_key("na") => {
            (Verdict::Fail, world, None)
        }
        (Some(world), None) if !passes => (Verdict::Fail, world, said(&failing)),
        (Some(world), rest) => {
            let case = said(&failing);
            let condition = Reasons::one(
                case.clone().unwrap_or_default(),
                Cause::Unresolved(case.clone().unwrap_or_else(|| "an undecided condition".into()).into()),
            );
            let reasons = world.reasons().or(rest.map(|(_, r)| r)).unwrap_or(condition);
            (Verdict::Unknown(reasons), world, case)
        }
        (None, Some((world, reasons))) => (Verdict::Unknown(reasons), world, None),
        (None, None) if passes => (Verdict::Pass, World::default(), None),
        (None, None) => (Verdict::NotApplicable, World::default(), None),
    }
}
