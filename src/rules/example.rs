//! The examples of a rule: neutral graphs with the verdict that they must give.
//!
//! Owns their outer shape; what a resource of an example means is the catalog's matter.

use super::keys::Reader;
use crate::base::near::nearest;
use crate::base::text::Text;
use crate::base::tree::{Node, NodeKind};
use crate::model::schema::{Common, Origin, Schema};

/// What an example must give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expected {
    /// Some resource fails.
    Bad,
    /// None fails, none is unknown, at least one passes.
    Good,
    /// None fails, at least one is unknown.
    Unsure,
    /// The rule applies to none.
    NotApplicable,
}

/// The keys under `examples`.
pub const EXPECTED: &[(&str, Expected)] = &[
    ("bad", Expected::Bad),
    ("good", Expected::Good),
    ("unsure", Expected::Unsure),
    ("not_applicable", Expected::NotApplicable),
];

/// An example.
#[derive(Clone, Debug)]
pub struct Example {
    /// What it must give.
    pub expected: Expected,
    /// For messages: `bad 1`.
    pub name: Text,
    /// The whole example: a mapping from names to resources.
    pub tree: Node,
    /// Its resources, in order.
    pub resources: Vec<ExampleResource>,
}

/// A resource of an example.
#[derive(Clone, Debug)]
pub struct ExampleResource {
    /// Its name within the example.
    pub name: Text,
    /// Its kind.
    pub kind: Text,
    /// What it states: a mapping, `kind` left out.
    pub facts: Node,
}

/// What an example may say of a resource beside stated facts.
const BESIDE: &[&str] = &["kind", "change", "name", "region", "account"];

pub(super) fn read(reader: &mut Reader<'_>, node: &Node, schema: &Schema) -> Vec<Example> {
    let words: Vec<&str> = EXPECTED.iter().map(|(word, _)| *word).collect();
    reader.closed(node, &words, "`examples`");
    let mut all = Vec::new();
    for (word, expected) in EXPECTED {
        let Some(list) = node.get(word) else {
            if *expected != Expected::NotApplicable {
                let help = "every rule shows each of its verdicts; `[]` says that it cannot have this one";
                let span = crate::base::text::Span { end: node.span.start, ..node.span };
                reader.error_help("rule::missing-key", format!("`examples` needs `{word}`"), span, help);
            }
            continue;
        };
        if *expected == Expected::Bad && matches!(&list.kind, NodeKind::List(items) if items.is_empty()) {
            reader.error("rule::value", "a rule needs an example that fails", list.span);
        }
        for (i, tree) in reader.items(list, word).iter().enumerate() {
            let resources = resources(reader, tree, schema);
            let name = format!("{word} {}", i + 1).into();
            all.push(Example { expected: *expected, name, tree: tree.clone(), resources });
        }
    }
    all
}

fn resources(reader: &mut Reader<'_>, tree: &Node, schema: &Schema) -> Vec<ExampleResource> {
    if !matches!(tree.kind, NodeKind::Map(_)) {
        let message = format!("an example is a mapping from names to resources, and this is {}", tree.what());
        reader.error("rule::value", message, tree.span);
    }
    let mut all = Vec::new();
    for entry in tree.entries() {
        let Some(kind_node) = reader.need(&entry.value, "kind", "a resource of an example") else { continue };
        let Some(kind) = reader.text(kind_node, "kind") else { continue };
        let Some(id) = schema.find(&kind) else {
            let message = format!("unknown kind `{kind}`");
            let kinds: Vec<&str> = schema.kinds.iter().map(|k| &*k.name).collect();
            match nearest(&kind, kinds) {
                Some(near) => {
                    let help = format!("did you mean `{near}`?");
                    reader.error_help("rule::unknown-kind", message, kind_node.span, help);
                }
                None => reader.error("rule::unknown-kind", message, kind_node.span),
            }
            continue;
        };
        let mut facts = entry.value.clone();
        if let NodeKind::Map(entries) = &mut facts.kind {
            entries.retain(|e| &*e.key != "kind");
        }
        for fact in facts.entries().iter().filter(|f| !BESIDE.contains(&&*f.key)) {
            let kind = schema.kind(id);
            let code = "rule::unknown-attribute";
            match kind.attr(&fact.key).map(|(_, attr)| &attr.origin) {
                Some(Origin::Stated(_)) => {}
                Some(Origin::Common(Common::Source | Common::Type | Common::Address | Common::InView))
                | None => {
                    let stated = kind.attrs.iter().filter(|a| matches!(a.origin, Origin::Stated(_)));
                    let known: Vec<&str> = stated.map(|a| &*a.name).chain(BESIDE.iter().copied()).collect();
                    let message = format!("`{}` states no `{}`", kind.name, fact.key);
                    reader.suggest(code, message, fact.key_span, &fact.key, &known);
                }
                Some(_) => {
                    let message =
                        format!("`{}` of `{}` is derived and cannot be stated", fact.key, kind.name);
                    reader.error_help(code, message, fact.key_span, "state the facts from which it follows");
                }
            }
        }
        all.push(ExampleResource { name: entry.key.clone(), kind, facts });
    }
    all
}
