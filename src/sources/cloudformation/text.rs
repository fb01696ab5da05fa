//! Text made of parts, and values shown as text.
//!
//! Owns how known and unknown parts join. Must not know functions.

use super::dynamic;
use super::pseudo;
use crate::base::text::Text;
use crate::base::tree::{Node, NodeKind};
use crate::model::doc::{Doc, Part, Said};
use crate::model::why::{Cause, Reasons};

/// A known scalar as text.
pub(super) fn known(doc: &Doc) -> Option<Text> {
    match &doc.said {
        Said::Text(t) | Said::Number(t) => Some(t.clone()),
        Said::Bool(b) => Some(b.to_string().into()),
        _ => None,
    }
}

/// The parts that a value adds to a text.
pub(super) fn parts(doc: Doc) -> Vec<Part> {
    if let Some(text) = known(&doc) {
        return vec![Part::Text(text)];
    }
    match doc.said {
        Said::Template(parts) => parts,
        Said::Null => Vec::new(),
        Said::List(..) | Said::Map(_) => {
            let what = if matches!(doc.said, Said::Map(_)) { "a mapping" } else { "a list" };
            let cause = Cause::Malformed(format!("{what} within text").into());
            vec![Part::Hole(Doc::at(Said::Unknown(Reasons::one(what, cause)), doc.place))]
        }
        _ => vec![Part::Hole(doc)],
    }
}

/// Joins parts: known neighbours become one text, and a text that is all known is plain text.
pub(super) fn fold(parts: Vec<Part>) -> Said {
    let mut joined: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match (joined.last_mut(), part) {
            (_, Part::Text(t)) if t.is_empty() => {}
            (Some(Part::Text(before)), Part::Text(t)) => *before = format!("{before}{t}").into(),
            (_, part) => joined.push(part),
        }
    }
    match joined.as_slice() {
        [] => Said::Text("".into()),
        [Part::Text(only)] => dynamic::text(only),
        [Part::Hole(only)] => only.said.clone(),
        [Part::Hole(region), Part::Text(letter)]
            if is_zone_letter(letter) && pseudo::is_unknown_region(region) =>
        {
            Said::Symbol { family: "${AWS::Region}#".into(), name: letter.clone() }
        }
        _ => dynamic::template(joined),
    }
}

/// The list that text with holes is to a list parameter: cut at the commas of its known parts. What is not
/// known may hold commas of its own, so it leaves the list open; a reference is one item.
pub(super) fn apart(doc: Doc) -> Said {
    let place = doc.place;
    let parts = match doc.said {
        Said::Template(parts) => parts,
        Said::Ref(_) | Said::Symbol { .. } => vec![Part::Hole(doc)],
        other => return other,
    };
    let mut items = Vec::new();
    let mut item = Vec::new();
    let mut more: Option<Reasons> = None;
    for part in parts {
        if let Part::Hole(hole) = &part
            && let Said::Unknown(reasons) = &hole.said
        {
            more = Some(more.map_or_else(|| reasons.clone(), |m| m.and(reasons)));
        }
        match part {
            Part::Text(text) => {
                for (i, piece) in text.split(',').enumerate() {
                    if i > 0 {
                        items.push(std::mem::take(&mut item));
                    }
                    item.push(Part::Text(piece.trim().into()));
                }
            }
            hole => item.push(hole),
        }
    }
    items.push(item);
    let said = items.into_iter().map(fold).filter(|said| *said != Said::Text("".into()));
    Said::List(said.map(|said| Doc::at(said, place)).collect(), more)
}

fn is_zone_letter(text: &str) -> bool {
    matches!(text.as_bytes(), [b'a'..=b'z'])
}

/// A node in one line, functions in short form: `!Select [0, !Ref Zones]`.
pub(super) fn written(node: &Node) -> Text {
    let mut out = String::new();
    write(node, &mut out);
    out.into()
}

/// Longest text that [`written`] gives, about.
const LONGEST: usize = 160;

fn write(node: &Node, out: &mut String) {
    if out.len() > LONGEST {
        out.push('…');
        return;
    }
    if let Some((name, argument)) = super::syntax::call(node) {
        out.push('!');
        out.push_str(name.strip_prefix("Fn::").unwrap_or(name));
        out.push(' ');
        return match argument.items() {
            [a, b] if name == "Fn::GetAtt" => {
                write(a, out);
                out.push('.');
                write(b, out);
            }
            _ => write(argument, out),
        };
    }
    match &node.kind {
        NodeKind::Null => {}
        NodeKind::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        NodeKind::Number(t) => out.push_str(t),
        NodeKind::Text(t) if t.is_empty() => out.push_str("\"\""),
        NodeKind::Text(t) => out.push_str(t),
        NodeKind::List(items) => series(items.iter(), ('[', ']'), out, write),
        NodeKind::Map(entries) => series(entries.iter(), ('{', '}'), out, |entry, out| {
            out.push_str(&entry.key);
            out.push_str(": ");
            write(&entry.value, out);
        }),
    }
}

fn series<T>(
    all: impl Iterator<Item = T>,
    (open, close): (char, char),
    out: &mut String,
    each: impl Fn(T, &mut String),
) {
    out.push(open);
    for (i, one) in all.enumerate() {
        if out.len() > LONGEST {
            out.push('…');
            break;
        }
        if i > 0 {
            out.push_str(", ");
        }
        each(one, out);
    }
    out.push(close);
}
