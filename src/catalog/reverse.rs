//! Reverse mapping: facts in the catalog's own words to documents in a source's spelling.
//!
//! The same rows read backwards. It spells fixes and examples in the user's own language, and proves the
//! mapping: an example spelt and read back must give the same graph.

use crate::base::text::Text;
use crate::model::doc::{Dialect, Doc, Raw, Reference, Said};

use super::path::{Literal, Path, Pipe, Root, Row, Step};
use super::{Catalog, FactDef, FactTy, KindDef, forward};

/// The region of examples, which state none.
const EXAMPLE_REGION: &str = "ap-northeast-2";

/// What reversing a resource gave.
#[derive(Debug, Default)]
pub struct Spelt {
    /// The resource, then its satellites.
    pub raws: Vec<Raw>,
    /// Facts that this dialect cannot spell.
    pub unspellable: Vec<String>,
}

/// The other resources of the example: the address of a name in the dialect. A text that is one of
/// them is a reference.
pub type Names<'a> = dyn Fn(&str) -> Option<Text> + 'a;

/// The address that a resource of an example gets in a dialect.
pub fn address(catalog: &Catalog, kind: &str, name: &str, dialect: Dialect) -> Option<Text> {
    let kind = catalog.kinds.iter().find(|k| *k.name == *kind)?;
    let ty = forward::column(kind, dialect)?.types.first()?;
    Some(match dialect {
        Dialect::Terraform => format!("{ty}.{}", super::spell::terraform_name(name)).into(),
        Dialect::CloudFormation => super::spell::logical_id(name).into(),
        _ => name.into(),
    })
}

/// Spells one neutral resource in a dialect, as the upstream type `ty` or the kind's first.
pub fn resource(
    catalog: &Catalog,
    raw: &Raw,
    ty: Option<&str>,
    dialect: Dialect,
    names: &Names<'_>,
) -> Spelt {
    let mut out = Spelt::default();
    let Some(kind) = catalog.kinds.iter().find(|k| *k.name == *raw.ty) else {
        out.unspellable.push(format!("kind `{}`", raw.ty));
        return out;
    };
    let types = forward::column(kind, dialect).map_or(&[][..], |c| c.types.as_slice());
    let Some(ty) = types.iter().find(|t| Some(&***t) == ty).or(types.first()) else {
        out.unspellable.push(format!("kind `{}`", raw.ty));
        return out;
    };
    let spelt: Text = match dialect {
        Dialect::Terraform => format!("{ty}.{}", super::spell::terraform_name(&raw.address)).into(),
        _ => address(catalog, &raw.ty, &raw.address, dialect).unwrap_or_else(|| raw.address.clone()),
    };
    let mut own = Raw::new(ty.clone(), spelt, Doc::new(Said::Map(Vec::new())));
    own.change = raw.change;
    own.region = raw.region.clone();
    own.account = raw.account.clone();
    out.raws.push(own);
    let Said::Map(facts) = &raw.body.said else { return out };
    // "something is there" is written first, so that what is there can replace it
    let bare = |name: &Text| {
        let row =
            kind.facts.iter().find(|f| f.name == *name).and_then(|def| def.rows_for(dialect, ty)?.first());
        row.is_some_and(|row| row.pipes.iter().any(|p| matches!(p, Pipe::Present)))
    };
    let (first, last): (Vec<_>, Vec<_>) = facts.iter().partition(|(name, _)| bare(name));
    for (name, value) in first.into_iter().chain(last) {
        if &**name == "name" {
            if let Some(row) = forward::column(kind, dialect).and_then(|c| c.name.as_ref()) {
                let path = row.alts.first().and_then(|a| a.first());
                if let Some(path) = path {
                    let _ = write(&mut out, kind, dialect, path, value.clone(), FactTy::Text);
                }
            }
            continue;
        }
        let Some(def) = kind.facts.iter().find(|f| f.name == *name) else {
            out.unspellable.push(format!("`{name}` of `{}`", raw.ty));
            continue;
        };
        if fact(&mut out, kind, def, dialect, ty, value, names).is_none() {
            out.unspellable.push(format!("`{}.{name}` in {}", raw.ty, dialect.name()));
        }
    }
    out
}

