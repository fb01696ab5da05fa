//! Types of the language: what fits what, and what an expression can see.
//!
//! Owns the relations between types. Must not know syntax.

use crate::base::text::Text;
use crate::model::schema::{Schema, Ty};
use crate::model::value::Val;

/// A parameter of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name, used as `params.name`.
    pub name: Text,
    /// Its type: bool, int, number, text, texts or ints.
    pub ty: Ty,
    /// One line for the docs.
    pub means: Text,
    /// Its value: the rule's default, or what a reference or a configuration sets.
    pub value: Val,
}

/// What an expression can see.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// Kinds and attributes.
    pub schema: &'a Schema,
    /// The variable of the judged resource, in slot 0, and its type.
    pub subject: (&'a str, &'a Ty),
    /// The parameters.
    pub params: &'a [Param],
    /// True in texts that are shown, where secrets may not stand.
    pub shown: bool,
}

/// True for int and number.
pub fn numeric(ty: &Ty) -> bool {
    matches!(ty, Ty::Int | Ty::Num)
}

/// The type that has the values of both, if there is one.
pub fn join(a: &Ty, b: &Ty) -> Option<Ty> {
    match (a, b) {
        (a, b) if a == b => Some(a.clone()),
        (a, b) if numeric(a) && numeric(b) => Some(Ty::Num),
        (Ty::List(a), Ty::List(b)) => join(a, b).map(|ty| Ty::List(Box::new(ty))),
        (Ty::Res(a), Ty::Res(b)) => {
            let mut kinds: Vec<_> = a.iter().chain(b).copied().collect();
            kinds.sort();
            kinds.dedup();
            Some(Ty::Res(kinds))
        }
        _ => None,
    }
}

/// True if values of the two can be equal.
pub fn comparable(a: &Ty, b: &Ty) -> bool {
    match (a, b) {
        (Ty::Bool, Ty::Bool) | (Ty::Text, Ty::Text) => true,
        (Ty::Res(a), Ty::Res(b)) => a.iter().any(|kind| b.contains(kind)),
        (a, b) => numeric(a) && numeric(b),
    }
}

/// True if values of the two have an order.
pub fn ordered(a: &Ty, b: &Ty) -> bool {
    matches!((a, b), (Ty::Text, Ty::Text)) || (numeric(a) && numeric(b))
}
