//! YAML to [`Node`](super::tree::Node), tags and spans kept.
//!
//! Owns YAML's structure: anchors, merge keys, duplicate keys, limits. Scalars are typed the way
//! CloudFormation reads them (YAML 1.1: `yes` and `on` are booleans), except that dates, numbers with
//! a leading zero and sexagesimals stay text. Must not know what a tag or key means.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, StructureStyle, Tag};

use super::text::{Span, Text};
use super::tree::{Entry, Limits, Node, NodeKind, ParseError, duplicate, nothing, too_deep, too_many};

/// Most nodes that aliases may add: enough for any template, far less than a bomb.
const ALIASED: usize = 250_000;

/// Parses one YAML document. A byte order mark is skipped; spans count it.
///
/// # Errors
/// Nothing but white space and comments, bad syntax, a duplicate key, a second document, or a limit
/// reached.
pub fn parse(text: &str, limits: Limits) -> Result<Node, ParseError> {
    parse_except(text, limits, &[])
}

/// Parses one YAML document in which keys may be given twice below some top-level keys; the last one
/// counts there. For sections that nothing depends on.
///
/// # Errors
/// As [`parse`].
pub fn parse_except(
    text: &str,
    limits: Limits,
    lenient: &'static [&'static str],
) -> Result<Node, ParseError> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    if body.trim_start().is_empty() {
        return Err(nothing());
    }
    let shift = text.len() - body.len();
    let options = granit_parser::options! { emit_comments: false };
    let mut builder = Builder {
        text,
        shift,
        limits,
        lenient,
        left: limits.nodes,
        aliased: ALIASED.min(limits.nodes),
        open: Vec::new(),
        anchors: HashMap::new(),
        root: None,
    };
    for event in Parser::new_from_str_with_options(body, options) {
        let (event, span) = event.map_err(|e| builder.syntax(&e))?;
        builder.event(event, &span)?;
    }
    builder.root.ok_or_else(nothing)
}

/// A collection that is not closed yet.
struct Open {
    start: usize,
    block: bool,
    tag: Option<Text>,
    anchor: usize,
    what: Collection,
}

enum Collection {
    List(Vec<Node>),
    Map(Mapping),
}

#[derive(Default)]
struct Mapping {
    entries: Vec<Entry>,
    seen: HashMap<Text, Span>,
    merges: Vec<Node>,
    key: Option<Key>,
}

struct Key {
    text: Text,
    span: Span,
    merge: bool,
}

/// An anchored node with its size and height, so that aliases can be refused before they are copied.
struct Anchored {
    node: Node,
    nodes: usize,
    height: usize,
}

