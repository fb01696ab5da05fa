//! Tokens to a syntax tree, by precedence climbing.
//!
//! Owns precedence and the bound on nesting: nothing that walks the tree later can overflow the
//! stack, because no deeper tree is ever built. Must not know types or the catalog.

use super::ast::{Expr, Ident, Kind, Op};
use super::lex::{Tok, lex};
use super::{DEEPEST, Fault, LONGEST};
use crate::base::text::{Span, Text};

/// Parses an expression; spans are moved by `base`.
///
/// # Errors
/// Text that is not an expression, too long, or nested too deeply.
pub fn parse(text: &str, base: usize) -> Result<Expr, Fault> {
    let whole = Span::new(base, base + text.len());
    if text.len() > LONGEST {
        return Err(Fault::new(
            "rule::syntax",
            format!("the expression is longer than {LONGEST} bytes"),
            whole,
        ));
    }
    if text.trim().is_empty() {
        return Err(Fault::new("rule::syntax", "the expression is empty", whole));
    }
    let mut parser = Parser { tokens: lex(text, base)?, at: 0, open: 0, end: base };
    let expr = parser.ternary()?;
    match parser.peek() {
        Tok::End => Ok(expr),
        Tok::Op(")") => Err(parser.fault("unexpected `)`: no bracket is open")),
        _ => Err(parser.unexpected("an operator or the end of the expression")),
    }
}

struct Parser {
    tokens: Vec<(Tok, Span)>,
    at: usize,
    /// Levels of recursion that are open.
    open: usize,
    /// End of the token taken last.
    end: usize,
}

type Parsed = Result<Expr, Fault>;

impl Parser {
    fn peek(&self) -> &Tok {
        self.tokens.get(self.at).map_or(&Tok::End, |(tok, _)| tok)
    }

    fn here(&self) -> Span {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(Span::default(), |(_, span)| *span)
    }

    fn next(&mut self) -> (Tok, Span) {
        let taken = (self.peek().clone(), self.here());
        self.end = taken.1.end as usize;
        self.at += 1;
        taken
    }

    fn eat(&mut self, op: &str) -> bool {
        let found = matches!(self.peek(), Tok::Op(o) if *o == op);
        if found {
            self.next();
        }
        found
    }

    fn fault(&self, message: impl Into<String>) -> Fault {
        Fault::new("rule::syntax", message, self.here())
    }

    fn unexpected(&self, wanted: &str) -> Fault {
        let fault = self.fault(format!("expected {wanted}, found {}", self.peek().say()));
        match self.peek() {
            Tok::Name(n) if &**n == "and" => fault.help("write `&&`"),
            Tok::Name(n) if &**n == "or" => fault.help("write `||`"),
            Tok::Name(n) if &**n == "not" => fault.help("write `!`"),
            Tok::Op("[") => fault.help("lists have no index: use `exists`, `filter` or `all`"),
            _ => fault,
        }
    }

    fn expect(&mut self, op: &'static str, opened: Option<Span>) -> Result<(), Fault> {
        if self.eat(op) {
            return Ok(());
        }
        match (self.peek(), opened) {
            (Tok::End, Some(span)) => {
                Err(Fault::new("rule::syntax", format!("this bracket is never closed with `{op}`"), span))
            }
            _ => Err(self.unexpected(&format!("`{op}`"))),
        }
    }

    fn node(&self, kind: Kind, start: u32) -> Parsed {
        let below = match &kind {
            Kind::List(all) | Kind::Call(_, all) | Kind::And(all) | Kind::Or(all) => deepest(all),
            Kind::Method(of, _, args) => of.depth.max(deepest(args)),
            Kind::Select(a, _) | Kind::Not(a) | Kind::Neg(a) => a.depth,
            Kind::Binary(_, a, b) => a.depth.max(b.depth),
            Kind::If(a, b, c) => a.depth.max(b.depth).max(c.depth),
            _ => 0,
        };
        let span = Span::new(start as usize, self.end);
        if below >= DEEPEST {
            return Err(too_deep(span));
        }
        Ok(Expr { kind, span, depth: below + 1 })
    }

    /// Runs `inner` one level deeper.
    fn deeper(&mut self, inner: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        if self.open >= DEEPEST {
            return Err(too_deep(self.here()));
        }
        self.open += 1;
        let result = inner(self);
        self.open -= 1;
        result
    }

    fn ternary(&mut self) -> Parsed {
        self.deeper(|p| {
            let start = p.here().start;
            let test = p.or()?;
            if !p.eat("?") {
                return Ok(test);
            }
            let yes = p.or()?;
            p.expect(":", None)?;
            let no = p.ternary()?;
            p.node(Kind::If(test.into(), yes.into(), no.into()), start)
        })
    }

    fn or(&mut self) -> Parsed {
        self.chain("||", Self::and, Kind::Or)
    }

    fn and(&mut self) -> Parsed {
        self.chain("&&", |p| p.binary(0), Kind::And)
    }

