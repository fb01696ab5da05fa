//! Linking: raw resources of every source become one graph whose references are resolved.
//!
//! Three passes: place every resource, map its facts (resolving references as they come), index who
//! points at whom. What is only referred to becomes a resource that is not in view.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::base::text::Text;
use crate::catalog::forward;
use crate::catalog::typed::{Resolver, name_reasons};
use crate::catalog::walk::reasons_of;
use crate::catalog::{Catalog, TypeUse};
use crate::model::cond::{Atom, Cond};
use crate::model::doc::{Change, Dialect, Doc, Part, Raw, Reference, Said};
use crate::model::graph::{Graph, Resource};
use crate::model::schema::{KindId, Schema};
use crate::model::value::{ResId, Val};
use crate::model::why::{Cause, Reasons};

/// Raw resources of one dialect, with the index of their source in the report.
pub struct Input<'a> {
    /// The resources.
    pub raws: &'a [Raw],
    /// Their spelling.
    pub dialect: Dialect,
    /// Index of the source.
    pub source: u16,
}

/// What linking made.
pub struct Linked {
    /// The graph.
    pub graph: Graph,
    /// Upstream types that the catalog does not know, with how often they occur.
    pub unknown_types: BTreeMap<String, usize>,
    /// Properties in use that the catalog marks as not read yet: `type.property` and the note.
    pub todo: BTreeMap<String, String>,
}

/// Most entries that satellites of owners that are not known make for one name.
const MOST_OPEN: usize = 10_000;
/// Most hops when a reference goes through an attribute that is itself a reference.
const HOPS: usize = 8;

/// Links the resources of every input into one graph over `schema` (the catalog's, with derived facts).
pub fn link(catalog: &Catalog, schema: &Arc<Schema>, inputs: &[Input<'_>]) -> Linked {
    let mut linker = Linker {
        catalog,
        graph: Graph::new(schema.clone()),
        raws: HashMap::new(),
        ids: HashMap::new(),
        stubs: HashMap::new(),
        dialect: Dialect::Terraform,
        hops: 0,
        current: "".into(),
    };
    let mut unknown_types = BTreeMap::new();
    let mut todo = BTreeMap::new();
    let mut placed: Vec<(ResId, usize, &Raw, Dialect)> = Vec::new();
    for input in inputs {
        for raw in input.raws {
            linker.raws.entry(raw.address.clone()).or_insert((raw, input.dialect, None));
        }
    }
    for input in inputs {
        for raw in input.raws {
            let uses = catalog.uses(input.dialect, &raw.ty);
            if uses.is_empty() && !raw.ty.starts_with("data.") {
                *unknown_types.entry(raw.ty.to_string()).or_insert(0) += 1;
            }
            for one in uses {
                if let TypeUse::Kind(k) = one
                    && let Some(kind) = catalog.kinds.get(*k)
                {
                    for (_, key, note) in kind.todo.iter().filter(|(d, ..)| *d == input.dialect) {
                        if attribute(&raw.body, key).is_some_and(says_something) {
                            todo.entry(format!("{}.{key}", raw.ty)).or_insert_with(|| note.to_string());
                        }
                    }
                }
                if let TypeUse::Kind(k) = one
                    && let Some(res) = linker.place(raw, *k, input)
                {
                    placed.push((res, *k, raw, input.dialect));
                }
            }
        }
    }
    let satellites = linker.satellites(inputs);
    for (res, k, raw, dialect) in placed {
        let Some(kind) = catalog.kinds.get(k) else { continue };
        linker.dialect = dialect;
        linker.current = raw.address.clone();
        let names = forward::column(kind, dialect).map(|c| &c.satellites);
        let find = |name: &str| -> (&[(&Raw, Cond)], Option<&Reasons>) {
            let Some(s) = names.and_then(|n| n.iter().position(|s| &*s.name == name)) else {
                return (&[], None);
            };
            let of = satellites.owned.get(&(res, s)).map_or(&[][..], Vec::as_slice);
            (of, satellites.loose.get(&(k, s, slot(dialect))))
        };
        let facts = forward::facts(catalog, kind, dialect, raw, &find, &mut linker);
        linker.graph.set_facts(res, facts);
    }
    let mut graph = linker.graph;
    super::inverse::index(&mut graph);
    Linked { graph, unknown_types, todo }
}

fn slot(dialect: Dialect) -> usize {
    crate::catalog::slot(dialect)
}

/// Satellites by owner.
struct Satellites<'a> {
    owned: HashMap<(ResId, usize), Vec<(&'a Raw, Cond)>>,
    /// Satellites whose owner is not known may belong to any resource of the kind.
    loose: HashMap<(usize, usize, usize), Reasons>,
}

/// A satellite whose owner is not known: what it says, why, and its spelling.
type Open<'a> = (&'a Raw, Reasons, Dialect);