fn fact(
    out: &mut Spelt,
    kind: &KindDef,
    def: &FactDef,
    dialect: Dialect,
    ty: &str,
    value: &Doc,
    names: &Names<'_>,
) -> Option<()> {
    let row = def.rows_for(dialect, ty)?.first()?;
    let path = pick(row, &kind.name)?;
    let value = match def.ty {
        FactTy::List(_) | FactTy::Record(_) => items(kind, def, dialect, ty, value, names)?,
        FactTy::Ref | FactTy::Refs => references(value, path, dialect, names),
        FactTy::Policy if dialect == Dialect::Terraform => as_json(value),
        _ => value.clone(),
    };
    let region = out.raws.first().and_then(|r| r.region.clone());
    match undo(row, value, region.as_deref().unwrap_or(EXAMPLE_REGION))? {
        Some(value) => spread(row, path, def.ty, value)
            .into_iter()
            .try_for_each(|(path, value)| write(out, kind, dialect, path, value, def.ty)),
        None => Some(()),
    }
}

/// Kinds that are written with satellites although rows know an older inline form: the provider has
/// deprecated most arguments of `aws_s3_bucket`.
const SATELLITES_FIRST: &[&str] = &["bucket"];

/// The path that is written: the first that is no constant, and what stands in the resource itself
/// before what a satellite says.
fn pick<'r>(row: &'r Row, kind: &str) -> Option<&'r Path> {
    let paths = || row.alts.iter().flatten().filter(|p| !matches!(p.root, Root::Literal(_)));
    let own = paths().find(|p| p.root == Root::Body).filter(|_| !SATELLITES_FIRST.contains(&kind));
    own.or_else(|| paths().next())
}

/// Where a value goes that may have several elements while its paths take one each: IPv6 ranges to the
/// path for them, and a single element without a list around it.
fn spread<'r>(row: &'r Row, path: &'r Path, ty: FactTy, value: Doc) -> Vec<(&'r Path, Doc)> {
    let many = matches!(ty, FactTy::Texts | FactTy::Ints | FactTy::Refs);
    let single = |p: &Path| p.root == Root::Body && p.steps.iter().all(|s| matches!(s, Step::Key(_)));
    let Said::List(items, None) = &value.said else { return vec![(path, value)] };
    if !many || !single(path) || items.is_empty() {
        return vec![(path, value)];
    }
    let six = row.alts.iter().flatten().find(|p| {
        let last = p.steps.last();
        single(p) && matches!(last, Some(Step::Key(k)) if k.to_lowercase().contains("ipv6"))
    });
    let is_six = |d: &&Doc| matches!(&d.said, Said::Text(t) if t.contains(':') && t.contains('/'));
    let (sixes, fours): (Vec<&Doc>, Vec<&Doc>) = items.iter().partition(|d| six.is_some() && is_six(d));
    let mut all = Vec::new();
    for (to, group) in [(Some(path), fours), (six, sixes)] {
        match (to, group.as_slice()) {
            (Some(to), [one]) => all.push((to, (*one).clone())),
            (Some(to), [_, ..]) => {
                let list = group.into_iter().cloned().collect();
                all.push((to, Doc::new(Said::List(list, None))));
            }
            _ => {}
        }
    }
    all
}

/// Items of a list fact, each a map in the dialect's spelling.
fn items(
    kind: &KindDef,
    def: &FactDef,
    dialect: Dialect,
    ty: &str,
    value: &Doc,
    names: &Names<'_>,
) -> Option<Doc> {
    let one = |item: &Doc| -> Option<Doc> {
        let Said::Map(fields) = &item.said else { return Some(item.clone()) };
        let mut doc = Doc::new(Said::Map(Vec::new()));
        for (name, value) in fields {
            let field = def.each.iter().find(|f| f.name == *name)?;
            let row = field.rows_for(dialect, ty)?.first()?;
            let path = pick(row, &kind.name)?;
            if path.root != Root::Body {
                return None;
            }
            let value = match field.ty {
                FactTy::List(_) | FactTy::Record(_) => items(kind, field, dialect, ty, value, names)?,
                FactTy::Ref | FactTy::Refs => references(value, path, dialect, names),
                _ => value.clone(),
            };
            if let Some(value) = undo(row, value, EXAMPLE_REGION)? {
                for (path, value) in spread(row, path, field.ty, value) {
                    put(&mut doc, &path.steps, value)?;
                }
            }
        }
        Some(doc)
    };
    match &value.said {
        Said::List(all, more) => {
            let all = all.iter().map(one).collect::<Option<_>>()?;
            Some(Doc::new(Said::List(all, more.clone())))
        }
        Said::Map(_) => one(value),
        _ => Some(value.clone()),
    }
}

