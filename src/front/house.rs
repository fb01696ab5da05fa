//! What is known before anything is read: the catalog, the schema, rules and references.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::config::Named;
use super::settings::Settings;
use crate::base::near::nearest;
use crate::base::text::{FileId, Files, Span, Text, decode};
use crate::catalog::Catalog;
use crate::diag::{Diagnostic, Level};
use crate::model::schema::Schema;
use crate::rules::reference::{Reference, Spanned};
use crate::rules::{self, Rule};

/// The catalog and the rules.
#[derive(Debug)]
pub struct House {
    /// The tables.
    pub catalog: Catalog,
    /// What rules may ask.
    pub schema: Arc<Schema>,
    /// Every rule, those of the user included.
    pub rules: Vec<Rule>,
    /// Every reference.
    pub references: Vec<Reference>,
    /// The words of the clauses that rules cite.
    pub clauses: rules::Clauses,
    /// Rules that ship and do not load: a fault of archlint, which leaves every run incomplete.
    pub faults: Vec<Diagnostic>,
}

/// The rules that a run asks, under the name of their reference.
#[derive(Debug)]
pub struct Chosen {
    /// The reference's name.
    pub reference: String,
    /// The rules, with parameters and severities set.
    pub rules: Vec<Rule>,
}

impl House {
    /// Loads what ships and the rules in the user's folders.
    ///
    /// # Errors
    /// A rule of the user that is wrong, or a fault in what ships.
    pub fn load(dirs: &[PathBuf], files: &mut Files) -> Result<Self, Vec<Diagnostic>> {
        let catalog = Catalog::load()?;
        let schema = crate::engine::schema(&catalog).map_err(|e| vec![e])?;
        let shipped = rules::embedded();
        let mut inputs: Vec<(String, String)> =
            shipped.iter().map(|(p, t)| (p.clone(), (*t).to_owned())).collect();
        let first_own = files.iter().count() + inputs.len();
        for dir in dirs {
            collect(dir, 0, &mut inputs).map_err(|e| vec![e])?;
        }
        let loaded = rules::load(files, inputs, &schema);
        // Files get their ids in order, so a label tells whether the fault is ours.
        let own = |p: &Diagnostic| p.labels.iter().any(|l| l.place.file.0 as usize >= first_own);
        let (theirs, ours): (Vec<_>, Vec<_>) = loaded.problems.into_iter().partition(own);
        if theirs.iter().any(|p| p.level == Level::Error) {
            return Err(theirs);
        }
        let faults = faults(&ours, files);
        Ok(Self {
            catalog,
            schema,
            rules: loaded.rules,
            references: loaded.references,
            clauses: loaded.clauses,
            faults,
        })
    }

    /// The rules that the settings choose.
    ///
    /// # Errors
    /// Names that fit nothing, parameters that a rule does not have, a reference file that is wrong.
    pub fn choose(&self, settings: &Settings, files: &mut Files) -> Result<Chosen, Vec<Diagnostic>> {
        let mut references = self.references.clone();
        let name = self.reference(&settings.reference, &mut references, files)?;
        let mut asked = name.clone();
        if !settings.severity.is_empty() || !settings.params.is_empty() {
            asked = "archlint.toml".into();
            references.push(on_top(&name, settings));
        }
        let all = rules::select(&asked, &references, &self.rules, &self.schema)?;
        let mut problems = Vec::new();
        let mut fits = |names: &[Named]| -> Vec<bool> {
            for name in names.iter().filter(|n| !self.rules.iter().any(|r| fits(&n.text, r))) {
                problems.push(self.unknown_rule(name));
            }
            all.iter().map(|rule| names.iter().any(|n| fits(&n.text, rule))).collect()
        };
        let (only, skip) = (fits(&settings.only), fits(&settings.skip));
        if !problems.is_empty() {
            return Err(problems);
        }
        let wanted =
            only.into_iter().zip(skip).map(|(only, skip)| (settings.only.is_empty() || only) && !skip);
        let rules = all.into_iter().zip(wanted).filter(|(_, wanted)| *wanted).map(|(rule, _)| rule).collect();
        Ok(Chosen { reference: name.to_string(), rules })
    }

    /// The name of a reference; if a file is named, it is read.
    fn reference(
        &self,
        asked: &Named,
        references: &mut Vec<Reference>,
        files: &mut Files,
    ) -> Result<Text, Vec<Diagnostic>> {
        if self.references.iter().any(|r| *r.name == *asked.text) {
            return Ok(asked.text.as_str().into());
        }
        let path = Path::new(&asked.text);
        if path.is_file() {
            let (reference, problems) =
                rules::load_reference(files, &asked.text, &text(path).map_err(|e| vec![e])?);
            return match reference {
                Some(reference) => {
                    let name = reference.name.clone();
                    references.push(reference);
                    Ok(name)
                }
                None => Err(problems),
            };
        }
        let known: Vec<&str> = self.references.iter().map(|r| &*r.name).collect();
        let help = match nearest(&asked.text, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("one of `{}`, or a file", known.join("`, `")),
        };
        let mut problem =
            Diagnostic::error("rule::unknown-reference", format!("unknown reference `{}`", asked.text))
                .help(help);
        if let Some(place) = asked.place {
            problem = problem.label(place, "");
        }
        Err(vec![problem])
    }

