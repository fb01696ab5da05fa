//! Walking a source's document along a path, through cases, holes and unknowns.
//!
//! Owns what each step means on each thing a document can be. Must not know types of facts.

use std::borrow::Cow;

use crate::base::text::Text;
use crate::model::cond::Cond;
use crate::model::doc::{Doc, Part, Raw, Said};
use crate::model::why::{Cause, Reasons};

use super::decode::{decode_base64, parse_json};
use super::path::{Literal, Path, Pipe, Root, Row, Step};

/// Something found, and when it is there.
#[derive(Clone, Debug)]
pub struct Hit<'a> {
    /// What was found; never null, never cases at its top.
    pub doc: Cow<'a, Doc>,
    /// When it is there.
    pub cond: Cond,
    /// True if the source leaves it out and this is what that means.
    pub defaulted: bool,
}

/// Everything found on a path.
#[derive(Clone, Debug, Default)]
pub struct Found<'a> {
    /// In order.
    pub hits: Vec<Hit<'a>>,
    /// Why there may be more.
    pub more: Option<Reasons>,
    /// True if literals must look like what the fact points at.
    pub fits: bool,
}

/// The satellites of one resource, by name, with why there may be more of a name.
///
/// Each satellite comes with the condition under which it belongs to this resource.
pub type Satellites<'a, 's> = dyn Fn(&str) -> (&'a [(&'a Raw, Cond)], Option<&'a Reasons>) + 's;

/// What a path can begin at.
pub struct Scope<'a, 's> {
    /// The body, or the item.
    pub body: &'a Doc,
    /// Attributes beside the body.
    pub meta: &'a [(Text, Doc)],
    /// Satellites of a name, with why there may be more of them.
    pub satellites: &'s Satellites<'a, 's>,
    /// Reads a document that a reference names (an IAM policy document data source).
    pub document: &'s (dyn Fn(&Doc) -> Option<Doc> + 's),
}

impl<'a> Found<'a> {
    fn push(&mut self, doc: Cow<'a, Doc>, cond: Cond) {
        match &doc.said {
            Said::Null => {}
            Said::Text(t) if t.is_empty() => {}
            Said::Cases(cases) => {
                for (c, inner) in cases.iter() {
                    let both = cond.and(c);
                    if both != Cond::Const(false) {
                        self.push(Cow::Owned(inner.clone()), both);
                    }
                }
            }
            _ => self.hits.push(Hit { doc, cond, defaulted: false }),
        }
    }

    fn note(&mut self, reasons: &Reasons) {
        self.more = Some(self.more.as_ref().map_or_else(|| reasons.clone(), |m| m.and(reasons)));
    }

    /// The same without the hits.
    fn clone_frame(&self) -> Self {
        Self { hits: Vec::new(), more: self.more.clone(), fits: self.fits }
    }

    /// Adds what another row found.
    pub fn extend(&mut self, other: Self) {
        self.hits.extend(other.hits);
        self.fits |= other.fits;
        if let Some(more) = &other.more {
            self.note(more);
        }
    }

    /// When none of the hits is there: the negation of all their conditions.
    pub fn otherwise(&self) -> Cond {
        self.hits.iter().fold(Cond::Const(true), |c, h| c.and(&h.cond.negate()))
    }
}

/// Evaluates a row: the first alternative that is present, then its pipes.
pub fn row<'a>(row: &Row, scope: &Scope<'a, '_>) -> Found<'a> {
    let mut found = Found::default();
    for alt in &row.alts {
        let before = found.otherwise();
        if before == Cond::Const(false) {
            break;
        }
        for path in alt {
            let part = walk(path, scope);
            if let Some(more) = &part.more {
                found.note(more);
            }
            for mut hit in part.hits {
                hit.cond = before.and(&hit.cond);
                found.hits.push(hit);
            }
        }
    }
    for pipe in &row.pipes {
        found = apply(pipe, found);
    }
    found
}

