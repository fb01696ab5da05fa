//! Who holds whom: an index of every reference in every stated fact, whatever the attribute.
//!
//! So "used by" follows any attribute that holds the id, never an allow-list.

use std::collections::HashMap;

use super::items::join;
use crate::model::cond::{Cond, World};
use crate::model::graph::Graph;
use crate::model::schema::{KindId, Origin, Schema, Ty};
use crate::model::truth::Truth;
use crate::model::value::{ResId, Val};
use crate::model::why::Reasons;

/// The index, in one world.
#[derive(Debug, Default)]
pub struct Holders {
    /// Per resource, those that hold it, with whether they do.
    pub of: HashMap<ResId, Vec<(ResId, Truth)>>,
    /// Per kind of holder and kind held, why some of the first may hold one of the second unseen.
    pub open: HashMap<(KindId, KindId), Reasons>,
}

impl Holders {
    /// Reads every fact of the graph once.
    pub fn new(graph: &Graph, world: &World) -> Self {
        let mut index = Self::default();
        let schema = graph.schema();
        for res in graph.ids().filter(|r| graph.resource(*r).in_view) {
            for attr in &schema.kind(graph.resource(res).kind).attrs {
                let Origin::Stated(slot) = attr.origin else { continue };
                if !holds_resources(schema, &attr.ty) {
                    continue;
                }
                if let Some(fact) = graph.fact(res, slot) {
                    index.walk(
                        schema,
                        world,
                        (res, graph.resource(res).kind),
                        &attr.ty,
                        &fact.val,
                        &Truth::True,
                    );
                }
            }
        }
        index
    }

    fn walk(
        &mut self,
        schema: &Schema,
        world: &World,
        (holder, kind): (ResId, KindId),
        ty: &Ty,
        val: &Val,
        sure: &Truth,
    ) {
        match val.in_world(world) {
            Val::Res(res) => self.of.entry(res).or_default().push((holder, sure.clone())),
            Val::Unknown(why) => self.unknown(schema, kind, ty, &why),
            Val::List(list) => {
                let Ty::List(of) = ty else { return };
                for item in &list.items {
                    let present = truth_of(&item.present, world, sure);
                    if !present.is_false() {
                        self.walk(schema, world, (holder, kind), of, &item.val, &present);
                    }
                }
                if let Some(why) = &list.more {
                    self.unknown(schema, kind, of, why);
                }
            }
            Val::Record(rec) => {
                for (field, fact) in schema.shape(rec.shape).fields.iter().zip(&rec.fields) {
                    self.walk(schema, world, (holder, kind), &field.ty, &fact.val, sure);
                }
            }
            _ => {}
        }
    }

    /// A value of this type that is not known may hold any resource that the type admits.
    fn unknown(&mut self, schema: &Schema, holder: KindId, ty: &Ty, why: &Reasons) {
        match ty {
            Ty::Res(kinds) => {
                for kind in kinds {
                    let mut open = self.open.remove(&(holder, *kind));
                    join(&mut open, why);
                    self.open.extend(open.map(|o| ((holder, *kind), o)));
                }
            }
            Ty::List(of) => self.unknown(schema, holder, of, why),
            Ty::Record(shape) => {
                for field in &schema.shape(*shape).fields {
                    self.unknown(schema, holder, &field.ty, why);
                }
            }
            _ => {}
        }
    }
}

fn truth_of(cond: &Cond, world: &World, sure: &Truth) -> Truth {
    sure.clone().and(|| cond.truth(world))
}

fn holds_resources(schema: &Schema, ty: &Ty) -> bool {
    match ty {
        Ty::Res(_) => true,
        Ty::List(of) => holds_resources(schema, of),
        Ty::Record(shape) => schema.shape(*shape).fields.iter().any(|f| holds_resources(schema, &f.ty)),
        _ => false,
    }
}
