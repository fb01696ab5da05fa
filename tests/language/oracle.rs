//! Three oracles: the `cel` crate on known values, a naive evaluator for the logic, and the law that
//! knowing less never turns an answer into another.

use std::collections::HashMap;
use std::sync::Arc;

use archlint::model::cond::Cond;
use archlint::model::truth::Truth;
use archlint::model::value::{Item, Val};
use archlint::model::why::{Cause, Reasons};
use cel::{Context, Program, Value};
use proptest::prelude::*;

use crate::generate::Choices;
use crate::kit::{Shop, atom, list, text, texts, unknown, word};

fn known_facts() -> Vec<(&'static str, Val)> {
    vec![
        ("multi_az", Val::Bool(true)),
        ("off", Val::Bool(false)),
        ("engine", text("postgres")),
        ("port", Val::Int(5432)),
        ("load", Val::Num(0.5)),
        ("zones", texts(&["a", "b", "a"])),
        ("empty", texts(&[])),
        ("ports", Val::list([Val::Int(3), Val::Int(1), Val::Int(5432)])),
    ]
}

fn run(facts: &[(&str, Val)], source: &str) -> String {
    let mut shop = Shop::new();
    let db = shop.add("db", "db.main", facts);
    shop.say(("db", db), source)
}

fn cel_value(val: &Val) -> Value {
    match val {
        Val::Bool(b) => (*b).into(),
        Val::Int(n) => (*n).into(),
        Val::Num(n) => (*n).into(),
        Val::Text(t) => t.to_string().into(),
        Val::List(l) => l.items.iter().map(|i| cel_value(&i.val)).collect::<Vec<_>>().into(),
        other => panic!("{other:?}"),
    }
}

