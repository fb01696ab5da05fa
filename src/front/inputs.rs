//! Paths to inputs: which files are meant, and what each is by its content.
//!
//! A file that is named must be something that archlint reads, or it is told what it looks like. In a
//! folder, what is no infrastructure is only counted.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::base::text::decode;
use crate::base::tree::{Limits, Node};
use crate::base::{json, yaml};
use crate::diag::{Diagnostic, Level};
use crate::sources::terraform::plan::{self, Found};
use crate::sources::{cloudformation, terraform};

/// Largest file that is read.
const LARGEST: u64 = 1 << 30;
/// Deepest folder that is looked into.
const DEEPEST: usize = 24;
/// Folders that hold no infrastructure of the user's own.
const SKIPPED: &[&str] = &["node_modules", ".git", ".terraform", ".venv", "target"];
/// Endings that are looked into.
const ENDINGS: &[&str] = &["json", "yaml", "yml", "template"];

/// One thing to read.
#[derive(Debug)]
pub enum Input {
    /// A Terraform plan: its name and text.
    Plan(String, String),
    /// A template or a cloud assembly.
    Template(cloudformation::Input),
}

/// What is to be read.
#[derive(Debug, Default)]
pub struct Inputs {
    /// In the order of the paths, within a folder by name.
    pub all: Vec<Input>,
    /// What could not be read, and notes.
    pub problems: Vec<Diagnostic>,
}

/// Finds out what the paths mean.
///
/// # Errors
/// Nothing among them can be read.
pub fn gather(paths: &[PathBuf]) -> Result<Inputs, Vec<Diagnostic>> {
    let mut inputs = Inputs::default();
    for path in paths {
        let name = path.display().to_string();
        if path.as_os_str() == "-" {
            inputs.standard_input();
        } else if path.is_dir() {
            inputs.folder(path);
        } else if path.is_file()
            && path.file_name().is_some_and(|n| n == "manifest.json")
            && is_assembly(path)
        {
            inputs.all.push(Input::Template(cloudformation::Input::Path(path.clone())));
        } else {
            match read(path, &name).and_then(|text| classify(name, text, Some(path.clone()))) {
                Ok(input) => inputs.all.push(input),
                Err(problem) => inputs.problems.push(problem),
            }
        }
    }
    if inputs.all.is_empty() { Err(inputs.problems) } else { Ok(inputs) }
}

impl Inputs {
    /// True if something that was named, or is clearly infrastructure, could not be read.
    pub fn failed(&self) -> bool {
        self.problems.iter().any(|p| p.level == Level::Error)
    }

    fn standard_input(&mut self) {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes);
        let text = match read {
            Ok(n) if n as u64 > LARGEST => Err(too_large("-")),
            Ok(_) => text("-", bytes),
            Err(e) => Err(unreadable("-", &e.to_string())),
        };
        match text.and_then(|text| classify("-".into(), text, None)) {
            Ok(input) => self.all.push(input),
            Err(problem) => self.problems.push(problem),
        }
    }

    fn folder(&mut self, folder: &Path) {
        let before = self.all.len();
        let mut walk = Walk::default();
        walk.folder(folder, 0);
        let nested = nested(&walk.templates);
        let roots = walk.templates.into_iter().zip(nested).filter(|(_, nested)| !nested).map(|(t, _)| t);
        self.all.extend(roots.map(|(path, name, text)| {
            Input::Template(cloudformation::Input::Text { name, text, path: Some(path) })
        }));
        self.all.extend(
            walk.assemblies.into_iter().map(|path| Input::Template(cloudformation::Input::Path(path))),
        );
        self.all.extend(walk.plans.into_iter().map(|(name, text)| Input::Plan(name, text)));
        self.problems.append(&mut walk.problems);
        let shown = folder.display();
        if self.all.len() == before {
            let message = format!("`{shown}` holds no Terraform plan and no CloudFormation template");
            let help = if walk.sources > 0 {
                "Terraform source is not read yet: `terraform plan -out p && terraform show -json p > plan.json`, then check plan.json"
            } else {
                "archlint reads plans (`terraform show -json`), templates and cdk.out"
            };
            self.problems.push(Diagnostic::error("input::nothing", message).help(help));
        } else if walk.other > 0 {
            let message =
                format!("{} other JSON and YAML files in `{shown}` are not infrastructure", walk.other);
            let mut note = Diagnostic::warning("input::other", message);
            note.level = Level::Note;
            self.problems.push(note);
        }
    }
}