struct Linker<'a> {
    catalog: &'a Catalog,
    graph: Graph,
    raws: HashMap<Text, (&'a Raw, Dialect, Option<ResId>)>,
    ids: HashMap<Text, Vec<ResId>>,
    stubs: HashMap<(KindId, Text), ResId>,
    dialect: Dialect,
    hops: usize,
    /// The resource whose references are being resolved.
    current: Text,
}

impl<'a> Linker<'a> {
    /// Adds a resource without facts and notes what identifies it.
    fn place(&mut self, raw: &'a Raw, k: usize, input: &Input<'a>) -> Option<ResId> {
        let kind = self.catalog.kinds.get(k)?;
        let column = forward::column(kind, input.dialect)?;
        let name = column.name_of(raw);
        let resource = Resource {
            kind: kind.id,
            ty: raw.ty.clone(),
            address: raw.address.clone(),
            name: name.clone(),
            dialect: input.dialect,
            change: raw.change,
            presence: raw.presence.clone(),
            place: raw.place,
            region: raw.region.clone(),
            account: raw.account.clone(),
            in_view: true,
            source: input.source,
        };
        if raw.change == Some(Change::Delete) {
            return Some(self.graph.add_deleted(resource, Vec::new()));
        }
        let id = self.graph.add(resource, Vec::new());
        if let Some(entry) = self.raws.get_mut(&raw.address)
            && entry.2.is_none()
        {
            entry.2 = Some(id);
        }
        let mut ids = column.ids_of(raw);
        ids.push(raw.address.clone());
        ids.sort();
        ids.dedup();
        for text in ids {
            self.ids.entry(text).or_default().push(id);
        }
        Some(id)
    }

