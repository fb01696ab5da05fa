//! Lists: macros, `in`, `size` and the functions of a list.
//!
//! Owns what follows from a list of which items are unknown, conditional, or missing. A list that has
//! no value has no items.

use std::cmp::Ordering;
use std::sync::Arc;

use super::code::Node;
use super::compare::{equal, float, numbers};
use super::eval::{Bound, Frame, known};
use super::functions::Fold;
use crate::model::cond::Cond;
use crate::model::schema::KindId;
use crate::model::truth::Truth;
use crate::model::value::{Item, List, Val};
use crate::model::why::{Cause, Reasons};

/// How many there are, as far as that is known.
#[derive(Clone, Debug)]
pub(super) struct Size {
    /// At least so many.
    pub least: i64,
    /// At most so many, if there is a bound.
    pub most: Option<i64>,
    /// Why the two differ.
    pub why: Option<Reasons>,
}

impl Size {
    pub fn exactly(n: i64) -> Self {
        Self { least: n, most: Some(n), why: None }
    }

    pub fn value(self) -> Val {
        self.why.map_or(Val::Int(self.least), Val::Unknown)
    }
}

/// Collects reasons.
#[derive(Default)]
struct Open(Option<Reasons>);

impl Open {
    fn add(&mut self, why: &Reasons) {
        self.0 = Some(self.0.as_ref().map_or_else(|| why.clone(), |all| all.and(why)));
    }

    fn or(self, decided: bool) -> Truth {
        self.0.map_or(decided.into(), Truth::Unknown)
    }
}

