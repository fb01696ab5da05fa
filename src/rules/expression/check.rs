//! Names and types: a syntax tree becomes code, or a fault that says what does not fit.
//!
//! Owns variables, attributes, operators and literals; calls and macros are in `calls.rs`. Must not
//! evaluate anything but literals.

use std::sync::Arc;

use super::Fault;
use super::ast::{Expr, Ident, Kind, Op};
use super::code::{Code, Do, Node};
use super::types::{Scope, comparable, join, numeric, ordered};
use crate::base::text::{Span, Text};
use crate::model::schema::{KindId, ShapeId, Ty};
use crate::model::value::Val;

/// Checks a tree that was parsed from `text` with `base`.
///
/// # Errors
/// The first name or type that does not fit.
pub fn check(expr: &Expr, text: &str, base: usize, scope: &Scope<'_>) -> Result<Code, Fault> {
    let (name, ty) = scope.subject;
    let subject = Var { name: name.into(), ty: ty.clone(), label: name.into() };
    let mut checker = Checker { scope, text, base, vars: vec![subject], shown: scope.shown };
    let typed = checker.expr(expr)?;
    Ok(Code { node: Arc::new(typed.node), ty: typed.ty })
}

/// A node with its type.
pub(super) struct Typed {
    pub node: Node,
    pub ty: Ty,
}

pub(super) struct Var {
    pub name: Text,
    pub ty: Ty,
    pub label: Text,
}

pub(super) struct Checker<'a> {
    pub scope: &'a Scope<'a>,
    text: &'a str,
    base: usize,
    pub vars: Vec<Var>,
    /// True where secrets may not stand.
    pub shown: bool,
}

/// What checking a node gives.
pub(super) type Checked = Result<Typed, Fault>;

