//! A single fault raises its rule and no other: every change that `shop/faults/faults.yaml` lists, made to
//! the plan and to the template of the compliant shop.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may be blunt")]

mod systems;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use archlint::diag::finding::{Finding, Report};
use archlint::model::doc::Dialect;
use rayon::prelude::*;
use serde_json::{Map, Value, json};
use systems::{Key, by_key, house, line, serious, text, yaml};

/// Fewest faults that must have been tried in each source.
const FEWEST: usize = 80;

enum Step {
    Key(String),
    Nth(usize),
}

/// `a.b[0].c`
fn path(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in text.split('.') {
        let (key, indexes) = part.split_once('[').unwrap_or((part, ""));
        if !key.is_empty() {
            steps.push(Step::Key(key.to_owned()));
        }
        let indexes = indexes.split(['[', ']']).filter(|i| !i.is_empty());
        steps.extend(indexes.map(|i| Step::Nth(i.parse().unwrap())));
    }
    steps
}

/// What stands at some steps; made on the way if `make`.
fn at<'v>(mut value: &'v mut Value, steps: &[Step], make: bool) -> Option<&'v mut Value> {
    for step in steps {
        match step {
            Step::Key(key) => {
                if make && value.is_null() {
                    *value = json!({});
                }
                let map = value.as_object_mut()?;
                if make && !map.contains_key(key) {
                    map.insert(key.clone(), Value::Null);
                }
                value = map.get_mut(key)?;
            }
            Step::Nth(n) => {
                if make && value.is_null() {
                    *value = json!([]);
                }
                let list = value.as_array_mut()?;
                if make && list.len() == *n {
                    list.push(Value::Null);
                }
                value = list.get_mut(*n)?;
            }
        }
    }
    Some(value)
}

fn set(value: &mut Value, steps: &[Step], new: &Value) {
    *at(value, steps, true).unwrap() = new.clone();
}

/// Takes away what stands at some steps. True if it was there.
fn cut(value: &mut Value, steps: &[Step]) -> bool {
    let Some((last, before)) = steps.split_last() else { return false };
    let Some(parent) = at(value, before, false) else { return false };
    match last {
        Step::Key(key) => parent.as_object_mut().is_some_and(|m| m.remove(key).is_some()),
        Step::Nth(n) => {
            let Some(list) = parent.as_array_mut() else { return false };
            let there = *n < list.len();
            if there {
                list.remove(*n);
            }
            there
        }
    }
}

/// The address without its indexes, and whether its last part had one.
fn base(address: &str) -> (String, bool) {
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
    (out, address.ends_with(']'))
}

/// The resources of the configuration among which an address is, and its address there.
fn configured<'p>(plan: &'p mut Value, address: &str) -> Option<(&'p mut Vec<Value>, String)> {
    let (plain, _) = base(address);
    let mut parts: Vec<&str> = plain.split('.').collect();
    let mut module = plan.pointer_mut("/configuration/root_module")?;
    while parts.len() > 2 && parts[0] == "module" {
        module = module.get_mut("module_calls")?.get_mut(parts[1])?.get_mut("module")?;
        parts.drain(..2);
    }
    Some((module.get_mut("resources")?.as_array_mut()?, parts.join(".")))
}

fn forget_value(module: &mut Value, address: &str) {
    if let Some(resources) = module.get_mut("resources").and_then(Value::as_array_mut) {
        resources.retain(|r| r["address"] != address);
    }
    if let Some(children) = module.get_mut("child_modules").and_then(Value::as_array_mut) {
        children.iter_mut().for_each(|c| forget_value(c, address));
    }
}

fn entries(edit: &Value, verb: &str) -> Map<String, Value> {
    edit.get(verb).map(|v| v.as_object().unwrap().clone()).unwrap_or_default()
}

fn paths(edit: &Value, verb: &str) -> Vec<Vec<Step>> {
    let list = edit.get(verb).and_then(Value::as_array);
    list.into_iter().flatten().map(|p| path(p.as_str().unwrap())).collect()
}

