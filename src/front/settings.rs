//! What was typed and what archlint.toml says, turned into what it means.

use std::path::PathBuf;

use clap::ValueEnum;

use super::cli::Globals;
use super::cli::check::{Check, Format, Show};
use super::config::{Config, Named};
use crate::base::tree::Node;
use crate::diag::Diagnostic;
use crate::diag::finding::Severity;

/// The reference where nobody names one.
pub const REFERENCE: &str = "ecommerce";

/// The mildest severity that fails a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// High only
    High,
    /// Medium or worse
    Medium,
    /// Low or worse
    #[default]
    Low,
    /// Nothing fails the run
    Never,
}

impl FailOn {
    /// True if a finding of this severity fails the run. Advice never does.
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            Self::High => severity <= Severity::High,
            Self::Medium => severity <= Severity::Medium,
            Self::Low => severity <= Severity::Low,
            Self::Never => false,
        }
    }
}

/// What a run of `check` is to do.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The reference's name, or the path of its file.
    pub reference: Named,
    /// Folders with rules of one's own.
    pub rule_dirs: Vec<PathBuf>,
    /// Only these rules; empty: all of the reference.
    pub only: Vec<Named>,
    /// Not these.
    pub skip: Vec<Named>,
    /// Severities by rule.
    pub severity: Vec<(Named, Severity)>,
    /// Parameters of rules: by rule, then by name.
    pub params: Vec<(Named, Vec<(Named, Node)>)>,
    /// What fails the run.
    pub fail_on: FailOn,
    /// Unknown verdicts fail it, too.
    pub strict: bool,
    /// Partly read input does not.
    pub allow_incomplete: bool,
    /// The report's form.
    pub format: Format,
    /// Where it goes; standard output without.
    pub output: Option<PathBuf>,
    /// Unknown verdicts stand among the findings.
    pub show_unknown: bool,
    /// Files with values of CloudFormation parameters; later ones win.
    pub parameter_files: Vec<PathBuf>,
    /// Single values, which win over files.
    pub parameters: Vec<(String, String)>,
    /// `AWS::Region`.
    pub region: Option<String>,
    /// `AWS::AccountId`.
    pub account: Option<String>,
}

impl Settings {
    /// What was typed wins over what is written; lists of rules to skip, folders and parameters add up.
    ///
    /// # Errors
    /// A parameter without a name.
    pub fn new(typed: &Check, globals: &Globals, written: &Config) -> Result<Self, Vec<Diagnostic>> {
        let names = |all: &[String]| all.iter().map(|n| Named::typed(n)).collect::<Vec<_>>();
        let mut parameter_files = written.parameters.clone();
        let mut parameters = Vec::new();
        for given in &typed.parameters {
            match given.split_once('=') {
                Some(("", _)) => {
                    let message = format!("`{given}` sets a parameter without a name");
                    return Err(vec![
                        Diagnostic::error("usage::parameters", message).help("write `Name=value`"),
                    ]);
                }
                Some((name, value)) if !PathBuf::from(given).exists() => {
                    parameters.push((name.to_owned(), value.to_owned()));
                }
                _ => parameter_files.push(given.into()),
            }
        }
        let typed_reference = typed.reference.as_deref().map(Named::typed);
        let reference = typed_reference.or_else(|| written.reference.clone());
        Ok(Self {
            reference: reference.unwrap_or_else(|| Named::typed(REFERENCE)),
            rule_dirs: written.rules.iter().chain(&globals.rules).cloned().collect(),
            only: if typed.only.is_empty() { written.only.clone() } else { names(&typed.only) },
            skip: written.skip.iter().cloned().chain(names(&typed.skip)).collect(),
            severity: written.severity.clone(),
            params: written.params.clone(),
            fail_on: typed.fail_on.or(written.fail_on).unwrap_or_default(),
            strict: typed.strict || written.strict,
            allow_incomplete: typed.allow_incomplete || written.allow_incomplete,
            format: typed.format.or(written.format).unwrap_or_default(),
            output: typed.output.clone(),
            show_unknown: typed.show == Some(Show::Unknown),
            parameter_files,
            parameters,
            region: typed.region.clone().or_else(|| written.region.clone()),
            account: typed.account.clone().or_else(|| written.account.clone()),
        })
    }
}
