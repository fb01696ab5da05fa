//! Floor 5: links what sources said into one graph, and judges it by rules.
//!
//! Owns resolution of references (`link`), the verdicts with their cases (`judge`), and the making of
//! a report's findings (`finding`). Must not know how a source is read or a report laid out.

pub mod link;

use std::sync::Arc;

use crate::catalog::Catalog;
use crate::diag::Diagnostic;
use crate::facts;
use crate::model::schema::Schema;

/// The schema that rules are checked against: the catalog's stated facts and the derived ones.
///
/// # Errors
/// A derived fact whose signature does not fit the catalog: our own fault.
pub fn schema(catalog: &Catalog) -> Result<Arc<Schema>, Diagnostic> {
    let mut schema = (*catalog.schema).clone();
    schema.add_derived(&facts::signatures()).map_err(|e| {
        Diagnostic::error("facts::signature", format!("`{e}`")).help("this is a fault of archlint")
    })?;
    Ok(Arc::new(schema))
}
