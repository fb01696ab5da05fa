//! What facts are written with: lists known in part, truth with its proof, and answers.
//!
//! Must not know any kind or attribute. `Known<T>` is `Result<T, Reasons>`, so `?` hands an unknown on.

use std::sync::Arc;

use crate::base::text::Place;
use crate::model::read::{Answer, Step};
use crate::model::truth::Truth;
use crate::model::value::{Item, List, Val};
use crate::model::why::Reasons;

/// A value, or why it is not known.
pub type Known<T> = Result<T, Reasons>;

/// An item that is in its list, or may be.
#[derive(Clone, Debug)]
pub struct Entry<T> {
    /// The item.
    pub val: T,
    /// Whether it is in the list: true or unknown, never false.
    pub present: Truth,
    /// Where it stands.
    pub place: Option<Place>,
}

/// A list in one world, perhaps known only in part.
#[derive(Clone, Debug)]
pub struct Items<T> {
    /// The items that are known.
    pub items: Vec<Entry<T>>,
    /// Why there may be more.
    pub more: Option<Reasons>,
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self { items: Vec::new(), more: None }
    }
}

/// Adds reasons to reasons that may not be there yet.
pub fn join(more: &mut Option<Reasons>, why: &Reasons) {
    *more = Some(more.as_ref().map_or_else(|| why.clone(), |m| m.and(why)));
}

/// A truth as a boolean, or why not.
///
/// # Errors
/// The reasons of an unknown.
pub fn known(truth: Truth) -> Known<bool> {
    match truth {
        Truth::True => Ok(true),
        Truth::False => Ok(false),
        Truth::Unknown(why) => Err(why),
    }
}

/// A boolean that may be unknown, as a truth.
pub fn truth(of: Known<bool>) -> Truth {
    match of {
        Ok(b) => b.into(),
        Err(why) => Truth::Unknown(why),
    }
}

impl<T> Items<T> {
    /// A list of which nothing is known.
    pub fn unknown(why: Reasons) -> Self {
        Self { items: Vec::new(), more: Some(why) }
    }

    /// Whether some item satisfies.
    pub fn any(&self, mut f: impl FnMut(&T) -> Truth) -> Truth {
        self.prove_any(|e| f(&e.val).into()).truth
    }

    /// Whether every item satisfies.
    pub fn all(&self, mut f: impl FnMut(&T) -> Truth) -> Truth {
        !self.any(|t| !f(t))
    }

    /// Whether some item satisfies, with the proof of the first that does; where none does, the path
    /// of the last one tried, which says what is in the way.
    pub fn prove_any(&self, mut f: impl FnMut(&Entry<T>) -> Proof) -> Proof {
        let mut result = Proof::from(Truth::False);
        for entry in &self.items {
            let proof = f(entry);
            let here = Proof { truth: entry.present.clone().and(|| proof.truth), path: proof.path };
            result = result.or(|| here);
            if result.truth.is_true() {
                return result;
            }
        }
        match &self.more {
            Some(why) => result.or(|| Truth::Unknown(why.clone()).into()),
            None => result,
        }
    }

    /// The first item that surely is there, else the first that may be.
    pub fn surest(&self) -> Option<&Entry<T>> {
        self.items.iter().find(|e| e.present.is_true()).or_else(|| self.items.first())
    }

    /// Whether there is an item at all.
    pub fn some(&self) -> Truth {
        self.any(|_| Truth::True)
    }

    /// Both lists.
    #[must_use]
    pub fn chain(mut self, other: Self) -> Self {
        self.items.extend(other.items);
        if let Some(why) = &other.more {
            join(&mut self.more, why);
        }
        self
    }

    /// The items of the lists that each item gives.
    pub fn flat_map<U>(&self, mut f: impl FnMut(&T) -> Items<U>) -> Items<U> {
        let mut out = Items { items: Vec::new(), more: self.more.clone() };
        for entry in &self.items {
            let inner = f(&entry.val);
            if let Some(why) = &inner.more {
                join(&mut out.more, why);
            }
            out.items.extend(inner.items.into_iter().map(|e| Entry {
                present: entry.present.clone().and(|| e.present),
                val: e.val,
                place: e.place,
            }));
        }
        out
    }

