//! The graph in one world: stated, inverse and derived attributes read the same way.
//!
//! Owns the cache of derived facts (one entry per resource and fact, shared by all threads) and the
//! guard against a fact that reaches itself. Must not know what any attribute means.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use super::holders::Holders;
use super::items::{Entry, Items, Known, Proof};
use super::registry;
use crate::base::text::{Place, Text};
use crate::model::cond::World;
use crate::model::graph::Graph;
use crate::model::read::{Answer, Read, Step};
use crate::model::schema::{Attr, AttrId, Common, Origin};
use crate::model::truth::Truth;
use crate::model::value::{List, Record, ResId, Val};
use crate::model::why::{Cause, Reasons};

type Shard = RwLock<HashMap<(ResId, u16), Arc<Answer>>>;

/// Shards of the cache; more than threads, so that they seldom meet.
const SHARDS: usize = 32;

thread_local! {
    /// The derived facts that this thread is computing, to see one that reaches itself. The first part
    /// tells views apart.
    static UNDER_WAY: RefCell<Vec<(usize, ResId, u16)>> = const { RefCell::new(Vec::new()) };
}

/// The graph in one world.
#[derive(Debug)]
pub struct View<'g> {
    graph: &'g Graph,
    world: World,
    cache: Vec<Shard>,
    misspelt: Mutex<BTreeSet<String>>,
    holders: OnceLock<Holders>,
}

/// Something with named values: a resource or a record.
pub trait Holder {
    /// The value of a name; unknown for a name that it does not have.
    fn look(&self, v: &View<'_>, name: &str) -> Val;
}

impl Holder for ResId {
    fn look(&self, v: &View<'_>, name: &str) -> Val {
        match v.named(*self, name) {
            Some(val) => val,
            None => v.misspelt(v.kind_name(*self), name),
        }
    }
}

impl Holder for &Arc<Record> {
    fn look(&self, v: &View<'_>, name: &str) -> Val {
        let shape = v.graph.schema().shape(self.shape);
        match shape.field(name).and_then(|i| self.fields.get(i)) {
            Some(fact) => fact.val.in_world(&v.world),
            None => v.misspelt(&shape.name, name),
        }
    }
}

impl<'g> View<'g> {
    /// A view in a world, with an empty cache.
    pub fn new(graph: &'g Graph, world: World) -> Self {
        let cache = (0..SHARDS).map(|_| Shard::default()).collect();
        Self { graph, world, cache, misspelt: Mutex::default(), holders: OnceLock::new() }
    }

    /// Names that a fact asked for and that no table has: a bug of this program, which tests look for.
    pub fn misspelt_names(&self) -> Vec<String> {
        self.misspelt.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn misspelt(&self, of: &str, name: &str) -> Val {
        let what = format!("{of}.{name}");
        self.misspelt.lock().unwrap_or_else(PoisonError::into_inner).insert(what.clone());
        Val::unknown(what, Cause::NotTold)
    }

    /// The name of a resource's kind.
    pub fn kind_name(&self, res: ResId) -> &'g str {
        &self.graph.schema().kind(self.graph.resource(res).kind).name
    }

    /// True if a resource is of a kind.
    pub fn is(&self, res: ResId, kind: &str) -> bool {
        self.kind_name(res) == kind
    }

    /// True if a resource's kind plays a role.
    pub fn plays(&self, res: ResId, role: &str) -> bool {
        self.graph.schema().kind(self.graph.resource(res).kind).roles.iter().any(|r| &**r == role)
    }

    /// True if a resource's kind has an attribute of this name.
    pub fn has(&self, res: ResId, name: &str) -> bool {
        self.graph.schema().kind(self.graph.resource(res).kind).attr(name).is_some()
    }

    /// A resource's address.
    pub fn address(&self, res: ResId) -> Text {
        self.graph.resource(res).address.clone()
    }

    /// False for what is only referred to.
    pub fn in_view(&self, res: ResId) -> bool {
        self.graph.resource(res).in_view
    }

    /// Whether a resource exists in this world.
    pub fn exists(&self, res: ResId) -> Truth {
        self.graph.resource(res).presence.truth(&self.world)
    }

