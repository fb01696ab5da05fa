//! What was found on a path, as a value of the fact's type.
//!
//! Owns conversion of scalars, lists, references and policies. Who a reference means is asked of the
//! [`Resolver`].

use std::sync::Arc;

use crate::base::text::{Place, Span, Text};
use crate::model::cond::Cond;
use crate::model::doc::{Doc, Part, Reference, Said};
use crate::model::schema::{KindId, ShapeId};
use crate::model::value::{Fact, How, Item, List, Val};
use crate::model::why::{Cause, Reasons, Why};

use super::FactTy;
use super::policy;
use super::walk::{Found, as_bool, reasons_of};

/// Finds the resources that documents refer to. Implemented by the linker.
pub trait Resolver {
    /// The resources that a reference means, as far as they are of the kinds asked for: `Ok(vec![])`
    /// if it is known to mean something of another kind.
    ///
    /// # Errors
    /// Why it cannot be said.
    fn reference(&mut self, reference: &Reference, to: &[KindId]) -> Result<Vec<Val>, Reasons>;
    /// The resource that an id, ARN, name or DNS name means: one in view, or one that is only referred
    /// to. `None` if it is known to be of another kind. With `fits`, what looks like nothing known is
    /// of another kind too.
    fn literal(&mut self, text: &str, to: &[KindId], fits: bool) -> Option<Val>;
    /// One of several resources that a reference to one thing may mean.
    fn one_of(&self, reference: &Reference, all: Vec<Val>) -> Val {
        drop(all);
        Val::unknown(&*reference.written, Cause::Unresolved(reference.written.clone()))
    }
    /// The policy document that a reference names, if it names one.
    fn document(&self, doc: &Doc) -> Option<Doc>;
}

/// What a reference may point at.
#[derive(Clone, Copy)]
struct Target<'a> {
    kinds: &'a [KindId],
    fits: bool,
}

/// Reasons that do not say what is unknown get the fact's name.
pub fn name_reasons(reasons: &Reasons, what: &str) -> Reasons {
    if reasons.iter().all(|w| !w.what.is_empty()) {
        return reasons.clone();
    }
    reasons
        .iter()
        .map(|w| {
            if w.what.is_empty() {
                Reasons::of(Arc::new(Why { what: what.into(), cause: w.cause.clone() }))
            } else {
                Reasons::of(w.clone())
            }
        })
        .reduce(|a, b| a.and(&b))
        .unwrap_or_else(|| reasons.clone())
}

/// Converts everything found into one fact.
///
/// `what` names the fact for reasons: `aws_db_instance.main.multi_az`.
pub fn fact(
    found: Found<'_>,
    ty: FactTy,
    to: &[KindId],
    shapes: (ShapeId, ShapeId),
    what: &str,
    resolver: &mut dyn Resolver,
) -> Fact {
    let to = Target { kinds: to, fits: found.fits };
    let list = matches!(ty, FactTy::Texts | FactTy::Ints | FactTy::Refs);
    let place =
        found.hits.iter().filter_map(|h| h.doc.place).reduce(|a, b| if list { join(a, b) } else { a });
    let how = if !found.hits.is_empty() && found.hits.iter().all(|h| h.defaulted) {
        How::Defaulted
    } else {
        How::Stated
    };
    let val = match ty {
        FactTy::Texts | FactTy::Ints | FactTy::Refs => many(found, ty, to, what, resolver),
        FactTy::Policy => {
            let mut list = List { items: Vec::new(), more: found.more.map(|m| name_reasons(&m, what)) };
            for hit in found.hits {
                let doc = resolver.document(&hit.doc).unwrap_or_else(|| hit.doc.into_owned());
                let before = list.items.len();
                policy::statements(&doc, shapes, what, &mut list);
                for item in list.items.iter_mut().skip(before) {
                    item.present = hit.cond.and(&item.present);
                }
            }
            Val::List(Arc::new(list))
        }
        _ => one(found, ty, to, what, resolver),
    };
    Fact { val, how, place }
}

/// From the beginning of one place to the end of the other, where they are in one file.
fn join(a: Place, b: Place) -> Place {
    if a.file != b.file {
        return a;
    }
    let span = Span { start: a.span.start.min(b.span.start), end: a.span.end.max(b.span.end) };
    Place { span, ..a }
}

