//! Made nodes from a JSON sketch with holes.

use crate::base::text::Span;
use crate::base::tree::{Entry, Limits, Node, NodeKind};

/// A node at a span from JSON in which the text `$name` is replaced by a node. A hole without a node,
/// or with null, removes its entry.
pub(super) fn made(span: Span, sketch: &str, holes: &[(&str, Option<Node>)]) -> Node {
    let null = Node { span, tag: None, kind: NodeKind::Null };
    match crate::base::json::parse(sketch, Limits::default()) {
        Ok(node) => fill(node, span, holes).unwrap_or(null),
        Err(_) => null,
    }
}

fn fill(node: Node, span: Span, holes: &[(&str, Option<Node>)]) -> Option<Node> {
    let kind = match node.kind {
        NodeKind::Text(text) => {
            if let Some(name) = text.strip_prefix('$')
                && let Some((_, filler)) = holes.iter().find(|(n, _)| *n == name)
            {
                return filler.clone().filter(|n| n.kind != NodeKind::Null);
            }
            NodeKind::Text(text)
        }
        NodeKind::List(items) => {
            NodeKind::List(items.into_iter().filter_map(|n| fill(n, span, holes)).collect())
        }
        NodeKind::Map(entries) => {
            let entry =
                |e: Entry| Some(Entry { key_span: span, value: fill(e.value, span, holes)?, key: e.key });
            NodeKind::Map(entries.into_iter().filter_map(entry).collect())
        }
        other => other,
    };
    Some(Node { span, tag: None, kind })
}

/// A mapping with more entries; what is there already stays.
pub(super) fn with(mut node: Node, more: Node) -> Node {
    if let (NodeKind::Map(entries), NodeKind::Map(more)) = (&mut node.kind, more.kind) {
        for entry in more {
            if !entries.iter().any(|e| e.key == entry.key) {
                entries.push(entry);
            }
        }
    }
    node
}

/// A mapping without some of its keys.
pub(super) fn without(mut node: Node, keys: &[&str]) -> Node {
    if let NodeKind::Map(entries) = &mut node.kind {
        entries.retain(|e| !keys.contains(&&*e.key));
    }
    node
}

/// SAM's tags are a mapping; CloudFormation's are a list of pairs.
pub(super) fn tags(node: &Node) -> Node {
    let pair = |e: &Entry| {
        super::syntax::map(
            e.value.span,
            [("Key", super::syntax::text(e.key_span, e.key.clone())), ("Value", e.value.clone())],
        )
    };
    match &node.kind {
        NodeKind::Map(entries) => super::syntax::list(node.span, entries.iter().map(pair).collect()),
        _ => node.clone(),
    }
}
