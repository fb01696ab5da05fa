//! Tables to a checked [`Catalog`]: rows parsed, types looked up, the schema built.

use std::collections::HashMap;
use std::sync::Arc;

use crate::base::text::Text;
use crate::model::doc::Dialect;
use crate::model::schema::{Attr, COMMON, Field, Kind, KindId, Origin, Schema, Shape, ShapeId, Ty};

use super::path::{self, Row};
use super::table::{Column, FactRow, OneOrMany, TableFile, TypeRow};
use super::{Catalog, Column as Compiled, FactDef, FactTy, KindDef, Satellite, TypeUse, TypedRows};

/// The four columns in a fixed order.
pub(super) const DIALECTS: [Dialect; 5] =
    [Dialect::Terraform, Dialect::CloudFormation, Dialect::Api, Dialect::Config, Dialect::Neutral];

/// Builds the catalog from its files: `(kind name, where for messages, table)`.
///
/// # Errors
/// Every problem found, each naming its file.
pub fn compile(files: Vec<(String, String, TableFile)>) -> Result<Catalog, Vec<String>> {
    let mut problems = Vec::new();
    let mut schema = Schema::default();
    let policy = schema.add_shape(policy_shape(ShapeId(1)));
    let conditions = schema.add_shape(condition_shape());
    debug_assert_eq!((policy, conditions), (ShapeId(0), ShapeId(1)));

    for (name, file, table) in &files {
        let kind = Kind {
            name: name.as_str().into(),
            means: table.kind_doc.as_str().into(),
            roles: table.roles.iter().map(|r| r.as_str().into()).collect(),
            attrs: Vec::new(),
            slots: 0,
            by_name: HashMap::new(),
        };
        if let Err(e) = schema.add_kind(kind) {
            problems.push(format!("{file}: {e}"));
        }
    }

    let mut kinds = Vec::new();
    let mut inverses: Vec<(KindId, u16, Text, Vec<KindId>, String)> = Vec::new();
    for (name, file, table) in &files {
        let Some(id) = schema.find(name) else { continue };
        let mut facts = Vec::new();
        for (fact, row) in &table.facts {
            match compile_fact(&mut schema, name, fact, row) {
                Ok(def) => {
                    if let Some(inverse) = &def.inverse {
                        let slot = u16::try_from(facts.len()).unwrap_or(u16::MAX);
                        inverses.push((id, slot, inverse.clone(), def.to.clone(), file.clone()));
                    }
                    facts.push(def);
                }
                Err(e) => problems.extend(e.into_iter().map(|e| format!("{file}: `{fact}`: {e}"))),
            }
        }
        let columns = DIALECTS.map(|d| {
            compile_column(name, table, d).map_err(|e| problems.push(format!("{file}: {e}"))).ok().flatten()
        });
        kinds.push(KindDef {
            id,
            name: name.as_str().into(),
            facts,
            columns,
            todo: todo(table),
            looks_like: table.looks_like.iter().map(|g| g.as_str().into()).collect(),
        });
    }
    for def in &kinds {
        let shape_of = |f: &FactDef| f.schema_ty();
        let attrs: Vec<Attr> = COMMON
            .iter()
            .map(|(n, c, ty, means)| Attr {
                name: (*n).into(),
                ty: ty.clone(),
                means: (*means).into(),
                origin: Origin::Common(*c),
                secret: false,
            })
            .chain(def.facts.iter().enumerate().map(|(slot, f)| Attr {
                name: f.name.clone(),
                ty: shape_of(f),
                means: f.means.clone(),
                origin: Origin::Stated(u16::try_from(slot).unwrap_or(u16::MAX)),
                secret: f.secret,
            }))
            .collect();
        if let Some(kind) = schema.kinds.get_mut(def.id.0 as usize) {
            kind.slots = u16::try_from(def.facts.len()).unwrap_or(u16::MAX);
            for attr in attrs {
                if let Err(e) = kind.add(attr) {
                    problems.push(e);
                }
            }
        }
    }
    add_inverses(&mut schema, inverses, &mut problems);

    let mut types: HashMap<(Dialect, Text), Vec<TypeUse>> = HashMap::new();
    for (k, def) in kinds.iter().enumerate() {
        for (d, column) in DIALECTS.iter().zip(&def.columns) {
            let Some(column) = column else { continue };
            for ty in &column.types {
                types.entry((*d, ty.clone())).or_default().push(TypeUse::Kind(k));
            }
            for (s, satellite) in column.satellites.iter().enumerate() {
                for ty in &satellite.types {
                    types.entry((*d, ty.clone())).or_default().push(TypeUse::Satellite(k, s));
                }
            }
        }
    }
    if problems.is_empty() {
        Ok(Catalog {
            schema: Arc::new(schema),
            kinds,
            types,
            policy_shape: policy,
            condition_shape: conditions,
        })
    } else {
        Err(problems)
    }
}

