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
use crate::catalog::{Catalog, example, reverse, spell};
use crate::diag::Diagnostic;
use crate::model::doc::Dialect;
use crate::model::value::Val;
use crate::report::finding::{field, flow, severity};
use crate::report::look::{Look, Style};
use crate::rules::Rule;
use crate::rules::example::{Example, Expected};

/// Explains a rule.
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
    let text = page(&house.catalog, rule, args.language, &look);
    Ok(Done::text(text))
}

/// The page of a rule.
pub fn page(catalog: &Catalog, rule: &Rule, language: Option<Language>, look: &Look) -> String {
    let dot = look.dot();
    let head = format!("{} {}", look.paint(Style::Bold, &rule.id), rule.title);
    let bad = look.paint(Style::of(rule.severity), severity(rule.severity));
    let mut out =
        format!("{head}\n{bad} {dot} {} {dot} {} {dot} {}\n\n", pillar(rule.pillar), rule.subject, rule.slug);
    for paragraph in rule.why.trim().split("\n\n") {
        out += &look.wrap("  ", &flow(paragraph));
        out.push('\n');
    }
    if let Some(condition) = &rule.where_ {
        out += &field(look, "where", &condition.source);
    }
    out += &field(look, "must", &rule.must.source);
    for param in &rule.params {
        let value = value(&param.value);
        out += &field(look, "param", &format!("{} = {value}: {}", param.name, param.means));
    }
    out += &field(look, "fix", &rule.fix.summary.source);
    let clauses: Vec<&str> = rule.clauses.iter().map(|c| &**c).collect();
    out += &field(look, "clause", &clauses.join(", "));
    for (tool, ids) in &rule.see_also {
        let ids: Vec<&str> = ids.iter().map(|i| &**i).collect();
        out += &field(look, "also", &format!("{tool}: {}", ids.join(", ")));
    }
    for expected in [Expected::Bad, Expected::Good] {
        let many = if look.verbose { usize::MAX } else { 1 };
        for one in rule.examples.iter().filter(|e| e.expected == expected).take(many) {
            out += &shown(catalog, one, language, look);
        }
    }
    out
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
    let style = if one.expected == Expected::Bad { Style::Red } else { Style::Green };
    let mut out = String::new();
    for (asked, dialect, name) in [
        (Language::Terraform, Dialect::Terraform, "Terraform"),
        (Language::Cloudformation, Dialect::CloudFormation, "CloudFormation"),
    ] {
        let text = spelt(catalog, one, dialect).filter(|_| language.is_none_or(|l| l == asked));
        if let Some(text) = text {
            let _ = writeln!(out, "\n{}", look.paint(style, format!("{}, {name}:", one.name)));
            for line in text.trim_end().lines() {
                let _ = writeln!(out, "  {} {line}", look.paint(Style::Dim, look.bar()));
            }
        }
    }
    out
}

/// An example in a source's spelling; `None` if that source cannot spell it.
pub fn spelt(catalog: &Catalog, one: &Example, dialect: Dialect) -> Option<String> {
    let raws = example::raws(&one.tree, None).ok()?;
    let names = |name: &str| {
        let raw = raws.iter().find(|r| *r.address == *name)?;
        reverse::address(catalog, &raw.ty, name, dialect)
    };
    let mut all = Vec::new();
    for raw in &raws {
        let spelt = reverse::resource(catalog, raw, None, dialect, &names);
        if !spelt.unspellable.is_empty() {
            return None;
        }
        all.extend(spelt.raws);
    }
    Some(spell::file(&all, dialect))
}