fn cel_says(source: &str) -> Result<bool, String> {
    let program = Program::compile(source).map_err(|e| format!("{source}: {e}")).unwrap();
    let mut context = Context::default();
    let db: HashMap<String, Value> =
        known_facts().iter().map(|(name, val)| ((*name).to_owned(), cel_value(val))).collect();
    context.add_variable_from_value("db", db);
    match program.execute(&context) {
        Ok(Value::Bool(b)) => Ok(b),
        Ok(other) => panic!("{source}: {other:?}"),
        Err(error) => Err(error.to_string()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Where CEL has an answer it is ours; where we have none, CEL has none.
    #[test]
    fn agrees_with_cel(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let source = Choices::new(&bytes).bool(4);
        let ours = run(&known_facts(), &source);
        match cel_says(&source) {
            Ok(answer) => prop_assert_eq!(ours, answer.to_string(), "{}", source),
            Err(_) => prop_assert!(matches!(ours.as_str(), "true" | "false") || ours.starts_with("unknown"), "{}: {}", source, ours),
        }
    }

    /// Hiding facts turns an answer into unknown or leaves it, and never into another.
    #[test]
    fn knowing_less_never_changes_an_answer(
        bytes in proptest::collection::vec(any::<u8>(), 0..60),
        hide in proptest::collection::vec(0u8..8, 8),
    ) {
        let source = Choices::new(&bytes).wide(4);
        let facts = known_facts();
        let less: Vec<_> = facts.iter().zip(&hide).map(|((name, val), how)| (*name, hidden(val, *how))).collect();
        let (all, some) = (run(&facts, &source), run(&less, &source));
        prop_assert!(
            some == all || some.starts_with("unknown") || all.starts_with("unknown"),
            "{}\n all: {}\nless: {}\n{:?}", source, all, some, less
        );
    }

    /// The logic is Kleene's, by a table.
    #[test]
    fn logic_is_kleenes(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let mut at = 0;
        let (source, expected) = logic(&bytes, &mut at, 5);
        let ours = run(&[("multi_az", Val::Bool(true)), ("off", Val::Bool(false)), ("open", unknown("open"))], &source);
        let ours = ours.split(':').next().unwrap().to_owned();
        let expected = expected.map_or("unknown".to_owned(), |b| b.to_string());
        prop_assert_eq!(ours, expected, "{}", source);
    }

    /// No text makes the parser panic or overflow.
    #[test]
    fn any_text_is_read_or_refused(source in "[a-z0-9 ()\\[\\].,!&|=<>+*/?:\"'\\\\éfor in]{0,80}") {
        let _ = archlint::rules::expression::parse::parse(&source, 0);
    }
}

/// A value of which less is known.
fn hidden(val: &Val, how: u8) -> Val {
    let Val::List(known) = val else {
        return match (how, val) {
            (0 | 1, _) => unknown("it"),
            (2, Val::Text(_)) => Val::Hidden { literal: None },
            (3, val) => {
                let cond = Cond::Atom(atom("C"));
                Val::Cases(Arc::new([(cond.clone(), val.clone()), (cond.negate(), unknown("it"))]))
            }
            _ => val.clone(),
        };
    };
    let items = known.items.clone();
    match how {
        0 => unknown("it"),
        1 => list(items.into_iter().take(1).collect(), Some("the rest")),
        2 => list(Vec::new(), Some("all")),
        3 => list(
            items.into_iter().skip(1).chain([Item::new(unknown("one"))]).take(known.items.len()).collect(),
            None,
        ),
        4 => {
            // Something that may be there, and in truth is not; what is there may not be.
            let perhaps = |val: Val| Item { present: Cond::Atom(atom("C")), ..Item::new(val) };
            let sample = items.first().map_or_else(|| text("z"), |i| i.val.clone());
            list(items.into_iter().map(|i| perhaps(i.val)).chain([perhaps(sample)]).collect(), None)
        }
        _ => val.clone(),
    }
}

/// A random formula with its truth by definition: `None` is unknown.
fn logic(bytes: &[u8], at: &mut usize, depth: usize) -> (String, Option<bool>) {
    let byte = bytes.get(*at).copied().unwrap_or(0);
    *at += 1;
    if depth == 0 || byte % 7 < 2 {
        return match byte / 7 % 3 {
            0 => ("db.multi_az".into(), Some(true)),
            1 => ("db.off".into(), Some(false)),
            _ => ("db.open".into(), None),
        };
    }
    let (a, x) = logic(bytes, at, depth - 1);
    if byte % 7 == 2 {
        return (format!("!({a})"), x.map(|b| !b));
    }
    let (b, y) = logic(bytes, at, depth - 1);
    match byte % 7 {
        3 => (
            format!("({a} && {b})"),
            if x == Some(false) || y == Some(false) { Some(false) } else { x.and(y) },
        ),
        4 => {
            (format!("({a} || {b})"), if x == Some(true) || y == Some(true) { Some(true) } else { x.and(y) })
        }
        5 => (format!("({a} == {b})"), x.and_then(|x| y.map(|y| x == y))),
        _ => {
            let (c, z) = logic(bytes, at, depth - 1);
            let value = match x {
                Some(true) => y,
                Some(false) => z,
                None => y.filter(|_| y == z),
            };
            (format!("({a} ? {b} : {c})"), value)
        }
    }
}

#[test]
fn the_truth_table() {
    let all = [Truth::True, Truth::False, Truth::Unknown(Reasons::one("x", Cause::NotTold))];
    let table = |f: fn(Truth, Truth) -> Truth| {
        let rows = all
            .iter()
            .map(|a| all.iter().map(|b| word(&f(a.clone(), b.clone()))).collect::<Vec<_>>().join(" "));
        rows.collect::<Vec<_>>().join(" | ")
    };
    assert_eq!(table(|a, b| a.and(|| b)), "true false unknown | false false false | unknown false unknown");
    assert_eq!(table(|a, b| a.or(|| b)), "true true true | true false unknown | true unknown unknown");
    let not: Vec<&str> = all.iter().map(|a| word(&!a.clone())).collect();
    assert_eq!(not, ["false", "true", "unknown"]);
}

#[test]
fn a_condition_is_never_cut_off() {
    let one = |what: String, cause| Reasons::one(what, cause);
    let many = (0..40).fold(one("z".into(), Cause::Condition(atom("IsProd"))), |all, i| {
        all.and(&one(format!("a{i}"), Cause::NotTold))
    });
    assert!(many.iter().count() < 40, "the number of reasons is bounded");
    assert_eq!(many.condition().map(|a| &*a.text), Some("IsProd"));
}
