//! The report as plain data: findings, unknowns, coverage, summary. `--format json` prints it as it
//! is; every other format is a function of it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

/// Version of the document's shape.
pub const SCHEMA_VERSION: u32 = 1;

/// Severity of a rule. The order is from worst to mildest.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// An outage or a breach waits to happen.
    High,
    /// Departs from the reference in a way that costs.
    Medium,
    /// Worth mending when one is there anyway.
    Low,
    /// Advice; never fails a run.
    Info,
}

/// The pillar that a rule serves.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Pillar {
    /// Availability.
    Availability,
    /// Response time.
    Response,
    /// Security.
    Security,
    /// Cost.
    Cost,
    /// Operations.
    Operations,
}

/// What a finding says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It departs from the reference.
    Fail,
    /// It cannot be said.
    Unknown,
}

/// The whole report.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Report {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Who made it.
    pub tool: Tool,
    /// The reference judged against.
    pub reference: String,
    /// What was read.
    pub sources: Vec<SourceSummary>,
    /// Verdicts `fail` (and `unknown`, when asked for), sorted.
    pub findings: Vec<Finding>,
    /// Verdicts `unknown`, sorted.
    pub unknown: Vec<Finding>,
    /// Findings that an exception covers.
    pub waived: Vec<Finding>,
    /// What was seen and what was not.
    pub coverage: Coverage,
    /// Counts.
    pub summary: Summary,
    /// True if something that the chosen rules need was not read.
    pub incomplete: bool,
    /// Places of values that are never to be shown: who draws lines of the user's files blots them out.
    #[serde(skip)]
    pub secrets: Vec<crate::base::text::Place>,
}

/// Who made a report.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Tool {
    /// `archlint`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// One source that was read.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SourceSummary {
    /// The path as typed.
    pub path: String,
    /// `terraform-plan`, `cloudformation`, `cdk-assembly`, ….
    pub kind: String,
    /// Resources in it.
    pub resources: usize,
}

/// A verdict worth telling.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// The rule's slug.
    pub slug: String,
    /// Fail or unknown.
    pub status: Status,
    /// How bad.
    pub severity: Severity,
    /// Which pillar.
    pub pillar: Pillar,
    /// The resource judged.
    pub resource: ResourceRef,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where the deciding value stands, or the resource.
    pub place: Option<PlaceRef>,
    /// The path that proves it.
    pub path: Vec<PathStep>,
    /// What the verdict read: attribute, value as shown, place.
    pub read: Vec<ReadValue>,
    /// What is not known, and why.
    pub missing: Vec<Missing>,
    /// The case in which it fails, if only in some: "`IsProd` is false".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// Why it matters, Markdown.
    pub why: String,
    /// What to change.
    pub fix: Option<Fix>,
    /// Clauses of the reference: `ecommerce/6.1`.
    pub clauses: Vec<String>,
    /// introduced, fixed, existing; `null` where it is not known.
    pub change: Option<String>,
    /// Stable under moves of lines: rule, resource and what decided it.
    pub fingerprint: String,
}

/// A resource as reports name it.
#[derive(Clone, Debug, Serialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResourceRef {
    /// Terraform address, CloudFormation logical id, or ARN.
    pub address: String,
    /// The catalog's kind.
    pub kind: String,
    /// The upstream type.
    #[serde(rename = "type")]
    pub ty: String,
    /// The physical id, if known.
    pub id: Option<String>,
    /// The ARN, if known.
    pub arn: Option<String>,
    /// The account, if known.
    pub account: Option<String>,
    /// The region, if known.
    pub region: Option<String>,
}

/// A place, resolved to lines. Lines and columns are from 1.
#[derive(Clone, Debug, Serialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlaceRef {
    /// The file as typed.
    pub file: String,
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// One past the last column.
    pub end_column: u32,
    /// The bytes, for renderers that show the text.
    #[serde(skip)]
    pub span: Option<crate::base::text::Place>,
}

/// A step of the path.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PathStep {
    /// What one arrives at.
    pub address: String,
    /// How.
    pub via: String,
    /// Where that stands.
    pub place: Option<PlaceRef>,
}

/// A value that the verdict rests on.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReadValue {
    /// `aws_db_instance.main.multi_az`, in the catalog's words.
    pub what: String,
    /// As shown; secrets are never shown.
    pub value: String,
    /// True if the source leaves it out and this is what leaving it out means.
    pub defaulted: bool,
    /// Where it stands.
    pub place: Option<PlaceRef>,
}

/// Something that is not known.
#[derive(Clone, Debug, Serialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
    /// What would settle it.
    pub settle: String,
    /// The group under which the summary counts it.
    #[serde(skip)]
    pub group: String,
}

/// What to change.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Fix {
    /// One sentence.
    pub summary: String,
    /// In the user's own source language; empty where there is nothing to paste.
    pub snippet: String,
}

/// What was seen.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Coverage {
    /// Resources per kind that the catalog maps.
    pub mapped: BTreeMap<String, usize>,
    /// Resources per upstream type that the catalog does not know.
    pub unknown_types: BTreeMap<String, usize>,
    /// Properties of mapped types that the catalog marks as not read yet, with their note: only those that occur.
    pub todo: BTreeMap<String, String>,
    /// Rules that ran.
    pub rules: usize,
}

/// Counts.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Summary {
    /// Failures per severity.
    pub fail: BTreeMap<Severity, usize>,
    /// Unknown verdicts.
    pub unknown: usize,
    /// Unknown verdicts per group of reasons.
    pub unknown_by_reason: BTreeMap<String, usize>,
    /// Waived failures.
    pub waived: usize,
    /// Passes.
    pub pass: usize,
    /// Verdicts `not applicable`.
    pub not_applicable: usize,
}
