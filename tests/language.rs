//! The rule language: what it says of known, unknown, absent and hidden values; that it agrees with
//! CEL on known values; that not knowing more never changes an answer; and what it says of bad rules.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may be blunt")]

#[path = "language/broken.rs"]
mod broken;
#[path = "language/docs.rs"]
mod docs;
#[path = "language/generate.rs"]
mod generate;
#[path = "language/kit.rs"]
mod kit;
#[path = "language/meaning.rs"]
mod meaning;
#[path = "language/oracle.rs"]
mod oracle;
#[path = "language/rules.rs"]
mod rules;
