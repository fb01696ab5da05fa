//! Standard output and standard error: colours, width, closed pipes, `--output`.

use std::env;
use std::io::{self, ErrorKind, IsTerminal, Write};

use super::cli::{Color, Globals};
use super::{BAD, Done};
use crate::base::text::Files;
use crate::diag::{Diagnostic, Level};
use crate::report::diagnostics;
use crate::report::look::Look;

/// How to speak on both streams.
#[derive(Clone, Copy, Debug)]
pub struct Voice {
    err: Look,
    json: bool,
    quiet: bool,
}

/// The look of text on standard output, or of plain text if it goes to a file.
pub fn look(globals: &Globals, to_file: bool) -> Look {
    of(globals, !to_file && io::stdout().is_terminal(), to_file)
}

fn of(globals: &Globals, terminal: bool, to_file: bool) -> Look {
    let set = |name: &str| env::var_os(name).is_some_and(|v| !v.is_empty());
    let color = match globals.color {
        Color::Always => !to_file,
        Color::Never => false,
        Color::Auto => terminal && !set("NO_COLOR") && env::var_os("TERM").is_none_or(|t| t != "dumb"),
    };
    // A locale that is set and not UTF-8 cannot show the signs.
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|n| env::var(n).ok().filter(|v| !v.is_empty()));
    let unicode = to_file || locale.is_none_or(|l| l.to_ascii_lowercase().replace('-', "").contains("utf8"));
    let columns = env::var("COLUMNS").ok().and_then(|c| c.parse::<usize>().ok());
    Look {
        color,
        unicode,
        width: columns.unwrap_or(100).clamp(40, 160),
        verbose: globals.verbose,
        quiet: globals.quiet,
    }
}

impl Voice {
    /// `json`: problems are told as JSON, too.
    pub fn new(globals: &Globals, json: bool) -> Self {
        Self { err: of(globals, io::stderr().is_terminal(), false), json, quiet: globals.quiet }
    }

    /// Says what a command gave; the exit code. Problems come first, so that the summary is last.
    pub fn say(self, done: &Done, files: &Files) -> u8 {
        let told: Vec<Diagnostic> =
            done.problems.iter().filter(|p| !self.quiet || p.level == Level::Error).cloned().collect();
        self.problems(&told, files);
        let written = match &done.to {
            Some(path) => std::fs::write(path, &done.text),
            None => print(io::stdout().lock(), &done.text),
        };
        match written {
            Ok(()) => done.code,
            Err(error) => {
                let place =
                    done.to.as_ref().map_or("standard output".into(), |p| format!("`{}`", p.display()));
                let problem =
                    Diagnostic::error("output::write", format!("{place} cannot be written: {error}"));
                self.problems(&[problem], files);
                BAD
            }
        }
    }

    fn problems(self, problems: &[Diagnostic], files: &Files) {
        if problems.is_empty() {
            return;
        }
        let text = if self.json {
            diagnostics::json(problems, files).unwrap_or_default()
        } else {
            diagnostics::human(problems, files, &self.err)
        };
        // There is nowhere left to complain to.
        let _ = print(io::stderr().lock(), &text);
    }
}

/// Writes it all; whoever closed the pipe has read enough.
fn print(mut to: impl Write, text: &str) -> io::Result<()> {
    match to.write_all(text.as_bytes()).and_then(|()| to.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
