//! Templates and what they say: each test is a template and the dump of a value in it.

mod conditions;
mod functions;
mod sam;
mod stacks;
mod table;

use super::{Input, Options, Parameters, read};
use crate::base::text::{Files, Text};
use crate::diag::Diagnostic;
use crate::model::cond::Cond;
use crate::model::doc::{Doc, Part, Raw, Said};
use crate::sources::Batch;

/// Reads a template from memory.
fn batches(text: &str, options: &Options) -> Result<Vec<Batch>, Vec<Diagnostic>> {
    let input = Input::Text { name: "t.yaml".into(), text: text.into(), path: None };
    read(&[input], &mut Files::default(), options)
}

fn resources(text: &str) -> Vec<Raw> {
    batches(text, &Options::default()).unwrap().into_iter().flat_map(|b| b.resources).collect()
}

/// Checks the value of the property `V` of the resource `X`, given as YAML after `sections`.
fn check_value(sections: &str, value: &str, want: &str) {
    let text = format!(
        "{sections}\nResources:\n  Vpc: {{Type: AWS::EC2::VPC}}\n  Db: {{Type: AWS::RDS::DBInstance}}\n  X:\n    Type: AWS::X::Y\n    Properties:\n      V: {value}\n"
    );
    let all = resources(&text);
    let x = all.iter().find(|r| &*r.address == "X").unwrap();
    let got = x.body.get("V").map_or("(absent)".into(), show);
    assert_eq!(got, want, "{value}");
}

/// The messages of the problems of a template.
fn problems(text: &str) -> Vec<String> {
    let told = |d: &Diagnostic| format!("{}: {}", d.code, d.message);
    match batches(text, &Options::default()) {
        Ok(batches) => batches.iter().flat_map(|b| b.problems.iter().map(told)).collect(),
        Err(errors) => errors.iter().map(|d| format!("error {}", told(d))).collect(),
    }
}

pub(super) fn show(doc: &Doc) -> String {
    let all = |docs: &[Doc]| docs.iter().map(show).collect::<Vec<_>>().join(", ");
    match &doc.said {
        Said::Null => "none".into(),
        Said::Bool(b) => b.to_string(),
        Said::Number(n) => n.to_string(),
        Said::Text(t) => format!("{t:?}"),
        Said::Symbol { family, name } => format!("<{family}: {name}>"),
        Said::List(items, None) => format!("[{}]", all(items)),
        Said::List(items, Some(_)) => format!("[{}, ...]", all(items)),
        Said::Map(entries) => {
            let all: Vec<_> = entries.iter().map(|(k, v)| format!("{k}: {}", show(v))).collect();
            format!("{{{}}}", all.join(", "))
        }
        Said::Ref(r) if r.attribute.is_empty() => format!("@{}", r.targets.join("|")),
        Said::Ref(r) => format!("@{}.{}", r.targets.join("|"), r.attribute),
        Said::Template(parts) => {
            let part = |p: &Part| match p {
                Part::Text(t) => t.to_string(),
                Part::Hole(d) => format!("${{{}}}", show(d)),
            };
            format!("`{}`", parts.iter().map(part).collect::<String>())
        }
        Said::Cases(cases) => {
            let all: Vec<_> = cases.iter().map(|(c, d)| format!("{} -> {}", show_cond(c), show(d))).collect();
            format!("({})", all.join(" | "))
        }
        Said::Hidden { literal } => format!("hidden {}", literal.map_or("?".into(), |b| b.to_string())),
        Said::Unknown(reasons) => {
            let all: Vec<Text> = reasons.iter().map(|w| w.cause.say().into()).collect();
            format!("?({})", all.join("; "))
        }
    }
}

fn show_cond(cond: &Cond) -> String {
    let all = |c: &[Cond], with: &str| c.iter().map(show_cond).collect::<Vec<_>>().join(with);
    match cond {
        Cond::Const(b) => b.to_string(),
        Cond::Atom(a) => a.text.to_string(),
        Cond::Open(_) => "open".to_owned(),
        Cond::Not(inner) => format!("not {}", show_cond(inner)),
        Cond::And(c) => format!("({})", all(c, " and ")),
        Cond::Or(c) => format!("({})", all(c, " or ")),
    }
}