/// Texts that name a resource of the example become references.
fn references(value: &Doc, path: &Path, dialect: Dialect, names: &Names<'_>) -> Doc {
    match &value.said {
        Said::List(all, more) => Doc::new(Said::List(
            all.iter().map(|d| references(d, path, dialect, names)).collect(),
            more.clone(),
        )),
        Said::Text(name) if names(name).is_some() => {
            let target = names(name).unwrap_or_else(|| name.clone());
            let last = path
                .steps
                .iter()
                .rev()
                .find_map(|s| if let Step::Key(k) = s { Some(k.to_lowercase()) } else { None });
            let arn = last.is_some_and(|k| k.ends_with("arn") || k.ends_with("arns"));
            let attribute: Text = match dialect {
                Dialect::Terraform => if arn { "arn" } else { "id" }.into(),
                _ => "".into(),
            };
            let written =
                if attribute.is_empty() { target.clone() } else { format!("{target}.{attribute}").into() };
            Doc::new(Said::Ref(Reference { targets: vec![target], one_of: false, attribute, written }))
        }
        _ => value.clone(),
    }
}

/// Undoes a row's pipes. `Some(None)`: the value is said by leaving it out. `None`: it cannot be undone.
fn undo(row: &Row, mut value: Doc, region: &str) -> Option<Option<Doc>> {
    let default = row.pipes.iter().find_map(|p| if let Pipe::Omitted(l) = p { Some(l) } else { None });
    for pipe in row.pipes.iter().rev() {
        if let Said::Unknown(_) = value.said {
            break;
        }
        value.said = match (pipe, value.said) {
            (Pipe::Not, Said::Bool(b)) => Said::Bool(!b),
            (Pipe::Is(options), Said::Bool(true)) => Said::Text(options.first()?.clone()),
            (Pipe::Is(_), Said::Bool(false)) => match default {
                Some(Literal::Bool(false)) | None => return Some(None),
                Some(Literal::Text(t)) if !is_option(pipe, t) => return Some(None),
                _ => Said::Text("Disabled".into()),
            },
            (Pipe::Present, Said::Bool(true)) => Said::Text("present".into()),
            (Pipe::Present, Said::Bool(false)) => return Some(None),
            (Pipe::Count, _) => return None,
            (Pipe::Convert(c), Said::List(all, more)) if c.name == "split" => {
                let texts: Vec<&str> = all
                    .iter()
                    .filter_map(|d| if let Said::Text(t) = &d.said { Some(&**t) } else { None })
                    .collect();
                if more.is_some() {
                    return None;
                }
                Said::Text(texts.join(if c.argument.is_empty() { "," } else { &c.argument }).into())
            }
            (Pipe::Convert(c), Said::Text(t) | Said::Number(t)) => Said::Text(c.undo(&t, region).into()),
            (Pipe::Convert(c), Said::List(all, more)) => Said::List(
                all.into_iter()
                    .map(|d| match d.said {
                        Said::Text(t) => Doc::new(Said::Text(c.undo(&t, region).into())),
                        said => Doc::new(said),
                    })
                    .collect(),
                more,
            ),
            (_, said) => said,
        };
    }
    Some(Some(value))
}

fn is_option(pipe: &Pipe, text: &str) -> bool {
    matches!(pipe, Pipe::Is(options) if options.iter().any(|o| o.eq_ignore_ascii_case(text)))
}

