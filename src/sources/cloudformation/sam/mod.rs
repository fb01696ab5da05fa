//! SAM.
use super::scope::Set;

/// Writes out the serverless resources of a template.
pub(super) fn expand(_set: &mut Set<'_>, _index: usize) {}
