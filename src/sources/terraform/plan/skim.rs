//! The plan file as typed structs that borrow: only what is needed to find a resource's parts. The
//! parts themselves stay raw until the one pass that reads them.
//!
//! Every field may be missing: formats 0.1 to 1.2 differ, and so do the tools that imitate them.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

type Raw<'a> = Option<&'a RawValue>;

/// The whole file.
#[derive(Deserialize)]
pub struct Plan<'a> {
    /// `1.2`.
    #[serde(borrow)]
    pub format_version: Raw<'a>,
    /// Only in a raw state file.
    #[serde(borrow)]
    pub lineage: Raw<'a>,
    /// Only in `terraform show -json` of a state.
    #[serde(borrow)]
    pub values: Raw<'a>,
    /// Values of the root module's variables.
    #[serde(borrow)]
    pub variables: Option<HashMap<String, Variable<'a>>>,
    /// What will be, without what is not known.
    #[serde(borrow)]
    pub planned_values: Option<Values<'a>>,
    /// What is, as of the last refresh; data sources that could be read are only here.
    #[serde(borrow)]
    pub prior_state: Option<State<'a>>,
    /// What happens to each resource.
    #[serde(borrow)]
    pub resource_changes: Option<Vec<ResourceChange<'a>>>,
    /// What this plan leaves for a later one.
    #[serde(borrow)]
    pub deferred_changes: Option<Vec<&'a RawValue>>,
    /// The source, as far as the plan tells.
    #[serde(borrow)]
    pub configuration: Option<Configuration<'a>>,
    /// True if planning failed half-way.
    pub errored: Option<bool>,
}

/// A root variable.
#[derive(Deserialize)]
pub struct Variable<'a> {
    /// Its value.
    #[serde(borrow)]
    pub value: Raw<'a>,
}

/// A state inside the plan.
#[derive(Deserialize)]
pub struct State<'a> {
    /// Its values.
    #[serde(borrow)]
    pub values: Option<Values<'a>>,
}

/// Values of resources by module.
#[derive(Deserialize)]
pub struct Values<'a> {
    /// The root.
    #[serde(borrow)]
    pub root_module: Option<ValuesModule<'a>>,
}

/// A module instance's values.
#[derive(Deserialize)]
pub struct ValuesModule<'a> {
    /// Its address; empty for the root.
    #[serde(default)]
    pub address: String,
    /// Its resources.
    #[serde(borrow)]
    pub resources: Option<Vec<ValuesResource<'a>>>,
    /// Modules that it calls.
    #[serde(borrow)]
    pub child_modules: Option<Vec<ValuesModule<'a>>>,
}

/// A resource instance's values.
#[derive(Deserialize)]
pub struct ValuesResource<'a> {
    /// Its address.
    #[serde(borrow, default)]
    pub address: Cow<'a, str>,
    /// `managed` or `data`.
    #[serde(borrow, default)]
    pub mode: Cow<'a, str>,
    /// `aws_vpc`.
    #[serde(rename = "type", borrow, default)]
    pub ty: Cow<'a, str>,
    /// Its name in the source.
    #[serde(borrow, default)]
    pub name: Cow<'a, str>,
    /// Its key under `count` or `for_each`.
    #[serde(borrow)]
    pub index: Raw<'a>,
    /// Its attributes.
    #[serde(borrow)]
    pub values: Raw<'a>,
    /// Marks on sensitive ones.
    #[serde(borrow)]
    pub sensitive_values: Raw<'a>,
}

/// What happens to a resource instance.
#[derive(Deserialize)]
pub struct ResourceChange<'a> {
    /// Its address.
    #[serde(borrow, default)]
    pub address: Cow<'a, str>,
    /// Its module instance's address; empty in the root.
    #[serde(borrow, default)]
    pub module_address: Cow<'a, str>,
    /// `managed` or `data`.
    #[serde(borrow, default)]
    pub mode: Cow<'a, str>,
    /// `aws_vpc`.
    #[serde(rename = "type", borrow, default)]
    pub ty: Cow<'a, str>,
    /// Its name in the source.
    #[serde(borrow, default)]
    pub name: Cow<'a, str>,
    /// Its key under `count` or `for_each`.
    #[serde(borrow)]
    pub index: Raw<'a>,
    /// Set on an object that was replaced and is still to be destroyed.
    #[serde(borrow, default)]
    pub deposed: Cow<'a, str>,
    /// The change.
    #[serde(borrow)]
    pub change: Option<Change<'a>>,
}

