//! Floor 6: the command line.
//!
//! Owns what a person types (`cli`, one file per command), what it means (`settings`, `config`), which
//! files are meant (`inputs`), the pipeline (`run`), and the streams (`output`). Nothing below it may
//! print, end the process, or ask the environment.
//!
//! To add a command: a file in `cli` with its arguments and `run`, and a line in `cli::Command`.

pub mod cli;
pub mod config;
pub mod house;
pub mod inputs;
pub mod output;
pub mod run;
pub mod settings;

use std::process::ExitCode;

use clap::Parser;

use crate::base::text::Files;
use crate::diag::Diagnostic;

/// Nothing at or above `--fail-on`, and everything read.
pub const CLEAN: u8 = 0;
/// Findings.
pub const FINDINGS: u8 = 1;
/// Bad input, settings or usage: nothing could be judged.
pub const BAD: u8 = 2;
/// Nothing failed, but part of the input was not read.
pub const INCOMPLETE: u8 = 3;

/// What a command gives: text for standard output, problems for standard error, an exit code.
#[derive(Debug, Default)]
pub struct Done {
    /// Text for standard output (or `--output`).
    pub text: String,
    /// Where to put the text instead.
    pub to: Option<std::path::PathBuf>,
    /// What to say on standard error.
    pub problems: Vec<Diagnostic>,
    /// The exit code.
    pub code: u8,
}

impl Done {
    /// Text, and nothing wrong.
    pub fn text(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => {
            // Help and version come this way too, on standard output. A closed pipe is no fault.
            let _ = usage.print();
            return ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(BAD));
        }
    };
    let mut files = Files::default();
    let voice = output::Voice::new(&cli.globals, cli.command.json());
    let done = match cli.command.run(&cli.globals, &mut files) {
        Ok(done) => done,
        Err(problems) => Done { problems, code: BAD, ..Done::default() },
    };
    ExitCode::from(voice.say(&done, &files))
}