fn todo(table: &TableFile) -> Vec<(Dialect, Text, Text)> {
    let of = |d: Dialect| {
        table
            .todo
            .get(d.name())
            .into_iter()
            .flatten()
            .map(move |(k, v)| (d, k.as_str().into(), v.as_str().into()))
    };
    DIALECTS.into_iter().flat_map(of).collect()
}

fn add_inverses(
    schema: &mut Schema,
    inverses: Vec<(KindId, u16, Text, Vec<KindId>, String)>,
    problems: &mut Vec<String>,
) {
    let mut grouped: HashMap<(KindId, Text), Vec<(KindId, u16)>> = HashMap::new();
    let mut order = Vec::new();
    for (from, slot, name, to, _) in inverses {
        for target in to {
            let key = (target, name.clone());
            if !grouped.contains_key(&key) {
                order.push(key.clone());
            }
            grouped.entry(key).or_default().push((from, slot));
        }
    }
    for key in order {
        let Some(from) = grouped.remove(&key) else { continue };
        let mut kinds: Vec<KindId> = from.iter().map(|(k, _)| *k).collect();
        kinds.sort();
        kinds.dedup();
        let (target, name) = key;
        let attr = Attr {
            name,
            ty: Ty::List(Box::new(Ty::Res(kinds))),
            means: "what points here".into(),
            origin: Origin::Inverse(from),
            secret: false,
        };
        if let Some(kind) = schema.kinds.get_mut(target.0 as usize)
            && let Err(e) = kind.add(attr)
        {
            problems.push(format!("inverse: {e}"));
        }
    }
}

fn compile_column(kind: &str, table: &TableFile, dialect: Dialect) -> Result<Option<Compiled>, String> {
    let row: Option<&TypeRow> = match dialect {
        Dialect::Neutral => {
            let name = path::parse("name")?;
            let column = Compiled {
                types: vec![kind.into()],
                items: None,
                name: Some(name),
                ids: Vec::new(),
                satellites: Vec::new(),
            };
            return Ok(Some(column));
        }
        Dialect::Terraform => table.from.terraform.as_ref(),
        Dialect::CloudFormation => table.from.cloudformation.as_ref(),
        Dialect::Api => table.from.api.as_ref(),
        Dialect::Config => table.from.config.as_ref(),
    };
    let Some(row) = row else { return Ok(None) };
    let mut satellites = Vec::new();
    for (name, satellite) in table.satellites.get(dialect.name()).into_iter().flatten() {
        let types: Vec<Text> = satellite
            .ty
            .iter()
            .chain(&satellite.types)
            .chain(&satellite.call)
            .map(|t| t.as_str().into())
            .collect();
        if types.is_empty() {
            return Err(format!("satellite `{name}` has no type"));
        }
        let owner = path::parse(&satellite.owner).map_err(|e| format!("satellite `{name}`: {e}"))?;
        let items = satellite.items.as_deref().map(path::parse).transpose()?;
        satellites.push(Satellite { name: name.as_str().into(), types, items, owner });
    }
    Ok(Some(Compiled {
        types: row.types.iter().chain(&row.call).chain(&row.calls).map(|t| t.as_str().into()).collect(),
        items: row.items.as_deref().map(path::parse).transpose().map_err(|e| format!("items: {e}"))?,
        name: row.name.as_deref().map(path::parse).transpose().map_err(|e| format!("name: {e}"))?,
        ids: row
            .ids
            .iter()
            .map(|r| path::parse(r))
            .collect::<Result<_, _>>()
            .map_err(|e| format!("ids: {e}"))?,
        satellites,
    }))
}

