//! Rule and reference files that are right: what they say, what they read, which are chosen.

use archlint::base::text::Files;
use archlint::base::tree::NodeKind;
use archlint::diag::finding::Severity;
use archlint::model::doc::{Dialect, Said};
use archlint::model::value::Val;
use archlint::rules::expression::Trace;
use archlint::rules::{Loaded, Reference, Rule, Verdict, embedded, load, select};

use crate::broken::render;
use crate::kit::{Shop, reasons, schema, shop, text, unknown};

const RULE: &str = r#"
title: database spans too few zones
severity: high
severity_when: { low: db.label == "toy", medium: db.off || db.multi_az }
pillar: availability
for: db
where: db.multi_az
must: size(db.zones.distinct()) >= params.min_zones && db.subnet.zone != "c"
message: "`{db.address}` ({db.label}) spans {db.zones} of {db.half}, not {params.min_zones}; {{{db.gone}}}"
evidence: [db.subnet.nat]
params: { min_zones: { is: int, value: 2, means: zones that it must span } }
sources: [terraform, api]
clauses: [ecommerce/3.1]
see_also: { checkov: [CKV_AWS_157], trivy: [] }
why: |
  A zone can fail.
fix:
  summary: move `{db.address}`
  add: { kind: subnet, zone: b, cidr: "{db.subnet.cidr}", nat: {db.subnet.nat} }
examples:
  bad: [{ main: { kind: db, multi_az: true, zones: [a] }, net: { kind: subnet, zone: "?" } }]
  good: [{ main: { kind: db, multi_az: true, zones: [a, b] } }]
  unsure: [{ main: { kind: db, multi_az: true, zones: "?" } }]
"#;

fn read(all: &[(&str, &str)]) -> (Files, Loaded) {
    let mut files = Files::default();
    let loaded = load(&mut files, all.iter().copied(), &schema());
    (files, loaded)
}

fn rule(text: &str) -> Rule {
    let (files, loaded) = read(&[("rules/data/DATA-901-too-few-zones.yaml", text)]);
    assert_eq!(render(&files, &loaded.problems), "");
    loaded.rules.into_iter().next().unwrap()
}

