//! `archlint rules list`.

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::super::house::{House, glob};
use super::super::settings::Settings;
use super::super::{Done, config, output};
use super::Globals;
use super::check::Check;
use crate::base::text::Files;
use crate::diag::Diagnostic;
use crate::diag::finding::{Pillar, Severity};
use crate::report::finding::severity;
use crate::report::look::Style;
use crate::rules::Rule;

/// Rules.
#[derive(Args, Debug)]
pub struct Rules {
    /// What to do with them
    #[command(subcommand)]
    pub command: What,
}

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub enum What {
    /// List them
    List(List),
}

/// Which rules to list.
#[derive(Args, Debug)]
pub struct List {
    /// Of this family: network, edge, web, data, …
    #[arg(long)]
    pub family: Option<String>,
    /// Of this pillar: availability, response, security, cost, operations
    #[arg(long)]
    pub pillar: Option<String>,
    /// Of this severity
    #[arg(long)]
    pub severity: Option<String>,
    /// Only those that a reference chooses, with its severities
    #[arg(long, value_name = "NAME|FILE")]
    pub reference: Option<String>,
    /// Of a clause, or of several: `ecommerce/6.1`, `ecommerce/6.*`
    #[arg(long)]
    pub clause: Option<String>,
    /// Form of the list
    #[arg(long, value_enum, default_value_t)]
    pub format: Form,
}

/// Forms of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people
    #[default]
    Table,
    /// A JSON list
    Json,
}

impl Rules {
    /// True if JSON is asked for.
    pub fn json(&self) -> bool {
        let What::List(list) = &self.command;
        list.format == Form::Json
    }
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    slug: &'a str,
    family: &'a str,
    title: &'a str,
    severity: Severity,
    pillar: Pillar,
    #[serde(rename = "for")]
    subject: &'a str,
    clauses: Vec<&'a str>,
    params: Vec<&'a str>,
}

/// Lists rules.
///
/// # Errors
/// Bad settings, an unknown reference.
pub fn run(args: &Rules, globals: &Globals, files: &mut Files) -> Result<Done, Vec<Diagnostic>> {
    let What::List(list) = &args.command;
    let config = config::find(globals.config.as_deref(), files)?;
    let check = Check { reference: list.reference.clone(), ..Check::default() };
    let settings = Settings::new(&check, globals, &config)?;
    let house = House::load(&settings.rule_dirs, files)?;
    let rules = match list.reference {
        Some(_) => house.choose(&settings, files)?.rules,
        None => house.rules.clone(),
    };
    let shown: Vec<&Rule> = rules.iter().filter(|rule| list.wants(rule)).collect();
    let text = match list.format {
        Form::Json => json(&shown)?,
        Form::Table => table(&shown, globals),
    };
    Ok(Done { text, problems: house.faults, ..Done::default() })
}

impl List {
    fn wants(&self, rule: &Rule) -> bool {
        let is = |asked: &Option<String>, it: &str| asked.as_ref().is_none_or(|a| a.eq_ignore_ascii_case(it));
        is(&self.family, &rule.family)
            && is(&self.pillar, pillar(rule.pillar))
            && is(&self.severity, severity(rule.severity))
            && self.clause.as_ref().is_none_or(|asked| rule.clauses.iter().any(|c| glob(asked, c)))
    }
}

fn json(rules: &[&Rule]) -> Result<String, Vec<Diagnostic>> {
    let lines: Vec<Line<'_>> = rules
        .iter()
        .map(|r| Line {
            id: &r.id,
            slug: &r.slug,
            family: &r.family,
            title: &r.title,
            severity: r.severity,
            pillar: r.pillar,
            subject: &r.subject,
            clauses: r.clauses.iter().map(|c| &**c).collect(),
            params: r.params.iter().map(|p| &*p.name).collect(),
        })
        .collect();
    let text = serde_json::to_string_pretty(&lines);
    text.map(|t| t + "\n").map_err(|e| vec![Diagnostic::error("output::rules", e.to_string())])
}

fn table(rules: &[&Rule], globals: &Globals) -> String {
    let look = output::look(globals, false);
    let wide = |width: fn(&Rule) -> usize| rules.iter().map(|r| width(r)).max().unwrap_or(0);
    let (ids, subjects) = (wide(|r| r.id.len()), wide(|r| r.subject.len()));
    let mut text = String::new();
    for rule in rules {
        let id = look.paint(Style::Bold, format!("{:ids$}", rule.id));
        let severity = look.paint(Style::of(rule.severity), format!("{:6}", severity(rule.severity)));
        let rest = format!("{:12}  {:subjects$}  {}", pillar(rule.pillar), rule.subject, rule.title);
        text += &format!("{id}  {severity}  {rest}\n");
    }
    text
}

/// A pillar as text.
pub fn pillar(pillar: Pillar) -> &'static str {
    match pillar {
        Pillar::Availability => "availability",
        Pillar::Response => "response",
        Pillar::Security => "security",
        Pillar::Cost => "cost",
        Pillar::Operations => "operations",
    }
}
