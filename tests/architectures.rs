//! Whole systems: the compliant shop has no serious finding, the legacy shop has exactly the planted ones,
//! and a plan and a template of the same system have the same findings.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may be blunt")]

mod systems;

use std::collections::{BTreeMap, BTreeSet};

use archlint::base::text::Files;
use archlint::diag::finding::Report;
use archlint::engine;
use archlint::engine::judge::{Worlds, judge};
use archlint::rules::Rule;
use archlint::sources::Batch;
use systems::{Key, by_key, house, line, pairs, rows, serious, text};

/// Findings of one source that the other cannot have: rule, address, why.
const ALLOWED: &[(&str, &str, &str)] = &[];

/// Fewest planted defects whose rules are on disk.
const FEWEST: usize = 80;

fn plan(system: &str) -> Report {
    house().plan(&text(system, "plan.json"))
}

fn template(system: &str) -> Report {
    house().template(text(system, "cloudformation/template.yaml"))
}

fn check_compliant(report: &Report) {
    let found: Vec<String> = report.findings.iter().filter(|f| serious(f)).map(line).collect();
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
}

/// `column` is that of the addresses in `defects.tsv`.
fn check_planted(report: &Report, column: usize) {
    let house = house();
    let planted: BTreeSet<Key> =
        rows("legacy", "defects.tsv").into_iter().map(|row| (row[0].clone(), row[column].clone())).collect();
    let tried = planted.iter().filter(|(rule, _)| house.has(rule)).count();
    assert!(tried >= FEWEST, "only {tried} of {} planted defects have their rule", planted.len());
    let found = by_key(&report.findings);
    let open = by_key(&report.unknown);
    let mut wrong = Vec::new();
    for (rule, address) in planted.iter().filter(|(rule, _)| house.has(rule)) {
        let key = (rule.clone(), address.clone());
        if !found.contains_key(&key) {
            let why = open.get(&key).map_or_else(|| "pass or not applicable".to_owned(), |f| line(f));
            wrong.push(format!("not found: {rule} {address}\n      {why}"));
        }
    }
    let beside = found.iter().filter(|(key, f)| serious(f) && !planted.contains(*key));
    wrong.extend(beside.map(|(_, f)| format!("beside: {}", line(f))));
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Each pair of resources has the same findings from both sources.
fn check_agreement(system: &str) {
    let (plan, template) = (plan(system), template(system));
    let pairs = pairs(system);
    let of_template: BTreeSet<&String> = pairs.values().collect();
    let (a, b) = (by_key(&plan.findings), by_key(&template.findings));
    let (open_a, open_b) = (by_key(&plan.unknown), by_key(&template.unknown));
    let allowed = |rule: &str, address: &str| ALLOWED.iter().any(|(r, at, _)| *r == rule && *at == address);
    let here: BTreeSet<Key> =
        a.keys().filter_map(|(rule, address)| Some((rule.clone(), pairs.get(address)?.clone()))).collect();
    let there: BTreeSet<Key> =
        b.keys().filter(|(_, address)| of_template.contains(address)).cloned().collect();
    let back: BTreeMap<&str, &str> = pairs.iter().map(|(x, y)| (y.as_str(), x.as_str())).collect();
    let mut wrong = Vec::new();
    for key in here.symmetric_difference(&there).filter(|(rule, at)| !allowed(rule, at)) {
        let (rule, name) = key;
        let address = back[name.as_str()].to_owned();
        let who = if here.contains(key) { "plan" } else { "template" };
        let other =
            if here.contains(key) { open_b.get(key) } else { open_a.get(&(rule.clone(), address.clone())) };
        let other = other.map_or_else(|| "not at all".to_owned(), |f| line(f));
        let finding = a.get(&(rule.clone(), address)).or(b.get(key)).unwrap();
        wrong.push(format!("only the {who} has: {}\n      the other: {other}", line(finding)));
    }
    assert!(wrong.is_empty(), "{system}: {} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn shop_complies_as_a_plan() {
    check_compliant(&plan("shop"));
}

#[test]
fn shop_complies_as_a_template() {
    check_compliant(&template("shop"));
}

#[test]
fn legacy_has_its_defects_as_a_plan() {
    check_planted(&plan("legacy"), 1);
}

#[test]
fn legacy_has_its_defects_as_a_template() {
    check_planted(&template("legacy"), 2);
}

#[test]
fn shop_has_the_same_findings_from_both() {
    check_agreement("shop");
}

#[test]
fn legacy_has_the_same_findings_from_both() {
    check_agreement("legacy");
}

/// An allowed difference that is none any more would hide the next one.
#[test]
fn allowed_differences_are_real() {
    let mut real = BTreeSet::new();
    for system in ["shop", "legacy"] {
        let (plan, template) = (plan(system), template(system));
        let pairs = pairs(system);
        let here: BTreeSet<Key> = by_key(&plan.findings)
            .into_keys()
            .filter_map(|(rule, address)| Some((rule, pairs.get(&address)?.clone())))
            .collect();
        let there: BTreeSet<Key> = by_key(&template.findings).into_keys().collect();
        real.extend(here.symmetric_difference(&there).cloned());
    }
    for (rule, address, _) in ALLOWED {
        assert!(real.contains(&((*rule).to_owned(), (*address).to_owned())), "{rule} {address}");
    }
}

/// The counts of a rule's verdicts that differ between the sources of a system: system, rule, why.
const COUNTED: &[(&str, &str, &str)] = &[
    ("shop", "DATA-039", "CloudFormation has no switch for the account's EBS encryption"),
    ("shop", "SEC-001", "CloudFormation cannot declare a default security group"),
    ("shop", "SEC-002", "CloudFormation cannot declare a default security group"),
    ("shop", "SEC-003", "CloudFormation cannot declare a default security group"),
    ("shop", "OPS-005", "a template does not tell what happens to what is there"),
    ("legacy", "OPS-005", "a template does not tell what happens to what is there"),
];

/// Passes, not applicable, told.
fn counts(report: &[Batch]) -> BTreeMap<String, (usize, usize, usize)> {
    let house = house();
    let linked = engine::link(&house.catalog, &house.schema, report);
    let worlds = Worlds::new(&linked.graph);
    let count = |rule: &Rule| {
        let v = judge(&linked.graph, &worlds, &[rule]);
        (rule.id.to_string(), (v.pass, v.not_applicable, v.told.len()))
    };
    house.rules.iter().map(count).collect()
}

/// Not only what fails is the same from both sources, but also what passes and what does not apply.
#[test]
fn verdicts_are_as_many_from_both() {
    let mut differ = BTreeMap::new();
    for system in ["shop", "legacy"] {
        let (mut plan, mut template) = (Files::default(), Files::default());
        let plan = counts(&[systems::read_plan(&text(system, "plan.json"), &mut plan)]);
        let template =
            counts(&systems::read_template(text(system, "cloudformation/template.yaml"), &mut template));
        for (rule, count) in plan {
            if template[&rule] != count {
                differ.insert(
                    (system, rule.clone()),
                    format!("plan {count:?}, template {:?}", template[&rule]),
                );
            }
        }
    }
    for (system, rule, _) in COUNTED {
        assert!(differ.remove(&(*system, (*rule).to_owned())).is_some(), "{system} {rule} is as many");
    }
    assert!(differ.is_empty(), "{differ:#?}");
}

/// Everything that the rules ask of the shop is told by its sources.
fn check_known(report: &Report) {
    let open: Vec<String> = report.unknown.iter().map(line).collect();
    assert!(open.is_empty(), "{} unknown:\n{}", open.len(), open.join("\n"));
}

#[test]
fn nothing_of_the_shop_is_unknown_as_a_plan() {
    check_known(&plan("shop"));
}

#[test]
fn nothing_of_the_shop_is_unknown_as_a_template() {
    check_known(&template("shop"));
}
