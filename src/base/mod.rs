//! Floor 0: text, spans, spanned trees, near-miss names.
//!
//! Owns what any reader of text needs. Must not know AWS, resources, rules or reports.
//! To add one more: a file here must make sense in a program that is not archlint.

pub mod json;
pub mod near;
pub mod text;
pub mod tree;
pub mod yaml;
