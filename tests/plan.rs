//! Terraform plans: what references mean (fixtures/plans), and what bad input is told
//! (fixtures/broken/plan).
//!
//! A case is a folder with the Terraform source, the plan that Terraform made of it, and beside them
//! what archlint reads out of it. Only what takes work is shown: references, text with holes, hidden
//! values, and unknowns that are not merely computed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may be blunt"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use archlint::base::text::{Files, decode};
use archlint::diag::Diagnostic;
use archlint::model::doc::{Doc, Part, Raw, Reference, Said};
use archlint::model::why::{Cause, Reasons};
use archlint::sources::Batch;
use archlint::sources::terraform::{is_saved_plan, plan};

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
    let mut all: Vec<_> = fs::read_dir(root).unwrap().map(|e| e.unwrap().path()).collect();
    all.sort();
    all
}

fn read(path: &Path, files: &mut Files) -> Result<Batch, Diagnostic> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let bytes = fs::read(path).unwrap();
    if is_saved_plan(&bytes) {
        return Err(plan::saved(name));
    }
    let text = decode(bytes).map_err(|message| Diagnostic::error("input::text", message))?;
    plan::read(name, &text, files)
}

fn snapshot(folder: &Path, name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn cases() {
    for folder in fixtures("plans").into_iter().filter(|p| p.is_dir()) {
        let batch = read(&folder.join("plan.json"), &mut Files::default()).unwrap();
        assert!(batch.problems.is_empty() && !batch.incomplete, "{}", folder.display());
        let mut text = String::new();
        for raw in &batch.resources {
            dump(raw, &mut text);
        }
        snapshot(&folder, "read", &text);
    }
}

fn dump(raw: &Raw, text: &mut String) {
    let change = raw.change.map_or("-", |c| c.name());
    let region = raw.region.as_deref().unwrap_or("-");
    writeln!(text, "{} {change} {region}", raw.address).unwrap();
    lines("", &raw.body, text);
}

fn lines(path: &str, doc: &Doc, text: &mut String) {
    match &doc.said {
        Said::Map(entries) => {
            for (key, doc) in entries {
                let dot = if path.is_empty() { "" } else { "." };
                lines(&format!("{path}{dot}{key}"), doc, text);
            }
        }
        Said::List(items, more) => {
            for (n, doc) in items.iter().enumerate() {
                lines(&format!("{path}[{n}]"), doc, text);
            }
            if let Some(reasons) = more {
                writeln!(text, "    {path}[…] = {}", why(reasons)).unwrap();
            }
        }
        said => {
            if let Some(said) = say(said) {
                writeln!(text, "    {path} = {said}").unwrap();
            }
        }
    }
}

fn say(said: &Said) -> Option<String> {
    Some(match said {
        Said::Ref(r) => target(r),
        Said::Template(parts) => {
            let parts: Vec<String> = parts
                .iter()
                .map(|p| match p {
                    Part::Text(t) => t.to_string(),
                    Part::Hole(doc) => format!("${{{}}}", say(&doc.said).unwrap_or("computed".into())),
                })
                .collect();
            format!("text of {}", parts.join(" "))
        }
        Said::Hidden { literal } => format!("hidden, literal {literal:?}"),
        Said::Unknown(reasons) if reasons.iter().all(|w| w.cause == Cause::AfterApply) => return None,
        Said::Unknown(reasons) => why(reasons),
        _ => return None,
    })
}

fn why(reasons: &Reasons) -> String {
    let all: Vec<String> = reasons.iter().map(|w| format!("{}: {}", w.what, w.cause.say())).collect();
    format!("unknown: {}", all.join("; "))
}

fn target(r: &Reference) -> String {
    let mark = if r.one_of { "one of " } else { "" };
    let attribute = if r.attribute.is_empty() { String::new() } else { format!(" .{}", r.attribute) };
    format!("→ {mark}{}{attribute}", r.targets.join(", "))
}

#[test]
fn broken() {
    for path in fixtures("broken/plan") {
        if path.extension().is_some_and(|e| e == "snap") {
            continue;
        }
        let mut files = Files::default();
        let text = match read(&path, &mut files) {
            Ok(batch) => {
                let mut text = format!("read: {} resources", batch.resources.len());
                for problem in &batch.problems {
                    text.push('\n');
                    text.push_str(&render(problem, &files));
                }
                // What was not all there must not look as if it were.
                assert_eq!(batch.incomplete, !batch.problems.is_empty(), "{}", path.display());
                text
            }
            Err(diagnostic) => render(&diagnostic, &files),
        };
        snapshot(path.parent().unwrap(), path.file_name().unwrap().to_str().unwrap(), &text);
    }
}

fn render(diagnostic: &Diagnostic, files: &Files) -> String {
    let mut text = format!("{:?} {}: {}", diagnostic.level, diagnostic.code, diagnostic.message);
    for label in &diagnostic.labels {
        let file = files.get(label.place.file).unwrap();
        let (line, column) = file.line_column(label.place.span.start);
        let shown = file.text.lines().nth(line as usize - 1).unwrap_or_default();
        write!(
            text,
            "\n  at {}:{line}:{column}\n  | {shown}\n  | {}^",
            file.name,
            " ".repeat(column as usize - 1)
        )
        .unwrap();
    }
    if let Some(help) = &diagnostic.help {
        write!(text, "\n  help: {help}").unwrap();
    }
    text
}

fn code(text: &str) -> Result<usize, &'static str> {
    plan::read("plan.json", text, &mut Files::default()).map(|b| b.resources.len()).map_err(|d| d.code)
}

