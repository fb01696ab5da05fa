//! Floor 5: links what sources said into one graph, and judges it by rules.
//!
//! Owns resolution of references (`link`), the verdicts with their cases (`judge`), and the making of
//! a report's findings (`finding`). Must not know how a source is read or a report laid out.

pub mod finding;
mod fix;
mod inverse;
pub mod judge;
pub mod link;
mod secrets;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::base::text::Files;
use crate::catalog::Catalog;
use crate::diag::Diagnostic;
use crate::diag::finding::{
    Coverage, Finding, Report, SCHEMA_VERSION, Severity, SourceSummary, Status, Summary, Tool,
};
use crate::facts;
use crate::model::schema::Schema;
use crate::rules::Rule;
use crate::sources::Batch;

use finding::Maker;
use judge::Worlds;

/// The schema that rules are checked against: the catalog's stated facts and the derived ones.
///
/// # Errors
/// A derived fact whose signature does not fit the catalog: our own fault.
pub fn schema(catalog: &Catalog) -> Result<Arc<Schema>, Diagnostic> {
    let mut schema = (*catalog.schema).clone();
    schema
        .add_derived(&facts::signatures())
        .map_err(|e| Diagnostic::error("facts::signature", e).help("this is a fault of archlint"))?;
    Ok(Arc::new(schema))
}

/// Links what the sources said.
pub fn link(catalog: &Catalog, schema: &Arc<Schema>, batches: &[Batch]) -> link::Linked {
    let inputs: Vec<link::Input<'_>> = batches
        .iter()
        .enumerate()
        .map(|(i, b)| link::Input {
            raws: &b.resources,
            dialect: b.dialect,
            source: u16::try_from(i).unwrap_or(u16::MAX),
        })
        .collect();
    link::link(catalog, schema, &inputs)
}

/// Links, judges, and makes the report. `reference` is its name; `rules` are those that it chooses.
pub fn report(
    catalog: &Catalog,
    schema: &Arc<Schema>,
    rules: &[Rule],
    reference: &str,
    batches: &[Batch],
    files: &Files,
) -> Report {
    let linked = link(catalog, schema, batches);
    let graph = &linked.graph;
    let worlds = Worlds::new(graph);
    let rules: Vec<&Rule> = rules.iter().collect();
    let verdicts = judge::judge(graph, &worlds, &rules);
    let maker = Maker { catalog, graph, worlds: &worlds, rules: &rules, files };
    let mut told: Vec<Finding> = verdicts.told.par_iter().filter_map(|j| maker.finding(j)).collect();
    told.sort_by(|a, b| (a.severity, &a.rule, &a.resource).cmp(&(b.severity, &b.rule, &b.resource)));
    let (findings, unknown): (Vec<_>, Vec<_>) = told.into_iter().partition(|f| f.status == Status::Fail);

    let mut mapped: BTreeMap<String, usize> = BTreeMap::new();
    for id in graph.ids().filter(|id| graph.resource(*id).in_view) {
        let kind = graph.schema().kind(graph.resource(id).kind);
        *mapped.entry(kind.name.to_string()).or_default() += 1;
    }
    let coverage =
        Coverage { mapped, unknown_types: linked.unknown_types, todo: linked.todo, rules: rules.len() };
    Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "archlint".into(), version: env!("CARGO_PKG_VERSION").into() },
        reference: reference.into(),
        sources: batches
            .iter()
            .map(|b| SourceSummary {
                path: b.path.clone(),
                kind: b.kind.into(),
                resources: b.resources.len(),
            })
            .collect(),
        summary: summary(&findings, &unknown, verdicts.pass, verdicts.not_applicable),
        findings,
        unknown,
        waived: Vec::new(),
        coverage,
        incomplete: batches.iter().any(|b| b.incomplete),
        secrets: secrets::places(graph),
    }
}

fn summary(findings: &[Finding], unknown: &[Finding], pass: usize, not_applicable: usize) -> Summary {
    let mut fail: BTreeMap<Severity, usize> =
        [Severity::High, Severity::Medium, Severity::Low, Severity::Info]
            .into_iter()
            .map(|s| (s, 0))
            .collect();
    for finding in findings {
        *fail.entry(finding.severity).or_default() += 1;
    }
    // A verdict with several reasons counts once in each group.
    let mut unknown_by_reason: BTreeMap<String, usize> = BTreeMap::new();
    for finding in unknown {
        let groups: BTreeSet<&str> = finding.missing.iter().map(|m| m.group.as_str()).collect();
        for group in groups {
            *unknown_by_reason.entry(group.to_owned()).or_default() += 1;
        }
    }
    Summary { fail, unknown: unknown.len(), unknown_by_reason, waived: 0, pass, not_applicable }
}
