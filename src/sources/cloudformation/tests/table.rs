//! `fixtures/cfn/intrinsics.yaml`: what each function gives, in short and long form.

use super::*;
use crate::base::tree::{Limits, Node, NodeKind};

#[test]
fn functions_give_what_the_user_guide_says() {
    let table =
        crate::base::yaml::parse(include_str!("../../../../fixtures/cfn/intrinsics.yaml"), Limits::default());
    let table = table.unwrap();
    let sections = table.get("sections").and_then(Node::text).unwrap();
    let mut wrong = Vec::new();
    for case in table.get("cases").unwrap().items() {
        let [short, long, want] = case.items() else { panic!("three items: {case:?}") };
        let want = scalars(want);
        for spelt in [short, long].map(|n| n.text().unwrap()) {
            let got = value(sections, spelt);
            if got != want {
                wrong.push(format!("{spelt}: {got:?}, not {want:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The value that an expression has, its scalars as text; `None` if any part of it is not known.
fn value(sections: &str, spelt: &str) -> Option<String> {
    let text = format!(
        "{sections}\nResources:\n  Vpc: {{Type: AWS::EC2::VPC}}\n  Db: {{Type: AWS::RDS::DBInstance}}\n  X: {{Type: AWS::X::Y, Properties: {{V: {spelt}}}}}\n"
    );
    let options = Options {
        region: Some("us-east-1".into()),
        account: Some("123456789012".into()),
        stack_name: Some("shop".into()),
        ..Options::default()
    };
    let all = batches(&text, &options).unwrap_or_else(|errors| panic!("{spelt}: {errors:?}"));
    let x = all.iter().flat_map(|b| &b.resources).find(|r| &*r.address == "X").unwrap();
    known(x.body.get("V")?)
}

fn known(doc: &Doc) -> Option<String> {
    let list = |all: Option<Vec<String>>| all.map(|all| format!("{all:?}"));
    match &doc.said {
        Said::Bool(b) => Some(b.to_string()),
        Said::Number(t) | Said::Text(t) => Some(t.to_string()),
        Said::List(items, None) => list(items.iter().map(known).collect()),
        Said::Map(entries) => {
            list(entries.iter().map(|(k, v)| Some(format!("{k}: {}", known(v)?))).collect())
        }
        _ => None,
    }
}

fn scalars(node: &Node) -> Option<String> {
    let list = |all: Option<Vec<String>>| all.map(|all| format!("{all:?}"));
    match &node.kind {
        NodeKind::Null => None,
        NodeKind::Bool(b) => Some(b.to_string()),
        NodeKind::Number(t) | NodeKind::Text(t) => Some(t.to_string()),
        NodeKind::List(items) => list(items.iter().map(scalars).collect()),
        NodeKind::Map(entries) => {
            list(entries.iter().map(|e| Some(format!("{}: {}", e.key, scalars(&e.value)?))).collect())
        }
    }
}
