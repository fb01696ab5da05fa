//! The resource instances of a plan, one each, from wherever the plan tells of them.

use std::collections::HashSet;

use serde_json::value::RawValue;

use super::expr::{Key, Step, steps};
use super::json;
use super::skim::{Plan, ResourceChange, ValuesModule, ValuesResource};
use crate::model::doc::Change;

/// One resource instance whose parts are not read yet.
pub struct Item<'a> {
    /// Its address as the plan has it; unique.
    pub address: String,
    /// Its module instance's address.
    pub module: String,
    /// `aws_vpc.main`, `data.aws_vpc.main`.
    pub base: String,
    /// `aws_vpc`, `data.aws_vpc`.
    pub ty: String,
    /// Its key.
    pub key: Option<Key>,
    /// What happens to it.
    pub change: Option<Change>,
    /// Its values.
    pub value: Option<&'a RawValue>,
    /// What is not known of them.
    pub unknown: Option<&'a RawValue>,
    /// What is sensitive of them.
    pub sensitive: Option<&'a RawValue>,
    /// True if values that are not known are simply left out.
    pub implied: bool,
}

/// Every resource instance of a plan.
pub fn items<'a>(plan: &mut Plan<'a>) -> Vec<Item<'a>> {
    let mut items = Vec::new();
    let mut seen = HashSet::new();
    let changes = plan.resource_changes.take();
    let told = changes.is_some();
    for change in changes.unwrap_or_default() {
        let mut item = of_change(change);
        // A broken tool may list one twice; addresses are unique in what we give.
        if seen.contains(&item.address) {
            let mut n = 2;
            while seen.contains(&format!("{} ({n})", item.address)) {
                n += 1;
            }
            item.address = format!("{} ({n})", item.address);
        }
        seen.insert(item.address.clone());
        items.push(item);
    }
    let managed = if told { Some(Change::NoOp) } else { None };
    let planned = plan.planned_values.take().and_then(|v| v.root_module);
    let prior = plan.prior_state.take().and_then(|s| s.values).and_then(|v| v.root_module);
    for (module, data_only) in [(planned, false), (prior, true)] {
        let Some(module) = module else { continue };
        of_values(module, &mut |module, resource| {
            let data = resource.mode == "data";
            if data_only && !data {
                return;
            }
            let item = of_value(module, resource, if data { Some(Change::Read) } else { managed });
            if seen.insert(item.address.clone()) {
                items.push(item);
            }
        });
    }
    items
}

fn of_change(from: ResourceChange<'_>) -> Item<'_> {
    let data = from.mode == "data";
    let mut address = from.address.into_owned();
    let key = key(from.index, &address);
    let (change, gone) = match &from.change {
        Some(change) => action(&change.actions, change.after.is_none()),
        None => (Change::NoOp, false),
    };
    let module = module_of(&from.module_address, &address);
    if !from.deposed.is_empty() {
        address = format!("{address} (deposed {})", from.deposed);
    }
    let parts = from.change;
    let (value, unknown, sensitive) = match &parts {
        Some(c) if gone => (c.before, None, c.before_sensitive),
        Some(c) => (c.after, c.after_unknown, c.after_sensitive),
        None => (None, None, None),
    };
    let prefix = if data { "data." } else { "" };
    Item {
        module,
        base: format!("{prefix}{}.{}", from.ty, from.name),
        ty: format!("{prefix}{}", from.ty),
        address,
        key,
        change: Some(if data && change != Change::Delete { Change::Read } else { change }),
        value,
        unknown,
        sensitive,
        implied: false,
    }
}

/// What a plan's list of actions means, and whether `before` is what there is to see.
fn action(actions: &[String], no_after: bool) -> (Change, bool) {
    let has = |name: &str| actions.iter().any(|a| a == name);
    match (has("create"), has("delete")) {
        (true, true) => (Change::Replace, false),
        (true, false) => (Change::Create, false),
        (false, true) => (Change::Delete, true),
        _ if has("update") => (Change::Update, false),
        _ if has("read") => (Change::Read, false),
        // `no-op`, and `forget`: it leaves the state but goes on to exist.
        _ => (Change::NoOp, no_after),
    }
}

fn of_values<'a>(module: ValuesModule<'a>, give: &mut impl FnMut(&str, ValuesResource<'a>)) {
    for resource in module.resources.unwrap_or_default() {
        give(&module.address, resource);
    }
    for child in module.child_modules.unwrap_or_default() {
        of_values(child, give);
    }
}

fn of_value<'a>(module: &str, from: ValuesResource<'a>, change: Option<Change>) -> Item<'a> {
    let data = if from.mode == "data" { "data." } else { "" };
    // Terraform 0.12 left the module out of the addresses here.
    let mut address = from.address.into_owned();
    if !module.is_empty() && !address.starts_with(module) {
        address = format!("{module}.{address}");
    }
    Item {
        module: module.to_owned(),
        base: format!("{data}{}.{}", from.ty, from.name),
        ty: format!("{data}{}", from.ty),
        key: key(from.index, &address),
        address,
        change,
        value: from.values,
        unknown: None,
        sensitive: from.sensitive_values,
        implied: true,
    }
}

/// The key: stated, or at the address's end.
fn key(index: Option<&RawValue>, address: &str) -> Option<Key> {
    let stated = index.and_then(|raw| json::parse(raw.get()).ok()).and_then(|json| Key::of(&json));
    stated.or_else(|| match steps(address).pop() {
        Some(Step::Index(key)) => Some(key),
        _ => None,
    })
}

/// The module's address: stated, or what the resource's address begins with.
fn module_of(stated: &str, address: &str) -> String {
    if !stated.is_empty() || !address.starts_with("module.") {
        return stated.to_owned();
    }
    // The resource part holds no quote-free dot before its type: cut the steps off from the end.
    let all = steps(address);
    let mut modules = 0;
    while let Some(Step::Name(word)) = all.get(modules) {
        if &**word != "module" {
            break;
        }
        modules += if matches!(all.get(modules + 2), Some(Step::Index(_))) { 3 } else { 2 };
    }
    let mut text = String::new();
    for step in all.iter().take(modules) {
        match step {
            Step::Name(n) if text.is_empty() => text.push_str(n),
            Step::Name(n) => text.push_str(&format!(".{n}")),
            Step::Index(Key::Int(n)) => text.push_str(&format!("[{n}]")),
            Step::Index(Key::Text(k)) => text.push_str(&format!("[{k:?}]")),
        }
    }
    text
}
