//! Values as facts hold them and rules read them.

use std::sync::Arc;

use super::cond::{Cond, World};
use super::schema::ShapeId;
use super::why::{Cause, Reasons};
use crate::base::text::{Place, Text};

/// Index of a resource in its graph.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ResId(pub u32);

impl ResId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Val {
    /// Known to have no value.
    Absent,
    /// Not known, because.
    Unknown(Reasons),
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Num(f64),
    /// Text.
    Text(Text),
    /// Not known, but known to differ from its siblings: see [`super::doc::Said::Symbol`].
    Symbol {
        /// What siblings share.
        family: Text,
        /// Which of them.
        name: Text,
    },
    /// There is a value, and it is not to be shown. `literal`: spelt in the code itself.
    Hidden {
        /// True if the code itself spells the value.
        literal: Option<bool>,
    },
    /// A list.
    List(Arc<List>),
    /// A record.
    Record(Arc<Record>),
    /// A resource.
    Res(ResId),
    /// Alternatives under conditions that exclude each other. Only stored values are cases:
    /// [`Val::in_world`] removes them.
    Cases(Arc<[(Cond, Val)]>),
}

/// A list, which may be known only in part.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct List {
    /// The items that are known.
    pub items: Vec<Item>,
    /// Why there may be more.
    pub more: Option<Reasons>,
}

/// An item of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The value.
    pub val: Val,
    /// When it is in the list at all.
    pub present: Cond,
    /// Where it stands.
    pub place: Option<Place>,
}

impl Item {
    /// An item that is there.
    pub fn new(val: Val) -> Self {
        Self { val, present: Cond::Const(true), place: None }
    }
}

/// A record of a shape that the schema knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its shape.
    pub shape: ShapeId,
    /// Its fields, in the shape's order.
    pub fields: Vec<Fact>,
    /// Where it stands.
    pub place: Option<Place>,
}

/// A stored value with its origin.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The value.
    pub val: Val,
    /// How it is known.
    pub how: How,
    /// Where it stands, if it was stated and the source has lines.
    pub place: Option<Place>,
}

/// How a value is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The source says so.
    Stated,
    /// The source leaves it out, and the catalog knows what that means.
    Defaulted,
}

impl Fact {
    /// A value that the source states, without a place.
    pub fn stated(val: Val) -> Self {
        Self { val, how: How::Stated, place: None }
    }

    /// Nothing.
    pub fn absent() -> Self {
        Self { val: Val::Absent, how: How::Stated, place: None }
    }
}

impl Val {
    /// Unknown for one reason.
    pub fn unknown(what: impl Into<Text>, cause: Cause) -> Self {
        Self::Unknown(Reasons::one(what, cause))
    }

    /// A complete list of values.
    pub fn list(vals: impl IntoIterator<Item = Val>) -> Self {
        Self::List(Arc::new(List { items: vals.into_iter().map(Item::new).collect(), more: None }))
    }

    /// Text.
    pub fn text(t: impl Into<Text>) -> Self {
        Self::Text(t.into())
    }

    /// This value in a world: cases are decided, or unknown because of their condition.
    #[must_use]
    pub fn in_world(&self, world: &World) -> Self {
        let Self::Cases(cases) = self else { return self.clone() };
        let mut open: Option<Reasons> = None;
        for (cond, val) in cases.iter() {
            match cond.truth(world) {
                super::truth::Truth::True => return val.in_world(world),
                super::truth::Truth::False => {}
                super::truth::Truth::Unknown(r) => {
                    open = Some(open.map_or(r.clone(), |o| o.and(&r)));
                }
            }
        }
        open.map_or(Self::Absent, Self::Unknown)
    }

    /// What kind of value it is, for messages.
    pub fn what(&self) -> &'static str {
        match self {
            Self::Absent => "nothing",
            Self::Unknown(_) => "an unknown",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Num(_) => "a number",
            Self::Text(_) | Self::Symbol { .. } | Self::Hidden { .. } => "text",
            Self::List(_) => "a list",
            Self::Record(_) => "a record",
            Self::Res(_) => "a resource",
            Self::Cases(_) => "cases",
        }
    }
}
