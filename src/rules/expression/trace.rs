//! What a verdict read: filled on a second evaluation of what failed or is unknown.

use std::collections::HashSet;

use crate::base::text::{Place, Text};
use crate::model::schema::AttrId;
use crate::model::value::{ResId, Val};

/// Entries kept of one verdict.
const MOST: usize = 256;

/// One attribute or field that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// The resource that holds it.
    pub res: Option<ResId>,
    /// The attribute; for a field, the attribute that holds the record.
    pub attr: Option<AttrId>,
    /// Its name after the resource's address: `multi_az`, `ingress[..].cidrs`.
    pub label: Text,
    /// The value that was read.
    pub val: Val,
    /// True if the source leaves it out and this is what leaving it out means.
    pub defaulted: bool,
    /// True if the value must not be shown.
    pub secret: bool,
    /// True for a field of a record.
    pub field: bool,
    /// Where it stands.
    pub place: Option<Place>,
}

/// What was read, what decided the verdict first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// Without doubles.
    pub seen: Vec<Seen>,
}

impl Trace {
    /// A position, to be given back to the functions below.
    pub(super) fn mark(&self) -> usize {
        self.seen.len()
    }

    pub(super) fn push(&mut self, seen: Seen) {
        if self.seen.len() < MOST {
            self.seen.push(seen);
        }
    }

    /// Moves what was read since `from` before what was read since `to`.
    pub(super) fn promote(&mut self, to: usize, from: usize) {
        if let Some(part) = self.seen.get_mut(to..) {
            part.rotate_left(from.saturating_sub(to).min(part.len()));
        }
    }

    /// Forgets what was read between `from` and `to`.
    pub(super) fn forget(&mut self, from: usize, to: usize) {
        let to = to.min(self.seen.len());
        self.seen.drain(from.min(to)..to);
    }

    /// Removes doubles, keeping the first.
    pub fn settle(&mut self) {
        let mut had = HashSet::new();
        self.seen.retain(|s| had.insert((s.res, s.label.clone(), s.place)));
    }
}
