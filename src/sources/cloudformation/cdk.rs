//! CDK cloud assemblies: `cdk.out` with its `manifest.json`.
//!
//! Owns the manifest: which templates belong to the application, in which account and region each
//! stack is, stages within stages, and the assets that are nested templates.

use std::path::Path;

use super::load::{self, Position};
use super::scope::{BatchHead, Set};
use super::syntax::scalar;
use crate::base::text::{FileId, Files, Place, Text};
use crate::base::tree::Node;
use crate::diag::Diagnostic;

/// Deepest stages within stages.
const DEPTH: usize = 8;

/// Reads every stack of an assembly, as one batch.
pub(super) fn assembly(folder: &Path, files: &mut Files, set: &mut Set<'_>) -> Result<(), Vec<Diagnostic>> {
    let batch = set.batches.len();
    set.batches.push(BatchHead { path: folder.display().to_string(), kind: "cdk-assembly" });
    let before = set.scopes.len();
    let mut errors = Vec::new();
    stage(folder, batch, 0, files, set, &mut errors);
    if errors.is_empty() && set.scopes.len() == before {
        let message = format!("the cloud assembly `{}` has no stacks", folder.display());
        errors.push(Diagnostic::error("cdk::empty", message).help("run `cdk synth` first"));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn stage(
    folder: &Path,
    batch: usize,
    depth: usize,
    files: &mut Files,
    set: &mut Set<'_>,
    errors: &mut Vec<Diagnostic>,
) {
    let path = folder.join("manifest.json");
    let (manifest, file) = match load::file(path.display().to_string(), &path) {
        Ok(loaded) => {
            let file = files.add(&loaded.name, loaded.text);
            match load::parse(files, file) {
                Ok(node) => (node, file),
                Err(error) => return errors.push(error),
            }
        }
        Err(error) => return errors.push(error),
    };
    let Some(artifacts) = manifest.get("artifacts") else {
        return errors.push(
            Diagnostic::error("cdk::manifest", "this manifest has no `artifacts`")
                .help("give the folder that `cdk synth` wrote")
                .label(Place { file, span: manifest.span }, ""),
        );
    };
    for artifact in artifacts.entries() {
        let node = &artifact.value;
        let property = |name: &str| node.get("properties").and_then(|p| p.get(name)).and_then(Node::text);
        match node.get("type").and_then(Node::text) {
            Some("aws:cloudformation:stack") => {
                let Some(template) = property("templateFile") else { continue };
                stack(folder, template, &artifact.key, node, (batch, file), files, set, errors);
            }
            Some("cdk:cloud-assembly") if depth < DEPTH => {
                if let Some(inner) = property("directoryName").filter(|n| is_plain(n)) {
                    stage(&folder.join(inner), batch, depth + 1, files, set, errors);
                }
            }
            _ => {}
        }
    }
}

/// A name that stays in its folder.
fn is_plain(name: &str) -> bool {
    Path::new(name).components().all(|c| matches!(c, std::path::Component::Normal(_)))
}

#[expect(clippy::too_many_arguments, reason = "a manifest entry, where it stands, and where it goes")]
fn stack(
    folder: &Path,
    template: &str,
    id: &Text,
    artifact: &Node,
    (batch, manifest): (usize, FileId),
    files: &mut Files,
    set: &mut Set<'_>,
    errors: &mut Vec<Diagnostic>,
) {
    let place = Place { file: manifest, span: artifact.span };
    if !is_plain(template) {
        let message = format!("the template `{template}` lies outside of the assembly");
        return errors.push(
            Diagnostic::error("cdk::manifest", message).help("run `cdk synth` again").label(place, ""),
        );
    }
    let properties = artifact.get("properties");
    let (account, region) = environment(artifact.get("environment").and_then(Node::text).unwrap_or(""));
    let given = properties.and_then(|p| p.get("parameters")).map(Node::entries).unwrap_or_default();
    let name = properties.and_then(|p| p.get("stackName")).and_then(Node::text);
    let position = Position {
        batch,
        parent: None,
        region,
        account,
        stack_name: Some(name.map_or_else(|| id.clone(), Text::from)),
        given: given.iter().filter_map(|e| Some((e.key.clone(), scalar(&e.value)?))).collect(),
    };
    let path = folder.join(template);
    let read = load::file(path.display().to_string(), &path);
    match read.and_then(|loaded| load::template(loaded, position, files, set)) {
        Ok(_) => {}
        Err(error) => errors.push(if error.labels.is_empty() { error.label(place, "") } else { error }),
    }
}

/// `aws://123456789012/eu-west-1`, either part of which may be `unknown-…` or `current_…`.
fn environment(text: &str) -> (Option<Text>, Option<Text>) {
    let mut parts = text.strip_prefix("aws://").unwrap_or("").split('/');
    let mut known = || {
        let part = parts.next()?;
        (!part.is_empty() && !part.starts_with("unknown") && !part.starts_with("current"))
            .then(|| part.into())
    };
    (known(), known())
}

/// The file of a nested template whose address is made of an asset's hash, from the asset manifest
/// beside the template.
pub(super) fn asset(from: &Path, url: &Node) -> Option<String> {
    let stem = from.file_name()?.to_str()?.strip_suffix(".template.json")?;
    let path = from.with_file_name(format!("{stem}.assets.json"));
    let loaded = load::file(path.display().to_string(), &path).ok()?;
    let mut files = Files::default();
    let file = files.add(&loaded.name, loaded.text);
    let manifest = load::parse(&files, file).ok()?;
    let written = whole_text(url);
    let mut assets = manifest.get("files")?.entries().iter();
    let found = assets.find(|e| written.contains(&*e.key))?;
    found.value.get("source")?.get("path")?.text().map(str::to_owned)
}

fn whole_text(node: &Node) -> String {
    let below = node.items().iter().chain(node.entries().iter().map(|e| &e.value));
    node.text().map(str::to_owned).into_iter().chain(below.map(whole_text)).collect()
}
