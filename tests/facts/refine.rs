//! Unknown is neither true, false nor empty: making any one stated value unknown may make an answer
//! unknown or incomplete, never another answer.

use std::collections::BTreeMap;

use archlint::base::tree::Limits;
use archlint::base::yaml;
use archlint::catalog::example;
use archlint::engine::link::{Input, link};
use archlint::facts::view::View;
use archlint::model::cond::World;
use archlint::model::doc::{Dialect, Doc, Raw, Said};
use archlint::model::read::Read;
use archlint::model::schema::Origin;
use archlint::model::why::Cause;

use crate::support::{house, say};

/// Facts that rest on a stated word although the part that might overrule it is not known, with why.
const BOLD: &[(&str, &str)] = &[
    // the scheme says so; only subnets that are all known to be private overrule it
    ("load_balancer", "internet_facing"),
];

fn answers(raws: &[Raw]) -> BTreeMap<(String, String), String> {
    let house = house();
    let linked = link(&house.catalog, &house.schema, &[Input { raws, dialect: Dialect::Neutral, source: 0 }]);
    let graph = linked.graph;
    let view = View::new(&graph, World::default());
    let mut all = BTreeMap::new();
    for res in graph.ids().filter(|r| graph.resource(*r).in_view) {
        let kind = house.schema.kind(graph.resource(res).kind);
        for attr in kind.attrs.iter().filter(|a| matches!(a.origin, Origin::Derived(_))) {
            if BOLD.contains(&(&*kind.name, &*attr.name)) {
                continue;
            }
            let val = view.named(res, &attr.name).unwrap();
            let key = (graph.resource(res).address.to_string(), attr.name.to_string());
            all.insert(key, say(&graph, &val));
        }
    }
    assert_eq!(view.misspelt_names(), Vec::<String>::new());
    all
}

/// Whether an answer says no more than another: unknown, the same, or part of the same list.
fn refines(less: &str, more: &str) -> bool {
    let items = |s: &str| -> Vec<String> {
        let inner = s.trim_end_matches("+?").trim_start_matches('[').trim_end_matches(']');
        inner.split(", ").filter(|i| !i.is_empty()).map(str::to_owned).collect()
    };
    less == more || less == "?" || less.ends_with("+?") && items(less).iter().all(|i| items(more).contains(i))
}

#[test]
fn one_unknown_changes_no_answer() {
    let node = yaml::parse(super::areas::SHOP, Limits::default()).unwrap();
    let raws = example::raws(&node, None).unwrap();
    let known = answers(&raws);
    let mut wrong = Vec::new();
    for at in 0..raws.len() {
        let Said::Map(fields) = &raws[at].body.said else { continue };
        for field in 0..fields.len() {
            let mut changed = raws.clone();
            let Said::Map(fields) = &mut changed[at].body.said else { continue };
            let what = format!("{}.{}", raws[at].address, fields[field].0);
            fields[field].1 = Doc::unknown(what.as_str(), Cause::NotTold);
            for (key, said) in answers(&changed) {
                if !refines(&said, &known[&key]) {
                    wrong.push(format!("without {what}: {}.{} is {said}, not {}", key.0, key.1, known[&key]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} answers:\n{}", wrong.len(), wrong.join("\n"));
}