    fn chain(&mut self, op: &str, part: fn(&mut Self) -> Parsed, make: fn(Vec<Expr>) -> Kind) -> Parsed {
        let start = self.here().start;
        let first = part(self)?;
        if !matches!(self.peek(), Tok::Op(o) if *o == op) {
            return Ok(first);
        }
        let mut all = vec![first];
        while self.eat(op) {
            all.push(part(self)?);
        }
        self.node(make(all), start)
    }

    /// Operators that bind at least as tightly as `level`: 0 comparisons, 1 sums, 2 products.
    fn binary(&mut self, level: usize) -> Parsed {
        let start = self.here().start;
        let mut left = if level < 2 { self.binary(level + 1)? } else { self.unary()? };
        while let Some(op) = self.operator(level) {
            self.next();
            let right = if level < 2 { self.binary(level + 1)? } else { self.unary()? };
            left = self.node(Kind::Binary(op, left.into(), right.into()), start)?;
        }
        Ok(left)
    }

    fn operator(&self, level: usize) -> Option<Op> {
        let spelt = match self.peek() {
            Tok::Op(op) => op,
            Tok::Name(n) if &**n == "in" => "in",
            _ => return None,
        };
        let ops: &[Op] = match level {
            0 => &[Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::In],
            1 => &[Op::Add, Op::Sub],
            _ => &[Op::Mul, Op::Div, Op::Rem],
        };
        ops.iter().find(|op| op.spelt() == spelt).copied()
    }

    fn unary(&mut self) -> Parsed {
        let start = self.here().start;
        if self.eat("!") {
            let inner = self.deeper(Self::unary)?;
            return self.node(Kind::Not(inner.into()), start);
        }
        if self.eat("-") {
            if let Tok::Int(digits) = self.peek().clone() {
                let int = self.int(&format!("-{digits}"))?;
                self.next();
                let int = self.node(int, start)?;
                return self.members(int, start);
            }
            let inner = self.deeper(Self::unary)?;
            return self.node(Kind::Neg(inner.into()), start);
        }
        let primary = self.primary()?;
        self.members(primary, start)
    }

    fn int(&self, spelt: &str) -> Result<Kind, Fault> {
        spelt
            .parse()
            .map(Kind::Int)
            .map_err(|_| self.fault(format!("`{spelt}` is not a whole number of 64 bits")))
    }

    fn members(&mut self, mut of: Expr, start: u32) -> Parsed {
        while self.eat(".") {
            let name = self.ident()?;
            let opened = self.here();
            of = if self.eat("(") {
                let args = self.list(")", opened)?;
                self.node(Kind::Method(of.into(), name, args), start)?
            } else {
                self.node(Kind::Select(of.into(), name), start)?
            };
        }
        Ok(of)
    }

    fn ident(&mut self) -> Result<Ident, Fault> {
        match self.peek().clone() {
            Tok::Name(text) => Ok(Ident { text, span: self.next().1 }),
            _ => Err(self.unexpected("a name after `.`")),
        }
    }

    fn primary(&mut self) -> Parsed {
        let (tok, span) = (self.peek().clone(), self.here());
        let kind = match tok {
            Tok::Op("(") => {
                self.next();
                let inner = self.ternary()?;
                self.expect(")", Some(span))?;
                return Ok(inner);
            }
            Tok::Op("[") => {
                self.next();
                Kind::List(self.list("]", span)?)
            }
            Tok::Int(digits) => {
                let int = self.int(&digits)?;
                self.next();
                int
            }
            Tok::Num(n) => self.literal(Kind::Num(n)),
            Tok::Text(t) => self.literal(Kind::Text(t)),
            Tok::Name(name) => match &*name {
                "true" => self.literal(Kind::Bool(true)),
                "false" => self.literal(Kind::Bool(false)),
                "null" => {
                    return Err(self.fault("there is no `null` in the language").help("ask with `has(…)`"));
                }
                "in" => return Err(self.unexpected("a value")),
                "not" => return Err(self.unexpected("a value")),
                _ => self.name(name, span)?,
            },
            _ => return Err(self.unexpected("a value")),
        };
        self.node(kind, span.start)
    }

    fn literal(&mut self, kind: Kind) -> Kind {
        self.next();
        kind
    }

    fn name(&mut self, text: Text, span: Span) -> Result<Kind, Fault> {
        self.next();
        let opened = self.here();
        if self.eat("(") {
            return Ok(Kind::Call(Ident { text, span }, self.list(")", opened)?));
        }
        Ok(Kind::Name(text))
    }

    /// What stands between brackets, the opening one taken already. A comma before the end is allowed.
    fn list(&mut self, close: &'static str, opened: Span) -> Result<Vec<Expr>, Fault> {
        let mut all = Vec::new();
        loop {
            if self.eat(close) {
                return Ok(all);
            }
            all.push(self.ternary()?);
            if !self.eat(",") {
                self.expect(close, Some(opened))?;
                return Ok(all);
            }
        }
    }
}

fn deepest(all: &[Expr]) -> usize {
    all.iter().map(|e| e.depth).max().unwrap_or(0)
}

fn too_deep(span: Span) -> Fault {
    Fault::new("rule::syntax", format!("the expression is nested more than {DEEPEST} levels deep"), span)
        .help("move the computation into a derived fact, or split the rule")
}
