//! `Fn::ToJsonString`: a value as JSON text, its unknowns as holes.

use super::super::eval::Eval;
use super::super::text::fold;
use super::derived;
use crate::base::tree::Node;
use crate::model::doc::{Doc, Part, Said};

/// `Fn::ToJsonString`.
pub(super) fn to_json_string(eval: &Eval<'_>, node: &Node, argument: &Node) -> Said {
    let doc = eval.doc(argument);
    let mut parts = Vec::new();
    match write(&doc, &mut parts) {
        Some(()) => fold(parts),
        None => derived(eval, node, &[&doc]),
    }
}

fn push(parts: &mut Vec<Part>, text: &str) {
    parts.push(Part::Text(text.into()));
}

/// `None` for what has no fixed text: open lists, values that may be missing.
fn write(doc: &Doc, parts: &mut Vec<Part>) -> Option<()> {
    match &doc.said {
        Said::Null => push(parts, "null"),
        Said::Bool(b) => push(parts, if *b { "true" } else { "false" }),
        Said::Number(n) => push(parts, n),
        Said::Text(t) => push(parts, &serde_json::Value::from(&**t).to_string()),
        Said::Template(inner) => {
            push(parts, "\"");
            for part in inner {
                match part {
                    Part::Text(t) => {
                        let quoted = serde_json::Value::from(&**t).to_string();
                        push(parts, quoted.get(1..quoted.len().saturating_sub(1))?);
                    }
                    hole @ Part::Hole(_) => parts.push(hole.clone()),
                }
            }
            push(parts, "\"");
        }
        Said::List(_, Some(_)) | Said::Cases(_) => return None,
        Said::List(items, None) => {
            push(parts, "[");
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    push(parts, ",");
                }
                write(item, parts)?;
            }
            push(parts, "]");
        }
        Said::Map(entries) => {
            push(parts, "{");
            for (i, (key, value)) in entries.iter().enumerate() {
                if i > 0 {
                    push(parts, ",");
                }
                push(parts, &format!("{}:", serde_json::Value::from(&**key)));
                write(value, parts)?;
            }
            push(parts, "}");
        }
        Said::Ref(_) | Said::Symbol { .. } | Said::Hidden { .. } | Said::Unknown(_) => {
            push(parts, "\"");
            parts.push(Part::Hole(doc.clone()));
            push(parts, "\"");
        }
    }
    Some(())
}
