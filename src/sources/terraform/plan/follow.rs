//! Follows references to the resource instances that they mean: through module inputs and outputs,
//! `each` and `count`, keys and splats.
//!
//! Owns the question "which instances". Must not know values: what a leaf says of the answer is
//! [`super::say`]'s.

use std::cell::{Cell, RefCell};

use super::config::{Config, Source};
use super::expr::{Expr, Key, Ref, Step, argument};
use super::infer::{self, Answer, Inferred, Question};
use super::instances::{Instance, Instances, ModuleId};
use super::pick::{choose, named_like, path, select, split_index};
use crate::base::text::Text;

/// Most steps that one leaf's references may take; more is a hostile plan.
const BUDGET: u32 = 20_000;
/// Deepest chain of inputs and outputs.
const DEPTH: usize = 64;

/// Where an expression stands.
#[derive(Clone, Copy)]
pub struct Scope<'p, 'a> {
    /// The module instance.
    pub module: ModuleId,
    /// The key of the resource or module instance whose argument it is.
    pub key: Option<&'p Key>,
    /// That one's `for_each`.
    pub for_each: Option<&'p Expr<'a>>,
}

/// One resource instance meant.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Its address.
    pub address: Text,
    /// Its type with `data.`.
    pub base: Text,
    /// Its key.
    pub key: Option<Key>,
    /// The attribute asked for; empty for the resource itself.
    pub attribute: String,
}

/// What one reference means.
#[derive(Clone, Debug)]
pub struct Group {
    /// The instances, in order.
    pub hits: Vec<Hit>,
    /// True if only one of them is meant.
    pub one_of: bool,
    /// True if no reference names it: see [`super::infer`].
    pub inferred: bool,
    /// As written where the value is used.
    pub written: Text,
}

/// What an expression's references mean together.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// One for each reference that leads to resources.
    pub groups: Vec<Group>,
    /// Locals, of which the plan does not tell the expression.
    pub lost: Vec<Text>,
    /// References to what the plan does not hold.
    pub missing: Vec<Text>,
    /// True if it also reads something that may decide between the others: a variable, a local.
    pub choice: bool,
    /// True if a part of it refers to nothing and is no constant (`timestamp()`), or to a variable that
    /// nothing answers.
    pub made: bool,
    /// True if the budget ran out.
    pub cut: bool,
}

impl Found {
    /// True if all that it reads is known when the plan is made: variables, keys, what has no instances.
    pub fn is_settled(&self) -> bool {
        self.groups.is_empty() && self.lost.is_empty() && self.missing.is_empty() && !self.made && !self.cut
    }

    /// Takes what another expression means, too.
    pub fn add(&mut self, other: Self) {
        self.groups.extend(other.groups);
        self.lost.extend(other.lost);
        self.missing.extend(other.missing);
        self.choice |= other.choice;
        self.made |= other.made;
        self.cut |= other.cut;
    }

    /// Makes several groups one, of which only one instance is meant.
    pub fn merge(&mut self) {
        let mut groups = std::mem::take(&mut self.groups).into_iter();
        let Some(mut all) = groups.next() else { return };
        for group in groups {
            for hit in group.hits {
                if !all.hits.iter().any(|h| h.address == hit.address && h.attribute == hit.attribute) {
                    all.hits.push(hit);
                }
            }
        }
        all.one_of = all.hits.len() > 1;
        self.groups.push(all);
    }
}

/// Follows references.
pub struct Follow<'p, 'a> {
    /// The source.
    pub config: &'p Config<'a>,
    /// The instances.
    pub instances: &'p Instances,
    /// What comes through locals.
    pub inferred: &'p Inferred,
    spent: Cell<u32>,
    /// True while references alone are followed.
    plain: Cell<bool>,
    /// Questions about locals that are being answered.
    asked: RefCell<Vec<Question>>,
    /// True if an answer left out a question that is still being answered.
    partial: Cell<bool>,
}

