//! Calls and macros: how many arguments, of which types, giving what.

use regex::RegexBuilder;

use super::Fault;
use super::ast::{Expr, Ident, Kind};
use super::check::{Checked, Checker, Typed, Var};
use super::code::{Do, Each, Node};
use super::functions::{Fold, Style, TABLE, TextTest, find};
use super::types::{comparable, numeric};
use crate::base::text::Span;
use crate::model::schema::Ty;

/// Bytes that a compiled regular expression may take.
const REGEX_SIZE: usize = 1 << 20;

impl Checker<'_> {
    pub(super) fn call(&mut self, name: &Ident, args: &[Expr], span: Span) -> Checked {
        match (&*name.text, args) {
            ("has", [of]) => self.has(of, span),
            ("known", [of]) => {
                let of = self.hushed(of)?;
                Ok(self.plain(Do::Known(of.node.into()), Ty::Bool, span))
            }
            ("size", [of]) => self.size(of, span),
            ("all", [kind]) => self.every(kind, span),
            _ => Err(self.no_call(name, Style::Global)),
        }
    }

    pub(super) fn method(&mut self, of: &Expr, name: &Ident, args: &[Expr], span: Span) -> Checked {
        let each = match &*name.text {
            "exists" => Some(Each::Exists),
            "all" => Some(Each::All),
            "exists_one" => Some(Each::ExistsOne),
            "filter" => Some(Each::Filter),
            "map" => Some(Each::Map),
            _ => None,
        };
        match (each, &*name.text, args) {
            (Some(each), _, [var, body]) => self.each(each, of, name, var, body, span),
            (None, "size", []) => self.size(of, span),
            (None, "startsWith", [arg]) => self.text_test(TextTest::Starts, of, arg, name, span),
            (None, "endsWith", [arg]) => self.text_test(TextTest::Ends, of, arg, name, span),
            (None, "contains", [arg]) => self.text_test(TextTest::Contains, of, arg, name, span),
            (None, "matches", [arg]) => self.matches(of, arg, name, span),
            (None, "lowerAscii", []) => {
                let of = self.of_type(of, name, &Ty::Text)?;
                Ok(self.plain(Do::Lower(of.into()), Ty::Text, span))
            }
            (None, "flatten", []) => self.fold(Fold::Flatten, of, name, span),
            (None, "distinct", []) => self.fold(Fold::Distinct, of, name, span),
            (None, "sum", []) => self.fold(Fold::Sum, of, name, span),
            (None, "min", []) => self.fold(Fold::Min, of, name, span),
            (None, "max", []) => self.fold(Fold::Max, of, name, span),
            (None, "join", [by]) => {
                let (list, item) = self.list_of(of, name)?;
                if matches!(item, Ty::List(_) | Ty::Record(_)) {
                    return Err(
                        self.type_fault("`join` needs a list of text, numbers or resources", list.node.span)
                    );
                }
                let by = self.of_type(by, name, &Ty::Text)?;
                Ok(self.plain(Do::Join(list.node.into(), by.into()), Ty::Text, span))
            }
            (None, "containsAny", [other]) => {
                let (list, item) = self.list_of(of, name)?;
                let (other, wanted) = self.list_of(other, name)?;
                if !comparable(&item, &wanted) {
                    let (a, b) = (self.say(&item), self.say(&wanted));
                    return Err(self.type_fault(format!("a list of {a} never holds {b}"), other.node.span));
                }
                Ok(self.plain(Do::ContainsAny(list.node.into(), other.node.into()), Ty::Bool, span))
            }
            _ => Err(self.no_call(name, Style::Method)),
        }
    }

    fn no_call(&self, name: &Ident, style: Style) -> Fault {
        let code = "rule::unknown-function";
        match find(&name.text) {
            Some(f) if f.style == style || f.style == Style::Both => {
                Fault::new(code, format!("`{}` is called with other arguments", name.text), name.span)
                    .help(format!("write `{}`", f.usage))
            }
            Some(f) => Fault::new(code, format!("`{}` is called in another way", name.text), name.span)
                .help(format!("write `{}`", f.usage)),
            None => Fault::new(code, format!("unknown function `{}`", name.text), name.span)
                .suggest(&name.text, TABLE.iter().map(|f| f.name)),
        }
    }

    /// Checks what is only asked about, never shown.
    fn hushed(&mut self, e: &Expr) -> Checked {
        let shown = std::mem::replace(&mut self.shown, false);
        let typed = self.expr(e);
        self.shown = shown;
        typed
    }

    fn has(&mut self, of: &Expr, span: Span) -> Checked {
        let of = self.hushed(of)?;
        if !matches!(of.node.do_, Do::Attr { .. } | Do::Field { .. } | Do::Var(_)) {
            let fault = self.type_fault("`has` needs an attribute", of.node.span);
            return Err(fault.help("write `has(resource.attribute)`; for lists ask `size(…) > 0`"));
        }
        Ok(self.plain(Do::Has(of.node.into()), Ty::Bool, span))
    }

    fn size(&mut self, of: &Expr, span: Span) -> Checked {
        let of = self.hushed(of)?;
        if !matches!(of.ty, Ty::List(_) | Ty::Text) {
            let found = self.say(&of.ty);
            return Err(
                self.type_fault(format!("`size` needs a list or text, this is {found}"), of.node.span)
            );
        }
        Ok(self.plain(Do::Size(of.node.into()), Ty::Int, span))
    }

    fn every(&mut self, kind: &Expr, span: Span) -> Checked {
        let Kind::Text(name) = &kind.kind else {
            let fault = self.type_fault("`all` needs the name of a kind or role in quotes", kind.span);
            return Err(fault.help("write `all(\"kind\")`, or `list.all(x, condition)`"));
        };
        let schema = self.scope.schema;
        let Some(mut kinds) = schema.target(name) else {
            return Err(Fault::new(
                "rule::unknown-kind",
                format!("unknown kind or role `{name}`"),
                kind.span,
            )
            .suggest(name, schema.names()));
        };
        kinds.sort();
        let ty = Ty::List(Box::new(Ty::Res(kinds.clone())));
        Ok(self.plain(Do::All(kinds.into()), ty, span))
    }

    fn of_type(&mut self, e: &Expr, name: &Ident, ty: &Ty) -> Result<Node, Fault> {
        let typed = self.expr(e)?;
        self.fits(typed, name, ty)
    }

    fn fits(&self, typed: Typed, name: &Ident, ty: &Ty) -> Result<Node, Fault> {
        if typed.ty == *ty {
            return Ok(typed.node);
        }
        let (wanted, found) = (self.say(ty), self.say(&typed.ty));
        let message = format!("`{}` needs {wanted}, this is {found}", name.text);
        Err(self.type_fault(message, typed.node.span))
    }

    fn list_of(&mut self, e: &Expr, name: &Ident) -> Result<(Typed, Ty), Fault> {
        let typed = self.expr(e)?;
        if let Ty::List(item) = &typed.ty {
            let item = (**item).clone();
            return Ok((typed, item));
        }
        let message = format!("`{}` needs a list, this is {}", name.text, self.say(&typed.ty));
        Err(self.type_fault(message, typed.node.span))
    }

    fn text_test(&mut self, test: TextTest, of: &Expr, arg: &Expr, name: &Ident, span: Span) -> Checked {
        let subject = self.expr(of)?;
        if matches!(subject.ty, Ty::List(_)) && test == TextTest::Contains {
            let fault = self.type_fault("`contains` needs text, this is a list", subject.node.span);
            return Err(fault.help("write `x in list`"));
        }
        let of = self.fits(subject, name, &Ty::Text)?;
        let arg = self.of_type(arg, name, &Ty::Text)?;
        Ok(self.plain(Do::TextTest(test, of.into(), arg.into()), Ty::Bool, span))
    }

    fn matches(&mut self, of: &Expr, arg: &Expr, name: &Ident, span: Span) -> Checked {
        let of = self.of_type(of, name, &Ty::Text)?;
        let Kind::Text(pattern) = &arg.kind else {
            return Err(self.type_fault("the pattern of `matches` must be a literal", arg.span));
        };
        match RegexBuilder::new(pattern).size_limit(REGEX_SIZE).build() {
            Ok(regex) => Ok(self.plain(Do::Matches(of.into(), regex.into()), Ty::Bool, span)),
            Err(error) => {
                let words = error.to_string();
                let last = words.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned();
                Err(Fault::new("rule::regex", format!("not a regular expression: {last}"), arg.span))
            }
        }
    }

    fn fold(&mut self, fold: Fold, of: &Expr, name: &Ident, span: Span) -> Checked {
        let (list, item) = self.list_of(of, name)?;
        let ty = match (fold, &item) {
            (Fold::Flatten, Ty::List(_)) => Some(item.clone()),
            (Fold::Distinct, item) if comparable(item, item) => Some(list.ty.clone()),
            (Fold::Sum | Fold::Min | Fold::Max, item) if numeric(item) => Some(item.clone()),
            _ => None,
        };
        let Some(ty) = ty else {
            let wanted = match fold {
                Fold::Flatten => "lists",
                Fold::Distinct => "text, numbers, bools or resources",
                _ => "numbers",
            };
            let message = format!("`{}` needs a list of {wanted}, this is {}", name.text, self.say(&list.ty));
            return Err(self.type_fault(message, list.node.span));
        };
        let label = list.node.label.clone();
        let node = Node { do_: Do::Fold(fold, list.node.into()), label, span };
        Ok(Typed { node, ty })
    }

    fn each(&mut self, each: Each, of: &Expr, name: &Ident, var: &Expr, body: &Expr, span: Span) -> Checked {
        let (list, item) = self.list_of(of, name)?;
        let Kind::Name(bound) = &var.kind else {
            let fault =
                self.type_fault(format!("`{}` needs the name of a variable first", name.text), var.span);
            return Err(fault.help(format!("write `list.{}(x, …)`", name.text)));
        };
        if &**bound == "params" || self.vars.iter().any(|v| v.name == *bound) {
            let fault =
                Fault::new("rule::variable-taken", format!("`{bound}` means something already"), var.span);
            return Err(fault.help("choose another name"));
        }
        let slot = self.vars.len();
        let label = format!("{}[..]", list.node.label).into();
        self.vars.push(Var { name: bound.clone(), ty: item, label });
        let inner = if each == Each::Map {
            self.expr(body)
        } else {
            let who = format!("`{}`", name.text);
            self.bool(body, &who).map(|node| Typed { node, ty: Ty::Bool })
        };
        self.vars.pop();
        let inner = inner?;
        let (ty, label) = match each {
            Each::Map => (Ty::List(Box::new(inner.ty)), self.source(span).into()),
            Each::Filter => (list.ty, list.node.label.clone()),
            _ => (Ty::Bool, self.source(span).into()),
        };
        let do_ = Do::Each { each, list: list.node.into(), slot, body: inner.node.into() };
        Ok(Typed { node: Node { do_, label, span }, ty })
    }
}
