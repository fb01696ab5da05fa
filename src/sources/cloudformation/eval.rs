//! Evaluates a node of a template in a scope.
//!
//! Owns the walk; functions are in [`super::intrinsics`]. "No value" (`AWS::NoValue`) is
//! [`Said::Null`]: it removes a property or an item, and within cases it stays as the case that has no
//! value. CloudFormation itself allows no other null.

use super::scope::{Scope, Set};
use super::{dynamic, intrinsics, syntax};
use crate::base::text::{Place, Span, Text};
use crate::base::tree::{Node, NodeKind};
use crate::diag::Diagnostic;
use crate::model::doc::{Doc, Said};
use crate::model::why::{Cause, Reasons};

/// Deepest evaluation, through parameters, outputs and imports.
const DEPTH: usize = 260;

/// A scope and all that surrounds it.
#[derive(Clone, Copy)]
pub(super) struct Eval<'a> {
    pub set: &'a Set<'a>,
    pub scope: &'a Scope,
}

impl<'a> Eval<'a> {
    /// The value of a node.
    pub fn doc(&self, node: &Node) -> Doc {
        let depth = self.set.depth.get();
        if depth >= DEPTH {
            return self.at(node, unknown("references", Cause::Limit("depth of references".into())));
        }
        if !self.set.step() {
            return self.at(node, unknown("functions", Cause::Limit("functions evaluated".into())));
        }
        self.set.depth.set(depth + 1);
        let said = self.said(node);
        self.set.depth.set(depth);
        self.at(node, said)
    }

    fn said(&self, node: &Node) -> Said {
        if let Some((name, argument)) = syntax::call(node) {
            return intrinsics::call(self, node, name, argument);
        }
        match &node.kind {
            NodeKind::Null => Said::Null,
            NodeKind::Bool(b) => Said::Bool(*b),
            NodeKind::Number(n) => Said::Number(n.clone()),
            NodeKind::Text(t) => dynamic::text(t),
            NodeKind::List(items) => self.list(items),
            NodeKind::Map(entries) => {
                if let Some(include) = entries.iter().find(|e| &*e.key == "Fn::Transform") {
                    return intrinsics::call(self, node, &include.key, &include.value);
                }
                let docs = entries.iter().map(|e| (e.key.clone(), self.doc(&e.value)));
                Said::Map(docs.filter(|(_, d)| d.said != Said::Null).collect())
            }
        }
    }

    /// A list: items without a value are left out.
    pub fn list(&self, items: &[Node]) -> Said {
        let docs = items.iter().map(|n| self.doc(n)).filter(|d| d.said != Said::Null);
        Said::List(docs.collect(), None)
    }

    /// A value at a node's place.
    pub fn at(&self, node: &Node, said: Said) -> Doc {
        Doc::at(said, Some(self.place(node)))
    }

    /// The place of a node.
    pub fn place(&self, node: &Node) -> Place {
        self.scope.place(node.span)
    }

    /// The text of a node as it is written, in one line, for messages and for the names of atoms.
    pub fn written(&self, node: &Node) -> Text {
        super::text::written(node)
    }

    /// Reports something off at a node.
    pub fn warn(&self, code: &'static str, span: Span, message: String, help: &str) {
        let problem = Diagnostic::warning(code, message).help(help).label(self.scope.place(span), "");
        self.set.problem(self.scope, problem);
    }

    /// The same evaluator in another scope.
    pub fn within(&self, index: usize) -> Option<Eval<'a>> {
        self.set.scopes.get(index).map(|scope| Eval { set: self.set, scope })
    }
}

/// Unknown for one reason.
pub(super) fn unknown(what: impl Into<Text>, cause: Cause) -> Said {
    Said::Unknown(Reasons::one(what, cause))
}
