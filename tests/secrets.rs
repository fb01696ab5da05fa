//! Secrets never reach an output: not in a message, not in a value, not in a drawn line of the user's file.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may be blunt")]

use std::process::Command;

/// The planted secrets of `legacy`: literals of its template's passwords and tokens.
fn planted() -> Vec<String> {
    let text = std::fs::read_to_string("fixtures/architectures/legacy/cloudformation/template.yaml").unwrap();
    let keys = ["MasterUserPassword:", "PAYMENT_API_TOKEN:"];
    let of = |line: &str| keys.iter().find_map(|k| line.trim().strip_prefix(k).map(|v| v.trim().to_owned()));
    text.lines().filter_map(of).filter(|v| !v.is_empty() && !v.starts_with('!')).collect()
}

#[test]
fn planted_secrets_are_in_no_output() {
    let secrets = planted();
    assert!(secrets.len() >= 2, "{} secrets are planted", secrets.len());
    for input in ["plan.json", "cloudformation/template.yaml"] {
        for format in ["human", "json", "sarif"] {
            let path = format!("fixtures/architectures/legacy/{input}");
            let out = Command::new(env!("CARGO_BIN_EXE_archlint"))
                .args(["check", &path, "--verbose", "--show", "unknown", "--format", format])
                .output()
                .unwrap();
            let all =
                format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
            assert!(all.contains("SEC-014"), "{input} as {format}");
            for secret in &secrets {
                assert!(!all.contains(secret.as_str()), "{input} as {format} shows a secret");
            }
        }
    }
}
