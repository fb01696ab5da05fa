//! The text of a YAML scalar, and where each of its bytes stands in the file: so that a fault inside
//! an expression is shown at the right place, however the expression is quoted or folded.

use crate::base::text::{Place, Span, Text};
use crate::base::tree::{Node, NodeKind};

/// A text with its origin.
pub struct Scalar {
    /// The text, quotes and escapes resolved.
    pub text: Text,
    /// For every byte of `text`, and for its end, the byte of the file.
    offsets: Vec<usize>,
}

impl Scalar {
    /// The scalar of a node; lists and maps have none. A boolean or number is the text it was spelt as.
    pub fn of(node: &Node, file: &str) -> Option<Self> {
        let raw = file.get(node.span.range()).unwrap_or("");
        let text: Text = match &node.kind {
            NodeKind::Text(text) => text.clone(),
            NodeKind::Bool(_) | NodeKind::Number(_) => raw.into(),
            _ => return None,
        };
        let offsets = align(&text, raw, node.span.start as usize);
        Some(Self { text, offsets })
    }

    /// Where a span of the text stands in the file.
    pub fn span(&self, of: Span) -> Span {
        let at = |n: u32| self.offsets.get(n as usize).or(self.offsets.last()).copied().unwrap_or(0);
        let start = at(of.start);
        if of.is_empty() {
            return Span::new(start, start);
        }
        Span::new(start, (at(of.end - 1) + 1).max(start))
    }

    /// The same as a place.
    pub fn place(&self, file: crate::base::text::FileId, of: Span) -> Place {
        Place { file, span: self.span(of) }
    }
}

/// Matches the characters of a decoded text with those of its spelling, from left to right. White
/// space may differ (folding, indentation), escapes are resolved, all else is the same.
fn align(text: &str, raw: &str, start: usize) -> Vec<usize> {
    let mut offsets = Vec::with_capacity(text.len() + 1);
    let double = raw.starts_with('"');
    let single = raw.starts_with('\'');
    let mut at = if double || single { 1 } else { header(raw) };
    for c in text.chars() {
        let rest = raw.get(at..).unwrap_or("");
        let (skip, len) = if double {
            quoted(rest, c)
        } else if single && c == '\'' {
            (rest.find('\'').unwrap_or(0), 2)
        } else {
            plain(rest, c)
        };
        let (from, wide) = (start + at + skip, c.len_utf8());
        // An escape is longer than what it means: all bytes of the character point at its beginning.
        offsets.extend((0..wide).map(|i| if len == wide { from + i } else { from }));
        at = (at + skip + len).min(raw.len());
    }
    offsets.push(start + at);
    offsets
}

/// Bytes to skip and to take for a character that is spelt as it is, or is white space.
fn plain(rest: &str, c: char) -> (usize, usize) {
    let blank = rest.len() - rest.trim_start().len();
    if c.is_whitespace() {
        return (0, if blank == 0 { 0 } else { rest.chars().next().map_or(0, char::len_utf8) });
    }
    match rest.get(blank..).and_then(|r| r.chars().next()) {
        Some(found) if found == c => (blank, c.len_utf8()),
        _ => rest.find(c).map_or((0, 0), |skip| (skip, c.len_utf8())),
    }
}

/// The same between double quotes, where an escape may come after white space.
fn quoted(rest: &str, c: char) -> (usize, usize) {
    let blank = rest.len() - rest.trim_start().len();
    let next = rest.get(blank..).unwrap_or("");
    if !c.is_whitespace() && next.starts_with('\\') {
        return (blank, escape(next));
    }
    if c.is_whitespace() && rest.starts_with('\\') {
        return (0, escape(rest));
    }
    plain(rest, c)
}

/// Bytes of the escape at the beginning of a text.
fn escape(rest: &str) -> usize {
    match rest.as_bytes().get(1) {
        Some(b'x') => 4,
        Some(b'u') => 6,
        Some(b'U') => 10,
        Some(_) => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
        None => 1,
    }
}

/// Bytes of the header of a block scalar: `|-` and what follows on its line. None for other scalars.
fn header(raw: &str) -> usize {
    match raw.split_once('\n') {
        Some((first, _)) if first.starts_with(['|', '>']) => {
            let mark = first.split('#').next().unwrap_or("").trim_end();
            if mark.len() <= 3 { first.len() + 1 } else { 0 }
        }
        _ => 0,
    }
}
