//! A tree of YAML or JSON in which every node knows its bytes.
//!
//! Owns the shape that both readers give. Must not know what a tag or key means.

use super::text::{Span, Text};

/// One node.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its bytes.
    pub span: Span,
    /// A YAML tag with its mark (`!Ref`), if it bears one.
    pub tag: Option<Text>,
    /// What it is.
    pub kind: NodeKind,
}

/// What a node is. Numbers keep their spelling: what reads them decides on a type.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was spelt.
    Number(Text),
    /// A string.
    Text(Text),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<Entry>),
}

/// One entry of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key's text.
    pub key: Text,
    /// The key's bytes.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The value of a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|e| &*e.key == key).map(|e| &e.value)
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            NodeKind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            NodeKind::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a string.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Text(t) => Some(t),
            _ => None,
        }
    }

    /// What kind of node it is, for messages: "a list", "text", ….
    pub fn what(&self) -> &'static str {
        match self.kind {
            NodeKind::Null => "nothing",
            NodeKind::Bool(_) => "a boolean",
            NodeKind::Number(_) => "a number",
            NodeKind::Text(_) => "text",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a mapping",
        }
    }
}

/// What is wrong with a text that would not parse.
#[derive(Clone, Debug, PartialEq)]
pub struct ParseError {
    /// One sentence, without the place.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to do about it.
    pub help: Option<String>,
}

/// Bounds on hostile input.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Deepest nesting.
    pub depth: usize,
    /// Most nodes, after aliases are expanded.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 200, nodes: 2_000_000 }
    }
}

/// The error for a text of white space alone.
pub(super) fn nothing() -> ParseError {
    ParseError {
        message: "there is nothing in this file".into(),
        span: Span::default(),
        help: Some("give a file with content".into()),
    }
}

/// The error for nesting deeper than a limit.
pub(super) fn too_deep(limit: usize, span: Span) -> ParseError {
    ParseError {
        message: format!("this is nested deeper than {limit} levels"),
        span: Span { start: span.start, end: span.end.min(span.start.saturating_add(1)) },
        help: Some("no real document is nested like this; look for unclosed brackets".into()),
    }
}

/// The error for more nodes than a limit.
pub(super) fn too_many(limit: usize, span: Span) -> ParseError {
    ParseError {
        message: format!("this holds more than {limit} values, aliases expanded"),
        span: Span { start: span.start, end: span.end.min(span.start.saturating_add(1)) },
        help: Some("split the file, or remove aliases that multiply each other".into()),
    }
}

/// The error for a key that a mapping has twice.
pub(super) fn duplicate(text: &str, key: &str, first: Span, second: Span) -> ParseError {
    ParseError {
        message: format!("key `{key}` is given twice: first on line {}", line_of(text, first.start as usize)),
        span: second,
        help: Some("keep one of the two".into()),
    }
}

/// The line, from 1, of a byte offset.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&b| b == b'\n').count() + 1
}