    fn satellites(&mut self, inputs: &[Input<'a>]) -> Satellites<'a> {
        let mut out = Satellites { owned: HashMap::new(), loose: HashMap::new() };
        let mut open: BTreeMap<(usize, usize, usize), Vec<Open<'_>>> = BTreeMap::new();
        for input in inputs {
            self.dialect = input.dialect;
            for raw in input.raws.iter().filter(|r| r.change != Some(Change::Delete)) {
                for one in self.catalog.uses(input.dialect, &raw.ty) {
                    let TypeUse::Satellite(k, s) = *one else { continue };
                    let Some(kind) = self.catalog.kinds.get(k) else { continue };
                    let Some(satellite) =
                        forward::column(kind, input.dialect).and_then(|c| c.satellites.get(s))
                    else {
                        continue;
                    };
                    self.current = raw.address.clone();
                    for doc in forward::owners(&satellite.owner, raw) {
                        match self.owner(&doc, kind.id, &raw.address) {
                            Ok(owners) => {
                                for (owner, cond) in owners {
                                    out.owned.entry((owner, s)).or_default().push((raw, cond));
                                }
                            }
                            Err(reasons) => {
                                let key = (k, s, slot(input.dialect));
                                open.entry(key).or_default().push((raw, reasons, input.dialect));
                            }
                        }
                    }
                }
            }
        }
        // A satellite of an owner that is not known may be anyone's: what it says is known all the same.
        for (key, list) in open {
            let (k, s, _) = key;
            let Some(kind) = self.catalog.kinds.get(k) else { continue };
            let owners = self.graph.of_kind(kind.id);
            if owners.len().saturating_mul(list.len()) > MOST_OPEN {
                let all = list.into_iter().map(|(_, reasons, _)| reasons).reduce(|a, b| a.and(&b));
                out.loose.extend(all.map(|all| (key, all)));
                continue;
            }
            for (raw, reasons, dialect) in list {
                for owner in owners.iter().filter(|o| self.graph.resource(**o).dialect == dialect) {
                    let cond = Cond::Open(reasons.clone());
                    out.owned.entry((*owner, s)).or_default().push((raw, cond));
                }
            }
        }
        out
    }

    /// The owners that a satellite's document names.
    fn owner(&mut self, doc: &Doc, kind: KindId, satellite: &Text) -> Result<Vec<(ResId, Cond)>, Reasons> {
        let to = [kind];
        let mut all = Vec::new();
        let always = Cond::Const(true);
        match &doc.said {
            Said::Ref(r) => {
                self.reference(r, &to)?.iter().for_each(|v| owners_in(v, &always, &mut all));
            }
            Said::Text(t) => self.literal(t, &to, false).iter().for_each(|v| owners_in(v, &always, &mut all)),
            Said::Cases(cases) => {
                for (cond, inner) in cases.iter() {
                    let inner = self.owner(inner, kind, satellite)?;
                    all.extend(inner.into_iter().map(|(id, c)| (id, cond.and(&c))));
                }
            }
            Said::Template(parts) => {
                for part in parts {
                    if let Part::Hole(Doc { said: Said::Ref(r), .. }) = part {
                        self.reference(r, &to)?.iter().for_each(|v| owners_in(v, &always, &mut all));
                    }
                }
            }
            Said::Null => {}
            _ => return Err(name_reasons(&reasons_of(doc), satellite)),
        }
        Ok(all)
    }

    /// A resource that is only referred to.
    fn stub(&mut self, kind: KindId, text: &Text) -> ResId {
        if let Some(id) = self.stubs.get(&(kind, text.clone())) {
            return *id;
        }
        let resource = Resource {
            kind,
            ty: self.graph.schema().kind(kind).name.clone(),
            address: text.clone(),
            name: None,
            dialect: self.dialect,
            change: None,
            presence: Cond::Const(true),
            place: None,
            region: None,
            account: None,
            in_view: false,
            source: 0,
        };
        let id = self.graph.add(resource, Vec::new());
        self.stubs.insert((kind, text.clone()), id);
        id
    }

    fn target(&mut self, address: &Text, reference: &Reference, to: &[KindId]) -> Result<Vec<Val>, Reasons> {
        let unresolved =
            || Err(Reasons::one(reference.written.clone(), Cause::Unresolved(reference.written.clone())));
        let Some((raw, dialect, res)) = self.raws.get(address).copied() else { return unresolved() };
        let uses = self.catalog.uses(dialect, &raw.ty);
        // An attribute that is itself a reference (`aws_instance.x.subnet_id`) means what that means.
        if !reference.attribute.is_empty()
            && let Some(inner) = attribute(&raw.body, &reference.attribute)
            && !matches!(inner.said, Said::Null)
            && !res.is_some_and(|r| to.contains(&self.graph.resource(r).kind))
            && self.hops < HOPS
        {
            self.hops += 1;
            let found = self.follow(inner, to);
            self.hops -= 1;
            return found;
        }
        for one in uses {
            match *one {
                TypeUse::Kind(k) => {
                    let kind = self.catalog.kinds.get(k).map(|k| k.id);
                    if let (Some(kind), Some(res)) = (kind, res)
                        && to.contains(&kind)
                    {
                        return Ok(vec![Val::Res(res)]);
                    }
                }
                TypeUse::Satellite(k, s) => {
                    let Some(kind) = self.catalog.kinds.get(k) else { continue };
                    if !to.contains(&kind.id) || self.hops >= HOPS {
                        continue;
                    }
                    let Some(satellite) = forward::column(kind, dialect).and_then(|c| c.satellites.get(s))
                    else {
                        continue;
                    };
                    self.hops += 1;
                    let mut owners = Vec::new();
                    for doc in forward::owners(&satellite.owner, raw) {
                        if let Ok(found) = self.owner(&doc, kind.id, address) {
                            owners.extend(found.into_iter().map(|(id, _)| Val::Res(id)));
                        }
                    }
                    self.hops -= 1;
                    if !owners.is_empty() {
                        return Ok(owners);
                    }
                }
            }
        }
        // Its type is another one, so it is not what is asked for; unless its attribute names such a
        // thing (`aws_vpc.x.default_security_group_id`) or it is a data source, which may mean anything.
        let spelt: String = format!("{}{}", if uses.is_empty() { &raw.ty } else { "" }, reference.attribute)
            .to_lowercase()
            .replace(['_', '.', ':'], "");
        let names_it = to.iter().any(|k| spelt.contains(&self.graph.schema().kind(*k).name.replace('_', "")));
        if names_it || (uses.is_empty() && raw.ty.starts_with("data.")) {
            let cause = if raw.ty.starts_with("data.") {
                Cause::NotInView(reference.written.clone())
            } else {
                Cause::Unresolved(reference.written.clone())
            };
            return Err(Reasons::one(reference.written.clone(), cause));
        }
        Ok(Vec::new())
    }

    fn follow(&mut self, doc: &Doc, to: &[KindId]) -> Result<Vec<Val>, Reasons> {
        match &doc.said {
            Said::Ref(r) => self.reference(r, to),
            Said::Text(t) => Ok(self.literal(t, to, true).into_iter().collect()),
            Said::List(items, None) => {
                let mut all = Vec::new();
                for item in items {
                    all.extend(self.follow(item, to)?);
                }
                Ok(all)
            }
            _ => Err(reasons_of(doc)),
        }
    }
}

/// False for null, an empty list and empty text: what Terraform writes for a block that is not there.
fn says_something(doc: &Doc) -> bool {
    match &doc.said {
        Said::Null => false,
        Said::List(items, None) => !items.is_empty(),
        Said::Text(t) => !t.is_empty(),
        _ => true,
    }
}

/// The resources that a value may be, with when it is.
fn owners_in(val: &Val, cond: &Cond, out: &mut Vec<(ResId, Cond)>) {
    match val {
        Val::Res(id) => out.push((*id, cond.clone())),
        Val::Cases(cases) => cases.iter().for_each(|(c, inner)| owners_in(inner, &cond.and(c), out)),
        _ => {}
    }
}

/// An attribute of a body by its dotted path; a list is entered at its first element.
fn attribute<'d>(body: &'d Doc, path: &str) -> Option<&'d Doc> {
    let mut at = body;
    for key in path.split(['.', '[']) {
        let key = key.trim_end_matches(']');
        if key.is_empty() || key.parse::<usize>().is_ok() {
            continue;
        }
        while let Said::List(items, _) = &at.said {
            at = items.first()?;
        }
        at = at.get(key)?;
    }
    Some(at)
}

