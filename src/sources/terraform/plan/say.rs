//! What an unknown value says, given what its references mean.
//!
//! Owns the choice between one reference, one of several, all of several, text made from several,
//! and unknown. Must not follow references or read values.

use super::follow::{Found, Group, Hit};
use crate::base::text::Text;
use crate::model::doc::{Doc, Part, Reference, Said};
use crate::model::why::{Cause, Reasons};

/// What an unknown scalar says, or an unknown that may be a scalar or a list. `name` is its
/// argument, `what` its full name for the reader.
pub fn whole(found: &Found, name: &str, what: &str) -> Said {
    let Some(first) = found.groups.first() else { return Said::Unknown(reasons(found, what)) };
    if found.cut {
        return Said::Unknown(reasons(found, what));
    }
    if first.inferred && is_plural(name) {
        // One thing was inferred, and the list may hold any number.
        return Said::Unknown(Reasons::one(what, Cause::Unresolved(first.written.clone())));
    }
    let hits = distinct(&found.groups);
    if found.groups.len() == 1 || hits.len() == 1 {
        return Said::Ref(reference(&hits, first.one_of && hits.len() > 1, &first.written));
    }
    if is_plural(name) {
        let items = found.groups.iter().flat_map(each).collect();
        let more = (!found.lost.is_empty()).then(|| reasons(found, what));
        return Said::List(items, more);
    }
    let alike = hits.iter().all(|h| h.base.split('.').next() == first_type(&hits));
    if is_identity(name) || (alike && !is_document(name)) {
        return Said::Ref(reference(&hits, true, &written(&found.groups)));
    }
    let mut parts: Vec<Part> = found
        .groups
        .iter()
        .map(|g| {
            Part::Hole(Doc::new(Said::Ref(reference(
                &distinct(std::slice::from_ref(g)),
                g.one_of,
                &g.written,
            ))))
        })
        .collect();
    if !found.lost.is_empty() {
        parts.push(Part::Hole(Doc::new(Said::Unknown(reasons(found, what)))));
    }
    Said::Template(parts)
}

/// What each of `count` unknown items of a list says, where the references are those of the list.
pub fn items(found: &Found, count: usize, what: &str) -> Vec<Said> {
    let refs: Vec<Doc> = found.groups.iter().flat_map(each).collect();
    if found.cut || refs.is_empty() {
        return vec![Said::Unknown(reasons(found, what)); count];
    }
    if let [group] = found.groups.as_slice()
        && group.inferred
        && group.hits.len() >= count
    {
        // As many values as there are things that they may be: these. Else each is one of them.
        return (0..count)
            .map(|n| match group.hits.get(n) {
                Some(hit) if group.hits.len() == count => Said::Ref(reference(&[hit], false, &group.written)),
                _ => Said::Ref(reference(&distinct(&found.groups), true, &group.written)),
            })
            .collect();
    }
    if refs.len() < count
        && let Some(guess) = found.groups.iter().find(|g| g.inferred)
    {
        // More values than the one thing that was inferred: the inference was wrong.
        let cause = Cause::Unresolved(guess.written.clone());
        return vec![Said::Unknown(Reasons::one(what, cause)); count];
    }
    // One reference an item: a set has lost the order, but then order means nothing either.
    if refs.len() == count {
        return refs.into_iter().map(|d| d.said).collect();
    }
    if found.groups.len() == count {
        let one = |g: &Group| {
            Said::Ref(reference(&distinct(std::slice::from_ref(g)), g.hits.len() > 1, &g.written))
        };
        return found.groups.iter().map(one).collect();
    }
    if !found.lost.is_empty() {
        // Some items come from locals. Those that surely do not are named.
        let mut said: Vec<Said> = Vec::new();
        if refs.len() < count {
            said.extend(refs.into_iter().map(|d| d.said));
        }
        said.resize(count, Said::Unknown(reasons(found, what)));
        return said;
    }
    let hits = distinct(&found.groups);
    let any = Said::Ref(reference(&hits, hits.len() > 1, &written(&found.groups)));
    vec![any; count]
}

/// One reference for each instance that a group means, or one for all if only one of them is meant.
fn each(group: &Group) -> Vec<Doc> {
    let hits = distinct(std::slice::from_ref(group));
    if group.one_of {
        return vec![Doc::new(Said::Ref(reference(&hits, hits.len() > 1, &group.written)))];
    }
    hits.iter().map(|h| Doc::new(Said::Ref(reference(&[*h], false, &group.written)))).collect()
}

/// Instances without doubles, in order.
fn distinct(groups: &[Group]) -> Vec<&Hit> {
    let mut hits: Vec<&Hit> = Vec::new();
    for hit in groups.iter().flat_map(|g| &g.hits) {
        if !hits.iter().any(|h| h.address == hit.address) {
            hits.push(hit);
        }
    }
    hits
}

fn reference(hits: &[&Hit], one_of: bool, written: &Text) -> Reference {
    let attribute = hits.first().map(|h| h.attribute.as_str()).unwrap_or_default();
    let same = hits.iter().all(|h| h.attribute == attribute);
    Reference {
        targets: hits.iter().map(|h| h.address.clone()).collect(),
        one_of,
        attribute: if same { attribute.into() } else { "".into() },
        written: written.clone(),
    }
}

fn written(groups: &[Group]) -> Text {
    let all: Vec<&str> = groups.iter().map(|g| &*g.written).collect();
    all.join(", ").into()
}

fn first_type<'h>(hits: &[&'h Hit]) -> Option<&'h str> {
    hits.first().and_then(|h| h.base.split('.').next())
}

/// Why a value is not known, where its references lead nowhere.
fn reasons(found: &Found, what: &str) -> Reasons {
    if found.cut {
        return Reasons::one(what, Cause::Limit("references followed".into()));
    }
    let unresolved = if found.lost.is_empty() { &found.missing } else { &found.lost };
    let each = unresolved.iter().map(|r| Reasons::one(what, Cause::Unresolved(r.clone())));
    each.reduce(|a, b| a.and(&b)).unwrap_or_else(|| Reasons::one(what, Cause::AfterApply))
}

/// True for arguments that take several values, as far as the name tells.
fn is_plural(name: &str) -> bool {
    const SINGULAR: [&str; 11] =
        ["ss", "alias", "status", "https", "dns", "tls", "kms", "aws", "sns", "sqs", "dms"];
    name == "vpc_zone_identifier" || (name.ends_with('s') && !SINGULAR.iter().any(|s| name.ends_with(s)))
}

/// True for arguments that name one other thing.
fn is_identity(name: &str) -> bool {
    ["_id", "_arn", "_identifier", "_name", "_key", "_role"].iter().any(|end| name.ends_with(end))
}

/// True for arguments that hold text made from several things.
fn is_document(name: &str) -> bool {
    const WORDS: [&str; 12] = [
        "policy",
        "document",
        "definition",
        "body",
        "json",
        "template",
        "user_data",
        "content",
        "config",
        "pattern",
        "input",
        "statement",
    ];
    WORDS.iter().any(|w| name.contains(w))
}