    /// Every resource in view of a kind or role, with whether it exists.
    pub fn every(&self, name: &str) -> Items<ResId> {
        let mut out = Items::default();
        for kind in self.graph.schema().target(name).unwrap_or_default() {
            for &res in self.graph.of_kind(kind) {
                let present = self.exists(res);
                if self.in_view(res) && !present.is_false() {
                    out.items.push(Entry { val: res, present, place: self.graph.resource(res).place });
                }
            }
        }
        out
    }

    /// A value of a resource or record.
    pub fn val(&self, of: impl Holder, name: &str) -> Val {
        of.look(self, name)
    }

    /// A text; `None` if it has no value.
    ///
    /// # Errors
    /// Not known, hidden, or not text.
    pub fn text(&self, of: impl Holder, name: &str) -> Known<Option<Text>> {
        match of.look(self, name) {
            Val::Absent => Ok(None),
            Val::Text(t) => Ok(Some(t)),
            other => Err(not_a(name, other)),
        }
    }

    /// A whole number; `None` if it has no value.
    ///
    /// # Errors
    /// Not known, or not a whole number.
    pub fn int(&self, of: impl Holder, name: &str) -> Known<Option<i64>> {
        match of.look(self, name) {
            Val::Absent => Ok(None),
            Val::Int(n) => Ok(Some(n)),
            other => Err(not_a(name, other)),
        }
    }

    /// Whether a boolean is true. No value counts as false: the catalog says for booleans what leaving
    /// them out means.
    pub fn flag(&self, of: impl Holder, name: &str) -> Truth {
        match of.look(self, name) {
            Val::Absent => Truth::False,
            Val::Bool(b) => b.into(),
            other => Truth::Unknown(not_a(name, other)),
        }
    }

    /// Whether a text is this one, in whatever case. No value is not this one.
    pub fn says(&self, of: impl Holder, name: &str, text: &str) -> Truth {
        match self.text(of, name) {
            Ok(t) => t.is_some_and(|t| t.eq_ignore_ascii_case(text)).into(),
            Err(why) => Truth::Unknown(why),
        }
    }

    /// Whether there is a value.
    pub fn present(&self, of: impl Holder, name: &str) -> Truth {
        match of.look(self, name) {
            Val::Absent => Truth::False,
            Val::Unknown(why) => Truth::Unknown(why),
            _ => Truth::True,
        }
    }

    /// A resource that is referred to and exists; `None` if there is none.
    ///
    /// # Errors
    /// Not known, or not known whether it exists.
    pub fn refer(&self, of: impl Holder, name: &str) -> Known<Option<ResId>> {
        match of.look(self, name) {
            Val::Absent => Ok(None),
            Val::Res(res) => match self.exists(res) {
                Truth::True => Ok(Some(res)),
                Truth::False => Ok(None),
                Truth::Unknown(why) => Err(why),
            },
            other => Err(not_a(name, other)),
        }
    }

    /// Resources that are referred to and exist, or may.
    pub fn refs(&self, of: impl Holder, name: &str) -> Items<ResId> {
        self.items(of, name, |val| match val {
            Val::Res(res) => Ok(Some(res)),
            Val::Absent => Ok(None),
            other => Err(not_a(name, other)),
        })
    }

    /// Records of a list.
    pub fn records(&self, of: impl Holder, name: &str) -> Items<Arc<Record>> {
        self.items(of, name, |val| match val {
            Val::Record(rec) => Ok(Some(rec)),
            Val::Absent => Ok(None),
            other => Err(not_a(name, other)),
        })
    }

    /// Texts of a list.
    pub fn texts(&self, of: impl Holder, name: &str) -> Items<Text> {
        self.items(of, name, |val| match val {
            Val::Text(t) => Ok(Some(t)),
            Val::Absent => Ok(None),
            other => Err(not_a(name, other)),
        })
    }

    /// Values of a list: the items as they are, unknown ones only as `more`.
    pub fn vals(&self, of: impl Holder, name: &str) -> Items<Val> {
        self.items(of, name, |val| match val {
            Val::Unknown(why) => Err(why),
            Val::Absent => Ok(None),
            other => Ok(Some(other)),
        })
    }

