//! IAM policy documents to statement records: JSON text, a tree, or Terraform's
//! `aws_iam_policy_document` blocks.
//!
//! A document whose structure is known but one of whose values is not stays readable: the hole is
//! unknown, the rest is judged.

use std::sync::Arc;

use crate::base::text::Text;
use crate::model::doc::{Doc, Part, Said};
use crate::model::schema::ShapeId;
use crate::model::value::{Fact, Item, List, Record, Val};
use crate::model::why::{Cause, Reasons};

use super::decode::parse_json;
use super::walk::reasons_of;

/// The fields of a statement, in the order of its shape.
const FIELDS: [(&str, &str); 6] = [
    ("Action", "actions"),
    ("NotAction", "not_actions"),
    ("Resource", "resources"),
    ("NotResource", "not_resources"),
    ("Principal", "principals"),
    ("NotPrincipal", "not_principals"),
];

/// Reads the statements of a document, added to `out`. What is not readable is a reason for more.
pub fn statements(doc: &Doc, shapes: (ShapeId, ShapeId), what: &str, out: &mut List) {
    let parsed = parse_json(doc);
    match &parsed.said {
        Said::Null => {}
        Said::Map(_) => {
            if let Some(blocks) = parsed.get("statement") {
                each(blocks, what, out, &mut |d| block(d, shapes, what));
                for inherited in ["source_policy_documents", "override_policy_documents"] {
                    if let Some(docs) = parsed.get(inherited) {
                        each_document(docs, shapes, what, out);
                    }
                }
            } else if let Some(statement) = parsed.get("Statement") {
                each(statement, what, out, &mut |d| statement_record(d, shapes, what));
            } else if let Some(docs) = parsed.get("source_policy_documents") {
                each_document(docs, shapes, what, out);
            }
        }
        Said::List(items, more) => {
            for item in items {
                statements(item, shapes, what, out);
            }
            if let Some(more) = more {
                note(out, more);
            }
        }
        Said::Cases(cases) => {
            for (cond, inner) in cases.iter() {
                let mut part = List::default();
                statements(inner, shapes, what, &mut part);
                for mut item in part.items {
                    item.present = cond.and(&item.present);
                    out.items.push(item);
                }
                if let Some(more) = &part.more {
                    note(out, more);
                }
            }
        }
        _ => note(out, &named(&reasons_of(&parsed), what)),
    }
}

fn each_document(docs: &Doc, shapes: (ShapeId, ShapeId), what: &str, out: &mut List) {
    match &docs.said {
        Said::Null => {}
        Said::List(items, more) => {
            items.iter().for_each(|d| statements(d, shapes, what, out));
            if let Some(more) = more {
                note(out, more);
            }
        }
        _ => statements(docs, shapes, what, out),
    }
}

fn note(out: &mut List, reasons: &Reasons) {
    out.more = Some(out.more.as_ref().map_or_else(|| reasons.clone(), |m| m.and(reasons)));
}

/// Reasons whose `what` is empty get the fact's name.
fn named(reasons: &Reasons, what: &str) -> Reasons {
    super::typed::name_reasons(reasons, what)
}

fn each(doc: &Doc, what: &str, out: &mut List, make: &mut dyn FnMut(&Doc) -> Val) {
    match &doc.said {
        Said::List(items, more) => {
            items.iter().for_each(|d| each(d, what, out, make));
            if let Some(more) = more {
                note(out, more);
            }
        }
        Said::Map(_) => out.items.push(Item { place: doc.place, ..Item::new(make(doc)) }),
        Said::Cases(cases) => {
            for (cond, inner) in cases.iter() {
                let before = out.items.len();
                each(inner, what, out, make);
                for item in out.items.iter_mut().skip(before) {
                    item.present = cond.and(&item.present);
                }
            }
        }
        Said::Null => {}
        _ => note(out, &named(&reasons_of(doc), what)),
    }
}

/// A statement of the JSON form.
fn statement_record(doc: &Doc, shapes: (ShapeId, ShapeId), what: &str) -> Val {
    let mut fields = vec![text_fact(doc.get("Sid"), what), text_fact(doc.get("Effect"), what)];
    for (key, _) in FIELDS {
        let principal = key.ends_with("Principal");
        let mut list = List::default();
        match doc.get(key) {
            Some(inner) if principal => principals(inner, what, &mut list),
            Some(inner) => texts(inner, "", what, &mut list),
            None => {}
        }
        fields.push(fact(Val::List(Arc::new(list)), doc.get(key)));
    }
    let mut conditions = List::default();
    match doc.get("Condition").map(|d| (&d.said, d)) {
        None => {}
        Some((Said::Map(operators), _)) => {
            for (operator, keys) in operators {
                if let Said::Map(keys) = &keys.said {
                    for (key, values) in keys {
                        conditions.items.push(Item::new(condition(operator, key, values, shapes.1, what)));
                    }
                }
            }
        }
        Some((_, d)) => note(&mut conditions, &named(&reasons_of(d), what)),
    }
    fields.push(fact(Val::List(Arc::new(conditions)), doc.get("Condition")));
    Val::Record(Arc::new(Record { shape: shapes.0, fields, place: doc.place }))
}

