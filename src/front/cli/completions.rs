//! `archlint completions SHELL`.

use clap::{Args, CommandFactory};

use super::super::Done;

/// Prints completions.
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// Makes them from the command line's own description.
pub fn run(args: &Completions) -> Done {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut super::Cli::command(), "archlint", &mut text);
    Done::text(String::from_utf8_lossy(&text).into_owned())
}
