//! What holds for every file of the house: floors, docs, length, style of messages, no stray paths.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may be blunt"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors of ARCHITECTURE.md. A module uses only modules of lower floors, and itself.
const FLOORS: &[(&str, usize)] = &[
    ("base", 0),
    ("model", 1),
    ("diag", 2),
    ("catalog", 3),
    ("sources", 4),
    ("facts", 4),
    ("rules", 4),
    ("engine", 5),
    ("report", 5),
    ("front", 6),
];
/// Only these touch files, sockets, the environment or the clock.
const OUTSIDE: &[&str] = &["sources", "front"];
/// What touches them.
const TOUCH: &[&str] = &[
    "std::fs",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
    "std::env",
    "SystemTime",
    "std::process",
    "std::io::std",
];
/// Longest file, unless it says why it is longer.
const LONGEST: usize = 500;
/// What the first lines of a longer file hold.
const LONG: &str = "// long because: ";
/// Words with a capital that may begin a message.
const NAMES: &[&str] =
    &["Terraform", "OpenTofu", "CloudFormation", "AWS", "CDK", "SAM", "JSON", "YAML", "TOML", "CEL"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files below a folder with an ending, as paths from the root with `/`, sorted.
fn files(folder: &str, ending: &str) -> Vec<String> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    let name = |p: &PathBuf| p.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
    let mut all: Vec<String> = found.iter().map(name).filter(|p| p.ends_with(ending)).collect();
    all.sort();
    all
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Every problem that a look at each file finds; none may be left.
fn check(paths: &[String], look: impl Fn(&str, &str) -> Vec<String>) {
    assert!(!paths.is_empty(), "there is something to look at");
    let all: Vec<String> = paths
        .iter()
        .flat_map(|p| look(p, &read(p)).into_iter().map(move |what| format!("{p}: {what}")))
        .collect();
    assert!(all.is_empty(), "{} problems:\n{}", all.len(), all.join("\n"));
}

/// The code without comments and without the tests at its end; line numbers stay.
fn code(text: &str) -> String {
    let body = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    body.lines().map(|l| if l.trim_start().starts_with("//") { "" } else { l }).collect::<Vec<_>>().join("\n")
}

/// The module of `src/` that a file belongs to.
fn module(path: &str) -> &str {
    path.strip_prefix("src/").unwrap().split(['/', '.']).next().unwrap()
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}

/// Modules that code names after `crate::`, groups (`use crate::{a, b::c}`) included.
fn uses(code: &str) -> BTreeSet<String> {
    let word = |t: &str| -> String {
        t.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let mut all = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            None => all.extend([word(after)]),
            Some(group) => {
                let (mut depth, mut start) = (0, true);
                for (i, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        c if start && !c.is_whitespace() => {
                            all.insert(word(&group[i..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    all
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

#[test]
fn paths_of_crate_are_found() {
    let found =
        uses("use crate::{base::{a, b}, model::x};\nlet y = crate::diag::Z; pub(in crate::front) fn f() {}");
    assert_eq!(found, ["base", "diag", "front", "model"].map(String::from).into());
}

#[test]
fn modules_use_only_lower_floors() {
    check(&files("src", ".rs"), |path, text| {
        let own = module(path);
        if matches!(own, "lib" | "main") {
            return vec![];
        }
        let Some(own_floor) = floor(own) else { return vec![format!("module `{own}` has no floor")] };
        let wrong = |used: &String| match floor(used) {
            _ if used == own => None,
            Some(used_floor) if used_floor < own_floor => None,
            Some(used_floor) => Some(format!("floor {own_floor} uses `{used}` of floor {used_floor}")),
            // A macro or item of the crate's root.
            None => None,
        };
        uses(&code(text)).iter().filter_map(wrong).collect()
    });
}

/// Engine links and judges what sources said, so it knows the type they hand over; nothing else of them.
#[test]
fn reports_cannot_tell_sources_apart() {
    let kinds = ["terraform", "cloudformation", "cdk-assembly", "aws_", "AWS::"];
    check(&files("src/report", ".rs"), |_, text| {
        let code = code(text).to_lowercase();
        kinds
            .iter()
            .filter(|k| code.contains(&k.to_lowercase()))
            .map(|k| format!("speaks of `{k}`"))
            .collect()
    });
}

#[test]
fn only_sources_and_front_touch_the_outside() {
    check(&files("src", ".rs"), |path, text| {
        if OUTSIDE.contains(&module(path)) || is_test(path) || path == "src/main.rs" {
            return vec![];
        }
        let code = code(text);
        TOUCH.iter().filter(|t| code.contains(*t)).map(|t| format!("uses `{t}`")).collect()
    });
}

#[test]
fn every_file_says_what_it_is() {
    check(&files("src", ".rs"), |_, text| {
        let first = text.lines().next().unwrap_or_default();
        let said = first.strip_prefix("//! ").is_some_and(|t| t.len() > 8);
        if said { vec![] } else { vec!["does not begin with `//!` and what it owns".into()] }
    });
}

#[test]
fn files_are_short() {
    let mut all = files("src", ".rs");
    all.extend(files("tests", ".rs"));
    check(&all, |_, text| {
        let lines = text.lines().count();
        let excused = text
            .lines()
            .take(12)
            .any(|l| l.trim_start().starts_with(LONG) && l.trim().len() > LONG.len() + 10);
        if lines <= LONGEST || excused { vec![] } else { vec![format!("{lines} lines, and no `{LONG}…`")] }
    });
}

#[test]
fn half_of_the_files_are_below_250_lines() {
    let mut lengths: Vec<usize> = files("src", ".rs").iter().map(|p| read(p).lines().count()).collect();
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median < 250, "the median is {median}");
}

/// The text that begins a string literal or a `format!` after `from`.
fn literal(from: &str) -> Option<&str> {
    let from = from.trim_start();
    let from = from.strip_prefix("format!(").unwrap_or(from).trim_start();
    let from = from.strip_prefix('"')?;
    let mut escaped = false;
    let end = from.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })?;
    from.get(..end)
}

/// What is wrong with a message.
fn fault(message: &str) -> Option<&'static str> {
    let first = message.chars().next()?;
    let named = NAMES.iter().any(|n| message.starts_with(n));
    if first.is_uppercase() && !named {
        return Some("begins with a capital");
    }
    // `…` and `?` may end a message; a full stop may not.
    if message.ends_with('.') && !message.ends_with("..") {
        return Some("ends with a full stop");
    }
    message.contains("!\"").then_some("shouts")
}

#[test]
fn faults_of_messages_are_seen() {
    let cases = [
        ("`x` is empty", None),
        ("JSON but not a plan", None),
        ("Bad thing", Some("begins with a capital")),
        ("bad thing.", Some("ends with a full stop")),
    ];
    for (message, expected) in cases {
        assert_eq!(fault(message), expected, "{message}");
    }
    assert_eq!(literal(" format!(\"a \\\" b\", x)"), Some("a \\\" b"));
    assert_eq!(literal("message"), None);
}

#[test]
fn messages_keep_the_style() {
    check(&files("src", ".rs"), |_, text| {
        let code = code(text);
        let mut found = Vec::new();
        for call in ["Diagnostic::error(", "Diagnostic::warning("] {
            for after in code.split(call).skip(1) {
                // The code of the diagnostic is first, the message second.
                let Some((_, rest)) = after.split_once(',') else { continue };
                let Some(message) = literal(rest) else { continue };
                found.extend(fault(message).map(|what| format!("`{message}` {what}")));
            }
        }
        for after in code.split(".help(").skip(1) {
            let Some(help) = literal(after) else { continue };
            found.extend(fault(help).map(|what| format!("help `{help}` {what}")));
        }
        found
    });
}

#[test]
fn codes_of_diagnostics_have_an_area_and_a_name() {
    check(&files("src", ".rs"), |_, text| {
        let code = code(text);
        let calls =
            ["Diagnostic::error(", "Diagnostic::warning("].into_iter().flat_map(|c| code.split(c).skip(1));
        let codes = calls.filter_map(literal);
        let good = |c: &str| {
            let word = |w: &str| !w.is_empty() && w.chars().all(|c| c.is_ascii_lowercase() || c == '-');
            c.split_once("::").is_some_and(|(area, name)| word(area) && word(name))
        };
        codes.filter(|c| !good(c)).map(|c| format!("code `{c}`")).collect()
    });
}

#[test]
fn exceptions_have_a_reason() {
    let mut all = files("src", ".rs");
    all.extend(files("tests", ".rs"));
    let marks = ["#[expect(", "#![expect(", "#[allow(", "#![allow("];
    check(&all, |path, text| {
        if path == "tests/house.rs" {
            return vec![];
        }
        let attributes = marks.iter().flat_map(|m| text.split(m).skip(1));
        let bare = attributes.filter(|a| !a.split(")]").next().unwrap_or_default().contains("reason ="));
        bare.map(|a| format!("`{}` without a reason", a.lines().next().unwrap_or_default())).collect()
    });
}

/// Text files that are kept under version control, as far as they can be found without asking for it.
fn kept() -> Vec<String> {
    let mut all = Vec::new();
    for (folder, endings) in [
        ("src", &[".rs", ".yaml"][..]),
        ("tests", &[".rs", ".snap", ".yaml", ".json"]),
        ("rules", &[".yaml"]),
        ("docs", &[".md", ".json"]),
        ("fixtures", &[".md", ".py", ".tf", ".yaml", ".tsv", ".txt"]),
        (".ci", &[""]),
    ] {
        all.extend(endings.iter().flat_map(|e| files(folder, e)));
    }
    for name in ["Cargo.toml", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "clippy.toml"] {
        all.extend(root().join(name).is_file().then(|| name.to_owned()));
    }
    all.retain(|p| p != "tests/house.rs");
    all
}

#[test]
fn no_path_of_one_machine_and_no_ignored_test() {
    // Spelt in two parts, so that this file does not hold what it looks for.
    let strays = [
        concat!("/t", "mp/"),
        concat!("/w", "ork/"),
        concat!("/r", "oot/"),
        concat!("/h", "ome/"),
        concat!("#[ig", "nore"),
    ];
    check(&kept(), |_, text| {
        let hit = |s: &&&str| {
            text.match_indices(**s).any(|(at, _)| {
                // Part of a longer path or address is not a path of a machine.
                !text[..at]
                    .ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '}' | '-' | '_' | '*'))
            })
        };
        strays.iter().filter(hit).map(|s| format!("holds `{s}`")).collect()
    });
}

#[test]
fn rule_files_are_named_for_what_they_are() {
    let families =
        ["network", "edge", "web", "data", "burst", "security", "observability", "cost", "operations"];
    let good = |path: &str| -> bool {
        let parts: Vec<&str> = path.split('/').collect();
        let [_, family, file] = parts.as_slice() else { return false };
        let Some(stem) = file.strip_suffix(".yaml") else { return false };
        let small = |t: &str| {
            !t.is_empty() && t.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        if *family == "references" {
            return small(stem);
        }
        let mut words = stem.splitn(3, '-');
        let (area, number, slug) = (words.next(), words.next(), words.next());
        families.contains(family)
            && area.is_some_and(|a| !a.is_empty() && a.chars().all(|c| c.is_ascii_uppercase()))
            && number.is_some_and(|n| n.len() == 3 && n.chars().all(|c| c.is_ascii_digit()))
            && slug.is_some_and(small)
    };
    assert!(good("rules/network/NET-001-a-b.yaml") && good("rules/references/lean.yaml"));
    assert!(
        !good("rules/network/net-001-a.yaml")
            && !good("rules/network/NET-1-a.yaml")
            && !good("rules/NET-001-a.yaml")
    );
    check(&files("rules", ""), |path, _| {
        if good(path) { vec![] } else { vec!["is not `<family>/<ID>-<slug>.yaml`".into()] }
    });
}

#[test]
fn every_kind_is_one_file_of_its_service() {
    let small = |t: &str| t.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    check(&files("src/catalog/aws", ""), |path, _| {
        let parts: Vec<&str> = path.split('/').skip(3).collect();
        match parts.as_slice() {
            [service, file] if small(service) && file.strip_suffix(".yaml").is_some_and(small) => vec![],
            _ => vec!["is not `<service>/<kind>.yaml`".into()],
        }
    });
}
