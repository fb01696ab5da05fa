//! Floor 1: the typed resource graph and the vocabulary everything above speaks.
//!
//! Owns values, truth, reasons, conditions, resources and kinds. Must not know YAML, Terraform,
//! CloudFormation, or any AWS service by name.

pub mod cond;
pub mod doc;
pub mod graph;
pub mod read;
pub mod schema;
pub mod truth;
pub mod value;
pub mod why;
