//! `archlint schema`.

use super::super::Done;
use crate::diag::Diagnostic;

/// Prints the JSON Schema of the report.
///
/// # Errors
/// None in practice.
pub fn run() -> Result<Done, Vec<Diagnostic>> {
    let text = crate::report::schema::render();
    text.map(Done::text).map_err(|e| vec![Diagnostic::error("output::schema", e.to_string())])
}
