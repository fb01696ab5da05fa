//! What is said about a file that is no readable plan.
//!
//! Owns the wording and the way from `serde_json`'s line and column to a place.

use serde_json::value::RawValue;

use crate::base::text::{Files, Place, Span};
use crate::diag::Diagnostic;

const MAKE: &str =
    "make one with `terraform plan -out=plan.out` and `terraform show -json plan.out > plan.json`";

/// The file while it is read: its name and text. It goes into [`Files`] only if a place in it is shown.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// As the user typed it.
    pub name: &'a str,
    /// The whole text.
    pub text: &'a str,
}

impl Input<'_> {
    fn place(self, files: &mut Files, at: usize) -> Place {
        let file = files.add(self.name, self.text);
        let end = self.text.get(at..).and_then(|t| t.chars().next()).map_or(at, |c| at + c.len_utf8());
        Place { file, span: Span::new(at, end) }
    }

    /// Byte offset of a part of the text.
    fn offset(self, part: &str) -> usize {
        (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize).min(self.text.len())
    }

    /// What `serde_json` says about `part` of the file.
    pub fn syntax(self, files: &mut Files, part: &str, error: &serde_json::Error) -> Diagnostic {
        let at = self.offset(part) + offset_in(part, error.line(), error.column());
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or_default();
        let said = said.replace("a sequence", "a list").replace("type: map", "type: an object");
        let (code, help) = match error.classify() {
            serde_json::error::Category::Eof => (
                "plan::truncated",
                "the file ends early; write it again with `terraform show -json plan.out > plan.json`",
            ),
            serde_json::error::Category::Data => ("plan::shape", MAKE),
            _ => ("plan::syntax", MAKE),
        };
        let message = match code {
            "plan::truncated" => format!("`{}` ends in the middle of a value", self.name),
            "plan::shape" => format!("`{}` is JSON but not of a plan's shape: {said}", self.name),
            // Serde's own limit, which says nothing about the syntax.
            _ if said.starts_with("recursion limit") => format!("`{}` is nested too deep", self.name),
            _ => format!("`{}` is not JSON: {said}", self.name),
        };
        let place = self.place(files, at.min(self.text.len()));
        Diagnostic::error(code, message).help(help).label(place, "")
    }

    /// A part that the second pass refuses.
    pub fn part(self, files: &mut Files, raw: &RawValue, fault: &super::json::Fault) -> Diagnostic {
        let at = self.offset(raw.get()) + fault.at;
        let place = self.place(files, at.min(self.text.len()));
        Diagnostic::error(
            "plan::value",
            format!("`{}` holds a value that cannot be read: {}", self.name, fault.message),
        )
        .help("Terraform does not write this; make the plan's JSON again and do not edit it")
        .label(place, "")
    }

    /// A state.
    pub fn state(self) -> Diagnostic {
        Diagnostic::error(
            "plan::state",
            format!("`{}` is a Terraform state, and states are not read yet", self.name),
        )
        .help(MAKE.replacen("make one", "check a plan: make one", 1))
    }

    /// Nothing, or only white space.
    pub fn empty(self) -> Diagnostic {
        Diagnostic::error("plan::empty", format!("`{}` is empty", self.name)).help(MAKE)
    }

    /// JSON, but nothing that we know.
    pub fn other(self) -> Diagnostic {
        Diagnostic::error("plan::other", format!("`{}` is JSON but not a Terraform plan", self.name))
            .help(MAKE)
    }

    /// What Terraform prints for people, or as a log.
    pub fn printed(self) -> Diagnostic {
        Diagnostic::error(
            "plan::printed",
            format!("`{}` is what Terraform prints, not the plan itself", self.name),
        )
        .help(MAKE)
    }

    /// Format from a future that changed its meaning.
    pub fn format(self, version: &str) -> Diagnostic {
        Diagnostic::error("plan::format", format!("`{}` has plan format {version}", self.name))
            .help("archlint reads formats 0.1 to 1.x; use a Terraform or OpenTofu that writes one of them")
    }
}

/// A saved plan file, which is a ZIP archive that only Terraform reads.
pub fn saved(name: &str) -> Diagnostic {
    Diagnostic::error("plan::saved", format!("`{name}` is a saved plan in Terraform's own form"))
        .help(format!("turn it into JSON: `terraform show -json {name} > plan.json`"))
}

/// Byte offset of a line and column (from 1, in bytes) in a text.
fn offset_in(text: &str, line: usize, column: usize) -> usize {
    let skip = line.saturating_sub(1);
    let start = match skip {
        0 => 0,
        _ => text.bytes().enumerate().filter(|(_, b)| *b == b'\n').nth(skip - 1).map_or(0, |(i, _)| i + 1),
    };
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
