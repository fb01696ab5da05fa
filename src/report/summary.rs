//! The closing summary: what was read, verdicts by severity, unknowns by reason with what would
//! settle them, and what was not looked at.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::finding::{field, severity};
use super::look::{Look, Style, plain};
use crate::diag::finding::{Report, Severity, Status};

/// Stands for a space at which no line ends.
const GLUE: char = '\u{a0}';
/// Names listed where not all are.
const SOME: usize = 5;

/// The summary, for the end of a report.
pub fn render(report: &Report, look: &Look) -> String {
    if look.quiet {
        return line(report, look);
    }
    let mut out = sources(report, look);
    out += &severities(report, look);
    out += &unknowns(report, look);
    out += &coverage(report, look);
    if report.incomplete {
        let text = "incomplete: part of the input was not read, so nothing found there proves nothing";
        let _ = writeln!(out, "  {}", look.paint(Style::Yellow, text));
    }
    out += &line(report, look);
    out
}

/// The one line that remains with `--quiet`.
pub fn line(report: &Report, look: &Look) -> String {
    let summary = &report.summary;
    let dot = format!(" {} ", look.dot());
    let mut parts = Vec::new();
    for level in [Severity::High, Severity::Medium, Severity::Low, Severity::Info] {
        let n = summary.fail.get(&level).copied().unwrap_or(0);
        let text = format!("{n} {}", severity(level));
        parts.push(if n > 0 { look.paint(Style::of(level), text) } else { text });
    }
    let mut text = parts.join(&dot);
    for (n, what) in [(summary.unknown, "unknown"), (summary.waived, "waived"), (summary.pass, "passed")] {
        if n > 0 || what == "passed" {
            let _ = write!(text, "{dot}{n} {what}");
        }
    }
    let rules = report.coverage.rules;
    format!(
        "{} {text}{dot}{} of `{}`\n",
        look.paint(Style::Bold, "archlint:"),
        count(rules, "rule"),
        report.reference
    )
}

fn sources(report: &Report, look: &Look) -> String {
    let mut out = String::new();
    for source in report.sources.iter().take(if look.verbose { usize::MAX } else { SOME }) {
        let text =
            format!("{} ({}, {})", plain(&source.path), source.kind, count(source.resources, "resource"));
        out += &field(look, "source", &text);
    }
    if !look.verbose && report.sources.len() > SOME {
        let rest = report.sources.iter().skip(SOME);
        let text = format!(
            "and {} more, {}",
            rest.clone().count(),
            count(rest.map(|s| s.resources).sum(), "resource")
        );
        out += &field(look, "", &text);
    }
    out
}

/// The rules that found something, by severity: an index of what stands above.
fn severities(report: &Report, look: &Look) -> String {
    let mut rules: BTreeMap<Severity, BTreeMap<&str, usize>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|f| f.status == Status::Fail) {
        *rules.entry(finding.severity).or_default().entry(&finding.rule).or_default() += 1;
    }
    let times = if look.unicode { "×" } else { "x" };
    let mut out = String::new();
    for (level, rules) in rules {
        let name = severity(level);
        let names: Vec<String> = rules
            .iter()
            .map(|(rule, n)| if *n > 1 { format!("{rule}{GLUE}{times}{n}") } else { (*rule).to_owned() })
            .collect();
        let text = look.wrap(&format!("  {name:>7} "), &names.join(", "));
        out += &text.replace(GLUE, " ").replacen(name, &look.paint(Style::of(level), name), 1);
    }
    out
}

/// Unknown verdicts, grouped by reason.
fn unknowns(report: &Report, look: &Look) -> String {
    let mut out = String::new();
    if report.summary.unknown == 0 {
        return out;
    }
    let n = report.summary.unknown;
    let head = format!("{} cannot be given", count(n, "verdict"));
    let hint = " (`--show unknown` lists them)";
    let _ = writeln!(out, "  {}{hint}", look.paint(Style::Cyan, head));
    let mut groups: BTreeMap<&str, (Vec<&str>, &str)> = BTreeMap::new();
    for missing in report.unknown.iter().flat_map(|f| &f.missing) {
        let (names, settle) = groups.entry(&missing.group).or_default();
        if !names.contains(&missing.what.as_str()) {
            names.push(&missing.what);
        }
        if settle.is_empty() {
            *settle = &missing.settle;
        }
    }
    for (reason, n) in &report.summary.unknown_by_reason {
        let (names, settle) = groups.remove(reason.as_str()).unwrap_or_default();
        let _ = write!(
            out,
            "{}",
            look.wrap(&format!("    {n:>5} "), &format!("{reason}: {}", some(&names, look)))
        );
        if !settle.is_empty() {
            let _ = write!(out, "{}", look.wrap("          ", &format!("to settle it: {}", plain(settle))));
        }
    }
    out
}

/// What was seen without being understood.
fn coverage(report: &Report, look: &Look) -> String {
    let mut out = String::new();
    let types = &report.coverage.unknown_types;
    if !types.is_empty() {
        let mut by_count: Vec<_> = types.iter().collect();
        by_count.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let names: Vec<String> = by_count.iter().map(|(ty, n)| format!("{ty} {n}")).collect();
        let n: usize = types.values().sum();
        let text = format!("not looked at: {} of types that archlint does not know: ", count(n, "resource"));
        out += &look.wrap("  ", &format!("{text}{}", some(&names, look)));
    }
    let todo = &report.coverage.todo;
    if look.verbose {
        for (property, note) in todo {
            out += &look.wrap("  ", &plain(&format!("property not read yet: {property}: {note}")));
        }
    } else if !todo.is_empty() {
        let names: Vec<&String> = todo.keys().collect();
        out += &look.wrap("  ", &format!("properties not read yet: {}", some(&names, look)));
    }
    out
}

/// The first few names, or all of them.
fn some<S: AsRef<str>>(names: &[S], look: &Look) -> String {
    let most = if look.verbose { names.len() } else { SOME };
    let mut text = names.iter().take(most).map(|n| plain(n.as_ref())).collect::<Vec<_>>().join(", ");
    if names.len() > most {
        let _ = write!(text, " and {} more", names.len() - most);
    }
    text
}

/// `1 rule`, `2 rules`.
fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
