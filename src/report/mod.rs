//! Floor 5: reports, one pure function of plain data each.
//!
//! Owns how findings and diagnostics are laid out. Must not know where they came from: nothing here
//! looks at what kind of source a finding has, and nothing here judges.
//!
//! To add one: a file here with `pub fn render(report: &Report, …) -> String`, a line in the front's
//! list of formats, and snapshots of it over the cases in `tests/reports.rs`.

pub mod diagnostics;
pub mod finding;
pub mod human;
pub mod json;
pub mod lines;
pub mod look;
pub mod sarif;
pub mod schema;
pub mod summary;
