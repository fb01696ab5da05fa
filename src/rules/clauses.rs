//! The words of the clauses that rules cite: `references/clauses.yaml`, a mapping from `<reference>/<clause>`
//! to its text.
//!
//! Owns that file's shape. Must not know who shows the words. To add a clause: a line in the file.

use std::collections::BTreeMap;

use super::keys::Reader;
use crate::base::text::{FileId, Text};
use crate::diag::Diagnostic;

/// The name of the file, in a folder `references`.
pub const FILE: &str = "clauses.yaml";

/// The words of clauses by their ids.
pub type Clauses = BTreeMap<Text, Text>;

/// Reads a file of clauses.
pub(super) fn load(file: FileId, text: &str) -> (Clauses, Vec<Diagnostic>) {
    let (mut reader, node) = Reader::open(file, text, "a file of clauses");
    let mut all = Clauses::new();
    for entry in node.iter().flat_map(|n| n.entries()) {
        let named =
            entry.key.split_once('/').is_some_and(|(of, clause)| !of.is_empty() && !clause.is_empty());
        if !named {
            let message = format!("`{}` is no clause", entry.key);
            reader.error_help("rule::value", message, entry.key_span, "write `<reference>/<clause>`");
        }
        if let Some(words) = reader.text(&entry.value, &entry.key) {
            all.insert(entry.key.clone(), words);
        }
    }
    (all, reader.finish())
}
