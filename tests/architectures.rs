//! Whole systems: the compliant shop has no serious finding, the legacy shop has exactly the planted ones,
//! and a plan and a template of the same system have the same findings.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may be blunt")]

mod systems;

use std::collections::{BTreeMap, BTreeSet};

use archlint::diag::finding::Report;
use systems::{Key, by_key, house, line, serious, text};

/// Findings of one source that the other cannot have: rule, address, why.
const ALLOWED: &[(&str, &str, &str)] = &[];

fn plan(system: &str) -> Report {
    house().plan(&text(system, "plan.json"))
}

fn template(system: &str) -> Report {
    house().template(text(system, "cloudformation/template.yaml"))
}

/// Rows of a tab-separated file.
fn rows(system: &str, file: &str) -> Vec<Vec<String>> {
    let text = text(system, file);
    text.lines().filter(|l| !l.is_empty()).map(|l| l.split('\t').map(str::to_owned).collect()).collect()
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
    let pairs: BTreeMap<String, String> =
        rows(system, "pairs.tsv").into_iter().map(|row| (row[0].clone(), row[1].trim().to_owned())).collect();
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
        let pairs: BTreeMap<String, String> = rows(system, "pairs.tsv")
            .into_iter()
            .map(|row| (row[0].clone(), row[1].trim().to_owned()))
            .collect();
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
