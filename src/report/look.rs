//! How text on a terminal looks: colour, characters, width.
//!
//! Owns the few signs and styles that reports use. Must not ask the environment: the front decides.

use std::fmt::Display;

use miette::{GraphicalReportHandler, GraphicalTheme, ThemeCharacters, ThemeStyles};

use crate::diag::finding::Severity;

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// ANSI colours.
    pub color: bool,
    /// Characters beyond ASCII in what archlint itself draws.
    pub unicode: bool,
    /// Columns to wrap at.
    pub width: usize,
    /// Everything in full: whole reasons, every finding, every type.
    pub verbose: bool,
    /// Findings and one closing line, nothing else.
    pub quiet: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self { color: false, unicode: true, width: 100, verbose: false, quiet: false }
    }
}

/// A style, as the number of an ANSI SGR sequence.
#[derive(Clone, Copy, Debug)]
pub enum Style {
    /// What is bad.
    Red,
    /// What deserves attention.
    Yellow,
    /// What is good, and what to do.
    Green,
    /// Names and mild things.
    Cyan,
    /// What carries the line.
    Bold,
    /// What only supports it.
    Dim,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Red => "31;1",
            Self::Yellow => "33",
            Self::Green => "32",
            Self::Cyan => "36",
            Self::Bold => "1",
            Self::Dim => "2",
        }
    }

    /// The style of a severity.
    pub fn of(severity: Severity) -> Self {
        match severity {
            Severity::High => Self::Red,
            Severity::Medium => Self::Yellow,
            Severity::Low => Self::Cyan,
            Severity::Info => Self::Dim,
        }
    }
}

impl Look {
    /// Text in a style, where colours are wanted.
    pub fn paint(&self, style: Style, text: impl Display) -> String {
        if self.color { format!("\u{1b}[{}m{text}\u{1b}[0m", style.code()) } else { text.to_string() }
    }

    /// The sign between items of a line.
    pub fn dot(&self) -> &'static str {
        if self.unicode { "·" } else { "|" }
    }

    /// The sign between an item and what is said of it.
    pub fn dash(&self) -> &'static str {
        if self.unicode { "—" } else { "-" }
    }

    /// The bar to the left of what can be pasted.
    pub fn bar(&self) -> &'static str {
        if self.unicode { "│" } else { "|" }
    }

    /// Wraps text to the width. The first line begins with `first`, the others are indented as far.
    /// Line breaks of the text stay; each is trimmed at its end.
    pub fn wrap(&self, first: &str, text: &str) -> String {
        let lead = textwrap::core::display_width(first);
        let rest = " ".repeat(lead);
        let room = self.width.max(lead + 20) - lead;
        let options = textwrap::Options::new(room)
            .break_words(false)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let mut out = String::new();
        for line in text.lines() {
            for piece in textwrap::wrap(line, &options) {
                out.push_str(if out.is_empty() { first } else { &rest });
                out.push_str(piece.trim_end());
                out.push('\n');
            }
        }
        out
    }

    /// The drawer of source lines.
    pub fn handler(&self) -> GraphicalReportHandler {
        let theme = GraphicalTheme {
            characters: if self.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() },
            styles: if self.color { ThemeStyles::ansi() } else { ThemeStyles::none() },
        };
        GraphicalReportHandler::new_themed(theme)
            .with_width(self.width)
            .with_links(false)
            .with_break_words(false)
            .with_word_separator(textwrap::WordSeparator::AsciiSpace)
            .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
            .with_context_lines(1)
            .without_syntax_highlighting()
    }
}

/// Text that may hold anything, made safe for a terminal: control characters (escape sequences
/// above all) are shown, not obeyed. Line breaks and tabs stay.
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() && c != '\n' && c != '\t' { char::REPLACEMENT_CHARACTER } else { c })
        .collect()
}
