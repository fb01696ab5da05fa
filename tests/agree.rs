//! One architecture, told by two sources, is one graph.
//!
//! For every pair of resources that are the same thing (`pairs.tsv`) each stated fact must have the same
//! value from the plan and from the template. Where one of them does not know, that is its right; where
//! both know and differ, it is listed with its reason or it is a fault.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "tests may be blunt")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use archlint::base::text::Files;
use archlint::catalog::Catalog;
use archlint::engine;
use archlint::model::cond::Cond;
use archlint::model::graph::Graph;
use archlint::model::schema::Origin;
use archlint::model::value::{ResId, Val};
use archlint::sources::{cloudformation, terraform};

/// Differences that a source cannot avoid: fact, and why.
const ALLOWED: &[(&str, &str)] = &[
    ("app_scaling_policy.dimension", "a template names the scalable target, which tells it"),
    ("app_scaling_policy.namespace", "a template names the scalable target, which tells it"),
    ("app_scaling_policy.resource_id", "a template names the scalable target, which tells it"),
    ("app_scaling_policy.service", "a template names the scalable target, which tells it"),
    ("db_instance.encrypted", "a replica in a template cannot state it: it inherits from its source"),
    ("db_instance.kms_key", "a replica in a template cannot state it: it inherits from its source"),
    ("rest_method.integration_connection", "Terraform tells an integration in a resource of its own"),
    ("rest_method.integration_function", "Terraform tells an integration in a resource of its own"),
    ("rest_method.integration_type", "Terraform tells an integration in a resource of its own"),
    ("rest_stage.throttled", "Terraform tells it in method settings that name the stage by its text"),
    ("instance.volumes", "a root volume has no device name in Terraform"),
    ("log_group.retention", "never to expire is 0 in Terraform and nothing in a template"),
    ("security_group.egress", "a template must state a rule that admits nothing to say that there is none"),
];

/// Differences of `depot` only.
const MEMBERS: &[(&str, &str)] = &[
    ("db_instance.backup_retention", "Terraform has a type for members of a cluster, which cannot state it"),
    (
        "db_instance.deletion_protection",
        "Terraform has a type for members of a cluster, which cannot state it",
    ),
    ("db_instance.final_snapshot", "Terraform has a type for members of a cluster, which cannot state it"),
    ("db_instance.iam_auth", "Terraform has a type for members of a cluster, which cannot state it"),
    ("db_instance.managed_password", "Terraform has a type for members of a cluster, which cannot state it"),
    ("subnet.network_acl", "the plan's network ACL names its subnets itself"),
];

struct Told {
    graph: Graph,
    /// The name that both sources share for an address.
    shared: HashMap<String, String>,
}

