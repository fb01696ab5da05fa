//! Conditions: from `Fn::Equals` and its siblings to formulas over atoms.
//!
//! Owns how a comparison becomes an atom. A comparison of a parameter without a value with a literal
//! is an atom of the parameter, so that different literals exclude each other. The atom bears the
//! name of the first condition that is this comparison.

use std::sync::Arc;

use super::eval::Eval;
use super::text::known;
use super::{parameters, pseudo, syntax};
use crate::base::text::Text;
use crate::base::tree::{Entry, Node, NodeKind};
use crate::model::cond::{Atom, Cond};
use crate::model::doc::{Doc, Said};

/// Largest formula; what is larger becomes one atom.
const LARGEST: usize = 2_000;

impl Eval<'_> {
    /// The formula of a named condition; `None` if there is none of that name.
    pub fn condition(&self, name: &str) -> Option<Cond> {
        let entry = self.scope.template.conditions.iter().find(|e| &*e.key == name)?;
        let key = (self.scope.index, Text::from(name));
        let found = self.set.conditions.borrow().get(&key).cloned();
        if let Some(found) = found {
            return Some(found.unwrap_or_else(|| self.cyclic(entry)));
        }
        self.set.conditions.borrow_mut().insert(key.clone(), None);
        let mut cond = self.formula(&entry.value, Some(name));
        if !is_small(&cond, &mut LARGEST.clone()) {
            cond = self.opaque(name);
        }
        self.set.conditions.borrow_mut().insert(key, Some(cond.clone()));
        Some(cond)
    }

    /// A condition by name, where a template uses it: one that is not there is reported.
    pub fn named(&self, name: &str, node: &Node) -> Cond {
        self.condition(name).unwrap_or_else(|| {
            if !self.scope.macros {
                let message = format!("condition `{name}` is not declared");
                self.warn("cfn::unresolved", node.span, message, "declare it under `Conditions`");
            }
            self.opaque(name)
        })
    }

    fn cyclic(&self, entry: &Entry) -> Cond {
        let message = format!("condition `{}` depends on itself", entry.key);
        self.warn("cfn::condition-cycle", entry.key_span, message, "break the circle");
        self.opaque(&entry.key)
    }

    fn opaque(&self, name: &str) -> Cond {
        let text = self.scope.own(name);
        Cond::Atom(self.atom(format!("condition {text}").into(), "true".into(), || text.clone()))
    }

    /// A formula. `name`: the condition that is this formula.
    pub fn formula(&self, node: &Node, name: Option<&str>) -> Cond {
        if let [only] = node.entries() {
            let argument = &only.value;
            let operands = || argument.items().iter().map(|n| self.formula(n, None));
            match &*only.key {
                "Condition" => {
                    return match argument.text() {
                        Some(other) => self.named(other, argument),
                        None => self.expression(node, name),
                    };
                }
                "Fn::And" => return operands().fold(Cond::Const(true), |all, c| all.and(&c)),
                "Fn::Or" => return either(operands()),
                "Fn::Not" => {
                    let inner = argument.items().first().unwrap_or(argument);
                    return self.formula(inner, None).negate();
                }
                "Fn::Equals" => {
                    return match argument.items() {
                        [a, b] => self.equals(a, b, name),
                        _ => {
                            let message = "`Fn::Equals` compares two values".to_owned();
                            self.warn("cfn::function", node.span, message, "give a list of two values");
                            self.expression(node, name)
                        }
                    };
                }
                _ => {}
            }
        }
        match &node.kind {
            NodeKind::Bool(b) => Cond::Const(*b),
            NodeKind::Text(t) if t.eq_ignore_ascii_case("true") => Cond::Const(true),
            NodeKind::Text(t) if t.eq_ignore_ascii_case("false") => Cond::Const(false),
            _ => self.expression(node, name),
        }
    }

    /// Something that cannot be taken apart.
    fn expression(&self, node: &Node, name: Option<&str>) -> Cond {
        let subject = self.scope.own(&self.written(node));
        Cond::Atom(self.atom(subject.clone(), "true".into(), || self.title(name, &subject)))
    }

    fn title(&self, name: Option<&str>, otherwise: &Text) -> Text {
        name.map_or_else(|| otherwise.clone(), |n| self.scope.own(n))
    }

    fn equals(&self, a: &Node, b: &Node, name: Option<&str>) -> Cond {
        let (left, right) = (self.operand(a), self.operand(b));
        self.compare((a, &left), (b, &right), name)
    }

    /// A side of a comparison; a `NoEcho` parameter is compared, not shown.
    fn operand(&self, node: &Node) -> Doc {
        let plain = syntax::reference(node).and_then(|name| self.plain_parameter(name));
        plain.unwrap_or_else(|| self.doc(node))
    }

    fn compare(&self, a: (&Node, &Doc), b: (&Node, &Doc), name: Option<&str>) -> Cond {
        for (cases, other, swapped) in [(a, b, false), (b, a, true)] {
            if let Said::Cases(all) = &cases.1.said {
                let each = all.iter().map(|(cond, doc)| {
                    let one = (cases.0, doc);
                    let same =
                        if swapped { self.compare(other, one, None) } else { self.compare(one, other, None) };
                    cond.and(&same)
                });
                return either(each);
            }
        }
        if let Some(same) = same(a.1, b.1) {
            return Cond::Const(same);
        }
        match (known(a.1), known(b.1)) {
            (None, Some(literal)) => self.literal(a, literal, name),
            (Some(literal), None) => self.literal(b, literal, name),
            _ => {
                let subject = self.scope.own(&format!("{} == {}", self.written(a.0), self.written(b.0)));
                Cond::Atom(self.atom(subject.clone(), "true".into(), || self.title(name, &subject)))
            }
        }
    }

    fn literal(&self, (node, doc): (&Node, &Doc), literal: Text, name: Option<&str>) -> Cond {
        let direct = pseudo::direct(doc);
        let own = syntax::reference(node).filter(|n| direct == Some(&self.scope.own(n)));
        let allowed = own.and_then(|n| parameters::allowed(self.scope, n));
        if allowed.is_some_and(|all| !all.contains(&literal)) {
            return Cond::Const(false);
        }
        let subject = direct.cloned().unwrap_or_else(|| self.scope.own(&self.written(node)));
        Cond::Atom(self.parameter_is(&subject, &literal, name))
    }

    /// The atom `subject == value`.
    pub fn parameter_is(&self, subject: &Text, value: &Text, name: Option<&str>) -> Arc<Atom> {
        let shown = if value.is_empty() { "\"\"" } else { value };
        let comparison: Text = format!("{subject} == {shown}").into();
        self.atom(subject.clone(), value.clone(), || self.title(name, &comparison))
    }

    fn atom(&self, subject: Text, value: Text, text: impl FnOnce() -> Text) -> Arc<Atom> {
        let mut atoms = self.set.atoms.borrow_mut();
        let made = atoms.entry((subject.clone(), value.clone()));
        made.or_insert_with(|| Arc::new(Atom { text: text(), equals: Some((subject, value)) })).clone()
    }
}

