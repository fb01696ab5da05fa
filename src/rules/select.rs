//! Which rules a reference chooses, with the parameters and severities that it sets.
//!
//! A reference that extends another begins with what that one chooses; `rules` adds, `off` takes
//! away, and what it sets comes after what the other sets.

use super::reference::{Reference, Spanned, param};
use super::rule::Rule;
use crate::base::near::nearest;
use crate::base::text::Place;
use crate::diag::Diagnostic;
use crate::model::schema::Schema;

/// References that may extend one another in a row.
const LONGEST: usize = 8;

/// The rules that a reference chooses, by id.
///
/// # Errors
/// No reference of that name, references that extend one another in a circle, names that fit no rule,
/// parameters that a rule does not have or of the wrong type.
pub fn select(
    name: &str,
    references: &[Reference],
    rules: &[Rule],
    schema: &Schema,
) -> Result<Vec<Rule>, Vec<Diagnostic>> {
    let chain = chain(name, references).map_err(|problem| vec![problem])?;
    let mut chosen = vec![false; rules.len()];
    let mut set: Vec<Rule> = rules.to_vec();
    let mut problems = Vec::new();
    for (i, reference) in chain.iter().enumerate() {
        let mut picker = Picker { reference, rules, problems: &mut problems };
        match &reference.rules {
            Some(names) => names.iter().for_each(|n| picker.each(n, &mut |at| put(&mut chosen, at, true))),
            None if i == 0 => chosen.fill(true),
            None => {}
        }
        for (name, severity) in &reference.severity {
            picker.each(name, &mut |at| {
                if let Some(rule) = set.get_mut(at) {
                    rule.set_severity(*severity);
                }
            });
        }
        for (name, params) in &reference.params {
            let mut found = Vec::new();
            picker.each(name, &mut |at| found.push(at));
            for at in found {
                if let Some(rule) = set.get_mut(at) {
                    picker.params(rule, params, schema);
                }
            }
        }
        reference.off.iter().for_each(|n| picker.each(n, &mut |at| put(&mut chosen, at, false)));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(set.into_iter().zip(chosen).filter(|(_, chosen)| *chosen).map(|(rule, _)| rule).collect())
}

fn put(chosen: &mut [bool], at: usize, to: bool) {
    if let Some(flag) = chosen.get_mut(at) {
        *flag = to;
    }
}

/// The references from the one at the bottom to the one asked for.
fn chain<'a>(name: &str, references: &'a [Reference]) -> Result<Vec<&'a Reference>, Diagnostic> {
    let mut chain: Vec<&Reference> = Vec::new();
    let mut wanted: (&str, Option<Place>) = (name, None);
    loop {
        let Some(found) = references.iter().rev().find(|r| &*r.name == wanted.0) else {
            let mut problem =
                Diagnostic::error("rule::unknown-reference", format!("unknown reference `{}`", wanted.0));
            problem.labels.extend(wanted.1.map(|place| crate::diag::Label { place, text: String::new() }));
            let known: Vec<&str> = references.iter().map(|r| &*r.name).collect();
            return Err(match nearest(wanted.0, known.iter().copied()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help(format!("one of: `{}`", known.join("`, `"))),
            });
        };
        chain.push(found);
        let Some(base) = &found.extends else { break };
        let place = Place { file: found.file, span: base.span };
        if chain.len() >= LONGEST {
            return Err(Diagnostic::error(
                "rule::circle",
                format!("`{name}` extends itself, or too many others"),
            )
            .help("let a reference extend one that is complete")
            .label(place, ""));
        }
        wanted = (&base.text, Some(place));
    }
    chain.reverse();
    Ok(chain)
}

struct Picker<'a> {
    reference: &'a Reference,
    rules: &'a [Rule],
    problems: &'a mut Vec<Diagnostic>,
}

impl Picker<'_> {
    fn problem(&mut self, code: &'static str, message: String, at: &Spanned) -> &mut Diagnostic {
        let place = Place { file: self.reference.file, span: at.span };
        self.problems.push(Diagnostic::error(code, message).label(place, ""));
        let last = self.problems.len() - 1;
        #[expect(clippy::indexing_slicing, reason = "it was pushed above")]
        &mut self.problems[last]
    }

    /// Calls `then` for every rule that a name fits; a name that fits none is a mistake.
    fn each(&mut self, name: &Spanned, then: &mut dyn FnMut(usize)) {
        let mut any = false;
        for (at, rule) in self.rules.iter().enumerate() {
            if fits(&name.text, rule) {
                any = true;
                then(at);
            }
        }
        if !any {
            let known: Vec<&str> = self.rules.iter().flat_map(|r| [&*r.id, &*r.slug]).collect();
            let near = nearest(&name.text, known).map(|near| format!("did you mean `{near}`?"));
            let problem = self.problem("rule::unknown-rule", format!("no rule fits `{}`", name.text), name);
            problem.help = near;
        }
    }

    fn params(&mut self, rule: &mut Rule, params: &[(Spanned, crate::base::tree::Node)], schema: &Schema) {
        for (name, node) in params {
            let Some(found) = rule.params.iter().find(|p| p.name == name.text) else {
                let known: Vec<&str> = rule.params.iter().map(|p| &*p.name).collect();
                let help = match nearest(&name.text, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if known.is_empty() => "this rule has no parameters".into(),
                    None => format!("its parameters: `{}`", known.join("`, `")),
                };
                let message = format!("`{}` has no parameter `{}`", rule.id, name.text);
                self.problem("rule::unknown-param", message, name).help = Some(help);
                continue;
            };
            match param(node, &found.ty) {
                Some(value) => {
                    rule.set_param(&name.text, value);
                }
                None => {
                    let message =
                        format!("`{}` is {}, and here is {}", name.text, schema.say(&found.ty), node.what());
                    let at = Spanned { text: name.text.clone(), span: node.span };
                    self.problem("rule::type", message, &at);
                }
            }
        }
    }
}

/// True if a name (an id, a slug, or either with `*`) means a rule.
fn fits(pattern: &str, rule: &Rule) -> bool {
    glob(pattern, &rule.id) || glob(pattern, &rule.slug)
}

/// Matches a name against a pattern in which `*` is anything.
fn glob(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|tail| {
            tail.char_indices().any(|(i, _)| tail.get(i..).is_some_and(|t| glob(rest, t))) || glob(rest, "")
        }),
    }
}
