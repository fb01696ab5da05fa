//! From evaluated templates to [`Raw`] resources.

use super::eval::Eval;
use super::scope::Set;
use super::template::Resource;
use crate::base::near::nearest;
use crate::diag::{Diagnostic, Level};
use crate::model::cond::Cond;
use crate::model::doc::{Dialect, Doc, Raw, Reference, Said};
use crate::sources::Batch;

/// One batch for each input.
pub(super) fn batches(set: &Set<'_>) -> Vec<Batch> {
    let mut all: Vec<Batch> = set
        .batches
        .iter()
        .map(|head| Batch {
            path: head.path.clone(),
            kind: head.kind,
            dialect: Dialect::CloudFormation,
            resources: Vec::new(),
            problems: Vec::new(),
            incomplete: false,
        })
        .collect();
    for scope in &set.scopes {
        let eval = Eval { set, scope };
        let presence = eval.presence_of_stack();
        let Some(batch) = all.get_mut(scope.batch) else { continue };
        for resource in &scope.template.resources {
            batch.resources.extend(eval.raw(resource, &presence));
        }
    }
    for (index, batch) in all.iter_mut().enumerate() {
        batch.problems = set.problems_of(index);
        batch.incomplete = set.incomplete.borrow().contains(&index);
    }
    if let Some(first) = all.first_mut() {
        first.problems.extend(unused_parameters(set));
    }
    all
}

/// Values given for parameters that no template has: most often a misspelling.
fn unused_parameters(set: &Set<'_>) -> Vec<Diagnostic> {
    let declared = || set.scopes.iter().flat_map(|s| s.template.parameters.iter()).map(|e| &*e.key);
    let unused = set.options.parameters.names().filter(|name| !declared().any(|d| d == &***name));
    let tell = |name| {
        let help = match nearest(name, declared()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "it has no effect".to_owned(),
        };
        let message = format!("a value is given for `{name}`, and no template has such a parameter");
        Diagnostic { level: Level::Note, ..Diagnostic::warning("cfn::parameters", message).help(help) }
    };
    unused.map(|name| tell(&**name)).collect()
}

impl Eval<'_> {
    /// `None` for a resource that a known condition leaves out.
    fn raw(&self, resource: &Resource, stack: &Cond) -> Option<Raw> {
        self.set.next_resource();
        let presence = stack.and(&self.presence(resource));
        if presence == Cond::Const(false) {
            return None;
        }
        let place = self.scope.place(resource.span);
        let body = match &resource.properties {
            Some(node) => match self.doc(node) {
                Doc { said: Said::Null, place } => Doc::at(Said::Map(Vec::new()), place),
                doc => doc,
            },
            None => Doc::at(Said::Map(Vec::new()), Some(place)),
        };
        let mut meta = Vec::new();
        for (name, node) in &resource.attributes {
            // Metadata is for tools; `cfn-init`'s is large and says nothing about the architecture.
            if &**name != "Metadata" {
                meta.push((name.clone(), self.doc(node)));
            }
        }
        if let Some(name) = &resource.condition {
            meta.push(("Condition".into(), Doc::text(name.clone())));
        }
        if !resource.depends_on.is_empty() {
            let one = |id: &crate::base::text::Text| {
                Doc::new(Said::Ref(Reference {
                    targets: vec![self.scope.address(id)],
                    one_of: false,
                    attribute: "".into(),
                    written: format!("DependsOn {id}").into(),
                }))
            };
            let all = resource.depends_on.iter().filter(|id| self.depends(resource, id)).map(one).collect();
            meta.push(("DependsOn".into(), Doc::new(Said::List(all, None))));
        }
        Some(Raw {
            meta,
            presence,
            place: Some(place),
            region: self.scope.region.clone(),
            account: self.scope.account.clone(),
            ..Raw::new(resource.ty.clone(), self.scope.address(&resource.id), body)
        })
    }

    fn depends(&self, resource: &Resource, id: &str) -> bool {
        let there = self.scope.resource(id).is_some();
        if !there && !self.scope.macros {
            let message =
                format!("`{}` depends on `{id}`, which is not a resource of this template", resource.id);
            self.warn("cfn::unresolved", resource.key_span, message, "correct `DependsOn`");
        }
        there
    }

    /// When a resource exists, given that its stack does.
    pub fn presence(&self, resource: &Resource) -> Cond {
        match &resource.condition {
            Some(name) => {
                let node = super::syntax::text(resource.key_span, name.clone());
                self.named(name, &node)
            }
            None => Cond::Const(true),
        }
    }

    /// When the stack of this scope exists.
    fn presence_of_stack(&self) -> Cond {
        let Some((parent, stack)) = &self.scope.parent else { return Cond::Const(true) };
        let Some(parent) = self.within(*parent) else { return Cond::Const(true) };
        let own = parent.scope.resource(stack).map_or(Cond::Const(true), |r| parent.presence(r));
        own.and(&parent.presence_of_stack())
    }
}
