//! Lines of the user's files for miette, found through the file's line index instead of a scan from
//! its beginning (which costs milliseconds per finding in a large file).

use std::fmt::{self, Write as _};
use std::sync::Arc;

use miette::{LabeledSpan, MietteError, MietteSpanContents, Severity as Level, SourceCode, SourceSpan};

use super::look::{Look, plain};
use crate::base::text::{Files, Place, SourceFile};

/// Lines longer than this are not drawn: minified JSON helps nobody. Nor are lines with control characters.
const LONGEST: usize = 400;

/// One file as miette reads it.
#[derive(Debug)]
pub struct Indexed(pub Arc<SourceFile>);

impl SourceCode for Indexed {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, MietteError> {
        let file = &self.0;
        let end = span.offset().saturating_add(span.len());
        let first = file.line_of(span.offset()).saturating_sub(before);
        let last = file.line_of(end.saturating_sub(usize::from(!span.is_empty()))).saturating_add(after);
        let start = file.line_start(first);
        let stop = file.line_start(last.saturating_add(1)).max(start);
        let data = file.text.as_bytes().get(start..stop).ok_or(MietteError::OutOfBounds)?;
        // Without context miette asks for the headline's line and column, with it for lines to draw.
        let at = file.text.get(start..span.offset()).map_or(0, |head| head.chars().count());
        let column = if before == 0 && after == 0 { at } else { 0 };
        Ok(Box::new(MietteSpanContents::new_named(
            plain(&file.name),
            data,
            (start, stop - start).into(),
            first,
            column,
            last - first + 1,
        )))
    }
}

/// A headline with labels on lines of one file.
#[derive(Debug)]
pub struct Drawn {
    /// The line above: code, severity.
    pub code: String,
    /// The headline.
    pub message: String,
    /// Decides the sign before the headline.
    pub level: Level,
    /// A remedy.
    pub help: Option<String>,
    source: Option<Indexed>,
    labels: Vec<LabeledSpan>,
}

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawn {}

impl miette::Diagnostic for Drawn {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<Level> {
        Some(self.level)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|h| Box::new(h) as Box<dyn fmt::Display + 'a>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|s| s as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

impl Drawn {
    /// A headline without lines.
    pub fn new(code: String, message: String, level: Level) -> Self {
        Self { code, message, level, help: None, source: None, labels: Vec::new() }
    }

    /// Puts a label on a place; the first decides on the file. A place of several lines is marked on
    /// its first. False if the place cannot be drawn: another file, a line too long, no such bytes.
    pub fn label(&mut self, files: &Files, place: Place, text: &str) -> bool {
        let Some(file) = files.get(place.file) else { return false };
        if self.source.as_ref().is_some_and(|s| !Arc::ptr_eq(&s.0, file)) {
            return false;
        }
        let Some((offset, len)) = first_line(file, place) else { return false };
        if self.labels.iter().any(|l| l.offset() == offset && l.label() == Some(text)) {
            return true;
        }
        let label = (!text.is_empty()).then(|| plain(text));
        self.labels.push(if self.labels.is_empty() {
            LabeledSpan::new_primary_with_span(label, (offset, len))
        } else {
            LabeledSpan::new_with_span(label, (offset, len))
        });
        self.source = Some(Indexed(file.clone()));
        true
    }

    /// Draws it.
    pub fn draw(&self, look: &Look) -> String {
        let mut out = String::new();
        if look.handler().render_report(&mut out, self).is_err() {
            // Only a place that is not in the file gets here: say it without the lines.
            out.clear();
            let _ = writeln!(out, "{}\n  {}", self.code, self.message);
        }
        let trimmed: Vec<&str> = out.trim_matches('\n').lines().map(str::trim_end).collect();
        format!("{}\n", trimmed.join("\n"))
    }
}

/// Offset and length of the part of a place that stands on its first line; `None` if it is not in
/// the file or its line is too long to draw.
fn first_line(file: &SourceFile, place: Place) -> Option<(usize, usize)> {
    let range = place.span.range();
    let text = file.text.get(range.clone())?;
    let line = file.line_of(range.start);
    let around = file.line_start(line.saturating_sub(1))..file.line_start(line + 2);
    if file.text.get(around)?.lines().any(|l| l.len() > LONGEST || plain(l) != l) {
        return None;
    }
    let here = text.split('\n').next().unwrap_or(text).trim_end();
    Some((range.start, here.len()))
}