fn added(new: &Value) -> Value {
    let address = new["address"].as_str().unwrap();
    let parts: Vec<&str> = address.split('.').collect();
    let (module, own) = parts.split_at(parts.len() - 2);
    let mut change = json!({
        "address": address, "mode": "managed", "type": new["type"], "name": own[1],
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": { "actions": ["create"], "before": null, "after": new["after"], "after_unknown": {},
                    "before_sensitive": false, "after_sensitive": {} },
    });
    if !module.is_empty() {
        change["module_address"] = json!(module.join("."));
    }
    change
}

/// One edit of the plan, as the head of `faults.yaml` describes it; what is set also becomes a constant
/// of the configuration where the source would spell it.
fn edit_plan(plan: &mut Value, edit: &Value) {
    let changes = plan["resource_changes"].as_array_mut().unwrap();
    if let Some(new) = edit.get("add") {
        changes.push(added(new));
        return;
    }
    let address = edit["address"].as_str().unwrap();
    let index =
        changes.iter().position(|c| c["address"] == address).unwrap_or_else(|| panic!("no {address}"));
    if edit.get("remove").is_some() {
        changes.remove(index);
        forget_value(&mut plan["planned_values"]["root_module"], address);
        let (_, indexed) = base(address);
        if let (false, Some((resources, own))) = (indexed, configured(plan, address)) {
            resources.retain(|r| r["address"] != own);
        }
        return;
    }
    let change = &mut changes[index]["change"];
    for (name, new) in entries(edit, "set") {
        set(&mut change["after"], &path(&name), &new);
        let unknown = at(&mut change["after_unknown"], &path(&name), false);
        if let Some(mark) = unknown {
            *mark = json!(false);
        }
    }
    for steps in paths(edit, "unset") {
        let there = cut(&mut change["after"], &steps);
        let marked = cut(&mut change["after_unknown"], &steps);
        assert!(there || marked, "{address} has nothing to unset: {edit}");
        if let [Step::Key(key)] = steps.as_slice() {
            change["after"][key] = Value::Null;
        }
    }
    let (_, indexed) = base(address);
    if indexed {
        // the other instances keep what the configuration says
        return;
    }
    let gone = entries(edit, "set").keys().map(|k| path(k)).chain(paths(edit, "unset")).collect::<Vec<_>>();
    if let Some((resources, own)) = configured(plan, address)
        && let Some(block) = resources.iter_mut().find(|r| r["address"] == *own)
    {
        for steps in gone {
            cut(&mut block["expressions"], &steps);
        }
        // what the source now spells; the ids that tie two resources together are computed, not spelt
        let spelt = |name: &str, new: &Value| {
            !new.is_object()
                && !new.is_array()
                && !["id", "arn"].contains(&name)
                && !name.contains(['.', '['])
        };
        for (name, new) in entries(edit, "set").into_iter().filter(|(n, v)| spelt(n, v)) {
            block["expressions"][name] = json!({ "constant_value": new });
        }
    }
}

/// One edit of the template.
fn edit_template(template: &mut Value, edit: &Value) {
    let resources = template["Resources"].as_object_mut().unwrap();
    if let Some(new) = edit.get("add") {
        resources.extend(new.as_object().unwrap().clone());
        return;
    }
    let name = edit["resource"].as_str().unwrap();
    if edit.get("remove").is_some() {
        assert!(resources.remove(name).is_some(), "no {name}");
        for other in resources.values_mut() {
            match other.get_mut("DependsOn") {
                Some(Value::Array(list)) => list.retain(|d| d != name),
                Some(one) if one == name => {
                    other.as_object_mut().unwrap().remove("DependsOn");
                }
                _ => {}
            }
        }
        return;
    }
    let resource = resources.get_mut(name).unwrap_or_else(|| panic!("no {name}"));
    for (path_, new) in entries(edit, "set") {
        set(&mut resource["Properties"], &path(&path_), &new);
    }
    for steps in paths(edit, "unset") {
        assert!(cut(&mut resource["Properties"], &steps), "{name} has nothing to unset: {edit}");
    }
}

fn keys(report: &Report) -> BTreeSet<Key> {
    by_key(&report.findings).into_keys().collect()
}