/// What a folder holds.
#[derive(Default)]
struct Walk {
    templates: Vec<(PathBuf, String, String)>,
    assemblies: Vec<PathBuf>,
    plans: Vec<(String, String)>,
    problems: Vec<Diagnostic>,
    /// JSON and YAML files that are neither.
    other: usize,
    /// Terraform source files.
    sources: usize,
}

impl Walk {
    fn folder(&mut self, folder: &Path, depth: usize) {
        let manifest = folder.join("manifest.json");
        if manifest.is_file() && is_assembly(&manifest) {
            self.assemblies.push(folder.to_owned());
            return;
        }
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(e) => {
                self.problems.push(unreadable(&folder.display().to_string(), &e.to_string()));
                return;
            }
        };
        let mut entries: Vec<_> = entries.flatten().collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let (path, name) = (entry.path(), entry.file_name());
            // The type of the entry itself: links are not followed, so none leads out of the folder.
            match entry.file_type() {
                Ok(ty) if ty.is_dir() && !SKIPPED.iter().any(|s| name == *s) && depth < DEEPEST => {
                    self.folder(&path, depth + 1);
                }
                Ok(ty) if ty.is_file() => self.file(path),
                _ => {}
            }
        }
    }

    fn file(&mut self, path: PathBuf) {
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        if ending == "tf" {
            self.sources += 1;
        }
        if !ENDINGS.contains(&ending) {
            return;
        }
        let name = path.display().to_string();
        match read(&path, &name) {
            Ok(text) => match kind(&text) {
                Kind::Plan => self.plans.push((name, text)),
                Kind::Template => self.templates.push((path, name, text)),
                Kind::Other => self.other += 1,
            },
            // A binary file with such an ending is no infrastructure; one that cannot be read may be.
            Err(problem) if problem.code == "input::text" => self.other += 1,
            Err(problem) => self.problems.push(problem),
        }
    }
}

/// Which templates are read with another one that nests them. Where some nest each other in a circle and
/// nothing else nests them, the first is read, so that none goes unseen.
fn nested(templates: &[(PathBuf, String, String)]) -> Vec<bool> {
    let by_path: HashMap<PathBuf, usize> = templates
        .iter()
        .enumerate()
        .filter_map(|(i, (path, ..))| Some((path.canonicalize().ok()?, i)))
        .collect();
    let inside = |(path, name, text): &(PathBuf, String, String)| -> Vec<usize> {
        cloudformation::nests(name, text, path).iter().filter_map(|p| by_path.get(p).copied()).collect()
    };
    let inside: Vec<Vec<usize>> = templates.iter().map(inside).collect();
    let mut seen = vec![false; templates.len()];
    let mut nested: Vec<bool> = seen.clone();
    let others = inside.iter().enumerate().flat_map(|(i, all)| all.iter().filter(move |n| **n != i));
    for one in others {
        nested.get_mut(*one).into_iter().for_each(|n| *n = true);
    }
    let from_above: Vec<usize> = (0..templates.len()).filter(|i| nested.get(*i) == Some(&false)).collect();
    for start in from_above.into_iter().chain(0..templates.len()) {
        if seen.get(start) != Some(&false) {
            continue;
        }
        nested.get_mut(start).into_iter().for_each(|n| *n = false);
        let mut open = vec![start];
        while let Some(one) = open.pop() {
            if let Some(new @ false) = seen.get_mut(one) {
                *new = true;
                open.extend(inside.get(one).into_iter().flatten());
            }
        }
    }
    nested
}

enum Kind {
    Plan,
    Template,
    Other,
}

fn kind(text: &str) -> Kind {
    match plan::detect(text) {
        Some(Found::Plan) => Kind::Plan,
        None if cloudformation::detect(text) => Kind::Template,
        _ => Kind::Other,
    }
}

