//! The role that SAM makes for a function or state machine, and its policies.

use std::sync::LazyLock;

use super::super::syntax::{self, text};
use super::build::made;
use crate::base::text::{Span, Text};
use crate::base::tree::{Entry, Limits, Node, NodeKind};

/// Statements of SAM's policy templates, by name.
static TEMPLATES: LazyLock<Option<Node>> =
    LazyLock::new(|| crate::base::json::parse(include_str!("policy_templates.json"), Limits::default()).ok());

const SERVICE_ROLE: &str = "policy/service-role/";

/// The properties of a function's role; `more`: the policies that its destinations need.
pub(super) fn of_function(properties: &Node, span: Span, more: Vec<Node>) -> Node {
    let get = |name: &str| properties.get(name);
    let mut managed = vec![format!("{SERVICE_ROLE}AWSLambdaBasicExecutionRole")];
    if get("Tracing").and_then(Node::text) == Some("Active") {
        managed.push("policy/AWSXrayWriteOnlyAccess".into());
    }
    if get("VpcConfig").is_some() {
        managed.push(format!("{SERVICE_ROLE}AWSLambdaVPCAccessExecutionRole"));
    }
    for event in get("Events").map(Node::entries).unwrap_or_default() {
        let name = match event.value.get("Type").and_then(Node::text) {
            Some("SQS") => "AWSLambdaSQSQueueExecutionRole",
            Some("Kinesis") => "AWSLambdaKinesisExecutionRole",
            Some("DynamoDB") => "AWSLambdaDynamoDBExecutionRole",
            Some("MSK") => "AWSLambdaMSKExecutionRole",
            Some("SNS")
                if event.value.get("Properties").is_some_and(|p| p.get("SqsSubscription").is_some()) =>
            {
                "AWSLambdaSQSQueueExecutionRole"
            }
            _ => continue,
        };
        managed.push(format!("{SERVICE_ROLE}{name}"));
    }
    managed.dedup();
    let mut inline = Vec::new();
    if let Some(queue) = get("DeadLetterQueue") {
        let action = if queue.get("Type").and_then(Node::text) == Some("SNS") {
            "sns:Publish"
        } else {
            "sqs:SendMessage"
        };
        inline.push(made(
            queue.span,
            r#"{"PolicyName": "DeadLetterQueuePolicy", "PolicyDocument": {"Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "$action", "Resource": "$queue"}]}}"#,
            &[("action", Some(text(queue.span, action))), ("queue", queue.get("TargetArn").cloned())],
        ));
    }
    inline.extend(more);
    role(properties, span, "lambda.amazonaws.com", managed, inline)
}

/// The properties of a state machine's role.
pub(super) fn of_state_machine(properties: &Node, span: Span) -> Node {
    let traced = properties.get("Tracing").and_then(|t| t.get("Enabled"));
    let managed = match traced.map(|n| &n.kind) {
        Some(NodeKind::Bool(true)) => vec!["policy/AWSXrayWriteOnlyAccess".to_owned()],
        _ => Vec::new(),
    };
    role(properties, span, "states.amazonaws.com", managed, Vec::new())
}

fn role(properties: &Node, span: Span, service: &str, managed: Vec<String>, mut inline: Vec<Node>) -> Node {
    let mut arns: Vec<Node> = managed.iter().map(|name| managed_arn(span, name)).collect();
    if let Some(policies) = properties.get("Policies") {
        let one = std::slice::from_ref(policies);
        let all = if matches!(policies.kind, NodeKind::List(_)) { policies.items() } else { one };
        for policy in all {
            sort_in(policy, &mut arns, &mut inline);
        }
    }
    let trust = properties.get("AssumeRolePolicyDocument").cloned().unwrap_or_else(|| {
        made(
            span,
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sts:AssumeRole"],
                "Principal": {"Service": ["$service"]}}]}"#,
            &[("service", Some(text(span, service)))],
        )
    });
    made(
        span,
        r#"{"AssumeRolePolicyDocument": "$trust", "ManagedPolicyArns": "$managed", "Policies": "$inline",
            "PermissionsBoundary": "$boundary", "Path": "$path"}"#,
        &[
            ("trust", Some(trust)),
            ("managed", Some(syntax::list(span, arns))),
            ("inline", Some(syntax::list(span, inline)).filter(|l| !l.items().is_empty())),
            ("boundary", properties.get("PermissionsBoundary").cloned()),
            ("path", properties.get("RolePath").cloned()),
        ],
    )
}

