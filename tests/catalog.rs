//! The catalog's tables: they load, every path exists upstream, and every kind is told by two sources.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests may be blunt"
)]

use std::collections::{BTreeMap, BTreeSet};

use archlint::base::text::Files;
use archlint::catalog::path::{Path, Root, Row, Step};
use archlint::catalog::{Catalog, FactDef, KindDef};
use archlint::engine;
use archlint::model::doc::Dialect;
use archlint::sources::{cloudformation, terraform};
use serde_json::Value;

fn catalog() -> Catalog {
    Catalog::load().unwrap_or_else(|problems| {
        let all: Vec<String> = problems.into_iter().map(|p| p.message).collect();
        panic!("{} problems:\n{}", all.len(), all.join("\n"))
    })
}

#[test]
fn tables_load() {
    assert!(catalog().kinds.len() >= 60);
}

#[test]
fn every_kind_is_spelt_by_at_least_two_sources() {
    // CloudFormation and the API tell an integration inside its method.
    const INSIDE_ANOTHER: &[&str] = &["rest_integration"];
    let alone: Vec<String> = catalog()
        .kinds
        .iter()
        .filter(|k| !INSIDE_ANOTHER.contains(&&*k.name))
        .filter(|k| k.columns.iter().take(3).flatten().count() < 2)
        .map(|k| k.name.to_string())
        .collect();
    assert!(alone.is_empty(), "told by one source only: {alone:?}");
}

#[test]
fn every_path_exists_upstream() {
    let catalog = catalog();
    let mut problems = Vec::new();
    for (dialect, file) in [
        (Dialect::Terraform, "terraform"),
        (Dialect::CloudFormation, "cloudformation"),
        (Dialect::Api, "api"),
    ] {
        let text = std::fs::read_to_string(format!("fixtures/schemas/{file}.json")).unwrap();
        let schemas: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
        for kind in &catalog.kinds {
            check_kind(kind, dialect, &schemas, &mut problems);
        }
    }
    assert!(problems.is_empty(), "{} paths:\n{}", problems.len(), problems.join("\n"));
}

/// Where a path may begin: the schema nodes of one kind's types in one dialect.
struct Upstream<'a> {
    body: Vec<Value>,
    satellites: BTreeMap<String, Vec<Value>>,
    kind: &'a str,
}

fn check_kind(
    kind: &KindDef,
    dialect: Dialect,
    schemas: &BTreeMap<String, Value>,
    problems: &mut Vec<String>,
) {
    let Some(column) = archlint::catalog::forward::column(kind, dialect) else { return };
    let mut of = |types: &[std::sync::Arc<str>], items: Option<&Row>| -> Vec<Value> {
        let mut all = Vec::new();
        for ty in types {
            let Some(schema) = schemas.get(&**ty) else {
                problems.push(format!("{}: no type `{ty}` upstream", kind.name));
                continue;
            };
            match items {
                None => all.push(schema.clone()),
                Some(row) => {
                    all.extend(row.alts.iter().flatten().filter_map(|p| walk(schema, &p.steps).ok()))
                }
            }
        }
        all
    };
    let up = Upstream {
        body: of(&column.types, column.items.as_ref()),
        satellites: column
            .satellites
            .iter()
            .map(|s| (s.name.to_string(), of(&s.types, s.items.as_ref())))
            .collect(),
        kind: &kind.name,
    };
    if up.body.is_empty() {
        return;
    }
    for (name, row) in
        [("name", column.name.as_ref())].into_iter().chain(column.ids.iter().map(|r| ("ids", Some(r))))
    {
        if let Some(row) = row {
            row_nodes(row, &up, &format!("{} {}", up.kind, name), problems);
        }
    }
    for satellite in &column.satellites {
        let nodes = up.satellites.get(&*satellite.name).cloned().unwrap_or_default();
        let inner = Upstream { body: nodes, satellites: BTreeMap::new(), kind: up.kind };
        row_nodes(&satellite.owner, &inner, &format!("{} @{}", up.kind, satellite.name), problems);
    }
    for def in &kind.facts {
        check_fact(def, dialect, &up, &format!("{}.{}", up.kind, def.name), problems);
    }
}

fn check_fact(def: &FactDef, dialect: Dialect, up: &Upstream<'_>, what: &str, problems: &mut Vec<String>) {
    let Some(rows) = def.rows.get(archlint::catalog::slot(dialect)).and_then(Option::as_ref) else { return };
    let mut items = Vec::new();
    for row in rows.iter().flat_map(|(_, rows)| rows) {
        items.extend(row_nodes(row, up, &format!("{} {what}", dialect.name()), problems));
    }
    let items = items.into_iter().map(|n| if n["k"] == "list" { n["e"].clone() } else { n }).collect();
    let inner = Upstream { body: items, satellites: BTreeMap::new(), kind: up.kind };
    for field in &def.each {
        check_fact(field, dialect, &inner, &format!("{what}.{}", field.name), problems);
    }
}

