//! Checked code: what an expression means, names resolved to slots.

use std::sync::Arc;

use super::ast::Op;
use super::functions::{Fold, TextTest};
use crate::base::text::{Span, Text};
use crate::model::schema::{AttrId, KindId, Ty};
use crate::model::value::Val;

/// A compiled expression.
#[derive(Clone, Debug)]
pub struct Code {
    /// What to do.
    pub node: Arc<Node>,
    /// The type of its value.
    pub ty: Ty,
}

/// One operation.
#[derive(Clone, Debug)]
pub struct Node {
    /// What to do.
    pub do_: Do,
    /// How to name its value after its owner: `ingress[..].cidrs`; the source text elsewhere.
    pub label: Text,
    /// Its bytes, for messages.
    pub span: Span,
}

/// Where each kind keeps an attribute.
pub type Slots = Arc<[(KindId, AttrId)]>;

/// What a node does. Operands come in the order in which they are evaluated.
#[derive(Clone, Debug)]
pub enum Do {
    /// A literal.
    Const(Val),
    /// A variable: 0 is the judged resource, the others are bound by macros.
    Var(usize),
    /// A parameter of the rule.
    Param(usize),
    /// An attribute of a resource.
    Attr {
        /// The resource.
        of: Box<Node>,
        /// Where it is.
        slots: Slots,
        /// True if its value must not be shown.
        secret: bool,
    },
    /// A field of a record.
    Field {
        /// The record.
        of: Box<Node>,
        /// Which.
        index: usize,
        /// True if its value must not be shown.
        secret: bool,
    },
    /// `!a`
    Not(Box<Node>),
    /// `-a`
    Neg(Box<Node>),
    /// `a && b`
    And(Vec<Node>),
    /// `a || b`
    Or(Vec<Node>),
    /// A comparison.
    Compare(Op, Box<Node>, Box<Node>),
    /// Arithmetic, or concatenation; true if the result is a number that need not be whole.
    Arith(Op, Box<Node>, Box<Node>, bool),
    /// `test ? yes : no`
    If(Box<Node>, Box<Node>, Box<Node>),
    /// `has(a.b)`
    Has(Box<Node>),
    /// `known(a)`
    Known(Box<Node>),
    /// `[a, b]`
    List(Vec<Node>),
    /// Every resource in view of these kinds.
    All(Arc<[KindId]>),
    /// A macro over a list.
    Each {
        /// Which.
        each: Each,
        /// The list.
        list: Box<Node>,
        /// The slot of the variable.
        slot: usize,
        /// What is asked of each item.
        body: Box<Node>,
    },
    /// A question about text.
    TextTest(TextTest, Box<Node>, Box<Node>),
    /// `matches`: the pattern is a literal, compiled at load.
    Matches(Box<Node>, Box<regex::Regex>),
    /// `lowerAscii`
    Lower(Box<Node>),
    /// `size`
    Size(Box<Node>),
    /// A function of a list.
    Fold(Fold, Box<Node>),
    /// `join`
    Join(Box<Node>, Box<Node>),
    /// `containsAny`
    ContainsAny(Box<Node>, Box<Node>),
}

/// A macro over a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Each {
    /// `exists`
    Exists,
    /// `all`
    All,
    /// `exists_one`
    ExistsOne,
    /// `filter`
    Filter,
    /// `map`
    Map,
}

impl Node {
    /// The nodes below, in the order of evaluation.
    pub fn below(&self) -> Vec<&Self> {
        match &self.do_ {
            Do::Const(_) | Do::Var(_) | Do::Param(_) | Do::All(_) => Vec::new(),
            Do::Attr { of, .. } | Do::Field { of, .. } => vec![of],
            Do::Not(a) | Do::Neg(a) | Do::Has(a) | Do::Known(a) | Do::Lower(a) | Do::Size(a) => vec![a],
            Do::Matches(a, _) | Do::Fold(_, a) => vec![a],
            Do::And(all) | Do::Or(all) | Do::List(all) => all.iter().collect(),
            Do::Compare(_, a, b) | Do::Arith(_, a, b, _) | Do::TextTest(_, a, b) => vec![a, b],
            Do::Join(a, b) | Do::ContainsAny(a, b) => vec![a, b],
            Do::If(a, b, c) => vec![a, b, c],
            Do::Each { list, body, .. } => vec![list, body],
        }
    }

    /// Calls `f` for this node and all below.
    pub fn walk<'a>(&'a self, f: &mut impl FnMut(&'a Self)) {
        f(self);
        for node in self.below() {
            node.walk(f);
        }
    }
}