/// A scalar: the first that is present; cases if presence depends on conditions.
fn one(found: Found<'_>, ty: FactTy, to: Target<'_>, what: &str, resolver: &mut dyn Resolver) -> Val {
    let mut cases: Vec<(Cond, Val)> = Vec::new();
    let mut rest = Cond::Const(true);
    for hit in &found.hits {
        let cond = rest.and(&hit.cond);
        if cond == Cond::Const(false) {
            continue;
        }
        let val = scalar(&hit.doc, ty, to, what, resolver);
        // A reference to something of another kind is as if it were not there: the next may fit.
        if val == Val::Absent {
            continue;
        }
        rest = rest.and(&hit.cond.negate());
        cases.push((cond, val));
        if rest == Cond::Const(false) {
            break;
        }
    }
    if rest != Cond::Const(false)
        && let Some(more) = &found.more
    {
        cases.push((rest, Val::Unknown(name_reasons(more, what))));
    }
    match cases.len() {
        0 => Val::Absent,
        1 if matches!(cases.first(), Some((Cond::Const(true), _))) => {
            cases.pop().map_or(Val::Absent, |(_, v)| v)
        }
        _ => Val::Cases(cases.into()),
    }
}

/// A list.
fn many(found: Found<'_>, ty: FactTy, to: Target<'_>, what: &str, resolver: &mut dyn Resolver) -> Val {
    let mut list = List { items: Vec::new(), more: found.more.map(|m| name_reasons(&m, what)) };
    for hit in &found.hits {
        items(&hit.doc, &hit.cond, ty, to, what, resolver, &mut list);
    }
    Val::List(Arc::new(list))
}

fn items(
    doc: &Doc,
    cond: &Cond,
    ty: FactTy,
    to: Target<'_>,
    what: &str,
    resolver: &mut dyn Resolver,
    out: &mut List,
) {
    let mut note = |reasons: &Reasons| {
        let named = name_reasons(reasons, what);
        out.more = Some(out.more.as_ref().map_or_else(|| named.clone(), |m| m.and(&named)));
    };
    match &doc.said {
        Said::Null => {}
        Said::List(inner, more) => {
            if let Some(more) = more {
                note(more);
            }
            for d in inner {
                items(d, cond, ty, to, what, resolver, out);
            }
        }
        Said::Cases(cases) => {
            for (c, d) in cases.iter() {
                items(d, &cond.and(c), ty, to, what, resolver, out);
            }
        }
        Said::Map(_) if ty == FactTy::Texts => note(&reasons_of(doc)),
        // An unknown list may have any number of items.
        Said::Unknown(r) => note(r),
        Said::Ref(r) if ty == FactTy::Refs => match resolver.reference(r, to.kinds) {
            Ok(vals) => out.items.extend(vals.into_iter().map(|val| Item {
                val,
                present: cond.clone(),
                place: doc.place,
            })),
            Err(reasons) => note(&reasons),
        },
        Said::Ref(r) => note(&Reasons::one(r.written.clone(), Cause::AfterApply)),
        _ => {
            let single = match ty {
                FactTy::Texts => FactTy::Text,
                FactTy::Ints => FactTy::Int,
                _ => FactTy::Ref,
            };
            match scalar(doc, single, to, what, resolver) {
                Val::Absent => {}
                Val::Unknown(r) if single == FactTy::Ref => note(&r),
                val => out.items.push(Item { val, present: cond.clone(), place: doc.place }),
            }
        }
    }
}

/// One value.
fn scalar(doc: &Doc, ty: FactTy, to: Target<'_>, what: &str, resolver: &mut dyn Resolver) -> Val {
    let unknown = |reasons: Reasons| Val::Unknown(name_reasons(&reasons, what));
    let malformed = || Val::unknown(what, Cause::Malformed(super::walk::what(doc).into()));
    match (&doc.said, ty) {
        (Said::Null, _) => Val::Absent,
        (Said::Unknown(r), _) => unknown(r.clone()),
        (Said::Cases(cases), _) => {
            Val::Cases(cases.iter().map(|(c, d)| (c.clone(), scalar(d, ty, to, what, resolver))).collect())
        }
        // A list where one is wanted: the first (CloudFormation lets a one-element list stand for it).
        (Said::List(inner, more), _) => match (inner.as_slice(), more) {
            ([], Some(more)) => unknown(more.clone()),
            ([], None) => Val::Absent,
            ([only, ..], _) => scalar(only, ty, to, what, resolver),
        },
        (Said::Map(_), _) => malformed(),
        (_, FactTy::Ref) => reference(doc, to, what, resolver),
        (Said::Ref(r), _) => Val::unknown(what_or(what, &r.written), Cause::AfterApply),
        (Said::Symbol { family, name }, FactTy::Text) => {
            Val::Symbol { family: family.clone(), name: name.clone() }
        }
        (Said::Hidden { literal }, FactTy::Text) => Val::Hidden { literal: *literal },
        (Said::Hidden { .. }, _) => Val::unknown(what, Cause::Sensitive),
        (Said::Template(_) | Said::Symbol { .. }, _) => unknown(reasons_of(doc)),
        (_, FactTy::Bool) => as_bool(doc).map_or_else(malformed, Val::Bool),
        (Said::Text(t) | Said::Number(t), FactTy::Int) => int(t).map_or_else(malformed, Val::Int),
        (Said::Text(t) | Said::Number(t), FactTy::Num) => {
            t.trim().parse::<f64>().ok().filter(|n| n.is_finite()).map_or_else(malformed, Val::Num)
        }
        (Said::Text(t) | Said::Number(t), _) if t.is_empty() => Val::Absent,
        (Said::Text(t) | Said::Number(t), _) => Val::Text(t.clone()),
        (Said::Bool(b), FactTy::Int | FactTy::Num) => Val::Int(i64::from(*b)),
        (Said::Bool(b), _) => Val::text(b.to_string()),
    }
}

