//! The tables as they stand on disk: one YAML file per resource kind. Only shapes; meaning is made of
//! them in [`super::compile`].

use indexmap::IndexMap;
use serde::Deserialize;

/// One file: `aws/<service>/<kind>.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableFile {
    /// What the kind is, one line.
    #[serde(default)]
    pub kind_doc: String,
    /// Roles it plays.
    #[serde(default)]
    pub roles: Vec<String>,
    /// How ids, ARNs and names of this kind look: globs, `{}` captures what identifies it.
    #[serde(default)]
    pub looks_like: Vec<String>,
    /// Its types in each source.
    pub from: From,
    /// Upstream resources that only say something about an owner of this kind, per source.
    #[serde(default)]
    pub satellites: IndexMap<String, IndexMap<String, SatelliteRow>>,
    /// Its facts.
    pub facts: IndexMap<String, FactRow>,
    /// Upstream properties that do not matter, per source.
    #[serde(default)]
    pub ignored: IndexMap<String, Vec<String>>,
    /// Upstream properties that matter and are not read yet, per source, with a note.
    #[serde(default)]
    pub todo: IndexMap<String, IndexMap<String, String>>,
}

/// The types of a kind.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct From {
    /// Terraform resource types.
    pub terraform: Option<TypeRow>,
    /// CloudFormation resource types.
    pub cloudformation: Option<TypeRow>,
    /// AWS API calls.
    pub api: Option<TypeRow>,
    /// AWS Config resource types.
    pub config: Option<TypeRow>,
}

/// The types of a kind in one source.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeRow {
    /// Upstream types; the first is the one that fixes are spelt in.
    #[serde(default)]
    pub types: Vec<String>,
    /// API: `service:Operation`.
    pub call: Option<String>,
    /// API: further calls that tell the same kind.
    #[serde(default)]
    pub calls: Vec<String>,
    /// API: the path of the items in the answer.
    pub items: Option<String>,
    /// Row of the name.
    pub name: Option<String>,
    /// Rows of what identifies it: ids, ARNs, DNS names.
    #[serde(default)]
    pub ids: Vec<String>,
}

/// A satellite.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SatelliteRow {
    /// Its type.
    #[serde(rename = "type")]
    pub ty: Option<String>,
    /// Aliases of its type.
    #[serde(default)]
    pub types: Vec<String>,
    /// API: the call.
    pub call: Option<String>,
    /// API: the path of the items in the answer.
    pub items: Option<String>,
    /// The row that names its owner.
    pub owner: String,
}

/// A fact, or a field of a record.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactRow {
    /// Its type.
    pub is: String,
    /// What it points at.
    #[serde(default)]
    pub to: OneOrMany,
    /// The name under which what it points at sees it.
    pub inverse: Option<String>,
    /// One line for the docs.
    #[serde(default)]
    pub means: String,
    /// True if its value is never to be shown.
    #[serde(default)]
    pub secret: bool,
    /// Rows per source.
    pub terraform: Option<Column>,
    /// Rows per source.
    pub cloudformation: Option<Column>,
    /// Rows per source.
    pub api: Option<Column>,
    /// Rows per source.
    pub config: Option<Column>,
    /// Fields of a record.
    #[serde(default)]
    pub each: IndexMap<String, FactRow>,
}

/// What one source's column holds.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Column {
    /// One row.
    Row(String),
    /// Several sources of items, appended.
    Rows(Vec<String>),
    /// Different rows for different types.
    PerType(IndexMap<String, OneOrMany>),
}

/// A text or a list of texts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// Nothing.
    #[default]
    None,
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl OneOrMany {
    /// As a slice-like list.
    pub fn list(&self) -> Vec<&str> {
        match self {
            Self::None => Vec::new(),
            Self::One(one) => vec![one],
            Self::Many(many) => many.iter().map(String::as_str).collect(),
        }
    }
}
