//! The sections of a template.
//!
//! Owns the shape of a template: which sections there are and what a resource consists of. Must not
//! evaluate anything.

use crate::base::text::{FileId, Place, Span, Text};
use crate::base::tree::{Entry, Node, NodeKind};
use crate::diag::Diagnostic;

/// A template, its functions in long form.
#[derive(Debug, Default)]
pub(super) struct Template {
    pub parameters: Vec<Entry>,
    pub mappings: Vec<Entry>,
    pub conditions: Vec<Entry>,
    pub resources: Vec<Resource>,
    pub outputs: Vec<Entry>,
    pub globals: Option<Node>,
    /// Names of the macros of the `Transform` section.
    pub transforms: Vec<(Text, Span)>,
    /// What is off.
    pub problems: Vec<Diagnostic>,
}

/// One resource.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    pub id: Text,
    /// From the logical id to the end of the value.
    pub span: Span,
    pub key_span: Span,
    pub ty: Text,
    pub properties: Option<Node>,
    pub condition: Option<Text>,
    pub depends_on: Vec<Text>,
    /// `DeletionPolicy` and what else stands beside `Properties`.
    pub attributes: Vec<(Text, Node)>,
    /// Added by a transform, not written by the user.
    pub generated: bool,
}

const ATTRIBUTES: &[&str] =
    &["DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "CreationPolicy", "Metadata", "IgnoreGlobals"];

/// Reads the sections. The root's functions are in long form and its loops are expanded.
///
/// # Errors
/// The root is not a mapping, or has no `Resources` mapping: this is not a template.
pub(super) fn sections(root: &Node, file: FileId) -> Result<Template, Diagnostic> {
    let at = |span| Place { file, span };
    let error = |message: String, span| {
        Diagnostic::error("cfn::not-a-template", message)
            .help("a template is a mapping with a `Resources` section")
            .label(at(span), "")
    };
    if !matches!(root.kind, NodeKind::Map(_)) {
        return Err(error(format!("a template must be a mapping, and this is {}", root.what()), root.span));
    }
    let Some(resources) = root.entries().iter().find(|e| &*e.key == "Resources") else {
        let span = Span { end: root.span.start.saturating_add(1).min(root.span.end), ..root.span };
        return Err(error("this has no `Resources` section".into(), span));
    };
    if !matches!(resources.value.kind, NodeKind::Map(_)) {
        let message = format!("`Resources` must be a mapping, and this is {}", resources.value.what());
        return Err(error(message, resources.key_span));
    }
    let mut template = Template { globals: root.get("Globals").cloned(), ..Template::default() };
    template.transforms = transforms(root.get("Transform"));
    template.parameters = section(root, "Parameters", file, &mut template.problems);
    template.mappings = section(root, "Mappings", file, &mut template.problems);
    template.conditions = section(root, "Conditions", file, &mut template.problems);
    template.outputs = section(root, "Outputs", file, &mut template.problems);
    for entry in resources.value.entries() {
        match resource(entry, file) {
            Ok(resource) => template.resources.push(resource),
            Err(problem) => template.problems.push(*problem),
        }
    }
    Ok(template)
}

fn section(root: &Node, name: &str, file: FileId, problems: &mut Vec<Diagnostic>) -> Vec<Entry> {
    let Some(entry) = root.entries().iter().find(|e| &*e.key == name) else { return Vec::new() };
    match &entry.value.kind {
        NodeKind::Map(entries) => return entries.clone(),
        NodeKind::Null => {}
        _ => problems.push(
            Diagnostic::warning(
                "cfn::section",
                format!("`{name}` must be a mapping, and this is {}", entry.value.what()),
            )
            .help("the section is left out; correct it")
            .label(Place { file, span: entry.key_span }, ""),
        ),
    }
    Vec::new()
}

fn transforms(node: Option<&Node>) -> Vec<(Text, Span)> {
    let Some(node) = node else { return Vec::new() };
    let all = if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() };
    let name = |n: &Node| n.text().or_else(|| n.get("Name").and_then(Node::text)).map(|t| (t.into(), n.span));
    all.iter().filter_map(name).collect()
}

fn resource(entry: &Entry, file: FileId) -> Result<Resource, Box<Diagnostic>> {
    let problem = |message: String| {
        Box::new(
            Diagnostic::warning("cfn::resource", message)
                .help("the resource is left out; give it a `Type` and `Properties`")
                .label(Place { file, span: entry.key_span }, ""),
        )
    };
    if &*entry.key == "Fn::Transform" {
        return Err(problem("resources that a macro adds are not known".into()));
    }
    let body = &entry.value;
    if !matches!(body.kind, NodeKind::Map(_)) {
        return Err(problem(format!("resource `{}` must be a mapping, and is {}", entry.key, body.what())));
    }
    let Some(ty) = body.get("Type").and_then(Node::text) else {
        return Err(problem(format!("resource `{}` has no `Type`", entry.key)));
    };
    let depends_on = match body.get("DependsOn") {
        Some(n) if n.text().is_some() => n.text().into_iter().map(Text::from).collect(),
        Some(n) => n.items().iter().filter_map(Node::text).map(Text::from).collect(),
        None => Vec::new(),
    };
    let attributes =
        ATTRIBUTES.iter().filter_map(|name| body.get(name).map(|n| (Text::from(*name), n.clone()))).collect();
    Ok(Resource {
        id: entry.key.clone(),
        span: Span { start: entry.key_span.start, end: body.span.end.max(entry.key_span.end) },
        key_span: entry.key_span,
        ty: ty.into(),
        properties: body.get("Properties").cloned(),
        condition: body.get("Condition").and_then(Node::text).map(Text::from),
        depends_on,
        attributes,
        generated: false,
    })
}

impl Resource {
    /// A resource that a transform adds for another one.
    pub fn generated(id: impl Into<Text>, ty: &str, span: Span, properties: Node) -> Self {
        Self {
            id: id.into(),
            span,
            key_span: span,
            ty: ty.into(),
            properties: Some(properties),
            condition: None,
            depends_on: Vec::new(),
            attributes: Vec::new(),
            generated: true,
        }
    }

    /// A property.
    pub fn property(&self, name: &str) -> Option<&Node> {
        self.properties.as_ref()?.get(name)
    }

    /// What stands beside `Properties`.
    pub fn attribute(&self, name: &str) -> Option<&Node> {
        self.attributes.iter().find(|(n, _)| &**n == name).map(|(_, v)| v)
    }
}
