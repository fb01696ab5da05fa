//! A small borrowed JSON tree for the parts of a plan that are read in full: `after`,
//! `after_unknown`, `expressions`.
//!
//! Owns nothing but the shape. The texts come out of `serde_json`'s `RawValue`, which has checked
//! their syntax but not their depth, their keys or their surrogates; numbers keep their spelling.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::base::tree::Limits;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it was spelt.
    Number(&'a str),
    /// A string.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Json<'a>>),
    /// An object, in the order of the file.
    Map(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// What is wrong, and at which byte of the text that was given.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// One sentence, without the place.
    pub message: String,
    /// Byte offset.
    pub at: usize,
}

impl<'a> Json<'a> {
    /// The value of a key of an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The n-th item of a list.
    pub fn item(&self, n: usize) -> Option<&Self> {
        match self {
            Self::List(items) => items.get(n),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(t) => Some(t),
            _ => None,
        }
    }

    /// True exactly for `true`: how `after_unknown` and `after_sensitive` mark a value.
    pub fn is_marked(&self) -> bool {
        matches!(self, Self::Bool(true))
    }

    /// Number of marks in the whole tree.
    pub fn marks(&self) -> usize {
        match self {
            Self::Bool(true) => 1,
            Self::List(items) => items.iter().map(Self::marks).sum(),
            Self::Map(entries) => entries.iter().map(|(_, v)| v.marks()).sum(),
            _ => 0,
        }
    }

    /// Equal up to the conversions that a provider makes between text, numbers and booleans.
    pub fn alike(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(a), Self::List(b)) => {
                a.len() == b.len() && a.iter().all(|x| b.iter().any(|y| x.alike(y)))
            }
            (Self::Map(a), Self::Map(b)) => {
                a.len() == b.len() && a.iter().all(|(k, x)| other.get(k).is_some_and(|y| x.alike(y)))
            }
            (a, b) => match (a.scalar(), b.scalar()) {
                (Some(a), Some(b)) => a == b,
                (None, None) => a == b,
                _ => false,
            },
        }
    }

    /// A scalar's spelling; null counts as the empty text, as provider SDKs make it.
    fn scalar(&self) -> Option<&str> {
        match self {
            Self::Null => Some(""),
            Self::Bool(b) => Some(if *b { "true" } else { "false" }),
            Self::Number(n) => Some(n),
            Self::Text(t) => Some(t),
            Self::List(_) | Self::Map(_) => None,
        }
    }
}

/// Parses one value.
///
/// # Errors
/// Too deep, a duplicate key, or a string that is no text.
pub fn parse(text: &str) -> Result<Json<'_>, Fault> {
    let mut reader = Reader { text, at: 0 };
    reader.value(Limits::default().depth)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn fault<T>(&self, message: impl Into<String>) -> Result<T, Fault> {
        Err(Fault { message: message.into(), at: self.at })
    }

    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b) = bytes.get(self.at) {
            if !matches!(b, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(*b);
            }
            self.at += 1;
        }
        None
    }

    fn value(&mut self, depth: usize) -> Result<Json<'a>, Fault> {
        if depth == 0 {
            return self.fault(format!("nested deeper than {} levels", Limits::default().depth));
        }
        match self.peek() {
            Some(b'{') => self.map(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.string().map(Json::Text),
            Some(_) => self.word(),
            None => self.fault("the value ends early"),
        }
    }

    fn map(&mut self, depth: usize) -> Result<Json<'a>, Fault> {
        let start = self.at;
        self.at += 1;
        let mut entries: Vec<(Cow<'a, str>, Json<'a>)> = Vec::new();
        let mut sorted = true;
        loop {
            match self.peek() {
                Some(b'}') => break self.at += 1,
                Some(b',') => self.at += 1,
                Some(b'"') => {
                    let key = self.string()?;
                    if self.peek() != Some(b':') {
                        return self.fault("expected `:`");
                    }
                    self.at += 1;
                    let value = self.value(depth - 1)?;
                    sorted = sorted && entries.last().is_none_or(|(last, _)| *last < key);
                    entries.push((key, value));
                }
                _ => return self.fault("expected a key or `}`"),
            }
        }
        // Terraform writes keys in order, so this costs nothing for its own files.
        if !sorted {
            let mut seen = HashSet::new();
            if let Some((key, _)) = entries.iter().find(|(k, _)| !seen.insert(&**k)) {
                let message = format!("duplicate key `{key}`");
                let object = self.text.get(start..self.at).unwrap_or_default();
                let at = start + object.rfind(&format!("\"{key}\"")).unwrap_or(0);
                return Err(Fault { message, at });
            }
        }
        Ok(Json::Map(entries))
    }

    fn list(&mut self, depth: usize) -> Result<Json<'a>, Fault> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            match self.peek() {
                Some(b']') => break self.at += 1,
                Some(b',') => self.at += 1,
                _ => items.push(self.value(depth - 1)?),
            }
        }
        Ok(Json::List(items))
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut end = start + 1;
        let mut escaped = false;
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    end += 2;
                }
                Some(_) => end += 1,
                None => return self.fault("the string ends early"),
            }
        }
        let whole = self.text.get(start..=end).unwrap_or_default();
        let text = if escaped {
            match serde_json::from_str::<String>(whole) {
                Ok(text) => Cow::Owned(text),
                Err(_) => return self.fault("the string holds an escape that is no character"),
            }
        } else {
            Cow::Borrowed(whole.get(1..whole.len().saturating_sub(1)).unwrap_or_default())
        };
        self.at = end + 1;
        Ok(text)
    }

    fn word(&mut self) -> Result<Json<'a>, Fault> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')))
            .unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or_default();
        let value = match word {
            "null" => Json::Null,
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            _ if word.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => Json::Number(word),
            _ => return self.fault("expected a value"),
        };
        self.at += end;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_spelling_and_order() {
        let text = r#"{"b":[1.50,1e400,-0],"a":"\u00e9\"","c":{"d":null,"e":true}}"#;
        let json = parse(text).unwrap();
        assert_eq!(json.get("b").unwrap().item(1), Some(&Json::Number("1e400")));
        assert_eq!(json.get("a").and_then(Json::text), Some("é\""));
        assert_eq!(json.marks(), 1);
        let Json::Map(entries) = &json else { panic!("not a map") };
        assert_eq!(entries.iter().map(|(k, _)| &**k).collect::<Vec<_>>(), ["b", "a", "c"]);
    }

    #[test]
    fn refuses() {
        for (text, message) in [
            (r#"{"b":1,"a":2,"b":3}"#, "duplicate key `b`"),
            (r#"{"a":"\ud800"}"#, "the string holds an escape that is no character"),
            (r#"{"a":"#, "the value ends early"),
            ("{1:2}", "expected a key or `}`"),
            ("[nope]", "expected a value"),
        ] {
            assert_eq!(parse(text).unwrap_err().message, message, "{text}");
        }
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        assert_eq!(parse(&deep).unwrap_err().message, "nested deeper than 200 levels");
    }
}