fn plan(folder: &str, catalog: &Catalog) -> Graph {
    let path = format!("{folder}/plan.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let batch = terraform::plan::read(&path, &text, &mut Files::default()).unwrap();
    engine::link(catalog, &engine::schema(catalog).unwrap(), &[batch]).graph
}

fn template(folder: &str, catalog: &Catalog) -> Graph {
    let path = PathBuf::from(format!("{folder}/cloudformation/template.yaml"));
    let input = cloudformation::Input::Path(path);
    let batches =
        cloudformation::read(&[input], &mut Files::default(), &cloudformation::Options::default()).unwrap();
    engine::link(catalog, &engine::schema(catalog).unwrap(), &batches).graph
}

fn show(told: &Told, val: &Val) -> String {
    match val {
        Val::Res(id) => {
            let address = told.graph.resource(*id).address.to_string();
            told.shared.get(&address).cloned().unwrap_or(address)
        }
        Val::List(list) => {
            let mut all: Vec<String> = list.items.iter().map(|i| show(told, &i.val)).collect();
            all.sort();
            format!("[{}]", all.join(", "))
        }
        Val::Record(record) => {
            let shape = told.graph.schema().shape(record.shape);
            // Ports of a rule for all protocols mean nothing: 0 in Terraform, left out in a template.
            let protocol = shape.field("protocol").and_then(|i| record.fields.get(i));
            let any = protocol.is_some_and(|f| f.val == Val::text("all"));
            let all: Vec<String> = shape
                .fields
                .iter()
                .zip(&record.fields)
                .filter(|(field, _)| !(any && field.name.ends_with("_port")))
                .map(|(field, fact)| format!("{}: {}", field.name, show(told, &fact.val)))
                .collect();
            format!("{{{}}}", all.join(", "))
        }
        Val::Absent => "-".into(),
        Val::Bool(b) => b.to_string(),
        Val::Int(n) => n.to_string(),
        #[expect(clippy::cast_possible_truncation, reason = "whole numbers of either type are equal")]
        Val::Num(n) if n.fract() == 0.0 => (*n as i64).to_string(),
        Val::Num(n) => n.to_string(),
        Val::Text(t) => t.to_string(),
        _ => "?".into(),
    }
}

fn certain(val: &Val) -> bool {
    match val {
        Val::Unknown(_) | Val::Cases(_) | Val::Symbol { .. } | Val::Hidden { .. } => false,
        // A hole is written as its source writes it, and a plan keeps no text around it.
        Val::Text(t) => !t.contains("${"),
        Val::List(list) => {
            let there = |i: &archlint::model::value::Item| i.present == Cond::Const(true) && certain(&i.val);
            list.more.is_none() && list.items.iter().all(there)
        }
        Val::Record(record) => record.fields.iter().all(|f| certain(&f.val)),
        _ => true,
    }
}

fn check(name: &str, own: &[(&str, &str)]) {
    let folder = format!("fixtures/architectures/{name}");
    let catalog = Catalog::load().unwrap();
    let pairs: Vec<(String, String)> = std::fs::read_to_string(format!("{folder}/pairs.tsv"))
        .unwrap()
        .lines()
        .filter_map(|l| l.split_once('\t').map(|(a, b)| (a.to_owned(), b.trim().to_owned())))
        .collect();
    let tf = Told { graph: plan(&folder, &catalog), shared: pairs.iter().cloned().collect() };
    let cfn = Told { graph: template(&folder, &catalog), shared: HashMap::new() };
    let mut differences: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut compared = 0;
    for (a, b) in &pairs {
        let (Some(x), Some(y)) = (tf.graph.find(a), cfn.graph.find(b)) else { continue };
        compared += compare(&tf, x, &cfn, y, &mut differences);
    }
    let allowed: BTreeSet<&str> = ALLOWED.iter().chain(own).map(|(fact, _)| *fact).collect();
    differences.retain(|fact, _| !allowed.contains(fact.as_str()));
    let all: Vec<String> =
        differences.into_iter().map(|(f, d)| format!("{f}\n    {}", d.join("\n    "))).collect();
    assert!(all.is_empty(), "{name}: {} facts differ:\n{}", all.len(), all.join("\n"));
    assert!(compared > 500, "{name}: only {compared} facts were compared");
}

fn compare(tf: &Told, x: ResId, cfn: &Told, y: ResId, out: &mut BTreeMap<String, Vec<String>>) -> usize {
    let (rx, ry) = (tf.graph.resource(x), cfn.graph.resource(y));
    let kind = tf.graph.schema().kind(rx.kind);
    if rx.kind != ry.kind {
        out.entry("kind".into()).or_default().push(format!("{} {}", rx.address, ry.address));
        return 0;
    }
    let mut compared = 0;
    for attr in &kind.attrs {
        let Origin::Stated(slot) = attr.origin else { continue };
        let (Some(f), Some(g)) = (tf.graph.fact(x, slot), cfn.graph.fact(y, slot)) else { continue };
        if !certain(&f.val) || !certain(&g.val) {
            continue;
        }
        compared += 1;
        let (a, b) = (show(tf, &f.val), show(cfn, &g.val));
        if a != b {
            let fact = format!("{}.{}", kind.name, attr.name);
            out.entry(fact).or_default().push(format!("{}: plan {a} | template {b}", rx.address));
        }
    }
    compared
}

#[test]
fn shop_is_one_graph() {
    check("shop", &[]);
}

#[test]
fn legacy_is_one_graph() {
    check("legacy", &[]);
}

#[test]
fn depot_is_one_graph() {
    check("depot", MEMBERS);
}
