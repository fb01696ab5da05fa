//! Floor 4: readers of what users have: Terraform plans, CloudFormation templates, ….
//!
//! A source turns bytes into [`Batch`]es of [`Raw`] resources. It must not know the catalog, facts,
//! rules or reports. Only sources and the front touch files.
//!
//! To add one: a module here with a `read` that gives a [`Batch`], and a line in [`detect`].

pub mod cloudformation;
pub mod terraform;

use crate::diag::Diagnostic;
use crate::model::doc::{Dialect, Raw};

/// What one source said.
#[derive(Debug)]
pub struct Batch {
    /// The path as typed.
    pub path: String,
    /// `terraform-plan`, `cloudformation`, `cdk-assembly`.
    pub kind: &'static str,
    /// Its spelling.
    pub dialect: Dialect,
    /// Its resources. Addresses are unique within the batch.
    pub resources: Vec<Raw>,
    /// What is off without making it unreadable (a nested template that is not there, …).
    pub problems: Vec<Diagnostic>,
    /// True if part of the source was not read, so that "nothing found" proves less.
    pub incomplete: bool,
}