/// Does the faulted system raise its rule, and no other? `None` if it does, else what is wrong.
fn wrong(fault: &Value, before: &BTreeSet<Key>, after: &Report) -> Option<String> {
    let rule = fault["rule"].as_str().unwrap();
    let also: Vec<&str> =
        fault.get("also").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let mut said = Vec::new();
    let new: Vec<_> = by_key(&after.findings).into_iter().filter(|(key, _)| !before.contains(key)).collect();
    if !new.iter().any(|((r, _), _)| r == rule) {
        said.push(format!("{rule} does not fire"));
        let open = after.unknown.iter().filter(|f| f.rule == rule);
        said.extend(open.map(|f| format!("    {}", line(f))));
    }
    for ((r, _), finding) in &new {
        if r != rule && !also.contains(&r.as_str()) && serious(finding) {
            said.push(format!("beside it: {}", line(finding)));
        }
    }
    (!said.is_empty()).then(|| format!("{}:\n    {}", fault["name"].as_str().unwrap(), said.join("\n    ")))
}

/// A fault and what is said of the shop that has it.
struct Tried {
    fault: Value,
    plan: Report,
    template: Report,
}

/// The shop as it is, and with every fault: judged once for all tests. `ONLY=text` tries the faults whose
/// name or rule begins so.
struct Shop {
    plan: Report,
    template: Report,
    tried: Vec<Tried>,
}

fn shop() -> &'static Shop {
    static SHOP: LazyLock<Shop> = LazyLock::new(|| {
        let house = house();
        let plan: Value = serde_json::from_str(&text("shop", "plan.json")).unwrap();
        let template = yaml(&text("shop", "cloudformation/template.yaml"));
        let edited = |fault: &Value, source: &str, whole: &Value, edit: fn(&mut Value, &Value)| {
            let mut faulted = whole.clone();
            fault[source].as_array().unwrap().iter().for_each(|e| edit(&mut faulted, e));
            assert_ne!(&faulted, whole, "{} changes nothing in {source}", fault["name"]);
            faulted.to_string()
        };
        let tried = faults()
            .into_par_iter()
            .map(|fault| Tried {
                plan: house.plan(&edited(&fault, "plan", &plan, edit_plan)),
                template: house.template(edited(&fault, "cloudformation", &template, edit_template)),
                fault,
            })
            .collect();
        Shop { plan: house.plan(&plan.to_string()), template: house.template(template.to_string()), tried }
    });
    &SHOP
}

fn only() -> String {
    std::env::var("ONLY").unwrap_or_default()
}

fn faults() -> Vec<Value> {
    let all = yaml(&text("shop", "faults/faults.yaml"));
    let chosen = |f: &&Value| ["rule", "name"].iter().any(|k| f[*k].as_str().unwrap().starts_with(&only()));
    all.as_array().unwrap().iter().filter(chosen).cloned().collect()
}

/// Every fault whose rule is on disk raises it.
fn check(source: &str, before: &Report, after: fn(&Tried) -> &Report) {
    let before = keys(before);
    let all = &shop().tried;
    let tried: Vec<&Tried> = all.iter().filter(|t| house().has(t.fault["rule"].as_str().unwrap())).collect();
    let failed: Vec<String> = tried.iter().filter_map(|t| wrong(&t.fault, &before, after(t))).collect();
    assert!(failed.is_empty(), "{source}: {} of {}\n{}", failed.len(), tried.len(), failed.join("\n"));
    let few = only().is_empty() && tried.len() < FEWEST;
    assert!(!few, "{source}: only {} of {} faults have their rule", tried.len(), all.len());
}

#[test]
fn every_fault_of_the_plan_raises_its_rule() {
    check("plan", &shop().plan, |t| &t.plan);
}

#[test]
fn every_fault_of_the_template_raises_its_rule() {
    check("template", &shop().template, |t| &t.template);
}

/// Verdicts over paired resources by the names of the template.
fn told(report: &Report, name: impl Fn(&str) -> Option<String>) -> BTreeSet<String> {
    let all = report.findings.iter().chain(&report.unknown);
    let said = |f: &Finding| {
        Some(format!("{} {:?} {:?} {}", f.rule, f.status, f.severity, name(&f.resource.address)?))
    };
    all.filter_map(said).collect()
}