fn compile_fact(schema: &mut Schema, owner: &str, name: &str, row: &FactRow) -> Result<FactDef, Vec<String>> {
    let mut problems = Vec::new();
    let mut to = Vec::new();
    for target in row.to.list() {
        match schema.target(target) {
            Some(kinds) => to.extend(kinds),
            None => problems.push(format!("no kind or role `{target}`")),
        }
    }
    to.sort();
    to.dedup();
    let mut each = Vec::new();
    let mut shape = ShapeId(0);
    if matches!(row.is.as_str(), "list" | "record") {
        let full = format!("{owner}.{name}");
        for (field, sub) in &row.each {
            match compile_fact(schema, &full, field, sub) {
                Ok(def) => each.push(def),
                Err(e) => problems.extend(e.into_iter().map(|e| format!("`{field}`: {e}"))),
            }
        }
        let fields = each
            .iter()
            .map(|f: &FactDef| Field {
                name: f.name.clone(),
                ty: f.schema_ty(),
                means: f.means.clone(),
                secret: f.secret,
            })
            .collect();
        shape = schema.add_shape(Shape { name: full.into(), fields });
    }
    let ty = match row.is.as_str() {
        "bool" => FactTy::Bool,
        "int" => FactTy::Int,
        "number" => FactTy::Num,
        "text" => FactTy::Text,
        "texts" => FactTy::Texts,
        "ints" => FactTy::Ints,
        "ref" => FactTy::Ref,
        "refs" => FactTy::Refs,
        "list" => FactTy::List(shape),
        "record" => FactTy::Record(shape),
        "policy" => FactTy::Policy,
        other => {
            problems.push(format!("`{other}` is no type"));
            FactTy::Text
        }
    };
    if matches!(ty, FactTy::Ref | FactTy::Refs) && to.is_empty() && problems.is_empty() {
        problems.push("a reference needs `to`".into());
    }
    let mut rows = [const { None }; 5];
    for (cell, column) in rows.iter_mut().zip([&row.terraform, &row.cloudformation, &row.api, &row.config]) {
        match column.as_ref().map(compile_rows).transpose() {
            Ok(compiled) => *cell = compiled,
            Err(e) => problems.push(e),
        }
    }
    if let Some(cell) = rows.last_mut() {
        let steps = if matches!(row.is.as_str(), "list" | "texts" | "ints" | "refs") { "[]" } else { "" };
        *cell = path::parse(&format!("{name}{steps}")).ok().map(|r| vec![(None, vec![r])]);
    }
    if problems.is_empty() {
        Ok(FactDef {
            name: name.into(),
            ty,
            to,
            inverse: row.inverse.as_deref().map(Into::into),
            means: row.means.trim().into(),
            secret: row.secret,
            rows,
            each,
        })
    } else {
        Err(problems)
    }
}

fn compile_rows(column: &Column) -> Result<TypedRows, String> {
    let parse = |texts: Vec<&str>| {
        texts
            .into_iter()
            .map(|t| path::parse(t).map_err(|e| format!("`{t}`: {e}")))
            .collect::<Result<Vec<Row>, String>>()
    };
    Ok(match column {
        Column::Row(row) => vec![(None, parse(vec![row])?)],
        Column::Rows(rows) => vec![(None, parse(rows.iter().map(String::as_str).collect())?)],
        Column::PerType(map) => map
            .iter()
            .map(|(ty, rows): (&String, &OneOrMany)| Ok((Some(ty.as_str().into()), parse(rows.list())?)))
            .collect::<Result<_, String>>()?,
    })
}

/// The shape of an IAM policy statement: the built-in type `policy` is a list of these.
fn policy_shape(condition: ShapeId) -> Shape {
    let texts = || Ty::List(Box::new(Ty::Text));
    let field =
        |name: &str, ty: Ty, means: &str| Field { name: name.into(), ty, means: means.into(), secret: false };
    Shape {
        name: "policy statement".into(),
        fields: vec![
            field("sid", Ty::Text, "its name"),
            field("effect", Ty::Text, "Allow or Deny"),
            field("actions", texts(), "actions, as spelt"),
            field("not_actions", texts(), "NotAction"),
            field("resources", texts(), "resources, as spelt"),
            field("not_resources", texts(), "NotResource"),
            field("principals", texts(), "`*`, `AWS:…`, `Service:…`, `Federated:…`"),
            field("not_principals", texts(), "NotPrincipal"),
            field("conditions", Ty::List(Box::new(Ty::Record(condition))), "conditions"),
        ],
    }
}

fn condition_shape() -> Shape {
    let field = |name: &str, ty: Ty| Field { name: name.into(), ty, means: "".into(), secret: false };
    Shape {
        name: "policy condition".into(),
        fields: vec![
            field("operator", Ty::Text),
            field("key", Ty::Text),
            field("values", Ty::List(Box::new(Ty::Text))),
        ],
    }
}
