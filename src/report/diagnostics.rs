//! Diagnostics about input, settings and rules: for a person and as JSON. Both go to standard error.

use miette::Severity as Draw;
use serde::Serialize;

use super::finding::{field, place};
use super::lines::Drawn;
use super::look::{Look, Style, plain};
use crate::base::text::{Files, Place};
use crate::diag::finding::PlaceRef;
use crate::diag::{Diagnostic, Level};

/// For a person, one after the other.
pub fn human(all: &[Diagnostic], files: &Files, look: &Look) -> String {
    let mut out = String::new();
    for one in all {
        let (level, style, word) = match one.level {
            Level::Error => (Draw::Error, Style::Red, "error"),
            Level::Warning => (Draw::Warning, Style::Yellow, "warning"),
            Level::Note => (Draw::Advice, Style::Cyan, "note"),
        };
        let code = format!("{} {}", look.paint(style, word), one.code);
        let mut drawn = Drawn::new(code, plain(&one.message), level);
        let mut elsewhere = Vec::new();
        for label in &one.labels {
            if !drawn.label(files, label.place, &label.text) {
                elsewhere.push(label);
            }
        }
        drawn.help = one.help.as_deref().map(plain);
        out += &drawn.draw(look);
        for label in elsewhere {
            if let Some(p) = resolve(files, label.place) {
                let text =
                    if label.text.is_empty() { place(&p) } else { format!("{}: {}", place(&p), label.text) };
                out += &field(look, "in", &plain(&text));
            }
        }
        out.push('\n');
    }
    out
}

#[derive(Serialize)]
struct Document<'a> {
    diagnostics: Vec<One<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    level: &'static str,
    code: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    labels: Vec<Mark<'a>>,
}

#[derive(Serialize)]
struct Mark<'a> {
    place: Option<PlaceRef>,
    text: &'a str,
}

/// As one JSON document: `{"diagnostics": [{level, code, message, help, labels: [{place, text}]}]}`.
///
/// # Errors
/// None in practice: it has only text keys.
pub fn json(all: &[Diagnostic], files: &Files) -> Result<String, serde_json::Error> {
    let diagnostics = all
        .iter()
        .map(|d| One {
            level: match d.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Note => "note",
            },
            code: d.code,
            message: &d.message,
            help: d.help.as_deref(),
            labels: d.labels.iter().map(|l| Mark { place: resolve(files, l.place), text: &l.text }).collect(),
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&Document { diagnostics })?;
    text.push('\n');
    Ok(text)
}

/// A place as lines and columns; `None` if it is not in a file of the run.
pub fn resolve(files: &Files, at: Place) -> Option<PlaceRef> {
    let file = files.get(at.file)?;
    let (line, column) = file.line_column(at.span.start);
    let (end_line, end_column) = file.line_column(at.span.end);
    Some(PlaceRef { file: file.name.to_string(), line, column, end_line, end_column, span: Some(at) })
}
