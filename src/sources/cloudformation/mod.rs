//! CloudFormation templates, nested stacks, CDK cloud assemblies, SAM.
//!
//! Owns what a template means: parameters, conditions, mappings, intrinsic functions, nested stacks.
//! Must not know what any resource type's properties mean, except those of `AWS::Serverless::*`, which
//! stand for others (see [`sam`]), and `AWS::CloudFormation::Stack`.
//!
//! How it works: files become [`template::Template`]s of plain nodes ([`load`], [`syntax`],
//! [`foreach`], [`sam`]); a template in its place (which file, under which parent, with which values)
//! is a [`scope::Scope`]; [`eval`] evaluates a node in a scope to a [`Doc`](crate::model::doc::Doc).
//! To add an intrinsic function: one small function in [`intrinsics`] and one line in its `call`.

mod cdk;
mod conditions;
mod cycles;
mod dynamic;
mod eval;
mod exports;
mod foreach;
mod intrinsics;
mod load;
mod nested;
mod parameters;
pub mod params_file;
mod pseudo;
mod resources;
mod sam;
mod scope;
mod syntax;
mod template;
#[cfg(test)]
mod tests;
mod text;

use std::path::PathBuf;

use crate::base::text::{Files, Text};
use crate::diag::Diagnostic;
use crate::sources::Batch;

pub use load::detect;
pub use params_file::Parameters;

/// What to read.
#[derive(Clone, Debug)]
pub enum Input {
    /// A template, a folder with templates, or a cloud assembly (`cdk.out`).
    Path(PathBuf),
    /// A template in memory: standard input, or a file that was read already.
    Text {
        /// The name to show.
        name: String,
        /// The text.
        text: String,
        /// The file it came from, against which nested templates are looked up.
        path: Option<PathBuf>,
    },
}

/// What is known besides the templates.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Values of parameters (`--parameters FILE`).
    pub parameters: Parameters,
    /// `AWS::Region`.
    pub region: Option<Text>,
    /// `AWS::AccountId`.
    pub account: Option<Text>,
    /// `AWS::StackName`.
    pub stack_name: Option<Text>,
    /// The folder that nested templates must not leave; without it the working directory, or the
    /// template's folder if that lies elsewhere.
    pub root: Option<PathBuf>,
}

/// The local templates that a template nests, as canonical paths. They are read with their parent, so
/// whoever gathers files leaves them out.
pub fn nests(name: &str, text: &str, path: &std::path::Path) -> Vec<PathBuf> {
    nested::mentioned(&load::Loaded { name: name.into(), path: Some(path.into()), text: text.into() })
}

/// Reads templates, joined by their exports and imports. One batch for each input.
///
/// # Errors
/// What makes an input unreadable: syntax, not a template, a reference cycle.
pub fn read(inputs: &[Input], files: &mut Files, options: &Options) -> Result<Vec<Batch>, Vec<Diagnostic>> {
    let mut set = scope::Set::new(options);
    let mut errors = Vec::new();
    for input in inputs {
        if let Err(mut failed) = load::input(input, files, &mut set) {
            errors.append(&mut failed);
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    set.settle();
    let cycles = cycles::find(&set);
    if !cycles.is_empty() {
        return Err(cycles);
    }
    Ok(resources::batches(&set))
}
