//! The JSON Schema of the JSON report, made from the types that are printed.

use schemars::generate::SchemaSettings;

use crate::diag::finding::Report;

/// JSON Schema (draft 2020-12), pretty, with a final newline.
///
/// # Errors
/// None in practice: a schema has only text keys.
pub fn render() -> Result<String, serde_json::Error> {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut text = serde_json::to_string_pretty(&generator.into_root_schema_for::<Report>())?;
    text.push('\n');
    Ok(text)
}