    fn items<T>(&self, of: impl Holder, name: &str, read: impl Fn(Val) -> Known<Option<T>>) -> Items<T> {
        let list = match of.look(self, name) {
            Val::Absent => return Items::default(),
            Val::List(list) => list,
            other => return Items::unknown(not_a(name, other)),
        };
        let mut out = Items { items: Vec::new(), more: list.more.clone() };
        for item in &list.items {
            let mut present = item.present.truth(&self.world);
            let val = item.val.in_world(&self.world);
            let mut place = item.place;
            match &val {
                Val::Res(res) => present = present.and(|| self.exists(*res)),
                Val::Record(rec) => place = place.or(rec.place),
                _ => {}
            }
            if present.is_false() {
                continue;
            }
            match read(val) {
                Ok(Some(val)) => out.items.push(Entry { val, present, place }),
                Ok(None) => {}
                Err(why) => super::items::join(&mut out.more, &why),
            }
        }
        out
    }

    /// A boolean attribute with the path that proves it.
    pub fn prove(&self, res: ResId, name: &str) -> Proof {
        Proof { truth: self.flag(res, name), path: self.path_of(res, name) }
    }

    /// The path that proves an attribute by name.
    pub fn path_of(&self, res: ResId, name: &str) -> Vec<Step> {
        let kind = self.graph.schema().kind(self.graph.resource(res).kind);
        kind.attr(name).map(|(id, _)| self.path(res, id)).unwrap_or_default()
    }

    /// A step to a resource, proved by where the resource is declared.
    pub fn step(&self, res: ResId, via: impl Into<Text>) -> Step {
        self.step_at(res, via, None)
    }

    /// A step to a resource, proved by a place (or by where the resource is declared).
    pub fn step_at(&self, res: ResId, via: impl Into<Text>, place: Option<Place>) -> Step {
        let resource = self.graph.resource(res);
        Step {
            res: Some(res),
            label: resource.address.clone(),
            via: via.into(),
            place: place.or(resource.place),
        }
    }

    /// Where a stated attribute stands.
    pub fn place_of(&self, res: ResId, name: &str) -> Option<Place> {
        let kind = self.graph.schema().kind(self.graph.resource(res).kind);
        kind.attr(name).and_then(|(id, _)| self.fact(res, id)).and_then(|f| f.place)
    }

    /// Resources of some kinds (every kind, if none is named) that hold this one in any stated fact, in
    /// a record too; `more` if a fact that could hold it is not known, or this one is not in view.
    pub fn holders(&self, res: ResId, kinds: &[&str]) -> Items<ResId> {
        let index = self.holders.get_or_init(|| Holders::new(self.graph, &self.world));
        let fits = |kind: &str| kinds.is_empty() || kinds.contains(&kind);
        let mut out: Items<ResId> = Items::default();
        for (holder, sure) in index.of.get(&res).into_iter().flatten() {
            let present = sure.clone().and(|| self.exists(*holder));
            let known = out.items.iter().any(|e| e.val == *holder);
            if fits(self.kind_name(*holder)) && !present.is_false() && !known {
                out.items.push(Entry { val: *holder, present, place: self.graph.resource(*holder).place });
            }
        }
        let held = self.graph.resource(res).kind;
        let schema = self.graph.schema();
        let mut open: Vec<_> = index.open.iter().filter(|((_, k), _)| *k == held).collect();
        open.sort_by_key(|(k, _)| **k);
        for ((holder, _), why) in open {
            if fits(&schema.kind(*holder).name) {
                super::items::join(&mut out.more, why);
            }
        }
        if !self.in_view(res) {
            super::items::join(&mut out.more, &self.out_of_view(res, "users"));
        }
        out
    }

    /// Why something about a resource that is only referred to is not known.
    pub fn out_of_view(&self, res: ResId, what: &str) -> Reasons {
        let address = self.address(res);
        Reasons::one(format!("{address}.{what}"), Cause::NotInView(address))
    }

    fn not_in_view(&self, res: ResId, attr: &Attr) -> Reasons {
        self.out_of_view(res, &attr.name)
    }