fn apply<'a>(pipe: &Pipe, mut found: Found<'a>) -> Found<'a> {
    let map = |found: Found<'a>, f: &dyn Fn(&Doc) -> Vec<Doc>| {
        let mut out = Found { hits: Vec::new(), ..found.clone_frame() };
        for hit in found.hits {
            for doc in f(&hit.doc) {
                let defaulted = hit.defaulted;
                out.push(Cow::Owned(doc), hit.cond.clone());
                if let Some(last) = out.hits.last_mut() {
                    last.defaulted |= defaulted;
                }
            }
        }
        out
    };
    match pipe {
        Pipe::Omitted(literal) => {
            let rest = found.otherwise();
            if rest != Cond::Const(false) {
                let doc = match (&found.more, literal_doc(literal)) {
                    (Some(more), _) => Some(Doc::new(Said::Unknown(more.clone()))),
                    (None, doc) => doc,
                };
                if let Some(doc) = doc {
                    found.hits.push(Hit { doc: Cow::Owned(doc), cond: rest, defaulted: true });
                }
            }
            found
        }
        Pipe::OmittedUnknown(why) => {
            let rest = found.otherwise();
            if rest != Cond::Const(false) {
                let doc = Doc::unknown("", Cause::Omitted(why.clone()));
                found.hits.push(Hit { doc: Cow::Owned(doc), cond: rest, defaulted: true });
            }
            found
        }
        Pipe::Is(options) => map(found, &|doc| vec![is_one_of(doc, options)]),
        Pipe::Not => map(found, &|doc| {
            vec![match as_bool(doc) {
                Some(b) => Doc::at(Said::Bool(!b), doc.place),
                None => doc.clone(),
            }]
        }),
        Pipe::Present => map(found, &|doc| {
            vec![match &doc.said {
                Said::Unknown(_) => doc.clone(),
                // Made from something, but perhaps not with this in it.
                Said::Template(parts) if !parts.iter().any(|p| matches!(p, Part::Text(_))) => {
                    Doc::at(Said::Unknown(reasons_of(doc)), doc.place)
                }
                Said::List(items, None) if items.is_empty() => Doc::at(Said::Bool(false), doc.place),
                _ => Doc::at(Said::Bool(true), doc.place),
            }]
        }),
        Pipe::Count => {
            let known = found.more.is_none() && found.hits.iter().all(|h| h.cond == Cond::Const(true));
            let doc = if known {
                Doc::new(Said::Number(found.hits.len().to_string().into()))
            } else {
                let reasons = found.more.clone();
                reasons.map_or_else(|| Doc::unknown("", Cause::AfterApply), |r| Doc::new(Said::Unknown(r)))
            };
            let hits = vec![Hit { doc: Cow::Owned(doc), cond: Cond::Const(true), defaulted: false }];
            Found { hits, ..Found::default() }
        }
        Pipe::Fits => Found { fits: true, ..found },
        Pipe::Convert(converter) => map(found, &|doc| converter.apply(doc)),
    }
}

fn literal_doc(literal: &Literal) -> Option<Doc> {
    Some(Doc::new(match literal {
        Literal::Absent => return None,
        Literal::Bool(b) => Said::Bool(*b),
        Literal::Number(n) => Said::Number(n.clone()),
        Literal::Text(t) => Said::Text(t.clone()),
    }))
}