impl<'p, 'a> Follow<'p, 'a> {
    /// For one resource.
    pub fn new(config: &'p Config<'a>, instances: &'p Instances, inferred: &'p Inferred) -> Self {
        Self {
            config,
            instances,
            inferred,
            spent: Cell::new(0),
            plain: Cell::new(false),
            asked: RefCell::default(),
            partial: Cell::new(false),
        }
    }

    /// What an expression means at `name`d argument.
    pub fn expr(&self, expr: &'p Expr<'a>, scope: Scope<'p, 'a>, name: &str) -> Found {
        self.spent.set(0);
        self.inner(expr, scope, name, DEPTH)
    }

    /// The same inside a chain of at most `depth` steps.
    pub fn inner(&self, expr: &'p Expr<'a>, scope: Scope<'p, 'a>, name: &str, depth: usize) -> Found {
        let mut refs = Vec::new();
        expr.all_refs(&mut refs);
        let pick = scope.key.filter(|_| refs.iter().any(|r| r.is_instance()));
        let mut found =
            Found { made: matches!(expr, Expr::Refs(none) if none.is_empty()), ..Found::default() };
        let lost = |r: &&&Ref| r.name(0) == Some("local") && r.steps.len() == 2;
        let locals = refs.iter().filter(lost).filter(|r| !r.name(1).is_some_and(is_switch)).count();
        for r in refs {
            self.spent.set(self.spent.get().saturating_add(1));
            if depth == 0 || self.spent.get() > BUDGET {
                found.cut = true;
                break;
            }
            let mut one = self.one(r, scope, pick, name, depth - 1);
            for group in &mut one.groups {
                group.written = r.written.clone();
            }
            found.add(one);
        }
        if found.groups.is_empty()
            && found.lost.len() == locals
            && let Some(written) = found.lost.first().cloned()
            && !self.plain.get()
            && let Answer::Only(hits) = self.local(scope.module, name, depth)
        {
            found.lost.clear();
            let hits = self.nearest(hits, scope.module, &written, pick);
            found.groups.push(Group { one_of: hits.len() > 1, hits, inferred: true, written });
        }
        found
    }

    /// Of several things that a local may be: the one with the key that the argument asks for
    /// (`element(local.ips, count.index)`), or the module's own of which the local has the name
    /// (`local.this_sg_id` and `aws_security_group.this`).
    fn nearest(&self, hits: Vec<Hit>, module: ModuleId, written: &str, pick: Option<&Key>) -> Vec<Hit> {
        let one = |fits: &dyn Fn(&Hit) -> bool| {
            let mut some = hits.iter().filter(|h| fits(h));
            some.next().filter(|_| some.next().is_none()).cloned()
        };
        let word = |text: &str| text.split('_').next().unwrap_or_default().to_owned();
        let local = word(written.trim_start_matches("local."));
        let own = |h: &Hit| self.instances.of(module, &h.base).iter().any(|i| i.address == h.address);
        let named = |h: &Hit| own(h) && word(h.base.rsplit('.').next().unwrap_or_default()) == local;
        let keyed = |h: &Hit| h.key.as_ref().zip(pick).is_some_and(|(a, b)| a.same(b));
        let found = if pick.is_some() { one(&keyed).or_else(|| one(&named)) } else { one(&named) };
        found.map_or(hits.clone(), |one| vec![one])
    }

    /// What a value may be of which the configuration is not in the plan: it stands in a dynamic block.
    pub fn dynamic(&self, module: ModuleId, name: &str, itself: &str, written: &str) -> Found {
        self.spent.set(0);
        let mut found = Found::default();
        if let Answer::Only(mut hits) = self.local(module, name, DEPTH) {
            let written = written.into();
            hits.retain(|h| *h.address != *itself);
            found.groups.push(Group { one_of: hits.len() > 1, hits, inferred: true, written });
        }
        found
    }

