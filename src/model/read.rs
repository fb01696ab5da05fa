//! How facts and rules read the graph: one world at a time, every attribute the same way.

use super::cond::World;
use super::graph::Graph;
use super::schema::{AttrId, Origin};
use super::value::{Fact, ResId, Val};
use crate::base::text::{Place, Text};

/// A step of an evidence path: from the resource before it, `via` something, to `res`.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The resource arrived at, if it is one.
    pub res: Option<ResId>,
    /// What to show: its address, or "the internet", "0.0.0.0/0".
    pub label: Text,
    /// How one got here: "default route", "admits 443 from anywhere".
    pub via: Text,
    /// The place that proves the step.
    pub place: Option<Place>,
}

/// The answer of a derived fact: a value with the path that proves it.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The value.
    pub val: Val,
    /// The path; may be empty.
    pub path: Vec<Step>,
}

/// A view of the graph in one world. Implemented by the facts (with derived values and their cache).
pub trait Read: Sync {
    /// The graph.
    fn graph(&self) -> &Graph;
    /// What is assumed of open conditions.
    fn world(&self) -> &World;
    /// An attribute's value; never [`Val::Cases`].
    fn get(&self, res: ResId, attr: AttrId) -> Val;
    /// The path that proves an attribute's value; empty for stated facts.
    fn path(&self, res: ResId, attr: AttrId) -> Vec<Step>;

    /// The stored fact behind a stated attribute, with its place.
    fn fact(&self, res: ResId, attr: AttrId) -> Option<&Fact> {
        let graph = self.graph();
        let kind = graph.schema().kind(graph.resource(res).kind);
        match kind.attrs.get(attr.0 as usize)?.origin {
            Origin::Stated(slot) => graph.fact(res, slot),
            _ => None,
        }
    }

    /// An attribute by name; unknown names are a bug of the caller and give `None`.
    fn named(&self, res: ResId, name: &str) -> Option<Val> {
        let graph = self.graph();
        let kind = graph.schema().kind(graph.resource(res).kind);
        kind.attr(name).map(|(id, _)| self.get(res, id))
    }
}
