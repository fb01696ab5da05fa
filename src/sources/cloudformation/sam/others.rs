//! Tables, layers, applications, state machines.

use super::super::syntax::{make_get, make_ref, make_sub, map, text};
use super::super::template::Resource;
use super::build::{made, tags, with, without};
use super::function::{list, location, with_tag};
use super::{Sam, Target, role};
use crate::base::tree::Node;

impl Sam<'_> {
    pub(super) fn simple_table(&mut self, resource: &Resource, properties: &Node) {
        let span = resource.span;
        let key = properties.get("PrimaryKey");
        let name = key.and_then(|k| k.get("Name")).cloned().unwrap_or_else(|| text(span, "id"));
        let ty = match key.and_then(|k| k.get("Type")).and_then(Node::text) {
            Some("Number") => "N",
            Some("Binary") => "B",
            _ => "S",
        };
        let throughput = properties.get("ProvisionedThroughput").cloned();
        let mode = throughput.is_none().then(|| text(span, "PAY_PER_REQUEST"));
        let table = made(
            span,
            r#"{"KeySchema": [{"AttributeName": "$name", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "$name", "AttributeType": "$type"}],
                "BillingMode": "$mode", "ProvisionedThroughput": "$throughput", "TableName": "$table",
                "SSESpecification": "$sse", "PointInTimeRecoverySpecification": "$recovery", "Tags": "$tags"}"#,
            &[
                ("name", Some(name)),
                ("type", Some(text(span, ty))),
                ("mode", mode),
                ("throughput", throughput),
                ("table", properties.get("TableName").cloned()),
                ("sse", properties.get("SSESpecification").cloned()),
                ("recovery", properties.get("PointInTimeRecoverySpecification").cloned()),
                ("tags", properties.get("Tags").map(tags)),
            ],
        );
        self.replace(resource, "AWS::DynamoDB::Table", table);
    }

    pub(super) fn layer(&mut self, resource: &Resource, properties: &Node) {
        let span = resource.span;
        let content = properties
            .get("ContentUri")
            .and_then(|uri| location(uri, ["S3Bucket", "S3Key", "S3ObjectVersion"]));
        let more = made(
            span,
            r#"{"Content": "$content", "LayerName": "$name"}"#,
            &[("content", content), ("name", Some(text(span, resource.id.clone())))],
        );
        let own = without(properties.clone(), &["ContentUri", "RetentionPolicy", "PublishLambdaVersion"]);
        self.replace(resource, "AWS::Lambda::LayerVersion", with(own, more));
    }

    pub(super) fn application(&mut self, resource: &Resource, properties: &Node) {
        let location = properties.get("Location");
        // A location in the Serverless Application Repository is an address that is not followed.
        let url = location.map(|l| match l.get("ApplicationId").and_then(Node::text) {
            Some(id) => text(l.span, format!("serverlessrepo://{id}")),
            None => l.clone(),
        });
        let stack = made(
            resource.span,
            r#"{"TemplateURL": "$url", "Parameters": "$parameters", "NotificationARNs": "$topics",
                "TimeoutInMinutes": "$timeout", "Tags": "$tags"}"#,
            &[
                ("url", url),
                ("parameters", properties.get("Parameters").cloned()),
                ("topics", properties.get("NotificationARNs").cloned()),
                ("timeout", properties.get("TimeoutInMinutes").cloned()),
                ("tags", properties.get("Tags").map(tags)),
            ],
        );
        self.replace(resource, "AWS::CloudFormation::Stack", stack);
    }

    pub(super) fn state_machine(&mut self, resource: &Resource, properties: &Node) {
        let (id, span) = (&resource.id, resource.span);
        let get = |name: &str| properties.get(name);
        let role_arn = match get("Role") {
            Some(role) => role.clone(),
            None => {
                let made = role::of_state_machine(properties, span);
                self.add(resource, format!("{id}Role"), "AWS::IAM::Role", span, made);
                make_get(span, &format!("{id}Role"), "Arn")
            }
        };
        let all_tags = get("Tags").map_or_else(|| list(span), tags);
        let machine = made(
            span,
            r#"{"RoleArn": "$role", "StateMachineName": "$name", "StateMachineType": "$type",
                "Definition": "$definition", "DefinitionS3Location": "$location",
                "DefinitionSubstitutions": "$substitutions", "LoggingConfiguration": "$logging",
                "TracingConfiguration": "$tracing", "EncryptionConfiguration": "$encryption", "Tags": "$tags"}"#,
            &[
                ("role", Some(role_arn)),
                ("name", get("Name").cloned()),
                ("type", get("Type").cloned()),
                ("definition", get("Definition").cloned()),
                ("location", get("DefinitionUri").and_then(|u| location(u, ["Bucket", "Key", "Version"]))),
                ("substitutions", get("DefinitionSubstitutions").cloned()),
                ("logging", get("Logging").cloned()),
                ("tracing", get("Tracing").cloned()),
                ("encryption", get("EncryptionConfiguration").cloned()),
                ("tags", Some(with_tag(all_tags, "stateMachine:createdBy", span))),
            ],
        );
        self.replace(resource, "AWS::StepFunctions::StateMachine", machine);
        let target = Target { arn: make_ref(span, id.clone()), machine: true };
        self.events(resource, properties, &target);
    }
}

/// The integration that API Gateway calls for a target.
pub(super) fn invocation(target: &Target) -> Node {
    let span = target.arn.span;
    if target.machine {
        return make_sub(
            span,
            "arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution",
        );
    }
    let sketch = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Target}/invocations";
    let names = map(span, [("Target", target.arn.clone())]);
    map(span, [("Fn::Sub", super::syntax::list(span, vec![text(span, sketch), names]))])
}
