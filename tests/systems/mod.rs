//! The systems of `fixtures/architectures`, judged by the `ecommerce` reference from either source.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use archlint::base::text::Files;
use archlint::base::tree::{Limits, Node, NodeKind};
use archlint::base::yaml;
use archlint::catalog::Catalog;
use archlint::diag::finding::{Finding, Report, Severity};
use archlint::engine;
use archlint::model::schema::Schema;
use archlint::rules::{Rule, embedded, load, select};
use archlint::sources::{Batch, cloudformation, terraform};
use serde_json::{Map, Number, Value};

/// The tables, the schema, and the rules that the reference chooses.
pub struct House {
    /// The tables.
    pub catalog: Catalog,
    /// The schema with derived facts.
    pub schema: Arc<Schema>,
    /// What `ecommerce` chooses of the rules on disk.
    pub rules: Vec<Rule>,
}

/// Loaded once for all tests of a file.
pub fn house() -> &'static House {
    static HOUSE: LazyLock<House> = LazyLock::new(|| {
        let catalog = Catalog::load().map_err(|p| format!("{p:?}")).unwrap();
        let schema = engine::schema(&catalog).unwrap();
        let loaded = load(&mut Files::default(), embedded(), &schema);
        let rules = select("ecommerce", &loaded.references, &loaded.rules, &schema).unwrap();
        House { catalog, schema, rules }
    });
    &HOUSE
}

impl House {
    /// Whether a rule is on disk.
    pub fn has(&self, rule: &str) -> bool {
        self.rules.iter().any(|r| &*r.id == rule)
    }

    fn report(&self, batches: &[Batch], files: &Files) -> Report {
        engine::report(&self.catalog, &self.schema, &self.rules, "ecommerce", batches, files)
    }

    /// The report of a plan.
    pub fn plan(&self, text: &str) -> Report {
        let mut files = Files::default();
        let batch = read_plan(text, &mut files);
        self.report(&[batch], &files)
    }

    /// The report of a template.
    pub fn template(&self, text: String) -> Report {
        let mut files = Files::default();
        let batches = read_template(text, &mut files);
        self.report(&batches, &files)
    }
}

/// A plan, read.
pub fn read_plan(text: &str, files: &mut Files) -> Batch {
    terraform::plan::read("plan.json", text, files).unwrap_or_else(|e| panic!("{e:?}"))
}

/// A template, read.
pub fn read_template(text: String, files: &mut Files) -> Vec<Batch> {
    let input = cloudformation::Input::Text { name: "template.yaml".into(), text, path: None };
    let options = cloudformation::Options::default();
    cloudformation::read(&[input], files, &options).unwrap_or_else(|e| panic!("{e:?}"))
}

/// The text of a file of a system.
pub fn text(system: &str, path: &str) -> String {
    std::fs::read_to_string(format!("fixtures/architectures/{system}/{path}")).unwrap()
}

/// Rows of a tab-separated file of a system.
pub fn rows(system: &str, file: &str) -> Vec<Vec<String>> {
    let text = text(system, file);
    text.lines().filter(|l| !l.is_empty()).map(|l| l.split('\t').map(str::to_owned).collect()).collect()
}

/// Terraform addresses and the CloudFormation names of the same things.
pub fn pairs(system: &str) -> BTreeMap<String, String> {
    rows(system, "pairs.tsv").into_iter().map(|row| (row[0].clone(), row[1].trim().to_owned())).collect()
}

/// Rule and address of a finding.
pub type Key = (String, String);

/// Findings by rule and address.
pub fn by_key(findings: &[Finding]) -> BTreeMap<Key, &Finding> {
    findings.iter().map(|f| ((f.rule.clone(), f.resource.address.clone()), f)).collect()
}

/// High or medium.
pub fn serious(finding: &Finding) -> bool {
    matches!(finding.severity, Severity::High | Severity::Medium)
}

/// A finding in one line, with what it read.
pub fn line(finding: &Finding) -> String {
    let missing: Vec<String> = finding.missing.iter().map(|m| format!("{}: {}", m.what, m.why)).collect();
    format!(
        "{} {:?} {} {}: {} {}",
        finding.rule,
        finding.status,
        format!("{:?}", finding.severity).to_lowercase(),
        finding.resource.address,
        finding.message,
        missing.join("; ")
    )
}

/// A YAML text as JSON; the short form of a function becomes its long form.
pub fn yaml(text: &str) -> Value {
    json(&yaml::parse(text, Limits::default()).unwrap_or_else(|e| panic!("{e:?}")))
}

fn json(node: &Node) -> Value {
    let plain = match &node.kind {
        NodeKind::Null => Value::Null,
        NodeKind::Bool(b) => Value::Bool(*b),
        NodeKind::Number(n) => {
            serde_json::from_str::<Number>(n).map_or_else(|_| Value::String(n.to_string()), Value::Number)
        }
        NodeKind::Text(t) => Value::String(t.to_string()),
        NodeKind::List(items) => items.iter().map(json).collect(),
        NodeKind::Map(entries) => {
            let entries = entries.iter().map(|e| (e.key.to_string(), json(&e.value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    };
    match node.tag.as_deref().and_then(|t| t.strip_prefix('!')) {
        None => plain,
        Some(name @ ("Ref" | "Condition")) => Value::Object(Map::from_iter([(name.to_owned(), plain)])),
        Some(name) => Value::Object(Map::from_iter([(format!("Fn::{name}"), plain)])),
    }
}
