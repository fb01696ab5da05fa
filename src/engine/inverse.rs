//! Who points at whom: fills the inverse attributes of a linked graph.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::cond::Cond;
use crate::model::graph::Graph;
use crate::model::schema::{KindId, Origin};
use crate::model::value::{Item, List, ResId, Val};
use crate::model::why::Reasons;

/// Fills every inverse attribute: who points here, and why there may be more.
pub(super) fn index(graph: &mut Graph) {
    let schema = graph.schema().clone();
    for (k, kind) in schema.kinds.iter().enumerate() {
        let kind_id = KindId(u16::try_from(k).unwrap_or(u16::MAX));
        for (name, id) in &kind.by_name {
            let Some(attr) = kind.attrs.get(id.0 as usize) else { continue };
            let Origin::Inverse(from) = &attr.origin else { continue };
            debug_assert_eq!(*name, attr.name);
            let mut lists: HashMap<ResId, List> = HashMap::new();
            let mut more: Option<Reasons> = None;
            for (kind, slot) in from {
                for res in graph.of_kind(*kind) {
                    let Some(fact) = graph.fact(*res, *slot) else { continue };
                    let presence = &graph.resource(*res).presence;
                    let mut add = |target: ResId, cond: &Cond, place| {
                        let item = Item { val: Val::Res(*res), present: presence.and(cond), place };
                        lists.entry(target).or_default().items.push(item);
                    };
                    pointed(
                        &fact.val,
                        &Cond::Const(true),
                        &mut |target, cond| add(target, cond, fact.place),
                        &mut more,
                    );
                }
            }
            for target in graph.of_kind(kind_id).to_vec() {
                let mut list = lists.remove(&target).unwrap_or_default();
                list.more = more.clone();
                if !list.items.is_empty() || list.more.is_some() {
                    graph.set_inverse(target, *id, Arc::new(list));
                }
            }
        }
    }
}

/// Visits every resource that a fact points at.
fn pointed(val: &Val, cond: &Cond, add: &mut dyn FnMut(ResId, &Cond), more: &mut Option<Reasons>) {
    match val {
        Val::Res(target) => add(*target, cond),
        Val::List(list) => {
            for item in &list.items {
                pointed(&item.val, &cond.and(&item.present), add, more);
            }
            if let Some(reasons) = &list.more {
                *more = Some(more.as_ref().map_or_else(|| reasons.clone(), |m| m.and(reasons)));
            }
        }
        Val::Cases(cases) => {
            for (c, inner) in cases.iter() {
                pointed(inner, &cond.and(c), add, more);
            }
        }
        Val::Unknown(reasons) => {
            *more = Some(more.as_ref().map_or_else(|| reasons.clone(), |m| m.and(reasons)))
        }
        _ => {}
    }
}
