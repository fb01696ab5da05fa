//! Running code in one world of the graph.
//!
//! Owns three-valued evaluation: an unknown is carried with its reasons, never turned into an
//! answer. Lists are in `lists.rs`, comparisons in `compare.rs`, text in `text.rs`.

use super::code::{Code, Do, Each, Node};
use super::trace::{Seen, Trace};
use super::types::Param;
use super::{MOST_STEPS, ast::Op};
use crate::base::text::{Place, Text};
use crate::model::read::Read;
use crate::model::schema::{AttrId, Origin};
use crate::model::truth::Truth;
use crate::model::value::{How, ResId, Val};
use crate::model::why::{Cause, Reasons};

/// One evaluation: what it reads from, its variables, and what is left of its budget.
pub struct Frame<'a> {
    pub(super) read: &'a dyn Read,
    params: &'a [Param],
    vars: Vec<Bound>,
    pub(super) steps: u32,
    pub(super) trace: Option<Trace>,
    /// Write `?` for unknown parts of text instead of making all of it unknown.
    pub(super) lenient: bool,
}

/// What a variable holds, and which resource's attribute it was taken from.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub val: Val,
    pub owner: Option<Owner>,
    pub place: Option<Place>,
}

/// The attribute that holds a value.
pub(super) type Owner = (ResId, AttrId);

impl<'a> Frame<'a> {
    /// A frame in which slot 0 holds `subject`.
    pub fn new(read: &'a dyn Read, params: &'a [Param], subject: ResId) -> Self {
        let subject = Bound { val: Val::Res(subject), owner: None, place: None };
        Self { read, params, vars: vec![subject], steps: MOST_STEPS, trace: None, lenient: false }
    }

    /// The same, and what is read is recorded.
    #[must_use]
    pub fn traced(mut self) -> Self {
        self.trace = Some(Trace::default());
        self
    }

