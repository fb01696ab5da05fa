//! Floor 2: one diagnostic type for bad input, bad rules and our own faults; and the report as plain
//! data.
//!
//! Owns what is said to a person. Must not know how it is laid out (report) or where it came from
//! (sources, rules).
//!
//! Style, held by `tests/house.rs`: messages begin with a small letter unless with a name, have no
//! full stop, put user input in backticks; what to do stands in `help`.

pub mod finding;

use crate::base::text::Place;

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The input cannot be judged, or not all of it.
    Error,
    /// Something is off, and the run goes on.
    Warning,
    /// Worth knowing.
    Note,
}

/// A label on a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What is there; may be empty.
    pub text: String,
}

/// Something to tell a person about their input, their rules or our fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// How bad.
    pub level: Level,
    /// A stable code: `plan::syntax`, `cfn::cycle`, `rule::unknown-attribute`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where; the first is the main one. Empty for things without text.
    pub labels: Vec<Label>,
}

impl Diagnostic {
    /// An error without a place.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self { level: Level::Error, code, message: message.into(), help: None, labels: Vec::new() }
    }

    /// A warning without a place.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(code, message) }
    }

    /// With a remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With a label.
    #[must_use]
    pub fn label(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label { place, text: text.into() });
        self
    }
}
