//! `AWS::Serverless::Function`.

use super::super::syntax::{make_get, make_ref, scalar, text};
use super::super::template::Resource;
use super::build::{made, tags, with, without};
use super::{Sam, Target, id_part, role};
use crate::base::text::Span;
use crate::base::tree::{Node, NodeKind};

/// What SAM takes for itself; everything else goes to the function.
const OWN: &[&str] = &[
    "AssumeRolePolicyDocument",
    "AutoPublishAlias",
    "AutoPublishAliasAllProperties",
    "AutoPublishCodeSha256",
    "CodeUri",
    "DeadLetterQueue",
    "DeploymentPreference",
    "EventInvokeConfig",
    "Events",
    "FunctionUrlConfig",
    "ImageUri",
    "InlineCode",
    "PermissionsBoundary",
    "Policies",
    "PropagateTags",
    "ProvisionedConcurrencyConfig",
    "Role",
    "RolePath",
    "Tags",
    "Tracing",
    "VersionDescription",
];

impl Sam<'_> {
    pub(super) fn function(&mut self, resource: &Resource, properties: &Node) {
        let (id, span) = (&resource.id, resource.span);
        let get = |name: &str| properties.get(name);
        let (invoke, for_destinations) = match get("EventInvokeConfig") {
            Some(config) => {
                let (config, policies) = self.destinations(resource, config);
                (Some(config), policies)
            }
            None => (None, Vec::new()),
        };
        let role = match get("Role") {
            Some(role) => role.clone(),
            None => {
                let made = role::of_function(properties, span, for_destinations);
                self.add(resource, format!("{id}Role"), "AWS::IAM::Role", span, made);
                make_get(span, &format!("{id}Role"), "Arn")
            }
        };
        let mode = get("Tracing").filter(|t| t.text() != Some("Disabled"));
        let all_tags = get("Tags").map(tags).map(|list| with_tag(list, "lambda:createdBy", span));
        let more = made(
            span,
            r#"{"Role": "$role", "Code": "$code", "DeadLetterConfig": "$dlq", "TracingConfig": {"Mode": "$mode"},
                "Tags": "$tags"}"#,
            &[
                ("role", Some(role)),
                ("code", code(properties)),
                ("dlq", get("DeadLetterQueue").map(|q| without(q.clone(), &["Type"]))),
                ("mode", mode.cloned()),
                ("tags", Some(all_tags.unwrap_or_else(|| with_tag(list(span), "lambda:createdBy", span)))),
            ],
        );
        let more = if mode.is_some() { more } else { without(more, &["TracingConfig"]) };
        self.replace(resource, "AWS::Lambda::Function", with(without(properties.clone(), OWN), more));
        let target = self.alias(resource, properties);
        self.url(resource, properties, &target);
        if let Some(config) = invoke {
            let more = made(
                config.span,
                r#"{"FunctionName": {"Ref": "$f"}, "Qualifier": "$q"}"#,
                &[
                    ("f", Some(text(config.span, id.clone()))),
                    (
                        "q",
                        Some(
                            get("AutoPublishAlias").cloned().unwrap_or_else(|| text(config.span, "$LATEST")),
                        ),
                    ),
                ],
            );
            let (span, id) = (config.span, format!("{id}EventInvokeConfig"));
            self.add(resource, id, "AWS::Lambda::EventInvokeConfig", span, with(config, more));
        }
        self.events(resource, properties, &target);
    }

    /// The version and alias of `AutoPublishAlias`; what events invoke.
    fn alias(&mut self, resource: &Resource, properties: &Node) -> Target {
        let (id, span) = (&resource.id, resource.span);
        let plain = Target { arn: make_get(span, id, "Arn"), machine: false };
        let Some(alias) = properties.get("AutoPublishAlias") else { return plain };
        let span = alias.span;
        let name = self.literal(alias).map(|n| id_part(&n)).unwrap_or_default();
        let (version_id, alias_id) = (format!("{id}Version"), format!("{id}Alias{name}"));
        let function = Some(text(span, id.clone()));
        let version = made(span, r#"{"FunctionName": {"Ref": "$f"}}"#, &[("f", function.clone())]);
        self.add(resource, &*version_id, "AWS::Lambda::Version", span, version);
        let made = made(
            span,
            r#"{"Name": "$name", "FunctionName": {"Ref": "$f"}, "FunctionVersion": "$version",
                "ProvisionedConcurrencyConfig": "$provisioned"}"#,
            &[
                ("name", Some(alias.clone())),
                ("f", function),
                ("version", Some(make_get(span, &version_id, "Version"))),
                ("provisioned", properties.get("ProvisionedConcurrencyConfig").cloned()),
            ],
        );
        self.add(resource, &*alias_id, "AWS::Lambda::Alias", span, made);
        self.aliases.insert(format!("{id}.Alias").into(), alias_id.as_str().into());
        self.aliases.insert(format!("{id}.Version").into(), version_id.into());
        Target { arn: make_ref(span, alias_id), ..plain }
    }

    fn url(&mut self, resource: &Resource, properties: &Node, target: &Target) {
        let Some(config) = properties.get("FunctionUrlConfig") else { return };
        let (id, span) = (&resource.id, config.span);
        let function = match properties.get("AutoPublishAlias") {
            Some(_) => target.arn.clone(),
            None => make_ref(span, id.clone()),
        };
        let more = made(span, r#"{"TargetFunctionArn": "$f"}"#, &[("f", Some(function.clone()))]);
        let open = config.get("AuthType").and_then(Node::text) == Some("NONE");
        self.add(resource, format!("{id}Url"), "AWS::Lambda::Url", span, with(config.clone(), more));
        if open {
            let permission = made(
                span,
                r#"{"Action": "lambda:InvokeFunctionUrl", "FunctionName": "$f", "Principal": "*",
                    "FunctionUrlAuthType": "NONE"}"#,
                &[("f", Some(function))],
            );
            self.add(
                resource,
                format!("{id}UrlPublicPermissions"),
                "AWS::Lambda::Permission",
                span,
                permission,
            );
        }
    }
}

