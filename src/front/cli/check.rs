//! `archlint check PATH…`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::super::settings::{FailOn, Settings};
use super::super::{CLEAN, Done, FINDINGS, INCOMPLETE, config, house, inputs, output, run as pipeline};
use super::Globals;
use crate::base::text::Files;
use crate::diag::Diagnostic;
use crate::diag::finding::Report;
use crate::report::{human, json, sarif};

/// Check Terraform plans, CloudFormation and SAM templates, and CDK assemblies.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = EXAMPLES)]
pub struct Check {
    /// Files or folders: plans (`terraform show -json`), templates, cdk.out; `-` is standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Form of the report [default: human]
    #[arg(long, short, value_enum)]
    pub format: Option<Format>,
    /// Write the report to a file
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The reference to judge against: a name, or a file [default: ecommerce]
    #[arg(long, value_name = "NAME|FILE")]
    pub reference: Option<String>,
    /// Only these rules: ids, slugs, or either with `*`
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Not these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub skip: Vec<String>,
    /// Findings of this severity or worse fail the run; info never does [default: low]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,
    /// Unknown verdicts fail the run, too
    #[arg(long)]
    pub strict: bool,
    /// Input that was read only in part does not make the exit code 3
    #[arg(long)]
    pub allow_incomplete: bool,
    /// List unknown verdicts among the findings
    #[arg(long, value_enum, value_name = "WHAT")]
    pub show: Option<Show>,
    /// Values for CloudFormation parameters: a file (AWS CLI, CDK or plain form), or `Name=value`
    #[arg(long, value_name = "FILE|NAME=VALUE")]
    pub parameters: Vec<String>,
    /// The region, for `AWS::Region`
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// The account id, for `AWS::AccountId`
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
}

/// What stands below the help.
const EXAMPLES: &str = "\
Examples:
  terraform plan -out p && terraform show -json p | archlint check -
  archlint check template.yaml --parameters prod.json --region eu-west-1
  archlint check cdk.out
  archlint check network.yaml app.yaml        templates joined by exports and imports
  archlint check plan.json --only 'NET-*' --fail-on high
  archlint check plan.json --format sarif --output archlint.sarif

Exit codes:
  0  nothing at or above --fail-on, and everything was read
  1  findings
  2  bad input, settings or usage: nothing could be judged
  3  nothing failed, but part of the input was not read (--allow-incomplete accepts that)";

/// Forms of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Human,
    /// One JSON document (`archlint schema`)
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// What else to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Show {
    /// Unknown verdicts
    Unknown,
}

/// Reads, judges, reports.
///
/// # Errors
/// Bad settings, or nothing that could be judged.
pub fn run(args: &Check, globals: &Globals, files: &mut Files) -> Result<Done, Vec<Diagnostic>> {
    if args.paths.is_empty() {
        return Err(vec![Diagnostic::error("usage::path", "no path is given").help(
            "give a plan, a template, a folder or `-`: `terraform show -json plan.out > plan.json && archlint check plan.json`",
        )]);
    }
    let config = config::find(globals.config.as_deref(), files)?;
    let settings = Settings::new(args, globals, &config)?;
    let house = house::House::load(&settings.rule_dirs, files)?;
    let inputs = inputs::gather(&args.paths)?;
    let outcome = pipeline::check(&house, &settings, inputs, files)?;
    let look = output::look(globals, settings.output.is_some());
    let text = match settings.format {
        Format::Human => Ok(human::render(&outcome.report, files, &look)),
        Format::Json => json::render(&outcome.report),
        Format::Sarif => sarif::render(&outcome.report),
    };
    let text = text.map_err(|e| vec![Diagnostic::error("output::report", e.to_string())])?;
    let code = code(&outcome.report, &settings);
    Ok(Done { text, to: settings.output, problems: outcome.problems, code })
}

/// The exit code.
fn code(report: &Report, settings: &Settings) -> u8 {
    let fails = report.summary.fail.iter().any(|(severity, n)| *n > 0 && settings.fail_on.fails(*severity));
    if fails || (settings.strict && report.summary.unknown > 0) {
        FINDINGS
    } else if report.incomplete && !settings.allow_incomplete {
        INCOMPLETE
    } else {
        CLEAN
    }
}
