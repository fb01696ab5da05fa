//! Every example of every rule gives the verdict that it stands under: as it is, and read back from the
//! spelling of each source.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests may be blunt"
)]

use std::sync::Arc;

use archlint::base::text::Files;
use archlint::catalog::{Catalog, example, reverse, spell};
use archlint::engine::judge::{Worlds, judge};
use archlint::engine::link::{Input, link};
use archlint::model::doc::{Dialect, Raw};
use archlint::model::schema::Schema;
use archlint::rules::example::{Example, Expected};
use archlint::rules::{Loaded, Rule, Verdict, embedded, load};
use archlint::sources::cloudformation;

struct House {
    catalog: Catalog,
    schema: Arc<Schema>,
    loaded: Loaded,
}

fn house() -> House {
    let catalog = Catalog::load().map_err(|p| format!("{p:?}")).unwrap();
    let schema = archlint::engine::schema(&catalog).unwrap();
    let mut files = Files::default();
    let loaded = load(&mut files, embedded(), &schema);
    House { catalog, schema, loaded }
}

/// Only rules whose id begins with this are looked at: `ONLY=NET cargo test --test rules`.
fn only() -> String {
    std::env::var("ONLY").unwrap_or_default()
}

fn verdict(house: &House, rule: &Rule, raws: &[Raw], dialect: Dialect) -> (Expected, String) {
    let linked = link(&house.catalog, &house.schema, &[Input { raws, dialect, source: 0 }]);
    let worlds = Worlds::new(&linked.graph);
    let verdicts = judge(&linked.graph, &worlds, &[rule]);
    let mut detail = format!("pass {} n/a {}", verdicts.pass, verdicts.not_applicable);
    let mut failed = false;
    let mut unsure = false;
    for told in &verdicts.told {
        let address = &linked.graph.resource(told.res).address;
        match &told.verdict {
            Verdict::Fail => failed = true,
            Verdict::Unknown(_) => unsure = true,
            _ => {}
        }
        let why = match &told.verdict {
            Verdict::Unknown(r) => {
                r.iter().map(|w| format!("{}: {}", w.what, w.cause.say())).collect::<Vec<_>>().join("; ")
            }
            _ => rule.message(&*worlds.view(&told.world), told.res),
        };
        detail += &format!("\n      {address}: {why}");
    }
    let expected = if failed {
        Expected::Bad
    } else if unsure {
        Expected::Unsure
    } else if verdicts.pass > 0 {
        Expected::Good
    } else {
        Expected::NotApplicable
    };
    (expected, detail)
}

/// The example in a source's spelling; `None` with the reason if that source cannot spell it.
fn respelt(house: &House, example: &Example, dialect: Dialect) -> Result<Vec<Raw>, String> {
    let raws = example::raws(&example.tree, None).map_err(|e| e.message)?;
    let names = |name: &str| {
        let raw = raws.iter().find(|r| *r.address == *name)?;
        reverse::address(&house.catalog, &raw.ty, name, dialect)
    };
    let mut all = Vec::new();
    for raw in &raws {
        let spelt = reverse::resource(&house.catalog, raw, None, dialect, &names);
        if let Some(what) = spelt.unspellable.first() {
            return Err(what.clone());
        }
        all.extend(spelt.raws);
    }
    Ok(all)
}

fn check(dialect: Dialect, raws: impl Fn(&House, &Example) -> Result<Vec<Raw>, String>) {
    let house = house();
    let mut wrong = Vec::new();
    let mut unspellable = Vec::new();
    for rule in house.loaded.rules.iter().filter(|r| r.id.starts_with(&only())) {
        if !rule.seen_from(dialect) {
            continue;
        }
        for one in &rule.examples {
            match raws(&house, one) {
                Err(what) => unspellable.push(format!("{} {}: {what}", rule.id, one.name)),
                Ok(raws) => {
                    let (got, detail) = verdict(&house, rule, &raws, dialect);
                    if got != one.expected {
                        wrong.push(format!("  {} {}: gives {got:?}\n      {detail}", rule.id, one.name));
                    }
                }
            }
        }
    }
    for line in &unspellable {
        println!("cannot be spelt in {}: {line}", dialect.name());
    }
    assert!(wrong.is_empty(), "{} examples:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn rule_files_load() {
    let house = house();
    let all: Vec<String> = house.loaded.problems.iter().map(|p| format!("{p:?}")).collect();
    assert!(all.is_empty(), "{} problems:\n{}", all.len(), all.join("\n"));
}

#[test]
fn examples_hold() {
    check(Dialect::Neutral, |_, e| example::raws(&e.tree, None).map_err(|e| e.message));
}

/// Spelt as a template and read back by the real source.
fn through_template(house: &House, example: &Example) -> Result<Vec<Raw>, String> {
    let raws = respelt(house, example, Dialect::CloudFormation)?;
    let text = spell::file(&raws, Dialect::CloudFormation);
    let input = cloudformation::Input::Text { name: "example.yaml".into(), text: text.clone(), path: None };
    let read = cloudformation::read(&[input], &mut Files::default(), &cloudformation::Options::default());
    let mut batches = read.map_err(|p| format!("{p:?}\n{text}")).unwrap();
    Ok(batches.pop().unwrap().resources)
}

#[test]
fn examples_hold_in_cloudformation() {
    check(Dialect::CloudFormation, through_template);
}

#[test]
fn examples_hold_in_terraform() {
    check(Dialect::Terraform, |h, e| respelt(h, e, Dialect::Terraform));
}

/// A rule that cannot be judged from a source does not apply there.
#[test]
fn rules_keep_to_their_sources() {
    let house = house();
    let mut tried = 0;
    for rule in house.loaded.rules.iter().filter(|r| !r.sources.is_empty()) {
        let dialects = [Dialect::Terraform, Dialect::CloudFormation];
        for dialect in dialects.into_iter().filter(|d| !rule.seen_from(*d)) {
            for raws in rule.examples.iter().filter_map(|e| respelt(&house, e, dialect).ok()) {
                tried += 1;
                let (got, detail) = verdict(&house, rule, &raws, dialect);
                assert_eq!(got, Expected::NotApplicable, "{} from {}: {detail}", rule.id, dialect.name());
            }
        }
    }
    assert!(tried > 0);
}