    /// The items that satisfy; those of which it is not known stay with a presence that is not known.
    #[must_use]
    pub fn keep(self, mut f: impl FnMut(&T) -> Truth) -> Self {
        let items = self
            .items
            .into_iter()
            .filter_map(|mut e| {
                e.present = e.present.and(|| f(&e.val));
                (!e.present.is_false()).then_some(e)
            })
            .collect();
        Self { items, more: self.more }
    }
}

/// A complete list of one item.
pub fn one<T>(val: T) -> Items<T> {
    Items { items: vec![Entry { val, present: Truth::True, place: None }], more: None }
}

/// A truth with the path that proves it.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The truth.
    pub truth: Truth,
    /// The path; for false, what is in the way.
    pub path: Vec<Step>,
}

impl From<Truth> for Proof {
    fn from(truth: Truth) -> Self {
        Self { truth, path: Vec::new() }
    }
}

impl From<bool> for Proof {
    fn from(b: bool) -> Self {
        Truth::from(b).into()
    }
}

impl Proof {
    /// A truth with its path.
    pub fn new(truth: impl Into<Truth>, path: Vec<Step>) -> Self {
        Self { truth: truth.into(), path }
    }

    /// Conjunction: paths are joined; a false one keeps only the path to what is in the way.
    #[must_use]
    pub fn and(self, other: impl FnOnce() -> Self) -> Self {
        if self.truth.is_false() {
            return self;
        }
        let other = other();
        let mut path = self.path;
        path.extend(other.path);
        Self { truth: self.truth.and(|| other.truth), path }
    }

    /// Disjunction: the path of the side that decides.
    #[must_use]
    pub fn or(self, other: impl FnOnce() -> Self) -> Self {
        if self.truth.is_true() {
            return self;
        }
        let other = other();
        let path = match (&self.truth, &other.truth) {
            (_, Truth::True) => other.path,
            (Truth::Unknown(_), _) => self.path,
            (_, Truth::Unknown(_)) => other.path,
            _ if other.path.is_empty() => self.path,
            _ => other.path,
        };
        Self { truth: self.truth.or(|| other.truth), path }
    }

    /// As the answer of a boolean fact.
    ///
    /// # Errors
    /// Never; the type fits the facts' functions.
    pub fn answer(self) -> Known<Answer> {
        let val = match self.truth {
            Truth::True => Val::Bool(true),
            Truth::False => Val::Bool(false),
            Truth::Unknown(why) => Val::Unknown(why),
        };
        Ok(Answer { val, path: self.path })
    }
}

/// An answer without a path.
///
/// # Errors
/// Never; the type fits the facts' functions.
pub fn plain(val: Val) -> Known<Answer> {
    Ok(Answer { val, path: Vec::new() })
}

/// A list that is being found, with the path that proves its items.
#[derive(Debug, Default)]
pub struct Found {
    items: Vec<Item>,
    more: Option<Reasons>,
    path: Vec<Step>,
}

impl Found {
    /// Adds a value once, if it is known to belong; if that is not known, the list is incomplete.
    pub fn add(&mut self, belongs: &Truth, val: Val, steps: Vec<Step>) {
        match belongs {
            Truth::False => {}
            Truth::Unknown(why) => join(&mut self.more, why),
            Truth::True => match val {
                Val::Unknown(why) => join(&mut self.more, &why),
                Val::Absent => {}
                val if self.items.iter().any(|i| i.val == val) => {}
                val => {
                    self.items.push(Item::new(val));
                    self.path.extend(steps);
                }
            },
        }
    }

    /// Says that there may be more.
    pub fn more(&mut self, why: &Reasons) {
        join(&mut self.more, why);
    }

    /// Says that there may be more, if there may.
    pub fn maybe_more(&mut self, why: Option<&Reasons>) {
        if let Some(why) = why {
            join(&mut self.more, why);
        }
    }

    /// True if nothing further may belong.
    pub fn is_complete(&self) -> bool {
        self.more.is_none()
    }

    /// What is found so far.
    pub fn vals(&self) -> impl Iterator<Item = &Val> {
        self.items.iter().map(|i| &i.val)
    }

    /// As the answer of a list fact.
    ///
    /// # Errors
    /// Never; the type fits the facts' functions.
    pub fn answer(self) -> Known<Answer> {
        Ok(Answer { val: Val::List(Arc::new(List { items: self.items, more: self.more })), path: self.path })
    }
}
