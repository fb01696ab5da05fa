//! An unknown is never a fail: whatever single value of the compliant plan is made unknown, no rule fails
//! that did not fail before.
//!
//! Exhaustive over every attribute of every resource that the catalog reads. It takes a minute or two.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may be blunt")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use archlint::base::text::Files;
use archlint::catalog::path::{Root, Row, Step};
use archlint::catalog::{Catalog, FactDef, forward};
use archlint::engine;
use archlint::engine::judge::{Worlds, judge};
use archlint::model::doc::Dialect;
use archlint::model::schema::Schema;
use archlint::rules::{Rule, Verdict, embedded, load};
use archlint::sources::terraform;
use rayon::prelude::*;
use serde_json::{Value, json};

struct House {
    catalog: Catalog,
    schema: Arc<Schema>,
    rules: Vec<Rule>,
}

impl House {
    /// Rules and addresses that fail.
    fn fails(&self, plan: &str) -> BTreeSet<(String, String)> {
        let batch = terraform::plan::read("plan.json", plan, &mut Files::default()).unwrap();
        let linked = engine::link(&self.catalog, &self.schema, &[batch]);
        let rules: Vec<&Rule> = self.rules.iter().collect();
        let verdicts = judge(&linked.graph, &Worlds::new(&linked.graph), &rules);
        let fails = verdicts.told.iter().filter(|t| t.verdict == Verdict::Fail);
        fails
            .map(|t| (rules[t.rule].id.to_string(), linked.graph.resource(t.res).address.to_string()))
            .collect()
    }
}

/// The top-level arguments of each Terraform type that the catalog reads.
fn arguments(catalog: &Catalog) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for kind in &catalog.kinds {
        let Some(column) = forward::column(kind, Dialect::Terraform) else { continue };
        let mut note = |row: &Row| {
            for path in row.alts.iter().flatten() {
                let Some(Step::Key(key)) = path.steps.first() else { continue };
                let types = match &path.root {
                    Root::Body => &column.types,
                    Root::Satellite(name, _) => {
                        &column.satellites.iter().find(|s| s.name == *name).unwrap().types
                    }
                    _ => continue,
                };
                for ty in types {
                    all.entry(ty.to_string()).or_default().insert(key.to_string());
                }
            }
        };
        let rows =
            |def: &FactDef| def.rows[0].iter().flatten().flat_map(|(_, r)| r.clone()).collect::<Vec<_>>();
        kind.facts.iter().flat_map(rows).for_each(|r| note(&r));
        // An item of a list is read whole where its satellite is the item.
        for satellite in &column.satellites {
            for ty in &satellite.types {
                let fields = kind.facts.iter().flat_map(|f| &f.each).flat_map(rows);
                for path in fields.flat_map(|r| r.alts.into_iter().flatten()) {
                    if let Some(Step::Key(key)) = path.steps.first() {
                        all.entry(ty.to_string()).or_default().insert(key.to_string());
                    }
                }
            }
        }
    }
    all
}

/// Every place of a known value below `at`: object keys and list indexes.
fn leaves(at: &Value, path: &mut Vec<Value>, out: &mut Vec<Vec<Value>>) {
    match at {
        Value::Null => {}
        Value::Object(map) => {
            for (key, value) in map {
                path.push(json!(key));
                leaves(value, path, out);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (i, value) in items.iter().enumerate() {
                path.push(json!(i));
                leaves(value, path, out);
                path.pop();
            }
        }
        _ => out.push(path.clone()),
    }
}

fn step<'v>(at: &'v mut Value, key: &Value) -> &'v mut Value {
    if let Some(i) = key.as_u64() {
        let i = usize::try_from(i).unwrap();
        if !at.is_array() {
            *at = json!([]);
        }
        let list = at.as_array_mut().unwrap();
        while list.len() <= i {
            list.push(json!({}));
        }
        &mut list[i]
    } else {
        if !at.is_object() {
            *at = json!({});
        }
        &mut at[key.as_str().unwrap()]
    }
}

/// The plan with one value not known: gone from `after`, marked in `after_unknown`, and told in the
/// configuration by a variable that nothing answers.
fn without(plan: &Value, index: usize, path: &[Value]) -> Value {
    let mut plan = plan.clone();
    let change = &mut plan["resource_changes"][index];
    let address = change["address"].as_str().unwrap().to_owned();
    let mut at = &mut change["change"]["after"];
    for key in path {
        at = step(at, key);
    }
    *at = Value::Null;
    let mut at = &mut change["change"]["after_unknown"];
    for key in path {
        at = step(at, key);
    }
    *at = json!(true);
    let mut module = &mut plan["configuration"]["root_module"];
    let plain: String = strip_indexes(&address);
    let mut parts: Vec<&str> = plain.split('.').collect();
    while parts.len() > 2 && parts[0] == "module" {
        module = &mut module["module_calls"][parts[1]]["module"];
        parts.drain(..2);
    }
    let block =
        module["resources"].as_array_mut().unwrap().iter_mut().find(|r| r["address"] == parts.join("."));
    if let Some(block) = block {
        block["expressions"][path[0].as_str().unwrap()] = json!({"references": ["var.not_known"]});
    }
    plan
}

fn strip_indexes(address: &str) -> String {
    let mut out = String::new();
    let mut depth = 0;
    for c in address.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[test]
fn no_unknown_value_makes_a_rule_fail() {
    let catalog = Catalog::load().map_err(|p| format!("{p:?}")).unwrap();
    let schema = engine::schema(&catalog).unwrap();
    let rules = load(&mut Files::default(), embedded(), &schema).rules;
    let house = House { catalog, schema, rules };
    let text = std::fs::read_to_string("fixtures/architectures/shop/plan.json").unwrap();
    let plan: Value = serde_json::from_str(&text).unwrap();
    let before = house.fails(&text);
    let arguments = arguments(&house.catalog);

    let mut cases = Vec::new();
    for (index, change) in plan["resource_changes"].as_array().unwrap().iter().enumerate() {
        let Some(read) = arguments.get(change["type"].as_str().unwrap()) else { continue };
        let mut paths = Vec::new();
        leaves(&change["change"]["after"], &mut Vec::new(), &mut paths);
        cases.extend(paths.into_iter().filter(|p| read.contains(p[0].as_str().unwrap())).map(|p| (index, p)));
    }
    assert!(cases.len() > 700, "only {} values", cases.len());
    let wrong: Vec<String> = cases
        .par_iter()
        .flat_map_iter(|(index, path)| {
            let changed = without(&plan, *index, path);
            let address = plan["resource_changes"][index]["address"].as_str().unwrap();
            let new = house.fails(&changed.to_string());
            let new: Vec<_> = new.difference(&before).cloned().collect();
            new.into_iter().map(move |(rule, at)| format!("{address} {}: {rule} on {at}", json!(path)))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} values:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
