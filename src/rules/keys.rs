//! Reading closed mappings: unknown keys, missing keys and values of the wrong kind become
//! diagnostics with a place and, for a near miss, a suggestion.

use super::expression::{Code, Fault, Scope, compile, condition};
use super::scalar::Scalar;
use crate::base::near::nearest;
use crate::base::text::{FileId, Place, Span, Text};
use crate::base::tree::{Limits, Node, NodeKind};
use crate::base::yaml;
use crate::diag::Diagnostic;

/// Names that are listed in full when none is near.
const LISTED: usize = 16;

/// A file that is being read, and what is wrong with it so far.
pub struct Reader<'a> {
    /// The file.
    pub file: FileId,
    /// Its text.
    pub text: &'a str,
    /// What is wrong with it.
    pub problems: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    /// Parses the file as one YAML mapping.
    pub fn open(file: FileId, text: &'a str, what: &str) -> (Self, Option<Node>) {
        let mut reader = Self { file, text, problems: Vec::new() };
        match yaml::parse(text, Limits { depth: 64, nodes: 100_000 }) {
            Ok(node) if matches!(node.kind, NodeKind::Map(_)) => (reader, Some(node)),
            Ok(node) => {
                reader.error(
                    "rule::value",
                    format!("{what} is a mapping, and this is {}", node.what()),
                    node.span,
                );
                (reader, None)
            }
            Err(error) => {
                let diagnostic =
                    Diagnostic::error("rule::yaml", error.message).label(reader.place(error.span), "");
                reader.problems.push(Diagnostic { help: error.help, ..diagnostic });
                (reader, None)
            }
        }
    }

    /// What is wrong, in the order of the file.
    pub fn finish(self) -> Vec<Diagnostic> {
        let mut problems = self.problems;
        problems.sort_by_key(|p| p.labels.first().map(|l| l.place));
        problems
    }

    /// The place of a span.
    pub fn place(&self, span: Span) -> Place {
        Place { file: self.file, span }
    }

    /// Notes an error.
    pub fn error(&mut self, code: &'static str, message: impl Into<String>, span: Span) {
        let place = self.place(span);
        self.problems.push(Diagnostic::error(code, message).label(place, ""));
    }

    /// Notes an error with its remedy.
    pub fn error_help(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        span: Span,
        help: impl Into<String>,
    ) {
        let place = self.place(span);
        self.problems.push(Diagnostic::error(code, message).help(help).label(place, ""));
    }

    /// Notes an error with the nearest of what would do, or with all of it.
    pub fn suggest(&mut self, code: &'static str, message: String, span: Span, found: &str, known: &[&str]) {
        match nearest(found, known.iter().copied()) {
            Some(near) => self.error_help(code, message, span, format!("did you mean `{near}`?")),
            None if known.len() <= LISTED => {
                self.error_help(code, message, span, format!("one of: `{}`", known.join("`, `")));
            }
            None => self.error(code, message, span),
        }
    }

    /// Notes keys of a mapping that are not among `known`.
    pub fn closed(&mut self, node: &Node, known: &[&str], what: &str) {
        if !matches!(node.kind, NodeKind::Map(_)) {
            self.error("rule::value", format!("{what} is a mapping, and this is {}", node.what()), node.span);
        }
        for entry in node.entries() {
            if !known.contains(&&*entry.key) {
                let message = format!("unknown key `{}` in {what}", entry.key);
                self.suggest("rule::unknown-key", message, entry.key_span, &entry.key, known);
            }
        }
    }

    /// A key that must be there.
    pub fn need<'n>(&mut self, node: &'n Node, key: &str, what: &str) -> Option<&'n Node> {
        let found = node.get(key).filter(|n| n.kind != NodeKind::Null);
        if found.is_none() {
            let span = node
                .entries()
                .iter()
                .find(|e| &*e.key == key)
                .map_or_else(|| Span { start: node.span.start, end: node.span.start }, |e| e.key_span);
            self.error_help(
                "rule::missing-key",
                format!("{what} needs `{key}`"),
                span,
                format!("add `{key}: …`"),
            );
        }
        found
    }

    /// The text of a node, spans kept.
    pub fn scalar(&mut self, node: &Node, what: &str) -> Option<Scalar> {
        let scalar = Scalar::of(node, self.text);
        if scalar.is_none() {
            self.error("rule::value", format!("`{what}` is text, and this is {}", node.what()), node.span);
        }
        scalar
    }

    /// The text of a node.
    pub fn text(&mut self, node: &Node, what: &str) -> Option<Text> {
        let text = self.scalar(node, what)?.text;
        if text.trim().is_empty() {
            self.error("rule::value", format!("`{what}` is empty"), node.span);
            return None;
        }
        Some(text)
    }

    /// The items of a list.
    pub fn items<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        if !matches!(node.kind, NodeKind::List(_)) {
            let message = format!("`{what}` is a list, and this is {}", node.what());
            self.error_help("rule::value", message, node.span, "write `[…]`");
        }
        node.items()
    }

    /// The texts of a list.
    pub fn texts(&mut self, node: &Node, what: &str) -> Vec<Text> {
        self.items(node, what).iter().filter_map(|n| self.text(n, what)).collect()
    }

    /// One of a few words.
    pub fn word<T: Copy>(&mut self, text: &str, span: Span, what: &str, words: &[(&str, T)]) -> Option<T> {
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.suggest("rule::value", format!("`{text}` is not a {what}"), span, text, &known);
        None
    }

    /// A fault inside a scalar.
    pub fn fault(&mut self, scalar: &Scalar, fault: Fault) {
        let place = scalar.place(self.file, fault.span);
        let diagnostic = Diagnostic::error(fault.code, fault.message).label(place, "");
        self.problems.push(Diagnostic { help: fault.help, ..diagnostic });
    }

    /// A condition.
    pub fn condition(&mut self, node: &Node, what: &str, scope: &Scope<'_>) -> Option<Code> {
        let scalar = self.scalar(node, what)?;
        condition(&scalar.text, 0, scope).map_err(|fault| self.fault(&scalar, fault)).ok()
    }

    /// An expression.
    pub fn expression(&mut self, node: &Node, what: &str, scope: &Scope<'_>) -> Option<Code> {
        let scalar = self.scalar(node, what)?;
        compile(&scalar.text, 0, scope).map_err(|fault| self.fault(&scalar, fault)).ok()
    }
}