struct Builder<'a> {
    text: &'a str,
    shift: usize,
    limits: Limits,
    lenient: &'static [&'static str],
    left: usize,
    aliased: usize,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    root: Option<Node>,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: &granit_parser::Span) -> Result<(), ParseError> {
        let bytes = span.byte_range().unwrap_or(0..0);
        let (start, end) = (bytes.start + self.shift, bytes.end + self.shift);
        let tagged =
            span.tag_start().and_then(|m| m.byte_offset()).map_or(start, |n| start.min(n + self.shift));
        match event {
            Event::DocumentStart(..) if self.root.is_some() => Err(ParseError {
                message: "a second document begins here".into(),
                span: Span::new(start, end),
                help: Some("give one document per file".into()),
            }),
            Event::Scalar(value, style, anchor, tag) => {
                let end = start + self.slice(start, end).trim_end().len();
                let span = Span::new(tagged, end.max(tagged));
                self.scalar(value, style, anchor, tag.as_deref(), span)
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.start(tagged, style, anchor, tag.as_deref(), Collection::List(Vec::new()))
            }
            Event::MappingStart(style, anchor, tag) => {
                self.start(tagged, style, anchor, tag.as_deref(), Collection::Map(Mapping::default()))
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(end),
            Event::Alias(id) => self.alias(id, Span::new(start, end)),
            _ => Ok(()),
        }
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or("")
    }

    fn start(
        &mut self,
        start: usize,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Tag>,
        what: Collection,
    ) -> Result<(), ParseError> {
        let at = Span::new(start, start + 1);
        if self.open.len() >= self.limits.depth {
            return Err(too_deep(self.limits.depth, at));
        }
        self.left = self.left.checked_sub(1).ok_or_else(|| too_many(self.limits.nodes, at))?;
        let block = style == StructureStyle::Block;
        self.open.push(Open { start, block, tag: own_tag(tag), anchor, what });
        Ok(())
    }

    fn close(&mut self, end: usize) -> Result<(), ParseError> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        // A block collection's own end lies after the white space that follows it.
        let last = match &open.what {
            Collection::List(items) => items.last().map(|n| n.span.end),
            Collection::Map(map) => map.entries.last().map(|e| e.value.span.end.max(e.key_span.end)),
        };
        let end = match last {
            Some(last) if open.block => last as usize,
            _ => open.start + self.slice(open.start, end).trim_end().len(),
        };
        let kind = match open.what {
            Collection::List(items) => NodeKind::List(items),
            Collection::Map(map) => NodeKind::Map(merge(map)?),
        };
        let node = Node { span: Span::new(open.start, end), tag: open.tag, kind };
        self.anchor(open.anchor, &node)?;
        self.put(node, false)
    }

    fn scalar(
        &mut self,
        value: Cow<'_, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), ParseError> {
        self.left = self.left.checked_sub(1).ok_or_else(|| too_many(self.limits.nodes, span))?;
        let plain = style == ScalarStyle::Plain;
        let is_text = !plain
            || self.at_key()
            || tag.is_some_and(|t| t.core_suffix() == Some("str") || t.original() == "!");
        let merge = plain && self.at_key() && value == "<<";
        let tag = own_tag(tag);
        // `!Ref 123` and `!Sub on` mean text: a function's argument is never a boolean or number.
        let kind = if is_text || tag.is_some() { NodeKind::Text(value.into()) } else { scalar_kind(&value) };
        let node = Node { span, tag, kind };
        self.anchor(anchor, &node)?;
        self.put(node, merge)
    }

    fn at_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { what: Collection::Map(m), .. }) if m.key.is_none())
    }

    fn anchor(&mut self, id: usize, node: &Node) -> Result<(), ParseError> {
        if id != 0 {
            let (nodes, height) = size(node);
            // The copy counts, so that anchors within anchors cannot multiply a large text.
            self.left = self.left.checked_sub(nodes).ok_or_else(|| too_many(self.limits.nodes, node.span))?;
            self.anchors.insert(id, Anchored { node: node.clone(), nodes, height });
        }
        Ok(())
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), ParseError> {
        let Some(anchored) = self.anchors.get(&id) else {
            return Err(ParseError {
                message: "this alias stands inside what it repeats".into(),
                span,
                help: Some("write the value out".into()),
            });
        };
        self.aliased = self.aliased.checked_sub(anchored.nodes).ok_or_else(|| too_many(ALIASED, span))?;
        if self.open.len() + anchored.height > self.limits.depth {
            return Err(too_deep(self.limits.depth, span));
        }
        let node = anchored.node.clone();
        self.put(node, false)
    }

    /// True below a top-level key whose value may give keys twice.
    fn is_lenient(&self) -> bool {
        let Some(Open { what: Collection::Map(root), .. }) = self.open.first() else { return false };
        let key = root.key.as_ref();
        self.open.len() > 1 && key.is_some_and(|k| self.lenient.contains(&&*k.text))
    }

    /// Puts a finished node where it belongs: as item, key, value or root.
    fn put(&mut self, node: Node, merge: bool) -> Result<(), ParseError> {
        let lenient = self.is_lenient();
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        let map = match &mut open.what {
            Collection::List(items) => {
                items.push(node);
                return Ok(());
            }
            Collection::Map(map) => map,
        };
        let Some(key) = map.key.take() else {
            let text = match node.kind {
                NodeKind::Text(t) | NodeKind::Number(t) => t,
                NodeKind::Bool(b) => b.to_string().into(),
                _ => {
                    return Err(ParseError {
                        message: format!("a key must be text, and this is {}", node.what()),
                        span: node.span,
                        help: Some("quote text that begins with `{` or `[`".into()),
                    });
                }
            };
            if !merge && let Some(first) = map.seen.insert(text.clone(), node.span) {
                if lenient {
                    map.entries.retain(|e| e.key != text);
                    map.key = Some(Key { text, span: node.span, merge });
                    return Ok(());
                }
                return Err(duplicate(self.text, &text, first, node.span));
            }
            map.key = Some(Key { text, span: node.span, merge });
            return Ok(());
        };
        if key.merge {
            map.merges.push(node);
        } else {
            map.entries.push(Entry { key: key.text, key_span: key.span, value: node });
        }
        Ok(())
    }

    fn syntax(&self, error: &ScanError) -> ParseError {
        let at = error.marker().byte_offset().unwrap_or(0) + self.shift;
        let at = at.min(self.text.len());
        let span = Span::new(at, at);
        let eof = at >= self.text.trim_end().len();
        let (message, help): (String, &str) = match error.kind() {
            ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation => {
                ("a tab cannot indent YAML".into(), "indent with spaces")
            }
            ErrorKind::UnknownAnchor => {
                ("this alias repeats an anchor that is not there".into(), "quote text that begins with `*`")
            }
            _ if error.info().contains("recursion limit") => {
                return too_deep(self.limits.depth, Span::new(at, at + 1));
            }
            _ if eof => {
                (format!("the text ends too early: {}", plain(&error.info())), "the file may be cut off")
            }
            _ => (
                format!("this is not YAML: {}", plain(&error.info())),
                "look for wrong indentation, an unclosed quote, or text that needs quotes",
            ),
        };
        ParseError { message, span, help: Some(help.into()) }
    }
}

