//! The source of the plan's modules in an arena: resources, calls, outputs, defaults.
//!
//! Owns the look-ups that following a reference needs. Must not know instances.

use std::collections::{HashMap, HashSet};

use serde_json::value::RawValue;

use super::expr::{Block, Expr};
use super::json::{self, Json};
use super::skim;

/// Index of a module's source in [`Config`].
pub type SourceId = usize;

/// All modules; the root is 0 and always there.
#[derive(Debug, Default)]
pub struct Config<'a> {
    modules: Vec<Source<'a>>,
    /// Providers by key.
    pub providers: HashMap<String, (String, Block<'a>)>,
    /// Values of the root's variables.
    pub variables: HashMap<String, Json<'a>>,
    /// False if the plan has no `configuration`.
    pub present: bool,
}

/// One module's source.
#[derive(Debug, Default)]
pub struct Source<'a> {
    /// By `aws_vpc.main` and `data.aws_vpc.main`.
    pub resources: HashMap<String, Resource<'a>>,
    /// By name.
    pub calls: HashMap<String, Call<'a>>,
    /// By name.
    pub outputs: HashMap<String, Expr<'a>>,
    /// The variables that it declares.
    pub declared: HashSet<String>,
    /// Defaults of variables that have one.
    pub defaults: HashMap<String, Json<'a>>,
}

/// A resource's source.
#[derive(Debug)]
pub struct Resource<'a> {
    /// Its arguments.
    pub block: Expr<'a>,
    /// Its `for_each`.
    pub for_each: Option<Expr<'a>>,
    /// Key of its provider.
    pub provider: String,
}

/// A call of a module.
#[derive(Debug)]
pub struct Call<'a> {
    /// Its arguments.
    pub block: Block<'a>,
    /// Its `for_each`.
    pub for_each: Option<Expr<'a>>,
    /// What is called.
    pub source: SourceId,
}

/// A part that would not parse, with the fault in it.
pub struct Bad<'a>(pub &'a RawValue, pub json::Fault);

/// Parses a part of the file.
///
/// # Errors
/// Whatever [`json::parse`] finds.
pub fn part<'a>(raw: Option<&'a RawValue>) -> Result<Option<Json<'a>>, Bad<'a>> {
    raw.map(|r| json::parse(r.get()).map_err(|fault| Bad(r, fault))).transpose()
}

impl<'a> Config<'a> {
    /// Reads the `configuration` and `variables` of a plan.
    ///
    /// # Errors
    /// A part that would not parse.
    pub fn read(
        configuration: Option<skim::Configuration<'a>>,
        variables: Option<HashMap<String, skim::Variable<'a>>>,
    ) -> Result<Self, Bad<'a>> {
        let mut config = Self::default();
        for (name, variable) in variables.unwrap_or_default() {
            if let Some(value) = part(variable.value)? {
                config.variables.insert(name, value);
            }
        }
        let root = configuration.and_then(|c| {
            config.present = c.root_module.is_some();
            Some((c.provider_config.unwrap_or_default(), c.root_module?))
        });
        let Some((providers, root)) = root else {
            config.modules.push(Source::default());
            return Ok(config);
        };
        for (key, provider) in providers {
            let block = part(provider.expressions)?.map(Expr::block).unwrap_or_default();
            config.providers.insert(key, (provider.name, block));
        }
        config.module(root)?;
        Ok(config)
    }

    /// Adds a module and what it calls; gives its id.
    fn module(&mut self, from: skim::ConfigModule<'a>) -> Result<SourceId, Bad<'a>> {
        let id = self.modules.len();
        self.modules.push(Source::default());
        let mut source = Source::default();
        for resource in from.resources.unwrap_or_default() {
            let data = if resource.mode == "data" { "data." } else { "" };
            let base = format!("{data}{}.{}", resource.ty, resource.name);
            let block = part(resource.expressions)?.map(Expr::block).unwrap_or_default();
            let for_each = part(resource.for_each_expression)?.map(Expr::of);
            let provider = resource.provider_config_key.into_owned();
            source.resources.insert(base, Resource { block: Expr::Blocks(vec![block]), for_each, provider });
        }
        for (name, output) in from.outputs.unwrap_or_default() {
            if let Some(expression) = part(output.expression)? {
                source.outputs.insert(name, Expr::of(expression));
            }
        }
        for (name, variable) in from.variables.unwrap_or_default() {
            if let Some(default) = part(variable.default)? {
                source.defaults.insert(name.clone(), default);
            }
            source.declared.insert(name);
        }
        for (name, call) in from.module_calls.unwrap_or_default() {
            let block = part(call.expressions)?.map(Expr::block).unwrap_or_default();
            let for_each = part(call.for_each_expression)?.map(Expr::of);
            if let Some(module) = call.module {
                let source_id = self.module(module)?;
                source.calls.insert(name, Call { block, for_each, source: source_id });
            }
        }
        if let Some(slot) = self.modules.get_mut(id) {
            *slot = source;
        }
        Ok(id)
    }

    /// A module by id.
    pub fn source(&self, id: SourceId) -> Option<&Source<'a>> {
        self.modules.get(id)
    }
}
