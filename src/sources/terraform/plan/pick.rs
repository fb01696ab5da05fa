//! Picks out of what a variable, output or `each.value` means: by index, key or field.

use super::expr::{Key, Step};
use super::follow::Found;

/// `vpc` of `aws_vpc.main` and of `data.aws_vpc.main`.
pub fn type_of(base: &str) -> &str {
    let ty = base.strip_prefix("data.").unwrap_or(base).split('.').next().unwrap_or_default();
    ty.split_once('_').map_or(ty, |(_, stem)| stem)
}

/// A leading index, and what follows it.
pub fn split_index(rest: &[Step]) -> (Option<&Key>, &[Step]) {
    match rest.split_first() {
        Some((Step::Index(key), rest)) => (Some(key), rest),
        _ => (None, rest),
    }
}

/// Steps as an attribute path.
pub fn path(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Name(n) if text.is_empty() => text.push_str(n),
            Step::Name(n) => {
                text.push('.');
                text.push_str(n);
            }
            Step::Index(Key::Int(n)) => text.push_str(&format!("[{n}]")),
            Step::Index(Key::Text(k)) => text.push_str(&format!("[{k:?}]")),
        }
    }
    text
}

/// What `rest` picks out of what a variable, output or `each.value` means.
pub fn select(mut found: Found, rest: &[Step], pick: Option<&Key>) -> Found {
    let (index, fields) = split_index(rest);
    if let Some(key) = index.or(pick.filter(|_| rest.is_empty())) {
        choose(&mut found, key);
    }
    if !fields.is_empty() && found.groups.len() > 1 {
        // One field of an object made from several things: the plan does not tell which.
        found.merge();
    }
    if !fields.is_empty() {
        for hit in found.groups.iter_mut().flat_map(|g| &mut g.hits) {
            if hit.attribute.is_empty() {
                hit.attribute = path(fields);
            }
        }
    }
    found
}

/// `{ media = aws_s3_bucket.media.id, logs = aws_s3_bucket.logs.id }` leaves only its references in the
/// plan, not which key has which. Where a key is the name of exactly one of the resources of each type,
/// that one is meant: people name keys after the things.
pub fn named_like(found: &mut Found, key: &Key) {
    let Key::Text(key) = key else { return };
    if found.groups.len() < 2 || found.choice || !found.lost.is_empty() || !found.missing.is_empty() {
        return;
    }
    let name = |base: &str| base.rsplit('.').next().unwrap_or(base).to_owned();
    let mut matching = std::collections::BTreeMap::new();
    for hit in found.groups.iter().flat_map(|g| &g.hits) {
        if name(&hit.base) == **key {
            *matching.entry((type_of(&hit.base).to_owned(), hit.attribute.clone())).or_insert(0) += 1;
        }
    }
    if matching.is_empty() || matching.values().any(|n| *n > 1) {
        return;
    }
    found.groups.retain(|g| g.hits.iter().all(|h| name(&h.base) == **key));
}

/// Applies an index or key to a list or map of instances.
pub fn choose(found: &mut Found, key: &Key) {
    let plain = !found.choice && found.lost.is_empty() && found.missing.is_empty();
    let nth = match key {
        Key::Int(n) => usize::try_from(*n).ok(),
        Key::Text(_) => None,
    };
    if let [group] = found.groups.as_mut_slice() {
        if group.hits.len() < 2 || group.one_of {
            return;
        }
        let same = group.hits.iter().position(|h| h.key.as_ref().is_some_and(|k| k.same(key)));
        match same.or(nth.filter(|n| *n < group.hits.len())) {
            Some(n) => {
                group.hits = group.hits.drain(..).skip(n).take(1).collect();
            }
            None => group.one_of = true,
        }
    } else if let Some(n) =
        nth.filter(|n| plain && *n < found.groups.len() && found.groups.iter().all(|g| g.hits.len() == 1))
    {
        // A list spelt out: `[aws_subnet.a.id, aws_subnet.b.id]`.
        found.groups = found.groups.drain(..).skip(n).take(1).collect();
    } else {
        found.merge();
    }
}
