//! A template in its place, and all of them together.
//!
//! Owns names: which template a name belongs to, and the address that a resource gets. Must not
//! evaluate anything itself.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::Options;
use super::eval::Eval;
use super::template::{Resource, Template};
use crate::base::text::{FileId, Place, Span, Text};
use crate::diag::Diagnostic;
use crate::model::cond::{Atom, Cond};
use crate::model::doc::Doc;

/// Most nodes evaluated for one resource: functions within functions can multiply.
const PER_RESOURCE: usize = 500_000;
/// Most nodes evaluated in a run.
const IN_ALL: usize = 30_000_000;

/// A template in its place.
#[derive(Debug)]
pub(super) struct Scope {
    pub index: usize,
    pub template: Template,
    pub file: FileId,
    /// The file on disk, against which nested templates are looked up.
    pub path: Option<PathBuf>,
    /// The template's or stack's own name, for when several are read at once.
    pub stem: Text,
    /// Before the logical id in addresses: empty, `Parent/`, `network:`.
    pub prefix: Text,
    /// Before names that belong to this template alone: parameters, conditions.
    pub name: Text,
    /// The stack resource that holds this template.
    pub parent: Option<(usize, Text)>,
    /// Scopes of nested stacks by logical id.
    pub children: HashMap<Text, usize>,
    /// Index of the batch.
    pub batch: usize,
    pub region: Option<Text>,
    pub account: Option<Text>,
    pub stack_name: Option<Text>,
    /// Values that a cloud assembly gives for parameters.
    pub given: HashMap<Text, Text>,
    /// Other names of resources: SAM's `Api.Stage`.
    pub aliases: HashMap<Text, Text>,
    /// Index of resources by logical id.
    pub by_id: HashMap<Text, usize>,
    /// True if a macro that is not known may have added things.
    pub macros: bool,
}

impl Scope {
    /// A name that belongs to this template alone, as shown and compared.
    pub fn own(&self, name: &str) -> Text {
        format!("{}{name}", self.name).into()
    }

    /// The address of a resource.
    pub fn address(&self, id: &str) -> Text {
        if self.prefix.is_empty() { id.into() } else { format!("{}{id}", self.prefix).into() }
    }

    /// A resource by logical id.
    pub fn resource(&self, id: &str) -> Option<&Resource> {
        self.by_id.get(id).and_then(|&i| self.template.resources.get(i))
    }

    /// A place in this template.
    pub fn place(&self, span: Span) -> Place {
        Place { file: self.file, span }
    }
}

/// What an input became.
#[derive(Debug)]
pub(super) struct BatchHead {
    pub path: String,
    pub kind: &'static str,
}

/// All templates of a run.
pub(super) struct Set<'o> {
    pub options: &'o Options,
    pub scopes: Vec<Scope>,
    pub batches: Vec<BatchHead>,
    problems: RefCell<Vec<(usize, Diagnostic)>>,
    said: RefCell<HashSet<String>>,
    pub parameters: RefCell<HashMap<(usize, Text), Option<Doc>>>,
    pub conditions: RefCell<HashMap<(usize, Text), Option<Cond>>>,
    pub outputs: RefCell<HashMap<(usize, Text), Option<Doc>>>,
    pub atoms: RefCell<HashMap<(Text, Text), Arc<Atom>>>,
    pub exports: RefCell<Option<Arc<super::exports::Exports>>>,
    pub incomplete: RefCell<HashSet<usize>>,
    pub depth: Cell<usize>,
    /// Nodes that may still be evaluated: for the resource at hand, and in all.
    pub left: Cell<(usize, usize)>,
    /// False while templates are still being read: nothing is remembered and nothing is reported.
    settled: Cell<bool>,
}

impl<'o> Set<'o> {
    pub fn new(options: &'o Options) -> Self {
        Self {
            options,
            scopes: Vec::new(),
            batches: Vec::new(),
            problems: RefCell::default(),
            said: RefCell::default(),
            parameters: RefCell::default(),
            conditions: RefCell::default(),
            outputs: RefCell::default(),
            atoms: RefCell::default(),
            exports: RefCell::default(),
            incomplete: RefCell::default(),
            depth: Cell::new(0),
            left: Cell::new((PER_RESOURCE, IN_ALL)),
            settled: Cell::new(false),
        }
    }

