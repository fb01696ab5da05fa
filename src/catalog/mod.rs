//! Floor 3: the catalog translates what sources say into typed facts, and back.
//!
//! Owns the tables (`aws/<service>/<kind>.yaml`, one file per resource kind, every source's spelling
//! side by side), the row grammar, the converters, the forward mapping (documents to facts) and the
//! reverse mapping (facts to documents and text). Must not know derived facts, rules or reports, and
//! must not do I/O: its tables are embedded.
//!
//! To add a kind: one YAML file. To add a fact: one row in it.

pub mod compile;
pub mod convert;
pub mod decode;
pub mod example;
pub mod forward;
pub mod path;
pub mod policy;
pub mod reverse;
pub mod spell;
pub mod table;
pub mod typed;
pub mod walk;

use std::collections::HashMap;
use std::sync::Arc;

use include_dir::{Dir, include_dir};

use crate::base::text::Text;
use crate::diag::Diagnostic;
use crate::model::doc::Dialect;
use crate::model::schema::{KindId, Schema, ShapeId, Ty};
use path::Row;

static TABLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/catalog/aws");

/// The compiled tables.
#[derive(Debug)]
pub struct Catalog {
    /// The schema of stated facts and inverses, without derived facts.
    pub schema: Arc<Schema>,
    /// Every kind.
    pub kinds: Vec<KindDef>,
    types: HashMap<(Dialect, Text), Vec<TypeUse>>,
    /// The shape of a policy statement.
    pub policy_shape: ShapeId,
    /// The shape of a statement's condition.
    pub condition_shape: ShapeId,
}

/// What the catalog makes of an upstream type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeUse {
    /// It is a resource of this kind (index in [`Catalog::kinds`]).
    Kind(usize),
    /// It says something about an owner of this kind: kind index, satellite index.
    Satellite(usize, usize),
}

/// One kind.
#[derive(Debug)]
pub struct KindDef {
    /// Its id in the schema.
    pub id: KindId,
    /// Its name.
    pub name: Text,
    /// Its facts, in slot order.
    pub facts: Vec<FactDef>,
    /// Its types in each dialect.
    pub columns: [Option<Column>; 5],
    /// How its ids look: globs in which `{}` captures what identifies it.
    pub looks_like: Vec<Text>,
    /// Upstream properties that matter and are not read yet: dialect, property, note.
    pub todo: Vec<(Dialect, Text, Text)>,
}

/// The types of a kind in one dialect.
#[derive(Debug)]
pub struct Column {
    /// Upstream types; the first is the one that fixes are spelt in.
    pub types: Vec<Text>,
    /// API: the row of the items in the answer.
    pub items: Option<Row>,
    /// Row of the name.
    pub name: Option<Row>,
    /// Rows of what identifies it.
    pub ids: Vec<Row>,
    /// Its satellites.
    pub satellites: Vec<Satellite>,
}

/// A satellite of a kind in one dialect.
#[derive(Debug)]
pub struct Satellite {
    /// The name that rows use: `@rule`.
    pub name: Text,
    /// Its upstream types.
    pub types: Vec<Text>,
    /// API: the row of the items in the answer.
    pub items: Option<Row>,
    /// The row that names its owner.
    pub owner: Row,
}

/// Rows, each set for one type or for all.
pub type TypedRows = Vec<(Option<Text>, Vec<Row>)>;

/// One fact, or a field of a record.
#[derive(Debug)]
pub struct FactDef {
    /// Its name.
    pub name: Text,
    /// Its type.
    pub ty: FactTy,
    /// What it may point at.
    pub to: Vec<KindId>,
    /// The inverse's name.
    pub inverse: Option<Text>,
    /// One line for the docs.
    pub means: Text,
    /// True if its value is never to be shown.
    pub secret: bool,
    /// Per dialect: rows, each for one type or for all.
    pub rows: [Option<TypedRows>; 5],
    /// Fields of a record.
    pub each: Vec<FactDef>,
}

