//! `archlint.toml`: found, read, and checked key by key, so that a typo is told with its place.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::cli::check::Format;
use super::settings::FailOn;
use crate::base::near::nearest;
use crate::base::text::{FileId, Files, Place, Span, decode};
use crate::base::tree::{Entry, Node, NodeKind};
use crate::diag::Diagnostic;
use crate::diag::finding::Severity;

/// The file's name.
const NAME: &str = "archlint.toml";
/// Its keys.
const KEYS: &[&str] = &[
    "reference",
    "rules",
    "only",
    "skip",
    "fail_on",
    "strict",
    "allow_incomplete",
    "format",
    "parameters",
    "region",
    "account",
    "params",
    "severity",
];

/// A name with the place where it was written, unless it was typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// The name.
    pub text: String,
    /// Where.
    pub place: Option<Place>,
}

impl Named {
    /// A name from the command line.
    pub fn typed(text: &str) -> Self {
        Self { text: text.to_owned(), place: None }
    }
}

/// What is written; nothing is filled in.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The reference.
    pub reference: Option<Named>,
    /// Folders with rules.
    pub rules: Vec<PathBuf>,
    /// Only these rules.
    pub only: Vec<Named>,
    /// Not these.
    pub skip: Vec<Named>,
    /// What fails a run.
    pub fail_on: Option<FailOn>,
    /// Unknown fails, too.
    pub strict: bool,
    /// Partly read input does not.
    pub allow_incomplete: bool,
    /// The report's form.
    pub format: Option<Format>,
    /// Files of CloudFormation parameters.
    pub parameters: Vec<PathBuf>,
    /// The region.
    pub region: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// Parameters of rules.
    pub params: Vec<(Named, Vec<(Named, Node)>)>,
    /// Severities of rules.
    pub severity: Vec<(Named, Severity)>,
}

/// Reads the settings file that was named, or the nearest `archlint.toml` from here upward.
///
/// # Errors
/// A named file that is not there, bad syntax, unknown keys, wrong values.
pub fn find(named: Option<&Path>, files: &mut Files) -> Result<Config, Vec<Diagnostic>> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => match upward() {
            Some(path) => path,
            None => return Ok(Config::default()),
        },
    };
    let failed = |e: String| {
        vec![Diagnostic::error("config::read", format!("`{}` cannot be read: {e}", path.display()))]
    };
    let bytes = std::fs::read(&path).map_err(|e| failed(e.to_string()))?;
    let text = decode(bytes).map_err(failed)?;
    read(&path, text, files)
}

fn upward() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let found = here.ancestors().map(|dir| dir.join(NAME)).find(|path| path.is_file())?;
    // Said as short as possible: next to us it is just its name.
    Some(found.strip_prefix(&here).map(Path::to_owned).unwrap_or(found))
}

/// Reads settings. Paths in it are relative to its folder.
///
/// # Errors
/// Bad syntax, unknown keys, wrong values.
pub fn read(path: &Path, text: String, files: &mut Files) -> Result<Config, Vec<Diagnostic>> {
    let file = files.add(&path.display().to_string(), text.as_str());
    let table = DeTable::parse(&text).map_err(|e| {
        let span = e.span().unwrap_or(0..0);
        let place = Place { file, span: Span::new(span.start, span.end) };
        vec![Diagnostic::error("config::syntax", e.message().to_owned()).label(place, "")]
    })?;
    let root = Node { span: Span::new(0, text.len()), tag: None, kind: mapping(table.get_ref()) };
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let mut reader = Reader { file, folder, problems: Vec::new() };
    let config = reader.config(&root);
    if reader.problems.is_empty() { Ok(config) } else { Err(reader.problems) }
}

/// TOML as a tree with spans, the form that rule parameters are read from.
fn node(value: &Spanned<DeValue<'_>>) -> Node {
    let span = value.span();
    let kind = match value.get_ref() {
        DeValue::String(s) => NodeKind::Text(s.as_ref().into()),
        DeValue::Integer(n) => NodeKind::Number(n.to_string().into()),
        DeValue::Float(n) => NodeKind::Number(n.to_string().into()),
        DeValue::Boolean(b) => NodeKind::Bool(*b),
        DeValue::Datetime(d) => NodeKind::Text(d.to_string().into()),
        DeValue::Array(items) => NodeKind::List(items.iter().map(node).collect()),
        DeValue::Table(table) => mapping(table),
    };
    Node { span: Span::new(span.start, span.end), tag: None, kind }
}

fn mapping(table: &DeTable<'_>) -> NodeKind {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| {
            let span = key.span();
            let key_span = Span::new(span.start, span.end);
            Entry { key: key.get_ref().as_ref().into(), key_span, value: node(value) }
        })
        .collect();
    entries.sort_by_key(|e| e.key_span.start);
    NodeKind::Map(entries)
}