/// A change.
#[derive(Deserialize)]
pub struct Change<'a> {
    /// `create`, `delete`, ….
    #[serde(default)]
    pub actions: Vec<String>,
    /// What is.
    #[serde(borrow)]
    pub before: Raw<'a>,
    /// What will be.
    #[serde(borrow)]
    pub after: Raw<'a>,
    /// Marks on what is not known of it.
    #[serde(borrow)]
    pub after_unknown: Raw<'a>,
    /// Marks on sensitive parts of `before`.
    #[serde(borrow)]
    pub before_sensitive: Raw<'a>,
    /// Marks on sensitive parts of `after`.
    #[serde(borrow)]
    pub after_sensitive: Raw<'a>,
}

/// The source as the plan tells it.
#[derive(Deserialize)]
pub struct Configuration<'a> {
    /// Providers by key: `aws`, `aws.east`, `module.a:aws`.
    #[serde(borrow)]
    pub provider_config: Option<HashMap<String, Provider<'a>>>,
    /// The root.
    #[serde(borrow)]
    pub root_module: Option<ConfigModule<'a>>,
}

/// A provider's configuration.
#[derive(Deserialize)]
pub struct Provider<'a> {
    /// `aws`.
    #[serde(default)]
    pub name: String,
    /// Its arguments.
    #[serde(borrow)]
    pub expressions: Raw<'a>,
}

/// A module's source.
#[derive(Deserialize)]
pub struct ConfigModule<'a> {
    /// Its resources.
    #[serde(borrow)]
    pub resources: Option<Vec<ConfigResource<'a>>>,
    /// Modules that it calls, by name.
    #[serde(borrow)]
    pub module_calls: Option<HashMap<String, ModuleCall<'a>>>,
    /// Its outputs.
    #[serde(borrow)]
    pub outputs: Option<HashMap<String, Output<'a>>>,
    /// Its variables.
    #[serde(borrow)]
    pub variables: Option<HashMap<String, ConfigVariable<'a>>>,
}

/// A resource's source.
#[derive(Deserialize)]
pub struct ConfigResource<'a> {
    /// `managed` or `data`.
    #[serde(borrow, default)]
    pub mode: Cow<'a, str>,
    /// `aws_vpc`.
    #[serde(rename = "type", borrow, default)]
    pub ty: Cow<'a, str>,
    /// Its name.
    #[serde(borrow, default)]
    pub name: Cow<'a, str>,
    /// Which provider configuration it uses.
    #[serde(borrow, default)]
    pub provider_config_key: Cow<'a, str>,
    /// Its arguments.
    #[serde(borrow)]
    pub expressions: Raw<'a>,
    /// `for_each`.
    #[serde(borrow)]
    pub for_each_expression: Raw<'a>,
}

/// A call of a module.
#[derive(Deserialize)]
pub struct ModuleCall<'a> {
    /// Its arguments.
    #[serde(borrow)]
    pub expressions: Raw<'a>,
    /// `for_each`.
    #[serde(borrow)]
    pub for_each_expression: Raw<'a>,
    /// What is called.
    #[serde(borrow)]
    pub module: Option<ConfigModule<'a>>,
}

/// An output.
#[derive(Deserialize)]
pub struct Output<'a> {
    /// Its value.
    #[serde(borrow)]
    pub expression: Raw<'a>,
}

/// A variable's declaration.
#[derive(Deserialize)]
pub struct ConfigVariable<'a> {
    /// Its default.
    #[serde(borrow)]
    pub default: Raw<'a>,
}
