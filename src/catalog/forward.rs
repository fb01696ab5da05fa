//! Forward mapping: one resource as its source tells it, to the facts of its kind.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

use crate::base::text::Text;
use crate::model::cond::Cond;
use crate::model::doc::{Dialect, Doc, Raw, Said};
use crate::model::value::{Fact, How, Item, List, Record, Val};
use crate::model::why::{Cause, Reasons};

use super::path::Row;
use super::typed::{self, Resolver};
use super::walk::{self, Found, Hit, Satellites, Scope};
use super::{Catalog, Column, FactDef, FactTy, KindDef, slot};

/// No satellites: for rows of the satellites themselves.
fn nobody<'a>(_: &str) -> (&'a [(&'a Raw, Cond)], Option<&'a Reasons>) {
    (&[], None)
}

impl Column {
    /// The name of a resource, if it is stated.
    pub fn name_of(&self, raw: &Raw) -> Option<Text> {
        plain(self.name.as_ref()?, raw).into_iter().next()
    }

    /// Every stated id of a resource.
    pub fn ids_of(&self, raw: &Raw) -> Vec<Text> {
        self.ids.iter().flat_map(|row| plain(row, raw)).collect()
    }
}

/// The plain texts on a row of a resource's own body.
fn plain(row: &Row, raw: &Raw) -> Vec<Text> {
    let scope = Scope { body: &raw.body, meta: &raw.meta, satellites: &nobody, document: &|_| None };
    walk::row(row, &scope)
        .hits
        .into_iter()
        .filter_map(|h| match &h.doc.said {
            Said::Text(t) => Some(t.clone()),
            _ => None,
        })
        .collect()
}

/// The owner documents of a satellite. One that is its owner only under a condition is a case of it; a
/// list of owners that may have more says so as one that is not known.
pub fn owners(row: &Row, raw: &Raw) -> Vec<Doc> {
    let scope = Scope { body: &raw.body, meta: &raw.meta, satellites: &nobody, document: &|_| None };
    let found = walk::row(row, &scope);
    let mut docs: Vec<Doc> = found.more.into_iter().map(|why| Doc::new(Said::Unknown(why))).collect();
    for hit in found.hits {
        let under = |doc: Doc| match &hit.cond {
            Cond::Const(true) => doc,
            cond => Doc::at(Said::Cases(Arc::new([(cond.clone(), doc.clone())])), doc.place),
        };
        match &hit.doc.said {
            Said::List(items, more) => {
                docs.extend(items.iter().cloned().map(under));
                docs.extend(more.iter().map(|why| under(Doc::new(Said::Unknown(why.clone())))));
            }
            _ => docs.push(under(hit.doc.clone().into_owned())),
        }
    }
    docs
}

/// Maps a resource to the facts of its kind, in slot order.
pub fn facts<'a>(
    catalog: &Catalog,
    kind: &KindDef,
    dialect: Dialect,
    raw: &'a Raw,
    satellites: &Satellites<'a, '_>,
    resolver: &mut dyn Resolver,
) -> Vec<Fact> {
    let resolver = RefCell::new(resolver);
    let mut out = Vec::with_capacity(kind.facts.len());
    for def in &kind.facts {
        let what = format!("{}.{}", raw.address, def.name);
        let Some(rows) = def.rows_for(dialect, &raw.ty) else {
            out.push(not_told(def, &what));
            continue;
        };
        let document = |doc: &Doc| resolver.try_borrow().ok().and_then(|r| r.document(doc));
        let scope = Scope { body: &raw.body, meta: &raw.meta, satellites, document: &document };
        let mut found = Found::default();
        for row in rows {
            found.extend(walk::row(row, &scope));
        }
        if dialect == Dialect::Neutral {
            neutral_default(def, &mut found);
        }
        out.push(convert(catalog, def, dialect, &raw.ty, found, &what, &resolver));
    }
    out
}

/// What an example leaves out means what leaving it out of the first source means.
fn neutral_default(def: &FactDef, found: &mut Found<'_>) {
    if !found.hits.is_empty() || found.more.is_some() {
        return;
    }
    let empty = Doc::new(Said::Map(Vec::new()));
    let scope = Scope { body: &empty, meta: &[], satellites: &nobody, document: &|_| None };
    for row in def.default_rows() {
        for hit in walk::row(row, &scope).hits {
            found.hits.push(Hit { doc: Cow::Owned(hit.doc.into_owned()), ..hit });
        }
    }
}

