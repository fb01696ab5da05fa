//! Terraform and OpenTofu: plans (`terraform show -json`), later state and source.
//!
//! Owns Terraform's own formats. Must not know what a resource type means (the catalog) nor what is
//! asked of it (rules). To add a format: a module here with a `read` that gives a
//! [`Batch`](super::Batch).

pub mod plan;

/// True if the bytes are a saved plan in Terraform's own form, which is a ZIP archive; [`plan::saved`]
/// says what to do with it.
pub fn is_saved_plan(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}
