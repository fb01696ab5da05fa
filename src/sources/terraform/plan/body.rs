//! One resource's body: `after` with its marks and its configuration, in one pass.
//!
//! Owns the meaning of `after_unknown` and `after_sensitive`. Must not know any resource type.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use super::blocks::{assign, narrow};
use super::expr::{Expr, argument};
use super::follow::{Follow, Found, Scope};
use super::json::Json;
use super::say;
use crate::base::text::Text;
use crate::model::doc::{Doc, Said};

/// Names and numbers that occur again and again, shared.
#[derive(Default)]
pub struct Names(HashSet<Text, BuildHasherDefault<Fnv>>);

/// FNV-1a: the texts are short, and the set lives for one plan in one thread.
pub struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Most texts kept: a plan that repeats nothing gains nothing.
const MOST: usize = 10_000;

impl Names {
    fn get(&mut self, name: &str) -> Text {
        if let Some(text) = self.0.get(name) {
            return text.clone();
        }
        let text: Text = name.into();
        if self.0.len() < MOST {
            self.0.insert(text.clone());
        }
        text
    }
}

/// The parts of the value that stand at the same place.
#[derive(Clone, Copy)]
pub struct Parts<'v, 'a> {
    /// The value.
    pub value: Option<&'v Json<'a>>,
    /// What is not known of it.
    pub unknown: Option<&'v Json<'a>>,
    /// What is sensitive of it.
    pub sensitive: Option<&'v Json<'a>>,
}

impl<'v, 'a> Parts<'v, 'a> {
    fn field(self, name: &str) -> Self {
        let get = |part: Option<&'v Json<'a>>| part.and_then(|p| p.get(name));
        Self { value: get(self.value), unknown: get(self.unknown), sensitive: get(self.sensitive) }
    }

    fn item(self, n: usize) -> Self {
        let get = |part: Option<&'v Json<'a>>| part.and_then(|p| p.item(n));
        Self { value: get(self.value), unknown: get(self.unknown), sensitive: get(self.sensitive) }
    }
}

/// What the configuration says of a place.
#[derive(Clone)]
pub struct At<'p, 'v, 'a> {
    /// The expressions that may have made it.
    exprs: Vec<&'p Expr<'a>>,
    /// For blocks: the one or several that may have made this object.
    blocks: Vec<&'p super::expr::Block<'a>>,
    /// True if `exprs` is one expression and speaks of exactly this place.
    exact: bool,
    /// Marks below the expression, where it speaks of something around this place.
    marks: usize,
    /// Names beside this one in the innermost object below the expression.
    siblings: &'v [&'v str],
    /// True if the configuration is there and does not set this: what the provider then computes is as
    /// good as left out, and the catalog knows what leaving it out means.
    left_out: bool,
}

impl<'p, 'a> At<'p, '_, 'a> {
    /// Nothing is said.
    pub fn nothing() -> Self {
        Self { exprs: Vec::new(), blocks: Vec::new(), exact: false, marks: 0, siblings: &[], left_out: false }
    }

    /// The whole resource.
    pub fn resource(block: &'p Expr<'a>) -> Self {
        let Expr::Blocks(blocks) = block else { return Self::nothing() };
        Self { blocks: blocks.iter().collect(), exact: true, ..Self::nothing() }
    }
}

/// Builds one resource's body.
pub struct Body<'b, 'p, 'a> {
    /// Follows its references.
    pub follow: &'b Follow<'p, 'a>,
    /// Where its arguments stand.
    pub scope: Scope<'p, 'a>,
    /// Its address.
    pub address: &'b str,
    /// True if the plan has no marks for what is not known: arguments that are missing are.
    pub implied: bool,
    /// True if the plan has this resource's configuration.
    pub configured: bool,
    /// Shared names.
    pub names: &'b mut Names,
}

