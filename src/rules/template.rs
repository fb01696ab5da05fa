//! Texts with `{expression}` in braces: messages, summaries and values of fixes.

use super::expression::{Code, Fault, Frame, Param, Scope, compile, show};
use crate::base::text::{Span, Text};
use crate::model::read::Read;
use crate::model::schema::Ty;
use crate::model::value::ResId;

/// A text with holes.
#[derive(Clone, Debug)]
pub struct Template {
    /// As it was written.
    pub source: Text,
    pub(super) parts: Vec<Part>,
}

#[derive(Clone, Debug)]
pub(super) enum Part {
    Text(String),
    Code(Code),
}

impl Template {
    /// Parses a text; `{{` and `}}` are braces.
    ///
    /// # Errors
    /// A brace that is not closed, or an expression that does not compile or cannot be shown.
    pub fn parse(source: &str, scope: &Scope<'_>) -> Result<Self, Fault> {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut at = 0;
        while let Some(c) = source.get(at..).and_then(|rest| rest.chars().next()) {
            let rest = source.get(at + 1..).unwrap_or("");
            match c {
                '{' | '}' if rest.starts_with(c) => {
                    text.push(c);
                    at += 2;
                }
                '{' => {
                    let Some(len) = closing(rest) else {
                        let span = Span::new(at, at + 1);
                        return Err(Fault::new("rule::template", "this brace is never closed", span)
                            .help("close it with `}`, or write `{{` for a brace"));
                    };
                    if !text.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut text)));
                    }
                    let code = compile(rest.get(..len).unwrap_or(""), at + 1, scope)?;
                    parts.push(Part::Code(shown(code, scope)?));
                    at += len + 2;
                }
                '}' => {
                    return Err(Fault::new("rule::template", "no brace is open here", Span::new(at, at + 1))
                        .help("write `}}` for a brace"));
                }
                c => {
                    text.push(c);
                    at += c.len_utf8();
                }
            }
        }
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        Ok(Self { source: source.into(), parts })
    }

    /// The text for a resource; what is not known is written as `?`.
    pub fn render(&self, read: &dyn Read, params: &[Param], res: ResId) -> String {
        let mut frame = Frame::new(read, params, res).lenient();
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Code(code) => out.push_str(&show(&frame.eval(code), read)),
            }
        }
        out
    }

    /// The expressions in it.
    pub fn codes(&self) -> impl Iterator<Item = &Code> {
        self.parts.iter().filter_map(|part| match part {
            Part::Code(code) => Some(code),
            Part::Text(_) => None,
        })
    }
}

fn shown(code: Code, scope: &Scope<'_>) -> Result<Code, Fault> {
    let innermost = |mut ty: &Ty| {
        while let Ty::List(item) = ty {
            ty = item;
        }
        matches!(ty, Ty::Record(_))
    };
    if innermost(&code.ty) {
        let message = format!("{} cannot be shown", scope.schema.say(&code.ty));
        return Err(Fault::new("rule::type", message, code.node.span).help("show one of its fields"));
    }
    Ok(code)
}

/// Bytes before the brace that closes an expression; braces within its texts do not count.
fn closing(rest: &str) -> Option<usize> {
    let mut quote: Option<char> = None;
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '}') => return Some(at),
            (None, _) => {}
        }
    }
    None
}
