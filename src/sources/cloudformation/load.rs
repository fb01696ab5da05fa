//! Files to scopes: which files there are, and how they are parsed.
//!
//! Owns the order: text, tree, long forms, loops, sections, SAM, nested stacks.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::scope::{BatchHead, Scope, Set};
use super::template::{Template, sections};
use super::{Input, cdk, foreach, nested, sam, syntax};
use crate::base::text::{FileId, Files, Place, Text, decode};
use crate::base::tree::{Limits, Node};
use crate::base::{json, yaml};
use crate::diag::Diagnostic;
use crate::model::cond::Cond;

/// Largest file that is read; CloudFormation itself takes 1 MB.
const LARGEST: u64 = 64 << 20;
/// Sections that say nothing about resources: CloudFormation deploys templates that repeat keys there.
const LENIENT: &[&str] = &["Metadata"];
/// Transforms whose effects are known here.
const KNOWN: &[&str] = &["AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"];

/// True if a text looks like a template: it may still be broken.
pub fn detect(text: &str) -> bool {
    let head = text.get(..text.len().min(400)).unwrap_or(text);
    if head.contains("\"format_version\"") {
        return false;
    }
    text.contains("AWSTemplateFormatVersion")
        || (text.contains("Resources") && (text.contains("AWS::") || text.contains("Custom::")))
}

/// A file that was read.
pub(super) struct Loaded {
    pub name: String,
    pub path: Option<PathBuf>,
    pub text: String,
}

/// Reads a file.
pub(super) fn file(name: String, path: &Path) -> Result<Loaded, Diagnostic> {
    let failed = |what: String| unreadable(&name, &what);
    let size = std::fs::metadata(path).map_err(|e| failed(e.to_string()))?.len();
    check_size(&name, size)?;
    let bytes = std::fs::read(path).map_err(|e| failed(e.to_string()))?;
    let text = decode(bytes).map_err(failed)?;
    Ok(Loaded { name, path: Some(path.to_owned()), text })
}

fn unreadable(name: &str, what: &str) -> Diagnostic {
    Diagnostic::error("cfn::read", format!("`{name}` cannot be read: {what}"))
        .help("give a CloudFormation template, or a folder with one")
}

fn check_size(name: &str, size: u64) -> Result<(), Diagnostic> {
    if size <= LARGEST {
        return Ok(());
    }
    Err(unreadable(name, &format!("it has {} MB, and at most {} are read", size >> 20, LARGEST >> 20)))
}

/// Parses a file as JSON if it begins like JSON, else (or if that fails and it is not called `.json`) as
/// YAML.
pub(super) fn parse(files: &Files, file: FileId) -> Result<Node, Diagnostic> {
    let Some(source) = files.get(file) else {
        return Err(Diagnostic::error("cfn::read", "there is no such file"));
    };
    let (text, limits) = (&*source.text, Limits::default());
    let braced = text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']);
    let parsed = if braced {
        json::parse(text, limits).or_else(|as_json| {
            // Braces may be YAML's; what is neither is told as JSON.
            if source.name.ends_with(".json") {
                return Err(as_json);
            }
            yaml::parse_except(text, limits, LENIENT).map_err(|_| as_json)
        })
    } else {
        yaml::parse_except(text, limits, LENIENT)
    };
    parsed.map_err(|e| {
        let mut error = Diagnostic::error("cfn::syntax", e.message).label(Place { file, span: e.span }, "");
        error.help = e.help;
        error
    })
}

/// Reads one input into the set.
pub(super) fn input(input: &Input, files: &mut Files, set: &mut Set<'_>) -> Result<(), Vec<Diagnostic>> {
    match input {
        Input::Text { name, text, path } => {
            check_size(name, text.len() as u64).map_err(|e| vec![e])?;
            let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
            root(Loaded { name: name.clone(), path: path.clone(), text }, files, set).map_err(|e| vec![e])
        }
        Input::Path(path) if path.is_dir() => folder(path, files, set),
        Input::Path(path) if path.file_name().is_some_and(|n| n == "manifest.json") => {
            cdk::assembly(path.parent().unwrap_or(Path::new(".")), files, set)
        }
        Input::Path(path) => file(path.display().to_string(), path)
            .and_then(|loaded| root(loaded, files, set))
            .map_err(|e| vec![e]),
    }
}