struct Reader {
    file: FileId,
    folder: PathBuf,
    problems: Vec<Diagnostic>,
}

impl Reader {
    fn config(&mut self, root: &Node) -> Config {
        let mut config = Config::default();
        for entry in root.entries() {
            let value = &entry.value;
            match &*entry.key {
                "reference" => config.reference = self.name(value).map(|name| self.reference(name)),
                "rules" => config.rules = self.paths(value),
                "only" => config.only = self.names(value),
                "skip" => config.skip = self.names(value),
                "fail_on" => config.fail_on = self.one_of(value),
                "strict" => config.strict = self.truth(value),
                "allow_incomplete" => config.allow_incomplete = self.truth(value),
                "format" => config.format = self.one_of(value),
                "parameters" => config.parameters = self.paths(value),
                "region" => config.region = self.name(value).map(|n| n.text),
                "account" => config.account = self.name(value).map(|n| n.text),
                "params" => {
                    for rule in self.table(value) {
                        let set =
                            self.table(&rule.value).iter().map(|e| (self.key(e), e.value.clone())).collect();
                        config.params.push((self.key(rule), set));
                    }
                }
                "severity" => {
                    for rule in self.table(value) {
                        let severity = self.severity(&rule.value);
                        config.severity.extend(severity.map(|s| (self.key(rule), s)));
                    }
                }
                key => {
                    let help = match nearest(key, KEYS.iter().copied()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("keys: `{}`", KEYS.join("`, `")),
                    };
                    let message = format!("unknown key `{key}`");
                    self.problem("config::unknown-key", message, entry.key_span, &help);
                }
            }
        }
        config
    }

    fn problem(&mut self, code: &'static str, message: String, span: Span, help: &str) {
        let place = Place { file: self.file, span };
        let problem = Diagnostic::error(code, message).label(place, "");
        self.problems.push(if help.is_empty() { problem } else { problem.help(help) });
    }

    fn wrong(&mut self, node: &Node, wanted: &str) {
        self.problem(
            "config::value",
            format!("this must be {wanted}, and is {}", node.what()),
            node.span,
            "",
        );
    }

    fn key(&self, entry: &Entry) -> Named {
        Named { text: entry.key.to_string(), place: Some(Place { file: self.file, span: entry.key_span }) }
    }

    fn name(&mut self, node: &Node) -> Option<Named> {
        let Some(text) = node.text() else {
            self.wrong(node, "text");
            return None;
        };
        Some(Named { text: text.to_owned(), place: Some(Place { file: self.file, span: node.span }) })
    }

    /// A reference's file is meant relative to this one.
    fn reference(&self, name: Named) -> Named {
        let path = self.folder.join(&name.text);
        if path.is_file() { Named { text: path.display().to_string(), ..name } } else { name }
    }

    fn names(&mut self, node: &Node) -> Vec<Named> {
        if node.text().is_some() {
            return self.name(node).into_iter().collect();
        }
        if !matches!(node.kind, NodeKind::List(_)) {
            self.wrong(node, "a list of text");
        }
        node.items().iter().filter_map(|n| self.name(n)).collect()
    }

    fn paths(&mut self, node: &Node) -> Vec<PathBuf> {
        self.names(node).into_iter().map(|n| self.folder.join(n.text)).collect()
    }

    fn truth(&mut self, node: &Node) -> bool {
        match node.kind {
            NodeKind::Bool(b) => b,
            _ => {
                self.wrong(node, "true or false");
                false
            }
        }
    }

    fn table<'n>(&mut self, node: &'n Node) -> &'n [Entry] {
        if !matches!(node.kind, NodeKind::Map(_)) {
            self.wrong(node, "a table");
        }
        node.entries()
    }

    fn severity(&mut self, node: &Node) -> Option<Severity> {
        let name = self.name(node)?;
        let known = [Severity::High, Severity::Medium, Severity::Low, Severity::Info];
        let found = known.into_iter().find(|s| crate::report::finding::severity(*s) == name.text);
        if found.is_none() {
            let message = format!("unknown severity `{}`", name.text);
            self.problem("config::value", message, node.span, "one of: high, medium, low, info");
        }
        found
    }

    /// One of the words that the same option of the command line knows.
    fn one_of<T: ValueEnum>(&mut self, node: &Node) -> Option<T> {
        let name = self.name(node)?;
        let found = T::from_str(&name.text, false).ok();
        if found.is_none() {
            let known: Vec<String> = T::value_variants()
                .iter()
                .filter_map(|v| v.to_possible_value())
                .map(|v| v.get_name().into())
                .collect();
            let message = format!("unknown value `{}`", name.text);
            self.problem("config::value", message, node.span, &format!("one of: {}", known.join(", ")));
        }
        found
    }
}
