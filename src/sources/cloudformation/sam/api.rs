//! `AWS::Serverless::Api` and `AWS::Serverless::HttpApi`, the ones that are written and the ones that
//! events imply, with their stages, authorizers and routes.

use super::super::syntax::{make_get, make_ref, make_sub, text};
use super::super::template::Resource;
use super::build::{made, tags, with, without};
use super::others::invocation;
use super::{Route, Sam, globals, id_part};
use crate::base::text::{Span, Text};
use crate::base::tree::{Node, NodeKind};

/// Properties of a REST API that go to its stage.
const REST_STAGE: &[&str] = &[
    "AccessLogSetting",
    "CacheClusterEnabled",
    "CacheClusterSize",
    "CanarySetting",
    "MethodSettings",
    "StageName",
    "TracingEnabled",
    "Variables",
];
const REST_OWN: &[&str] = &[
    "AlwaysDeploy",
    "Auth",
    "Cors",
    "DefinitionBody",
    "DefinitionUri",
    "Domain",
    "GatewayResponses",
    "Models",
    "OpenApiVersion",
    "PropagateTags",
    "EndpointConfiguration",
    "Tags",
    "MergeDefinitions",
];
const HTTP_OWN: &[&str] = &[
    "AccessLogSettings",
    "Auth",
    "DefaultRouteSettings",
    "DefinitionBody",
    "DefinitionUri",
    "Domain",
    "RouteSettings",
    "StageName",
    "StageVariables",
    "Tags",
    "PropagateTags",
    "FailOnWarnings",
    "CorsConfiguration",
];

fn only(node: &Node, keys: &[&str]) -> Node {
    let mut node = node.clone();
    if let NodeKind::Map(entries) = &mut node.kind {
        entries.retain(|e| keys.contains(&&*e.key));
    }
    node
}