/// A statement of Terraform's block form.
fn block(doc: &Doc, shapes: (ShapeId, ShapeId), what: &str) -> Val {
    let mut effect = text_fact(doc.get("effect"), what);
    if effect.val == Val::Absent {
        effect.val = Val::text("Allow");
    }
    let mut fields = vec![text_fact(doc.get("sid"), what), effect];
    for (_, key) in FIELDS {
        let mut list = List::default();
        if let Some(inner) = doc.get(key) {
            if key.ends_with("principals") {
                each(inner, what, &mut list, &mut |_| Val::Absent);
                list = List { items: Vec::new(), more: list.more };
                block_principals(inner, what, &mut list);
            } else {
                texts(inner, "", what, &mut list);
            }
        }
        fields.push(fact(Val::List(Arc::new(list)), doc.get(key)));
    }
    let mut conditions = List::default();
    if let Some(inner) = doc.get("condition") {
        each(inner, what, &mut conditions, &mut |d| {
            let part = |k: &str| d.get(k).and_then(known).unwrap_or_default();
            let null = Doc::new(Said::Null);
            condition(&part("test"), &part("variable"), d.get("values").unwrap_or(&null), shapes.1, what)
        });
    }
    fields.push(fact(Val::List(Arc::new(conditions)), doc.get("condition")));
    Val::Record(Arc::new(Record { shape: shapes.0, fields, place: doc.place }))
}

fn block_principals(doc: &Doc, what: &str, out: &mut List) {
    match &doc.said {
        Said::List(items, _) => items.iter().for_each(|d| block_principals(d, what, out)),
        Said::Map(_) => {
            let kind = doc.get("type").and_then(known).unwrap_or_default();
            let Some(ids) = doc.get("identifiers") else { return };
            let prefix = if &*kind == "*" { String::new() } else { format!("{kind}:") };
            texts(ids, &prefix, what, out);
        }
        _ => {}
    }
}

fn known(doc: &Doc) -> Option<Text> {
    match &doc.said {
        Said::Text(t) => Some(t.clone()),
        _ => None,
    }
}

fn condition(operator: &str, key: &str, values: &Doc, shape: ShapeId, what: &str) -> Val {
    let mut list = List::default();
    texts(values, "", what, &mut list);
    let fields = vec![
        Fact::stated(Val::text(operator)),
        Fact::stated(Val::text(key)),
        fact(Val::List(Arc::new(list)), Some(values)),
    ];
    Val::Record(Arc::new(Record { shape, fields, place: values.place }))
}

fn fact(val: Val, doc: Option<&Doc>) -> Fact {
    Fact { place: doc.and_then(|d| d.place), ..Fact::stated(val) }
}

fn text_fact(doc: Option<&Doc>, what: &str) -> Fact {
    let Some(doc) = doc else { return Fact::absent() };
    fact(text(doc, "", what), Some(doc))
}

/// A text of a policy. A reference to a resource is not known, but it is known not to be a wildcard:
/// it reads `${reference}`.
fn text(doc: &Doc, prefix: &str, what: &str) -> Val {
    match &doc.said {
        Said::Null => Val::Absent,
        // In a principal map `{"AWS": "*"}` means everybody, as a bare `*` does.
        Said::Text(t) if &**t == "*" && prefix == "AWS:" => Val::text("*"),
        Said::Text(t) | Said::Number(t) => Val::text(format!("{prefix}{t}")),
        Said::Bool(b) => Val::text(b.to_string()),
        Said::Ref(r) => Val::text(format!("{prefix}${{{}}}", r.written)),
        Said::Template(parts) => {
            let mut out = String::from(prefix);
            for part in parts {
                match part {
                    Part::Text(t) => out.push_str(t),
                    Part::Hole(hole) => match &hole.said {
                        Said::Ref(r) => out.push_str(&format!("${{{}}}", r.written)),
                        _ => {
                            let reasons = reasons_of(hole);
                            let name = reasons.iter().next().map(|w| w.what.to_string()).unwrap_or_default();
                            out.push_str(&format!("${{{name}}}"));
                        }
                    },
                }
            }
            Val::text(out)
        }
        Said::Cases(cases) => {
            Val::Cases(cases.iter().map(|(c, d)| (c.clone(), text(d, prefix, what))).collect())
        }
        _ => Val::Unknown(named(&reasons_of(doc), what)),
    }
}

fn texts(doc: &Doc, prefix: &str, what: &str, out: &mut List) {
    match &doc.said {
        Said::Null => {}
        Said::List(items, more) => {
            items.iter().for_each(|d| texts(d, prefix, what, out));
            if let Some(more) = more {
                note(out, more);
            }
        }
        Said::Cases(cases) => {
            for (cond, inner) in cases.iter() {
                let before = out.items.len();
                texts(inner, prefix, what, out);
                for item in out.items.iter_mut().skip(before) {
                    item.present = cond.and(&item.present);
                }
            }
        }
        // A list that is not known as a whole may have any number of items.
        Said::Unknown(r) => note(out, &named(r, what)),
        Said::Map(_) => note(out, &Reasons::one(what, Cause::Malformed("a map where text belongs".into()))),
        _ => out.items.push(Item { place: doc.place, ..Item::new(text(doc, prefix, what)) }),
    }
}

fn principals(doc: &Doc, what: &str, out: &mut List) {
    match &doc.said {
        Said::Map(kinds) => {
            for (kind, ids) in kinds {
                texts(ids, &format!("{kind}:"), what, out);
            }
        }
        _ => texts(doc, "", what, out),
    }
}