    fn common(&self, res: ResId, which: Common) -> Val {
        let r = self.graph.resource(res);
        let told = |t: &Option<Text>, what: &str| match t {
            Some(t) => Val::Text(t.clone()),
            None => Val::unknown(format!("{}.{what}", r.address), Cause::NotTold),
        };
        match which {
            Common::Address => Val::Text(r.address.clone()),
            Common::Name => Val::Text(r.name.clone().unwrap_or_else(|| r.address.clone())),
            Common::Type => Val::Text(r.ty.clone()),
            Common::Change => r.change.map_or(Val::Absent, |c| Val::text(c.name())),
            Common::InView => Val::Bool(r.in_view),
            Common::Region => told(&r.region, "region"),
            Common::Account => told(&r.account, "account"),
            Common::Source => Val::text(r.dialect.name()),
        }
    }

    fn inverse(&self, res: ResId, id: AttrId, attr: &Attr) -> Val {
        let list = self.graph.inverse(res, id);
        if self.in_view(res) {
            return Val::List(list.cloned().unwrap_or_default());
        }
        let items = list.map(|l| l.items.clone()).unwrap_or_default();
        let mut more = list.and_then(|l| l.more.clone());
        super::items::join(&mut more, &self.not_in_view(res, attr));
        Val::List(Arc::new(List { items, more }))
    }

    fn derived(&self, res: ResId, index: u16, attr: &Attr) -> Arc<Answer> {
        let what = || format!("{}.{}", self.address(res), attr.name);
        let unknown = |why| Arc::new(Answer { val: Val::Unknown(why), path: Vec::new() });
        let (Some(shard), Some(fact)) =
            (self.cache.get(res.index() % SHARDS), registry().get(index as usize))
        else {
            return unknown(Reasons::one(what(), Cause::Limit("derived facts".into())));
        };
        if let Some(answer) = shard.read().unwrap_or_else(PoisonError::into_inner).get(&(res, index)) {
            return answer.clone();
        }
        let key = (std::ptr::from_ref(self) as usize, res, index);
        let again = UNDER_WAY.with_borrow_mut(|stack| {
            let again = stack.contains(&key);
            if !again {
                stack.push(key);
            }
            again
        });
        if again {
            return unknown(Reasons::one(what(), Cause::Limit("fact depth".into())));
        }
        let answer = match (fact.f)(self, res) {
            Ok(answer) => Arc::new(answer),
            Err(why) => unknown(why),
        };
        UNDER_WAY.with_borrow_mut(Vec::pop);
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        shard.entry((res, index)).or_insert(answer).clone()
    }

    fn attr(&self, res: ResId, id: AttrId) -> Option<&'g Attr> {
        self.graph.schema().kind(self.graph.resource(res).kind).attrs.get(id.0 as usize)
    }
}

/// Why a value is not what was asked for.
fn not_a(name: &str, val: Val) -> Reasons {
    match val {
        Val::Unknown(why) => why,
        Val::Hidden { .. } => Reasons::one(name, Cause::Sensitive),
        Val::Symbol { family, name } => Reasons::one(format!("{family} {name}"), Cause::NotTold),
        other => Reasons::one(name, Cause::Malformed(other.what().into())),
    }
}

impl Read for View<'_> {
    fn graph(&self) -> &Graph {
        self.graph
    }

    fn world(&self) -> &World {
        &self.world
    }

    fn get(&self, res: ResId, attr: AttrId) -> Val {
        let Some(a) = self.attr(res, attr) else { return Val::Absent };
        match a.origin {
            Origin::Common(which) => self.common(res, which),
            Origin::Stated(_) if !self.in_view(res) => Val::Unknown(self.not_in_view(res, a)),
            Origin::Stated(slot) => match self.graph.fact(res, slot) {
                Some(fact) => fact.val.in_world(&self.world),
                None => Val::unknown(format!("{}.{}", self.address(res), a.name), Cause::NotTold),
            },
            Origin::Inverse(_) => self.inverse(res, attr, a),
            Origin::Derived(index) => self.derived(res, index, a).val.clone(),
        }
    }

    fn path(&self, res: ResId, attr: AttrId) -> Vec<Step> {
        match self.attr(res, attr) {
            Some(a) => match a.origin {
                Origin::Derived(index) => self.derived(res, index, a).path.clone(),
                _ => Vec::new(),
            },
            None => Vec::new(),
        }
    }
}
