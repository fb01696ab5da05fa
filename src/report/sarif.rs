//! SARIF 2.1.0, for code scanning. Checked against the OASIS schema in `tests/reports.rs`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::finding::severity;
use crate::diag::finding::{Finding, Pillar, PlaceRef, Report, Severity, Status};

/// Where relative paths start: the root of the checkout.
const ROOT: &str = "%SRCROOT%";

/// The report as SARIF, pretty, with a final newline. The same report gives the same bytes.
///
/// # Errors
/// None in practice: it has only text keys.
pub fn render(report: &Report) -> Result<String, serde_json::Error> {
    let rules = rules(report);
    let results: Vec<Value> =
        all(report).map(|(finding, waived)| result(report, finding, waived, &rules)).collect();
    let run = json!({
        "tool": { "driver": {
            "name": report.tool.name,
            "version": report.tool.version,
            "semanticVersion": report.tool.version,
            "rules": rules.values().map(rule).collect::<Vec<_>>(),
        }},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": { ROOT: { "description": { "text": "the root of the checkout" } } },
        "invocations": [{ "executionSuccessful": !report.incomplete }],
        "automationDetails": { "id": format!("archlint/{}/", report.reference) },
        "results": results,
        "properties": { "reference": report.reference, "unknown": report.summary.unknown, "pass": report.summary.pass },
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    });
    let mut text = serde_json::to_string_pretty(&log)?;
    text.push('\n');
    Ok(text)
}

/// Findings and waived findings, in the report's order.
fn all(report: &Report) -> impl Iterator<Item = (&Finding, bool)> {
    report.findings.iter().map(|f| (f, false)).chain(report.waived.iter().map(|f| (f, true)))
}

/// The rules that speak, each by the finding that shows it at its worst.
fn rules(report: &Report) -> BTreeMap<&str, &Finding> {
    let mut rules: BTreeMap<&str, &Finding> = BTreeMap::new();
    for (finding, _) in all(report) {
        let worst = rules.entry(&finding.rule).or_insert(finding);
        if finding.severity < worst.severity {
            *worst = finding;
        }
    }
    rules
}

fn rule(finding: &&Finding) -> Value {
    let why = finding.why.trim();
    let short = finding.slug.replace('-', " ");
    let summary = why.split("\n\n").next().filter(|p| !p.is_empty()).unwrap_or(&short);
    let mut help = format!("# {} {short}\n\n{why}\n", finding.rule);
    if let Some(fix) = &finding.fix {
        help += &format!("\n**Fix:** {}\n", fix.summary);
    }
    if !finding.clauses.is_empty() {
        help += &format!("\nClauses: {}\n", finding.clauses.join(", "));
    }
    help += &format!("\n`archlint explain {}`\n", finding.rule);
    let mut properties = Map::new();
    let mut tags = vec![pillar(finding.pillar).to_string(), "architecture".to_string()];
    tags.extend(finding.clauses.iter().cloned());
    properties.insert("tags".into(), json!(tags));
    properties.insert("precision".into(), json!("high"));
    properties.insert("problem.severity".into(), json!(problem(finding.severity)));
    if finding.pillar == Pillar::Security {
        properties.insert("security-severity".into(), json!(score(finding.severity)));
    }
    json!({
        "id": finding.rule,
        "name": finding.slug,
        "shortDescription": { "text": short },
        "fullDescription": { "text": summary },
        "help": { "text": help, "markdown": help },
        "defaultConfiguration": { "level": level(finding.severity) },
        "properties": properties,
    })
}

fn result(report: &Report, finding: &Finding, waived: bool, rules: &BTreeMap<&str, &Finding>) -> Value {
    let unknown = finding.status == Status::Unknown;
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.to_string(), value);
    put("ruleId", json!(finding.rule));
    put("ruleIndex", json!(rules.keys().position(|id| *id == finding.rule)));
    put("kind", json!(if unknown { "open" } else { "fail" }));
    put("level", json!(if unknown { "none" } else { level(finding.severity) }));
    put("message", json!({ "text": message(finding), "markdown": markdown(finding) }));
    put("locations", json!([location(report, finding)]));
    put("partialFingerprints", json!({ "archlint/v1": finding.fingerprint }));
    if !finding.path.is_empty() {
        let steps: Vec<Value> = finding
            .path
            .iter()
            .map(|step| {
                let text = if step.via.is_empty() {
                    step.address.clone()
                } else {
                    format!("{}: {}", step.address, step.via)
                };
                json!({ "location": place(step.place.as_ref(), &step.address, None, Some(&text)) })
            })
            .collect();
        put("codeFlows", json!([{ "threadFlows": [{ "locations": steps }] }]));
    }
    let related: Vec<Value> = finding
        .read
        .iter()
        .filter(|r| r.place.is_some() && r.place != finding.place)
        .map(|r| place(r.place.as_ref(), &r.what, None, Some(&format!("{} = {}", r.what, r.value))))
        .collect();
    if !related.is_empty() {
        put("relatedLocations", json!(related));
    }
    if let Some(state) = finding.change.as_deref().and_then(baseline) {
        put("baselineState", json!(state));
    }
    if waived {
        put("suppressions", json!([{ "kind": "external", "status": "accepted" }]));
    }
    put(
        "properties",
        json!({
            "severity": severity(finding.severity),
            "pillar": pillar(finding.pillar),
            "address": finding.resource.address,
            "type": finding.resource.ty,
            "clauses": finding.clauses,
            "missing": finding.missing,
        }),
    );
    Value::Object(out)
}

