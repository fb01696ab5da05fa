//! What a rule reads, known before it runs: so that only those derived facts are computed, only those
//! calls are made, and only those gaps make a run incomplete.

use std::collections::BTreeSet;

use super::expression::code::Do;
use super::rule::Rule;
use crate::model::schema::{AttrId, KindId};

impl Rule {
    /// Every attribute that the rule may read, by kind.
    pub fn needs(&self) -> BTreeSet<(KindId, AttrId)> {
        let mut all = BTreeSet::new();
        for code in self.codes() {
            code.node.walk(&mut |node| {
                if let Do::Attr { slots, .. } = &node.do_ {
                    all.extend(slots.iter().copied());
                }
            });
        }
        all
    }

    /// Every kind that the rule asks for: the judged ones, those of `all("…")`, and those of whose
    /// attributes it reads.
    pub fn kinds_read(&self) -> BTreeSet<KindId> {
        let mut all: BTreeSet<KindId> = self.kinds.iter().copied().collect();
        for code in self.codes() {
            code.node.walk(&mut |node| match &node.do_ {
                Do::All(kinds) => all.extend(kinds.iter().copied()),
                Do::Attr { slots, .. } => all.extend(slots.iter().map(|(kind, _)| *kind)),
                _ => {}
            });
        }
        all
    }
}