/// Whether two values are equal, if that can be said.
pub(super) fn same(a: &Doc, b: &Doc) -> Option<bool> {
    if let (Some(a), Some(b)) = (known(a), known(b)) {
        return Some(a == b);
    }
    if let (Some(a), Some(b)) = (pseudo::direct(a), pseudo::direct(b)) {
        return (a == b).then_some(true);
    }
    match (&a.said, &b.said) {
        (Said::Symbol { family: f, name: n }, Said::Symbol { family: g, name: m }) if f == g => Some(n == m),
        (Said::Ref(a), Said::Ref(b)) if a.targets == b.targets && a.attribute == b.attribute && !a.one_of => {
            Some(true)
        }
        _ => None,
    }
}

/// Disjunction, simplified.
pub(super) fn either(all: impl Iterator<Item = Cond>) -> Cond {
    let mut open: Vec<Cond> = Vec::new();
    for cond in all {
        match cond {
            Cond::Const(true) => return Cond::Const(true),
            Cond::Const(false) => {}
            other if open.contains(&other) => {}
            other => open.push(other),
        }
    }
    match open.len() {
        0 => Cond::Const(false),
        1 => open.swap_remove(0),
        _ => Cond::Or(open.into()),
    }
}

/// True if a formula has few enough parts; stops counting at the limit.
fn is_small(cond: &Cond, left: &mut usize) -> bool {
    let Some(rest) = left.checked_sub(1) else { return false };
    *left = rest;
    match cond {
        Cond::Const(_) | Cond::Atom(_) | Cond::Open(_) => true,
        Cond::Not(inner) => is_small(inner, left),
        Cond::And(all) | Cond::Or(all) => all.iter().all(|c| is_small(c, left)),
    }
}