impl Checker<'_> {
    /// What was written there.
    pub fn source(&self, span: Span) -> &str {
        let at = |n: u32| (n as usize).saturating_sub(self.base);
        self.text.get(at(span.start)..at(span.end)).unwrap_or("")
    }

    pub fn say(&self, ty: &Ty) -> String {
        self.scope.schema.say(ty)
    }

    pub fn type_fault(&self, message: impl Into<String>, span: Span) -> Fault {
        Fault::new("rule::type", message, span)
    }

    /// A node labelled by its source.
    pub fn plain(&self, do_: Do, ty: Ty, span: Span) -> Typed {
        Typed { node: Node { do_, label: self.source(span).into(), span }, ty }
    }

    pub fn expr(&mut self, e: &Expr) -> Checked {
        let span = e.span;
        match &e.kind {
            Kind::Bool(b) => Ok(self.plain(Do::Const(Val::Bool(*b)), Ty::Bool, span)),
            Kind::Int(n) => Ok(self.plain(Do::Const(Val::Int(*n)), Ty::Int, span)),
            Kind::Num(n) => Ok(self.plain(Do::Const(Val::Num(*n)), Ty::Num, span)),
            Kind::Text(t) => Ok(self.plain(Do::Const(Val::Text(t.clone())), Ty::Text, span)),
            Kind::List(all) => self.list(all, span),
            Kind::Name(name) => self.name(name, span),
            Kind::Select(of, field) => self.select(of, field, span),
            Kind::Call(name, args) => self.call(name, args, span),
            Kind::Method(of, name, args) => self.method(of, name, args, span),
            Kind::Not(a) => {
                let a = self.bool(a, "`!`")?;
                Ok(self.plain(Do::Not(a.into()), Ty::Bool, span))
            }
            Kind::Neg(a) => {
                let a = self.expr(a)?;
                if !numeric(&a.ty) {
                    let found = self.say(&a.ty);
                    return Err(self.type_fault(format!("`-` needs a number, this is {found}"), a.node.span));
                }
                Ok(self.plain(Do::Neg(a.node.into()), a.ty, span))
            }
            Kind::And(all) => {
                let all = all.iter().map(|e| self.bool(e, "`&&`")).collect::<Result<_, _>>()?;
                Ok(self.plain(Do::And(all), Ty::Bool, span))
            }
            Kind::Or(all) => {
                let all = all.iter().map(|e| self.bool(e, "`||`")).collect::<Result<_, _>>()?;
                Ok(self.plain(Do::Or(all), Ty::Bool, span))
            }
            Kind::Binary(op, a, b) => self.binary(*op, a, b, span),
            Kind::If(test, yes, no) => self.choice(test, yes, no, span),
        }
    }

    /// A node that must be a condition.
    pub fn bool(&mut self, e: &Expr, who: &str) -> Result<Node, Fault> {
        let typed = self.expr(e)?;
        if typed.ty == Ty::Bool {
            return Ok(typed.node);
        }
        let fault =
            self.type_fault(format!("{who} needs bool, this is {}", self.say(&typed.ty)), typed.node.span);
        Err(match typed.ty {
            Ty::List(_) => fault.help("ask `size(…) > 0`, `exists` or `all`"),
            _ => fault.help("compare it with something, or ask `has(…)`"),
        })
    }

    fn list(&mut self, all: &[Expr], span: Span) -> Checked {
        let mut nodes = Vec::new();
        let mut ty: Option<Ty> = None;
        for e in all {
            let item = self.expr(e)?;
            ty = Some(match ty {
                None => item.ty,
                Some(before) => join(&before, &item.ty).ok_or_else(|| {
                    let (a, b) = (self.say(&before), self.say(&item.ty));
                    self.type_fault(format!("a list of {a} cannot hold {b}"), item.node.span)
                })?,
            });
            nodes.push(item.node);
        }
        let Some(ty) = ty else {
            let fault = self.type_fault("an empty list has no type", span);
            return Err(fault.help("compare `size(…)` with 0"));
        };
        let consts: Option<Vec<Val>> = nodes.iter().map(literal).collect();
        let do_ = consts.map_or(Do::List(nodes), |vals| Do::Const(Val::list(vals)));
        Ok(self.plain(do_, Ty::List(Box::new(ty)), span))
    }

    fn name(&mut self, name: &Text, span: Span) -> Checked {
        if let Some((slot, var)) = self.vars.iter().enumerate().rev().find(|(_, v)| v.name == *name) {
            let node = Node { do_: Do::Var(slot), label: var.label.clone(), span };
            return Ok(Typed { node, ty: var.ty.clone() });
        }
        if &**name == "params" {
            return Err(Fault::new("rule::unknown-variable", "`params` is no value by itself", span)
                .help("write `params.name`"));
        }
        let fault = Fault::new("rule::unknown-variable", format!("unknown variable `{name}`"), span);
        let known: Vec<&str> = self.vars.iter().map(|v| &*v.name).chain(["params"]).collect();
        let fault = fault.help(format!("known here: `{}`", known.join("`, `")));
        Err(fault.suggest(name, known))
    }

    fn select(&mut self, of: &Expr, field: &Ident, span: Span) -> Checked {
        if matches!(&of.kind, Kind::Name(n) if &**n == "params") {
            return self.param(field, span);
        }
        let of = self.expr(of)?;
        match &of.ty {
            Ty::Res(kinds) => {
                let kinds = kinds.clone();
                self.attribute(of, &kinds, field, span)
            }
            Ty::Record(shape) => {
                let shape = *shape;
                self.field(of, shape, field, span)
            }
            Ty::List(_) => {
                let fault = self.type_fault(format!("a list has no `{}`", field.text), field.span);
                Err(fault
                    .help(format!("ask its items: `.exists(x, x.{0} …)` or `.map(x, x.{0})`", field.text)))
            }
            other => {
                let fault = format!("{} has no `{}`", self.say(other), field.text);
                Err(self.type_fault(fault, field.span))
            }
        }
    }

    fn param(&mut self, field: &Ident, span: Span) -> Checked {
        match self.scope.params.iter().position(|p| p.name == field.text) {
            Some(i) => {
                let ty = self.scope.params.get(i).map_or(Ty::Bool, |p| p.ty.clone());
                Ok(self.plain(Do::Param(i), ty, span))
            }
            None => {
                let message = format!("unknown parameter `{}`", field.text);
                let fault = Fault::new("rule::unknown-param", message, field.span).help(format!(
                    "declare it: `params: {{ {}: {{ is: …, value: …, means: … }} }}`",
                    field.text
                ));
                Err(fault.suggest(&field.text, self.scope.params.iter().map(|p| &*p.name)))
            }
        }
    }

    fn attribute(&mut self, of: Typed, kinds: &[KindId], field: &Ident, span: Span) -> Checked {
        let schema = self.scope.schema;
        let name = &*field.text;
        let (mut slots, mut missing, mut ty, mut secret) = (Vec::new(), Vec::new(), None::<Ty>, false);
        for id in kinds {
            let kind = schema.kind(*id);
            let Some((attr, found)) = kind.attr(name) else {
                missing.push(&*kind.name);
                continue;
            };
            slots.push((*id, attr));
            secret |= found.secret;
            ty = Some(match ty {
                None => found.ty.clone(),
                Some(before) => join(&before, &found.ty).ok_or_else(|| {
                    let (a, b) = (schema.say(&before), schema.say(&found.ty));
                    self.type_fault(
                        format!("`{name}` is {a} on one kind and {b} on `{}`", kind.name),
                        field.span,
                    )
                })?,
            });
        }
        let Some(ty) = ty.filter(|_| missing.is_empty()) else {
            return Err(self.no_attribute(kinds, &missing, field));
        };
        if secret && self.shown {
            return Err(shown_secret(field));
        }
        let node = Node {
            do_: Do::Attr { of: of.node.into(), slots: slots.into(), secret },
            label: name.into(),
            span,
        };
        Ok(Typed { node, ty })
    }

    fn no_attribute(&self, kinds: &[KindId], missing: &[&str], field: &Ident) -> Fault {
        let code = "rule::unknown-attribute";
        let names = missing.join("`, `");
        if missing.len() < kinds.len() {
            let message = format!("not every kind here has `{}`: it is missing on `{names}`", field.text);
            return Fault::new(code, message, field.span).help("ask an attribute that all of them have");
        }
        let fault = Fault::new(code, format!("unknown attribute `{}` on `{names}`", field.text), field.span);
        let known = kinds.iter().flat_map(|id| self.scope.schema.kind(*id).attrs.iter());
        fault.suggest(&field.text, known.map(|a| &*a.name))
    }

    fn field(&mut self, of: Typed, shape: ShapeId, field: &Ident, span: Span) -> Checked {
        let shape = self.scope.schema.shape(shape);
        let found = shape.field(&field.text).and_then(|i| shape.fields.get(i).map(|f| (i, f)));
        let Some((index, found)) = found else {
            let message = format!("unknown field `{}` of `{}`", field.text, shape.name);
            let known: Vec<&str> = shape.fields.iter().map(|f| &*f.name).collect();
            let fault = Fault::new("rule::unknown-attribute", message, field.span);
            return Err(fault
                .help(format!("its fields: `{}`", known.join("`, `")))
                .suggest(&field.text, known));
        };
        if found.secret && self.shown {
            return Err(shown_secret(field));
        }
        let label = format!("{}.{}", of.node.label, field.text).into();
        let do_ = Do::Field { of: of.node.into(), index, secret: found.secret };
        Ok(Typed { node: Node { do_, label, span }, ty: found.ty.clone() })
    }

    fn binary(&mut self, op: Op, a: &Expr, b: &Expr, span: Span) -> Checked {
        let (a, b) = (self.expr(a)?, self.expr(b)?);
        let fits = match op {
            Op::Eq | Op::Ne => comparable(&a.ty, &b.ty),
            Op::Lt | Op::Le | Op::Gt | Op::Ge => ordered(&a.ty, &b.ty),
            Op::In => matches!(&b.ty, Ty::List(item) if comparable(&a.ty, item)),
            _ => return self.arithmetic(op, a, b, span),
        };
        if !fits {
            return Err(self.misfit(op, &a, &b, span));
        }
        Ok(self.plain(Do::Compare(op, a.node.into(), b.node.into()), Ty::Bool, span))
    }

    fn misfit(&self, op: Op, a: &Typed, b: &Typed, span: Span) -> Fault {
        let (left, right) = (self.say(&a.ty), self.say(&b.ty));
        match (op, &a.ty, &b.ty) {
            (Op::In, _, Ty::List(_)) => self.type_fault(format!("a {right} never holds {left}"), span),
            (Op::In, ..) => {
                let fault = self.type_fault(format!("`in` needs a list, this is {right}"), b.node.span);
                if b.ty == Ty::Text { fault.help("for part of a text use `.contains(…)`") } else { fault }
            }
            (Op::Eq | Op::Ne, Ty::List(_), Ty::List(_)) => self
                .type_fault("lists are not compared with each other", span)
                .help("use `all`, `exists` or `containsAny`"),
            (Op::Eq | Op::Ne, Ty::Res(_), Ty::Res(_)) => {
                self.type_fault(format!("comparing `{left}` with `{right}`: they are never the same"), span)
            }
            (Op::Eq | Op::Ne, ..) => {
                quotes(self.type_fault(format!("comparing {left} with {right}"), span), a, b)
            }
            _ if left == right => self.type_fault(format!("{left} has no order: `{}`", op.spelt()), span),
            _ => quotes(self.type_fault(format!("ordering {left} and {right}"), span), a, b),
        }
    }

    fn arithmetic(&mut self, op: Op, a: Typed, b: Typed, span: Span) -> Checked {
        let ty = match (op, &a.ty, &b.ty) {
            (Op::Add, Ty::Text, Ty::Text) => Some(Ty::Text),
            (Op::Add, Ty::List(_), Ty::List(_)) => join(&a.ty, &b.ty),
            (Op::Rem, Ty::Int, Ty::Int) => Some(Ty::Int),
            (Op::Rem, ..) => None,
            (_, x, y) if numeric(x) && numeric(y) => join(x, y),
            _ => None,
        };
        let Some(ty) = ty else {
            let message = format!("`{}` between {} and {}", op.spelt(), self.say(&a.ty), self.say(&b.ty));
            return Err(self.type_fault(message, span));
        };
        let real = ty == Ty::Num;
        Ok(self.plain(Do::Arith(op, a.node.into(), b.node.into(), real), ty, span))
    }

    fn choice(&mut self, test: &Expr, yes: &Expr, no: &Expr, span: Span) -> Checked {
        let test = self.bool(test, "the test of `?`")?;
        let (yes, no) = (self.expr(yes)?, self.expr(no)?);
        let Some(ty) = join(&yes.ty, &no.ty) else {
            let message = format!("`? :` gives {} or {}", self.say(&yes.ty), self.say(&no.ty));
            return Err(self.type_fault(message, span));
        };
        Ok(self.plain(Do::If(test.into(), yes.node.into(), no.node.into()), ty, span))
    }
}

fn literal(node: &Node) -> Option<Val> {
    match &node.do_ {
        Do::Const(val) => Some(val.clone()),
        _ => None,
    }
}

/// Adds the remedy for `flag == "true"` and `port > "80"`.
fn quotes(fault: Fault, a: &Typed, b: &Typed) -> Fault {
    for typed in [a, b] {
        if let Some(Val::Text(text)) = literal(&typed.node)
            && (matches!(&*text, "true" | "false") || text.parse::<f64>().is_ok())
        {
            return fault.help(format!("write `{text}` without quotes"));
        }
    }
    fault
}

fn shown_secret(field: &Ident) -> Fault {
    Fault::new("rule::secret", format!("`{}` is a secret and cannot be shown", field.text), field.span)
        .help("ask only `has(…)` about it")
}
