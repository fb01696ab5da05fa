//! One finding for a person: headline with the user's own lines, path, values, reasons, fix.

use std::fmt::Write as _;

use miette::Severity as Level;

use super::lines::Drawn;
use super::look::{Look, Style, plain};
use crate::base::text::Files;
use crate::diag::finding::{Finding, Fix, PlaceRef, Severity, Status};

/// Most steps of a path that are marked in the drawn lines; the list below has all of them.
const MARKED: usize = 4;
/// Steps that stand at most so many lines from what decided are marked with it; `--verbose` draws the others too.
const NEAR: u32 = 6;

/// `main.tf:12:3`.
pub fn place(p: &PlaceRef) -> String {
    format!("{}:{}:{}", plain(&p.file), p.line, p.column)
}

/// The whole finding. `first`: the finding of the same rule that was shown before it; what it said of
/// the rule (why, fix, clauses) is not said again.
pub fn render(finding: &Finding, files: &Files, look: &Look, first: Option<&Finding>) -> String {
    let (mut out, drawn) = headline(finding, files, look);
    let resource = &finding.resource;
    let mut about = vec![plain(&resource.ty)];
    about.extend([&resource.region, &resource.account].into_iter().flatten().map(|t| plain(t)));
    about.extend(resource.arn.iter().filter(|arn| **arn != resource.address).map(|t| plain(t)));
    let about = about.join(", ");
    out += &field(look, "at", &format!("{} ({about})", plain(&resource.address)));
    if let (Some(p), false) = (&finding.place, drawn) {
        out += &field(look, "in", &place(p));
    }
    if let Some(case) = &finding.case {
        out += &field(look, "when", &plain(case));
    }
    out += &path(finding, look);
    for read in &finding.read {
        let left_out = if read.defaulted { " (left out; this is the default)" } else { "" };
        // What is said of the judged resource needs no name; it stands above.
        let own = read.what.strip_prefix(resource.address.as_str()).and_then(|w| w.strip_prefix('.'));
        let what = own.unwrap_or(&read.what);
        out += &field(look, "read", &plain(&format!("{what} = {}{left_out}", read.value)));
    }
    for missing in &finding.missing {
        out += &field(look, "missing", &plain(&format!("{}: {}", missing.what, missing.why)));
        if !missing.settle.is_empty() {
            out += &field(look, "settle", &plain(&missing.settle));
        }
    }
    if first.is_none() && !finding.why.trim().is_empty() {
        out += &field(look, "why", &plain(&why(finding, look.verbose)));
    }
    // What is not known to be wrong is settled first.
    if let Some(fix) = finding.fix.as_ref().filter(|_| finding.status == Status::Fail || look.verbose) {
        out += &mend(fix, look, first);
    }
    if !finding.clauses.is_empty() && first.is_none() {
        out += &field(look, "clause", &finding.clauses.join(", "));
    }
    if let Some(change) = &finding.change {
        out += &field(look, "change", change);
    }
    out
}

