//! The documents say what is so: the words of clauses are there, the lists of rules are current, outputs
//! are those of a run, and the examples of CONTRIBUTING.md work.
//!
//! `UPDATE_DOCS=1 cargo test --test docs` writes the parts between `<!-- begin: … -->` and `<!-- end -->`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may be blunt"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use archlint::base::text::Files;
use archlint::catalog::{Catalog, compile, example, table};
use archlint::engine;
use archlint::engine::judge::{Worlds, judge};
use archlint::engine::link::{Input, link};
use archlint::front::cli::{explain, rules::pillar};
use archlint::front::house::House;
use archlint::model::doc::Dialect;
use archlint::report::finding::severity;
use archlint::report::look::Look;
use archlint::rules::example::Expected;
use archlint::rules::{self, Rule, Verdict};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn house() -> House {
    House::load(&[], &mut Files::default()).map_err(|p| format!("{p:?}")).unwrap()
}

#[test]
fn every_clause_that_is_cited_has_words() {
    let house = house();
    let cited: BTreeSet<_> = house.rules.iter().flat_map(|r| &r.clauses).collect();
    let missing: Vec<_> = cited.into_iter().filter(|c| !house.clauses.contains_key(*c)).collect();
    assert!(missing.is_empty(), "rules/references/clauses.yaml has no words for {missing:?}");
    for reference in &house.references {
        let of = format!("{}/", reference.name);
        assert!(house.clauses.keys().any(|c| c.starts_with(&of)), "no clause of `{}`", reference.name);
    }
}

#[test]
fn every_rule_has_a_whole_page() {
    let house = house();
    let look = Look::default();
    let mut poor = Vec::new();
    for rule in &house.rules {
        let page = explain::page(&house, rule, None, &look);
        let wanted =
            [&*rule.title, "Why", "must", "How to mend it", "Where it comes from", "Fails (", "Passes ("];
        let joined = page.split_whitespace().collect::<Vec<_>>().join(" ");
        let lost: Vec<_> = wanted.iter().filter(|w| !joined.contains(**w)).collect();
        if !lost.is_empty() {
            poor.push(format!("{}: {lost:?}", rule.id));
        }
    }
    assert!(poor.is_empty(), "pages that lack something:\n{}", poor.join("\n"));
}

/// What must stand between the marks of a name.
fn made(name: &str, house: &House) -> String {
    if let Some(command) = name.strip_prefix("$ archlint ") {
        let args: Vec<&str> = command.split(' ').collect();
        let ran = Command::new(env!("CARGO_BIN_EXE_archlint"))
            .args(&args)
            .current_dir(root())
            .env_remove("COLUMNS")
            .env_remove("LC_ALL")
            .env_remove("LANG")
            .output()
            .unwrap();
        return format!("```console\n$ archlint {command}\n{}```\n", String::from_utf8(ran.stdout).unwrap());
    }
    let mut families: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in &house.rules {
        families.entry(&rule.family).or_default().push(rule);
    }
    let mut out = String::new();
    match name {
        "families" => {
            out += "| family | rules | what they find, worst first |\n|---|---|---|\n";
            for (family, mut rules) in families {
                rules.sort_by_key(|r| (r.severity, r.id.clone()));
                let slugs: Vec<String> = rules.iter().map(|r| r.slug.to_string()).collect();
                let _ = writeln!(out, "| {family} | {} | {} |", rules.len(), slugs.join(", "));
            }
        }
        "rules" => {
            for (family, rules) in families {
                let _ = write!(
                    out,
                    "## {family}\n\n| id | slug | severity | pillar | finds | clauses |\n|---|---|---|---|---|---|\n"
                );
                for r in rules {
                    let severe = r.severity_when.iter().map(|(s, _)| severity(*s));
                    let severe: Vec<_> = [severity(r.severity)].into_iter().chain(severe).collect();
                    let clauses: Vec<&str> = r.clauses.iter().map(|c| &**c).collect();
                    let title = r.title.replace('|', "\\|");
                    let _ = writeln!(
                        out,
                        "| {} | {} | {} | {} | {title} | {} |",
                        r.id,
                        r.slug,
                        severe.join(" or "),
                        pillar(r.pillar),
                        clauses.join(", ")
                    );
                }
                out.push('\n');
            }
        }
        other => panic!("nobody makes `{other}`"),
    }
    out
}

