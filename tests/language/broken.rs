//! What is said of broken rules: each file of `fixtures/broken/rules` beside its golden diagnostic.

use std::fmt::Write as _;
use std::path::Path;

use archlint::base::text::Files;
use archlint::diag::Diagnostic;
use archlint::rules::load;

use crate::kit::schema;

/// Diagnostics as plain text: code, message, place, the line with a mark under it, help.
pub fn render(files: &Files, problems: &[Diagnostic]) -> String {
    let mut out = String::new();
    for problem in problems {
        writeln!(out, "{:?}[{}]: {}", problem.level, problem.code, problem.message).unwrap();
        for label in &problem.labels {
            let file = files.get(label.place.file).unwrap();
            let (line, column) = file.line_column(label.place.span.start);
            writeln!(out, "  --> {}:{line}:{column} {}", file.name, label.text).unwrap();
            let text = file.text.lines().nth(line as usize - 1).unwrap_or("");
            let covered = files.slice(label.place).lines().next().unwrap_or("").chars().count();
            writeln!(out, "   | {text}").unwrap();
            writeln!(out, "   | {}{}", " ".repeat(column as usize - 1), "^".repeat(covered.max(1))).unwrap();
        }
        if let Some(help) = &problem.help {
            writeln!(out, "   = help: {help}").unwrap();
        }
    }
    out
}

fn say(name: &str, text: &str) -> String {
    let mut files = Files::default();
    let loaded = load(&mut files, [(format!("rules/broken/{name}.yaml"), text)], &schema());
    assert!(loaded.rules.is_empty(), "{name} gives a rule");
    assert!(!loaded.problems.is_empty(), "{name} is fine");
    for problem in &loaded.problems {
        assert!(!problem.labels.is_empty(), "{name}: no place: {}", problem.message);
        assert!(!problem.message.ends_with('.'), "{name}: full stop: {}", problem.message);
    }
    render(&files, &loaded.problems)
}

#[test]
fn broken_rules_are_explained() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/broken/rules");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .filter_map(|e| Some(e.unwrap().file_name().to_str()?.strip_suffix(".yaml")?.to_owned()))
        .collect();
    names.sort();
    assert!(names.len() > 30);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(&folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for name in names {
            let text = std::fs::read_to_string(folder.join(format!("{name}.yaml"))).unwrap();
            insta::assert_snapshot!(name.clone(), say(&name, &text));
        }
    });
}

fn must(condition: &str) -> String {
    format!(
        "title: t\nseverity: high\npillar: cost\nfor: db\nmust: {condition}\nwhy: w\nfix: {{ summary: s }}\n\
         examples: {{ bad: [{{ a: {{ kind: db }} }}], good: [], unsure: [] }}\n"
    )
}

#[test]
fn hostile_expressions_are_refused() {
    let deep = 10_000;
    let all = [
        format!("{}db.off{}", "(".repeat(deep), ")".repeat(deep)),
        format!("{}db.off", "!".repeat(deep)),
        format!("{}1 == 1", "-".repeat(deep)),
        "(".repeat(deep),
        format!("{}1{} == 1", "[".repeat(deep), "]".repeat(deep)),
        format!("1{} == 1", " + 1".repeat(deep)),
        format!("db{} == 1", ".subnet".repeat(deep)),
        format!("{}db.off{}", "db.off ? ".repeat(deep), " : db.off".repeat(deep)),
        format!("{}db.off", "db.off ? db.off : ".repeat(deep)),
        format!("{}true{}", "db.zones.exists(x, ".repeat(deep), ")".repeat(deep)),
        format!("db.engine == \"{}", "a".repeat(70_000)),
    ];
    for text in all {
        let said = say("BAD-999-deep", &must(&format!("'{text}'")));
        let first = said.lines().next().unwrap();
        let expected = ["nested more than 64 levels", "longer than 65536 bytes"];
        assert!(expected.iter().any(|e| first.contains(e)), "{first}");
    }
}

#[test]
fn long_chains_are_fine() {
    let chain = format!("'db.off{}'", " || db.multi_az".repeat(3_000));
    let mut files = Files::default();
    let loaded = load(&mut files, [("rules/x/OK-001-chain.yaml", must(&chain))], &schema());
    assert_eq!(render(&files, &loaded.problems), "");
}