/// What to do, and what to paste.
fn mend(fix: &Fix, look: &Look, first: Option<&Finding>) -> String {
    let before = first.and_then(|f| f.fix.as_ref());
    if before.is_some_and(|b| b.summary == fix.summary && b.snippet == fix.snippet) {
        return field(look, "fix", "as above");
    }
    let mut out = String::new();
    if before.is_none_or(|b| b.summary != fix.summary) {
        out += &field(look, "fix", &plain(&fix.summary));
    }
    for (n, line) in plain(&fix.snippet).trim_end().lines().enumerate() {
        let name = if n == 0 && out.is_empty() { "fix" } else { "" };
        let name = look.paint(Style::Dim, format!("  {name:>7} "));
        let line = if line.is_empty() { String::new() } else { look.paint(Style::Green, line) };
        let line = format!("{name}{} {line}", look.paint(Style::Dim, look.bar()));
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// One line for a finding whose rule was shown in full often enough.
pub fn brief(finding: &Finding) -> String {
    let shown = finding.place.as_ref().map(|p| format!("  {}", place(p))).unwrap_or_default();
    let named = finding.message.contains(&finding.resource.address);
    let address = if named { String::new() } else { format!("{}  ", plain(&finding.resource.address)) };
    format!("{address}{}{shown}", plain(&finding.message))
}

/// The headline, and whether it shows the place.
fn headline(finding: &Finding, files: &Files, look: &Look) -> (String, bool) {
    let status = match finding.status {
        Status::Fail => look.paint(Style::of(finding.severity), severity(finding.severity)),
        Status::Unknown => look.paint(Style::Cyan, format!("unknown ({})", severity(finding.severity))),
    };
    let code = format!("{} {} {status}", look.paint(Style::Bold, &finding.rule), finding.slug);
    let level = match (finding.status, finding.severity) {
        (Status::Unknown, _) | (_, Severity::Low | Severity::Info) => Level::Advice,
        (_, Severity::High) => Level::Error,
        (_, Severity::Medium) => Level::Warning,
    };
    // The message says what is wrong; of an unknown verdict it is only the question.
    let question = if finding.status == Status::Unknown { "cannot tell whether: " } else { "" };
    let mut drawn = Drawn::new(code, format!("{question}{}", plain(&finding.message)), level);
    let mut shown = false;
    if let Some(main) = finding.place.as_ref().and_then(|p| p.span) {
        let read = finding.read.iter().find(|r| r.place.as_ref().and_then(|p| p.span) == Some(main));
        let step = finding.path.iter().find(|s| s.place.as_ref().and_then(|p| p.span) == Some(main));
        let text = match (read, step) {
            (Some(read), _) => {
                let own = read.what.rsplit_once(&format!("{}.", finding.resource.address));
                format!("{} is {}", own.map_or(&*read.what, |(_, what)| what), read.value)
            }
            (None, Some(step)) => step.via.clone(),
            (None, None) => finding.resource.address.clone(),
        };
        shown = drawn.label(files, main, &text);
        if shown {
            for (number, step) in finding.path.iter().enumerate().take(MARKED) {
                let Some((place, span)) = step.place.as_ref().and_then(|p| Some((p, p.span?))) else {
                    continue;
                };
                let near = finding.place.as_ref().is_some_and(|own| own.line.abs_diff(place.line) <= NEAR);
                if span != main && (near || look.verbose) {
                    drawn.label(files, span, &format!("{}. {}", number + 1, step.via));
                }
            }
        }
    }
    (drawn.draw(look), shown)
}

fn path(finding: &Finding, look: &Look) -> String {
    let mut out = String::new();
    for (number, step) in finding.path.iter().enumerate() {
        let via = if step.via.is_empty() { String::new() } else { format!(" {} {}", look.dash(), step.via) };
        let shown = step.place.as_ref().map(|p| format!(" ({})", beside(p, finding))).unwrap_or_default();
        let name = if number == 0 { "path" } else { "" };
        let text = format!("{}. {}{}{shown}", number + 1, plain(&step.address), plain(&via));
        out += &field(look, name, &text);
    }
    out
}

/// A place beside that of the finding: in the same file its line is enough.
fn beside(p: &PlaceRef, finding: &Finding) -> String {
    match &finding.place {
        Some(own) if own.file == p.file => format!("line {}", p.line),
        _ => place(p),
    }
}

/// A named line, wrapped; names stand in a column of their own.
pub fn field(look: &Look, name: &str, text: &str) -> String {
    let wrapped = look.wrap(&format!("  {name:>7} "), text);
    if name.is_empty() { wrapped } else { wrapped.replacen(name, &look.paint(Style::Dim, name), 1) }
}

/// The first paragraph of the reason with a hint where the rest is, or all of it. Lines of a
/// paragraph are joined, so that it can be wrapped anew; lists and code keep their lines.
fn why(finding: &Finding, all: bool) -> String {
    let paragraphs: Vec<String> = finding.why.trim().split("\n\n").map(flow).collect();
    match paragraphs.as_slice() {
        [first, _, ..] if !all => format!("{first} (more: `archlint explain {}`)", finding.rule),
        all => all.join("\n"),
    }
}

/// A paragraph of Markdown with its lines joined, unless it is a list, code or a table.
pub fn flow(paragraph: &str) -> String {
    let keeps = paragraph.lines().any(|l| l.starts_with(['-', '*', ' ', '`', '|', '#']));
    if keeps { paragraph.to_string() } else { paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" ") }
}

/// A severity as text.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
        Severity::Info => "info",
    }
}
