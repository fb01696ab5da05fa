//! Texts that hold something: JSON (with holes), base64, and ids that have a look of their own.
//!
//! Owns turning such a text into a document. Must not know where it stands.

use crate::base::text::Text;
use crate::model::doc::{Doc, Part, Said};
use crate::model::why::{Cause, Reasons};

use super::walk::reasons_of;

/// The JSON that a text holds, as a document. What is no text stays as it is; what is no JSON is unknown.
pub fn parse_json(doc: &Doc) -> Doc {
    match &doc.said {
        Said::Text(t) => match serde_json::from_str::<serde_json::Value>(t) {
            Ok(value) => from_json(&value, doc),
            Err(e) => Doc::at(
                Said::Unknown(Reasons::one("", Cause::Malformed(format!("no JSON: {e}").into()))),
                doc.place,
            ),
        },
        Said::Template(parts) => parse_template_json(parts, doc),
        _ => doc.clone(),
    }
}

/// JSON text with holes stays readable: each hole becomes a marker, and the markers become holes again.
fn parse_template_json(parts: &[Part], whole: &Doc) -> Doc {
    const MARK: &str = "\u{1}hole:";
    let mut text = String::new();
    let mut holes = Vec::new();
    for part in parts {
        match part {
            Part::Text(t) => text.push_str(t),
            Part::Hole(hole) => {
                // Inside a JSON string the marker stands as it is; a bare hole needs quotes.
                let quotes = text.matches('"').count() - text.matches("\\\"").count();
                let bare = quotes.is_multiple_of(2);
                let marker = format!("\\u0001hole:{};", holes.len());
                if bare {
                    text.push('"');
                }
                text.push_str(&marker);
                if bare {
                    text.push('"');
                }
                holes.push(hole.clone());
            }
        }
    }
    let fill = |doc: Doc| refill(doc, MARK, &holes);
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(value) => fill(from_json(&value, whole)),
        Err(_) => Doc::at(Said::Unknown(reasons_of(whole)), whole.place),
    }
}

fn refill(mut doc: Doc, mark: &str, holes: &[Doc]) -> Doc {
    doc.said = match doc.said {
        Said::Text(t) if t.contains(mark) => {
            let mut parts = Vec::new();
            let mut rest: &str = &t;
            while let Some(at) = rest.find(mark) {
                let (head, tail) = rest.split_at(at);
                if !head.is_empty() {
                    parts.push(Part::Text(head.into()));
                }
                let tail = tail.get(mark.len()..).unwrap_or_default();
                let (n, after) = tail.split_once(';').unwrap_or((tail, ""));
                if let Some(hole) = n.parse::<usize>().ok().and_then(|n| holes.get(n)) {
                    parts.push(Part::Hole(hole.clone()));
                }
                rest = after;
            }
            if !rest.is_empty() {
                parts.push(Part::Text(rest.into()));
            }
            match parts.as_slice() {
                [Part::Hole(only)] => only.said.clone(),
                _ => Said::Template(parts),
            }
        }
        Said::List(items, more) => {
            Said::List(items.into_iter().map(|d| refill(d, mark, holes)).collect(), more)
        }
        Said::Map(entries) => {
            Said::Map(entries.into_iter().map(|(k, d)| (k, refill(d, mark, holes))).collect())
        }
        other => other,
    };
    doc
}

fn from_json(value: &serde_json::Value, at: &Doc) -> Doc {
    use serde_json::Value;
    let said = match value {
        Value::Null => Said::Null,
        Value::Bool(b) => Said::Bool(*b),
        Value::Number(n) => Said::Number(n.to_string().into()),
        Value::String(s) => Said::Text(s.as_str().into()),
        Value::Array(items) => Said::List(items.iter().map(|v| from_json(v, at)).collect(), None),
        Value::Object(map) => {
            Said::Map(map.iter().map(|(k, v)| (k.as_str().into(), from_json(v, at))).collect())
        }
    };
    Doc::at(said, at.place)
}

/// The text that base64 holds; what is not base64, or binary, stays as it is.
pub fn decode_base64(doc: &Doc) -> Doc {
    use base64::Engine as _;
    let Said::Text(t) = &doc.said else { return doc.clone() };
    let compact: String = t.split_whitespace().collect();
    match base64::engine::general_purpose::STANDARD.decode(compact.as_bytes()).map(String::from_utf8) {
        Ok(Ok(text)) => Doc::at(Said::Text(text.into()), doc.place),
        // Not base64, or binary: as it is.
        _ => doc.clone(),
    }
}

/// Does a glob match? `*` is anything, `#` a run of hexadecimal digits (the tail of an AWS id), `{}`
/// captures. Gives the capture, or the whole text.
pub fn glob(pattern: &str, text: &str) -> Option<Text> {
    type Range = Option<(usize, usize)>;
    fn go(p: &[u8], t: &[u8], from: usize, capture: Range) -> Option<Range> {
        match p {
            [] => (t.len() == from).then_some(capture),
            [b'*', rest @ ..] => (from..=t.len()).find_map(|i| go(rest, t, i, capture)),
            [b'{', b'}', rest @ ..] => (from + 1..=t.len()).find_map(|i| go(rest, t, i, Some((from, i)))),
            [b'#', rest @ ..] => {
                let run = t.iter().skip(from).take_while(|c| c.is_ascii_hexdigit()).count();
                (run > 0).then(|| go(rest, t, from + run, capture)).flatten()
            }
            [c, rest @ ..] => (t.get(from) == Some(c)).then(|| go(rest, t, from + 1, capture)).flatten(),
        }
    }
    // Hostile ids: a long text against several stars would be slow, and no AWS id is this long.
    if text.len() > 2048 {
        return None;
    }
    let capture = go(pattern.as_bytes(), text.as_bytes(), 0, None)?;
    Some(match capture {
        Some((a, b)) => text.get(a..b).unwrap_or(text).into(),
        None => text.into(),
    })
}
