//! Intrinsic functions.
//!
//! Owns the table of functions and what they share: cases go through a function one by one, and what
//! is made of something unknown is unknown for the same reasons. To add a function: one line in
//! [`call`] and one small function in the file of its family.

mod arns;
mod find_in_map;
mod json;
mod lists;
mod names;
mod texts;

pub(super) use texts::names as names_in_sub;

use super::eval::{Eval, unknown};
use super::text::known;
use crate::base::text::Text;
use crate::base::tree::Node;
use crate::model::cond::{Cond, World};
use crate::model::doc::{Doc, Part, Said};
use crate::model::truth::Truth;
use crate::model::why::{Cause, Reasons};

/// Calls a function by its long name.
pub(super) fn call(eval: &Eval<'_>, node: &Node, name: &str, argument: &Node) -> Said {
    match name {
        "Ref" => names::reference(eval, argument),
        "Fn::GetAtt" => names::attribute(eval, argument),
        "Fn::ImportValue" => names::import(eval, node, argument),
        "Fn::GetStackOutput" => names::stack_output(eval, node, argument),
        "Fn::Sub" => texts::sub(eval, argument),
        "Fn::Join" => texts::join(eval, node, argument),
        "Fn::Split" => texts::split(eval, node, argument),
        // What is encoded is what matters: user data stays readable.
        "Fn::Base64" => eval.doc(argument).said,
        "Fn::ToJsonString" => json::to_json_string(eval, node, argument),
        "Fn::Select" => lists::select(eval, node, argument),
        "Fn::GetAZs" => lists::zones(eval, argument),
        "Fn::Cidr" => lists::cidr(eval, node, argument),
        "Fn::Length" => lists::length(eval, node, argument),
        "Fn::FindInMap" => find_in_map::find(eval, node, argument),
        "Fn::If" => choose(eval, node, argument),
        "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" | "Fn::Condition" => truth(eval, node),
        _ => unsupported(eval, node, name, argument),
    }
}

/// `Fn::If`: decided, or the two cases.
fn choose(eval: &Eval<'_>, node: &Node, argument: &Node) -> Said {
    let [condition, yes, no] = argument.items() else {
        return malformed(eval, node, "`Fn::If` takes a condition's name and two values");
    };
    let cond = match condition.text() {
        Some(name) => eval.named(name, condition),
        None => eval.formula(condition, None),
    };
    match cond {
        Cond::Const(true) => eval.doc(yes).said,
        Cond::Const(false) => eval.doc(no).said,
        open => {
            let (yes, no) = (eval.doc(yes), eval.doc(no));
            if yes.said == no.said {
                return yes.said;
            }
            let not = open.negate();
            Said::Cases([(open, yes), (not, no)].into())
        }
    }
}

/// A condition where a value is expected.
fn truth(eval: &Eval<'_>, node: &Node) -> Said {
    match eval.formula(node, None) {
        Cond::Const(b) => Said::Bool(b),
        open => {
            let not = open.negate();
            Said::Cases([(open, Doc::new(Said::Bool(true))), (not, Doc::new(Said::Bool(false)))].into())
        }
    }
}

fn unsupported(eval: &Eval<'_>, node: &Node, name: &str, argument: &Node) -> Said {
    let macro_name = argument.get("Name").and_then(Node::text).filter(|_| name == "Fn::Transform");
    let function: Text = macro_name.map_or_else(|| name.into(), |m| format!("{name} {m}").into());
    if name != "Fn::Transform" {
        let message = format!("`{name}` is not a function that archlint evaluates");
        eval.warn("cfn::function", node.span, message, "its value is taken as unknown");
    }
    unknown(function.clone(), Cause::Unsupported(function))
}

/// A call with the wrong arguments.
fn malformed(eval: &Eval<'_>, node: &Node, message: &str) -> Said {
    eval.warn("cfn::function", node.span, message.to_owned(), "correct the call");
    let written = eval.written(node);
    unknown(written.clone(), Cause::Malformed(format!("`{written}`").into()))
}

/// Applies a function to a value, case by case.
pub(super) fn each_case(doc: Doc, function: &dyn Fn(Doc) -> Said) -> Said {
    let Said::Cases(all) = &doc.said else { return function(doc) };
    let mapped = all.iter().map(|(cond, case)| {
        let place = case.place.or(doc.place);
        (cond.clone(), Doc::at(each_case(case.clone(), function), place))
    });
    Said::Cases(mapped.collect())
}

/// What a call gives whose operands are not all known: unknown, for their reasons.
fn derived(eval: &Eval<'_>, node: &Node, operands: &[&Doc]) -> Said {
    let what = eval.scope.own(&eval.written(node));
    let mut all: Option<Reasons> = None;
    for doc in operands {
        if let Said::Hidden { literal } = doc.said {
            return Said::Hidden { literal };
        }
        for cause in causes(doc) {
            let one = Reasons::one(what.clone(), cause);
            all = Some(all.map_or_else(|| one.clone(), |a| a.and(&one)));
        }
    }
    all.map_or_else(|| unknown(what.clone(), Cause::Malformed(format!("`{what}`").into())), Said::Unknown)
}

/// Why a value is not known; nothing for one that is.
fn causes(doc: &Doc) -> Vec<Cause> {
    match &doc.said {
        Said::Unknown(reasons) => reasons.iter().map(|w| w.cause.clone()).collect(),
        Said::Ref(_) | Said::Symbol { .. } => vec![Cause::AfterApply],
        Said::Template(parts) => parts
            .iter()
            .flat_map(|p| match p {
                Part::Hole(hole) => causes(hole),
                Part::Text(_) => Vec::new(),
            })
            .collect(),
        Said::List(items, more) => {
            let more = more.iter().flat_map(|r| r.iter().map(|w| w.cause.clone()));
            items.iter().flat_map(causes).chain(more).collect()
        }
        Said::Cases(all) => all
            .iter()
            .flat_map(|(cond, d)| match cond.truth(&World::default()) {
                Truth::Unknown(open) => open.iter().map(|w| w.cause.clone()).chain(causes(d)).collect(),
                _ => causes(d),
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// True for an item that has no value in some case.
fn may_be_none(item: &Doc) -> bool {
    matches!(&item.said, Said::Cases(all) if all.iter().any(|(_, d)| d.said == Said::Null || may_be_none(d)))
}

/// A known whole number.
fn whole(doc: &Doc) -> Option<usize> {
    known(doc)?.trim().parse().ok()
}
