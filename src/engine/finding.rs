//! Verdicts to findings: message, place, path, what was read, what is missing, and the fix in the
//! user's own language.

use sha2::{Digest, Sha256};

use crate::base::text::{Files, Place};
use crate::catalog::Catalog;
use crate::diag::finding::{Finding, Missing, PathStep, PlaceRef, ReadValue, ResourceRef, Status};
use crate::model::graph::{Graph, Resource};
use crate::model::read::{Read, Step};
use crate::model::schema::Origin;
use crate::model::value::ResId;
use crate::model::why::Reasons;
use crate::rules::expression::{Trace, show};
use crate::rules::{Rule, Verdict};

use super::judge::{Judged, Worlds};

/// Most values shown of what a verdict read.
const MOST_READ: usize = 12;

/// What findings are made from.
pub struct Maker<'a> {
    /// The catalog, for fixes.
    pub catalog: &'a Catalog,
    /// The graph.
    pub graph: &'a Graph,
    /// Its worlds.
    pub worlds: &'a Worlds<'a>,
    /// The rules that judged.
    pub rules: &'a [&'a Rule],
    /// The files, for lines.
    pub files: &'a Files,
}

impl Maker<'_> {
    /// The finding of a verdict; `None` if its rule is not among the rules.
    pub fn finding(&self, judged: &Judged) -> Option<Finding> {
        let rule = *self.rules.get(judged.rule)?;
        let view = self.worlds.view(&judged.world);
        let read: &dyn Read = &*view;
        let mut trace = Trace::default();
        let _ = rule.judge(read, judged.res, Some(&mut trace));
        trace.settle();
        let resource = self.graph.resource(judged.res);
        let (status, missing) = match &judged.verdict {
            Verdict::Unknown(reasons) => (Status::Unknown, missing(reasons)),
            _ => (Status::Fail, Vec::new()),
        };
        trace.seen.retain(|s| !matches!(&*s.label, "address" | "name"));
        let decided = trace.seen.iter().find(|s| s.res == Some(judged.res) && s.place.is_some());
        let path = self.path(rule, read, judged.res, &trace);
        // Where nothing stated decided, the path may say which line of the resource did.
        let proved = || path.iter().find(|s| *s.address == *resource.address && s.place.is_some());
        let place = match decided.and_then(|s| s.place) {
            Some(place) => self.place(place),
            None => proved().and_then(|s| s.place.clone()).or_else(|| self.place(resource.place?)),
        };
        let seen: Vec<ReadValue> =
            trace.seen.iter().take(MOST_READ).filter_map(|s| self.seen(s, read)).collect();
        Some(Finding {
            rule: rule.id.to_string(),
            slug: rule.slug.to_string(),
            status,
            severity: rule.severity(read, judged.res),
            pillar: rule.pillar,
            resource: reference(self.graph, judged.res),
            message: rule.message(read, judged.res),
            place,
            path,
            missing,
            case: judged.case.clone(),
            why: rule.why.to_string(),
            fix: Some(self.fix(rule, read, judged.res)),
            clauses: rule.clauses.iter().map(ToString::to_string).collect(),
            change: None,
            fingerprint: fingerprint(rule, resource, &seen),
            read: seen,
        })
    }

    fn seen(&self, seen: &crate::rules::expression::Seen, read: &dyn Read) -> Option<ReadValue> {
        let address = &self.graph.resource(seen.res?).address;
        let value = if seen.secret { "(not shown)".to_owned() } else { show(&seen.val, read) };
        Some(ReadValue {
            what: format!("{address}.{}", seen.label),
            value,
            defaulted: seen.defaulted,
            place: seen.place.and_then(|p| self.place(p)),
        })
    }

    /// The evidence that the rule names; else the path of the first derived fact that was read.
    fn path(&self, rule: &Rule, read: &dyn Read, res: ResId, trace: &Trace) -> Vec<PathStep> {
        let mut steps: Vec<Step> = Vec::new();
        let mut add = |more: Vec<Step>| {
            for step in more {
                if !steps.contains(&step) {
                    steps.push(step);
                }
            }
        };
        for (holder, attr) in rule.evidence(read, res) {
            add(read.path(holder, attr));
        }
        if steps.is_empty() {
            for seen in &trace.seen {
                let (Some(holder), Some(attr)) = (seen.res, seen.attr) else { continue };
                let kind = self.graph.schema().kind(self.graph.resource(holder).kind);
                let derived =
                    kind.attrs.get(attr.0 as usize).is_some_and(|a| matches!(a.origin, Origin::Derived(_)));
                let found = if derived { read.path(holder, attr) } else { Vec::new() };
                if !found.is_empty() {
                    steps = found;
                    break;
                }
            }
        }
        steps
            .into_iter()
            .map(|s| PathStep {
                address: s.label.to_string(),
                via: s.via.to_string(),
                place: s.place.or_else(|| self.graph.resource(s.res?).place).and_then(|p| self.place(p)),
            })
            .collect()
    }

    /// A place as lines; `None` for places in rule files, which are not the user's.
    fn place(&self, place: Place) -> Option<PlaceRef> {
        let file = self.files.get(place.file)?;
        let (line, column) = file.line_column(place.span.start);
        let (end_line, end_column) = file.line_column(place.span.end);
        Some(PlaceRef { file: file.name.to_string(), line, column, end_line, end_column, span: Some(place) })
    }
}

/// A resource as reports name it.
pub fn reference(graph: &Graph, res: ResId) -> ResourceRef {
    let resource = graph.resource(res);
    let arn = resource.address.starts_with("arn:").then(|| resource.address.to_string());
    ResourceRef {
        address: resource.address.to_string(),
        kind: graph.schema().kind(resource.kind).name.to_string(),
        ty: resource.ty.to_string(),
        id: None,
        arn,
        account: resource.account.as_ref().map(ToString::to_string),
        region: resource.region.as_ref().map(ToString::to_string),
    }
}

fn missing(reasons: &Reasons) -> Vec<Missing> {
    let mut all: Vec<Missing> = reasons
        .iter()
        .map(|why| Missing {
            what: why.what.to_string(),
            why: why.cause.say(),
            settle: why.cause.remedy().to_owned(),
            group: why.cause.group().to_owned(),
        })
        .collect();
    all.sort();
    all.dedup();
    all
}

/// Rule, resource, and the value that decided: stable under moves of lines, new when the value changes.
fn fingerprint(rule: &Rule, resource: &Resource, seen: &[ReadValue]) -> String {
    let mut hash = Sha256::new();
    let decided = seen.first().map(|s| format!("{}={}", s.what, s.value)).unwrap_or_default();
    for part in [&*rule.id, &*resource.address, &decided] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect()
}
