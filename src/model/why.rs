//! Why a value is not known. Every unknown carries at least one of these to the report.

use std::sync::Arc;

use super::cond::Atom;
use crate::base::text::Text;

/// One reason for an unknown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Why {
    /// What is not known, as the user would name it: `aws_db_instance.main.multi_az`.
    pub what: Text,
    /// Why not.
    pub cause: Cause,
}

/// Causes of not knowing. The order is the order in reports.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// Only known after apply or deployment.
    AfterApply,
    /// A parameter, variable or pseudo parameter without a value: its name.
    Parameter(Text),
    /// Depends on a condition that is not decided; the engine follows both cases.
    Condition(Arc<Atom>),
    /// A call was denied or failed: the API action.
    Denied(Text),
    /// A reference that nothing in view answers: the reference as written.
    Unresolved(Text),
    /// A resource that is only referred to: its id, ARN or name.
    NotInView(Text),
    /// This source does not tell this fact.
    NotTold,
    /// Marked sensitive by the source.
    Sensitive,
    /// A function, transform or construct that archlint does not evaluate: its name.
    Unsupported(Text),
    /// A value that cannot be read as the type that the fact has: what was found.
    Malformed(Text),
    /// Leaving it out means something that the source cannot tell: the catalog's words.
    Omitted(Text),
    /// There is no value, and the question needs one (an order comparison).
    NoValue,
    /// A limit was reached: which.
    Limit(Text),
}

impl Cause {
    /// A short stable key by which reports group unknowns.
    pub fn group(&self) -> &'static str {
        match self {
            Self::AfterApply => "known after apply",
            Self::Parameter(_) => "parameter without a value",
            Self::Condition(_) => "undecided condition",
            Self::Denied(_) => "call denied",
            Self::Unresolved(_) => "unresolved reference",
            Self::NotInView(_) => "not in view",
            Self::NotTold => "not told by this source",
            Self::Sensitive => "sensitive value",
            Self::Unsupported(_) => "not evaluated",
            Self::Malformed(_) => "unreadable value",
            Self::Omitted(_) => "default depends on something else",
            Self::NoValue => "no value",
            Self::Limit(_) => "limit reached",
        }
    }

    /// What would settle it, in one clause.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::AfterApply => "check the state after apply, or the live account",
            Self::Parameter(_) => "give the parameter a value (`--parameters FILE`)",
            Self::Condition(_) => "give the parameters that decide the condition",
            Self::Denied(_) => "allow the call",
            Self::Unresolved(r) if r.starts_with("local.") => {
                "refer to the thing itself there, or check the state after apply"
            }
            Self::Unresolved(_) | Self::NotInView(_) => "check together with the file that declares it",
            Self::NotTold => "check a source that tells it",
            Self::Sensitive => "nothing: sensitive values are not read",
            Self::Unsupported(_) | Self::Malformed(_) => "write the value plainly",
            Self::Omitted(_) | Self::NoValue => "state the value",
            Self::Limit(_) => "raise the limit",
        }
    }

    /// One sentence for a reader: "known only after apply".
    pub fn say(&self) -> String {
        match self {
            Self::AfterApply => "known only after apply".into(),
            Self::Parameter(p) => format!("parameter `{p}` has no value"),
            Self::Condition(c) => format!("depends on `{}`", c.text),
            Self::Denied(call) => format!("`{call}` was denied"),
            Self::Unresolved(r) if r.starts_with("local.") => {
                format!("a plan does not hold the expression of `{r}`")
            }
            Self::Unresolved(r) => format!("`{r}` does not resolve to anything in view"),
            Self::NotInView(id) => format!("`{id}` is not in view"),
            Self::NotTold => "this source does not tell it".into(),
            Self::Sensitive => "the source marks it sensitive".into(),
            Self::Unsupported(f) => format!("`{f}` is not evaluated"),
            Self::Malformed(found) => format!("cannot be read: {found}"),
            Self::Omitted(words) => words.to_string(),
            Self::NoValue => "it has no value".into(),
            Self::Limit(which) => format!("the limit `{which}` was reached"),
        }
    }
}

/// A set of reasons: sorted, without doubles, capped so that it cannot grow without bound.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reasons(Arc<[Arc<Why>]>);

/// Most reasons that one unknown carries.
const MOST: usize = 12;

impl Reasons {
    /// One reason.
    pub fn one(what: impl Into<Text>, cause: Cause) -> Self {
        Self(Arc::new([Arc::new(Why { what: what.into(), cause })]))
    }

    /// From a reason that is there already.
    pub fn of(why: Arc<Why>) -> Self {
        Self(Arc::new([why]))
    }

    /// The union.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        if self.0 == other.0 {
            return self.clone();
        }
        let mut all: Vec<Arc<Why>> = self.0.iter().chain(other.0.iter()).cloned().collect();
        all.sort();
        all.dedup();
        // Of what is cut off, a condition is kept: the engine can decide it.
        let condition = all.iter().position(|w| matches!(w.cause, Cause::Condition(_)));
        if let Some(at) = condition.filter(|at| *at >= MOST) {
            all.swap(MOST - 1, at);
        }
        all.truncate(MOST);
        Self(all.into())
    }

    /// The reasons in order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Why>> {
        self.0.iter()
    }

    /// The first undecided condition among them, which the engine can split on.
    pub fn condition(&self) -> Option<&Arc<Atom>> {
        self.0.iter().find_map(|w| match &w.cause {
            Cause::Condition(atom) => Some(atom),
            _ => None,
        })
    }
}