    /// The same without asking what comes through locals.
    pub fn told(&self, expr: &'p Expr<'a>, scope: Scope<'p, 'a>, name: &str, depth: usize) -> Found {
        let outer = self.plain.replace(true);
        let found = self.inner(expr, scope, name, depth);
        self.plain.set(outer);
        found
    }

    /// What a value that comes only through locals may be: one thing, or one of a few.
    pub fn local(&self, module: ModuleId, name: &str, depth: usize) -> Answer {
        let say = |answer: Option<Vec<Hit>>| answer.map_or(Answer::Open, Answer::Only);
        let question = (module, name.to_owned());
        if let Ok(known) = self.inferred.lock()
            && let Some(answer) = known.get(&question)
        {
            return say(answer.clone());
        }
        if depth == 0 || self.asked.borrow().contains(&question) {
            self.partial.set(true);
            return Answer::Asked;
        }
        let outer = self.partial.replace(false);
        self.asked.borrow_mut().push(question.clone());
        let answer = infer::search(self, module, name, depth.saturating_sub(1));
        self.asked.borrow_mut().pop();
        // An answer inside a circle lacks what the outer one counts itself: right for the outer, and
        // not to be kept.
        let first = self.asked.borrow().is_empty();
        if (first || !self.partial.get())
            && self.spent.get() <= BUDGET
            && let Ok(mut known) = self.inferred.lock()
        {
            known.insert(question, answer.clone());
        }
        self.partial.set(!first && (outer || self.partial.get()));
        say(answer)
    }

    fn one(&self, r: &'p Ref, scope: Scope<'p, 'a>, pick: Option<&Key>, name: &str, depth: usize) -> Found {
        let rest = |n: usize| r.steps.get(n..).unwrap_or_default();
        match (r.name(0), r.name(1)) {
            (Some("var"), Some(var)) => {
                let found = self.variable(var, scope, name, depth);
                select(found, rest(2), pick)
            }
            (Some("module"), Some(call)) => self.output(r, call, rest(2), scope, pick, name, depth),
            (Some("each"), Some("value")) => {
                let Some(for_each) = scope.for_each else { return Found::default() };
                self.each_value(for_each, rest(2), scope, name, depth)
            }
            (Some("local"), Some(local)) if is_switch(local) => Found { choice: true, ..Found::default() },
            (Some("local"), _) => Found { lost: vec![r.written.clone()], choice: true, ..Found::default() },
            (Some("each" | "count" | "path" | "terraform" | "self" | "var" | "module"), _) => {
                Found::default()
            }
            (Some("data"), Some(ty)) => match r.name(2) {
                Some(n) => self.resource(r, &format!("data.{ty}.{n}"), rest(3), scope, pick, name, depth),
                None => Found::default(),
            },
            (Some(ty), Some(n)) => self.resource(r, &format!("{ty}.{n}"), rest(2), scope, pick, name, depth),
            _ => Found::default(),
        }
    }

    /// `each.value`: the item of `for_each` that has the scope's key.
    fn each_value(
        &self,
        for_each: &'p Expr<'a>,
        rest: &[Step],
        scope: Scope<'p, 'a>,
        name: &str,
        depth: usize,
    ) -> Found {
        let outer = Scope { key: None, for_each: None, ..scope };
        let Some(key) = scope.key else { return self.inner(for_each, outer, name, depth) };
        // Over the instances of one module or resource: read as if the key were written.
        if let Expr::Refs(refs) = for_each
            && let [only] = refs.as_slice()
            && let [Step::Name(first), Step::Name(second)] = only.steps.as_slice()
        {
            let mut steps = vec![Step::Index(key.clone())];
            steps.extend_from_slice(rest);
            let found = match &**first {
                "var" | "local" | "each" | "count" | "path" | "terraform" | "data" => Found::default(),
                "module" => self.output(only, second, &steps, outer, None, name, depth),
                _ => self.resource(only, &format!("{first}.{second}"), &steps, outer, None, name, depth),
            };
            if !found.groups.is_empty() {
                return found;
            }
            if &**first == "module" {
                let mut found = self.output(only, second, rest, outer, None, name, depth);
                found.merge();
                return found;
            }
        }
        let mut found = self.told(for_each, outer, name, depth);
        named_like(&mut found, key);
        choose(&mut found, key);
        select(found, rest, None)
    }