/// A cloud assembly, or every template of a folder that no other one of them nests.
fn folder(path: &Path, files: &mut Files, set: &mut Set<'_>) -> Result<(), Vec<Diagnostic>> {
    if path.join("manifest.json").is_file() {
        return cdk::assembly(path, files, set);
    }
    let mut found = Vec::new();
    templates_below(path, 0, &mut found);
    let mut nested_ones = HashSet::new();
    let mut loaded = Vec::new();
    let mut errors = Vec::new();
    for path in found {
        match file(path.display().to_string(), &path) {
            Ok(one) if detect(&one.text) => {
                nested_ones.extend(nested::mentioned(&one));
                loaded.push(one);
            }
            Ok(_) => {}
            Err(error) => errors.push(error),
        }
    }
    let is_root = |l: &Loaded| {
        l.path.as_ref().and_then(|p| p.canonicalize().ok()).is_none_or(|p| !nested_ones.contains(&p))
    };
    let roots: Vec<Loaded> = loaded.into_iter().filter(is_root).collect();
    if roots.is_empty() && errors.is_empty() {
        let message = format!("`{}` holds no CloudFormation template", path.display());
        errors.push(Diagnostic::error("cfn::read", message).help("give a template or the folder it is in"));
    }
    for one in roots {
        errors.extend(root(one, files, set).err());
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn templates_below(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let (path, name) = (entry.path(), entry.file_name());
        let hidden = name.to_string_lossy().starts_with('.') || name == "node_modules";
        // `file_type` does not follow links: a link cannot lead out of the folder.
        match entry.file_type() {
            Ok(ty) if ty.is_dir() && !hidden && depth < 16 => templates_below(&path, depth + 1, found),
            Ok(ty) if ty.is_file() => {
                let known = ["yaml", "yml", "json", "template"];
                let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
                if known.contains(&extension) {
                    found.push(path);
                }
            }
            _ => {}
        }
    }
}

/// A template that no other one nests: a batch of its own.
fn root(loaded: Loaded, files: &mut Files, set: &mut Set<'_>) -> Result<(), Diagnostic> {
    let batch = set.batches.len();
    let head = BatchHead { path: loaded.name.clone(), kind: "cloudformation" };
    let place = Position { batch, ..Position::default() };
    set.batches.push(head);
    template(loaded, place, files, set).map(|_| ())
}

/// Where a template goes.
#[derive(Clone, Default)]
pub(super) struct Position {
    pub batch: usize,
    pub parent: Option<(usize, Text)>,
    pub region: Option<Text>,
    pub account: Option<Text>,
    pub stack_name: Option<Text>,
    pub given: HashMap<Text, Text>,
}

/// Reads a template and what it nests; gives the index of its scope.
pub(super) fn template(
    loaded: Loaded,
    position: Position,
    files: &mut Files,
    set: &mut Set<'_>,
) -> Result<usize, Diagnostic> {
    let loops = loaded.text.contains("Fn::ForEach::");
    let file = files.add(&loaded.name, loaded.text);
    let tree = syntax::normalise(parse(files, file)?);
    let mut first = sections(&tree, file)?;
    let index = set.scopes.len();
    let (problems, before) = (std::mem::take(&mut first.problems), !loops);
    let scope = scope(index, first, file, loaded.path, &loaded.name, position, set);
    set.scopes.push(scope);
    if loops {
        write_out(index, tree, file, set)?;
    } else if let (Some(scope), true) = (set.scopes.get_mut(index), before) {
        scope.template.problems = problems;
    }
    sam::expand(set, index);
    finish(index, set);
    nested::read(index, files, set);
    Ok(index)
}

fn scope(
    index: usize,
    template: Template,
    file: FileId,
    path: Option<PathBuf>,
    name: &str,
    position: Position,
    set: &Set<'_>,
) -> Scope {
    let options = set.options;
    let stem = Path::new(name).file_stem().and_then(|s| s.to_str()).unwrap_or(name);
    let stem = stem.strip_suffix(".template").unwrap_or(stem);
    let above = position.parent.as_ref().and_then(|(i, id)| set.scopes.get(*i).map(|s| (s, id)));
    let below = |prefix: &Text, id: &Text| Text::from(format!("{prefix}{id}/"));
    Scope {
        index,
        template,
        file,
        path,
        stem: position.stack_name.clone().unwrap_or_else(|| stem.into()),
        prefix: above.map(|(s, id)| below(&s.prefix, id)).unwrap_or_default(),
        name: above.map(|(s, id)| below(&s.name, id)).unwrap_or_default(),
        batch: position.batch,
        region: position.region.or_else(|| options.region.clone()),
        account: position.account.or_else(|| options.account.clone()),
        stack_name: position.stack_name.or_else(|| match &position.parent {
            Some(_) => None,
            None => options.stack_name.clone(),
        }),
        parent: position.parent,
        children: HashMap::new(),
        given: position.given,
        aliases: HashMap::new(),
        by_id: HashMap::new(),
        macros: false,
    }
}

fn write_out(index: usize, tree: Node, file: FileId, set: &mut Set<'_>) -> Result<(), Diagnostic> {
    let Some(eval) = set.eval(index) else { return Ok(()) };
    let (tree, mut problems) = foreach::expand(tree, &eval);
    let mut template = sections(&tree, file)?;
    if !problems.is_empty() {
        let batch = eval.scope.batch;
        set.unread(batch, None);
    }
    template.problems.append(&mut problems);
    if let Some(scope) = set.scopes.get_mut(index) {
        scope.template = template;
    }
    Ok(())
}

/// What follows from the resources as they finally are.
fn finish(index: usize, set: &mut Set<'_>) {
    let Some(scope) = set.scopes.get_mut(index) else { return };
    scope.by_id = scope.template.resources.iter().enumerate().map(|(i, r)| (r.id.clone(), i)).collect();
    let mut partial = !scope.template.problems.is_empty();
    for (name, span) in &scope.template.transforms {
        if !KNOWN.contains(&&**name) {
            scope.macros = true;
            partial = true;
            scope.template.problems.push(
                Diagnostic::warning("cfn::macro", format!("macro `{name}` is not evaluated"))
                    .help("what it adds or changes is not seen; check the processed template (`aws cloudformation get-template --template-stage Processed`)")
                    .label(Place { file: scope.file, span: *span }, ""),
            );
        }
    }
    let batch = scope.batch;
    if partial {
        set.unread(batch, None);
    }
}

/// True if a stack resource can exist at all, so that its template matters.
pub(super) fn may_exist(set: &Set<'_>, index: usize, id: &str) -> bool {
    let Some(eval) = set.eval(index) else { return false };
    eval.scope.resource(id).is_some_and(|r| eval.presence(r) != Cond::Const(false))
}
