//! Exports and the imports that they answer.
//!
//! Owns how an import finds its export among the templates given: by the same name, or, where a name
//! begins with something unknown (`${AWS::StackName}-Vpc`), by being the only one that ends so.

use std::sync::Arc;

use super::eval::Eval;
use super::text::known;
use crate::base::text::Text;
use crate::base::tree::Node;
use crate::model::doc::{Doc, Part, Said};

/// Every export in view.
#[derive(Debug, Default)]
pub(super) struct Exports {
    all: Vec<Export>,
}

#[derive(Debug)]
struct Export {
    name: Name,
    scope: usize,
    output: Text,
}

/// A name that is known, or only from some point on.
#[derive(Debug, PartialEq)]
enum Name {
    Known(Text),
    /// Something unknown, then this.
    Ends(Text),
    Open,
}

fn name_of(doc: &Doc) -> Name {
    if let Some(text) = known(doc) {
        return Name::Known(text);
    }
    match &doc.said {
        Said::Template(parts) => match parts.as_slice() {
            [Part::Hole(_), Part::Text(end)] if end.len() > 1 => Name::Ends(end.clone()),
            _ => Name::Open,
        },
        _ => Name::Open,
    }
}

impl Eval<'_> {
    /// The value of the export that an import names.
    pub fn exported(&self, name: &Doc) -> Option<Said> {
        let exports = self.exports();
        let wanted = name_of(name);
        let exact = |e: &&Export| matches!(wanted, Name::Known(_)) && e.name == wanted;
        let ends = |e: &&Export| match (&wanted, &e.name) {
            (Name::Known(whole), Name::Ends(end)) | (Name::Ends(end), Name::Known(whole)) => {
                whole.ends_with(&**end)
            }
            (Name::Ends(a), Name::Ends(b)) => a == b,
            _ => false,
        };
        let export = exports.all.iter().find(exact).or_else(|| {
            let mut fitting = exports.all.iter().filter(ends);
            fitting.next().filter(|_| fitting.next().is_none())
        })?;
        let other = self.within(export.scope)?;
        Some(other.output(&export.output)?.said)
    }

    /// An output of the one stack in view that bears a name.
    pub fn output_of_stack(&self, stack: &str, output: &str) -> Option<Doc> {
        let scopes = self.set.scopes.iter();
        let mut named = scopes.filter(|s| s.parent.is_none() && s.stack_name.as_deref() == Some(stack));
        let (Some(only), None) = (named.next(), named.next()) else { return None };
        self.within(only.index)?.output(output)
    }

    fn exports(&self) -> Arc<Exports> {
        if let Some(known) = &*self.set.exports.borrow() {
            return known.clone();
        }
        let mut exports = Exports::default();
        // An export's name that needs an import finds no export: there is no sense in it.
        *self.set.exports.borrow_mut() = Some(Arc::default());
        for scope in &self.set.scopes {
            let eval = Eval { set: self.set, scope };
            for output in &scope.template.outputs {
                if let Some(name) = output.value.get("Export").and_then(|e| e.get("Name")) {
                    let name = name_of(&eval.doc(name));
                    exports.all.push(Export { name, scope: scope.index, output: output.key.clone() });
                }
            }
        }
        let exports = Arc::new(exports);
        *self.set.exports.borrow_mut() = Some(exports.clone());
        exports
    }

    /// The value of an output of this scope's template; `None` if there is no such output.
    pub fn output(&self, name: &str) -> Option<Doc> {
        let entry = self.scope.template.outputs.iter().find(|e| &*e.key == name)?;
        let value = entry.value.get("Value")?;
        let key = (self.scope.index, Text::from(name));
        let found = self.set.outputs.borrow().get(&key).cloned();
        if let Some(found) = found {
            let circle = || {
                let written: Text = format!("output {name}").into();
                Doc::unknown(written.clone(), crate::model::why::Cause::Unresolved(written))
            };
            return Some(found.unwrap_or_else(circle));
        }
        self.set.outputs.borrow_mut().insert(key.clone(), None);
        let doc = self.under_condition(&entry.value, value);
        self.set.outputs.borrow_mut().insert(key, Some(doc.clone()));
        Some(doc)
    }

    fn under_condition(&self, output: &Node, value: &Node) -> Doc {
        use crate::model::cond::Cond;
        let doc = self.doc(value);
        let Some(name) = output.get("Condition").filter(|n| n.text().is_some()) else { return doc };
        match self.named(name.text().unwrap_or_default(), name) {
            Cond::Const(true) => doc,
            Cond::Const(false) => Doc::at(Said::Null, doc.place),
            open => {
                let (not, place) = (open.negate(), doc.place);
                Doc::at(Said::Cases([(open, doc), (not, Doc::at(Said::Null, place))].into()), place)
            }
        }
    }
}
