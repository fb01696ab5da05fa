//! Nested stacks: `AWS::CloudFormation::Stack` whose template is a local file.
//!
//! Owns where a nested template may lie: below the root folder, links resolved. Nothing is fetched.

use std::path::{Path, PathBuf};

use super::eval::{Eval, unknown};
use super::load::{self, Loaded, Position};
use super::scope::Set;
use super::syntax;
use super::template::Resource;
use crate::base::text::{FileId, Files, Text};
use crate::base::tree::Node;
use crate::diag::Diagnostic;
use crate::model::doc::Said;
use crate::model::why::Cause;

/// Deepest nesting of stacks.
const DEPTH: usize = 12;
/// Most templates of a run.
const MOST: usize = 1_000;

/// Where the template of a stack is.
enum Source {
    Local(String),
    Remote(Text),
    Open,
}

/// Reads the templates that a scope nests.
pub(super) fn read(index: usize, files: &mut Files, set: &mut Set<'_>) {
    let Some(scope) = set.scopes.get(index) else { return };
    let stacks: Vec<(Text, crate::base::text::Span, Source)> = scope
        .template
        .resources
        .iter()
        .filter(|r| &*r.ty == "AWS::CloudFormation::Stack")
        .map(|r| (r.id.clone(), r.key_span, source(r, scope.path.as_deref())))
        .collect();
    for (id, span, source) in stacks {
        if load::may_exist(set, index, &id) {
            let done = one(index, &id, &source, files, set);
            let (Err((message, help)), Some(scope)) = (done, set.scopes.get(index)) else { continue };
            let problem = Diagnostic::warning("cfn::nested", message).help(help).label(scope.place(span), "");
            set.unread(scope.batch, Some(problem));
        }
    }
}

