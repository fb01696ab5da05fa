//! Neutral examples: tiny graphs written in the catalog's own words, as rules carry them.
//!
//! An example is a map from a name to a resource, `app: { kind: subnet, zone: a }`. References name other
//! resources of the example; `"?"` is unknown. It goes through the same linker as any source, in the
//! dialect [`crate::model::doc::Dialect::Neutral`].

use super::{Catalog, reverse, spell};
use crate::base::text::FileId;
use crate::base::text::Place;
use crate::base::tree::{Node, NodeKind};
use crate::model::doc::{Change, Dialect, Doc, Raw, Said};
use crate::model::why::{Cause, Reasons};

/// What is wrong with an example, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct ExampleError {
    /// One sentence.
    pub message: String,
    /// The bytes in the rule file.
    pub span: crate::base::text::Span,
}

/// The resources of an example. `file` gives them places in the rule file.
///
/// # Errors
/// It is no map of maps, or a resource has no `kind`.
pub fn raws(example: &Node, file: Option<FileId>) -> Result<Vec<Raw>, ExampleError> {
    let error = |node: &Node, message: &str| ExampleError { message: message.into(), span: node.span };
    if !matches!(example.kind, NodeKind::Map(_)) {
        return Err(error(example, "an example is a map from names to resources"));
    }
    let mut all = Vec::new();
    for entry in example.entries() {
        let resource = &entry.value;
        let kind = resource
            .get("kind")
            .and_then(Node::text)
            .ok_or_else(|| error(resource, "a resource of an example needs a `kind`"))?;
        let mut body = Vec::new();
        let mut raw = Raw::new(kind, entry.key.clone(), Doc::new(Said::Null));
        raw.place = file.map(|file| Place { file, span: resource.span });
        for field in resource.entries() {
            let text = field.value.text();
            match &*field.key {
                "kind" => {}
                "change" => raw.change = text.and_then(change),
                "region" => raw.region = text.map(Into::into),
                "account" => raw.account = text.map(Into::into),
                _ => body.push((field.key.clone(), doc(&field.value, &entry.key, file))),
            }
        }
        raw.body = Doc::at(Said::Map(body), raw.place);
        all.push(raw);
    }
    Ok(all)
}

/// An example as text in a source's spelling; `None` if that source cannot spell it.
pub fn spelt(catalog: &Catalog, example: &Node, dialect: Dialect) -> Option<String> {
    let raws = raws(example, None).ok()?;
    let names = |name: &str| {
        let raw = raws.iter().find(|r| *r.address == *name)?;
        reverse::address(catalog, &raw.ty, name, dialect)
    };
    let mut all = Vec::new();
    for raw in &raws {
        let spelt = reverse::resource(catalog, raw, None, dialect, &names);
        if !spelt.unspellable.is_empty() {
            return None;
        }
        all.extend(spelt.raws);
    }
    Some(spell::file(&all, dialect))
}

fn change(text: &str) -> Option<Change> {
    [Change::NoOp, Change::Create, Change::Update, Change::Delete, Change::Replace, Change::Read]
        .into_iter()
        .find(|c| c.name() == text)
}

fn doc(node: &Node, what: &str, file: Option<FileId>) -> Doc {
    let place = file.map(|file| Place { file, span: node.span });
    let said = match &node.kind {
        NodeKind::Null => Said::Null,
        NodeKind::Bool(b) => Said::Bool(*b),
        NodeKind::Number(n) => Said::Number(n.clone()),
        NodeKind::Text(t) if &**t == "?" => Said::Unknown(Reasons::one(what, Cause::AfterApply)),
        NodeKind::Text(t) => Said::Text(t.clone()),
        NodeKind::List(items) => Said::List(items.iter().map(|n| doc(n, what, file)).collect(), None),
        NodeKind::Map(entries) => {
            Said::Map(entries.iter().map(|e| (e.key.clone(), doc(&e.value, what, file))).collect())
        }
    };
    Doc::at(said, place)
}
