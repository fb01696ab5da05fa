//! The pipeline: read, link, judge.

use super::house::House;
use super::inputs::{Input, Inputs};
use super::settings::Settings;
use crate::base::text::{Files, decode};
use crate::diag::finding::Report;
use crate::diag::{Diagnostic, Level};
use crate::engine;
use crate::sources::cloudformation::params_file::Given;
use crate::sources::cloudformation::{self, Options, Parameters};
use crate::sources::{Batch, terraform};

/// What a check gave.
#[derive(Debug)]
pub struct Outcome {
    /// The report.
    pub report: Report,
    /// What is off without making the run impossible.
    pub problems: Vec<Diagnostic>,
}

/// Reads the inputs and judges them.
///
/// # Errors
/// Wrong settings, or nothing that could be judged.
pub fn check(
    house: &House,
    settings: &Settings,
    inputs: Inputs,
    files: &mut Files,
) -> Result<Outcome, Vec<Diagnostic>> {
    let chosen = house.choose(settings, files)?;
    let options = options(settings, files)?;
    let failed = inputs.failed();
    let mut problems = house.faults.clone();
    problems.extend(inputs.problems);
    let (mut batches, mut errors) = read(inputs.all, &options, files);
    let failed = failed || !errors.is_empty();
    for batch in &mut batches {
        problems.append(&mut batch.problems);
    }
    problems.append(&mut errors);
    if batches.is_empty() {
        return Err(problems);
    }
    let mut report =
        engine::report(&house.catalog, &house.schema, &chosen.rules, &chosen.reference, &batches, files);
    for place in &report.secrets {
        files.blot(*place);
    }
    report.incomplete |=
        failed || !house.faults.is_empty() || problems.iter().any(|p| p.level == Level::Error);
    if settings.show_unknown {
        report.findings.extend(report.unknown.iter().cloned());
        let key = |f: &crate::diag::finding::Finding| (f.severity, f.rule.clone(), f.resource.clone());
        report.findings.sort_by_cached_key(key);
    }
    Ok(Outcome { report, problems })
}

/// Reads every input; what cannot be read does not keep the others from being judged.
fn read(inputs: Vec<Input>, options: &Options, files: &mut Files) -> (Vec<Batch>, Vec<Diagnostic>) {
    let mut batches = Vec::new();
    let mut errors = Vec::new();
    let mut templates = Vec::new();
    for input in inputs {
        match input {
            Input::Plan(name, text) => match terraform::plan::read(&name, &text, files) {
                Ok(batch) => batches.push(batch),
                Err(error) => errors.push(error),
            },
            // Templates are read together: exports of one are imports of another.
            Input::Template(input) => templates.push(input),
        }
    }
    if templates.is_empty() {
        return (batches, errors);
    }
    match cloudformation::read(&templates, files, options) {
        Ok(more) => batches.extend(more),
        Err(mut failed) => {
            errors.append(&mut failed);
            templates.retain(|one| {
                cloudformation::read(std::slice::from_ref(one), &mut Files::default(), options).is_ok()
            });
            if !templates.is_empty() {
                match cloudformation::read(&templates, files, options) {
                    Ok(more) => batches.extend(more),
                    Err(mut failed) => errors.append(&mut failed),
                }
            }
        }
    }
    (batches, errors)
}

/// What is known besides the templates.
fn options(settings: &Settings, files: &mut Files) -> Result<Options, Vec<Diagnostic>> {
    let mut parameters = Parameters::default();
    for path in &settings.parameter_files {
        let name = path.display().to_string();
        let failed = |e: String| {
            let problem = Diagnostic::error("usage::parameters", format!("`{name}` cannot be read: {e}"));
            vec![problem.help("give a file of parameters, or `Name=value`")]
        };
        let bytes = std::fs::read(path).map_err(|e| failed(e.to_string()))?;
        let file = files.add(&name, decode(bytes).map_err(failed)?);
        parameters.extend(Parameters::parse(files, file).map_err(|e| vec![e])?);
    }
    for (name, value) in &settings.parameters {
        parameters.set(name, Given::Text(value.as_str().into()));
    }
    Ok(Options {
        parameters,
        region: settings.region.as_deref().map(Into::into),
        account: settings.account.as_deref().map(Into::into),
        ..Options::default()
    })
}
