//! Floor 5: links what sources said into one graph, and judges it by rules.
//!
//! Owns resolution of references (`link`), the verdicts with their cases (`judge`), and the making of
//! a report's findings (`finding`). Must not know how a source is read or a report laid out.

pub mod link;
