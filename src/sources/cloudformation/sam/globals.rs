//! `Globals`: merged into each resource as SAM does.

use super::super::syntax;
use super::super::template::Resource;
use crate::base::tree::{Entry, Node, NodeKind};

/// The properties of a resource with the globals of its kind: mappings merge, lists append to the
/// global ones, anything else replaces.
pub(super) fn merged(globals: Option<&Node>, kind: &str, resource: &Resource) -> Node {
    let own = resource.properties.clone().filter(|n| matches!(n.kind, NodeKind::Map(_)));
    let own = own.unwrap_or_else(|| syntax::made(resource.span, NodeKind::Map(Vec::new())));
    let Some(global) = globals.and_then(|g| g.get(kind)) else { return own };
    match resource.attribute("IgnoreGlobals") {
        Some(all) if all.text() == Some("*") => own,
        Some(some) => {
            let names: Vec<&str> = some.items().iter().filter_map(Node::text).collect();
            merge(&super::build::without(global.clone(), &names), own)
        }
        None => merge(global, own),
    }
}

fn merge(global: &Node, own: Node) -> Node {
    if syntax::call(global).is_some() || syntax::call(&own).is_some() {
        return own;
    }
    match (&global.kind, own.kind) {
        (NodeKind::Map(above), NodeKind::Map(mut entries)) => {
            for entry in above {
                match entries.iter_mut().find(|e| e.key == entry.key) {
                    Some(Entry { value, .. }) => *value = merge(&entry.value, value.clone()),
                    None => entries.push(entry.clone()),
                }
            }
            Node { kind: NodeKind::Map(entries), span: own.span, tag: None }
        }
        (NodeKind::List(above), NodeKind::List(items)) => {
            let all = above.iter().cloned().chain(items).collect();
            Node { kind: NodeKind::List(all), span: own.span, tag: None }
        }
        (_, kind) => Node { kind, span: own.span, tag: None },
    }
}
