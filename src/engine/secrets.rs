//! Where values stand that are never to be shown: facts and fields that the catalog marks `secret`.

use crate::base::text::Place;
use crate::model::graph::Graph;
use crate::model::schema::{Origin, Schema};
use crate::model::value::{Fact, Val};

/// Every such place of a graph, sorted, without doubles.
pub(super) fn places(graph: &Graph) -> Vec<Place> {
    let schema = graph.schema();
    let mut all = Vec::new();
    for id in graph.ids() {
        let kind = schema.kind(graph.resource(id).kind);
        for attr in &kind.attrs {
            if let Origin::Stated(slot) = attr.origin
                && let Some(fact) = graph.fact(id, slot)
            {
                visit(schema, fact, attr.secret, &mut all);
            }
        }
    }
    all.sort();
    all.dedup();
    all
}

fn visit(schema: &Schema, fact: &Fact, secret: bool, all: &mut Vec<Place>) {
    if secret && spelt(&fact.val) {
        all.extend(fact.place);
    }
    inside(schema, &fact.val, all);
}

/// Whatever is written there: text with holes is not known, and may still spell a secret.
fn spelt(val: &Val) -> bool {
    !matches!(val, Val::Absent | Val::Res(_))
}

fn inside(schema: &Schema, val: &Val, all: &mut Vec<Place>) {
    match val {
        Val::List(list) => list.items.iter().for_each(|i| inside(schema, &i.val, all)),
        Val::Record(record) => {
            let fields = &schema.shape(record.shape).fields;
            for (field, fact) in fields.iter().zip(&record.fields) {
                visit(schema, fact, field.secret, all);
            }
        }
        Val::Cases(cases) => cases.iter().for_each(|(_, v)| inside(schema, v, all)),
        _ => {}
    }
}