#[test]
fn what_is_made_is_current() {
    let house = house();
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    let mut stale = Vec::new();
    for path in ["README.md", "docs/rules.md"] {
        let text = read(path);
        let mut new = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once("<!-- begin: ") {
            let (name, after) = after.split_once(" -->\n").expect("the mark ends");
            let (is, after) = after.split_once("<!-- end -->").expect("what begins has an end");
            let should = made(name, &house);
            if is != should {
                stale.push(format!("{path}: {name}"));
            }
            new += &format!("{before}<!-- begin: {name} -->\n{should}<!-- end -->");
            rest = after;
        }
        assert!(!new.is_empty(), "{path} holds something that is made");
        new += rest;
        if update {
            fs::write(root().join(path), new).unwrap();
        }
    }
    assert!(update || stale.is_empty(), "`UPDATE_DOCS=1 cargo test --test docs` renews {stale:?}");
}

/// The block of CONTRIBUTING.md that begins with a path, and the path.
fn block(text: &str, begins: &str) -> (String, String) {
    let found = text.split("```yaml\n").skip(1).find_map(|b| {
        let (path, rest) = b.strip_prefix("# ")?.split_once('\n')?;
        path.starts_with(begins).then(|| (path.to_owned(), rest.split("```").next().unwrap().to_owned()))
    });
    found.unwrap_or_else(|| panic!("CONTRIBUTING.md shows a file of {begins}"))
}

/// The catalog with a row added to a table.
fn with_row(path: &str, row: &str) -> Catalog {
    let mut tables = Vec::new();
    for service in fs::read_dir(root().join("src/catalog/aws")).unwrap() {
        for file in fs::read_dir(service.unwrap().path()).unwrap() {
            let file = file.unwrap().path();
            let mut text = fs::read_to_string(&file).unwrap();
            if file.ends_with(path.strip_prefix("src/catalog/aws/").unwrap()) {
                assert!(text.contains("\nfacts:\n"));
                text = text.replacen("\nfacts:\n", &format!("\nfacts:\n{row}"), 1);
            }
            let kind = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let table: table::TableFile =
                serde_saphyr::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
            tables.push((kind, file.display().to_string(), table));
        }
    }
    tables.sort_by(|a, b| a.0.cmp(&b.0));
    compile::compile(tables).unwrap()
}

#[test]
fn the_examples_of_contributing_work() {
    let text = read("CONTRIBUTING.md");
    let (table, row) = block(&text, "src/catalog/aws/");
    let catalog = with_row(&table, &row);
    let schema = engine::schema(&catalog).unwrap();
    let (path, rule) = block(&text, "rules/");
    let loaded = rules::load(&mut Files::default(), [(path, rule)], &schema);
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let rule = &loaded.rules[0];
    assert!(rules::embedded().iter().all(|(p, _)| !p.contains(&*rule.id)), "its id is free");
    for one in &rule.examples {
        let raws = example::raws(&one.tree, None).unwrap();
        let linked = link(&catalog, &schema, &[Input { raws: &raws, dialect: Dialect::Neutral, source: 0 }]);
        let worlds = Worlds::new(&linked.graph);
        let verdicts = judge(&linked.graph, &worlds, &[rule]);
        let got = match verdicts.told.first().map(|t| &t.verdict) {
            Some(Verdict::Fail) => Expected::Bad,
            Some(_) => Expected::Unsure,
            None if verdicts.pass > 0 => Expected::Good,
            None => Expected::NotApplicable,
        };
        assert_eq!(got, one.expected, "{}", one.name);
        for dialect in [Dialect::Terraform, Dialect::CloudFormation] {
            assert!(
                example::spelt(&catalog, &one.tree, dialect).is_some(),
                "{} in {}",
                one.name,
                dialect.name()
            );
        }
    }
}
