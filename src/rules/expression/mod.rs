//! The rule language: CEL syntax, checked against the schema, evaluated in three-valued logic.
//!
//! Text becomes tokens (`lex`), a tree (`ast`, `parse`), and typed code (`check`, `calls`, `types`,
//! `code`), which is run in one world of the graph (`eval`, `lists`, `compare`, `text`), leaving
//! behind what it read (`trace`).
//!
//! Owns the meaning of the language. Must not know rule files or AWS. To add a function: one row in
//! `functions::TABLE`, its type in `calls.rs`, its value in `eval.rs`.

pub mod ast;
mod calls;
mod check;
pub mod code;
mod compare;
mod eval;
pub mod functions;
pub mod lex;
mod lists;
pub mod parse;
mod show;
mod text;
pub mod trace;
pub mod types;

use crate::base::text::Span;

pub use code::Code;
pub use eval::Frame;
pub use show::show;
pub use trace::{Seen, Trace};
pub use types::{Param, Scope};

/// Levels to which an expression may be nested. The deepest rule that we know of has 9.
pub const DEEPEST: usize = 64;

/// Bytes that an expression may have.
pub const LONGEST: usize = 64 * 1024;

/// Steps that one verdict may take before it is unknown: some tens of milliseconds.
pub const MOST_STEPS: u32 = 4_000_000;

/// What is wrong with an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// A stable code: `rule::syntax`, `rule::unknown-attribute`.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Bytes within the text that was compiled.
    pub span: Span,
}

impl Fault {
    /// A fault without a remedy.
    pub fn new(code: &'static str, message: impl Into<String>, span: Span) -> Self {
        Self { code, message: message.into(), help: None, span }
    }

    /// With a remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With "did you mean …?" if a candidate is near to `name`.
    #[must_use]
    pub fn suggest<'a>(mut self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        if let Some(near) = crate::base::near::nearest(name, candidates) {
            self.help = Some(format!("did you mean `{near}`?"));
        }
        self
    }
}

/// Compiles an expression. `base` is added to the spans of faults: the place of `text` in whatever
/// holds it.
///
/// # Errors
/// Bad syntax, an unknown name, or types that do not fit.
pub fn compile(text: &str, base: usize, scope: &Scope<'_>) -> Result<Code, Fault> {
    let expr = parse::parse(text, base)?;
    check::check(&expr, text, base, scope)
}

/// Compiles an expression that must be a condition.
///
/// # Errors
/// As [`compile`], and if its type is not bool.
pub fn condition(text: &str, base: usize, scope: &Scope<'_>) -> Result<Code, Fault> {
    let code = compile(text, base, scope)?;
    if code.ty == crate::model::schema::Ty::Bool {
        return Ok(code);
    }
    let found = scope.schema.say(&code.ty);
    Err(Fault::new("rule::type", format!("a condition must be bool, this is {found}"), code.node.span)
        .help("compare it with something, or ask `has(…)`"))
}
