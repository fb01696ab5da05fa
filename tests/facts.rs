//! Derived facts, judged on small graphs: `tests/facts/<area>.rs` holds tables of graph and expectation.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may be blunt"
)]

mod support;

#[path = "facts/areas.rs"]
mod areas;
#[path = "facts/corners.rs"]
mod corners;
#[path = "facts/oracle.rs"]
mod oracle;
#[path = "facts/refine.rs"]
mod refine;
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

/// Every fact of every kind is computed on a resource of which nothing is known and on one that leaves
/// everything out: none asks for a name that the catalog does not have.
#[test]
fn facts_ask_only_for_names_of_the_catalog() {
    let schema = &support::house().schema;
    let mut bare = String::new();
    for kind in &schema.kinds {
        bare.push_str(&format!("{0}_x: {{ kind: {0} }}\n", kind.name));
        let facts: Vec<String> = kind
            .attrs
            .iter()
            .filter(|a| matches!(a.origin, archlint::model::schema::Origin::Stated(_)))
            .map(|a| format!("{}: {}", a.name, sample(schema, &a.ty)))
            .collect();
        bare.push_str(&format!("{0}_y: {{ kind: {0}, {1} }}\n", kind.name, facts.join(", ")));
    }
    let graph = support::graph(&bare);
    let view = View::new(&graph, World::default());
    for res in graph.ids() {
        let kind = schema.kind(graph.resource(res).kind);
        for attr in &kind.attrs {
            view.named(res, &attr.name).unwrap();
        }
    }
    assert_eq!(view.misspelt_names(), Vec::<String>::new());
}

/// A value of a type, so that facts go on to what it refers to.
fn sample(schema: &archlint::model::schema::Schema, ty: &archlint::model::schema::Ty) -> String {
    use archlint::model::schema::Ty;
    match ty {
        Ty::Bool => "true".into(),
        Ty::Int | Ty::Num => "2".into(),
        Ty::Text => "x".into(),
        Ty::Res(kinds) => format!("{}_y", schema.kind(kinds[0]).name),
        Ty::List(of) => match &**of {
            Ty::Record(shape) if &*schema.shape(*shape).name == "policy statement" => {
                "{ Statement: [{ Effect: Allow, Action: ['sqs:ReceiveMessage'], Resource: '*', Condition: { StringEquals: { k: v } } }] }".into()
            }
            of => format!("[{}]", sample(schema, of)),
        },
        Ty::Record(shape) => {
            let fields = &schema.shape(*shape).fields;
            let fields: Vec<String> =
                fields.iter().map(|f| format!("{}: {}", f.name, sample(schema, &f.ty))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
    }
}

/// The guide has a section for every fact, and says what its signature says.
#[test]
fn the_guide_is_complete() {
    let guide = include_str!("../docs/facts.md");
    for sig in archlint::facts::signatures() {
        let head = format!("### `{}` · {}\n\n*{}*: {}.\n", sig.name, sig.on.join(", "), sig.ty, sig.means);
        assert!(guide.contains(&head), "docs/facts.md lacks:\n{head}");
    }
    let sections = guide.lines().filter(|l| l.starts_with("### ")).count();
    assert_eq!(sections, archlint::facts::signatures().len(), "sections of facts that are gone");
}
