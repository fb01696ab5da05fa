//! References: files that choose rules, set their parameters and severities, and switch rules off.
//!
//! Owns their shape. Which rules a reference chooses is worked out in `select.rs`.

use super::keys::Reader;
use super::load::SEVERITIES;
use crate::base::text::{FileId, Span, Text};
use crate::base::tree::{Node, NodeKind};
use crate::diag::Diagnostic;
use crate::diag::finding::Severity;
use crate::model::schema::{Schema, Ty};
use crate::model::value::Val;

/// A reference as it was written.
#[derive(Clone, Debug)]
pub struct Reference {
    /// Its name: the file's, without ending.
    pub name: Text,
    /// Its file.
    pub file: FileId,
    /// One line.
    pub title: Text,
    /// What it is for: Markdown.
    pub describes: Text,
    /// The reference that it builds on.
    pub extends: Option<Spanned>,
    /// Ids or globs; absent: every rule, or what `extends` chooses.
    pub rules: Option<Vec<Spanned>>,
    /// Severities by id or glob; the last that fits counts.
    pub severity: Vec<(Spanned, Severity)>,
    /// Parameters by id or glob.
    pub params: Vec<(Spanned, Vec<(Spanned, Node)>)>,
    /// Ids or globs of rules that are not asked.
    pub off: Vec<Spanned>,
}

/// A name with its bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanned {
    /// The name.
    pub text: Text,
    /// Its bytes.
    pub span: Span,
}

/// The keys of a reference file.
const KEYS: &[&str] = &["title", "describes", "extends", "rules", "severity", "params", "off"];

/// Reads a reference file.
pub(super) fn load(file: FileId, path: &str, text: &str) -> (Option<Reference>, Vec<Diagnostic>) {
    let (mut reader, node) = Reader::open(file, text, "a reference file");
    let stem = path.rsplit('/').next().unwrap_or("").split('.').next().unwrap_or("");
    let reference = node.and_then(|node| read(&mut reader, &node, stem));
    (reference.filter(|_| reader.problems.is_empty()), reader.finish())
}

fn read(reader: &mut Reader<'_>, node: &Node, name: &str) -> Option<Reference> {
    reader.closed(node, KEYS, "a reference");
    let title = reader.need(node, "title", "a reference").and_then(|n| reader.text(n, "title"));
    let describes = reader.need(node, "describes", "a reference").and_then(|n| reader.text(n, "describes"));
    let extends = node.get("extends").and_then(|n| spanned(reader, n, "extends"));
    let rules = node.get("rules").map(|n| names(reader, n, "rules"));
    let off = node.get("off").map_or(Vec::new(), |n| names(reader, n, "off"));
    let mut severity = Vec::new();
    for (key, value) in mapping(reader, node, "severity") {
        let word = reader.text(value, "severity");
        let word = word.and_then(|w| reader.word(&w, value.span, "severity", SEVERITIES));
        severity.extend(word.map(|w| (key, w)));
    }
    let mut params = Vec::new();
    for (key, value) in mapping(reader, node, "params") {
        if !matches!(value.kind, NodeKind::Map(_)) {
            let message = format!("parameters are a mapping, and this is {}", value.what());
            reader.error_help("rule::value", message, value.span, "write `{ name: value }`");
        }
        let set = value
            .entries()
            .iter()
            .map(|e| (Spanned { text: e.key.clone(), span: e.key_span }, e.value.clone()));
        params.push((key, set.collect()));
    }
    Some(Reference {
        name: name.into(),
        file: reader.file,
        title: title?,
        describes: describes?,
        extends,
        rules,
        severity,
        params,
        off,
    })
}

fn mapping<'n>(reader: &mut Reader<'_>, node: &'n Node, key: &str) -> Vec<(Spanned, &'n Node)> {
    let Some(node) = node.get(key) else { return Vec::new() };
    if !matches!(node.kind, NodeKind::Map(_)) {
        reader.error("rule::value", format!("`{key}` is a mapping, and this is {}", node.what()), node.span);
    }
    node.entries().iter().map(|e| (Spanned { text: e.key.clone(), span: e.key_span }, &e.value)).collect()
}

fn spanned(reader: &mut Reader<'_>, node: &Node, what: &str) -> Option<Spanned> {
    reader.text(node, what).map(|text| Spanned { text, span: node.span })
}

fn names(reader: &mut Reader<'_>, node: &Node, what: &str) -> Vec<Spanned> {
    reader.items(node, what).iter().filter_map(|n| spanned(reader, n, what)).collect()
}

/// The value of a parameter.
pub(super) fn value(reader: &mut Reader<'_>, node: &Node, ty: &Ty, schema: &Schema) -> Option<Val> {
    let val = param(node, ty);
    if val.is_none() {
        let message = format!("this parameter is {}, and here is {}", schema.say(ty), node.what());
        reader.error("rule::type", message, node.span);
    }
    val
}

/// A node as a value of a parameter's type.
pub fn param(node: &Node, ty: &Ty) -> Option<Val> {
    match (ty, &node.kind) {
        (Ty::Bool, NodeKind::Bool(b)) => Some(Val::Bool(*b)),
        (Ty::Int, NodeKind::Number(n)) => n.parse().ok().map(Val::Int),
        (Ty::Num, NodeKind::Number(n)) => n.parse().ok().filter(|n: &f64| n.is_finite()).map(Val::Num),
        (Ty::Text, NodeKind::Text(t)) => Some(Val::Text(t.clone())),
        (Ty::List(of), NodeKind::List(items)) => {
            items.iter().map(|n| param(n, of)).collect::<Option<Vec<_>>>().map(Val::list)
        }
        _ => None,
    }
}