    /// The same, for text that is shown: unknown parts are written as `?`.
    #[must_use]
    pub fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }

    /// With another budget, in steps.
    #[must_use]
    pub fn steps(mut self, steps: u32) -> Self {
        self.steps = steps;
        self
    }

    /// What was read since [`Frame::traced`].
    pub fn into_trace(self) -> Trace {
        let mut trace = self.trace.unwrap_or_default();
        trace.settle();
        trace
    }

    /// The truth of a condition.
    pub fn test(&mut self, code: &Code) -> Truth {
        self.truth(&code.node)
    }

    /// The value of an expression.
    pub fn eval(&mut self, code: &Code) -> Val {
        self.value(&code.node)
    }

    fn step(&mut self, node: &Node) -> Option<Reasons> {
        if self.steps == 0 {
            return Some(Reasons::one(node.label.clone(), Cause::Limit("steps of one verdict".into())));
        }
        self.steps -= 1;
        None
    }

    /// Takes steps from the budget; false once it is spent.
    pub(super) fn charge(&mut self, steps: usize) -> bool {
        self.steps = self.steps.saturating_sub(u32::try_from(steps).unwrap_or(u32::MAX));
        self.steps > 0
    }

    pub(super) fn truth(&mut self, node: &Node) -> Truth {
        if let Some(spent) = self.step(node) {
            return Truth::Unknown(spent);
        }
        match &node.do_ {
            Do::Not(a) => !self.truth(a),
            Do::And(all) => self.chain(all, false),
            Do::Or(any) => self.chain(any, true),
            Do::Compare(Op::In, item, list) => self.within(item, list),
            Do::Compare(op, a, b) => self.compare(*op, a, b),
            Do::Has(of) => self.has(of),
            Do::Known(of) => known(&self.value(of)).into(),
            Do::Each { each: Each::ExistsOne, list, slot, body } => self.exists_one(list, *slot, body),
            Do::Each { each: Each::Exists, list, slot, body } => self.some(list, *slot, body, true),
            Do::Each { each: Each::All, list, slot, body } => self.some(list, *slot, body, false),
            Do::TextTest(test, a, b) => self.text_test(*test, a, b),
            Do::Matches(a, regex) => self.matches(a, regex),
            Do::ContainsAny(a, b) => self.contains_any(a, b),
            _ => {
                let val = self.value(node);
                self.as_truth(val, node)
            }
        }
    }

    fn as_truth(&mut self, val: Val, node: &Node) -> Truth {
        match val {
            Val::Bool(b) => b.into(),
            Val::Unknown(why) => Truth::Unknown(why),
            other => Truth::Unknown(self.unfit(&other, node, "a boolean")),
        }
    }

    /// Why a value that is not of the wanted type is unknown.
    pub(super) fn unfit(&mut self, val: &Val, node: &Node, wanted: &str) -> Reasons {
        let cause = match val {
            Val::Unknown(why) => return why.clone(),
            Val::Absent => Cause::NoValue,
            Val::Hidden { .. } => Cause::Sensitive,
            Val::Symbol { family, name } => Cause::Unresolved(format!("{family}[{name}]").into()),
            other => Cause::Malformed(format!("{} instead of {wanted}", other.what()).into()),
        };
        Reasons::one(self.what(node), cause)
    }

    pub(in crate::rules) fn value(&mut self, node: &Node) -> Val {
        match &node.do_ {
            Do::Const(val) => return val.clone(),
            Do::Var(slot) => {
                return self.vars.get(*slot).map_or(Val::Absent, |bound| bound.val.clone());
            }
            Do::Param(i) => return self.params.get(*i).map_or(Val::Absent, |p| p.value.clone()),
            _ => {}
        }
        match &node.do_ {
            Do::Attr { .. } | Do::Field { .. } | Do::If(..) | Do::Neg(_) | Do::Arith(..) | Do::List(_) => {}
            Do::All(_) | Do::Lower(_) | Do::Size(_) | Do::Fold(..) | Do::Join(..) => {}
            Do::Each { each: Each::Filter | Each::Map, .. } => {}
            _ => {
                return match self.truth(node) {
                    Truth::True => Val::Bool(true),
                    Truth::False => Val::Bool(false),
                    Truth::Unknown(why) => Val::Unknown(why),
                };
            }
        }
        if let Some(spent) = self.step(node) {
            return Val::Unknown(spent);
        }
        match &node.do_ {
            Do::Attr { of, .. } => self.attribute(node, of),
            Do::Field { of, index, secret } => self.field(node, of, *index, *secret),
            Do::If(test, yes, no) => self.choice(test, yes, no),
            Do::Neg(a) => self.negate(a),
            Do::Arith(op, a, b, real) => self.arithmetic(*op, a, b, *real, node),
            Do::List(all) => Val::list(all.iter().map(|n| self.value(n)).collect::<Vec<_>>()),
            Do::All(kinds) => self.every(kinds),
            Do::Lower(a) => self.lower(a),
            Do::Size(a) => self.size(a).value(),
            Do::Fold(fold, a) => self.fold(*fold, a, node),
            Do::Join(list, by) => self.join(list, by),
            Do::Each { each: Each::Filter, list, slot, body } => self.filter(list, *slot, body),
            Do::Each { list, slot, body, .. } => self.map(list, *slot, body),
            _ => Val::Absent,
        }
    }

    /// Conjunction (`stop` false) or disjunction (`stop` true): the first that decides ends it.
    fn chain(&mut self, all: &[Node], stop: bool) -> Truth {
        let start = self.mark();
        let mut open: Option<Reasons> = None;
        for node in all {
            let here = self.mark();
            match self.truth(node) {
                Truth::Unknown(why) => open = Some(open.map_or(why.clone(), |o| o.and(&why))),
                decided if decided.is_true() == stop => {
                    self.promote(start, here);
                    return decided;
                }
                _ => {}
            }
        }
        open.map_or((!stop).into(), Truth::Unknown)
    }

    fn has(&mut self, of: &Node) -> Truth {
        match self.value(of) {
            Val::Absent => Truth::False,
            Val::Unknown(why) => Truth::Unknown(why),
            Val::List(list) => {
                let size = self.count(&list);
                if size.least > 0 {
                    return Truth::True;
                }
                size.why.map_or(Truth::False, Truth::Unknown)
            }
            _ => Truth::True,
        }
    }

    fn choice(&mut self, test: &Node, yes: &Node, no: &Node) -> Val {
        match self.truth(test) {
            Truth::True => self.value(yes),
            Truth::False => self.value(no),
            Truth::Unknown(why) => {
                let (yes, no) = (self.value(yes), self.value(no));
                let mut all = why;
                for val in [&yes, &no] {
                    if let Val::Unknown(more) = val {
                        all = all.and(more);
                    }
                }
                if yes == no && known(&yes) { yes } else { Val::Unknown(all) }
            }
        }
    }

    fn attribute(&mut self, node: &Node, of: &Node) -> Val {
        let Do::Attr { slots, secret, .. } = &node.do_ else { return Val::Absent };
        let res = match self.value(of) {
            Val::Res(res) => res,
            Val::Absent => return Val::Absent,
            other => return Val::Unknown(self.unfit(&other, of, "a resource")),
        };
        let kind = self.read.graph().resource(res).kind;
        let Some((_, attr)) = slots.iter().find(|(k, _)| *k == kind) else {
            let found = self.read.graph().schema().kind(kind).name.clone();
            return Val::unknown(
                self.what(of),
                Cause::Malformed(format!("`{found}` is not of the kind asked for").into()),
            );
        };
        let val = self.read.get(res, *attr);
        if self.trace.is_some() {
            self.saw(node, res, *attr, &val, *secret);
        }
        val
    }

    fn saw(&mut self, node: &Node, res: ResId, attr: AttrId, val: &Val, secret: bool) {
        let graph = self.read.graph();
        let kind = graph.schema().kind(graph.resource(res).kind);
        let common = matches!(kind.attrs.get(attr.0 as usize).map(|a| &a.origin), Some(Origin::Common(_)));
        let fact = self.read.fact(res, attr);
        let place =
            fact.and_then(|f| f.place).or_else(|| common.then(|| graph.resource(res).place).flatten());
        let seen = Seen {
            res: Some(res),
            attr: Some(attr),
            label: node.label.clone(),
            val: val.clone(),
            defaulted: fact.is_some_and(|f| f.how == How::Defaulted),
            secret,
            field: false,
            place,
        };
        if let Some(trace) = &mut self.trace {
            trace.push(seen);
        }
    }

    fn field(&mut self, node: &Node, of: &Node, index: usize, secret: bool) -> Val {
        let record = match self.value(of) {
            Val::Record(record) => record,
            Val::Absent => return Val::Absent,
            other => return Val::Unknown(self.unfit(&other, of, "a record")),
        };
        let Some(fact) = record.fields.get(index) else { return Val::Absent };
        let val = fact.val.in_world(self.read.world());
        if self.trace.is_some() {
            let owner = self.owner(of);
            let item =
                if let Do::Var(slot) = &of.do_ { self.vars.get(*slot).and_then(|b| b.place) } else { None };
            let seen = Seen {
                res: owner.map(|o| o.0),
                attr: owner.map(|o| o.1),
                label: node.label.clone(),
                val: val.clone(),
                defaulted: fact.how == How::Defaulted,
                secret,
                field: true,
                place: fact.place.or(record.place).or(item),
            };
            if let Some(trace) = &mut self.trace {
                trace.push(seen);
            }
        }
        val
    }

    /// The attribute from which a node takes its value, if it takes it from one.
    pub(super) fn owner(&mut self, node: &Node) -> Option<Owner> {
        match &node.do_ {
            Do::Var(slot) => self.vars.get(*slot)?.owner,
            Do::Field { of, .. } => self.owner(of),
            Do::Fold(_, list) | Do::Each { each: Each::Filter, list, .. } => self.owner(list),
            Do::Attr { of, slots, .. } => {
                let trace = self.trace.take();
                let of = self.value(of);
                self.trace = trace;
                let Val::Res(res) = of else { return None };
                let kind = self.read.graph().resource(res).kind;
                slots.iter().find(|(k, _)| *k == kind).map(|(_, attr)| (res, *attr))
            }
            _ => None,
        }
    }

    /// What a node is called in a reason: `aws_db_instance.main.multi_az`.
    pub(super) fn what(&mut self, node: &Node) -> Text {
        match self.owner(node) {
            Some((res, _)) => format!("{}.{}", self.read.graph().resource(res).address, node.label).into(),
            None => node.label.clone(),
        }
    }

    /// Runs `inner` with a variable bound in `slot`.
    pub(super) fn with<T>(&mut self, slot: usize, bound: Bound, inner: impl FnOnce(&mut Self) -> T) -> T {
        self.vars.truncate(slot);
        self.vars.push(bound);
        let result = inner(self);
        self.vars.truncate(slot);
        result
    }

    pub(in crate::rules) fn mark(&self) -> usize {
        self.trace.as_ref().map_or(0, Trace::mark)
    }

    pub(in crate::rules) fn promote(&mut self, to: usize, from: usize) {
        if let Some(trace) = &mut self.trace {
            trace.promote(to, from);
        }
    }

    pub(super) fn forget(&mut self, from: usize, to: usize) {
        if let Some(trace) = &mut self.trace {
            trace.forget(from, to);
        }
    }
}

/// True if nothing of a value is unknown.
pub(super) fn known(val: &Val) -> bool {
    match val {
        Val::Unknown(_) | Val::Cases(_) | Val::Symbol { .. } | Val::Hidden { .. } => false,
        Val::List(list) => list.more.is_none() && list.items.iter().all(|i| known(&i.val)),
        _ => true,
    }
}
