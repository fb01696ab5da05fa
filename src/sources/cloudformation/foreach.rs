//! `Fn::ForEach`: loops of `AWS::LanguageExtensions`, written out.
//!
//! Owns the loop itself; what it loops over is evaluated like any other value.

use super::eval::Eval;
use super::text::known;
use crate::base::text::{Span, Text};
use crate::base::tree::{Entry, Node, NodeKind};
use crate::diag::Diagnostic;
use crate::model::doc::Said;

const LOOP: &str = "Fn::ForEach::";
/// Most nodes that all loops of a template may add.
const MOST: usize = 500_000;

/// Writes out every loop below a node. What cannot be written out is left out, with a problem.
pub(super) fn expand(node: Node, eval: &Eval<'_>) -> (Node, Vec<Diagnostic>) {
    let mut loops = Loops { eval, left: MOST, problems: Vec::new() };
    let node = loops.node(node);
    (node, loops.problems)
}

struct Loops<'a, 'b> {
    eval: &'a Eval<'b>,
    left: usize,
    problems: Vec<Diagnostic>,
}

impl Loops<'_, '_> {
    fn node(&mut self, node: Node) -> Node {
        let kind = match node.kind {
            NodeKind::List(items) => NodeKind::List(items.into_iter().map(|n| self.node(n)).collect()),
            NodeKind::Map(entries) => {
                let mut all = Vec::with_capacity(entries.len());
                for entry in entries {
                    if entry.key.starts_with(LOOP) {
                        self.one(&entry, &mut all);
                    } else {
                        all.push(Entry { value: self.node(entry.value), ..entry });
                    }
                }
                NodeKind::Map(all)
            }
            other => other,
        };
        Node { kind, ..node }
    }

    fn one(&mut self, entry: &Entry, all: &mut Vec<Entry>) {
        let [variable, collection, body] = entry.value.items() else {
            return self.problem(entry.key_span, "a loop takes a name, a list and a mapping");
        };
        let (Some(variable), Some(values)) = (variable.text(), self.values(collection)) else {
            return self.problem(entry.key_span, "what this loop goes over is not known");
        };
        for value in values {
            for inner in body.entries() {
                let Some(left) = self.left.checked_sub(size(&inner.value)) else {
                    return self.problem(entry.key_span, "this loop makes too much");
                };
                self.left = left;
                let written = Entry {
                    key: replace(&inner.key, variable, &value),
                    key_span: inner.key_span,
                    value: substitute(&inner.value, variable, &value),
                };
                if written.key.starts_with(LOOP) {
                    self.one(&written, all);
                } else {
                    all.push(Entry { value: self.node(written.value), ..written });
                }
            }
        }
    }

    fn values(&self, collection: &Node) -> Option<Vec<Text>> {
        let Said::List(items, None) = self.eval.doc(collection).said else { return None };
        let mut values = Vec::new();
        for item in &items {
            match &item.said {
                Said::List(inner, None) => {
                    values.extend(inner.iter().map(known).collect::<Option<Vec<_>>>()?);
                }
                _ => values.push(known(item)?),
            }
        }
        Some(values)
    }

    fn problem(&mut self, span: Span, message: &str) {
        self.problems.push(
            Diagnostic::warning("cfn::foreach", message)
                .help("what the loop makes is left out; give its parameters (`--parameters FILE`) or a literal list")
                .label(self.eval.scope.place(span), ""),
        );
    }
}

fn size(node: &Node) -> usize {
    let below: usize = node.items().iter().map(size).sum();
    1 + below + node.entries().iter().map(|e| size(&e.value)).sum::<usize>()
}

/// `${Name}` is the value, `&{Name}` the value without what a logical id cannot have.
fn replace(text: &Text, variable: &str, value: &str) -> Text {
    if !text.contains('{') {
        return text.clone();
    }
    let bare: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    text.replace(&format!("${{{variable}}}"), value).replace(&format!("&{{{variable}}}"), &bare).into()
}

fn substitute(node: &Node, variable: &str, value: &str) -> Node {
    if super::syntax::reference(node) == Some(variable) {
        return super::syntax::text(node.span, value);
    }
    let kind = match &node.kind {
        NodeKind::Text(text) => NodeKind::Text(replace(text, variable, value)),
        NodeKind::List(items) => {
            NodeKind::List(items.iter().map(|n| substitute(n, variable, value)).collect())
        }
        NodeKind::Map(entries) => NodeKind::Map(
            entries
                .iter()
                .map(|e| Entry {
                    key: replace(&e.key, variable, value),
                    key_span: e.key_span,
                    value: substitute(&e.value, variable, value),
                })
                .collect(),
        ),
        other => other.clone(),
    };
    Node { span: node.span, tag: None, kind }
}
