//! Resources that depend on each other in a circle, which CloudFormation refuses.

use std::collections::{HashMap, HashSet};

use super::eval::Eval;
use super::intrinsics::names_in_sub;
use super::scope::Set;
use super::syntax;
use super::template::Resource;
use crate::base::tree::Node;
use crate::diag::Diagnostic;
use crate::model::cond::Cond;

/// One error for each template that has a circle.
pub(super) fn find(set: &Set<'_>) -> Vec<Diagnostic> {
    set.scopes.iter().filter_map(|scope| Eval { set, scope }.cycle()).collect()
}

impl Eval<'_> {
    fn cycle(&self) -> Option<Diagnostic> {
        let mut needs: HashMap<&str, Vec<&str>> = HashMap::new();
        for resource in &self.scope.template.resources {
            if self.presence(resource) == Cond::Const(false) {
                continue;
            }
            let mut found = Vec::new();
            if let Some(properties) = &resource.properties {
                self.names(properties, &mut found);
            }
            found.extend(resource.depends_on.iter().map(|d| &**d));
            needs.insert(&resource.id, found);
        }
        let circle = circle(self.scope.template.resources.iter().map(|r| &*r.id), needs)?;
        let members: Vec<&Resource> = circle.iter().filter_map(|id| self.scope.resource(id)).collect();
        if members.iter().any(|r| r.generated) {
            return None;
        }
        let path: Vec<String> = circle.iter().chain(circle.first()).map(|id| format!("`{id}`")).collect();
        let mut error = Diagnostic::error("cfn::cycle", format!("resources depend on each other: {}", path.join(" → ")))
            .help("break the circle: move one reference into a resource of its own, such as a separate ingress rule or attachment");
        for member in members {
            error = error.label(self.scope.place(member.key_span), "");
        }
        Some(error)
    }

    /// The names that a value refers to, in the branches that may hold.
    fn names<'n>(&self, node: &'n Node, found: &mut Vec<&'n str>) {
        match syntax::call(node) {
            Some(("Ref", name)) => found.extend(name.text()),
            Some(("Fn::GetAtt", argument)) => {
                let name = argument.text().or_else(|| argument.items().first()?.text());
                found.extend(name.and_then(|n| n.split('.').next()));
            }
            Some(("Fn::Sub", argument)) => {
                let template = argument.text().or_else(|| argument.items().first()?.text());
                let own = argument.items().get(1);
                let names = template.into_iter().flat_map(names_in_sub);
                let free = names.filter(|n| own.is_none_or(|o| o.get(n).is_none()));
                found.extend(free.filter_map(|n| n.split('.').next()));
                own.iter().for_each(|o| self.names(o, found));
            }
            Some(("Fn::If", argument)) => {
                if let [name, yes, no] = argument.items() {
                    let cond = name.text().and_then(|n| self.condition(n));
                    if cond != Some(Cond::Const(false)) {
                        self.names(yes, found);
                    }
                    if cond != Some(Cond::Const(true)) {
                        self.names(no, found);
                    }
                }
            }
            _ => {
                node.items().iter().for_each(|n| self.names(n, found));
                node.entries().iter().for_each(|e| self.names(&e.value, found));
            }
        }
    }
}

/// The members of one circle, in the order in which they need each other.
fn circle<'a>(
    order: impl Iterator<Item = &'a str>,
    mut needs: HashMap<&'a str, Vec<&'a str>>,
) -> Option<Vec<&'a str>> {
    let all: HashSet<&str> = needs.keys().copied().collect();
    needs.values_mut().for_each(|n| n.retain(|id| all.contains(id)));
    let mut waiting: HashMap<&str, usize> = needs.iter().map(|(id, n)| (*id, n.len())).collect();
    let mut needed_by: HashMap<&str, Vec<&str>> = HashMap::new();
    for (id, n) in &needs {
        n.iter().for_each(|other| needed_by.entry(other).or_default().push(id));
    }
    let mut free: Vec<&str> = waiting.iter().filter(|(_, n)| **n == 0).map(|(id, _)| *id).collect();
    while let Some(id) = free.pop() {
        waiting.remove(id);
        for other in needed_by.get(id).into_iter().flatten() {
            if let Some(n) = waiting.get_mut(other) {
                *n -= 1;
                if *n == 0 {
                    free.push(other);
                }
            }
        }
    }
    // What is left is in a circle or needs one: follow the needs until one comes again.
    let mut at = order.into_iter().find(|id| waiting.contains_key(id))?;
    let mut path: Vec<&str> = Vec::new();
    loop {
        if let Some(first) = path.iter().position(|id| *id == at) {
            return Some(path.split_off(first));
        }
        path.push(at);
        at = needs.get(at)?.iter().copied().find(|id| waiting.contains_key(id))?;
    }
}