fn managed_arn(span: Span, name: &str) -> Node {
    syntax::make_sub(span, format!("arn:${{AWS::Partition}}:iam::aws:{name}"))
}

/// A policy is a managed one by name or ARN, a document, or one of SAM's templates.
fn sort_in(policy: &Node, arns: &mut Vec<Node>, inline: &mut Vec<Node>) {
    let span = policy.span;
    if let Some(name) = policy.text() {
        let is_arn = name.starts_with("arn:") || name.contains("{{");
        arns.push(if is_arn { policy.clone() } else { managed_arn(span, &format!("policy/{name}")) });
        return;
    }
    if let Some(("Fn::If", choice)) = syntax::call(policy)
        && let [condition, yes, no] = choice.items()
    {
        sort_in_if(span, condition, yes, (arns, inline), true);
        sort_in_if(span, condition, no, (arns, inline), false);
        return;
    }
    if syntax::call(policy).is_some() {
        // `AWS::NoValue` drops out when the list is evaluated.
        arns.push(policy.clone());
        return;
    }
    let name = Some(text(span, format!("Policy{}", inline.len())));
    if policy.get("Statement").is_some() {
        let holes = [("name", name), ("document", Some(policy.clone()))];
        inline.push(made(span, r#"{"PolicyName": "$name", "PolicyDocument": "$document"}"#, &holes));
        return;
    }
    for template in policy.entries() {
        let statements = statements(&template.key, &template.value, span);
        // A template of that name may be newer than this table: then what it allows is not known.
        let unknown = || {
            let name =
                made(span, r#"{"Name": "$name"}"#, &[("name", Some(text(span, template.key.clone())))]);
            syntax::map(span, [("Fn::Transform", name)])
        };
        let statements = statements.unwrap_or_else(unknown);
        inline.push(made(
            span,
            r#"{"PolicyName": "$name", "PolicyDocument": {"Version": "2012-10-17", "Statement": "$statements"}}"#,
            &[("name", name.clone()), ("statements", Some(statements))],
        ));
    }
}

/// One branch of a choice between policies: what it makes is there in its case only.
fn sort_in_if(
    span: Span,
    condition: &Node,
    branch: &Node,
    (arns, inline): (&mut Vec<Node>, &mut Vec<Node>),
    holds: bool,
) {
    if syntax::reference(branch) == Some("AWS::NoValue") {
        return;
    }
    let (known_arns, known_inline) = (arns.len(), inline.len());
    sort_in(branch, arns, inline);
    let nothing = || syntax::make_ref(span, "AWS::NoValue");
    let in_case = |made: Node| {
        let (yes, no) = if holds { (made, nothing()) } else { (nothing(), made) };
        syntax::map(span, [("Fn::If", syntax::list(span, vec![condition.clone(), yes, no]))])
    };
    let choose = |all: &mut Vec<Node>, from: usize| {
        let made = all.split_off(from);
        all.extend(made.into_iter().map(&in_case));
    };
    choose(arns, known_arns);
    choose(inline, known_inline);
}

fn statements(name: &str, parameters: &Node, span: Span) -> Option<Node> {
    let template = TEMPLATES.as_ref()?.get(name)?;
    Some(place(template, parameters, span))
}

/// A policy template with its parameters put in, at the place of the policy.
fn place(node: &Node, parameters: &Node, span: Span) -> Node {
    if let Some(value) = syntax::reference(node).and_then(|name| parameters.get(name)) {
        return value.clone();
    }
    let kind = match &node.kind {
        NodeKind::List(items) => NodeKind::List(items.iter().map(|n| place(n, parameters, span)).collect()),
        NodeKind::Map(entries) => {
            let entry = |e: &Entry| Entry {
                key: Text::clone(&e.key),
                key_span: span,
                value: place(&e.value, parameters, span),
            };
            NodeKind::Map(entries.iter().map(entry).collect())
        }
        other => other.clone(),
    };
    Node { span, tag: None, kind }
}