impl Resolver for Linker<'_> {
    fn reference(&mut self, reference: &Reference, to: &[KindId]) -> Result<Vec<Val>, Reasons> {
        let mut all: Vec<Val> = Vec::new();
        for address in &reference.targets {
            for val in self.target(address, reference, to)? {
                if !all.contains(&val) {
                    all.push(val);
                }
            }
        }
        // Which of them is meant is not known, nor then whether it is of the kind asked for.
        if reference.one_of && all.is_empty() {
            return Err(Reasons::one(
                reference.written.clone(),
                Cause::Unresolved(reference.written.clone()),
            ));
        }
        if reference.one_of && all.len() > 1 {
            return Ok(vec![self.one_of(reference, all)]);
        }
        Ok(all)
    }

    /// One of several resources, and it is not known which: cases that exclude each other and leave
    /// nothing out. A verdict that does not depend on which of them it is, is known.
    fn one_of(&self, reference: &Reference, all: Vec<Val>) -> Val {
        let subject: Text = format!("{} of {}", reference.written, self.current).into();
        let mut cases: Vec<(Cond, Val)> = Vec::new();
        let mut before: Vec<Cond> = Vec::new();
        let last = all.len().saturating_sub(1);
        for (i, val) in all.into_iter().enumerate() {
            let Val::Res(id) = val else { continue };
            let address = self.graph.resource(id).address.clone();
            let text = format!("{} is {address}", reference.written).into();
            let cond = Cond::Atom(Arc::new(Atom { text, equals: Some((subject.clone(), address)) }));
            if i == last {
                let none = Cond::Or(before.clone().into()).negate();
                cases.push((none, val));
            } else {
                before.push(cond.clone());
                cases.push((cond, val));
            }
        }
        Val::Cases(cases.into())
    }

    fn literal(&mut self, text: &str, to: &[KindId], fits: bool) -> Option<Val> {
        let text: Text = text.into();
        let graph = &self.graph;
        let known = |ids: &HashMap<Text, Vec<ResId>>, t: &Text| {
            ids.get(t).and_then(|all| all.iter().find(|r| to.contains(&graph.resource(**r).kind)).copied())
        };
        if let Some(res) = known(&self.ids, &text) {
            return Some(Val::Res(res));
        }
        let mut looks: Option<(KindId, Text)> = None;
        let mut other = false;
        for kind in &self.catalog.kinds {
            if let Some(Some(identity)) = Catalog::looks_like(kind, &text) {
                if to.contains(&kind.id) {
                    looks = looks.or(Some((kind.id, identity)));
                } else {
                    other = true;
                }
            }
        }
        if let Some((kind, identity)) = looks {
            return Some(Val::Res(known(&self.ids, &identity).unwrap_or_else(|| self.stub(kind, &text))));
        }
        if fits || other {
            return None;
        }
        let kind = *to.first()?;
        Some(Val::Res(self.stub(kind, &text)))
    }

    fn document(&self, doc: &Doc) -> Option<Doc> {
        let Said::Ref(r) = &doc.said else { return None };
        let [address] = r.targets.as_slice() else { return None };
        let (raw, _, _) = self.raws.get(address)?;
        (&*raw.ty == "data.aws_iam_policy_document").then(|| raw.body.clone())
    }
}
