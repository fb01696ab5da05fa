//! `archlint explain RULE`: the rule's page, with examples in the user's own languages.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};

use super::super::house::House;
use super::super::settings::Settings;
use super::super::{Done, config, output};
use super::Globals;
use super::check::Check;
use super::rules::pillar;
use crate::base::text::Files;
use crate::catalog::{Catalog, example};
use crate::diag::Diagnostic;
use crate::model::doc::Dialect;
use crate::model::schema::Origin;
use crate::model::value::Val;
use crate::report::finding::{field, flow, severity};
use crate::report::look::{Look, Style};
use crate::rules::Rule;
use crate::rules::example::{Example, Expected};

/// What a rule asks, why, and how to mend it.
///
/// `archlint explain NET-006`, `archlint explain nat-without-s3-endpoint --as terraform`; `--verbose` shows
/// every example.
#[derive(Args, Debug)]
pub struct Explain {
    /// The rule's id or slug
    #[arg(value_name = "RULE")]
    pub rule: String,
    /// Languages of the examples [default: both]
    #[arg(long = "as", value_enum, value_name = "LANGUAGE")]
    pub language: Option<Language>,
}

/// Languages of examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Terraform
    Terraform,
    /// CloudFormation
    Cloudformation,
}

/// Prints the page.
///
/// # Errors
/// No such rule, bad settings.
pub fn run(args: &Explain, globals: &Globals, files: &mut Files) -> Result<Done, Vec<Diagnostic>> {
    let config = config::find(globals.config.as_deref(), files)?;
    let settings = Settings::new(&Check::default(), globals, &config)?;
    let house = House::load(&settings.rule_dirs, files)?;
    let rule = house.rule(&args.rule)?;
    let look = output::look(globals, false);
    let text = page(&house, rule, args.language, &look);
    Ok(Done::text(text))
}

/// The page of a rule.
pub fn page(house: &House, rule: &Rule, language: Option<Language>, look: &Look) -> String {
    let dot = look.dot();
    let bad = look.paint(Style::of(rule.severity), severity(rule.severity));
    let mut out = format!(
        "{} {} {dot} {bad} {dot} {} {dot} judges each {}\n",
        look.paint(Style::Bold, &rule.id),
        look.paint(Style::Bold, &rule.slug),
        pillar(rule.pillar),
        rule.subject
    );
    out += &look.wrap("", &rule.title);
    for (severe, when) in &rule.severity_when {
        let text = format!("severity is {} when {}", severity(*severe), flat(&when.source));
        out += &look.wrap("  ", &text);
    }
    out += &headed("Why", look);
    for (n, paragraph) in rule.why.trim().split("\n\n").enumerate() {
        out += if n > 0 { "\n" } else { "" };
        out += &look.wrap("  ", &flow(paragraph));
    }
    out += &headed("What it asks", look);
    if let Some(condition) = &rule.where_ {
        out += &field(look, "where", &flat(&condition.source));
    }
    out += &field(look, "must", &flat(&rule.must.source));
    for param in &rule.params {
        let text = format!("{} = {} {} {}", param.name, value(&param.value), look.dash(), param.means);
        out += &field(look, "param", &text);
    }
    out += &reads(house, rule, look);
    out += &headed("How to mend it", look);
    out += &look.wrap("  ", &rule.fix.summary.source);
    out += &headed("Where it comes from", look);
    for id in &rule.clauses {
        let words = house.clauses.get(id).map_or(String::new(), |words| format!(" {} {words}", look.dash()));
        out += &look.wrap("  ", &format!("{id}{words}"));
    }
    for (tool, ids) in rule.see_also.iter().filter(|(_, ids)| !ids.is_empty()) {
        let ids: Vec<&str> = ids.iter().map(|i| &**i).collect();
        out += &look.wrap("  ", &format!("like {tool} {}", ids.join(", ")));
    }
    for expected in [Expected::Bad, Expected::Good] {
        let many = if look.verbose { usize::MAX } else { 1 };
        for one in rule.examples.iter().filter(|e| e.expected == expected).take(many) {
            out += &shown(&house.catalog, one, language, look);
        }
    }
    out
}

/// A heading with an empty line before it.
fn headed(text: &str, look: &Look) -> String {
    format!("\n{}\n", look.paint(Style::Bold, text))
}

/// A condition that was written on several lines, on one, so that it can be wrapped anew.
fn flat(source: &str) -> String {
    source.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the rule reads, with what each word means; once, whatever the kind.
fn reads(house: &House, rule: &Rule, look: &Look) -> String {
    let mut words: Vec<String> = Vec::new();
    for (kind, attr) in rule.needs() {
        let kind = house.schema.kind(kind);
        let Some(attr) = kind.attrs.get(usize::from(attr.0)) else { continue };
        // Address, region and the like need no explanation.
        if matches!(attr.origin, Origin::Common(_)) {
            continue;
        }
        let derived = if matches!(attr.origin, Origin::Derived(_)) { " (worked out)" } else { "" };
        let means =
            if attr.means.is_empty() { String::new() } else { format!(" {} {}", look.dash(), attr.means) };
        let same = |w: &String| w.starts_with(&format!("{}{derived}", attr.name)) && w.ends_with(&means);
        // One word of several kinds is told once.
        if !words.iter().any(|w| w.split_once('.').is_some_and(|(_, rest)| same(&rest.to_owned()))) {
            words.push(format!("{}.{}{derived}{means}", kind.name, attr.name));
        }
    }
    words.iter().enumerate().map(|(n, w)| field(look, if n == 0 { "reads" } else { "" }, w)).collect()
}

/// The value of a parameter: these are only plain values and lists of them.
fn value(val: &Val) -> String {
    match val {
        Val::Bool(b) => b.to_string(),
        Val::Int(n) => n.to_string(),
        Val::Num(n) => n.to_string(),
        Val::Text(t) => format!("\"{t}\""),
        Val::List(list) => {
            let items: Vec<String> = list.items.iter().map(|i| value(&i.val)).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.what().to_owned(),
    }
}

/// An example in the languages asked for; those that cannot spell it are left out.
fn shown(catalog: &Catalog, one: &Example, language: Option<Language>, look: &Look) -> String {
    let (style, verdict) = match one.expected {
        Expected::Bad => (Style::Red, "Fails"),
        _ => (Style::Green, "Passes"),
    };
    let mut out = String::new();
    for (asked, dialect, name) in [
        (Language::Terraform, Dialect::Terraform, "Terraform"),
        (Language::Cloudformation, Dialect::CloudFormation, "CloudFormation"),
    ] {
        if language.is_some_and(|l| l != asked) {
            continue;
        }
        if let Some(text) = example::spelt(catalog, &one.tree, dialect) {
            let _ = writeln!(out, "\n{}", look.paint(style, format!("{verdict} ({name})")));
            for line in text.trim_end().lines() {
                let line = format!("  {} {line}", look.paint(Style::Dim, look.bar()));
                let _ = writeln!(out, "{}", line.trim_end());
            }
        }
    }
    out
}