impl Sam<'_> {
    pub(super) fn rest_api(&mut self, resource: &Resource, properties: &Node) {
        let (id, span) = (&resource.id, resource.span);
        let endpoint = properties.get("EndpointConfiguration").map(endpoint);
        let auth = properties.get("Auth");
        let more = made(
            span,
            r#"{"Body": "$body", "BodyS3Location": "$location", "EndpointConfiguration": "$endpoint",
                "Policy": "$policy", "Tags": "$tags"}"#,
            &[
                ("body", properties.get("DefinitionBody").cloned()),
                (
                    "location",
                    properties
                        .get("DefinitionUri")
                        .and_then(|u| super::function::location(u, ["Bucket", "Key", "Version"])),
                ),
                ("endpoint", endpoint),
                (
                    "policy",
                    auth.and_then(|a| a.get("ResourcePolicy")?.get("CustomStatements").cloned())
                        .map(|s| statement(span, s)),
                ),
                ("tags", properties.get("Tags").map(tags)),
            ],
        );
        let own = without(without(properties.clone(), REST_STAGE), REST_OWN);
        self.replace(resource, "AWS::ApiGateway::RestApi", with(own, more));
        let deployment = format!("{id}Deployment");
        let api = Some(make_ref(span, id.clone()));
        let made_deployment = made(span, r#"{"RestApiId": "$api"}"#, &[("api", api.clone())]);
        self.add(resource, &*deployment, "AWS::ApiGateway::Deployment", span, made_deployment);
        let name = properties
            .get("StageName")
            .and_then(|n| self.literal(n))
            .map(|n| id_part(&n))
            .unwrap_or_default();
        let stage_id = format!("{id}{name}Stage");
        let more = made(
            span,
            r#"{"RestApiId": "$api", "DeploymentId": {"Ref": "$deployment"}, "StageName": "Prod"}"#,
            &[("api", api.clone()), ("deployment", Some(text(span, &*deployment)))],
        );
        self.add(
            resource,
            &*stage_id,
            "AWS::ApiGateway::Stage",
            span,
            with(only(properties, REST_STAGE), more),
        );
        if let Some(domain) = properties.get("Domain") {
            self.rest_domain(resource, domain, &stage_id);
        }
        self.aliases.insert(format!("{id}.Stage").into(), stage_id.into());
        self.aliases.insert(format!("{id}.Deployment").into(), deployment.into());
        for (name, authorizer) in authorizers(auth) {
            let users = authorizer.get("UserPoolArn");
            let ty = match (users, authorizer.get("FunctionPayloadType").and_then(Node::text)) {
                (Some(_), _) => "COGNITO_USER_POOLS",
                (None, Some("REQUEST")) => "REQUEST",
                _ => "TOKEN",
            };
            let made = made(
                authorizer.span,
                r#"{"RestApiId": "$api", "Name": "$name", "Type": "$type", "ProviderARNs": "$users",
                    "AuthorizerUri": "$uri", "IdentitySource": "method.request.header.Authorization"}"#,
                &[
                    ("api", api.clone()),
                    ("name", Some(text(authorizer.span, name.clone()))),
                    ("type", Some(text(authorizer.span, ty))),
                    ("users", users.map(as_list)),
                    ("uri", authorizer.get("FunctionArn").map(uri)),
                ],
            );
            self.add(
                resource,
                authorizer_id(id, &name),
                "AWS::ApiGateway::Authorizer",
                authorizer.span,
                made,
            );
        }
    }

    pub(super) fn http_api(&mut self, resource: &Resource, properties: &Node) {
        let (id, span) = (&resource.id, resource.span);
        let get = |name: &str| properties.get(name).cloned();
        let cors = get("CorsConfiguration").filter(|c| matches!(c.kind, NodeKind::Map(_)));
        let location = properties.get("DefinitionUri");
        let spec = properties.get("DefinitionBody").is_some() || location.is_some();
        let more = made(
            span,
            r#"{"Body": "$body", "BodyS3Location": "$location", "ProtocolType": "$protocol", "Name": "$name",
                "CorsConfiguration": "$cors"}"#,
            &[
                ("body", get("DefinitionBody")),
                (
                    "location",
                    location.and_then(|u| super::function::location(u, ["Bucket", "Key", "Version"])),
                ),
                ("protocol", (!spec).then(|| text(span, "HTTP"))),
                ("name", (!spec).then(|| make_ref(span, "AWS::StackName"))),
                ("cors", cors),
            ],
        );
        self.replace(resource, "AWS::ApiGatewayV2::Api", with(without(properties.clone(), HTTP_OWN), more));
        let stage = get("StageName");
        let name = stage.as_ref().and_then(|n| self.literal(n)).filter(|n| &**n != "$default");
        let default = stage.is_none() || name.is_none();
        let stage_id = match &name {
            Some(name) if !default => format!("{id}{}Stage", id_part(name)),
            _ => format!("{id}ApiGatewayDefaultStage"),
        };
        let api = Some(make_ref(span, id.clone()));
        let made_stage = made(
            span,
            r#"{"ApiId": "$api", "StageName": "$name", "AutoDeploy": true, "AccessLogSettings": "$logs",
                "DefaultRouteSettings": "$routes", "RouteSettings": "$each", "StageVariables": "$variables"}"#,
            &[
                ("api", api.clone()),
                ("name", Some(stage.unwrap_or_else(|| text(span, "$default")))),
                ("logs", get("AccessLogSettings")),
                ("routes", get("DefaultRouteSettings")),
                ("each", get("RouteSettings")),
                ("variables", get("StageVariables")),
            ],
        );
        self.add(resource, &*stage_id, "AWS::ApiGatewayV2::Stage", span, made_stage);
        if let Some(domain) = properties.get("Domain") {
            self.http_domain(resource, domain, &stage_id);
        }
        self.aliases.insert(format!("{id}.Stage").into(), stage_id.into());
        for (name, authorizer) in authorizers(properties.get("Auth")) {
            let jwt = authorizer.get("JwtConfiguration");
            let made = made(
                authorizer.span,
                r#"{"ApiId": "$api", "Name": "$name", "AuthorizerType": "$type", "JwtConfiguration": "$jwt",
                    "AuthorizerUri": "$uri"}"#,
                &[
                    ("api", api.clone()),
                    ("name", Some(text(authorizer.span, name.clone()))),
                    ("type", Some(text(authorizer.span, if jwt.is_some() { "JWT" } else { "REQUEST" }))),
                    ("jwt", jwt.cloned()),
                    ("uri", authorizer.get("FunctionArn").map(uri)),
                ],
            );
            self.add(
                resource,
                authorizer_id(id, &name),
                "AWS::ApiGatewayV2::Authorizer",
                authorizer.span,
                made,
            );
        }
    }

    /// The APIs that events imply, then the routes of all.
    pub(super) fn apis(&mut self) {
        let routes = std::mem::take(&mut self.routes);
        for (id, http) in [("ServerlessRestApi", false), ("ServerlessHttpApi", true)] {
            let mut own = routes.iter().filter(|r| r.api.as_deref() == Some(id));
            let Some(first) = own.next() else { continue };
            let mut api = Resource::generated(id, "", first.span, made(first.span, "{}", &[]));
            // It exists when any of its routes does; one without a condition settles that.
            if own.all(|r| r.condition == first.condition) {
                api.condition.clone_from(&first.condition);
            }
            let kind = if http { "HttpApi" } else { "Api" };
            let properties = globals::merged(self.scope.template.globals.as_ref(), kind, &api);
            if http {
                self.http_api(&api, &properties);
            } else {
                let stage = made(first.span, r#"{"StageName": "Prod"}"#, &[]);
                self.rest_api(&api, &with(properties, stage));
            }
        }
        for route in routes {
            let Some(api) = route.api.clone() else { continue };
            let properties = self.properties_of(&api, route.http);
            // A document of the user's own holds the routes; events only add permissions to it.
            if properties.get("DefinitionBody").is_none() && properties.get("DefinitionUri").is_none() {
                if route.http {
                    self.http_route(&api, &properties, &route)
                } else {
                    self.method(&api, &properties, &route)
                }
            }
        }
    }

    fn properties_of(&self, api: &Text, http: bool) -> Node {
        let written = self.scope.template.resources.iter().find(|r| r.id == *api);
        let implied = Resource::generated(api.clone(), "", Span::default(), made(Span::default(), "{}", &[]));
        let kind = if http { "HttpApi" } else { "Api" };
        globals::merged(self.scope.template.globals.as_ref(), kind, written.unwrap_or(&implied))
    }

    fn method(&mut self, api: &Text, properties: &Node, route: &Route) {
        let (ty, authorizer) = self.authorization(api, properties, route, "COGNITO_USER_POOLS");
        let auth = properties.get("Auth");
        let key =
            route.auth.as_ref().and_then(|a| a.get("ApiKeyRequired")).or_else(|| auth?.get("ApiKeyRequired"));
        let span = route.span;
        let integration = if route.target.machine { "AWS" } else { "AWS_PROXY" };
        let method = made(
            span,
            r#"{"RestApiId": {"Ref": "$api"}, "ResourceId": "$root", "HttpMethod": "$method",
                "AuthorizationType": "$type", "AuthorizerId": "$authorizer", "ApiKeyRequired": "$key",
                "Integration": {"Type": "$integration", "IntegrationHttpMethod": "POST", "Uri": "$uri"}}"#,
            &[
                ("api", Some(text(span, api.clone()))),
                ("root", Some(make_get(span, api, "RootResourceId"))),
                ("method", Some(text(span, &*route.method))),
                ("type", ty),
                ("authorizer", authorizer),
                ("key", key.cloned()),
                ("integration", Some(text(span, integration))),
                ("uri", Some(invocation(&route.target))),
            ],
        );
        self.of_route(route, "Method", "AWS::ApiGateway::Method", method);
    }

    fn http_route(&mut self, api: &Text, properties: &Node, route: &Route) {
        let span = route.span;
        let (ty, authorizer) = self.authorization(api, properties, route, "JWT");
        let key = if route.path == "$default" {
            "$default".to_owned()
        } else {
            format!("{} {}", route.method, route.path)
        };
        let id = Some(text(span, api.clone()));
        let integration = made(
            span,
            r#"{"ApiId": {"Ref": "$api"}, "IntegrationType": "AWS_PROXY", "IntegrationUri": "$arn",
                "PayloadFormatVersion": "2.0"}"#,
            &[("api", id.clone()), ("arn", Some(route.target.arn.clone()))],
        );
        self.of_route(route, "Integration", "AWS::ApiGatewayV2::Integration", integration);
        let made_route = made(
            span,
            r#"{"ApiId": {"Ref": "$api"}, "RouteKey": "$key", "AuthorizationType": "$type",
                "AuthorizerId": "$authorizer", "Target": "$target"}"#,
            &[
                ("api", id),
                ("key", Some(text(span, key))),
                ("type", ty),
                ("authorizer", authorizer),
                ("target", Some(make_sub(span, format!("integrations/${{{}Integration}}", route.id)))),
            ],
        );
        self.of_route(route, "Route", "AWS::ApiGatewayV2::Route", made_route);
    }

    fn of_route(&mut self, route: &Route, suffix: &str, ty: &str, properties: Node) {
        let mut made = Resource::generated(format!("{}{suffix}", route.id), ty, route.span, properties);
        made.condition.clone_from(&route.condition);
        self.out.push(made);
    }

    /// The authorization of a route: its own, or the API's default.
    fn authorization(
        &self,
        api: &Text,
        properties: &Node,
        route: &Route,
        plain: &str,
    ) -> (Option<Node>, Option<Node>) {
        let auth = properties.get("Auth");
        let own = route.auth.as_ref().and_then(|a| a.get("Authorizer"));
        let Some(chosen) = own.or_else(|| auth?.get("DefaultAuthorizer")) else {
            return (Some(text(route.span, "NONE")), None);
        };
        let name = match chosen.text() {
            Some("NONE") => return (Some(text(chosen.span, "NONE")), None),
            Some("AWS_IAM") => return (Some(text(chosen.span, "AWS_IAM")), None),
            Some(name) => name,
            None => return (Some(chosen.clone()), None),
        };
        let declared = authorizers(auth).into_iter().find(|(n, _)| &**n == name).map(|(_, a)| a);
        let is_plain = declared.is_some_and(|a| a.get("FunctionArn").is_none());
        let ty = if is_plain { plain } else { "CUSTOM" };
        (Some(text(chosen.span, ty)), Some(make_ref(chosen.span, authorizer_id(api, name))))
    }
}