/// Writes a value at a path of the resource or of a satellite.
fn write(
    out: &mut Spelt,
    kind: &KindDef,
    dialect: Dialect,
    path: &Path,
    value: Doc,
    ty: FactTy,
) -> Option<()> {
    match &path.root {
        Root::Body => put(&mut out.raws.first_mut()?.body, &path.steps, value),
        Root::Meta(name) => {
            out.raws.first_mut()?.meta.push((name.clone(), value));
            Some(())
        }
        Root::Literal(_) => None,
        Root::Satellite(name, filter) => {
            let satellite = forward::column(kind, dialect)?.satellites.iter().find(|s| s.name == *name)?;
            let owner = out.raws.first()?.address.clone();
            let ty_name = satellite.types.first()?;
            let base = match dialect {
                Dialect::Terraform => {
                    format!("{ty_name}.{}_{name}", owner.rsplit('.').next().unwrap_or(&owner))
                }
                _ => format!("{owner}{}", super::spell::logical_id(name)),
            };
            let make = |n: usize| -> Option<Raw> {
                let suffix = if n == 0 { String::new() } else { n.to_string() };
                let mut raw =
                    Raw::new(ty_name.clone(), format!("{base}{suffix}"), Doc::new(Said::Map(Vec::new())));
                let (attribute, written): (Text, Text) = match dialect {
                    Dialect::Terraform => ("id".into(), format!("{owner}.id").into()),
                    _ => ("".into(), owner.clone()),
                };
                let reference = Reference { targets: vec![owner.clone()], one_of: false, attribute, written };
                let path = pick(&satellite.owner, &kind.name)?;
                put(&mut raw.body, &path.steps, Doc::new(Said::Ref(reference)))?;
                if let Some((key, value)) = filter {
                    put(&mut raw.body, &[Step::Key(key.clone())], Doc::new(Said::Text(value.clone())))?;
                }
                Some(raw)
            };
            // Whether the satellite is there at all is what is not known: no text can say that.
            if path.steps.is_empty() && matches!(value.said, Said::Unknown(_)) {
                return None;
            }
            let many = matches!(ty, FactTy::List(_) | FactTy::Refs | FactTy::Texts | FactTy::Policy);
            match value.said {
                Said::List(all, None) if many => {
                    for item in all {
                        let n = out.raws.iter().filter(|r| r.address.starts_with(&base)).count();
                        let mut raw = make(n)?;
                        put(&mut raw.body, &path.steps, item)?;
                        out.raws.push(raw);
                    }
                }
                _ => {
                    let at = match out.raws.iter().position(|r| *r.address == *base) {
                        Some(at) => at,
                        None => {
                            out.raws.push(make(0)?);
                            out.raws.len() - 1
                        }
                    };
                    // `@website | present` asks for the satellite itself, `@main.route_table_id | present` for the
                    // owner's name: both are there already.
                    let owner_path = pick(&satellite.owner, &kind.name)?;
                    if !path.steps.is_empty() && path.steps != owner_path.steps {
                        put(&mut out.raws.get_mut(at)?.body, &path.steps, value)?;
                    }
                }
            }
            Some(())
        }
    }
}

