//! SAM: `AWS::Serverless::*` resources written out as the resources they stand for.
//!
//! Owns what SAM's macro does, with its logical ids. Two things differ on purpose: routes become
//! `AWS::ApiGateway::Method` and `AWS::ApiGatewayV2::Route` resources instead of an OpenAPI document,
//! which says the same in a form that can be read; and ids that SAM makes from a hash (`Deployment`,
//! `Version`, `LayerVersion`) have no hash. Everything made stands at the resource or event it is made
//! for. `policy_templates.json` holds the statements of SAM's policy templates (aws-sam-translator,
//! Apache-2.0). To add a resource type: a line in [`Sam::resource`] and a function in the file of its
//! family; to add an event: a line in [`events`].

mod api;
mod build;
mod domain;
mod events;
mod function;
mod globals;
mod others;
mod queues;
mod role;

use std::collections::HashMap;

use super::scope::{Scope, Set};
use super::syntax;
use super::template::Resource;
use crate::base::text::{Span, Text};
use crate::base::tree::Node;

const PREFIX: &str = "AWS::Serverless::";

/// Writes out the serverless resources of a template.
pub(super) fn expand(set: &mut Set<'_>, index: usize) {
    let Some(scope) = set.scopes.get(index) else { return };
    if !scope.template.resources.iter().any(|r| r.ty.starts_with(PREFIX)) {
        return;
    }
    let mut sam = Sam {
        scope,
        out: Vec::new(),
        routes: Vec::new(),
        aliases: HashMap::new(),
        notifications: Vec::new(),
    };
    for resource in &scope.template.resources {
        sam.resource(resource);
    }
    sam.apis();
    let Sam { mut out, aliases, notifications, .. } = sam;
    events::notify(&mut out, notifications);
    if let Some(scope) = set.scopes.get_mut(index) {
        scope.template.resources = out;
        scope.aliases = aliases;
    }
}

/// The work of one template.
struct Sam<'a> {
    scope: &'a Scope,
    out: Vec<Resource>,
    routes: Vec<Route>,
    aliases: HashMap<Text, Text>,
    /// Notifications to add to buckets: bucket, configuration.
    notifications: Vec<(Text, Node)>,
}

/// A path and method that an event asks for.
struct Route {
    /// True for an HTTP API.
    http: bool,
    /// The logical id of the API in this template; `None` for one that is elsewhere.
    api: Option<Text>,
    /// `{Resource}{Event}`.
    id: String,
    method: String,
    path: String,
    auth: Option<Node>,
    target: Target,
    span: Span,
    condition: Option<Text>,
}

/// What an event starts.
#[derive(Clone)]
struct Target {
    /// Its address for invocations.
    arn: Node,
    machine: bool,
}

impl Sam<'_> {
    fn resource(&mut self, resource: &Resource) {
        let Some(kind) = resource.ty.strip_prefix(PREFIX) else {
            self.out.push(resource.clone());
            return;
        };
        let properties = globals::merged(self.scope.template.globals.as_ref(), kind, resource);
        match kind {
            "Function" => self.function(resource, &properties),
            "StateMachine" => self.state_machine(resource, &properties),
            "SimpleTable" => self.simple_table(resource, &properties),
            "LayerVersion" => self.layer(resource, &properties),
            "Application" => self.application(resource, &properties),
            "Api" => self.rest_api(resource, &properties),
            "HttpApi" => self.http_api(resource, &properties),
            // `Connector`, `GraphQLApi` and what comes: listed as types that are not known.
            _ => self.out.push(resource.clone()),
        }
    }

    /// Adds a resource made for another one: it exists when that one does.
    fn add(&mut self, of: &Resource, id: impl Into<Text>, ty: &str, span: Span, properties: Node) {
        let mut made = Resource::generated(id, ty, span, properties);
        made.condition.clone_from(&of.condition);
        self.out.push(made);
    }

    /// Replaces a resource by the one it stands for, under the same id.
    fn replace(&mut self, of: &Resource, ty: &str, properties: Node) {
        self.out.push(Resource {
            ty: ty.into(),
            properties: Some(properties),
            generated: true,
            ..of.clone()
        });
    }

    /// Text that a value surely is: a literal, or a parameter with a default.
    fn literal(&self, node: &Node) -> Option<Text> {
        if let Some(name) = syntax::reference(node) {
            let declared = self.scope.template.parameters.iter().find(|e| &*e.key == name)?;
            return declared.value.get("Default").and_then(syntax::scalar);
        }
        syntax::scalar(node)
    }
}

/// `{Resource}{Event}` and the like: a logical id from parts that may hold anything.
fn id_part(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}