    /// Counts one node evaluated; false if that is one too many.
    pub fn step(&self) -> bool {
        let (here, all) = self.left.get();
        self.left.set((here.saturating_sub(1), all.saturating_sub(1)));
        here > 0 && all > 0
    }

    /// Begins with another resource.
    pub fn next_resource(&self) {
        self.left.set((PER_RESOURCE, self.left.get().1));
    }

    /// An evaluator in a scope.
    pub fn eval(&self, index: usize) -> Option<Eval<'_>> {
        self.scopes.get(index).map(|scope| Eval { set: self, scope })
    }

    /// Ends the reading of files: names are settled, conditions get their atoms in the order of the
    /// templates, so that the same input always gives the same names.
    pub fn settle(&mut self) {
        self.name_batches();
        self.parameters.borrow_mut().clear();
        self.conditions.borrow_mut().clear();
        self.outputs.borrow_mut().clear();
        self.atoms.borrow_mut().clear();
        *self.exports.borrow_mut() = None;
        self.settled.set(true);
        self.left.set((PER_RESOURCE, IN_ALL));
        for scope in &self.scopes {
            let eval = Eval { set: self, scope };
            self.next_resource();
            for entry in &scope.template.conditions {
                eval.condition(&entry.key);
            }
        }
    }

    /// Adds a problem of a batch, once.
    pub fn problem(&self, scope: &Scope, problem: Diagnostic) {
        if !self.settled.get() {
            return;
        }
        let key = format!("{} {} {:?}", problem.code, problem.message, problem.labels);
        if self.said.borrow_mut().insert(key) {
            self.problems.borrow_mut().push((scope.batch, problem));
        }
    }

    /// Adds a problem found while reading files, and marks the batch as read in part.
    pub fn unread(&self, batch: usize, problem: Option<Diagnostic>) {
        self.incomplete.borrow_mut().insert(batch);
        if let Some(problem) = problem {
            self.problems.borrow_mut().push((batch, problem));
        }
    }

    /// The problems of a batch, in the order of their places.
    pub fn problems_of(&self, batch: usize) -> Vec<Diagnostic> {
        let own = self.scopes.iter().filter(|s| s.batch == batch).flat_map(|s| s.template.problems.iter());
        let found = self.problems.borrow();
        let mut all: Vec<Diagnostic> =
            own.chain(found.iter().filter(|(b, _)| *b == batch).map(|(_, d)| d)).cloned().collect();
        all.sort_by_key(|d| d.labels.first().map(|l| l.place));
        all
    }

    /// Several templates at once: what collides gets the template's name before it.
    fn name_batches(&mut self) {
        let roots: Vec<usize> = (0..self.scopes.len()).filter(|&i| self.is_root(i)).collect();
        if roots.len() < 2 {
            return;
        }
        let mut count: HashMap<Text, usize> = HashMap::new();
        for scope in roots.iter().filter_map(|&i| self.scopes.get(i)) {
            for resource in &scope.template.resources {
                *count.entry(resource.id.clone()).or_default() += 1;
            }
        }
        let mut stems: HashSet<Text> = HashSet::new();
        for index in roots {
            let Some(scope) = self.scopes.get(index) else { continue };
            let numbered = (2..).map(|n| Text::from(format!("{}-{n}", scope.stem)));
            let stem = std::iter::once(scope.stem.clone()).chain(numbered).find(|s| !stems.contains(s));
            let stem = stem.unwrap_or_default();
            stems.insert(stem.clone());
            let collides = scope.template.resources.iter().any(|r| count.get(&r.id).is_some_and(|&n| n > 1));
            let name: Text = format!("{stem}:").into();
            self.rename(index, if collides { name.clone() } else { Text::from("") }, name);
        }
    }

    fn is_root(&self, index: usize) -> bool {
        self.scopes.get(index).is_some_and(|s| s.parent.is_none())
    }

    /// Gives a scope and all below it their names.
    fn rename(&mut self, index: usize, prefix: Text, name: Text) {
        let Some(scope) = self.scopes.get_mut(index) else { return };
        scope.prefix = prefix.clone();
        scope.name = name.clone();
        let children: Vec<(Text, usize)> = scope.children.iter().map(|(k, v)| (k.clone(), *v)).collect();
        for (id, child) in children {
            self.rename(child, format!("{prefix}{id}/").into(), format!("{name}{id}/").into());
        }
    }
}
