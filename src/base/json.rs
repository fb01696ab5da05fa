//! JSON to [`Node`](super::tree::Node), spans kept.

use super::text::Span;
use super::tree::{Limits, Node, ParseError};

/// Parses one JSON document.
///
/// # Errors
/// Bad syntax, a duplicate key, or a limit reached.
pub fn parse(_text: &str, _limits: Limits) -> Result<Node, ParseError> {
    Err(ParseError { message: "not written yet".into(), span: Span::default(), help: None })
}
