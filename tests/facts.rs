//! Derived facts, judged on small graphs: `tests/facts/<area>.rs` holds tables of graph and expectation.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may be blunt"
)]

mod support;

#[path = "facts/routing.rs"]
mod routing;

use archlint::facts::view::View;
use archlint::model::cond::World;
use archlint::model::read::Read;

/// Builds the graph and compares facts: `resource.fact = value`, one a line, spelt as `support::say` does.
fn check(yaml: &str, expected: &str) {
    let graph = support::graph(yaml);
    let view = View::new(&graph, World::default());
    for line in expected.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let (left, right) = line.split_once(" = ").unwrap_or_else(|| panic!("no value in {line}"));
        let (name, fact) = left.split_once('.').unwrap();
        let res = graph.find(name).unwrap_or_else(|| panic!("no resource {name}"));
        let val = view.named(res, fact).unwrap_or_else(|| panic!("{} has no {fact}", view.kind_name(res)));
        assert_eq!(support::say(&graph, &val), right.trim(), "{left} in\n{yaml}\n{val:?}");
    }
    assert_eq!(view.misspelt_names(), Vec::<String>::new());
}

/// The path of a fact, as `label: via` lines.
fn path(yaml: &str, of: &str) -> Vec<String> {
    let graph = support::graph(yaml);
    let view = View::new(&graph, World::default());
    let (name, fact) = of.split_once('.').unwrap();
    let steps = view.path_of(graph.find(name).unwrap(), fact);
    steps.iter().map(|s| format!("{}: {}", s.label, s.via)).collect()
}
