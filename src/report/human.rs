//! The report for a person at a terminal: findings, worst first, and a closing summary.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::look::{Look, Style};
use super::{finding, summary};
use crate::base::text::Files;
use crate::diag::finding::{Finding, Report, Status};

/// Findings of one rule shown in full; the others follow with one line each, so that none is hidden.
const IN_FULL: usize = 3;

/// The whole report.
pub fn render(report: &Report, files: &Files, look: &Look) -> String {
    let mut out = String::new();
    let mut told: BTreeMap<&str, &Finding> = BTreeMap::new();
    for group in groups(&report.findings) {
        let full = if look.verbose { group.len() } else { IN_FULL.min(group.len()) };
        let (shown, rest) = group.split_at_checked(full).unwrap_or((&group, &[]));
        for f in shown {
            out += &finding::render(f, files, look, told.get(f.rule.as_str()).copied());
            told.entry(&f.rule).or_insert(f);
            out.push('\n');
        }
        if let (Some(first), false) = (rest.first(), rest.is_empty()) {
            let head = format!("{} more of {} (`--verbose` shows them in full):", rest.len(), first.rule);
            let _ = writeln!(out, "  {}", look.paint(Style::Bold, head));
            for f in rest {
                let _ = writeln!(out, "    {}", finding::brief(f));
            }
            out.push('\n');
        }
    }
    out += &summary::render(report, look);
    out
}

/// Findings by status, severity and rule, in that order; within a rule in the report's order.
fn groups(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut by_rule: BTreeMap<_, Vec<&Finding>> = BTreeMap::new();
    for f in findings {
        by_rule.entry((f.status == Status::Unknown, f.severity, &f.rule)).or_default().push(f);
    }
    by_rule.into_values().collect()
}
