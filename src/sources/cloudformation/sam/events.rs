//! Events of functions and state machines: rules, subscriptions, mappings, permissions, routes.

use super::super::syntax::{list, make_get, make_ref, make_sub, map, reference, text};
use super::super::template::Resource;
use super::build::{made, with, without};
use super::{Route, Sam, Target, id_part};
use crate::base::text::{Span, Text};
use crate::base::tree::{Entry, Node, NodeKind};

/// One event of a resource.
struct Event<'a> {
    of: &'a Resource,
    /// `{Resource}{Event}`.
    id: String,
    span: Span,
    properties: &'a Node,
    target: &'a Target,
}

impl Event<'_> {
    fn get(&self, name: &str) -> Option<Node> {
        self.properties.get(name).cloned()
    }

    fn arn(&self) -> (&'static str, Option<Node>) {
        ("arn", Some(self.target.arn.clone()))
    }

    fn id_text(&self, suffix: &str) -> Option<Node> {
        Some(text(self.span, format!("{}{suffix}", self.id)))
    }
}

impl Sam<'_> {
    pub(super) fn events(&mut self, resource: &Resource, properties: &Node, target: &Target) {
        let empty = made(resource.span, "{}", &[]);
        for entry in properties.get("Events").map(Node::entries).unwrap_or_default() {
            let event = Event {
                of: resource,
                id: format!("{}{}", resource.id, entry.key),
                span: Span { start: entry.key_span.start, end: entry.value.span.end.max(entry.key_span.end) },
                properties: entry.value.get("Properties").unwrap_or(&empty),
                target,
            };
            match entry.value.get("Type").and_then(Node::text).unwrap_or("") {
                "Api" => self.route(&event, false),
                "HttpApi" => self.route(&event, true),
                "SQS" => self.mapping(&event, &["Queue"]),
                "Kinesis" | "DynamoDB" | "MSK" => self.mapping(&event, &["Stream"]),
                "MQ" => self.mapping(&event, &["Broker"]),
                "DocumentDB" => self.mapping(&event, &["Cluster"]),
                "SelfManagedKafka" => self.mapping(&event, &[]),
                "SNS" => self.topic(&event),
                "S3" => self.bucket(&event),
                "Schedule" => self.rule(&event, "ScheduleExpression", "Schedule"),
                "EventBridgeRule" | "CloudWatchEvent" => self.rule(&event, "EventPattern", "Pattern"),
                "ScheduleV2" => self.schedule(&event),
                "CloudWatchLogs" => self.logs(&event),
                "Cognito" => self.pool(&event),
                "IoTRule" => self.topic_rule(&event),
                "AlexaSkill" => self.permission(&event, "alexa-appkit.amazon.com", None),
                _ => {}
            }
        }
    }

    fn permission(&mut self, event: &Event<'_>, service: &str, source: Option<Node>) {
        self.named_permission(event, "Permission", service, source);
    }

    fn named_permission(&mut self, event: &Event<'_>, suffix: &str, service: &str, source: Option<Node>) {
        // A bucket's name says nothing of its owner.
        let account = (service == "s3.amazonaws.com").then(|| make_ref(event.span, "AWS::AccountId"));
        let permission = made(
            event.span,
            r#"{"Action": "lambda:InvokeFunction", "FunctionName": "$arn", "Principal": "$service",
                "SourceArn": "$source", "SourceAccount": "$account"}"#,
            &[
                event.arn(),
                ("service", Some(text(event.span, service))),
                ("source", source),
                ("account", account),
            ],
        );
        self.add(
            event.of,
            format!("{}{suffix}", event.id),
            "AWS::Lambda::Permission",
            event.span,
            permission,
        );
    }

    fn mapping(&mut self, event: &Event<'_>, source: &[&str]) {
        let arn = source.iter().find_map(|name| event.get(name));
        let more = made(
            event.span,
            r#"{"EventSourceArn": "$source", "FunctionName": "$arn"}"#,
            &[event.arn(), ("source", arn)],
        );
        let own = without(event.properties.clone(), source);
        self.add(event.of, &*event.id, "AWS::Lambda::EventSourceMapping", event.span, with(own, more));
    }

    fn topic(&mut self, event: &Event<'_>) {
        let through_queue =
            event.properties.get("SqsSubscription").filter(|n| n.kind != NodeKind::Bool(false));
        let topic = event.get("Topic");
        let (protocol, endpoint) = match through_queue {
            Some(queue) => ("sqs", self.queue_between(event, queue)),
            None => ("lambda", event.target.arn.clone()),
        };
        let subscription = made(
            event.span,
            r#"{"Endpoint": "$endpoint", "Protocol": "$protocol", "TopicArn": "$topic",
                "FilterPolicy": "$filter", "RedrivePolicy": "$redrive", "Region": "$region"}"#,
            &[
                ("endpoint", Some(endpoint)),
                ("protocol", Some(text(event.span, protocol))),
                ("topic", topic.clone()),
                ("filter", event.get("FilterPolicy")),
                ("redrive", event.get("RedrivePolicy")),
                ("region", event.get("Region")),
            ],
        );
        self.add(event.of, &*event.id, "AWS::SNS::Subscription", event.span, subscription);
        if through_queue.is_none() {
            self.permission(event, "sns.amazonaws.com", topic);
        }
    }

    /// The queue between a topic and a function: the user's, or one that SAM makes.
    fn queue_between(&mut self, event: &Event<'_>, settings: &Node) -> Node {
        let span = event.span;
        let queue_id = format!("{}Queue", event.id);
        let arn = settings.get("QueueArn").cloned().unwrap_or_else(|| make_get(span, &queue_id, "Arn"));
        if settings.get("QueueArn").is_none() {
            self.queue(event.of, queue_id.clone(), span);
        }
        let url = settings.get("QueueUrl").cloned().unwrap_or_else(|| make_ref(span, queue_id));
        let policy = made(
            span,
            r#"{"PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage",
                "Principal": "*", "Resource": "$queue", "Condition": {"ArnEquals": {"aws:SourceArn": "$topic"}}}]},
                "Queues": ["$url"]}"#,
            &[("queue", Some(arn.clone())), ("topic", event.get("Topic")), ("url", Some(url))],
        );
        self.add(event.of, format!("{}QueuePolicy", event.id), "AWS::SQS::QueuePolicy", span, policy);
        let mapping = made(
            span,
            r#"{"EventSourceArn": "$queue", "FunctionName": "$arn", "BatchSize": "$batch", "Enabled": "$enabled"}"#,
            &[
                ("queue", Some(arn.clone())),
                event.arn(),
                ("batch", Some(settings.get("BatchSize").cloned().unwrap_or_else(|| number(span, "10")))),
                ("enabled", settings.get("Enabled").cloned()),
            ],
        );
        let id = format!("{}EventSourceMapping", event.id);
        self.add(event.of, id, "AWS::Lambda::EventSourceMapping", span, mapping);
        arn
    }

    fn bucket(&mut self, event: &Event<'_>) {
        self.permission(event, "s3.amazonaws.com", None);
        let Some(bucket) = event.properties.get("Bucket").and_then(reference) else { return };
        let events = event.properties.get("Events");
        let one = events.map(std::slice::from_ref).unwrap_or_default();
        let all = events.map(Node::items).filter(|i| !i.is_empty()).unwrap_or(one);
        for name in all {
            let configuration = made(
                event.span,
                r#"{"Event": "$event", "Function": "$arn", "Filter": "$filter"}"#,
                &[("event", Some(name.clone())), event.arn(), ("filter", event.get("Filter"))],
            );
            self.notifications.push((bucket.into(), configuration));
        }
    }

    fn rule(&mut self, event: &Event<'_>, property: &str, source: &str) {
        let span = event.span;
        let role = event.target.machine.then(|| self.role_of_event(event, "events.amazonaws.com"));
        let suffix = if event.target.machine { "StepFunctionsTarget" } else { "LambdaTarget" };
        let state = event.get("State").or_else(|| match event.get("Enabled")?.kind {
            NodeKind::Bool(false) => Some(text(span, "DISABLED")),
            _ => None,
        });
        let dlq = self.dead_letters(event.of, &event.id, event.get("DeadLetterConfig"));
        let more = made(
            span,
            r#"{"Targets": [{"Arn": "$arn", "Id": "$id", "RoleArn": "$role", "Input": "$input",
                "InputPath": "$path", "DeadLetterConfig": "$dlq", "RetryPolicy": "$retry"}],
                "EventBusName": "$bus", "Name": "$name", "Description": "$description", "State": "$state"}"#,
            &[
                event.arn(),
                ("id", event.id_text(suffix)),
                ("role", role),
                ("input", event.get("Input")),
                ("path", event.get("InputPath")),
                ("dlq", dlq),
                ("retry", event.get("RetryPolicy")),
                ("bus", event.get("EventBusName")),
                ("name", event.get("Name").or_else(|| event.get("RuleName"))),
                ("description", event.get("Description")),
                ("state", state),
            ],
        );
        let when = event.get(source).map(|node| map(span, [(property, node)]));
        let rule = match when {
            Some(when) => with(when, more),
            None => more,
        };
        self.add(event.of, &*event.id, "AWS::Events::Rule", span, rule);
        if !event.target.machine {
            self.permission(event, "events.amazonaws.com", Some(make_get(span, &event.id, "Arn")));
        }
    }

    fn schedule(&mut self, event: &Event<'_>) {
        let span = event.span;
        let role =
            event.get("RoleArn").unwrap_or_else(|| self.role_of_event(event, "scheduler.amazonaws.com"));
        let dlq = self.dead_letters(event.of, &event.id, event.get("DeadLetterConfig"));
        let more = made(
            span,
            r#"{"FlexibleTimeWindow": {"Mode": "OFF"}, "Target": {"Arn": "$arn", "RoleArn": "$role",
                "Input": "$input", "DeadLetterConfig": "$dlq", "RetryPolicy": "$retry"}, "Name": "$name"}"#,
            &[
                event.arn(),
                ("role", Some(role)),
                ("input", event.get("Input")),
                ("dlq", dlq),
                ("retry", event.get("RetryPolicy")),
                ("name", event.id_text("")),
            ],
        );
        let own = ["Input", "DeadLetterConfig", "RetryPolicy", "RoleArn", "OmitName", "PermissionsBoundary"];
        let schedule = with(without(event.properties.clone(), &own), more);
        self.add(event.of, &*event.id, "AWS::Scheduler::Schedule", span, schedule);
    }

    fn pool(&mut self, event: &Event<'_>) {
        let pool = event.properties.get("UserPool").and_then(reference);
        let source = pool.map(|id| make_get(event.span, id, "Arn"));
        self.permission(event, "cognito-idp.amazonaws.com", source);
    }

    fn topic_rule(&mut self, event: &Event<'_>) {
        let rule = made(
            event.span,
            r#"{"TopicRulePayload": {"Sql": "$sql", "AwsIotSqlVersion": "$version", "RuleDisabled": false,
                "Actions": [{"Lambda": {"FunctionArn": "$arn"}}]}}"#,
            &[event.arn(), ("sql", event.get("Sql")), ("version", event.get("AwsIotSqlVersion"))],
        );
        self.add(event.of, &*event.id, "AWS::IoT::TopicRule", event.span, rule);
        let arn = format!(
            "arn:${{AWS::Partition}}:iot:${{AWS::Region}}:${{AWS::AccountId}}:rule/${{{}}}",
            event.id
        );
        self.permission(event, "iot.amazonaws.com", Some(make_sub(event.span, arn)));
    }

    fn logs(&mut self, event: &Event<'_>) {
        let more = made(event.span, r#"{"DestinationArn": "$arn"}"#, &[event.arn()]);
        let filter = with(event.properties.clone(), more);
        self.add(event.of, &*event.id, "AWS::Logs::SubscriptionFilter", event.span, filter);
        let source = event.get("LogGroupName").map(|group| {
            let sketch = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Group}:*";
            let names = map(event.span, [("Group", group)]);
            map(event.span, [("Fn::Sub", list(event.span, vec![text(event.span, sketch), names]))])
        });
        self.permission(event, "logs.amazonaws.com", source);
    }

    /// The role with which a service starts the target.
    fn role_of_event(&mut self, event: &Event<'_>, service: &str) -> Node {
        if let Some(role) = event.get("Role") {
            return role;
        }
        let (id, span) = (format!("{}Role", event.id), event.span);
        let action = if event.target.machine { "states:StartExecution" } else { "lambda:InvokeFunction" };
        let role = made(
            span,
            r#"{"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
                "Action": ["sts:AssumeRole"], "Principal": {"Service": ["$service"]}}]},
                "Policies": [{"PolicyName": "$name", "PolicyDocument": {"Statement": [{"Effect": "Allow",
                "Action": "$action", "Resource": "$arn"}]}}]}"#,
            &[
                ("service", Some(text(span, service))),
                ("name", event.id_text("RolePolicy")),
                ("action", Some(text(span, action))),
                event.arn(),
            ],
        );
        self.add(event.of, &*id, "AWS::IAM::Role", span, role);
        make_get(span, &id, "Arn")
    }

    fn route(&mut self, event: &Event<'_>, http: bool) {
        let given = event.get(if http { "ApiId" } else { "RestApiId" });
        let implicit = if http { "ServerlessHttpApi" } else { "ServerlessRestApi" };
        let api: Option<Text> = match &given {
            None => Some(implicit.into()),
            Some(node) => reference(node).map(Text::from),
        };
        let ty = if http { "HttpApi" } else { "Api" };
        let here = |id: &&Text| {
            given.is_none()
                || self
                    .scope
                    .template
                    .resources
                    .iter()
                    .any(|r| r.id == **id && r.ty.strip_prefix(super::PREFIX) == Some(ty))
        };
        let known = api.as_ref().filter(here).cloned();
        let method = event.get("Method").and_then(|m| self.literal(&m));
        let method = method.map_or_else(|| "ANY".into(), |m| m.to_uppercase());
        let method = if method == "X-AMAZON-APIGATEWAY-ANY-METHOD" { "ANY".to_owned() } else { method };
        let path = event
            .get("Path")
            .and_then(|p| self.literal(&p))
            .map_or_else(|| "$default".into(), |p| p.to_string());
        if !event.target.machine {
            let suffix = if http {
                "Permission".to_owned()
            } else {
                format!("Permission{}", self.stage(known.as_ref()))
            };
            let source = api.as_ref().map(|id| {
                make_sub(
                    event.span,
                    format!(
                        "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{id}}}/*"
                    ),
                )
            });
            self.named_permission(event, &suffix, "apigateway.amazonaws.com", source);
        } else {
            self.role_of_event(event, "apigateway.amazonaws.com");
        }
        self.routes.push(Route {
            http,
            api: known,
            id: event.id.clone(),
            method,
            path,
            auth: event.get("Auth"),
            target: event.target.clone(),
            span: event.span,
            condition: event.of.condition.clone(),
        });
    }

    /// The stage's name as it stands in the ids that SAM makes.
    fn stage(&self, api: Option<&Text>) -> String {
        let resource = api.and_then(|id| self.scope.template.resources.iter().find(|r| r.id == *id));
        match resource.and_then(|r| r.property("StageName")) {
            Some(name) => self.literal(name).map(|n| id_part(&n)).unwrap_or_default(),
            None => "Prod".into(),
        }
    }
}

