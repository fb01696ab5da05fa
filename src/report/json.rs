//! The report as JSON: the document of [`crate::diag::finding`] as it is.

use crate::diag::finding::Report;

/// Pretty JSON with a final newline. The same report gives the same bytes.
///
/// # Errors
/// None in practice: the report has only text keys.
pub fn render(report: &Report) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(report)?;
    text.push('\n');
    Ok(text)
}