impl<'p, 'a> Body<'_, 'p, 'a> {
    /// The value at `path`, which begins with the address and of which the last argument is `name`.
    pub fn value(&mut self, path: &mut String, name: &str, parts: Parts<'_, 'a>, at: &At<'p, '_, 'a>) -> Doc {
        let unknown = parts.unknown.is_some_and(Json::is_marked);
        let null = matches!(parts.value, None | Some(Json::Null));
        if parts.sensitive.is_some_and(Json::is_marked) && (unknown || !null) {
            return Doc::new(Said::Hidden { literal: self.literal(path, unknown, at) });
        }
        if unknown && at.left_out {
            return Doc::new(Said::Null);
        }
        if unknown {
            let mut found = self.found(name, at);
            if self.configured && at.exprs.is_empty() {
                found.add(self.in_dynamic(path, name));
            }
            // The plan knows all that the expression reads, so it knows the expression: it was null, and
            // what stands here is the provider's.
            // An expression without references that is not known is a function's doing: `uuid()`.
            let open = at.exprs.iter().all(|e| match e {
                Expr::Refs(refs) => !refs.is_empty(),
                other => matches!(other, Expr::Const(Json::Null)),
            });
            if self.configured && at.exact && open && !at.exprs.is_empty() && found.is_settled() {
                return Doc::new(Said::Null);
            }
            return Doc::new(say::whole(&found, name, path));
        }
        let said = match parts.value {
            Some(Json::List(_)) => self.list(path, name, parts, at),
            Some(Json::Map(_)) => self.map(path, parts, at),
            Some(Json::Bool(b)) => Said::Bool(*b),
            Some(Json::Number(n)) => Said::Number(self.names.get(n)),
            Some(Json::Text(t)) => Said::Text(t.as_ref().into()),
            None | Some(Json::Null) => match parts.unknown {
                // Known to be there, and nothing in it known.
                Some(marks @ Json::List(_)) if marks.marks() > 0 => self.list(path, name, parts, at),
                Some(marks @ Json::Map(_)) if marks.marks() > 0 => self.map(path, parts, at),
                _ => Said::Null,
            },
        };
        Doc::new(said)
    }

    fn map(&mut self, path: &mut String, parts: Parts<'_, 'a>, at: &At<'p, '_, 'a>) -> Said {
        let mut keys: Vec<&str> = Vec::new();
        if let Some(Json::Map(entries)) = parts.value {
            keys.extend(entries.iter().map(|(k, _)| &**k));
        }
        let known = keys.len();
        if let Some(Json::Map(marks)) = parts.unknown {
            let more = marks.iter().filter(|(k, m)| m.marks() > 0 && parts.field(k).value.is_none());
            keys.extend(more.map(|(k, _)| &**k));
        }
        if self.implied
            && let [block] = at.blocks.as_slice()
        {
            let missing = |k: &&str| parts.field(k).value.is_none();
            let more = block.iter().filter(|(_, e)| matches!(e, Expr::Refs(r) if !r.is_empty()));
            keys.extend(more.map(|(k, _)| &**k).filter(missing));
        }
        let marked = Json::Bool(true);
        let below = if at.marks > 0 { at.marks } else { parts.unknown.map_or(0, Json::marks) };
        let mut entries = Vec::with_capacity(keys.len());
        let length = path.len();
        for (n, key) in keys.iter().enumerate() {
            let mut field = parts.field(key);
            if n >= known && field.unknown.is_none() {
                field.unknown = Some(&marked);
            }
            let inside = if at.blocks.is_empty() {
                At { exact: false, siblings: &keys, marks: below, left_out: false, ..at.clone() }
            } else {
                let exprs: Vec<_> = at.blocks.iter().filter_map(|b| argument(b, key)).collect();
                let exact = at.exact && exprs.len() == 1;
                let marks = if exact { 0 } else { field.unknown.map_or(0, Json::marks) };
                let left_out = self.configured && at.exact && exprs.is_empty();
                At { exprs, blocks: Vec::new(), exact, marks, siblings: &[], left_out }
            };
            path.push('.');
            path.push_str(key);
            let doc = self.value(path, key, field, &inside);
            path.truncate(length);
            entries.push((self.names.get(key), doc));
        }
        Said::Map(entries)
    }

    fn list(&mut self, path: &mut String, name: &str, parts: Parts<'_, 'a>, at: &At<'p, '_, 'a>) -> Said {
        let length = |part: Option<&Json<'_>>| match part {
            Some(Json::List(items)) => items.len(),
            _ => 0,
        };
        let count = length(parts.value).max(length(parts.unknown));
        let items: Vec<Parts<'_, 'a>> = (0..count).map(|n| parts.item(n)).collect();
        let is_marked = |p: &Parts<'_, 'a>| p.unknown.is_some_and(Json::is_marked);
        let marked = items.iter().filter(|p| is_marked(p)).count();
        let below = if at.marks > 0 { at.marks } else { parts.unknown.map_or(0, Json::marks) };
        let mut paired = Vec::new();
        // Items of a known number were given. Where the configuration says nothing of them, a dynamic block did.
        if marked > 0 && self.configured && at.exprs.is_empty() && at.blocks.is_empty() {
            let found = self.follow.dynamic(self.scope.module, name, self.address, &format!("{path}[*]"));
            if found.groups.iter().any(|g| g.hits.len() >= marked) {
                paired = say::items(&found, marked, path);
            }
        } else if marked > 0 && (at.exact || marked == below || at.exprs.len() == 1) {
            let found = self.found(name, at);
            if at.exact || marked == below || found.groups.len() == 1 {
                paired = say::items(&found, marked, path);
            }
        }
        let mut paired = paired.into_iter();
        let assigned = match at.exprs.as_slice() {
            [Expr::Blocks(blocks)] => {
                let values: Vec<_> = items.iter().map(|p| (p.value, p.unknown)).collect();
                assign(blocks, &values)
            }
            _ => Vec::new(),
        };
        let end = path.len();
        let mut docs = Vec::with_capacity(count);
        for (n, item) in items.into_iter().enumerate() {
            let hidden = item.sensitive.is_some_and(Json::is_marked);
            if is_marked(&item)
                && !hidden
                && let Some(said) = paired.next()
            {
                docs.push(Doc::new(said));
                continue;
            }
            let inside = match assigned.get(n) {
                Some(blocks) => {
                    At { blocks: blocks.clone(), exact: at.exact && blocks.len() == 1, ..At::nothing() }
                }
                None if matches!(at.exprs.as_slice(), [Expr::Blocks(_)]) => At::nothing(),
                // What is known in part was set by something: a dynamic block, which the plan does not tell.
                None => At { exact: false, marks: below, left_out: false, ..at.clone() },
            };
            path.push_str(&format!("[{n}]"));
            docs.push(self.value(path, name, item, &inside));
            path.truncate(end);
        }
        Said::List(docs, None)
    }

    /// What the references at a place mean.
    fn found(&self, name: &str, at: &At<'p, '_, 'a>) -> Found {
        let mut all = Found::default();
        for expr in &at.exprs {
            let one = self.follow.expr(expr, self.scope, name);
            all.groups.extend(one.groups);
            all.lost.extend(one.lost);
            all.missing.extend(one.missing);
            all.made |= one.made;
            all.cut |= one.cut;
        }
        // Nothing refers to itself: the inference was wrong.
        for group in all.groups.iter_mut().filter(|g| g.inferred) {
            group.hits.retain(|h| *h.address != *self.address);
            group.one_of = group.hits.len() > 1;
        }
        if let Some(n) = all.groups.iter().position(|g| g.hits.is_empty()) {
            all.lost.push(all.groups.remove(n).written);
        }
        if at.exact || at.exprs.is_empty() {
            return all;
        }
        if !at.siblings.is_empty() {
            narrow(&mut all, name, at.siblings);
        }
        // References of something around this place: which of them is meant here is open.
        if all.groups.len() > 1 {
            all.merge();
        }
        // A local beside them may be what is meant, unless there are references enough for all.
        if !all.lost.is_empty() && all.groups.iter().map(|g| g.hits.len()).sum::<usize>() < at.marks {
            all.groups.clear();
        }
        all
    }

    /// What one value in a dynamic block means, if it names another thing: `launch_template[0].id`.
    fn in_dynamic(&self, path: &str, name: &str) -> Found {
        // What providers fill in by themselves inside blocks.
        const COMPUTED: [&str; 4] = ["kms_key_id", "volume_id", "snapshot_id", "network_interface_id"];
        let inside = path.get(self.address.len() + 1..).unwrap_or_default();
        let Some((block, _)) = inside.rsplit_once("].") else { return Found::default() };
        let block = block.rsplit_once('[').map_or(block, |(b, _)| b);
        let block = block.rsplit('.').next().unwrap_or(block);
        let asked = match name {
            "id" | "arn" => format!("{block}_{name}"),
            _ if COMPUTED.contains(&name) => return Found::default(),
            _ if ["_id", "_arn"].iter().any(|end| name.ends_with(end)) => name.to_owned(),
            _ => return Found::default(),
        };
        self.follow.dynamic(self.scope.module, &asked, self.address, path)
    }

    /// Whether the code itself spells a sensitive value.
    fn literal(&self, path: &str, unknown: bool, at: &At<'p, '_, 'a>) -> Option<bool> {
        if unknown {
            return Some(false);
        }
        if at.exprs.is_empty() {
            // A computed attribute; inside blocks a dynamic block may have set it.
            let inside = path.get(self.address.len() + 1..).unwrap_or_default();
            return (self.configured && !inside.contains(['.', '['])).then_some(false);
        }
        let all: Vec<Option<bool>> = at.exprs.iter().map(|e| self.spelt(e, at.exact)).collect();
        let first = all.first().copied().flatten();
        if all.iter().all(|x| *x == first) { first } else { None }
    }

    fn spelt(&self, expr: &'p Expr<'a>, exact: bool) -> Option<bool> {
        match expr {
            Expr::Const(Json::Null) | Expr::Blocks(_) => None,
            Expr::Const(_) => Some(true),
            Expr::Refs(_) if !exact => None,
            Expr::Refs(refs) => match refs.as_slice() {
                [only] if only.name(0) == Some("var") && only.steps.len() == 2 => {
                    Some(self.spelt_by_caller(only.name(1).unwrap_or_default()))
                }
                _ => Some(false),
            },
        }
    }

    /// Follows a variable to a literal in a caller's code or to its default.
    fn spelt_by_caller(&self, variable: &str) -> bool {
        let (mut variable, mut module) = (variable.to_owned(), self.scope.module);
        for _ in 0..64 {
            match self.follow.caller_argument(&variable, module) {
                Some((Expr::Const(value), _)) => return *value != Json::Null,
                Some((Expr::Refs(refs), outer)) => match refs.as_slice() {
                    [only] if only.name(0) == Some("var") && only.steps.len() == 2 => {
                        variable = only.name(1).unwrap_or_default().to_owned();
                        module = outer.module;
                    }
                    _ => return false,
                },
                Some(_) => return false,
                None => break,
            }
        }
        let default = self.follow.source(module).and_then(|s| s.defaults.get(&variable));
        let root = self.follow.instances.module(module).is_some_and(|m| m.caller.is_none());
        match default {
            None | Some(Json::Null) => false,
            // The root's default is what counts only if nothing else was given.
            Some(default) => !root || self.follow.config.variables.get(&variable) == Some(default),
        }
    }
}
