//! `docs/rules-language.md` is true: its rule loads, its expressions compile, its functions are all.

use archlint::base::text::Files;
use archlint::catalog::Catalog;
use archlint::model::schema::Ty;
use archlint::rules::expression::{Scope, compile, functions::TABLE};
use archlint::rules::load;

use crate::broken::render;

const PAGE: &str = include_str!("../../docs/rules-language.md");

/// The blocks of the page whose fence begins with a word: the rest of the fence, and the text.
fn blocks(word: &str) -> Vec<(String, String)> {
    let parts = PAGE.split("\n```").skip(1).step_by(2);
    let split = parts.filter_map(|part| part.split_once('\n'));
    let found = split
        .filter_map(|(fence, text)| Some((fence.strip_prefix(word)?.trim().to_owned(), text.to_owned())));
    found.collect()
}

#[test]
fn the_rule_and_the_reference_load() {
    let catalog = Catalog::load().unwrap();
    let mut inputs = Vec::new();
    for (name, text) in blocks("yaml") {
        inputs.push(match name.strip_prefix("rule ") {
            Some(name) => (format!("rules/data/{name}.yaml"), text),
            None => ("rules/references/own.yaml".to_owned(), text),
        });
    }
    assert_eq!(inputs.len(), 2);
    let mut files = Files::default();
    let loaded = load(&mut files, inputs, &catalog.schema);
    assert_eq!(render(&files, &loaded.problems), "");
    assert_eq!((loaded.rules.len(), loaded.references.len()), (1, 1));
}

#[test]
fn the_expressions_compile() {
    let catalog = Catalog::load().unwrap();
    let all = blocks("cel");
    assert!(!all.is_empty());
    for (subject, text) in all {
        let ty = Ty::Res(catalog.schema.target(&subject).unwrap());
        let scope = Scope { schema: &catalog.schema, subject: (&subject, &ty), params: &[], shown: false };
        for line in text.lines() {
            let code = compile(line, 0, &scope).unwrap_or_else(|fault| panic!("{line}: {fault:?}"));
            assert_eq!(code.ty, Ty::Bool, "{line}");
        }
    }
}

#[test]
fn the_functions_are_all_there_are() {
    let table = PAGE.split("### Functions").nth(1).unwrap().split("### ").next().unwrap();
    let rows: Vec<&str> = table.lines().filter(|l| l.starts_with("| `")).collect();
    let expected: Vec<String> = TABLE.iter().map(|f| format!("| `{}` | {} |", f.usage, f.means)).collect();
    assert_eq!(rows, expected);
}
