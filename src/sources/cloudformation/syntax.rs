//! One spelling for functions: `!Sub x` becomes `{"Fn::Sub": x}`.
//!
//! Owns the short forms. Must not know what a function does.

use crate::base::text::{Span, Text};
use crate::base::tree::{Entry, Node, NodeKind};

/// Turns every tag into the long form of its function.
pub(super) fn normalise(node: Node) -> Node {
    let Node { span, tag, kind } = node;
    let kind = match kind {
        NodeKind::List(items) => NodeKind::List(items.into_iter().map(normalise).collect()),
        NodeKind::Map(entries) => {
            NodeKind::Map(entries.into_iter().map(|e| Entry { value: normalise(e.value), ..e }).collect())
        }
        other => other,
    };
    let plain = Node { span, tag: None, kind };
    let Some(name) = tag.as_deref().and_then(|t| t.strip_prefix('!')) else { return plain };
    let key: Text = match name {
        "Ref" | "Condition" => name.into(),
        _ => format!("Fn::{name}").into(),
    };
    let start = span.start as usize;
    let key_span = Span::new(start, start + name.len() + 1);
    Node { span, tag: None, kind: NodeKind::Map(vec![Entry { key, key_span, value: plain }]) }
}

/// A function call: its long name and its argument.
pub(super) fn call(node: &Node) -> Option<(&str, &Node)> {
    match node.entries() {
        [only] if &*only.key == "Ref" || only.key.starts_with("Fn::") => Some((&only.key, &only.value)),
        _ => None,
    }
}

/// The name that a `Ref` names.
pub(super) fn reference(node: &Node) -> Option<&str> {
    match call(node) {
        Some(("Ref", name)) => name.text(),
        _ => None,
    }
}

/// A scalar as CloudFormation turns it into text.
pub(super) fn scalar(node: &Node) -> Option<Text> {
    match &node.kind {
        NodeKind::Text(t) | NodeKind::Number(t) => Some(t.clone()),
        NodeKind::Bool(b) => Some(b.to_string().into()),
        _ => None,
    }
}

/// A made node at a place of the template: for resources that a transform adds.
pub(super) fn made(span: Span, kind: NodeKind) -> Node {
    Node { span, tag: None, kind }
}

/// A made text.
pub(super) fn text(span: Span, value: impl Into<Text>) -> Node {
    made(span, NodeKind::Text(value.into()))
}

/// A made mapping.
pub(super) fn map<K: Into<Text>>(span: Span, entries: impl IntoIterator<Item = (K, Node)>) -> Node {
    let entry = |(key, value): (K, Node)| Entry { key: key.into(), key_span: span, value };
    made(span, NodeKind::Map(entries.into_iter().map(entry).collect()))
}

/// A made list.
pub(super) fn list(span: Span, items: Vec<Node>) -> Node {
    made(span, NodeKind::List(items))
}

/// A made `Ref`.
pub(super) fn make_ref(span: Span, name: impl Into<Text>) -> Node {
    map(span, [("Ref", text(span, name))])
}

/// A made `Fn::GetAtt`.
pub(super) fn make_get(span: Span, name: &str, attribute: &str) -> Node {
    map(span, [("Fn::GetAtt", list(span, vec![text(span, name), text(span, attribute)]))])
}

/// A made `Fn::Sub`.
pub(super) fn make_sub(span: Span, template: impl Into<Text>) -> Node {
    map(span, [("Fn::Sub", text(span, template))])
}
