//! Bad and hostile input through the program as it is run: exit 2, nothing on standard output, and a
//! diagnostic that names the file and what to do.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may be blunt")]

use std::path::Path;
use std::process::Command;

/// Writes `bytes` as `name`, checks it, and demands the diagnostic.
fn check(folder: &Path, name: &str, bytes: &[u8], says: &str) {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_archlint"))
        .args(["check", "--color", "never"])
        .arg(&path)
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    let flat: String = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(out.status.code(), Some(2), "{name}: {said}");
    assert!(out.stdout.is_empty(), "{name} wrote to standard output");
    assert!(flat.contains(name), "{name} is not named: {said}");
    assert!(flat.contains("help:"), "{name} has no remedy: {said}");
    assert!(flat.contains(says), "{name} does not say `{says}`: {said}");
}

#[test]
fn bad_input_is_told_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
    let template = |rest: &str| format!("AWSTemplateFormatVersion: '2010-09-09'\nResources:\n{rest}");
    let bomb = {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for n in 1..9 {
            let before = vec![format!("*a{}", n - 1); 9].join(", ");
            text += &format!("a{n}: &a{n} [{before}]\n");
        }
        format!("{text}Resources:\n  A: {{ Type: AWS::S3::Bucket, Properties: {{ Tags: *a8 }} }}\n")
    };
    let plan = std::fs::read("fixtures/architectures/legacy/plan.json").unwrap();
    check(at, "truncated.json", plan.get(..plan.len() / 2).unwrap(), "");
    check(at, "wrong-type.json", br#"{"format_version":"1.2","resource_changes":"none"}"#, "");
    check(at, "binary.json", &[0, 159, 146, 150, 0, 1, 2, 3], "");
    check(at, "empty.json", b"", "empty");
    check(at, "empty.yaml", b"", "empty");
    check(at, "deep.json", format!("{{\"Resources\":{}}}", deep("[", "]")).as_bytes(), "");
    check(at, "deep.yaml", template(&format!("  A: {}", deep("[", "]"))).as_bytes(), "");
    check(at, "bomb.yaml", bomb.as_bytes(), "");
    check(
        at,
        "twice.yaml",
        template("  A: { Type: AWS::S3::Bucket }\n  A: { Type: AWS::S3::Bucket }\n").as_bytes(),
        "twice",
    );
    let cycle =
        "  A: { Type: AWS::S3::Bucket, DependsOn: B }\n  B: { Type: AWS::S3::Bucket, DependsOn: A }\n";
    check(at, "cycle.yaml", template(cycle).as_bytes(), "depend on each other");
    let state =
        br#"{"version":4,"terraform_version":"1.9.0","serial":3,"lineage":"x","outputs":{},"resources":[]}"#;
    check(at, "state.json", state, "state");
    check(at, "spaces.json", &vec![b' '; 200 << 20], "");
}