#[test]
fn hostile() {
    let deep = |open: &str, close: &str| open.repeat(10_000) + &close.repeat(10_000);
    let after = |value: &str| {
        format!(
            r#"{{"format_version":"1.2","resource_changes":[{{"address":"aws_x.y","mode":"managed","type":"aws_x","name":"y","change":{{"actions":["create"],"after":{value}}}}}]}}"#
        )
    };
    for (text, want) in [
        (deep("[", "]"), Err("plan::other")),
        (deep(r#"{"a":"#, "1}"), Err("plan::syntax")),
        (deep(r#"{"planned_values":"#, "1}"), Err("plan::syntax")),
        (after(&deep("[", "]")), Err("plan::value")),
        (after(r#"{"a":1}"#), Ok(1)),
        (" ".repeat(4_000_000), Err("plan::empty")),
        (format!("{}{}", " ".repeat(4_000_000), after("{}")), Ok(1)),
        (
            format!(
                "{{\"configuration\":{{\"root_module\":{}",
                "{\"module_calls\":{\"a\":{\"module\":".repeat(5_000)
            ),
            Err("plan::syntax"),
        ),
    ] {
        let start: String = text.trim_start().chars().take(40).collect();
        assert_eq!(code(&text), want, "{start}");
    }
}

/// Cut anywhere, a plan gives a diagnostic or, where only white space is lost, the plan; never a panic.
#[test]
fn truncated_anywhere() {
    let text = fs::read_to_string(fixtures("broken/plan")[0].with_file_name("deferred.json")).unwrap();
    for end in 0..text.len() {
        if let Some(part) = text.get(..end) {
            assert!(code(part).is_err(), "{end}");
        }
    }
    assert_eq!(code(&text), Ok(1));
}

/// A dynamic block is not in the plan's configuration. What it sets is never left out: the group that a
/// rule admits must not become nobody. It is the only other group in reach, or would be unknown.
#[test]
fn dynamic_blocks_leave_nothing_out() {
    let folder = fixtures("plans").into_iter().find(|p| p.ends_with("blocks")).unwrap();
    let batch = read(&folder.join("plan.json"), &mut Files::default()).unwrap();
    let group = batch.resources.iter().find(|r| &*r.address == "aws_security_group.a").unwrap();
    let Some(Said::List(rules, None)) = group.body.get("ingress").map(|d| &d.said) else {
        panic!("no rules")
    };
    assert_eq!(rules.len(), 2);
    for rule in rules {
        let Some(Said::List(groups, _)) = rule.get("security_groups").map(|d| &d.said) else {
            panic!("no groups")
        };
        let [Doc { said: Said::Ref(one), .. }] = groups.as_slice() else { panic!("{groups:?}") };
        assert_eq!(one.targets.iter().map(|t| &**t).collect::<Vec<_>>(), ["aws_security_group.b"]);
    }
}
