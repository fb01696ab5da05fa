//! Who points at whom: fills the inverse attributes of a linked graph.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::cond::{Cond, World};
use crate::model::graph::Graph;
use crate::model::schema::{KindId, Origin};
use crate::model::truth::Truth;
use crate::model::value::{Item, List, ResId, Val};
use crate::model::why::Reasons;

/// Most entries that one attribute gets from those of which it is not known where they point. Above it the
/// lists only say that there may be more.
const MOST_OPEN: usize = 10_000;

/// Fills every inverse attribute: who points here, and who may. Whoever points nobody knows where is in
/// each list with an open presence: what is known of it still tells whether it matters there.
pub(super) fn index(graph: &mut Graph) {
    let schema = graph.schema().clone();
    for (k, kind) in schema.kinds.iter().enumerate() {
        let kind_id = KindId(u16::try_from(k).unwrap_or(u16::MAX));
        for (name, id) in &kind.by_name {
            let Some(attr) = kind.attrs.get(id.0 as usize) else { continue };
            let Origin::Inverse(from) = &attr.origin else { continue };
            debug_assert_eq!(*name, attr.name);
            let mut lists: HashMap<ResId, List> = HashMap::new();
            let mut open: Vec<Item> = Vec::new();
            for (kind, slot) in from {
                for res in graph.of_kind(*kind) {
                    let Some(fact) = graph.fact(*res, *slot) else { continue };
                    let presence = &graph.resource(*res).presence;
                    let item = |cond: &Cond| Item {
                        val: Val::Res(*res),
                        present: presence.and(cond),
                        place: fact.place,
                    };
                    pointed(
                        &fact.val,
                        &Cond::Const(true),
                        &mut |target, cond| lists.entry(target).or_default().items.push(item(cond)),
                        &mut |reasons, cond| open.push(item(&cond.and(&Cond::Open(reasons.clone())))),
                    );
                }
            }
            let targets = graph.of_kind(kind_id).to_vec();
            let each = open.len().saturating_mul(targets.len()) <= MOST_OPEN;
            let more = (!each).then(|| reasons(&open)).flatten();
            for target in targets {
                let mut list = lists.remove(&target).unwrap_or_default();
                list.more = more.clone();
                if each {
                    let surely = |i: &&Item| {
                        let same = |had: &Item| had.val == i.val && had.present == Cond::Const(true);
                        !list.items.iter().any(same)
                    };
                    let maybe: Vec<Item> = open.iter().filter(surely).cloned().collect();
                    if !maybe.is_empty() {
                        list.items.extend(maybe);
                        // In the order of the resources, as if all were known.
                        list.items.sort_by_key(|i| if let Val::Res(id) = i.val { Some(id) } else { None });
                    }
                }
                if !list.items.is_empty() || list.more.is_some() {
                    graph.set_inverse(target, *id, Arc::new(list));
                }
            }
        }
    }
}

/// Why items are open.
fn reasons(open: &[Item]) -> Option<Reasons> {
    let world = World::default();
    let why = open.iter().filter_map(|i| match i.present.truth(&world) {
        Truth::Unknown(reasons) => Some(reasons),
        _ => None,
    });
    why.reduce(|a, b| a.and(&b))
}

/// Visits every resource that a fact points at, and the reasons for which it may point at any.
fn pointed(val: &Val, cond: &Cond, add: &mut dyn FnMut(ResId, &Cond), open: &mut dyn FnMut(&Reasons, &Cond)) {
    match val {
        Val::Res(target) => add(*target, cond),
        Val::List(list) => {
            for item in &list.items {
                pointed(&item.val, &cond.and(&item.present), add, open);
            }
            if let Some(reasons) = &list.more {
                open(reasons, cond);
            }
        }
        Val::Cases(cases) => {
            for (c, inner) in cases.iter() {
                pointed(inner, &cond.and(c), add, open);
            }
        }
        Val::Unknown(reasons) => open(reasons, cond),
        _ => {}
    }
}
