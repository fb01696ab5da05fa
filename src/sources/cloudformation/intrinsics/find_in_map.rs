//! `Fn::FindInMap`: looked up, or the cases of a key that is a parameter without a value.

use super::super::eval::Eval;
use super::super::parameters;
use super::super::pseudo;
use super::super::syntax;
use super::super::text::known;
use super::{derived, each_case, malformed};
use crate::base::text::Text;
use crate::base::tree::{Entry, Node};
use crate::model::cond::Cond;
use crate::model::doc::{Doc, Said};

/// Most keys of which an open lookup gives cases.
const MOST_CASES: usize = 8;

/// `Fn::FindInMap`, with `DefaultValue` as `AWS::LanguageExtensions` has it.
pub(super) fn find(eval: &Eval<'_>, node: &Node, argument: &Node) -> Said {
    let (map, keys, default) = match argument.items() {
        [map, top, second] => (map, [top, second], None),
        [map, top, second, options] => (map, [top, second], options.get("DefaultValue")),
        _ => return malformed(eval, node, "`Fn::FindInMap` takes a map's name and two keys"),
    };
    each_case(eval.doc(map), &|map_doc| {
        let Some(name) = known(&map_doc) else { return derived(eval, node, &[&map_doc]) };
        let Some(map) = eval.scope.template.mappings.iter().find(|e| *e.key == *name) else {
            return missing(eval, node, default, &format!("mapping `{name}` is not declared"));
        };
        look(eval, node, &map.value, &keys, default)
    })
}

/// Looks up the first key, then the rest below it.
fn look(eval: &Eval<'_>, node: &Node, table: &Node, keys: &[&Node], default: Option<&Node>) -> Said {
    let Some((key, rest)) = keys.split_first() else { return eval.doc(table).said };
    each_case(eval.doc(key), &|key_doc| {
        if let Some(name) = known(&key_doc) {
            return match table.get(&name) {
                Some(below) => look(eval, node, below, rest, default),
                None => missing(eval, node, default, &format!("the mapping has no key `{name}`")),
            };
        }
        open(eval, node, table, key, &key_doc, rest, default)
    })
}

/// A key that is not known: one value if all keys give the same, else a case for each key.
fn open(
    eval: &Eval<'_>,
    node: &Node,
    table: &Node,
    key: &Node,
    key_doc: &Doc,
    rest: &[&Node],
    default: Option<&Node>,
) -> Said {
    let own = syntax::reference(key).and_then(|n| parameters::allowed(eval.scope, n));
    let possible = |e: &&Entry| own.as_ref().is_none_or(|all| all.iter().any(|a| **a == *e.key));
    let mut found: Vec<(Text, Doc)> = Vec::new();
    for entry in table.entries().iter().filter(possible) {
        let place = Some(eval.place(&entry.value));
        found.push((entry.key.clone(), Doc::at(look(eval, node, &entry.value, rest, default), place)));
    }
    let mut values = found.iter();
    if let Some((_, first)) = values.next()
        && default.is_none()
        && values.all(|(_, d)| d.said == first.said)
    {
        return first.said.clone();
    }
    match pseudo::direct(key_doc) {
        Some(subject) if (1..=MOST_CASES).contains(&found.len()) => {
            cases(eval, subject, found, default.map(|d| eval.doc(d)))
        }
        _ => derived(eval, node, &[key_doc]),
    }
}

/// The last case is "none of the others": a key that the mapping lacks would not deploy.
fn cases(eval: &Eval<'_>, subject: &Text, found: Vec<(Text, Doc)>, default: Option<Doc>) -> Said {
    let mut otherwise = Cond::Const(true);
    let mut all = Vec::with_capacity(found.len() + 1);
    let last = found.len().saturating_sub(1);
    for (i, (value, doc)) in found.into_iter().enumerate() {
        if i == last && default.is_none() {
            all.push((otherwise.clone(), doc));
            continue;
        }
        let is = Cond::Atom(eval.parameter_is(subject, &value, None));
        otherwise = otherwise.and(&is.negate());
        all.push((is, doc));
    }
    if let Some(default) = default {
        all.push((otherwise, default));
    }
    Said::Cases(all.into())
}

fn missing(eval: &Eval<'_>, node: &Node, default: Option<&Node>, message: &str) -> Said {
    match default {
        Some(default) => eval.doc(default).said,
        None => malformed(eval, node, message),
    }
}