    /// What the caller gives for a variable.
    fn variable(&self, name: &str, scope: Scope<'p, 'a>, asked: &str, depth: usize) -> Found {
        let told = self.source(scope.module).is_some_and(|s| s.declared.contains(name));
        let decided = Found { choice: true, made: !told, ..Found::default() };
        match self.caller_argument(name, scope.module) {
            Some((expr, outer)) => {
                let mut found = self.by_either(expr, outer, (name, asked), depth);
                found.choice |= found.groups.is_empty();
                found
            }
            None => decided,
        }
    }

    /// Follows an expression in another module; what comes through its locals is asked by the one name, and
    /// if that leads nowhere by the other.
    fn by_either(
        &self,
        expr: &'p Expr<'a>,
        scope: Scope<'p, 'a>,
        names: (&str, &str),
        depth: usize,
    ) -> Found {
        let found = self.inner(expr, scope, names.0, depth);
        let lost = found.groups.is_empty() && !found.lost.is_empty() && !self.plain.get();
        if lost && names.0 != names.1 { self.inner(expr, scope, names.1, depth) } else { found }
    }

    /// The argument that a module's caller gives for a variable, with the caller's scope.
    pub fn caller_argument(&self, variable: &str, module: ModuleId) -> Option<(&'p Expr<'a>, Scope<'p, 'a>)> {
        let module = self.instances.module(module)?;
        let caller = module.caller?;
        let call = self.source(caller)?.calls.get(&*module.name)?;
        let outer = Scope { module: caller, key: module.key.as_ref(), for_each: call.for_each.as_ref() };
        Some((argument(&call.block, variable)?, outer))
    }

    /// The source of a module instance.
    pub fn source(&self, module: ModuleId) -> Option<&'p Source<'a>> {
        self.config.source(self.instances.module(module)?.source?)
    }

    #[expect(clippy::too_many_arguments, reason = "one place, and each is needed")]
    fn output(
        &self,
        r: &Ref,
        call: &str,
        rest: &[Step],
        scope: Scope<'p, 'a>,
        pick: Option<&Key>,
        name: &str,
        depth: usize,
    ) -> Found {
        let (index, rest) = split_index(rest);
        let all = self.instances.called(scope.module, call);
        let keyed = |key: &Key| {
            let same = |id: &&ModuleId| {
                self.instances.module(**id).and_then(|m| m.key.as_ref()).is_some_and(|k| k.same(key))
            };
            all.iter().filter(same).copied().collect::<Vec<_>>()
        };
        let chosen = match (index, pick) {
            (Some(key), _) => keyed(key),
            (None, Some(key)) if all.len() > 1 => keyed(key),
            _ => all.to_vec(),
        };
        // A key that no instance has: any of them may be meant.
        let open = chosen.is_empty() && index.is_none() && all.len() > 1;
        // A key that chose the instance does not choose again inside.
        let pick = pick.filter(|_| index.is_some() || all.len() < 2);
        let chosen = if open { all.to_vec() } else { chosen };
        let mut found = Found::default();
        for id in chosen {
            let Some(source) = self.source(id) else { continue };
            let inside = Scope { module: id, key: None, for_each: None };
            // `module.a[each.key].out` leaves only `module.a` in the plan. An output named like the
            // argument is the likely one; else every output may be meant.
            let output =
                rest.first().and_then(Step::name).or(source.outputs.contains_key(name).then_some(name));
            match output.and_then(|o| source.outputs.get(o)) {
                Some(expr) => {
                    let of_output = self.by_either(expr, inside, (name, output.unwrap_or(name)), depth);
                    found.add(select(of_output, rest.get(1..).unwrap_or_default(), pick));
                }
                None if output.is_none() => {
                    let mut names: Vec<_> = source.outputs.keys().collect();
                    names.sort();
                    let mut any = Found::default();
                    for expr in names.into_iter().filter_map(|n| source.outputs.get(n)) {
                        any.add(self.inner(expr, inside, name, depth));
                    }
                    any.merge();
                    found.add(any);
                }
                None => {}
            }
        }
        if open {
            found.merge();
        }
        if found.groups.is_empty() && found.lost.is_empty() {
            found.missing.push(r.written.clone());
        }
        found
    }

