//! Floor 4: rules and references: what is asked of every resource, and which rules apply.
//!
//! Owns the rule language (`expression`), rule files (`load`, `rule`, `template`, `fix`, `example`),
//! references (`reference`, `select`), the words of clauses (`clauses`) and what a rule reads (`needs`). Must not know where a graph
//! came from, how a derived fact is computed, or how a finding is printed; opens no files: texts are
//! handed in, and the rules that ship are compiled into the program.
//!
//! To add a rule: one file `rules/<family>/<ID>-<slug>.yaml`; `docs/rules-language.md` says how. To
//! add a key to rule files: a name in `load::KEYS`, a field of `Rule`, a line in `load`.

pub mod clauses;
pub mod example;
pub mod expression;
pub mod fix;
mod keys;
mod load;
mod needs;
pub mod reference;
mod rule;
mod scalar;
mod select;
mod template;

use include_dir::{Dir, include_dir};
use rayon::prelude::*;

use crate::base::text::Files;
use crate::diag::Diagnostic;
use crate::model::schema::Schema;

pub use clauses::Clauses;
pub use reference::Reference;
pub use rule::{Rule, Verdict};
pub use select::select;

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules");

/// Rules and references that were read.
#[derive(Debug, Default)]
pub struct Loaded {
    /// By id.
    pub rules: Vec<Rule>,
    /// By name.
    pub references: Vec<Reference>,
    /// The words of clauses.
    pub clauses: Clauses,
    /// What is wrong with any of them. A file with an error gives no rule.
    pub problems: Vec<Diagnostic>,
}

/// The rule and reference files that ship: path (`rules/network/…`) and text, by path.
pub fn embedded() -> Vec<(String, &'static str)> {
    fn collect(dir: &Dir<'static>, into: &mut Vec<(String, &'static str)>) {
        for file in dir.files() {
            if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
                into.push((format!("rules/{}", path.replace('\\', "/")), text));
            }
        }
        for dir in dir.dirs() {
            collect(dir, into);
        }
    }
    let mut all = Vec::new();
    collect(&EMBEDDED, &mut all);
    all.retain(|(path, _)| path.ends_with(".yaml"));
    all.sort();
    all
}

/// Reads one reference file, wherever it lies. Its name is the file's, without ending.
pub fn load_reference(files: &mut Files, path: &str, text: &str) -> (Option<Reference>, Vec<Diagnostic>) {
    let id = files.add(path, text);
    reference::load(id, path, text)
}

/// Reads rule files, and reference files: those in a folder `references`. Two rules of one id are an
/// error.
pub fn load<P: AsRef<str>, T: AsRef<str>>(
    files: &mut Files,
    inputs: impl IntoIterator<Item = (P, T)>,
    schema: &Schema,
) -> Loaded {
    let ids: Vec<_> =
        inputs.into_iter().map(|(path, text)| files.add(path.as_ref(), text.as_ref())).collect();
    let sources: Vec<_> =
        ids.into_iter().filter_map(|id| files.get(id).map(|file| (id, file.clone()))).collect();
    let read: Vec<_> = sources
        .par_iter()
        .map(|(id, file)| {
            let (mut loaded, path) = (Loaded::default(), file.name.replace('\\', "/"));
            if path.ends_with(&format!("references/{}", clauses::FILE)) {
                (loaded.clauses, loaded.problems) = clauses::load(*id, &file.text);
            } else if path.split('/').rev().nth(1) == Some("references") {
                let (reference, problems) = reference::load(*id, &path, &file.text);
                loaded.references.extend(reference);
                loaded.problems = problems;
            } else {
                let (rule, problems) = load::load(*id, &path, &file.text, schema);
                loaded.rules.extend(rule);
                loaded.problems = problems;
            }
            loaded
        })
        .collect();
    let mut all = Loaded::default();
    for one in read {
        all.rules.extend(one.rules);
        all.references.extend(one.references);
        all.clauses.extend(one.clauses);
        all.problems.extend(one.problems);
    }
    all.rules.sort_by(|a, b| (&a.id, &a.path).cmp(&(&b.id, &b.path)));
    all.references.sort_by(|a, b| a.name.cmp(&b.name));
    for pair in all.rules.windows(2) {
        if let [a, b] = pair
            && a.id == b.id
        {
            let problem = Diagnostic::error("rule::duplicate", format!("two rules have the id `{}`", a.id))
                .help("ids are stable for ever: give the newer one another")
                .label(b.start(), "the second")
                .label(a.start(), "the first");
            all.problems.push(problem);
        }
    }
    all
}