/// The verdict of [`RULE`] on a database with these facts, in one line.
fn judge(facts: &[(&str, Val)]) -> String {
    let mut shop = Shop::new();
    let db = shop.add("db", "db.main", facts);
    match rule(RULE).judge(&shop, db, None) {
        Verdict::Unknown(why) => format!("unknown: {}", reasons(&why)),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_rule_says_what_is_in_its_file() {
    let rule = rule(RULE);
    assert_eq!((&*rule.id, &*rule.slug, &*rule.family), ("DATA-901", "too-few-zones", "data"));
    assert_eq!(rule.severity, Severity::High);
    assert_eq!(rule.sources, [Dialect::Terraform, Dialect::Api]);
    assert_eq!(rule.see_also.len(), 1, "empty lists are left out");
    assert_eq!(rule.must.source.split(' ').next(), Some("size(db.zones.distinct())"));
    let names: Vec<&str> = rule.examples.iter().map(|e| &*e.name).collect();
    assert_eq!(names, ["bad 1", "good 1", "unsure 1"]);
    let net = &rule.examples[0].resources[1];
    assert_eq!((&*net.name, &*net.kind), ("net", "subnet"));
    assert_eq!(net.facts.get("zone").unwrap().kind, NodeKind::Text("?".into()));
}

#[test]
fn where_and_must_make_a_verdict() {
    let zones = |all: &[&str]| crate::kit::texts(all);
    let yes = Val::Bool(true);
    assert_eq!(judge(&[("multi_az", Val::Bool(false))]), "NotApplicable");
    assert_eq!(judge(&[("multi_az", yes.clone()), ("zones", zones(&["a", "b"]))]), "Pass");
    assert_eq!(judge(&[("multi_az", yes.clone()), ("zones", zones(&["a", "a"]))]), "Fail");
    assert_eq!(judge(&[("multi_az", yes.clone())]), "Fail", "no value is no zone");
    assert_eq!(judge(&[("multi_az", yes), ("zones", unknown("z"))]), "unknown: z, known after apply");
    // Where it is not known whether the rule applies, only a pass is sure.
    assert_eq!(judge(&[("multi_az", unknown("m")), ("zones", zones(&["a", "b"]))]), "Pass");
    assert_eq!(
        judge(&[("multi_az", unknown("m")), ("zones", zones(&["a"]))]),
        "unknown: m, known after apply"
    );
    assert_eq!(
        judge(&[("multi_az", unknown("m")), ("zones", unknown("z"))]),
        "unknown: m, known after apply; z, known after apply"
    );
}

#[test]
fn a_finding_tells_message_severity_evidence_and_fix() {
    let (shop, db) = shop();
    let rule = rule(RULE);
    assert_eq!(rule.message(&shop, db), "`db.main` (?) spans a, b of a, b, ?, not 2; {none}");
    assert_eq!(rule.severity(&shop, db), Severity::Medium, "the first is unknown and does not count");
    let evidence = rule.evidence(&shop, db);
    assert_eq!(evidence.len(), 1);
    assert_eq!(&*shop.graph.resource(evidence[0].0).address, "subnet.a");
    let change = rule.fix.change.as_ref().unwrap();
    assert_eq!(change.add, Some(shop.kind("subnet")));
    let facts = change.facts(&shop, &rule.params, db);
    let said: Vec<&Said> = facts.iter().map(|(_, doc)| &doc.said).collect();
    assert_eq!(said[0], &Said::Text("b".into()));
    assert_eq!(said[1], &Said::Text("10.0.0.0/24".into()));
    assert!(matches!(said[2], Said::Ref(r) if &*r.targets[0] == "nat.a"), "{:?}", said[2]);
    assert_eq!(rule.fix.summary.render(&shop, &rule.params, db), "move `db.main`");
}

#[test]
fn needs_are_what_it_may_read() {
    let (shop, _) = shop();
    let schema = shop.graph.schema();
    let named = |(kind, attr): &(archlint::model::schema::KindId, archlint::model::schema::AttrId)| {
        format!("{}.{}", schema.kind(*kind).name, schema.kind(*kind).attrs[attr.0 as usize].name)
    };
    let mut needs: Vec<String> = rule(RULE).needs().iter().map(named).collect();
    needs.sort();
    let expected = [
        "db.address",
        "db.gone",
        "db.half",
        "db.label",
        "db.multi_az",
        "db.off",
        "db.subnet",
        "db.zones",
        "subnet.cidr",
        "subnet.nat",
        "subnet.zone",
    ];
    assert_eq!(needs, expected);
}

fn traced(must: &str, kind: &str, address: &str) -> (String, String) {
    let (shop, _) = shop();
    let text = format!(
        "title: t\nseverity: high\npillar: cost\nfor: {kind}\nmust: '{must}'\nwhy: w\nfix: {{ summary: s }}\n\
         examples: {{ bad: [{{ a: {{ kind: {kind} }} }}], good: [], unsure: [] }}\n"
    );
    let mut trace = Trace::default();
    let verdict = rule(&text).judge(&shop, shop.graph.find(address).unwrap(), Some(&mut trace));
    let seen = trace.seen.iter().map(|s| {
        let value =
            if s.secret { "(secret)".into() } else { archlint::rules::expression::show(&s.val, &shop) };
        format!("{}.{} = {value}", s.res.map_or("", |r| &*shop.graph.resource(r).address), s.label)
    });
    (seen.collect::<Vec<_>>().join("; "), format!("{verdict:?}").split('(').next().unwrap().to_owned())
}

#[test]
fn a_trace_tells_what_decided_first() {
    let check = |must: &str, kind: &str, address: &str, verdict: &str, seen: &str| {
        assert_eq!(traced(must, kind, address), (seen.to_owned(), verdict.to_owned()), "{must}");
    };
    check("db.multi_az && db.off", "db", "db.main", "Fail", "db.main.off = false; db.main.multi_az = true");
    check("db.open && db.off", "db", "db.main", "Fail", "db.main.off = false; db.main.open = ?");
    check(
        "db.subnet.nat.zone == \"b\"",
        "db",
        "db.main",
        "Fail",
        "db.main.subnet = subnet.a; subnet.a.nat = nat.a; nat.a.zone = a",
    );
    check("!has(db.password)", "db", "db.main", "Fail", "db.main.password = (secret)");
    // Of a list, the item that decides; fields are named after the attribute that holds them.
    check(
        "!group.ingress.exists(r, \"::/0\" in r.cidrs)",
        "group",
        "group.open",
        "Fail",
        "group.open.ingress = 2 entries; group.open.ingress[..].cidrs = 10.0.0.0/8, ::/0",
    );
}

#[test]
fn a_budget_ends_what_is_too_long() {
    let mut shop = Shop::new();
    let first = shop.add("subnet", "s0", &[("zone", text("a"))]);
    for i in 1..3_000 {
        shop.add("subnet", &format!("s{i}"), &[("zone", text("a"))]);
    }
    let slow = r#"all("subnet").all(a, all("subnet").all(b, a.zone == b.zone))"#;
    let said = shop.say(("subnet", first), slow);
    assert!(said.starts_with("unknown") && said.ends_with("limit reached"), "{said}");
    assert_eq!(shop.say(("subnet", first), r#"all("subnet").exists(a, a.zone == "b")"#), "false");
}

const PACK: &str = "title: t\ndescribes: d\n";

fn choose(name: &str, references: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let mut all = vec![
        ("rules/data/DATA-901-too-few-zones.yaml".to_owned(), RULE.to_owned()),
        ("rules/data/DATA-902-another.yaml".to_owned(), RULE.to_owned()),
        ("rules/network/NET-901-third.yaml".to_owned(), RULE.to_owned()),
    ];
    all.extend(references.iter().map(|(n, t)| (format!("rules/references/{n}.yaml"), format!("{PACK}{t}"))));
    let mut files = Files::default();
    let loaded = load(&mut files, all, &schema());
    assert_eq!(render(&files, &loaded.problems), "");
    match select(name, &loaded.references, &loaded.rules, &schema()) {
        Ok(rules) => Ok(rules
            .iter()
            .map(|r| format!("{} {:?} {:?}", r.id, r.severity, r.params[0].value).to_lowercase())
            .collect()),
        Err(problems) => Err(render(&files, &problems)),
    }
}

#[test]
fn references_choose() {
    let base = ("base", "severity: { 'DATA-*': low }\nparams: { NET-901: { min_zones: 3 } }\noff: [another]");
    assert_eq!(choose("base", &[base]).unwrap(), ["data-901 low int(2)", "net-901 high int(3)"]);
    let lean = ("lean", "extends: base\nrules: [DATA-902]\noff: [NET-*]\nseverity: { too-few-zones: info }");
    assert_eq!(choose("lean", &[base, lean]).unwrap(), ["data-901 info int(2)", "data-902 low int(2)"]);
    let few = ("few", "rules: [NET-*]");
    assert_eq!(choose("few", &[few]).unwrap(), ["net-901 high int(2)"]);
}

#[test]
fn references_are_checked() {
    let all = [
        (
            "typo",
            "rules: [NET-*, DATA-9O1]\noff: [X-*]\nparams: { NET-901: { min_zone: 2 }, DATA-901: { min_zones: two } }",
        ),
        ("circle", "extends: round"),
        ("round", "extends: circle"),
        ("lost", "extends: bsae"),
        ("base", ""),
    ];
    let said: Vec<String> =
        ["typo", "circle", "lost", "bas"].iter().map(|name| choose(name, &all).unwrap_err()).collect();
    insta::with_settings!({ snapshot_path => "../../fixtures/broken/rules", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("references", said.join("\n"));
    });
}

#[test]
fn a_bad_reference_file_is_explained() {
    let text = "titel: t\ndescribes: d\nrules: NET-001\nseverity: { NET-001: hihg }\nparams: { NET-001: 2 }\noff: [[a]]\n";
    let (files, loaded) = read(&[("rules/references/bad.yaml", text)]);
    assert!(loaded.references.is_empty());
    insta::with_settings!({ snapshot_path => "../../fixtures/broken/rules", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("reference-file", render(&files, &loaded.problems));
    });
}

#[test]
fn two_rules_of_one_id_are_an_error() {
    let (files, loaded) = read(&[("rules/data/DATA-901-a.yaml", RULE), ("own/DATA-901-b.yaml", RULE)]);
    let said = render(&files, &loaded.problems);
    assert!(said.contains("two rules have the id `DATA-901`"), "{said}");
}

#[test]
fn what_ships_has_three_references() {
    let all = embedded();
    let references = all.iter().filter(|(path, _)| path.starts_with("rules/references/"));
    let mut files = Files::default();
    let loaded = load(&mut files, references.map(|(p, t)| (p.as_str(), *t)), &schema());
    assert_eq!(render(&files, &loaded.problems), "");
    let names: Vec<&str> = loaded.references.iter().map(|r: &Reference| &*r.name).collect();
    assert_eq!(names, ["ecommerce", "lean", "serverless"]);
}
