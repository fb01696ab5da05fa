//! Whether a text is a plan, a state or something else, and where in a file the plans are.
//!
//! Policy tools keep plans inside other objects (`{"mock": {"case": {"tfplan": {…}}}}`); what is a
//! plan in substance is read wherever it stands near the top.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A plan in JSON.
    Plan,
    /// A state in JSON, raw or shown.
    State,
    /// Output for people, or a log in JSON lines.
    Printed,
}

/// Deepest level at which a plan is looked for.
const LEVELS: usize = 4;

/// Recognises a text by its beginning; the whole text is as good.
pub fn detect(head: &str) -> Option<Found> {
    let start = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if !start.starts_with('{') {
        let printed = [
            "Terraform will perform",
            "Terraform used the selected",
            "OpenTofu will perform",
            "OpenTofu used the selected",
            "No changes.",
        ];
        return printed.iter().any(|p| head.contains(p)).then_some(Found::Printed);
    }
    let mut formatted = false;
    let mut versioned = false;
    let mut terraform = false;
    for (level, key) in keys(start) {
        match (level, key) {
            (1, "@level" | "@message") => return Some(Found::Printed),
            (1, "lineage" | "serial") => return Some(Found::State),
            (1, "values") if formatted => return Some(Found::State),
            (1, "modules" | "resources") if versioned && terraform => return Some(Found::State),
            (_, "planned_values" | "resource_changes") => return Some(Found::Plan),
            (1, "format_version") => formatted = true,
            (1, "version") => versioned = true,
            (1, "terraform_version") => terraform = true,
            _ => {}
        }
    }
    (formatted && terraform).then_some(Found::Plan)
}

/// Keys of an object and of the objects in it, with their level, as far as the text goes.
fn keys(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let (mut at, mut level) = (0usize, 0usize);
    std::iter::from_fn(move || {
        loop {
            match bytes.get(at)? {
                b'{' | b'[' => level += 1,
                b'}' | b']' => level = level.saturating_sub(1),
                b'"' => {
                    let start = at + 1;
                    at = start;
                    while *bytes.get(at)? != b'"' {
                        at += if bytes.get(at) == Some(&b'\\') { 2 } else { 1 };
                    }
                    let word = text.get(start..at)?;
                    let after = bytes.get(at + 1..)?.iter().find(|b| !b.is_ascii_whitespace());
                    at += 1;
                    if after == Some(&b':') && level <= LEVELS {
                        return Some((level, word));
                    }
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
    })
}

/// The plans of a file that is not itself one, with the keys that lead to them.
pub fn inside(text: &str) -> Vec<(String, &str)> {
    let mut plans = Vec::new();
    search(text, "", LEVELS, &mut plans);
    plans
}

fn search<'a>(text: &'a str, path: &str, levels: usize, plans: &mut Vec<(String, &'a str)>) {
    let Ok(object) = serde_json::from_str::<BTreeMap<String, &'a RawValue>>(text) else { return };
    if object.contains_key("planned_values") || object.contains_key("resource_changes") {
        plans.push((path.to_owned(), text));
    } else if levels > 0 {
        for (key, value) in object {
            let path = if path.is_empty() { key } else { format!("{path}/{key}") };
            search(value.get(), &path, levels - 1, plans);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognises() {
        for (text, want) in [
            (
                r#"{"format_version":"1.2","terraform_version":"1.9.0","variables":{"a":{"val"#,
                Some(Found::Plan),
            ),
            (r#"{"format_version":"1.0","values":{"root_module":{}}}"#, Some(Found::State)),
            (r#"{"version":4,"terraform_version":"1.1","serial":3}"#, Some(Found::State)),
            (r#"{"version":3,"terraform_version":"0.11","modules":[]}"#, Some(Found::State)),
            (r#"{"mock":{"one":{"tfplan":{"resource_changes":[]}}}}"#, Some(Found::Plan)),
            (r#"{"AWSTemplateFormatVersion":"2010-09-09","Resources":{}}"#, None),
            (r#"{"Resources":{"A":{"Properties":{"x":"planned_values"}}}}"#, None),
            (r#"{"version":"39.0.0","artifacts":{}}"#, None),
            (r#"{"@level":"info","@message":"Terraform 1.9"}"#, Some(Found::Printed)),
            ("Terraform will perform the following actions:\n", Some(Found::Printed)),
            ("Resources:\n", None),
            ("", None),
        ] {
            assert_eq!(detect(text), want, "{text}");
        }
    }
}
