//! What can be typed: one file per command.

pub mod check;
pub mod completions;
pub mod explain;
pub mod rules;
pub mod schema;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::Done;
use crate::base::text::Files;
use crate::diag::Diagnostic;

/// What stands below the help.
const EXAMPLES: &str = "\
Examples:
  archlint check plan.json             a plan: terraform show -json plan.out > plan.json
  archlint check template.yaml         a CloudFormation or SAM template
  archlint check cdk.out               a CDK assembly
  archlint explain NET-006             what a rule asks, why, and how to mend it
  archlint rules list --family data    the rules";

/// Checks AWS architectures against a reference: Terraform plans and CloudFormation templates become
/// one graph, and every finding shows the path that proves it.
#[derive(Debug, Parser)]
#[command(name = "archlint", version, max_term_width = 100, propagate_version = true, after_help = EXAMPLES)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub globals: Globals,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Args, Clone, Debug, Default)]
pub struct Globals {
    /// Colours; NO_COLOR is respected
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
    /// Say everything in full
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Only findings, errors and one closing line
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Settings file; else archlint.toml in this folder or the nearest one above
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folders with rules of your own
    #[arg(long = "rules", global = true, value_name = "DIR", num_args = 1)]
    pub rules: Vec<PathBuf>,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Color {
    /// On a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check Terraform plans, CloudFormation and SAM templates, and CDK assemblies
    Check(check::Check),
    /// Say what a rule asks, why, and how to mend it, with examples in Terraform and CloudFormation
    Explain(explain::Explain),
    /// List rules
    Rules(rules::Rules),
    /// Print the JSON Schema of the JSON report
    Schema,
    /// Print completions for a shell
    Completions(completions::Completions),
}

impl Command {
    /// Runs it.
    ///
    /// # Errors
    /// Whatever makes the command impossible.
    pub fn run(&self, globals: &Globals, files: &mut Files) -> Result<Done, Vec<Diagnostic>> {
        match self {
            Self::Check(args) => check::run(args, globals, files),
            Self::Explain(args) => explain::run(args, globals, files),
            Self::Rules(args) => rules::run(args, globals, files),
            Self::Schema => schema::run(),
            Self::Completions(args) => Ok(completions::run(args)),
        }
    }

    /// True if problems are to be told as JSON.
    pub fn json(&self) -> bool {
        match self {
            Self::Check(args) => args.format == Some(check::Format::Json),
            Self::Rules(args) => args.json(),
            _ => false,
        }
    }
}
