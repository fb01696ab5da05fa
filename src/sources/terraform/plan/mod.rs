//! Terraform and OpenTofu plans: the JSON of `terraform show -json`.
//!
//! Owns the plan format (0.1 to 1.x). Must not know any resource type: what an attribute means is the
//! catalog's. Files by what they own: `find` (is it a plan), `skim` (the file as borrowed structs),
//! `items` (resource instances), `config` and `expr` (the source as the plan tells it), `instances`,
//! `follow`, `pick` and `infer` (what a reference means), `body`, `blocks` and `say` (values), `fault` (bad input).
//!
//! The file is skimmed once; each resource's parts are then read in one pass, in parallel, and no tree
//! of the whole file is ever made. Documents of plans carry no places: lines of a plan help nobody.

mod blocks;
mod body;
mod config;
mod expr;
mod fault;
mod find;
mod follow;
mod infer;
mod instances;
mod items;
mod json;
mod pick;
mod region;
mod say;
mod skim;

pub use fault::saved;
pub use find::{Found, detect};

use rayon::prelude::*;
use serde_json::value::RawValue;

use self::body::{At, Body, Names, Parts};
use self::config::{Bad, Config, part};
use self::fault::Input;
use self::follow::{Follow, Scope};
use self::infer::Inferred;
use self::instances::{Instance, Instances};
use self::items::{Item, items};
use self::skim::Plan;
use crate::base::text::{Files, Text};
use crate::diag::Diagnostic;
use crate::model::doc::{Change, Dialect, Raw};
use crate::sources::Batch;

/// Reads a plan. `name` is the path as typed.
///
/// # Errors
/// A text that is not a plan or not whole, with its place.
pub fn read(name: &str, text: &str, files: &mut Files) -> Result<Batch, Diagnostic> {
    let input = Input { name, text };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().is_empty() {
        return Err(input.empty());
    }
    let mut batch = Batch {
        path: name.to_owned(),
        kind: "terraform-plan",
        dialect: Dialect::Terraform,
        resources: Vec::new(),
        problems: Vec::new(),
        incomplete: false,
    };
    if find::detect(text) == Some(Found::Printed) {
        return Err(input.printed());
    }
    if !text.trim_start().starts_with('{') {
        // Serde would take a list for a struct.
        let any = serde_json::from_str::<&RawValue>(text);
        return Err(any.map_or_else(|e| input.syntax(files, text, &e), |_| input.other()));
    }
    let plan: Plan<'_> = serde_json::from_str(text).map_err(|e| input.syntax(files, text, &e))?;
    if is_plan(&plan) {
        add(plan, "", input, files, &mut batch)?;
        return Ok(batch);
    }
    if plan.lineage.is_some() || plan.values.is_some() || find::detect(text) == Some(Found::State) {
        return Err(input.state());
    }
    let plans = find::inside(text);
    if plans.is_empty() {
        return Err(input.other());
    }
    let alone = plans.len() == 1;
    for (path, text) in plans {
        let plan = serde_json::from_str(text).map_err(|e| input.syntax(files, text, &e))?;
        let prefix = if alone { String::new() } else { format!("{path}/") };
        add(plan, &prefix, input, files, &mut batch)?;
    }
    Ok(batch)
}

fn is_plan(plan: &Plan<'_>) -> bool {
    plan.planned_values.is_some()
        || plan.resource_changes.is_some()
        || (plan.format_version.is_some() && plan.configuration.is_some())
}

/// Adds one plan's resources; `prefix` keeps the addresses of several apart.
fn add(
    mut plan: Plan<'_>,
    prefix: &str,
    input: Input<'_>,
    files: &mut Files,
    batch: &mut Batch,
) -> Result<(), Diagnostic> {
    let version = plan.format_version.map(|v| v.get().trim_matches('"').to_owned()).unwrap_or_default();
    let major = version.split('.').next().unwrap_or_default();
    if !matches!(major, "" | "0" | "1") {
        return Err(input.format(&version));
    }
    if plan.errored == Some(true) {
        batch.incomplete = true;
        batch.problems.push(
            Diagnostic::warning(
                "plan::errored",
                format!("`{}` is of a plan that failed half-way", input.name),
            )
            .help("mend what `terraform plan` complains of, and make the plan again"),
        );
    }
    let deferred = plan.deferred_changes.take().unwrap_or_default().len();
    if deferred > 0 {
        batch.incomplete = true;
        let message = format!("`{}` leaves {deferred} changes for a later plan", input.name);
        batch.problems.push(
            Diagnostic::warning("plan::deferred", message)
                .help("apply what this plan can do, then check the plan that follows"),
        );
    }
    let bad = |Bad(raw, fault): Bad<'_>, files: &mut Files| input.part(files, raw, &fault);
    let config = Config::read(plan.configuration.take(), plan.variables.take()).map_err(|b| bad(b, files))?;
    let items = items(&mut plan);
    let mut instances = Instances::default();
    let modules: Vec<_> = items.iter().map(|item| instances.module_at(&item.module, &config)).collect();
    for (item, module) in items.iter().zip(&modules) {
        if item.change != Some(Change::Delete) {
            let address: Text = format!("{prefix}{}", item.address).into();
            instances.add(*module, &item.base, Instance { key: item.key.clone(), address });
        }
    }
    let inferred = Inferred::default();
    let built: Result<Vec<Raw>, Bad<'_>> = items
        .par_iter()
        .zip(&modules)
        .map_init(Names::default, |names, (item, module)| {
            build(item, *module, prefix, &Follow::new(&config, &instances, &inferred), names)
        })
        .collect();
    batch.resources.extend(built.map_err(|b| bad(b, files))?);
    Ok(())
}

/// Reads one resource's parts.
fn build<'a>(
    item: &Item<'a>,
    module: usize,
    prefix: &str,
    follow: &Follow<'_, 'a>,
    names: &mut Names,
) -> Result<Raw, Bad<'a>> {
    let (value, unknown, sensitive) = (part(item.value)?, part(item.unknown)?, part(item.sensitive)?);
    let source = follow.source(module).and_then(|s| s.resources.get(&item.base));
    let gone = item.change == Some(Change::Delete);
    let scope = Scope { module, key: item.key.as_ref(), for_each: source.and_then(|s| s.for_each.as_ref()) };
    let at = match source {
        Some(source) if !gone => At::resource(&source.block),
        _ => At::nothing(),
    };
    let address = format!("{prefix}{}", item.address);
    let parts = Parts { value: value.as_ref(), unknown: unknown.as_ref(), sensitive: sensitive.as_ref() };
    let mut body = Body {
        follow,
        scope,
        address: &address,
        implied: item.implied && !matches!(item.change, Some(Change::Read | Change::NoOp)),
        configured: source.is_some() && !gone,
        names,
    };
    let doc = body.value(&mut address.clone(), "", parts, &at);
    let mut raw = Raw::new(item.ty.as_str(), address.as_str(), doc);
    raw.change = item.change;
    let only = || {
        let mut keys =
            follow.config.providers.iter().filter(|(_, (name, _))| name == "aws").map(|(key, _)| key);
        keys.next().filter(|_| keys.next().is_none()).cloned()
    };
    if item.ty.trim_start_matches("data.").starts_with("aws_") {
        let provider = source.map(|s| s.provider.clone()).filter(|p| !p.is_empty()).or_else(only);
        raw.region = region::region(&raw.body, follow.config, provider.as_deref());
        raw.account = region::account(&raw.body);
    }
    Ok(raw)
}