/// The boolean that a scalar spells, if it does.
pub fn as_bool(doc: &Doc) -> Option<bool> {
    match &doc.said {
        Said::Bool(b) => Some(*b),
        Said::Text(t) | Said::Number(t) => match t.to_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Some(true),
            "false" | "0" | "no" | "off" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn is_one_of(doc: &Doc, options: &[Text]) -> Doc {
    let said = match &doc.said {
        Said::Text(t) | Said::Number(t) => Said::Bool(options.iter().any(|o| o.eq_ignore_ascii_case(t))),
        Said::Bool(b) => Said::Bool(options.iter().any(|o| **o == *b.to_string())),
        Said::Ref(r) => Said::Unknown(Reasons::one(r.written.clone(), Cause::AfterApply)),
        Said::Unknown(r) => Said::Unknown(r.clone()),
        Said::Hidden { .. } => Said::Unknown(Reasons::one("", Cause::Sensitive)),
        _ => Said::Unknown(Reasons::one("", Cause::AfterApply)),
    };
    Doc::at(said, doc.place)
}

/// Walks one path.
pub fn walk<'a>(path: &Path, scope: &Scope<'a, '_>) -> Found<'a> {
    let mut found = Found::default();
    match &path.root {
        Root::Body => found.push(Cow::Borrowed(scope.body), Cond::Const(true)),
        Root::Literal(literal) => {
            if let Some(doc) = literal_doc(literal) {
                found.hits.push(Hit { doc: Cow::Owned(doc), cond: Cond::Const(true), defaulted: true });
            }
        }
        Root::Meta(name) => {
            if let Some((_, doc)) = scope.meta.iter().find(|(k, _)| k == name) {
                found.push(Cow::Borrowed(doc), Cond::Const(true));
            }
        }
        Root::Satellite(name, filter) => {
            let (raws, more) = (scope.satellites)(name);
            if let Some(more) = more {
                found.note(more);
            }
            for (raw, owned) in raws {
                match filter.as_ref().map(|(key, value)| matches(&raw.body, key, value)) {
                    None | Some(Ok(true)) => {
                        let mut doc = Cow::Borrowed(&raw.body);
                        if doc.place.is_none() && raw.place.is_some() {
                            doc.to_mut().place = raw.place;
                        }
                        found.push(doc, raw.presence.and(owned));
                    }
                    Some(Ok(false)) => {}
                    Some(Err(reasons)) => found.note(&reasons),
                }
            }
        }
    }
    for step in &path.steps {
        let before = std::mem::take(&mut found);
        found.more = before.more;
        for hit in before.hits {
            take(step, hit, scope, &mut found);
        }
    }
    found
}

/// Takes one step from one hit.
fn take<'a>(step: &Step, hit: Hit<'a>, scope: &Scope<'a, '_>, out: &mut Found<'a>) {
    if let Step::Json | Step::Base64 = step {
        let doc = match step {
            Step::Json => (scope.document)(&hit.doc).unwrap_or_else(|| parse_json(&hit.doc)),
            _ => decode_base64(&hit.doc),
        };
        out.push(Cow::Owned(doc), hit.cond);
        return;
    }
    match &hit.doc.said {
        Said::Unknown(_) => {
            out.hits.push(hit);
            return;
        }
        // A list that refers to several resources at once (`aws_subnet.db[*].id`) has each of them in it.
        Said::Ref(_) if *step == Step::Each => {
            out.hits.push(hit);
            return;
        }
        // A whole block or JSON text that is only known to be made from other resources: what is inside is
        // not known, but a fact that points at such a resource may be told by it.
        Said::Ref(_) => {
            let made = Said::Template(vec![Part::Hole(hit.doc.as_ref().clone())]);
            out.hits.push(Hit { doc: Cow::Owned(Doc::at(made, hit.doc.place)), ..hit });
            return;
        }
        Said::Template(_) => {
            out.hits.push(hit);
            return;
        }
        Said::Symbol { .. } | Said::Hidden { .. } => {
            let reasons = reasons_of(&hit.doc);
            out.hits.push(Hit { doc: Cow::Owned(Doc::at(Said::Unknown(reasons), hit.doc.place)), ..hit });
            return;
        }
        _ => {}
    }
    match step {
        Step::Key(key) => match &hit.doc.said {
            Said::Map(_) => {
                if let Some(inner) = child(&hit.doc, |d| d.get(key)) {
                    out.push(inner, hit.cond);
                }
            }
            // A step by key into a list goes into every element: a block read as a list.
            Said::List(items, more) => {
                if let Some(more) = more {
                    out.note(more);
                }
                for i in 0..items.len() {
                    if let Some(item) = child(&hit.doc, |d| nth(d, i)) {
                        take(
                            step,
                            Hit { doc: item, cond: hit.cond.clone(), defaulted: hit.defaulted },
                            scope,
                            out,
                        );
                    }
                }
            }
            Said::Text(_) | Said::Number(_) | Said::Bool(_) => {
                let cause = Cause::Malformed(format!("`{key}` of a plain value").into());
                out.push(
                    Cow::Owned(Doc::at(Said::Unknown(Reasons::one("", cause)), hit.doc.place)),
                    hit.cond,
                );
            }
            _ => {}
        },
        Step::Each | Step::Where(..) => match &hit.doc.said {
            Said::List(items, more) => {
                if let Some(more) = more {
                    out.note(more);
                }
                for i in 0..items.len() {
                    let Some(item) = child(&hit.doc, |d| nth(d, i)) else { continue };
                    let Step::Where(key, value) = step else {
                        out.push(item, hit.cond.clone());
                        continue;
                    };
                    match matches(&item, key, value) {
                        Ok(true) => out.push(item, hit.cond.clone()),
                        Ok(false) => {}
                        Err(reasons) => out.note(&reasons),
                    }
                }
            }
            // One element written without its list.
            _ => match step {
                Step::Where(key, value) if matches(&hit.doc, key, value) != Ok(true) => {}
                _ => out.push(hit.doc, hit.cond),
            },
        },
        Step::Nth(n) => {
            if let Some(item) = child(&hit.doc, |d| nth(d, *n)) {
                out.push(item, hit.cond);
            }
        }
        Step::Entries => {
            if let Said::Map(entries) = &hit.doc.said {
                for (key, value) in entries {
                    let pair = vec![
                        ("$key".into(), Doc::at(Said::Text(key.clone()), value.place)),
                        ("$value".into(), value.clone()),
                    ];
                    out.push(Cow::Owned(Doc::at(Said::Map(pair), value.place)), hit.cond.clone());
                }
            }
        }
        Step::Json | Step::Base64 => {}
    }
}

fn nth(doc: &Doc, n: usize) -> Option<&Doc> {
    match &doc.said {
        Said::List(items, _) => items.get(n),
        _ => None,
    }
}

/// A part of a document, borrowed where the document is.
fn child<'a>(doc: &Cow<'a, Doc>, get: impl Fn(&Doc) -> Option<&Doc>) -> Option<Cow<'a, Doc>> {
    match doc {
        Cow::Borrowed(d) => get(d).map(Cow::Borrowed),
        Cow::Owned(d) => get(d).cloned().map(Cow::Owned),
    }
}