/// The catalog's types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactTy {
    /// true or false
    Bool,
    /// a whole number
    Int,
    /// a number
    Num,
    /// text
    Text,
    /// a list of texts
    Texts,
    /// a list of whole numbers
    Ints,
    /// a resource
    Ref,
    /// resources
    Refs,
    /// records
    List(ShapeId),
    /// one record
    Record(ShapeId),
    /// an IAM policy document: its statements
    Policy,
}

impl FactDef {
    /// The type as the schema has it.
    pub fn schema_ty(&self) -> Ty {
        let list = |t: Ty| Ty::List(Box::new(t));
        match self.ty {
            FactTy::Bool => Ty::Bool,
            FactTy::Int => Ty::Int,
            FactTy::Num => Ty::Num,
            FactTy::Text => Ty::Text,
            FactTy::Texts => list(Ty::Text),
            FactTy::Ints => list(Ty::Int),
            FactTy::Ref => Ty::Res(self.to.clone()),
            FactTy::Refs => list(Ty::Res(self.to.clone())),
            FactTy::List(shape) => list(Ty::Record(shape)),
            FactTy::Record(shape) => Ty::Record(shape),
            FactTy::Policy => list(Ty::Record(ShapeId(0))),
        }
    }

    /// The rows whose defaults an example takes: the first source that tells the fact.
    pub fn default_rows(&self) -> &[Row] {
        let told = self.rows.iter().take(4).flatten().flat_map(|of| of.first()).next();
        told.map_or(&[], |(_, rows)| rows.as_slice())
    }

    /// The rows for a type in a dialect; `None` if the source does not tell this fact.
    pub fn rows_for(&self, dialect: Dialect, ty: &str) -> Option<&[Row]> {
        let rows = self.rows.get(slot(dialect))?.as_ref()?;
        rows.iter().find(|(of, _)| of.as_deref().is_none_or(|of| of == ty)).map(|(_, rows)| rows.as_slice())
    }
}

/// The index of a dialect's column.
pub fn slot(dialect: Dialect) -> usize {
    match dialect {
        Dialect::Terraform => 0,
        Dialect::CloudFormation => 1,
        Dialect::Api => 2,
        Dialect::Config => 3,
        Dialect::Neutral => 4,
    }
}

impl Catalog {
    /// The embedded catalog.
    ///
    /// # Errors
    /// A table that is wrong: our own fault, found by the tests.
    pub fn load() -> Result<Self, Vec<Diagnostic>> {
        let mut files = Vec::new();
        let mut problems = Vec::new();
        for folder in TABLES.dirs() {
            for file in folder.files() {
                let path = file.path().display().to_string();
                let Some(kind) = file.path().file_stem().and_then(|s| s.to_str()) else { continue };
                let text = file.contents_utf8().unwrap_or_default();
                match serde_saphyr::from_str::<table::TableFile>(text) {
                    Ok(table) => files.push((kind.to_owned(), path, table)),
                    Err(e) => problems.push(format!("{path}: {e}")),
                }
            }
        }
        files.sort_by(|a, b| a.0.cmp(&b.0));
        if problems.is_empty() {
            match compile::compile(files) {
                Ok(catalog) => return Ok(catalog),
                Err(e) => problems = e,
            }
        }
        Err(problems.into_iter().map(|p| Diagnostic::error("catalog::table", p)).collect())
    }

    /// What the catalog makes of an upstream type; empty for types that it does not know.
    pub fn uses(&self, dialect: Dialect, ty: &str) -> &[TypeUse] {
        self.types.get(&(dialect, ty.into())).map_or(&[], Vec::as_slice)
    }

    /// A kind by id.
    pub fn kind(&self, id: KindId) -> Option<&KindDef> {
        self.kinds.iter().find(|k| k.id == id)
    }

    /// Do ids of this kind look like `text`? `None` if the kind does not say how they look; else the
    /// captured identity, or the whole text.
    pub fn looks_like(kind: &KindDef, text: &str) -> Option<Option<Text>> {
        if kind.looks_like.is_empty() {
            return None;
        }
        Some(kind.looks_like.iter().find_map(|glob| decode::glob(glob, text)))
    }
}
