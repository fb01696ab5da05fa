//! Text to tokens.
//!
//! Owns spelling: literals, escapes, comments. Must not know precedence or types. To add a token:
//! one variant of [`Tok`] and one arm in [`Lexer::token`].

use super::Fault;
use crate::base::text::{Span, Text};

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub enum Tok {
    /// A name, keywords `true`, `false`, `in` and `null` included.
    Name(Text),
    /// A whole number without sign, as it was spelt.
    Int(Text),
    /// A number with a point or an exponent.
    Num(f64),
    /// Text, escapes resolved.
    Text(Text),
    /// An operator or a bracket.
    Op(&'static str),
    /// The end.
    End,
}

impl Tok {
    /// How messages name it.
    pub fn say(&self) -> String {
        match self {
            Self::Name(n) | Self::Int(n) => format!("`{n}`"),
            Self::Num(n) => format!("`{n}`"),
            Self::Text(_) => "text".into(),
            Self::Op(op) => format!("`{op}`"),
            Self::End => "the end of the expression".into(),
        }
    }
}

/// Operators, longer ones before their prefixes.
const OPS: &[&str] = &[
    "||", "&&", "==", "!=", "<=", ">=", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":", "(", ")", "[", "]",
    ",", ".",
];

/// Characters that look like operators, with what to write instead.
const INSTEAD: &[(char, &str)] = &[
    ('=', "write `==` to compare"),
    ('&', "write `&&` for `and`"),
    ('|', "write `||` for `or`"),
    ('{', "the language has no maps"),
    ('}', "the language has no maps"),
    ('`', "text stands in plain quotes: `\"…\"`; in a message, close the brace first"),
    ('“', "write plain quotes: `\"…\"`"),
    ('”', "write plain quotes: `\"…\"`"),
];

/// Splits `text` into tokens; spans are moved by `base`. The last token is [`Tok::End`].
///
/// # Errors
/// A character or literal that is not in the language.
pub fn lex(text: &str, base: usize) -> Result<Vec<(Tok, Span)>, Fault> {
    let mut lexer = Lexer { text, at: 0, base };
    let mut tokens = Vec::new();
    loop {
        lexer.skip();
        let start = lexer.at;
        let tok = lexer.token()?;
        let end = tok == Tok::End;
        tokens.push((tok, lexer.span(start)));
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    base: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn span(&self, start: usize) -> Span {
        Span::new(self.base + start, self.base + self.at)
    }

    fn fault(&self, start: usize, message: impl Into<String>) -> Fault {
        Fault::new("rule::syntax", message, self.span(start))
    }

    fn take(&mut self, while_: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let len = rest.find(|c| !while_(c)).unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).unwrap_or("")
    }

    /// Skips blanks and `//` comments.
    fn skip(&mut self) {
        loop {
            self.take(char::is_whitespace);
            if !self.rest().starts_with("//") {
                return;
            }
            self.take(|c| c != '\n');
        }
    }

    fn token(&mut self) -> Result<Tok, Fault> {
        let start = self.at;
        let Some(c) = self.rest().chars().next() else { return Ok(Tok::End) };
        let raw = (c == 'r' || c == 'R') && self.rest().get(1..2).is_some_and(|q| q == "\"" || q == "'");
        if raw {
            self.at += 1;
            return self.quoted(start, true);
        }
        if c == '"' || c == '\'' {
            return self.quoted(start, false);
        }
        if c.is_ascii_alphabetic() || c == '_' {
            return Ok(Tok::Name(self.take(|c| c.is_ascii_alphanumeric() || c == '_').into()));
        }
        let point = c == '.' && self.rest().chars().nth(1).is_some_and(|c| c.is_ascii_digit());
        if c.is_ascii_digit() || point {
            return self.number(start);
        }
        if let Some(op) = OPS.iter().find(|op| self.rest().starts_with(**op)) {
            self.at += op.len();
            return Ok(Tok::Op(op));
        }
        self.at += c.len_utf8();
        let named =
            if c == '`' { "unexpected backtick".into() } else { format!("unexpected character `{c}`") };
        let fault = self.fault(start, named);
        Err(match INSTEAD.iter().find(|(bad, _)| *bad == c) {
            Some((_, help)) => fault.help(*help),
            None => fault,
        })
    }

    fn number(&mut self, start: usize) -> Result<Tok, Fault> {
        if self.rest().starts_with("0x") || self.rest().starts_with("0X") {
            self.at += 2;
            let digits = self.take(|c| c.is_ascii_alphanumeric());
            return match i64::from_str_radix(digits, 16) {
                Ok(n) => Ok(Tok::Int(n.to_string().into())),
                Err(_) => Err(self.fault(start, "not a whole number of 64 bits")),
            };
        }
        self.take(|c| c.is_ascii_digit());
        let mut whole = true;
        let mut after = self.rest().chars();
        if after.next() == Some('.') && after.next().is_some_and(|c| c.is_ascii_digit()) {
            whole = false;
            self.at += 1;
            self.take(|c| c.is_ascii_digit());
        }
        if self.rest().starts_with(['e', 'E']) {
            whole = false;
            self.at += 1;
            if self.rest().starts_with(['+', '-']) {
                self.at += 1;
            }
            self.take(|c| c.is_ascii_digit());
        }
        if !self.take(|c| c.is_ascii_alphanumeric() || c == '_').is_empty() {
            return Err(self.fault(start, "a number cannot be followed by letters"));
        }
        let spelt = self.text.get(start..self.at).unwrap_or("");
        if whole {
            return Ok(Tok::Int(spelt.into()));
        }
        match spelt.parse::<f64>() {
            Ok(n) if n.is_finite() => Ok(Tok::Num(n)),
            _ => Err(self.fault(start, format!("`{spelt}` is not a number"))),
        }
    }

    fn quoted(&mut self, start: usize, raw: bool) -> Result<Tok, Fault> {
        let quote = self.rest().chars().next().unwrap_or('"');
        self.at += 1;
        let mut out = String::new();
        loop {
            let here = self.at;
            let Some(c) = self.rest().chars().next() else {
                return Err(self
                    .fault(start, "text without closing quote")
                    .help(format!("close it with `{quote}`")));
            };
            self.at += c.len_utf8();
            match c {
                c if c == quote => return Ok(Tok::Text(out.into())),
                '\n' => {
                    return Err(self.fault(start, "text goes over the end of the line").help("write `\\n`"));
                }
                '\\' if !raw => out.push(self.escape(here)?),
                c => out.push(c),
            }
        }
    }

    fn escape(&mut self, start: usize) -> Result<char, Fault> {
        let c = self.rest().chars().next().unwrap_or(' ');
        self.at += c.len_utf8();
        let digits = match c {
            'n' => return Ok('\n'),
            'r' => return Ok('\r'),
            't' => return Ok('\t'),
            'a' => return Ok('\u{7}'),
            'b' => return Ok('\u{8}'),
            'f' => return Ok('\u{c}'),
            'v' => return Ok('\u{b}'),
            '\\' | '"' | '\'' | '`' | '?' => return Ok(c),
            'x' | 'X' => 2,
            'u' => 4,
            'U' => 8,
            _ => {
                return Err(self
                    .fault(start, format!("unknown escape `\\{c}`"))
                    .help("write `\\\\` for a backslash, or a raw text: `r\"…\"`"));
            }
        };
        let code = self.rest().get(..digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        match code.and_then(char::from_u32) {
            Some(c) => {
                self.at += digits;
                Ok(c)
            }
            None => {
                Err(self.fault(start, format!("`\\{c}` needs {digits} hexadecimal digits of a character")))
            }
        }
    }
}
