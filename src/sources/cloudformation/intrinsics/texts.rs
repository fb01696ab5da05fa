//! `Fn::Sub`, `Fn::Join`, `Fn::Split`: text from parts and parts from text.

use super::super::eval::Eval;
use super::super::text::{fold, known, parts};
use super::{derived, each_case, malformed, names};
use crate::base::tree::Node;
use crate::model::cond::Cond;
use crate::model::doc::{Doc, Part, Said};

/// Most cases that a text is written out for; with more, the cases stay holes.
const MOST_CASES: usize = 4;

/// `Fn::Sub`, with or without variables of its own.
pub(super) fn sub(eval: &Eval<'_>, argument: &Node) -> Said {
    let (template, variables) = match argument.items() {
        [template] => (template, None),
        [template, variables] => (template, Some(variables)),
        _ => (argument, None),
    };
    let Some(template_text) = template.text() else {
        // Not allowed, but the value may be text all the same.
        let doc = eval.doc(template);
        return if known(&doc).is_some() { doc.said } else { derived(eval, argument, &[&doc]) };
    };
    let mut all = Vec::new();
    for piece in pieces(template_text) {
        match piece {
            Piece::Text(text) => all.push(Part::Text(text.into())),
            Piece::Name(name) => {
                let own = variables.and_then(|v| v.get(name));
                all.extend(parts(own.map_or_else(|| hole(eval, template, name), |node| eval.doc(node))));
            }
        }
    }
    by_case(all)
}

fn hole(eval: &Eval<'_>, node: &Node, name: &str) -> Doc {
    let written = || format!("${{{name}}}");
    let said = match name.split_once('.') {
        Some((resource, attribute)) => names::attribute_of(eval, node, resource, attribute, &written),
        None => names::named(eval, node, name, written),
    };
    eval.at(node, said)
}

enum Piece<'t> {
    Text(&'t str),
    Name(&'t str),
}

/// `${Name}` is a name, `${!Name}` is the text `${Name}`; anything else is text.
fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut all = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        all.push(Piece::Text(before));
        let Some((name, tail)) = after.split_once('}') else {
            all.push(Piece::Text("${"));
            rest = after;
            continue;
        };
        match name.strip_prefix('!') {
            Some(literal) => all.extend([Piece::Text("${"), Piece::Text(literal), Piece::Text("}")]),
            None => all.push(Piece::Name(name.trim())),
        }
        rest = tail;
    }
    all.push(Piece::Text(rest));
    all
}

/// The names that a `Fn::Sub` text holds.
pub(in super::super) fn names(template: &str) -> impl Iterator<Item = &str> {
    pieces(template).into_iter().filter_map(|piece| match piece {
        Piece::Name(name) => Some(name),
        Piece::Text(_) => None,
    })
}

/// Joins parts; if exactly one hole has cases, and few, each case is written out.
fn by_case(all: Vec<Part>) -> Said {
    let mut cases = all.iter().enumerate().filter_map(|(i, p)| match p {
        Part::Hole(Doc { said: Said::Cases(cases), .. }) => Some((i, cases.clone())),
        _ => None,
    });
    let (Some((at, cases)), None) = (cases.next(), cases.next()) else { return fold(all) };
    if cases.len() > MOST_CASES {
        return fold(all);
    }
    let one = |(cond, case): &(Cond, Doc)| {
        let mut chosen = all.clone();
        chosen.splice(at..=at, parts(case.clone()));
        (cond.clone(), Doc::at(by_case(chosen), case.place))
    };
    Said::Cases(cases.iter().map(one).collect())
}

/// `Fn::Join`.
pub(super) fn join(eval: &Eval<'_>, node: &Node, argument: &Node) -> Said {
    let [delimiter, list] = argument.items() else {
        return malformed(eval, node, "`Fn::Join` takes a delimiter and a list");
    };
    let delimiter = eval.doc(delimiter);
    let Some(between) = known(&delimiter) else { return derived(eval, node, &[&delimiter]) };
    each_case(eval.doc(list), &|list| {
        let Said::List(items, None) = &list.said else { return derived(eval, node, &[&list]) };
        let mut all = Vec::new();
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                all.push(Part::Text(between.clone()));
            }
            match &item.said {
                // A list parameter within the list adds its items.
                Said::List(inner, None) => {
                    for (j, item) in inner.iter().enumerate() {
                        if j > 0 {
                            all.push(Part::Text(between.clone()));
                        }
                        all.extend(parts(item.clone()));
                    }
                }
                _ => all.extend(parts(item.clone())),
            }
        }
        by_case(all)
    })
}

/// `Fn::Split`.
pub(super) fn split(eval: &Eval<'_>, node: &Node, argument: &Node) -> Said {
    let [delimiter, source] = argument.items() else {
        return malformed(eval, node, "`Fn::Split` takes a delimiter and text");
    };
    let delimiter = eval.doc(delimiter);
    let Some(between) = known(&delimiter).filter(|d| !d.is_empty()) else {
        return derived(eval, node, &[&delimiter]);
    };
    each_case(eval.doc(source), &|source| match known(&source) {
        Some(text) => {
            let items = text.split(&*between).map(|t| Doc::at(Said::Text(t.into()), source.place));
            Said::List(items.collect(), None)
        }
        None => match super::arns::apart(eval, &source, &between) {
            Some(all) => {
                let items = cut(all, &between).into_iter().map(|item| Doc::at(fold(item), source.place));
                Said::List(items.collect(), None)
            }
            None => derived(eval, node, &[&source]),
        },
    })
}

/// Cuts parts at a delimiter, which no hole holds.
fn cut(all: Vec<Part>, delimiter: &str) -> Vec<Vec<Part>> {
    let mut done = Vec::new();
    let mut open = Vec::new();
    for part in all {
        match part {
            Part::Text(text) => {
                for (i, piece) in text.split(delimiter).enumerate() {
                    if i > 0 {
                        done.push(std::mem::take(&mut open));
                    }
                    open.push(Part::Text(piece.into()));
                }
            }
            hole @ Part::Hole(_) => open.push(hole),
        }
    }
    done.push(open);
    done
}

/// The parts of a text with pseudo parameters.
pub(super) fn filled(eval: &Eval<'_>, template: &str) -> Vec<Part> {
    let part = |piece| match piece {
        Piece::Text(text) => vec![Part::Text(text.into())],
        Piece::Name(name) => {
            parts(Doc::new(super::super::pseudo::value(eval.scope, name).unwrap_or(Said::Null)))
        }
    };
    pieces(template).into_iter().flat_map(part).collect()
}