fn authorizers(auth: Option<&Node>) -> Vec<(Text, Node)> {
    let all = auth.and_then(|a| a.get("Authorizers")).map(Node::entries).unwrap_or_default();
    all.iter().map(|e| (e.key.clone(), e.value.clone())).collect()
}

fn authorizer_id(api: &str, name: &str) -> String {
    format!("{api}{}Authorizer", id_part(name))
}

fn as_list(node: &Node) -> Node {
    if node.items().is_empty() { super::syntax::list(node.span, vec![node.clone()]) } else { node.clone() }
}

fn uri(function: &Node) -> Node {
    invocation(&super::Target { arn: function.clone(), machine: false })
}

/// SAM allows `EndpointConfiguration: REGIONAL` and calls the list `Type`.
fn endpoint(node: &Node) -> Node {
    let types = node.get("Type").unwrap_or(node);
    let more = made(
        node.span,
        r#"{"Types": "$types", "VpcEndpointIds": "$ids"}"#,
        &[("types", Some(as_list(types))), ("ids", node.get("VPCEndpointIds").cloned())],
    );
    if node.get("Types").is_some() { node.clone() } else { more }
}

fn statement(span: Span, statements: Node) -> Node {
    made(span, r#"{"Version": "2012-10-17", "Statement": "$s"}"#, &[("s", Some(as_list(&statements)))])
}
