//! Conditions that a source leaves open (CloudFormation `Conditions`, Terraform conditionals), and
//! the world in which some of them are assumed.
//!
//! A condition is a formula over atoms. A value that depends on one is stored as cases and read in
//! a [`World`]; the engine splits a world on an atom only when a verdict turns out to need it, so
//! cases are never enumerated.

use std::sync::Arc;

use super::truth::Truth;
use super::why::{Cause, Reasons};
use crate::base::text::Text;

/// Something that is true or false but not known: `Environment == "prod"`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Atom {
    /// The text shown to the user: the condition's name, or the comparison.
    pub text: Text,
    /// For `subject == value`: atoms with the same subject and different values exclude each other.
    pub equals: Option<(Text, Text)>,
}

/// A formula over atoms.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Cond {
    /// Always or never.
    Const(bool),
    /// One atom.
    Atom(Arc<Atom>),
    /// Open for reasons that no assumption decides: whether a reference that is not known leads here.
    Open(Reasons),
    /// Negation.
    Not(Arc<Cond>),
    /// Conjunction.
    And(Arc<[Cond]>),
    /// Disjunction.
    Or(Arc<[Cond]>),
}

impl Cond {
    /// Its truth in a world; unknown names the first atom that is not decided.
    pub fn truth(&self, world: &World) -> Truth {
        match self {
            Self::Const(b) => (*b).into(),
            Self::Atom(atom) => match world.decided(atom) {
                Some(b) => b.into(),
                None => Truth::Unknown(Reasons::one(atom.text.clone(), Cause::Condition(atom.clone()))),
            },
            Self::Open(reasons) => Truth::Unknown(reasons.clone()),
            Self::Not(inner) => !inner.truth(world),
            Self::And(all) => all.iter().fold(Truth::True, |t, c| t.and(|| c.truth(world))),
            Self::Or(any) => any.iter().fold(Truth::False, |t, c| t.or(|| c.truth(world))),
        }
    }

    /// Negation, simplified.
    #[must_use]
    pub fn negate(&self) -> Self {
        match self {
            Self::Const(b) => Self::Const(!b),
            Self::Not(inner) => (**inner).clone(),
            other => Self::Not(Arc::new(other.clone())),
        }
    }

    /// Conjunction, simplified.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Const(false), _) | (_, Self::Const(false)) => Self::Const(false),
            (Self::Const(true), c) | (c, Self::Const(true)) => c.clone(),
            (a, b) if a == b => a.clone(),
            (a, b) => Self::And(Arc::new([a.clone(), b.clone()])),
        }
    }
}

/// What is assumed of atoms. The empty world assumes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct World {
    assumed: Vec<(Arc<Atom>, bool)>,
}

impl World {
    /// This world with one more assumption; `None` if it contradicts what is assumed.
    #[must_use]
    pub fn assume(&self, atom: &Arc<Atom>, holds: bool) -> Option<Self> {
        match self.decided(atom) {
            Some(b) if b == holds => return Some(self.clone()),
            Some(_) => return None,
            None => {}
        }
        let mut assumed = self.assumed.clone();
        assumed.push((atom.clone(), holds));
        assumed.sort();
        Some(Self { assumed })
    }

    /// The worlds in which a formula holds, reached by deciding its atoms; at most `budget` of them.
    pub fn satisfying(&self, cond: &Cond, budget: usize) -> Vec<Self> {
        match cond.truth(self) {
            Truth::True => vec![self.clone()],
            Truth::False => Vec::new(),
            Truth::Unknown(reasons) => {
                let Some(atom) = reasons.condition() else { return vec![self.clone()] };
                let mut found = Vec::new();
                for holds in [true, false] {
                    if found.len() >= budget {
                        break;
                    }
                    if let Some(world) = self.assume(atom, holds) {
                        found.extend(world.satisfying(cond, budget - found.len()));
                    }
                }
                found
            }
        }
    }

    /// What this world says of an atom, directly or because another value of the same subject is assumed.
    pub fn decided(&self, atom: &Atom) -> Option<bool> {
        for (known, holds) in &self.assumed {
            if **known == *atom {
                return Some(*holds);
            }
            if let (true, Some((s1, v1)), Some((s2, v2))) = (*holds, &known.equals, &atom.equals)
                && s1 == s2
                && v1 != v2
            {
                return Some(false);
            }
        }
        None
    }

    /// True if nothing is assumed.
    pub fn is_empty(&self) -> bool {
        self.assumed.is_empty()
    }

    /// The assumptions as reasons: what an unknown verdict rests on.
    pub fn reasons(&self) -> Option<Reasons> {
        self.assumed
            .iter()
            .map(|(a, _)| Reasons::one(a.text.clone(), Cause::Condition(a.clone())))
            .reduce(|x, y| x.and(&y))
    }

    /// The assumptions, for "when `IsProd` is false".
    pub fn say(&self) -> String {
        let parts: Vec<String> = self.assumed.iter().map(|(a, b)| format!("`{}` is {b}", a.text)).collect();
        parts.join(" and ")
    }
}