/// Puts a value at the end of steps, making maps and lists on the way.
fn put(doc: &mut Doc, steps: &[Step], value: Doc) -> Option<()> {
    let Some((step, rest)) = steps.split_first() else {
        match (&mut doc.said, value.said) {
            (Said::Map(have), Said::Map(new)) => have.extend(new),
            (Said::List(have, _), Said::List(new, _)) => have.extend(new),
            (have, new) => *have = new,
        }
        return Some(());
    };
    match step {
        Step::Key(key) => {
            if !matches!(doc.said, Said::Map(_)) {
                doc.said = Said::Map(Vec::new());
            }
            let Said::Map(entries) = &mut doc.said else { return None };
            if !entries.iter().any(|(k, _)| k == key) {
                entries.push((key.clone(), Doc::new(Said::Null)));
            }
            let child = entries.iter_mut().find(|(k, _)| k == key)?;
            put(&mut child.1, rest, value)
        }
        Step::Each | Step::Nth(_) | Step::Where(..) => {
            // An unknown list is unknown as a whole.
            if rest.is_empty() && matches!(value.said, Said::Unknown(_)) {
                *doc = value;
                return Some(());
            }
            if !matches!(doc.said, Said::List(..)) {
                doc.said = Said::List(Vec::new(), None);
            }
            let Said::List(list, _) = &mut doc.said else { return None };
            match (step, value.said) {
                // Entries are those of one block: `environment[].variables{}`.
                (Step::Each, said @ Said::List(..)) if rest.contains(&Step::Entries) => {
                    if list.is_empty() {
                        list.push(Doc::new(Said::Null));
                    }
                    put(list.last_mut()?, rest, Doc::new(said))
                }
                (Step::Each, Said::List(all, _)) => {
                    for item in all {
                        let mut element = Doc::new(Said::Null);
                        put(&mut element, rest, item)?;
                        list.push(element);
                    }
                    Some(())
                }
                (Step::Where(key, literal), said) => {
                    let at = list.iter().position(
                        |e| matches!(e.get(key).map(|d| &d.said), Some(Said::Text(t)) if t == literal),
                    );
                    let at = at.unwrap_or_else(|| {
                        list.push(Doc::new(Said::Map(vec![(
                            key.clone(),
                            Doc::new(Said::Text(literal.clone())),
                        )])));
                        list.len() - 1
                    });
                    put(list.get_mut(at)?, rest, Doc::new(said))
                }
                (_, said) => {
                    if list.is_empty() || rest.is_empty() {
                        list.push(Doc::new(Said::Null));
                    }
                    put(list.last_mut()?, rest, Doc::new(said))
                }
            }
        }
        Step::Entries => {
            let Said::List(pairs, _) = value.said else {
                *doc = value;
                return Some(());
            };
            let mut entries = Vec::new();
            for pair in pairs {
                let key = match &pair.get("$key")?.said {
                    Said::Text(t) => t.clone(),
                    _ => return None,
                };
                entries.push((key, pair.get("$value").cloned().unwrap_or_else(|| Doc::new(Said::Null))));
            }
            doc.said = Said::Map(entries);
            Some(())
        }
        Step::Json => {
            let mut inner = match &doc.said {
                Said::Text(_) | Said::Template(_) => super::decode::parse_json(doc),
                _ => Doc::new(Said::Null),
            };
            put(&mut inner, rest, value)?;
            *doc = as_json(&inner);
            Some(())
        }
        Step::Base64 => put(doc, rest, value),
    }
}

/// A document as JSON text; references in it become holes.
fn as_json(doc: &Doc) -> Doc {
    use crate::model::doc::Part;
    if let Said::Unknown(_) | Said::Null = doc.said {
        return doc.clone();
    }
    let mut holes = Vec::new();
    let json = to_value(doc, &mut holes);
    let text = json.to_string();
    if holes.is_empty() {
        return Doc::new(Said::Text(text.into()));
    }
    let mut parts = Vec::new();
    let mut rest = text.as_str();
    for (n, hole) in holes.into_iter().enumerate() {
        let mark = format!("\"hole#{n}\"");
        let Some((head, tail)) = rest.split_once(&mark) else { continue };
        parts.push(Part::Text(format!("{head}\"").into()));
        parts.push(Part::Hole(hole));
        parts.push(Part::Text("\"".into()));
        rest = tail;
    }
    parts.push(Part::Text(rest.into()));
    Doc::new(Said::Template(parts))
}

fn to_value(doc: &Doc, holes: &mut Vec<Doc>) -> serde_json::Value {
    use serde_json::Value;
    match &doc.said {
        Said::Null => Value::Null,
        Said::Bool(b) => Value::Bool(*b),
        Said::Number(n) => serde_json::from_str(n).unwrap_or_else(|_| Value::String(n.to_string())),
        Said::Text(t) => Value::String(t.to_string()),
        Said::List(items, _) => Value::Array(items.iter().map(|d| to_value(d, holes)).collect()),
        Said::Map(entries) => {
            Value::Object(entries.iter().map(|(k, d)| (k.to_string(), to_value(d, holes))).collect())
        }
        _ => {
            holes.push(doc.clone());
            Value::String(format!("hole#{}", holes.len() - 1))
        }
    }
}