    #[expect(clippy::too_many_arguments, reason = "one place, and each is needed")]
    fn resource(
        &self,
        r: &Ref,
        base: &str,
        rest: &[Step],
        scope: Scope<'p, 'a>,
        pick: Option<&Key>,
        name: &str,
        depth: usize,
    ) -> Found {
        let (index, rest) = split_index(rest);
        let all = self.instances.of(scope.module, base);
        let keyed = |key: &Key| {
            let same = |i: &&Instance| i.key.as_ref().is_some_and(|k| k.same(key));
            all.iter().filter(same).collect::<Vec<_>>()
        };
        let (chosen, one_of): (Vec<&Instance>, bool) = match (index, pick) {
            (Some(key), _) => (keyed(key), false),
            (None, Some(key)) if all.len() > 1 => match keyed(key) {
                none if none.is_empty() => (all.iter().collect(), true),
                some => (some, false),
            },
            _ => (all.iter().collect(), false),
        };
        if chosen.is_empty() {
            // Declared and without instances (`count = 0`): it gives nothing.
            if self.source(scope.module).is_some_and(|s| s.resources.contains_key(base)) {
                return Found { choice: true, ..Found::default() };
            }
            return Found { missing: vec![r.written.clone()], ..Found::default() };
        }
        let attribute = path(rest);
        let given = self.given(scope.module, base, &attribute);
        let mut hits = Vec::new();
        for instance in chosen {
            if let Some((expr, for_each)) = given {
                let inside = Scope { module: scope.module, key: instance.key.as_ref(), for_each };
                let found = self.inner(expr, inside, name, depth);
                if let ([group], [], []) = (found.groups.as_slice(), &*found.lost, &*found.missing) {
                    hits.extend(group.hits.iter().cloned());
                    continue;
                }
            }
            hits.push(Hit {
                address: instance.address.clone(),
                base: base.into(),
                key: instance.key.clone(),
                attribute: attribute.clone(),
            });
        }
        let group =
            Group { one_of: one_of && hits.len() > 1, inferred: false, hits, written: r.written.clone() };
        Found { groups: vec![group], ..Found::default() }
    }

    /// The expression of another resource's argument that itself names a third one:
    /// `aws_subnet.a.vpc_id` is the VPC that the subnet was given.
    fn given(
        &self,
        module: ModuleId,
        base: &str,
        attribute: &str,
    ) -> Option<(&'p Expr<'a>, Option<&'p Expr<'a>>)> {
        let names_another = ["_id", "_ids", "_arn", "_arns"].iter().any(|end| attribute.ends_with(end));
        if !names_another || attribute.contains('.') {
            return None;
        }
        let resource = self.source(module)?.resources.get(base)?;
        let Expr::Blocks(blocks) = &resource.block else { return None };
        Some((argument(blocks.first()?, attribute)?, resource.for_each.as_ref()))
    }
}

/// True for locals that by their name hold yes or no (`local.create`, `local.is_serverless`): they decide
/// between values, and a value that is not known does not come from them.
fn is_switch(local: &str) -> bool {
    const FIRST: [&str; 9] = ["create", "is", "enable", "enabled", "has", "use", "should", "needs", "attach"];
    let first = local.split('_').next().unwrap_or(local);
    let thing = ["_id", "_ids", "_arn", "_arns", "_name", "_names"].iter().any(|end| local.ends_with(end));
    (FIRST.contains(&first) || local.ends_with("_enabled")) && !thing
}