/// A fact that the source has no column for.
fn not_told(def: &FactDef, what: &str) -> Fact {
    let reasons = Reasons::one(what, Cause::NotTold);
    let val = match def.ty {
        FactTy::Texts | FactTy::Ints | FactTy::Refs | FactTy::List(_) | FactTy::Policy => {
            Val::List(Arc::new(List { items: Vec::new(), more: Some(reasons) }))
        }
        _ => Val::Unknown(reasons),
    };
    Fact { val, how: How::Stated, place: None }
}

fn convert(
    catalog: &Catalog,
    def: &FactDef,
    dialect: Dialect,
    ty: &str,
    found: Found<'_>,
    what: &str,
    resolver: &RefCell<&mut dyn Resolver>,
) -> Fact {
    match def.ty {
        FactTy::List(shape) | FactTy::Record(shape) => {
            let place = found.hits.iter().find_map(|h| h.doc.place);
            let mut list =
                List { items: Vec::new(), more: found.more.map(|m| typed::name_reasons(&m, what)) };
            for hit in found.hits {
                record_items(
                    catalog,
                    def,
                    dialect,
                    ty,
                    (shape, what),
                    hit.doc,
                    &hit.cond,
                    resolver,
                    &mut list,
                );
            }
            let val = match def.ty {
                FactTy::List(_) => Val::List(Arc::new(list)),
                _ => match (list.items.into_iter().next(), list.more) {
                    (Some(item), _) if item.present == Cond::Const(true) => item.val,
                    (Some(item), _) => Val::Cases(Arc::new([(item.present, item.val)])),
                    (None, Some(more)) => Val::Unknown(more),
                    (None, None) => Val::Absent,
                },
            };
            Fact { val, how: How::Stated, place }
        }
        _ => {
            let shapes = (catalog.policy_shape, catalog.condition_shape);
            typed::fact(found, def.ty, &def.to, shapes, what, &mut **resolver.borrow_mut())
        }
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "one recursion with one context; a struct would only rename it"
)]
fn record_items(
    catalog: &Catalog,
    def: &FactDef,
    dialect: Dialect,
    ty: &str,
    (shape, what): (crate::model::schema::ShapeId, &str),
    doc: Cow<'_, Doc>,
    cond: &Cond,
    resolver: &RefCell<&mut dyn Resolver>,
    out: &mut List,
) {
    match &doc.said {
        Said::Null => {}
        Said::List(items, more) => {
            if let Some(more) = more {
                let named = typed::name_reasons(more, what);
                out.more = Some(out.more.as_ref().map_or_else(|| named.clone(), |m| m.and(&named)));
            }
            for item in items {
                record_items(
                    catalog,
                    def,
                    dialect,
                    ty,
                    (shape, what),
                    Cow::Borrowed(item),
                    cond,
                    resolver,
                    out,
                );
            }
        }
        Said::Cases(cases) => {
            for (c, d) in cases.iter() {
                let both = cond.and(c);
                record_items(
                    catalog,
                    def,
                    dialect,
                    ty,
                    (shape, what),
                    Cow::Borrowed(d),
                    &both,
                    resolver,
                    out,
                );
            }
        }
        Said::Map(_) | Said::Text(_) => {
            let mut fields = Vec::with_capacity(def.each.len());
            let satellites = |_: &str| -> (&[(&Raw, Cond)], Option<&Reasons>) { (&[], None) };
            for field in &def.each {
                let full = format!("{what}.{}", field.name);
                let Some(rows) = field.rows_for(dialect, ty) else {
                    fields.push(not_told(field, &full));
                    continue;
                };
                let document = |d: &Doc| resolver.try_borrow().ok().and_then(|r| r.document(d));
                let scope = Scope { body: &doc, meta: &[], satellites: &satellites, document: &document };
                let mut found = Found::default();
                for row in rows {
                    let part = walk::row(row, &scope);
                    let hits = part.hits.into_iter();
                    let hits = hits.map(|h| Hit { doc: Cow::Owned(h.doc.into_owned()), ..h }).collect();
                    found.extend(Found { hits, ..part });
                }
                if dialect == Dialect::Neutral {
                    neutral_default(field, &mut found);
                }
                fields.push(convert(catalog, field, dialect, ty, found, &full, resolver));
            }
            let record = Record { shape, fields, place: doc.place };
            out.items.push(Item {
                val: Val::Record(Arc::new(record)),
                present: cond.clone(),
                place: doc.place,
            });
        }
        _ => {
            let named = typed::name_reasons(&walk::reasons_of(&doc), what);
            out.more = Some(out.more.as_ref().map_or_else(|| named.clone(), |m| m.and(&named)));
        }
    }
}

/// The index of a dialect's column of a kind.
pub fn column(kind: &KindDef, dialect: Dialect) -> Option<&Column> {
    kind.columns.get(slot(dialect)).and_then(Option::as_ref)
}