/// A text that was named by the user.
fn classify(name: String, text: String, path: Option<PathBuf>) -> Result<Input, Diagnostic> {
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Err(Diagnostic::error("input::empty", format!("`{name}` is empty"))
            .help("give a Terraform plan (`terraform show -json`) or a CloudFormation template"));
    }
    match plan::detect(&text) {
        // What is a plan, a state or printed is told by the reader of plans.
        Some(_) => Ok(Input::Plan(name, text)),
        None if cloudformation::detect(&text) => {
            Ok(Input::Template(cloudformation::Input::Text { name, text, path }))
        }
        None => neither(name, text, path),
    }
}

/// What a text looks like that is neither a plan nor a template. Broken text goes to the reader that
/// can say where it breaks.
fn neither(name: String, text: String, path: Option<PathBuf>) -> Result<Input, Diagnostic> {
    let wanted = "archlint reads plans (`terraform show -json plan > plan.json`), CloudFormation templates and cdk.out";
    let ending =
        path.as_deref().and_then(Path::extension).and_then(|e| e.to_str()).unwrap_or_default().to_owned();
    if matches!(ending.as_str(), "tf" | "tofu" | "hcl" | "tfvars") {
        return Err(Diagnostic::error("input::source", format!("`{name}` is Terraform source, which is not read yet"))
            .help("make a plan: `terraform plan -out p && terraform show -json p > plan.json`, then check plan.json"));
    }
    let parsed = if text.trim_start().starts_with(['{', '[']) {
        json::parse(&text, Limits::default())
    } else {
        yaml::parse(&text, Limits::default())
    };
    let Ok(tree) = parsed else {
        // The reader of templates parses it again and says where it breaks.
        return Ok(Input::Template(cloudformation::Input::Text { name, text, path }));
    };
    Err(Diagnostic::error("input::other", format!("`{name}` is {}", looks_like(&tree))).help(wanted))
}

fn looks_like(tree: &Node) -> String {
    let has = |key: &str| tree.get(key).is_some();
    if has("Resources") {
        return "a template without a type of AWS in it".into();
    }
    let known = if has("apiVersion") && has("kind") {
        "a Kubernetes manifest"
    } else if has("services") {
        "a Compose file"
    } else if has("$schema") && has("contentVersion") {
        "an Azure template"
    } else if has("openapi") || has("swagger") {
        "an API description"
    } else if has("dependencies") || has("devDependencies") {
        "a package file"
    } else if has("ParameterKey") || tree.items().iter().any(|i| i.get("ParameterKey").is_some()) {
        return "a file of parameters: give it with `--parameters`".into();
    } else {
        return format!("{}, neither a Terraform plan nor a CloudFormation template", tree.what());
    };
    format!("{known}, neither a Terraform plan nor a CloudFormation template")
}

/// True if a `manifest.json` is that of a cloud assembly.
fn is_assembly(manifest: &Path) -> bool {
    let text = std::fs::read(manifest).ok().and_then(|b| decode(b).ok()).unwrap_or_default();
    let tree = json::parse(&text, Limits::default()).ok();
    tree.is_some_and(|t| t.get("version").is_some() && t.get("artifacts").is_some())
}

fn read(path: &Path, name: &str) -> Result<String, Diagnostic> {
    let meta = std::fs::metadata(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => Diagnostic::error("input::missing", format!("`{name}` is not there"))
            .help("check the path; `-` reads standard input"),
        _ => unreadable(name, &e.to_string()),
    })?;
    if meta.len() > LARGEST {
        return Err(too_large(name));
    }
    text(name, std::fs::read(path).map_err(|e| unreadable(name, &e.to_string()))?)
}

fn text(name: &str, bytes: Vec<u8>) -> Result<String, Diagnostic> {
    if terraform::is_saved_plan(&bytes) {
        return Err(plan::saved(name));
    }
    decode(bytes).map_err(|e| {
        Diagnostic::error("input::text", format!("`{name}` cannot be read: {e}"))
            .help("give a Terraform plan (`terraform show -json`) or a CloudFormation template")
    })
}

fn unreadable(name: &str, why: &str) -> Diagnostic {
    Diagnostic::error("input::read", format!("`{name}` cannot be read: {why}"))
}

fn too_large(name: &str) -> Diagnostic {
    Diagnostic::error("input::size", format!("`{name}` has more than {} MB", LARGEST >> 20))
        .help("check parts of it: one plan or template for each")
}