/// Does an element's key equal a literal? Unknown keys say why.
fn matches(doc: &Doc, key: &str, value: &str) -> Result<bool, Reasons> {
    let Some(inner) = doc.get(key) else {
        return match &doc.said {
            Said::Unknown(r) => Err(r.clone()),
            // A flag that is left out is off.
            _ => Ok(value == "false"),
        };
    };
    match &inner.said {
        Said::Text(t) | Said::Number(t) => Ok(t.eq_ignore_ascii_case(value)),
        Said::Bool(b) => Ok(b.to_string() == value),
        Said::Null => Ok(value == "false"),
        Said::List(..) | Said::Map(_) => Ok(false),
        _ => Err(reasons_of(inner)),
    }
}

/// Why a value is not plainly known.
pub fn reasons_of(doc: &Doc) -> Reasons {
    match &doc.said {
        Said::Unknown(r) => r.clone(),
        Said::Ref(r) => Reasons::one(r.written.clone(), Cause::AfterApply),
        Said::Symbol { family, name } => Reasons::one(format!("{name} of {family}"), Cause::AfterApply),
        Said::Hidden { .. } => Reasons::one("", Cause::Sensitive),
        Said::Template(parts) => parts
            .iter()
            .filter_map(|p| match p {
                Part::Hole(h) => Some(reasons_of(h)),
                Part::Text(_) => None,
            })
            .reduce(|a, b| a.and(&b))
            .unwrap_or_else(|| Reasons::one("", Cause::AfterApply)),
        Said::Cases(cases) => cases
            .iter()
            .map(|(_, d)| reasons_of(d))
            .reduce(|a, b| a.and(&b))
            .unwrap_or_else(|| Reasons::one("", Cause::AfterApply)),
        _ => Reasons::one("", Cause::Malformed(what(doc).into())),
    }
}

/// What a document is, for messages.
pub fn what(doc: &Doc) -> &'static str {
    match &doc.said {
        Said::Null => "nothing",
        Said::Bool(_) => "a boolean",
        Said::Number(_) => "a number",
        Said::Text(_) | Said::Symbol { .. } | Said::Template(_) | Said::Hidden { .. } => "text",
        Said::List(..) => "a list",
        Said::Map(_) => "a map",
        Said::Ref(_) => "a reference",
        Said::Cases(_) => "cases",
        Said::Unknown(_) => "an unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::doc::Reference;

    #[test]
    fn a_reference_to_several_is_a_list_of_them() {
        let all = Reference {
            targets: vec!["aws_subnet.db[0]".into(), "aws_subnet.db[1]".into()],
            one_of: false,
            attribute: "id".into(),
            written: "aws_subnet.db[*].id".into(),
        };
        let reference = Doc::new(Said::Ref(all));
        let body = Doc::new(Said::Map(vec![("subnet_ids".into(), reference.clone())]));
        let nobody = |_: &str| -> (&[(&Raw, Cond)], Option<&Reasons>) { (&[], None) };
        let scope = Scope { body: &body, meta: &[], satellites: &nobody, document: &|_| None };
        let said = |text: &str| {
            let found = row(&super::super::path::parse(text).unwrap(), &scope);
            found.hits.into_iter().map(|h| h.doc.into_owned().said).collect::<Vec<_>>()
        };
        assert_eq!(said("subnet_ids[]"), std::slice::from_ref(&reference.said));
        assert_eq!(said("subnet_ids[].id"), [Said::Template(vec![Part::Hole(reference)])]);
    }
}