/// The nodes that a row reaches. Each of its paths must exist in one of the schemas that it may begin in.
fn row_nodes(row: &Row, up: &Upstream<'_>, what: &str, problems: &mut Vec<String>) -> Vec<Value> {
    let mut all = Vec::new();
    for path in row.alts.iter().flatten() {
        let begin = match &path.root {
            Root::Body => up.body.clone(),
            Root::Satellite(name, _) => match up.satellites.get(&**name) {
                Some(nodes) => nodes.clone(),
                None => {
                    problems.push(format!("{what}: no satellite `{name}`"));
                    continue;
                }
            },
            Root::Meta(_) | Root::Literal(_) => continue,
        };
        if begin.is_empty() || begin.iter().any(|n| n["k"] == "any") {
            continue;
        }
        let found: Vec<_> = begin.iter().map(|n| walk(n, &path.steps)).collect();
        if found.iter().all(Result::is_err) {
            let why = found.into_iter().find_map(Result::err).unwrap_or_default();
            problems.push(format!("{what}: {}: {why}", show(path)));
            continue;
        }
        all.extend(found.into_iter().flatten());
    }
    all
}

fn walk(node: &Value, steps: &[Step]) -> Result<Value, String> {
    let mut at = node.clone();
    for step in steps {
        if at["k"] == "any" {
            return Ok(at);
        }
        at = match (step, at["k"].as_str().unwrap_or_default()) {
            (Step::Key(key), "map") => match at["f"].get(&**key) {
                Some(inner) => inner.clone(),
                None => return Err(format!("no `{key}`")),
            },
            (Step::Key(_), "dict") => at["e"].clone(),
            (Step::Each | Step::Nth(_) | Step::Where(..), "list") => at["e"].clone(),
            (Step::Entries, "dict" | "map") => {
                let value = at.get("e").cloned().unwrap_or_else(|| serde_json::json!({"k": "any"}));
                serde_json::json!({"k": "map", "f": {"$key": {"k": "str"}, "$value": value}})
            }
            (Step::Json, "str" | "map" | "dict") => serde_json::json!({"k": "any"}),
            (Step::Base64, "str") => at,
            (step, kind) => return Err(format!("{step:?} on a {kind}")),
        };
    }
    Ok(at)
}

fn show(path: &Path) -> String {
    format!("{:?}", path.steps)
}

#[test]
fn every_converter_is_documented_and_used() {
    let docs = std::fs::read_to_string("docs/catalog.md").unwrap();
    let mut tables = String::new();
    for folder in std::fs::read_dir("src/catalog/aws").unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            tables += &std::fs::read_to_string(file.unwrap().path()).unwrap();
        }
    }
    for name in archlint::catalog::convert::CONVERTERS {
        assert!(docs.contains(&format!("| `{name}` |")), "`{name}` is not in docs/catalog.md");
        assert!(tables.contains(&format!("| {name}")), "no table uses `{name}`: delete it");
    }
}

/// Kinds that no architecture can tell from both sources, and why.
const ONE_SOURCE: &[(&str, &str)] = &[
    ("account_public_access_block", "CloudFormation has no resource for it"),
    ("ebs_default_encryption", "CloudFormation has no resource for it"),
    ("rest_integration", "CloudFormation tells an integration in its method"),
];

#[test]
fn every_kind_stands_in_an_architecture_told_by_two_sources() {
    let catalog = catalog();
    let schema = engine::schema(&catalog).unwrap();
    let mut told: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for entry in std::fs::read_dir("fixtures/architectures").unwrap() {
        let folder = entry.unwrap().path().display().to_string();
        let path = format!("{folder}/plan.json");
        let text = std::fs::read_to_string(&path).unwrap();
        let plan = vec![terraform::plan::read(&path, &text, &mut Files::default()).unwrap()];
        let input = cloudformation::Input::Path(format!("{folder}/cloudformation/template.yaml").into());
        let options = cloudformation::Options::default();
        let template = cloudformation::read(&[input], &mut Files::default(), &options).unwrap();
        // Both sources must tell it in the same architecture.
        let mut here: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for (source, batches) in [("plan", plan), ("template", template)] {
            let graph = engine::link(&catalog, &schema, &batches).graph;
            for resource in graph.ids().map(|id| graph.resource(id)).filter(|r| r.in_view) {
                here.entry(graph.schema().kind(resource.kind).name.to_string()).or_default().insert(source);
            }
        }
        for (kind, sources) in here {
            let before = told.entry(kind).or_default();
            if sources.len() > before.len() {
                *before = sources;
            }
        }
    }
    let sources = |kind: &str| told.get(kind).map_or(0, BTreeSet::len);
    let excepted = |kind: &str| ONE_SOURCE.iter().any(|(name, _)| *name == kind);
    let kinds: Vec<String> = catalog.kinds.iter().map(|k| k.name.to_string()).collect();
    let missing: Vec<_> = kinds.iter().filter(|k| !excepted(k) && sources(k) < 2).collect();
    assert!(missing.is_empty(), "in no architecture told by two sources: {missing:?}");
    let wrong: Vec<_> = ONE_SOURCE.iter().filter(|(name, _)| sources(name) != 1).collect();
    assert!(wrong.is_empty(), "exceptions that are none, or stand nowhere at all: {wrong:?}");
}