fn what_or<'a>(what: &'a str, written: &'a str) -> &'a str {
    if what.is_empty() { written } else { what }
}

/// A whole number: `3`, `3.0`, `"3"`.
fn int(text: &str) -> Option<i64> {
    let text = text.trim();
    text.parse::<i64>().ok().or_else(|| {
        let n = text.parse::<f64>().ok()?;
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
        (n.fract() == 0.0 && n.abs() < 9e15).then_some(n as i64)
    })
}

fn reference(doc: &Doc, to: Target<'_>, what: &str, resolver: &mut dyn Resolver) -> Val {
    let of = |r: &Reference, found: Result<Vec<Val>, Reasons>, resolver: &dyn Resolver| match found {
        Ok(vals) => match vals.as_slice() {
            [] => Val::Absent,
            [only] => only.clone(),
            // `element(module.vpc.private_subnets, 0)`: the argument takes one, so it is one of them.
            _ => resolver.one_of(r, vals),
        },
        Err(r) => Val::Unknown(name_reasons(&r, what)),
    };
    match &doc.said {
        Said::Ref(r) => {
            let found = resolver.reference(r, to.kinds);
            of(r, found, resolver)
        }
        Said::Text(t) | Said::Number(t) if t.is_empty() => Val::Absent,
        Said::Text(t) | Said::Number(t) => resolver.literal(t, to.kinds, to.fits).unwrap_or(Val::Absent),
        Said::Template(parts) => {
            // The last hole that fits is the most specific: `restapis/${Api}/stages/${Stage}`.
            let mut failed: Option<Reasons> = None;
            for part in parts.iter().rev() {
                let Part::Hole(hole) = part else { continue };
                match &hole.said {
                    Said::Ref(r) => match resolver.reference(r, to.kinds) {
                        Ok(vals) if !vals.is_empty() => return of(r, Ok(vals), resolver),
                        Ok(_) => {}
                        Err(e) => failed = Some(failed.map_or(e.clone(), |f| f.and(&e))),
                    },
                    _ => {
                        let e = reasons_of(hole);
                        failed = Some(failed.map_or(e.clone(), |f| f.and(&e)));
                    }
                }
            }
            // Made from a resource of another kind: it is that one, not this.
            if parts.iter().any(|p| matches!(p, Part::Hole(Doc { said: Said::Ref(_), .. }))) {
                return failed.map_or(Val::Absent, |f| Val::Unknown(name_reasons(&f, what)));
            }
            // What stands after the last hole may still identify it: `arn:${AWS::Partition}:iam::aws:policy/X`.
            let (sample, tail) = sample(parts);
            match resolver.literal(&sample, to.kinds, to.fits) {
                None => Val::Absent,
                Some(found) if tail.contains([':', '/']) => found,
                Some(_) => failed.map_or(Val::Absent, |f| Val::Unknown(name_reasons(&f, what))),
            }
        }
        Said::Hidden { .. } => Val::unknown(what, Cause::Sensitive),
        _ => Val::Unknown(name_reasons(&reasons_of(doc), what)),
    }
}

/// A template as text, and what stands after its last hole. The partition is taken to be `aws`: it only
/// tells apart clouds that share nothing.
fn sample(parts: &[Part]) -> (Text, &str) {
    let mut out = String::new();
    let mut tail = "";
    for part in parts {
        match part {
            Part::Text(t) => {
                out.push_str(t);
                tail = t;
            }
            Part::Hole(hole) => {
                tail = "";
                let name = reasons_of(hole).iter().next().map(|w| w.what.to_string()).unwrap_or_default();
                match name.as_str() {
                    "AWS::Partition" => out.push_str("aws"),
                    _ => out.push_str(&format!("${{{name}}}")),
                }
            }
        }
    }
    (out.into(), tail)
}