/// Whatever is changed, the rules on disk say the same of the plan and of the template.
#[test]
fn faults_are_seen_alike_from_both_sources() {
    let pairs = systems::pairs("shop");
    let names: BTreeSet<&str> = pairs.values().map(String::as_str).collect();
    let mut failed = Vec::new();
    for t in &shop().tried {
        let plan = told(&t.plan, |a| pairs.get(a).cloned());
        let template = told(&t.template, |a| names.contains(a).then(|| a.to_owned()));
        let differ: Vec<String> = plan
            .symmetric_difference(&template)
            .map(|f| format!("    only the {}: {f}", if plan.contains(f) { "plan" } else { "template" }))
            .collect();
        if !differ.is_empty() {
            failed.push(format!("{}\n{}", t.fault["name"], differ.join("\n")));
        }
    }
    assert!(failed.is_empty(), "{}:\n{}", failed.len(), failed.join("\n"));
}

/// A rule that both sources can tell of has a fault that raises it.
#[test]
fn every_rule_has_a_fault() {
    let all = faults();
    let raised: BTreeSet<&str> = all.iter().map(|f| f["rule"].as_str().unwrap()).collect();
    let missing: Vec<&str> = house()
        .rules
        .iter()
        .filter(|r| [Dialect::Terraform, Dialect::CloudFormation].iter().all(|d| r.seen_from(*d)))
        .map(|r| &*r.id)
        .filter(|id| only().is_empty() && !raised.contains(id))
        .collect();
    assert!(missing.is_empty(), "no fault in `faults.yaml` raises {}", missing.join(", "));
}

#[test]
fn names_of_faults_are_their_own() {
    let all = faults();
    let names: BTreeSet<&str> = all.iter().map(|f| f["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), all.len());
}

/// Only a plan tells what happens to what is there: OPS-005 and nothing else is new.
#[test]
fn a_plan_that_destroys_data_says_so() {
    let whole: Value = serde_json::from_str(&text("shop", "plan.json")).unwrap();
    let check = |address: &str, actions: Value, expected: bool| {
        let mut plan = whole.clone();
        let changes = plan["resource_changes"].as_array_mut().unwrap();
        let change = &mut changes.iter_mut().find(|c| c["address"] == address).unwrap()["change"];
        change["before"] = change["after"].clone();
        change["actions"] = actions.clone();
        let after = keys(&house().plan(&plan.to_string()));
        let new: Vec<&Key> = after.iter().filter(|k| !keys(&shop().plan).contains(k)).collect();
        let key = ("OPS-005".to_owned(), address.to_owned());
        let right: Vec<&Key> = if expected { vec![&key] } else { Vec::new() };
        assert_eq!(new, right, "{address} {actions}");
    };
    check("module.data.aws_db_instance.main", json!(["delete", "create"]), true);
    check("module.data.aws_dynamodb_table.events", json!(["create", "delete"]), true);
    check("module.data.aws_db_instance.main", json!(["update"]), false);
    check("module.data.aws_db_instance.main", json!(["no-op"]), false);
    check("module.data.aws_elasticache_replication_group.main", json!(["delete", "create"]), false);
}

/// What a plan deletes is not part of what will be, but is named for what it takes along.
#[test]
fn a_plan_that_deletes_data_says_so() {
    let mut plan: Value = serde_json::from_str(&text("shop", "plan.json")).unwrap();
    let gone = json!({
        "address": "aws_dynamodb_table.old", "mode": "managed", "type": "aws_dynamodb_table", "name": "old",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": { "actions": ["delete"], "before": { "name": "old", "billing_mode": "PROVISIONED" },
                    "after": null, "after_unknown": false },
    });
    plan["resource_changes"].as_array_mut().unwrap().push(gone);
    let after = keys(&house().plan(&plan.to_string()));
    let new: Vec<Key> = after.into_iter().filter(|k| !keys(&shop().plan).contains(k)).collect();
    assert_eq!(new, [("OPS-005".to_owned(), "aws_dynamodb_table.old".to_owned())]);
}