fn number(span: Span, value: &str) -> Node {
    super::syntax::made(span, NodeKind::Number(value.into()))
}

/// Adds the notifications of `S3` events to their buckets.
pub(super) fn notify(out: &mut [Resource], notifications: Vec<(Text, Node)>) {
    for (bucket, configuration) in notifications {
        let Some(resource) = out.iter_mut().find(|r| r.id == bucket) else { continue };
        let span = configuration.span;
        let properties = resource.properties.take().unwrap_or_else(|| made(resource.span, "{}", &[]));
        resource.properties = Some(append(
            properties,
            &["NotificationConfiguration", "LambdaConfigurations"],
            configuration,
            span,
        ));
    }
}

/// Appends an item to a list that lies at a path of keys, which is made where it is missing.
fn append(mut node: Node, path: &[&str], item: Node, span: Span) -> Node {
    let Some((key, rest)) = path.split_first() else {
        match &mut node.kind {
            NodeKind::List(items) => items.push(item),
            _ => node = super::syntax::list(span, vec![item]),
        }
        return node;
    };
    if !matches!(node.kind, NodeKind::Map(_)) {
        node = made(span, "{}", &[]);
    }
    if let NodeKind::Map(entries) = &mut node.kind {
        let null = Node { span, tag: None, kind: NodeKind::Null };
        match entries.iter_mut().find(|e| &*e.key == *key) {
            Some(entry) => entry.value = append(std::mem::replace(&mut entry.value, null), rest, item, span),
            None => entries.push(Entry {
                key: (*key).into(),
                key_span: span,
                value: append(null, rest, item, span),
            }),
        }
    }
    node
}