    /// A rule by id or slug, without regard to capitals.
    ///
    /// # Errors
    /// No such rule, with the nearest name.
    pub fn rule(&self, name: &str) -> Result<&Rule, Vec<Diagnostic>> {
        let found =
            self.rules.iter().find(|r| r.id.eq_ignore_ascii_case(name) || *r.slug == *name.to_lowercase());
        found.ok_or_else(|| vec![self.unknown_rule(&Named::typed(name))])
    }

    fn unknown_rule(&self, name: &Named) -> Diagnostic {
        let known: Vec<&str> = self.rules.iter().flat_map(|r| [&*r.id, &*r.slug]).collect();
        let help = match nearest(&name.text, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`archlint rules list` lists them".into(),
        };
        let problem =
            Diagnostic::error("rule::unknown-rule", format!("no rule fits `{}`", name.text)).help(help);
        match name.place {
            Some(place) => problem.label(place, ""),
            None => problem,
        }
    }
}

/// Rules that ship and do not load, in one warning.
fn faults(ours: &[Diagnostic], files: &Files) -> Vec<Diagnostic> {
    let mut names: Vec<&str> = Vec::new();
    for problem in ours.iter().filter(|p| p.level == Level::Error) {
        let name = problem.labels.first().and_then(|l| files.get(l.place.file)).map_or("?", |f| &*f.name);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Vec::new();
    }
    let message = format!("{} files that ship do not load, and their rules are not asked", names.len());
    vec![
        Diagnostic::warning("rule::fault", message)
            .help(format!("this is a fault of archlint: {}", names.join(", "))),
    ]
}

/// What archlint.toml sets, as a reference that extends the chosen one.
fn on_top(base: &Text, settings: &Settings) -> Reference {
    let spanned = |n: &Named| Spanned {
        text: n.text.as_str().into(),
        span: n.place.map(|p| p.span).unwrap_or_default(),
    };
    let written = settings.severity.iter().map(|(n, _)| n).chain(settings.params.iter().map(|(n, _)| n));
    let file = written.filter_map(|n| n.place).map(|p| p.file).next().unwrap_or(FileId(u32::MAX));
    let params = settings.params.iter().map(|(rule, set)| {
        (spanned(rule), set.iter().map(|(name, value)| (spanned(name), value.clone())).collect())
    });
    Reference {
        name: "archlint.toml".into(),
        file,
        title: "settings of this project".into(),
        describes: "".into(),
        extends: Some(Spanned { text: base.clone(), span: Span::default() }),
        rules: None,
        severity: settings.severity.iter().map(|(n, s)| (spanned(n), *s)).collect(),
        params: params.collect(),
        off: Vec::new(),
    }
}

/// True if a name (an id, a slug, or either with `*`) means a rule.
pub fn fits(pattern: &str, rule: &Rule) -> bool {
    let pattern = pattern.to_lowercase();
    glob(&pattern, &rule.id.to_lowercase()) || glob(&pattern, &rule.slug)
}

/// Matches a name against a pattern in which `*` is anything.
pub fn glob(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The rule and reference files of a folder.
fn collect(dir: &Path, depth: usize, into: &mut Vec<(String, String)>) -> Result<(), Diagnostic> {
    let failed = |e: std::io::Error| {
        Diagnostic::error("rule::read", format!("`{}` cannot be read: {e}", dir.display()))
            .help("give a folder with rule files: `<family>/<ID>-<slug>.yaml`")
    };
    let mut entries: Vec<_> = std::fs::read_dir(dir).map_err(failed)?.flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let is_dir = entry.file_type().is_ok_and(|t| t.is_dir());
        if is_dir && depth < 4 && !entry.file_name().to_string_lossy().starts_with('.') {
            collect(&path, depth + 1, into)?;
        } else if !is_dir && path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            into.push((path.display().to_string(), text(&path)?));
        }
    }
    Ok(())
}

/// The text of a small file.
fn text(path: &Path) -> Result<String, Diagnostic> {
    let failed =
        |e: String| Diagnostic::error("rule::read", format!("`{}` cannot be read: {e}", path.display()));
    decode(std::fs::read(path).map_err(|e| failed(e.to_string()))?).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn globs() {
        let check = |pattern, name, fits| assert_eq!(glob(pattern, name), fits, "{pattern} on {name}");
        check("net-001", "net-001", true);
        check("net-001", "net-0011", false);
        check("net-*", "net-001", true);
        check("*", "net-001", true);
        check("*-001", "net-001", true);
        check("n*-0*1", "net-001", true);
        check("net*net", "net", false);
        check("edge-*", "net-001", false);
    }
}