/// A library's message in our style: small first letter, no full stop, backticks.
fn plain(info: &str) -> String {
    info.trim_end_matches('.').replace('\'', "`").replace('\n', " ")
}

/// A tag with its mark, unless it is one of YAML's own.
fn own_tag(tag: Option<&Tag>) -> Option<Text> {
    tag.filter(|t| t.core_suffix().is_none() && t.original() != "!").map(|t| t.original().into())
}

/// Folds `<<` into the entries: what the mapping states itself wins, then the first merged.
fn merge(map: Mapping) -> Result<Vec<Entry>, ParseError> {
    let Mapping { mut entries, mut seen, merges, .. } = map;
    for merged in merges {
        let sources = match merged.kind {
            NodeKind::List(items) => items,
            _ => vec![merged],
        };
        for source in sources {
            let NodeKind::Map(inherited) = source.kind else {
                return Err(ParseError {
                    message: format!("`<<` merges mappings, and this is {}", source.what()),
                    span: source.span,
                    help: Some("give an alias of a mapping, or quote the key".into()),
                });
            };
            for entry in inherited {
                if seen.insert(entry.key.clone(), entry.key_span).is_none() {
                    entries.push(entry);
                }
            }
        }
    }
    Ok(entries)
}

fn size(node: &Node) -> (usize, usize) {
    let children = node.items().iter().chain(node.entries().iter().map(|e| &e.value));
    let (nodes, height) = children.map(size).fold((0, 0), |(n, h), (cn, ch)| (n + cn, h.max(ch)));
    (nodes + 1, height + 1)
}

fn scalar_kind(value: &str) -> NodeKind {
    match value {
        "" | "~" | "null" | "Null" | "NULL" => NodeKind::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => NodeKind::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => NodeKind::Bool(false),
        _ if is_number(value) => NodeKind::Number(value.into()),
        _ => NodeKind::Text(value.into()),
    }
}

/// A decimal number without a leading zero; an exponent only after a decimal point, as in YAML 1.1.
fn is_number(value: &str) -> bool {
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let unsigned = value.strip_prefix(['-', '+']).unwrap_or(value);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    if !digits(whole) || (whole.len() > 1 && whole.starts_with('0')) {
        return false;
    }
    let Some(fraction) = fraction else { return !whole.is_empty() };
    let (fraction, exponent) = match fraction.split_once(['e', 'E']) {
        Some((fraction, exponent)) => (fraction, Some(exponent)),
        None => (fraction, None),
    };
    let exponent_fits = exponent.is_none_or(|e| {
        let e = e.strip_prefix(['-', '+']).unwrap_or(e);
        !e.is_empty() && digits(e)
    });
    digits(fraction) && exponent_fits && !(whole.is_empty() && fraction.is_empty())
}

#[cfg(test)]
mod tests;