/// Plain text: the message, the case, what is not known.
fn message(finding: &Finding) -> String {
    let question = if finding.status == Status::Unknown { "cannot tell whether: " } else { "" };
    let mut text = format!("{question}{}", finding.message);
    if let Some(case) = &finding.case {
        text += &format!(" (when {case})");
    }
    for missing in &finding.missing {
        text += &format!("; {}: {}", missing.what, missing.why);
    }
    text
}

/// The same with the fix.
fn markdown(finding: &Finding) -> String {
    let mut text = message(finding);
    if let Some(fix) = &finding.fix {
        text += &format!("\n\n**Fix:** {}", fix.summary);
        if !fix.snippet.trim().is_empty() {
            let fence = if fix.snippet.contains("```") { "~~~~" } else { "```" };
            text += &format!("\n\n{fence}\n{}\n{fence}", fix.snippet.trim_end());
        }
    }
    text
}

/// Where a finding stands. Without lines, the file alone is named if the run has only one.
fn location(report: &Report, finding: &Finding) -> Value {
    let only = match report.sources.as_slice() {
        [one] => Some(one.path.as_str()),
        _ => None,
    };
    let address = finding.resource.arn.as_deref().unwrap_or(&finding.resource.address);
    let mut location = place(finding.place.as_ref(), address, only, None);
    if let Some(logical) = location.pointer_mut("/logicalLocations/0").and_then(Value::as_object_mut) {
        logical.insert("kind".into(), json!("resource"));
        logical.insert("name".into(), json!(finding.resource.address));
    }
    location
}

fn place(at: Option<&PlaceRef>, address: &str, file: Option<&str>, message: Option<&str>) -> Value {
    let mut out = Map::new();
    if let Some(p) = at {
        // The end column of SARIF is exclusive as ours is; a region without characters has no end.
        let mut region = json!({ "startLine": p.line, "startColumn": p.column });
        if let (true, Some(region)) =
            ((p.end_line, p.end_column) > (p.line, p.column), region.as_object_mut())
        {
            region.insert("endLine".into(), json!(p.end_line));
            region.insert("endColumn".into(), json!(p.end_column));
        }
        if let Some(artifact) = artifact(&p.file) {
            out.insert("physicalLocation".into(), json!({ "artifactLocation": artifact, "region": region }));
        }
    } else if let Some(artifact) = file.and_then(artifact) {
        out.insert("physicalLocation".into(), json!({ "artifactLocation": artifact }));
    }
    out.insert("logicalLocations".into(), json!([{ "fullyQualifiedName": address }]));
    if let Some(text) = message {
        out.insert("message".into(), json!({ "text": text }));
    }
    Value::Object(out)
}

/// A path as a URI: relative to the checkout, or absolute. Standard input has none.
fn artifact(path: &str) -> Option<Value> {
    if path == "-" || path.is_empty() {
        return None;
    }
    let path = path.replace('\\', "/");
    let drive = path.as_bytes().get(1) == Some(&b':');
    let trimmed = path.strip_prefix("./").unwrap_or(&path);
    let mut uri = String::new();
    for byte in trimmed.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) || (drive && byte == b':') {
            uri.push(char::from(byte));
        } else {
            uri += &format!("%{byte:02X}");
        }
    }
    Some(if uri.starts_with('/') {
        json!({ "uri": format!("file://{uri}") })
    } else if drive {
        json!({ "uri": format!("file:///{uri}") })
    } else {
        json!({ "uri": uri, "uriBaseId": ROOT })
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

fn problem(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "recommendation",
    }
}

/// The middle of the bands that code scanning uses: high from 7, medium from 4.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "1.0",
    }
}

fn pillar(pillar: Pillar) -> &'static str {
    match pillar {
        Pillar::Availability => "availability",
        Pillar::Response => "response",
        Pillar::Security => "security",
        Pillar::Cost => "cost",
        Pillar::Operations => "operations",
    }
}

fn baseline(change: &str) -> Option<&'static str> {
    match change {
        "introduced" => Some("new"),
        "existing" => Some("unchanged"),
        "fixed" => Some("absent"),
        _ => None,
    }
}