impl Frame<'_> {
    /// The list that a node gives.
    fn list(&mut self, node: &Node) -> Result<Arc<List>, Reasons> {
        match self.value(node) {
            Val::List(list) => Ok(list),
            Val::Absent => Ok(Arc::default()),
            other => Err(self.unfit(&other, node, "a list")),
        }
    }

    /// Runs `inner` for every item that may be there, with its variable bound, until it says stop.
    fn each_item<T>(
        &mut self,
        node: &Node,
        list: &List,
        slot: usize,
        mut inner: impl FnMut(&mut Self, &Item, &Val, Truth) -> Option<T>,
    ) -> Option<T> {
        let owner = self.owner(node);
        for item in &list.items {
            let present = item.present.truth(self.read.world());
            if present.is_false() {
                continue;
            }
            let val = item.val.in_world(self.read.world());
            let bound = Bound { val: val.clone(), owner, place: item.place };
            if let Some(result) = self.with(slot, bound, |f| inner(f, item, &val, present)) {
                return Some(result);
            }
        }
        None
    }

    /// `exists` (`want` true) and `all` (`want` false: some item for which it does not hold).
    pub(super) fn some(&mut self, node: &Node, slot: usize, body: &Node, want: bool) -> Truth {
        let list = match self.list(node) {
            Ok(list) => list,
            Err(why) => return Truth::Unknown(why),
        };
        let mut open = Open::default();
        let start = self.mark();
        let found = self.each_item(node, &list, slot, |f, _, _, present| {
            let here = f.mark();
            let hit = present.and(|| if want { f.truth(body) } else { !f.truth(body) });
            match hit {
                Truth::True => {
                    f.forget(start, here);
                    return Some(true);
                }
                Truth::Unknown(why) => open.add(&why),
                Truth::False => {}
            }
            spent(f)
        });
        match found {
            Some(true) => return want.into(),
            Some(false) => return Truth::Unknown(limit()),
            None => {}
        }
        if let Some(more) = &list.more {
            open.add(more);
        }
        open.or(!want)
    }

    pub(super) fn exists_one(&mut self, node: &Node, slot: usize, body: &Node) -> Truth {
        let list = match self.list(node) {
            Ok(list) => list,
            Err(why) => return Truth::Unknown(why),
        };
        let (mut open, mut sure) = (Open::default(), 0);
        let found = self.each_item(node, &list, slot, |f, _, _, present| {
            match present.and(|| f.truth(body)) {
                Truth::True => sure += 1,
                Truth::Unknown(why) => open.add(&why),
                Truth::False => {}
            }
            if sure > 1 { Some(true) } else { spent(f) }
        });
        match found {
            Some(true) => return Truth::False,
            Some(false) => return Truth::Unknown(limit()),
            None => {}
        }
        if let Some(more) = &list.more {
            open.add(more);
        }
        open.or(sure == 1)
    }

    pub(super) fn filter(&mut self, node: &Node, slot: usize, body: &Node) -> Val {
        let list = match self.list(node) {
            Ok(list) => list,
            Err(why) => return Val::Unknown(why),
        };
        let mut open = Open(list.more.clone());
        let mut items = Vec::new();
        let cut = self.each_item(node, &list, slot, |f, item, _, _| {
            match f.truth(body) {
                Truth::True => items.push(item.clone()),
                Truth::Unknown(why) => open.add(&why),
                Truth::False => {}
            }
            spent(f)
        });
        if cut.is_some() {
            open.add(&limit());
        }
        Val::List(List { items, more: open.0 }.into())
    }

    pub(super) fn map(&mut self, node: &Node, slot: usize, body: &Node) -> Val {
        let list = match self.list(node) {
            Ok(list) => list,
            Err(why) => return Val::Unknown(why),
        };
        let mut items = Vec::new();
        let cut = self.each_item(node, &list, slot, |f, item, _, _| {
            let val = f.value(body);
            items.push(Item { val, present: item.present.clone(), place: item.place });
            spent(f)
        });
        let more = if cut.is_some() { Some(limit()) } else { list.more.clone() };
        Val::List(List { items, more }.into())
    }

    /// `item in list`
    pub(super) fn within(&mut self, item: &Node, node: &Node) -> Truth {
        let val = self.value(item);
        if let Val::Unknown(why) = val {
            // Nothing is in an empty list, not even an unknown.
            let empty = self.list(node).is_ok_and(|l| l.items.is_empty() && l.more.is_none());
            return if empty { Truth::False } else { Truth::Unknown(why) };
        }
        match self.list(node) {
            Ok(list) => self.holds(&list, &val, node, item),
            Err(why) => Truth::Unknown(why),
        }
    }

    fn holds(&mut self, list: &List, val: &Val, node: &Node, item: &Node) -> Truth {
        let mut open = Open::default();
        for here in &list.items {
            if !self.charge(1) {
                return Truth::Unknown(limit());
            }
            let held = here.val.in_world(self.read.world());
            let same = match equal(val, &held) {
                Ok(same) => same.into(),
                Err(0) => Truth::Unknown(self.unfit(val, item, "a value to compare")),
                Err(_) => Truth::Unknown(self.unfit(&held, node, "a value to compare")),
            };
            match same.and(|| here.present.truth(self.read.world())) {
                Truth::True => return Truth::True,
                Truth::Unknown(why) => open.add(&why),
                Truth::False => {}
            }
        }
        if let Some(more) = &list.more {
            open.add(more);
        }
        open.or(false)
    }

    pub(super) fn contains_any(&mut self, node: &Node, wanted: &Node) -> Truth {
        let (list, wanted_list) = match (self.list(node), self.list(wanted)) {
            (Ok(list), Ok(wanted)) => (list, wanted),
            (Err(a), Err(b)) => return Truth::Unknown(a.and(&b)),
            (Err(why), Ok(other)) | (Ok(other), Err(why)) => {
                let empty = other.items.is_empty() && other.more.is_none();
                return if empty { Truth::False } else { Truth::Unknown(why) };
            }
        };
        let mut open = Open::default();
        for item in &wanted_list.items {
            let val = item.val.in_world(self.read.world());
            let present = item.present.truth(self.read.world());
            match present.and(|| self.holds(&list, &val, node, wanted)) {
                Truth::True => return Truth::True,
                Truth::Unknown(why) => open.add(&why),
                Truth::False => {}
            }
        }
        let none = list.items.is_empty() && list.more.is_none();
        if let Some(more) = wanted_list.more.as_ref().filter(|_| !none) {
            open.add(more);
        }
        open.or(false)
    }

    /// The size of a list or a text.
    pub(super) fn size(&mut self, node: &Node) -> Size {
        match self.value(node) {
            Val::Absent => Size::exactly(0),
            Val::Text(text) => Size::exactly(count(text.chars().count())),
            Val::List(list) => self.count(&list),
            other => Size { least: 0, most: None, why: Some(self.unfit(&other, node, "a list")) },
        }
    }

    /// How many items a list has.
    pub(super) fn count(&mut self, list: &List) -> Size {
        if !self.charge(list.items.len()) {
            return Size { least: 0, most: None, why: Some(limit()) };
        }
        let (mut least, mut most, mut open) = (0, 0, Open::default());
        for item in &list.items {
            match item.present.truth(self.read.world()) {
                Truth::True => {
                    least += 1;
                    most += 1;
                }
                Truth::Unknown(why) => {
                    most += 1;
                    open.add(&why);
                }
                Truth::False => {}
            }
        }
        if let Some(more) = &list.more {
            open.add(more);
        }
        Size { least, most: list.more.is_none().then_some(most), why: open.0 }
    }

    /// Every resource in view of these kinds.
    pub(super) fn every(&mut self, kinds: &[KindId]) -> Val {
        let graph = self.read.graph();
        if !self.charge(kinds.iter().map(|kind| graph.of_kind(*kind).len()).sum()) {
            return Val::Unknown(limit());
        }
        let ids = kinds.iter().flat_map(|kind| graph.of_kind(*kind));
        let seen = ids.map(|id| (*id, graph.resource(*id))).filter(|(_, res)| res.in_view);
        let items =
            seen.map(|(id, res)| Item { val: Val::Res(id), present: res.presence.clone(), place: res.place });
        Val::List(List { items: items.collect(), more: None }.into())
    }

    pub(super) fn fold(&mut self, fold: Fold, node: &Node, whole: &Node) -> Val {
        let list = match self.list(node) {
            Ok(list) => list,
            Err(why) => return Val::Unknown(why),
        };
        if !self.charge(list.items.len()) {
            return Val::Unknown(limit());
        }
        match fold {
            Fold::Flatten => self.flatten(&list, node),
            Fold::Distinct => self.distinct(&list, node),
            Fold::Sum | Fold::Min | Fold::Max => self.total(fold, &list, node, whole),
        }
    }

    fn flatten(&mut self, list: &List, node: &Node) -> Val {
        let mut open = Open(list.more.clone());
        let mut items = Vec::new();
        for outer in &list.items {
            match outer.val.in_world(self.read.world()) {
                Val::List(inner) => {
                    if !self.charge(inner.items.len()) {
                        return Val::Unknown(limit());
                    }
                    items.extend(
                        inner
                            .items
                            .iter()
                            .map(|i| Item { present: i.present.and(&outer.present), ..i.clone() }),
                    );
                    if let Some(more) =
                        inner.more.as_ref().filter(|_| !outer.present.truth(self.read.world()).is_false())
                    {
                        open.add(more);
                    }
                }
                Val::Absent => {}
                other => open.add(&self.unfit(&other, node, "a list")),
            }
        }
        Val::List(List { items, more: open.0 }.into())
    }

    /// Every value once. What may or may not equal another is not counted twice: it goes into `more`.
    fn distinct(&mut self, list: &List, node: &Node) -> Val {
        let mut open = Open(list.more.clone());
        let mut items: Vec<Item> = Vec::new();
        for item in &list.items {
            if item.present.truth(self.read.world()).is_false() {
                continue;
            }
            let val = item.val.in_world(self.read.world());
            let mut unsure = !known(&val) && !matches!(val, Val::Symbol { .. });
            let mut double = false;
            for had in &mut items {
                if !self.charge(1) {
                    return Val::Unknown(limit());
                }
                match equal(&had.val, &val) {
                    Ok(true) => {
                        had.present = either(&had.present, &item.present);
                        double = true;
                    }
                    Ok(false) => {}
                    Err(_) => unsure = true,
                }
            }
            match (double, unsure) {
                (true, _) => {}
                (false, true) => open.add(&self.unfit(&val, node, "a value to compare")),
                (false, false) => items.push(Item { val, ..item.clone() }),
            }
        }
        Val::List(List { items, more: open.0 }.into())
    }

    fn total(&mut self, fold: Fold, list: &List, node: &Node, whole: &Node) -> Val {
        let mut open = Open(list.more.clone());
        let mut best: Option<Val> = None;
        for item in &list.items {
            match item.present.truth(self.read.world()) {
                Truth::False => continue,
                Truth::Unknown(why) => open.add(&why),
                Truth::True => {}
            }
            let val = item.val.in_world(self.read.world());
            if !matches!(val, Val::Int(_) | Val::Num(_)) {
                open.add(&self.unfit(&val, node, "a number"));
                continue;
            }
            best = Some(match (best, fold) {
                (None, _) => val,
                (Some(before), Fold::Sum) => match add(&before, &val) {
                    Some(sum) => sum,
                    None => {
                        let cause = Cause::Malformed("the result does not fit into 64 bits".into());
                        return Val::unknown(whole.label.clone(), cause);
                    }
                },
                (Some(before), _) => {
                    let wanted = if fold == Fold::Min { Ordering::Less } else { Ordering::Greater };
                    if numbers(&val, &before) == Ok(wanted) { val } else { before }
                }
            });
        }
        match (open.0, best, fold) {
            (Some(why), ..) => Val::Unknown(why),
            (None, Some(val), _) => val,
            (None, None, Fold::Sum) => Val::Int(0),
            (None, None, _) => Val::Absent,
        }
    }
}

fn add(a: &Val, b: &Val) -> Option<Val> {
    match (a, b) {
        (Val::Int(a), Val::Int(b)) => a.checked_add(*b).map(Val::Int),
        (a, b) => Some(Val::Num(float(a) + float(b))).filter(|v| float(v).is_finite()),
    }
}

fn either(a: &Cond, b: &Cond) -> Cond {
    match (a, b) {
        (Cond::Const(true), _) | (_, Cond::Const(true)) => Cond::Const(true),
        (a, b) if a == b => a.clone(),
        (a, b) => Cond::Or(Arc::new([a.clone(), b.clone()])),
    }
}

/// Ends a loop when the budget is spent: `Some(false)`, as opposed to a hit.
fn spent(frame: &Frame<'_>) -> Option<bool> {
    (frame.steps == 0).then_some(false)
}

pub(super) fn limit() -> Reasons {
    Reasons::one("the expression", Cause::Limit("steps of one verdict".into()))
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
