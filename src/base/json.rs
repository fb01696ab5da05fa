//! JSON to [`Node`](super::tree::Node), spans kept.
//!
//! Owns JSON's syntax errors in our words. Must not know what a key means. JSON proper only: a
//! comment or a trailing comma is an error here (YAML, of which JSON is a part, is more lenient).

use std::collections::HashMap;

use jsonc_parser::ast::{ObjectProp, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::text::Span;
use super::tree::{Entry, Limits, Node, NodeKind, ParseError, line_of};

/// Parses one JSON document. A byte order mark is skipped; spans count it.
///
/// # Errors
/// Nothing but white space, bad syntax, a duplicate key, or a limit reached.
pub fn parse(text: &str, limits: Limits) -> Result<Node, ParseError> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { text, shift: text.len() - body.len(), limits, left: limits.nodes };
    if body.trim_start().is_empty() {
        return Err(super::tree::nothing());
    }
    let options = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    match parse_to_ast(body, &CollectOptions::default(), &options) {
        Ok(parsed) => match parsed.value {
            Some(value) => reader.node(value, 0),
            None => Err(super::tree::nothing()),
        },
        Err(error) => Err(reader.syntax(error.kind(), error.range())),
    }
}

struct Reader<'a> {
    text: &'a str,
    shift: usize,
    limits: Limits,
    left: usize,
}

impl Reader<'_> {
    fn span(&self, range: Range) -> Span {
        Span::new(range.start + self.shift, range.end + self.shift)
    }

    fn node(&mut self, value: Value<'_>, depth: usize) -> Result<Node, ParseError> {
        let span = self.span(value.range());
        if depth > self.limits.depth {
            return Err(super::tree::too_deep(self.limits.depth, span));
        }
        self.left = self.left.checked_sub(1).ok_or_else(|| super::tree::too_many(self.limits.nodes, span))?;
        let kind = match value {
            Value::StringLit(s) => NodeKind::Text(s.value.into()),
            Value::NumberLit(n) => NodeKind::Number(n.value.into()),
            Value::BooleanLit(b) => NodeKind::Bool(b.value),
            Value::NullKeyword(_) => NodeKind::Null,
            Value::Array(array) => {
                let mut items = Vec::with_capacity(array.elements.len());
                for element in array.elements {
                    items.push(self.node(element, depth + 1)?);
                }
                NodeKind::List(items)
            }
            Value::Object(object) => NodeKind::Map(self.entries(object.properties, depth)?),
        };
        Ok(Node { span, tag: None, kind })
    }

    fn entries(&mut self, properties: Vec<ObjectProp<'_>>, depth: usize) -> Result<Vec<Entry>, ParseError> {
        let mut entries = Vec::with_capacity(properties.len());
        let mut seen: HashMap<super::text::Text, Span> = HashMap::with_capacity(properties.len());
        for property in properties {
            let key_span = self.span(property.name.range());
            let key: super::text::Text = property.name.into_string().into();
            if let Some(first) = seen.insert(key.clone(), key_span) {
                return Err(super::tree::duplicate(self.text, &key, first, key_span));
            }
            let value = self.node(property.value, depth + 1)?;
            entries.push(Entry { key, key_span, value });
        }
        Ok(entries)
    }

    fn syntax(&self, kind: &ParseErrorKind, range: Range) -> ParseError {
        use ParseErrorKind as K;
        let span = self.span(range);
        let opened = format!("opened on line {}", line_of(self.text, span.start as usize));
        let error = |message: String, help: &str| ParseError { message, span, help: Some(help.into()) };
        match kind {
            K::UnterminatedObject => {
                error(format!("the object {opened} has no closing `}}`"), "the file may be cut off")
            }
            K::UnterminatedArray => {
                error(format!("the array {opened} has no closing `]`"), "the file may be cut off")
            }
            K::NestingDepthExceeded => super::tree::too_deep(self.limits.depth.min(512), span),
            K::MultipleRootJsonValues => error(
                "there is more text after the end of the JSON document".into(),
                "give one document per file",
            ),
            K::CommentsNotAllowed => error("JSON has no comments".into(), "remove the comment, or use YAML"),
            K::TrailingCommasNotAllowed => {
                error("JSON allows no comma before a closing bracket".into(), "remove the comma")
            }
            other => {
                let said = other.to_string();
                let said = said.trim_end_matches('.');
                let mut chars = said.chars();
                let lowered = chars
                    .next()
                    .map(|c| c.to_lowercase().chain(chars).collect::<String>())
                    .unwrap_or_default();
                error(format!("this is not JSON: {lowered}"), "correct the syntax here")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_cover_the_bytes_of_values_and_keys() {
        let text = "\u{feff}{\"é\": [1, \"two\"], \"k\": null}";
        let node = parse(text, Limits::default()).unwrap();
        let list = node.get("é").unwrap();
        assert_eq!(&text[list.span.range()], "[1, \"two\"]");
        assert_eq!(&text[list.items()[1].span.range()], "\"two\"");
        assert_eq!(&text[node.entries()[1].key_span.range()], "\"k\"");
        assert_eq!(node.get("k").unwrap().kind, NodeKind::Null);
    }

    #[test]
    fn bad_json_names_the_fault() {
        let check = |text: &str, want: &str| {
            let error = parse(text, Limits { depth: 50, nodes: 100 }).unwrap_err();
            assert!(error.message.contains(want), "{text:.40}: {}", error.message);
        };
        check("", "nothing");
        check(&" ".repeat(10_000), "nothing");
        check("{\"a\": 1, \"a\": 2}", "`a` is given twice");
        check("{\"a\": [1,", "no closing `]`");
        check("{\"a\": 1,}", "no comma before");
        check("{\"a\": 1} x", "more text");
        check("{\"a\": x}", "not JSON: unexpected");
        check("{} {}", "more text");
        check("// c\n{}", "no comments");
        check(&"[".repeat(10_000), "nested deeper");
        check(&format!("{}{}", "[".repeat(60), "]".repeat(60)), "nested deeper than 50");
        check(&format!("[{}1]", "1,".repeat(200)), "more than 100 values");
    }
}