pub(super) fn list(span: Span) -> Node {
    super::syntax::list(span, Vec::new())
}

/// A list of tags with SAM's own.
pub(super) fn with_tag(mut tags: Node, key: &str, span: Span) -> Node {
    if let NodeKind::List(items) = &mut tags.kind {
        let key = Some(text(span, key));
        items.push(made(span, r#"{"Key": "$key", "Value": "SAM"}"#, &[("key", key)]));
    }
    tags
}

/// Where the code is: in the template, in a bucket, in an image; a folder on disk is not uploaded yet.
fn code(properties: &Node) -> Option<Node> {
    if let Some(inline) = properties.get("InlineCode") {
        return Some(made(inline.span, r#"{"ZipFile": "$code"}"#, &[("code", Some(inline.clone()))]));
    }
    if let Some(image) = properties.get("ImageUri") {
        return Some(made(image.span, r#"{"ImageUri": "$uri"}"#, &[("uri", Some(image.clone()))]));
    }
    location(properties.get("CodeUri")?, ["S3Bucket", "S3Key", "S3ObjectVersion"])
}

/// `s3://bucket/key`, or a mapping with `Bucket`, `Key`, `Version`, under other names.
pub(super) fn location(uri: &Node, names: [&str; 3]) -> Option<Node> {
    let span = uri.span;
    let parts = match scalar(uri) {
        Some(uri) => {
            let (bucket, key) = uri.strip_prefix("s3://")?.split_once('/')?;
            [Some(text(span, bucket)), Some(text(span, key)), None]
        }
        None => ["Bucket", "Key", "Version"].map(|name| uri.get(name).cloned()),
    };
    let entries = names.into_iter().zip(parts).filter_map(|(name, part)| Some((name, part?)));
    Some(super::syntax::map(span, entries))
}
