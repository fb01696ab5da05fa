//! Builds graphs for tests from neutral examples, through the catalog and the linker.
//!
//! `web: { kind: subnet, vpc: v, zone: a }`; `"?"` is unknown; a reference to a name that is not in the
//! text is something that is not in view; facts left out have the catalog's default.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::sync::{Arc, LazyLock};

use archlint::base::tree::Limits;
use archlint::base::yaml;
use archlint::catalog::{Catalog, example};
use archlint::engine::link::{Input, link};
use archlint::model::doc::Dialect;
use archlint::model::graph::Graph;
use archlint::model::schema::Schema;
use archlint::model::value::Val;

/// The tables, and the schema with derived facts.
pub struct House {
    /// The tables.
    pub catalog: Catalog,
    /// The schema with derived facts.
    pub schema: Arc<Schema>,
}

/// Loaded once for all tests of a file.
pub fn house() -> &'static House {
    static HOUSE: LazyLock<House> = LazyLock::new(|| {
        let catalog = Catalog::load().map_err(|p| format!("{p:?}")).unwrap();
        let schema = archlint::engine::schema(&catalog).unwrap();
        House { catalog, schema }
    });
    &HOUSE
}

/// A linked graph from YAML.
pub fn graph(text: &str) -> Graph {
    let house = house();
    let node = yaml::parse(text, Limits::default()).unwrap_or_else(|e| panic!("{e:?}\n{text}"));
    let raws = example::raws(&node, None).unwrap_or_else(|e| panic!("{e:?}\n{text}"));
    let input = Input { raws: &raws, dialect: Dialect::Neutral, source: 0 };
    let linked = link(&house.catalog, &house.schema, &[input]);
    assert!(linked.unknown_types.is_empty(), "no such kind: {:?}", linked.unknown_types);
    for raw in &raws {
        let kind = house.schema.kind(house.schema.find(&raw.ty).unwrap());
        if let archlint::model::doc::Said::Map(facts) = &raw.body.said {
            for (name, _) in facts {
                assert!(kind.attr(name).is_some(), "{} has no {name}", kind.name);
            }
        }
    }
    linked.graph
}

/// A value as text, for tables of expectations: lists in order, `+?` where there may be more.
pub fn say(graph: &Graph, val: &Val) -> String {
    match val {
        Val::Absent => "absent".into(),
        Val::Unknown(_) => "?".into(),
        Val::Bool(b) => b.to_string(),
        Val::Int(n) => n.to_string(),
        Val::Num(n) => n.to_string(),
        Val::Text(t) => t.to_string(),
        Val::Symbol { name, .. } => format!("zone#{name}"),
        Val::Hidden { .. } => "hidden".into(),
        Val::Res(res) => graph.resource(*res).address.to_string(),
        Val::Record(_) => "record".into(),
        Val::Cases(_) => "cases".into(),
        Val::List(list) => {
            let items: Vec<String> = list.items.iter().map(|i| say(graph, &i.val)).collect();
            format!("[{}]{}", items.join(", "), if list.more.is_some() { "+?" } else { "" })
        }
    }
}
