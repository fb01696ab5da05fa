//! `--parameters FILE`: values for parameters.
//!
//! Owns the formats: the AWS CLI's `[{"ParameterKey": …, "ParameterValue": …}]` and
//! `["Key=Value"]`, CodePipeline's and CDK's `{"Parameters": {…}}`, a plain `{"Key": "Value"}`, and
//! `{"Stack": {"Key": "Value"}}` or `"Stack:Key"` for the values of one stack. JSON or YAML.

use std::collections::BTreeMap;

use super::load;
use super::syntax::scalar;
use crate::base::text::{FileId, Files, Place, Span, Text};
use crate::base::tree::{Node, NodeKind};
use crate::diag::Diagnostic;

/// A value that was given.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// One value; lists are separated by commas.
    Text(Text),
    /// A list.
    List(Vec<Text>),
}

/// Values of parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    all: BTreeMap<Text, Given>,
    /// By stack or template name, then by parameter.
    by_stack: BTreeMap<Text, BTreeMap<Text, Given>>,
}

impl Parameters {
    /// Reads a file of parameters that is in `files`.
    ///
    /// # Errors
    /// Bad syntax, or none of the formats.
    pub fn parse(files: &Files, file: FileId) -> Result<Self, Diagnostic> {
        let node = load::parse(files, file)?;
        let mut read = Self::default();
        match read.document(&node) {
            Ok(()) => Ok(read),
            Err((message, span)) => Err(Diagnostic::error("cfn::parameters", message)
                .help("give `{\"Name\": \"value\"}` or `[{\"ParameterKey\": \"Name\", \"ParameterValue\": \"value\"}]`")
                .label(Place { file, span }, "")),
        }
    }

    /// Adds the values of another file, which win.
    pub fn extend(&mut self, other: Self) {
        self.all.extend(other.all);
        for (stack, values) in other.by_stack {
            self.by_stack.entry(stack).or_default().extend(values);
        }
    }

    /// Sets one value for every template.
    pub fn set(&mut self, name: &str, value: Given) {
        self.all.insert(name.into(), value);
    }

    /// The value for a parameter of a stack or template.
    pub fn get(&self, stack: &str, name: &str) -> Option<&Given> {
        self.by_stack.get(stack).and_then(|own| own.get(name)).or_else(|| self.all.get(name))
    }

    /// Names for which a value is given.
    pub fn names(&self) -> impl Iterator<Item = &Text> {
        self.all.keys().chain(self.by_stack.values().flat_map(BTreeMap::keys))
    }

    fn document(&mut self, node: &Node) -> Result<(), (String, Span)> {
        match &node.kind {
            NodeKind::List(items) => items.iter().try_for_each(|item| self.item(item)),
            NodeKind::Map(_) => match node.get("Parameters") {
                Some(inner) if matches!(inner.kind, NodeKind::List(_) | NodeKind::Map(_)) => {
                    self.document(inner)
                }
                _ => self.plain(node),
            },
            _ => Err((
                format!("parameters must be a mapping or a list, and this is {}", node.what()),
                node.span,
            )),
        }
    }

    /// One item of the AWS CLI's formats.
    fn item(&mut self, item: &Node) -> Result<(), (String, Span)> {
        if let Some((name, value)) = item.text().and_then(|t| t.split_once('=')) {
            self.put(name, Given::Text(value.into()));
            return Ok(());
        }
        let Some(name) = item.get("ParameterKey").and_then(Node::text) else {
            return Err(("this item has no `ParameterKey`".into(), item.span));
        };
        match item.get("ParameterValue") {
            Some(value) => self.value(name, value),
            None => Ok(()), // `UsePreviousValue`: not known here
        }
    }

    fn plain(&mut self, node: &Node) -> Result<(), (String, Span)> {
        for entry in node.entries() {
            match &entry.value.kind {
                NodeKind::Map(_) => {
                    for inner in entry.value.entries() {
                        let name = format!("{}:{}", entry.key, inner.key);
                        self.value(&name, &inner.value)?;
                    }
                }
                _ => self.value(&entry.key, &entry.value)?,
            }
        }
        Ok(())
    }

    fn value(&mut self, name: &str, value: &Node) -> Result<(), (String, Span)> {
        let given = match &value.kind {
            NodeKind::List(items) => Given::List(items.iter().filter_map(scalar).collect()),
            NodeKind::Null => return Ok(()),
            _ => match scalar(value) {
                Some(text) => Given::Text(text),
                None => return Err((format!("`{name}` must be text, and is {}", value.what()), value.span)),
            },
        };
        self.put(name, given);
        Ok(())
    }

    fn put(&mut self, name: &str, given: Given) {
        match name.split_once(':') {
            Some((stack, name)) => {
                self.by_stack.entry(stack.into()).or_default().insert(name.into(), given);
            }
            None => self.set(name, given),
        }
    }
}
