//! Parameters: what they are declared as, and the value they have.
//!
//! Order: what the parent stack passes, what `--parameters` gives, the only allowed value, the
//! default; else not known.

use super::eval::{Eval, unknown};
use super::params_file::Given;
use super::scope::Scope;
use super::syntax::scalar;
use crate::base::text::Text;
use crate::base::tree::{Entry, Node, NodeKind};
use crate::model::doc::{Doc, Said};
use crate::model::why::Cause;

/// A declaration.
struct Declared<'a> {
    entry: &'a Entry,
    ty: &'a str,
}

impl<'a> Declared<'a> {
    fn get(&self, key: &str) -> Option<&'a Node> {
        self.entry.value.get(key)
    }

    fn no_echo(&self) -> bool {
        self.get("NoEcho").and_then(scalar).is_some_and(|t| t.eq_ignore_ascii_case("true"))
    }

    fn is_list(&self) -> bool {
        self.ty == "CommaDelimitedList" || self.ty.contains("List<")
    }

    fn is_ssm(&self) -> bool {
        self.ty.starts_with("AWS::SSM::Parameter::Value<")
    }
}

fn declared<'a>(scope: &'a Scope, name: &str) -> Option<Declared<'a>> {
    let entry = scope.template.parameters.iter().find(|e| &*e.key == name)?;
    let ty = entry.value.get("Type").and_then(Node::text).unwrap_or("String");
    Some(Declared { entry, ty })
}

/// The values that a parameter allows; `None` if it does not restrict them.
pub(super) fn allowed(scope: &Scope, name: &str) -> Option<Vec<Text>> {
    let list = declared(scope, name)?.get("AllowedValues")?.items();
    (!list.is_empty()).then(|| list.iter().filter_map(scalar).collect())
}

impl Eval<'_> {
    /// The value of a parameter as a reader may see it; `None` if there is no such parameter.
    pub fn parameter(&self, name: &str) -> Option<Doc> {
        let declared = declared(self.scope, name)?;
        let plain = self.plain_parameter(name)?;
        if !declared.no_echo() || plain.said == Said::Text("".into()) {
            return Some(plain);
        }
        let by_default = self.passed(name).is_none() && declared.get("Default").is_some();
        Some(Doc::at(Said::Hidden { literal: Some(by_default) }, plain.place))
    }

    /// The value of a parameter, `NoEcho` or not: for conditions, which show nothing.
    pub fn plain_parameter(&self, name: &str) -> Option<Doc> {
        let declared = declared(self.scope, name)?;
        let key = (self.scope.index, Text::from(name));
        let known = self.set.parameters.borrow().get(&key).cloned();
        if let Some(known) = known {
            // `None` while it is being worked out: it depends on itself through the parent.
            return Some(known.unwrap_or_else(|| self.open(name, &declared)));
        }
        self.set.parameters.borrow_mut().insert(key.clone(), None);
        let doc = self.work_out(name, &declared);
        self.set.parameters.borrow_mut().insert(key, Some(doc.clone()));
        Some(doc)
    }

    fn work_out(&self, name: &str, declared: &Declared<'_>) -> Doc {
        if let Some(passed) = self.passed(name) {
            let place = passed.place;
            let one = |doc: Doc| match super::text::known(&doc) {
                Some(text) => typed(declared, name, &text),
                None if declared.is_list() && !declared.is_ssm() => super::text::apart(doc),
                None => doc.said,
            };
            return Doc::at(super::intrinsics::each_case(passed, &one), place);
        }
        if let Some(default) = declared.get("Default") {
            let text = match &default.kind {
                NodeKind::List(items) => {
                    Some(items.iter().filter_map(scalar).collect::<Vec<_>>().join(",").into())
                }
                _ => scalar(default),
            };
            if let Some(text) = text {
                return self.at(default, typed(declared, name, &text));
            }
        }
        match allowed(self.scope, name).as_deref() {
            Some([only]) => self.at(&declared.entry.value, typed(declared, name, only)),
            _ => self.open(name, declared),
        }
    }

    fn open(&self, name: &str, declared: &Declared<'_>) -> Doc {
        let own = self.scope.own(name);
        self.at(&declared.entry.value, unknown(own.clone(), Cause::Parameter(own)))
    }

    /// What the parent stack or the user gives.
    fn passed(&self, name: &str) -> Option<Doc> {
        if let Some((parent, stack)) = &self.scope.parent {
            let parent = self.within(*parent)?;
            let node = parent.scope.resource(stack)?.property("Parameters")?.get(name)?;
            let doc = parent.doc(node);
            return (doc.said != Said::Null).then_some(doc);
        }
        if let Some(given) = self.scope.given.get(name) {
            return Some(Doc::text(given.clone()));
        }
        let given = match self.set.options.parameters.get(&self.scope.stem, name)? {
            Given::Text(text) => text.clone(),
            Given::List(items) => items.join(",").into(),
        };
        Some(Doc::text(given))
    }
}

fn typed(declared: &Declared<'_>, name: &str, text: &Text) -> Said {
    if declared.is_ssm() {
        return unknown(name, Cause::NotInView(format!("SSM parameter {text}").into()));
    }
    if declared.is_list() {
        let items = text.split(',').map(str::trim).filter(|t| !t.is_empty());
        return Said::List(items.map(|t| Doc::new(one(declared.ty, t))).collect(), None);
    }
    match one(declared.ty, text) {
        Said::Text(text) => super::dynamic::text(&text),
        number => number,
    }
}

fn one(ty: &str, text: &str) -> Said {
    let number = ty == "Number" || ty == "List<Number>";
    if number && text.parse::<f64>().is_ok_and(f64::is_finite) {
        return Said::Number(text.into());
    }
    Said::Text(text.into())
}
