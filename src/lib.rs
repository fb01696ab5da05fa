//! archlint: an architecture compliance linter for AWS.
//!
//! Sources speak, the catalog translates, facts are derived, rules judge, reports tell.
//! `ARCHITECTURE.md` has the bird's-eye view and what each part must not know.

pub mod base;
pub mod catalog;
pub mod diag;
pub mod engine;
pub mod facts;
pub mod front;
pub mod model;
pub mod report;
pub mod rules;
pub mod sources;
