//! The typed resource graph.
//!
//! Owns resources and their facts. Filled by the catalog, linked by the engine, read by facts and
//! rules through [`super::read::Read`]. Storage is private so that it can change.

use std::collections::HashMap;
use std::sync::Arc;

use super::cond::Cond;
use super::doc::{Change, Dialect};
use super::schema::{AttrId, KindId, Schema};
use super::value::{Fact, List, ResId, Val};
use crate::base::text::{Place, Text};

/// One resource, apart from its facts.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its kind.
    pub kind: KindId,
    /// The upstream type.
    pub ty: Text,
    /// Address within its source, or ARN. Unique in the graph.
    pub address: Text,
    /// Its name, if it has one.
    pub name: Option<Text>,
    /// The spelling of its source.
    pub dialect: Dialect,
    /// What the plan does to it.
    pub change: Option<Change>,
    /// When it exists at all.
    pub presence: Cond,
    /// Where it is declared.
    pub place: Option<Place>,
    /// Region, if told.
    pub region: Option<Text>,
    /// Account, if told.
    pub account: Option<Text>,
    /// False for what is only referred to.
    pub in_view: bool,
    /// Index of the source in the report.
    pub source: u16,
}

/// The graph.
#[derive(Debug)]
pub struct Graph {
    schema: Arc<Schema>,
    resources: Vec<Resource>,
    facts: Vec<Vec<Fact>>,
    by_kind: Vec<Vec<ResId>>,
    by_address: HashMap<Text, ResId>,
    inverse: HashMap<(ResId, AttrId), Arc<List>>,
    deleted: Vec<ResId>,
}

impl Graph {
    /// An empty graph over a schema.
    pub fn new(schema: Arc<Schema>) -> Self {
        let by_kind = vec![Vec::new(); schema.kinds.len()];
        Self {
            schema,
            resources: Vec::new(),
            facts: Vec::new(),
            by_kind,
            by_address: HashMap::new(),
            inverse: HashMap::new(),
            deleted: Vec::new(),
        }
    }

    /// The schema.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// Adds a resource with its facts in slot order. A second resource of the same address replaces
    /// nothing: it gets its own id, and [`Graph::find`] keeps giving the first.
    pub fn add(&mut self, resource: Resource, facts: Vec<Fact>) -> ResId {
        let id = ResId(u32::try_from(self.resources.len()).unwrap_or(u32::MAX));
        if let Some(ids) = self.by_kind.get_mut(resource.kind.0 as usize) {
            ids.push(id);
        }
        self.by_address.entry(resource.address.clone()).or_insert(id);
        self.resources.push(resource);
        self.facts.push(facts);
        id
    }

    /// Adds a resource that the plan removes. It is in no list and nothing points at it: only rules
    /// about change see it, through [`Graph::deleted`].
    pub fn add_deleted(&mut self, resource: Resource, facts: Vec<Fact>) -> ResId {
        let id = ResId(u32::try_from(self.resources.len()).unwrap_or(u32::MAX));
        self.resources.push(resource);
        self.facts.push(facts);
        self.deleted.push(id);
        id
    }

    /// The resources that the plan removes.
    pub fn deleted(&self) -> &[ResId] {
        &self.deleted
    }

    /// Sets the facts of a resource, in slot order. Called by the linker.
    pub fn set_facts(&mut self, id: ResId, facts: Vec<Fact>) {
        if let Some(cell) = self.facts.get_mut(id.index()) {
            *cell = facts;
        }
    }

    /// Number of resources, those only referred to included.
    pub fn len(&self) -> usize {
        self.resources.len()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty()
    }

    /// Every id.
    pub fn ids(&self) -> impl Iterator<Item = ResId> + use<> {
        (0..u32::try_from(self.resources.len()).unwrap_or(u32::MAX)).map(ResId)
    }

    /// A resource. Ids come from this graph, so there is one.
    #[expect(clippy::indexing_slicing, reason = "ids are made by this type alone")]
    pub fn resource(&self, id: ResId) -> &Resource {
        &self.resources[id.index()]
    }

    /// All resources of a kind, those only referred to included.
    pub fn of_kind(&self, kind: KindId) -> &[ResId] {
        self.by_kind.get(kind.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// A resource by address.
    pub fn find(&self, address: &str) -> Option<ResId> {
        self.by_address.get(address).copied()
    }

    /// A stated fact by slot. `None` for resources that are only referred to.
    pub fn fact(&self, id: ResId, slot: u16) -> Option<&Fact> {
        self.facts.get(id.index()).and_then(|f| f.get(slot as usize))
    }

    /// A stated fact by slot, to be changed while linking.
    pub fn fact_mut(&mut self, id: ResId, slot: u16) -> Option<&mut Fact> {
        self.facts.get_mut(id.index()).and_then(|f| f.get_mut(slot as usize))
    }

    /// Sets who points at a resource through an inverse attribute. Called by the linker.
    pub fn set_inverse(&mut self, id: ResId, attr: AttrId, list: Arc<List>) {
        self.inverse.insert((id, attr), list);
    }

    /// Who points at a resource through an inverse attribute; `None` before linking.
    pub fn inverse(&self, id: ResId, attr: AttrId) -> Option<&Arc<List>> {
        self.inverse.get(&(id, attr))
    }

    /// A stated fact by name; for tests and tools, not for rules.
    pub fn stated(&self, id: ResId, name: &str) -> Option<&Val> {
        let kind = self.schema.kind(self.resource(id).kind);
        match kind.attr(name)?.1.origin {
            super::schema::Origin::Stated(slot) => self.fact(id, slot).map(|f| &f.val),
            _ => None,
        }
    }
}
