//! Destinations and dead-letter queues that SAM makes for functions and rules.

use super::super::syntax::{make_get, make_ref, text};
use super::super::template::Resource;
use super::Sam;
use super::build::{made, with, without};
use crate::base::text::Span;
use crate::base::tree::{Node, NodeKind};

/// What a destination of a type lets the function do.
fn action(ty: &str) -> Option<&'static str> {
    match ty {
        "SQS" => Some("sqs:SendMessage"),
        "SNS" => Some("sns:publish"),
        "Lambda" => Some("lambda:InvokeFunction"),
        "EventBridge" => Some("events:PutEvents"),
        _ => None,
    }
}

impl Sam<'_> {
    /// `EventInvokeConfig` with the destinations that SAM makes where a type is given and no address;
    /// and the policies that the function's role gets for its destinations.
    pub(super) fn destinations(&mut self, of: &Resource, config: &Node) -> (Node, Vec<Node>) {
        let mut policies = Vec::new();
        let Some(all) = config.get("DestinationConfig") else { return (config.clone(), policies) };
        let mut written = all.clone();
        if let NodeKind::Map(entries) = &mut written.kind {
            for entry in entries {
                let span = entry.value.span;
                let ty = entry.value.get("Type").and_then(Node::text).unwrap_or_default().to_owned();
                let id = format!("{}EventInvokeConfig{}", of.id, entry.key);
                let address = match (entry.value.get("Destination"), &*ty) {
                    (Some(given), _) => given.clone(),
                    (None, "SQS") => self.queue(of, format!("{id}Queue"), span),
                    (None, "SNS") => {
                        let id = format!("{id}Topic");
                        self.add(of, &*id, "AWS::SNS::Topic", span, made(span, "{}", &[]));
                        make_ref(span, id)
                    }
                    _ => continue,
                };
                if let Some(action) = action(&ty) {
                    let name = format!("{id}{ty}Policy");
                    let holes = [
                        ("name", Some(text(span, name))),
                        ("action", Some(text(span, action))),
                        ("to", Some(address.clone())),
                    ];
                    let sketch = r#"{"PolicyName": "$name", "PolicyDocument": {"Version": "2012-10-17",
                        "Statement": [{"Effect": "Allow", "Action": "$action", "Resource": "$to"}]}}"#;
                    policies.push(made(span, sketch, &holes));
                }
                let more = made(span, r#"{"Destination": "$to"}"#, &[("to", Some(address))]);
                entry.value = with(without(entry.value.clone(), &["Type"]), more);
            }
        }
        let more = made(config.span, r#"{"DestinationConfig": "$all"}"#, &[("all", Some(written))]);
        (with(without(config.clone(), &["DestinationConfig"]), more), policies)
    }

    /// The dead-letter configuration of a rule's target: the user's queue, or one that SAM makes
    /// (`Type: SQS`) with the policy that lets the rule send to it.
    pub(super) fn dead_letters(&mut self, of: &Resource, rule: &str, config: Option<Node>) -> Option<Node> {
        let config = config?;
        if config.get("Arn").is_some() {
            return Some(without(config, &["Type", "QueueLogicalId"]));
        }
        let span = config.span;
        let given = config.get("QueueLogicalId").and_then(Node::text);
        let id = given.map_or_else(|| format!("{rule}Queue"), str::to_owned);
        let arn = self.queue(of, id.clone(), span);
        let policy = made(
            span,
            r#"{"PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage",
                "Principal": {"Service": "events.amazonaws.com"}, "Resource": "$queue",
                "Condition": {"ArnEquals": {"aws:SourceArn": "$rule"}}}]}, "Queues": ["$url"]}"#,
            &[
                ("queue", Some(arn.clone())),
                ("rule", Some(make_get(span, rule, "Arn"))),
                ("url", Some(make_ref(span, id.clone()))),
            ],
        );
        self.add(of, format!("{id}Policy"), "AWS::SQS::QueuePolicy", span, policy);
        Some(made(span, r#"{"Arn": "$arn"}"#, &[("arn", Some(arn))]))
    }

    /// Adds a queue with nothing set; its ARN.
    pub(super) fn queue(&mut self, of: &Resource, id: String, span: Span) -> Node {
        let arn = make_get(span, &id, "Arn");
        self.add(of, id, "AWS::SQS::Queue", span, made(span, "{}", &[]));
        arn
    }
}
