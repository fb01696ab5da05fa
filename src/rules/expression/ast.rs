//! The syntax tree: what was written, every node with its bytes.

use crate::base::text::{Span, Text};

/// A name with its bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Ident {
    /// The name.
    pub text: Text,
    /// Its bytes.
    pub span: Span,
}

/// A node.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: Kind,
    /// Its bytes.
    pub span: Span,
    /// Levels below and including this one; bounded by [`super::DEEPEST`].
    pub depth: usize,
}

/// Operators between two operands that both sides always have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `in`
    In,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
}

impl Op {
    /// Its spelling.
    pub fn spelt(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::In => "in",
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Rem => "%",
        }
    }
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `true`, `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Num(f64),
    /// Text.
    Text(Text),
    /// `[a, b]`
    List(Vec<Expr>),
    /// A variable.
    Name(Text),
    /// `of.field`
    Select(Box<Expr>, Ident),
    /// `name(args)`
    Call(Ident, Vec<Expr>),
    /// `of.name(args)`
    Method(Box<Expr>, Ident, Vec<Expr>),
    /// `!a`
    Not(Box<Expr>),
    /// `-a`
    Neg(Box<Expr>),
    /// `a && b && c`
    And(Vec<Expr>),
    /// `a || b || c`
    Or(Vec<Expr>),
    /// An operator between two operands.
    Binary(Op, Box<Expr>, Box<Expr>),
    /// `test ? yes : no`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
}
