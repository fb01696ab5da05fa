//! CloudFormation as a whole: broken input and its diagnostics, and a folder of real templates.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "helpers of tests may be blunt, and the corpus test prints what it found"
)]

use std::path::{Path, PathBuf};

use archlint::base::text::Files;
use archlint::diag::Diagnostic;
use archlint::sources::cloudformation::{Input, Options, read};

/// Every file of `fixtures/broken/cfn` gives the diagnostics that stand beside it.
#[test]
fn broken_templates_get_their_diagnostics() {
    let folder = Path::new("fixtures/broken/cfn");
    let mut all = Vec::new();
    collect(folder, &mut all);
    all.retain(|p| p.extension().is_some_and(|e| e != "snap"));
    all.sort();
    assert!(all.len() > 15, "the fixtures are there");
    for path in all {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let shown = diagnose(Input::Path(path));
        insta::with_settings!({ snapshot_path => "../fixtures/broken/cfn", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, shown);
        });
    }
}

/// What is too large to keep: each is refused at once, and says why.
#[test]
fn hostile_templates_are_refused_quickly() {
    let check = |text: String, want: &str| {
        let before = std::time::Instant::now();
        let shown = diagnose(Input::Text { name: "t".into(), text, path: None });
        assert!(shown.starts_with("refused") && shown.contains(want), "{shown:.300}");
        assert!(before.elapsed().as_secs() < 10, "{want}");
    };
    check(" ".repeat(200 << 20), "it has 200 MB");
    check(" ".repeat(8 << 20), "there is nothing in this file");
    check("[".repeat(10_000), "nested deeper");
    check("{\"a\":".repeat(10_000), "nested deeper");
    check("- ".repeat(10_000), "nested deeper");
    check(format!("Resources: {}1{}", "[".repeat(10_000), "]".repeat(10_000)), "nested deeper");
    check(format!("Resources: [{}]", "1,".repeat(2_100_000)), "values");
}

/// Chains that double at every step are read without doubling the work.
#[test]
fn doubling_chains_are_read_quickly() {
    let conditions: String = (1..200)
        .map(|i| {
            format!("  C{i}: !Or [!And [!Condition C{0}, !Condition D], !Not [!Condition C{0}]]\n", i - 1)
        })
        .collect();
    let text = format!(
        "Parameters: {{P: {{Type: String}}}}\nConditions:\n  D: !Equals [!Ref P, d]\n  C0: !Equals [!Ref P, x]\n{conditions}Resources:\n  X: {{Type: X, Condition: C199, Properties: {{V: !If [C199, 1, 2]}}}}\n"
    );
    let before = std::time::Instant::now();
    let shown = diagnose(Input::Text { name: "t".into(), text, path: None });
    assert!(shown.starts_with("read"), "{shown}");
    assert!(before.elapsed().as_secs() < 10);
}

/// Functions within functions, as deep as the reader allows, neither overflow the stack nor multiply.
#[test]
fn nested_functions_are_read_quickly() {
    let check = |value: String| {
        let text = format!(
            "Parameters: {{P: {{Type: String}}}}\nConditions: {{C: !Equals [!Ref P, x]}}\nMappings:\n  M: {{a: {{b: [!FindInMap [M, a, b], !FindInMap [M, a, b]]}}}}\nResources: {{X: {{Type: X, Properties: {{V: {value}}}}}}}\n"
        );
        let before = std::time::Instant::now();
        let shown = diagnose(Input::Text { name: "t".into(), text, path: None });
        assert!(shown.starts_with("read"), "{shown:.300}");
        assert!(before.elapsed().as_secs() < 20);
    };
    let nest =
        |open: &str, close: &str, times: usize| format!("{}1{}", open.repeat(times), close.repeat(times));
    check(nest("{'Fn::Base64': ", "}", 180));
    check(nest("!If [C, 0, ", "]", 90));
    check(nest("!Join ['', [a, ", "]]", 60));
    check(nest("!Select [!If [C, 0, 1], [x, ", "]]", 60));
    check("!FindInMap [M, a, b]".to_owned());
}

fn diagnose(input: Input) -> String {
    let mut files = Files::default();
    let (verdict, all) = match read(&[input], &mut files, &Options::default()) {
        Ok(batches) => ("read", batches.into_iter().flat_map(|b| b.problems).collect()),
        Err(errors) => ("refused", errors),
    };
    let told: Vec<String> = all.iter().map(|d| tell(&files, d)).collect();
    format!("{verdict}\n{}", told.join(""))
}

/// A diagnostic as plain text: code, message, help, places.
fn tell(files: &Files, d: &Diagnostic) -> String {
    let mut out = format!("{:?} {}\n  {}\n", d.level, d.code, d.message);
    if let Some(help) = &d.help {
        out += &format!("  help: {help}\n");
    }
    for label in &d.labels {
        let file = files.get(label.place.file).unwrap();
        let (line, column) = file.line_column(label.place.span.start);
        out += &format!("  at {}:{line}:{column}\n", file.name);
    }
    out
}

fn collect(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { collect(&path, all) } else { all.push(path) }
    }
}