type Problem = (String, &'static str);

fn one(
    index: usize,
    id: &Text,
    source: &Source,
    files: &mut Files,
    set: &mut Set<'_>,
) -> Result<(), Problem> {
    let local = match source {
        Source::Local(local) => local,
        Source::Remote(url) => {
            return Err((
                format!("the template of stack `{id}` is at `{url}`, which is not fetched"),
                "give `TemplateURL` as a path relative to this file (as for `aws cloudformation package`), or check that template too",
            ));
        }
        Source::Open => {
            return Err((
                format!("where the template of stack `{id}` is, is not known"),
                "give `TemplateURL` as a path relative to this file",
            ));
        }
    };
    let Some(scope) = set.scopes.get(index) else { return Ok(()) };
    let Some(from) = scope.path.clone() else {
        return Err((
            format!("the template of stack `{id}` is not read: this template did not come from a file"),
            "give the path of the template",
        ));
    };
    if depth(set, index) >= DEPTH || set.scopes.len() >= MOST {
        return Err((format!("the template of stack `{id}` is nested too deep"), "nest fewer stacks"));
    }
    let path = within(&from, local, set.options.root.as_deref()).map_err(|why| {
        (
            format!("the template `{local}` of stack `{id}` is not read: {why}"),
            "give the path of a file below the folder that is checked",
        )
    })?;
    if nests_itself(set, index, &path) {
        return Err((format!("the template of stack `{id}` nests itself"), "break the circle"));
    }
    let help = "correct the nested template";
    let name = shown(files, scope.file, local);
    let loaded = load::file(name, &path).map_err(|e| (e.message, help))?;
    let position = Position {
        batch: scope.batch,
        parent: Some((index, id.clone())),
        region: scope.region.clone(),
        account: scope.account.clone(),
        ..Position::default()
    };
    match load::template(loaded, position, files, set) {
        Ok(child) => {
            if let Some(scope) = set.scopes.get_mut(index) {
                scope.children.insert(id.clone(), child);
            }
        }
        Err(error) => {
            let batch = set.scopes.get(index).map_or(0, |s| s.batch);
            set.unread(batch, Some(Diagnostic { level: crate::diag::Level::Warning, ..error }));
        }
    }
    Ok(())
}

fn depth(set: &Set<'_>, index: usize) -> usize {
    std::iter::successors(set.scopes.get(index), |s| set.scopes.get(s.parent.as_ref()?.0)).count()
}

fn nests_itself(set: &Set<'_>, index: usize, path: &Path) -> bool {
    let mut above = std::iter::successors(set.scopes.get(index), |s| set.scopes.get(s.parent.as_ref()?.0));
    above.any(|s| s.path.as_ref().and_then(|p| p.canonicalize().ok()).is_some_and(|p| p == path))
}

/// The name under which a nested template is shown: beside its parent's.
fn shown(files: &Files, parent: FileId, local: &str) -> String {
    let parent = files.get(parent).map(|f| PathBuf::from(&*f.name)).unwrap_or_default();
    let local = local.strip_prefix("./").unwrap_or(local);
    parent.parent().unwrap_or(Path::new("")).join(local).display().to_string()
}

/// A path beside a file, links resolved, if it lies below the root.
fn within(from: &Path, local: &str, root: Option<&Path>) -> Result<PathBuf, String> {
    let folder = match from.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = folder.canonicalize().map_err(|e| e.to_string())?;
    let root = match root {
        Some(root) => root.canonicalize().map_err(|e| e.to_string())?,
        None => match std::env::current_dir().and_then(|d| d.canonicalize()) {
            Ok(here) if folder.starts_with(&here) => here,
            _ => folder.clone(),
        },
    };
    let path = folder.join(local).canonicalize().map_err(|_| "there is no such file".to_owned())?;
    if !path.starts_with(&root) {
        return Err(format!("it is outside of `{}`", root.display()));
    }
    if path.is_file() { Ok(path) } else { Err("it is not a file".into()) }
}

/// Where a stack resource says that its template is.
fn source(resource: &Resource, from: Option<&Path>) -> Source {
    let metadata = resource.attribute("Metadata");
    let asset = metadata.and_then(|m| m.get("aws:asset:path")).and_then(Node::text);
    if let Some(path) = asset {
        return Source::Local(path.to_owned());
    }
    match resource.property("TemplateURL") {
        Some(url) => match url.text() {
            Some(url) if url.contains("://") => Source::Remote(url.into()),
            Some(url) if url.contains("{{resolve:") => Source::Open,
            Some(path) => Source::Local(path.to_owned()),
            None => from.and_then(|f| super::cdk::asset(f, url)).map_or(Source::Open, Source::Local),
        },
        None => Source::Open,
    }
}

/// The files that a template nests, links resolved: those need not be read on their own.
pub(super) fn mentioned(loaded: &Loaded) -> Vec<PathBuf> {
    let mut files = Files::default();
    let file = files.add(&loaded.name, loaded.text.clone());
    let Some(from) = &loaded.path else { return Vec::new() };
    let Ok(tree) = load::parse(&files, file) else { return Vec::new() };
    let Ok(template) = super::template::sections(&syntax::normalise(tree), file) else { return Vec::new() };
    let nested = template.resources.iter().filter_map(|r| match &*r.ty {
        "AWS::CloudFormation::Stack" => match source(r, Some(from)) {
            Source::Local(local) => Some(local),
            _ => None,
        },
        "AWS::Serverless::Application" => r.property("Location")?.text().map(str::to_owned),
        _ => None,
    });
    let folder = from.parent().unwrap_or(Path::new("."));
    nested.filter_map(|local| folder.join(local).canonicalize().ok()).collect()
}

impl Eval<'_> {
    /// The value of an output of a nested stack; `None` if `name` is no stack whose template was read.
    pub fn nested_output(&self, name: &str, output: &str, node: &Node) -> Option<Said> {
        let resource = self.scope.resource(name).filter(|r| &*r.ty == "AWS::CloudFormation::Stack")?;
        let Some(child) = self.scope.children.get(&resource.id).and_then(|i| self.within(*i)) else {
            let what: Text = format!("template of stack {name}").into();
            return Some(unknown(format!("{name}.Outputs.{output}"), Cause::NotInView(what)));
        };
        if let Some(doc) = child.output(output) {
            return Some(doc.said);
        }
        if !child.scope.macros {
            let message = format!("the template of stack `{name}` has no output `{output}`");
            self.warn("cfn::unresolved", node.span, message, "declare the output there");
        }
        let what: Text = format!("{name}.Outputs.{output}").into();
        Some(unknown(what.clone(), Cause::Unresolved(what)))
    }
}
