//! Builds graphs by hand for tests: a schema from `kinds.txt`, resources from YAML.
//!
//! `web: { kind: subnet, vpc: v, zone: a }`; `"?"` is unknown; a reference to a name that is not in the
//! text is something that is not in view. Facts left out are absent. `in_view: false` hides a resource.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::HashMap;
use std::sync::Arc;

use archlint::facts;
use archlint::model::cond::Cond;
use archlint::model::doc::{Change, Dialect};
use archlint::model::graph::{Graph, Resource};
use archlint::model::schema::{Attr, COMMON, Field, Kind, KindId, Origin, Schema, Shape, ShapeId, Ty};
use archlint::model::value::{Fact, Item, List, Record, ResId, Val};
use archlint::model::why::Cause;
use serde_json::Value;

/// The schema of `kinds.txt` with inverses and derived facts.
pub fn schema() -> Arc<Schema> {
    static SCHEMA: std::sync::LazyLock<Arc<Schema>> = std::sync::LazyLock::new(|| Arc::new(build()));
    SCHEMA.clone()
}

/// A fact as `kinds.txt` spells it.
struct Spec {
    name: String,
    ty: String,
    inverse: Option<String>,
}

fn specs(text: &str) -> Vec<Spec> {
    let mut depth = 0;
    let mut parts = vec![String::new()];
    for c in text.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().unwrap().push(c);
    }
    let parts = parts.iter().map(|p| p.trim()).filter(|p| !p.is_empty());
    parts
        .map(|p| {
            let (name, rest) = p.split_once(':').unwrap_or_else(|| panic!("no type in {p}"));
            let (ty, inverse) = match rest.split_once('~') {
                Some((ty, inverse)) if !rest.contains('[') => (ty, Some(inverse.trim().to_owned())),
                _ => (rest, None),
            };
            Spec { name: name.into(), ty: ty.trim().into(), inverse }
        })
        .collect()
}

fn build() -> Schema {
    let lines: Vec<(&str, &str)> = include_str!("kinds.txt")
        .lines()
        .filter(|l| !l.starts_with('#') && !l.is_empty())
        .map(|l| l.split_once(':').unwrap())
        .collect();
    let mut schema = Schema::default();
    for (head, _) in &lines {
        let mut words = head.split(' ');
        let mut kind = Kind {
            name: words.next().unwrap().into(),
            means: "".into(),
            roles: words.map(Into::into).collect(),
            attrs: Vec::new(),
            slots: 0,
            by_name: HashMap::new(),
        };
        for (name, common, ty, means) in COMMON {
            let origin = Origin::Common(*common);
            kind.add(Attr {
                name: (*name).into(),
                ty: ty.clone(),
                means: (*means).into(),
                origin,
                secret: false,
            })
            .unwrap();
        }
        schema.add_kind(kind).unwrap();
    }
    let policy = policy_shape(&mut schema);
    let mut inverses: Vec<(KindId, String, KindId, u16)> = Vec::new();
    for (i, (head, facts)) in lines.iter().enumerate() {
        let id = KindId(i as u16);
        for (slot, spec) in specs(facts).into_iter().enumerate() {
            let ty = parse(&mut schema, &format!("{head}.{}", spec.name), &spec.ty, policy);
            if let (Some(name), Ty::Res(to)) = (
                &spec.inverse,
                match &ty {
                    Ty::List(of) => &**of,
                    other => other,
                },
            ) {
                inverses.extend(to.iter().map(|to| (*to, name.clone(), id, slot as u16)));
            }
            let kind = &mut schema.kinds[i];
            kind.slots += 1;
            let origin = Origin::Stated(slot as u16);
            kind.add(Attr { name: spec.name.into(), ty, means: "".into(), origin, secret: false }).unwrap();
        }
    }
    for (to, name, from, slot) in inverses {
        let kind = &mut schema.kinds[to.0 as usize];
        if let Some((id, _)) = kind.attr(&name) {
            let attr = &mut kind.attrs[id.0 as usize];
            let (Origin::Inverse(list), Ty::List(of)) = (&mut attr.origin, &mut attr.ty) else {
                panic!("{name}")
            };
            list.push((from, slot));
            if let Ty::Res(kinds) = &mut **of {
                kinds.push(from);
            }
            continue;
        }
        let ty = Ty::List(Box::new(Ty::Res(vec![from])));
        let origin = Origin::Inverse(vec![(from, slot)]);
        kind.add(Attr { name: name.into(), ty, means: "".into(), origin, secret: false }).unwrap();
    }
    schema.add_derived(&facts::signatures()).unwrap();
    schema
}

fn policy_shape(schema: &mut Schema) -> ShapeId {
    let field = |name: &str, ty: Ty| Field { name: name.into(), ty, means: "".into(), secret: false };
    let texts = || Ty::List(Box::new(Ty::Text));
    let condition = schema.add_shape(Shape {
        name: "policy.condition".into(),
        fields: vec![field("operator", Ty::Text), field("key", Ty::Text), field("values", texts())],
    });
    let mut fields = vec![field("sid", Ty::Text), field("effect", Ty::Text)];
    let lists = ["actions", "not_actions", "resources", "not_resources", "principals", "not_principals"];
    fields.extend(lists.iter().map(|n| field(n, texts())));
    fields.push(field("conditions", Ty::List(Box::new(Ty::Record(condition)))));
    schema.add_shape(Shape { name: "policy".into(), fields })
}

fn parse(schema: &mut Schema, path: &str, ty: &str, policy: ShapeId) -> Ty {
    if ty == "policy" {
        return Ty::List(Box::new(Ty::Record(policy)));
    }
    let Some(inner) = ty.strip_prefix("list[") else {
        return schema.parse_ty(ty).unwrap_or_else(|| panic!("{path}: {ty}"));
    };
    let fields = specs(inner.strip_suffix(']').unwrap())
        .into_iter()
        .map(|s| Field {
            ty: parse(schema, &format!("{path}.{}", s.name), &s.ty, policy),
            name: s.name.into(),
            means: "".into(),
            secret: false,
        })
        .collect();
    Ty::List(Box::new(Ty::Record(schema.add_shape(Shape { name: path.into(), fields }))))
}

/// A linked graph from YAML.
pub fn graph(yaml: &str) -> Graph {
    let told: Value = serde_saphyr::from_str(yaml).unwrap_or_else(|e| panic!("{e}\n{yaml}"));
    graph_of(&told)
}

/// A linked graph from a mapping of names to resources.
pub fn graph_of(told: &Value) -> Graph {
    let schema = schema();
    let mut build = Build { graph: Graph::new(schema.clone()), ids: HashMap::new() };
    for (name, body) in told.as_object().unwrap() {
        let kind = body["kind"].as_str().unwrap_or_else(|| panic!("{name} has no kind"));
        let kind = schema.find(kind).unwrap_or_else(|| panic!("no kind {kind}"));
        let in_view = body.get("in_view") != Some(&Value::Bool(false));
        let absent = if in_view { schema.kind(kind).slots as usize } else { 0 };
        let id = build.graph.add(resource(name, kind, in_view, body), vec![Fact::absent(); absent]);
        build.ids.insert(name.clone(), id);
    }
    for (name, body) in told.as_object().unwrap() {
        let id = build.ids[name];
        let kind = schema.kind(build.graph.resource(id).kind);
        for (key, value) in body.as_object().unwrap() {
            if ["kind", "in_view", "change", "account", "region", "name"].contains(&key.as_str()) {
                continue;
            }
            let (_, attr) = kind.attr(key).unwrap_or_else(|| panic!("{} has no {key}", kind.name));
            let Origin::Stated(slot) = attr.origin else { panic!("{key} is not stated") };
            let val = build.value(&format!("{name}.{key}"), &attr.ty, value);
            *build.graph.fact_mut(id, slot).unwrap() = Fact::stated(val);
        }
    }
    build.link();
    build.graph
}

fn resource(name: &str, kind: KindId, in_view: bool, body: &Value) -> Resource {
    let text = |key: &str| body.get(key).and_then(Value::as_str).map(Into::into);
    let change = [Change::Create, Change::Update, Change::Delete, Change::Replace, Change::NoOp];
    Resource {
        kind,
        ty: schema().kind(kind).name.clone(),
        address: name.into(),
        name: text("name"),
        dialect: Dialect::Terraform,
        change: change.into_iter().find(|c| body.get("change") == Some(&Value::from(c.name()))),
        presence: Cond::Const(true),
        place: None,
        region: text("region"),
        account: text("account"),
        in_view,
        source: 0,
    }
}

struct Build {
    graph: Graph,
    ids: HashMap<String, ResId>,
}

impl Build {
    fn value(&mut self, what: &str, ty: &Ty, value: &Value) -> Val {
        if value.as_str() == Some("?") {
            return Val::unknown(what, Cause::AfterApply);
        }
        match (ty, value) {
            (_, Value::Null) => Val::Absent,
            (Ty::Text, Value::Object(o)) if o.contains_key("hidden") => {
                Val::Hidden { literal: o["hidden"].as_bool() }
            }
            (Ty::Bool, Value::Bool(b)) => Val::Bool(*b),
            (Ty::Int, Value::Number(n)) => Val::Int(n.as_i64().unwrap()),
            (Ty::Num, Value::Number(n)) => Val::Num(n.as_f64().unwrap()),
            (Ty::Text, Value::String(s)) => match s.strip_prefix("zone#") {
                Some(n) => Val::Symbol { family: "zones".into(), name: n.into() },
                None => Val::text(s.as_str()),
            },
            (Ty::Text, Value::Number(n)) => Val::text(n.to_string()),
            (Ty::Res(kinds), Value::String(s)) => Val::Res(self.reference(s, kinds[0])),
            (Ty::List(of), Value::Object(doc)) if doc.contains_key("Statement") => {
                let statements = one_or_many(&doc["Statement"]);
                let vals: Vec<Val> = statements.iter().map(|s| self.statement(what, of, s)).collect();
                Val::list(vals)
            }
            (Ty::List(of), Value::Array(items)) => {
                let mut list = List::default();
                for item in items {
                    match self.value(what, of, item) {
                        Val::Unknown(why) => list.more = Some(why),
                        val => list.items.push(Item::new(val)),
                    }
                }
                Val::List(Arc::new(list))
            }
            (Ty::List(of), other) => Val::list([self.value(what, of, other)]),
            (Ty::Record(shape), Value::Object(map)) => self.record(what, *shape, map),
            _ => panic!("{what}: {value} is not {ty:?}"),
        }
    }

    fn record(&mut self, what: &str, id: ShapeId, map: &serde_json::Map<String, Value>) -> Val {
        let shape = self.graph.schema().shape(id).clone();
        for key in map.keys() {
            assert!(shape.field(key).is_some(), "{} has no {key}", shape.name);
        }
        let fields = shape
            .fields
            .iter()
            .map(|f| match map.get(&*f.name) {
                Some(v) => Fact::stated(self.value(&format!("{what}.{}", f.name), &f.ty, v)),
                None => Fact::absent(),
            })
            .collect();
        Val::Record(Arc::new(Record { shape: id, fields, place: None }))
    }

    /// A statement as IAM writes it, in the shape of the catalog.
    fn statement(&mut self, what: &str, of: &Ty, told: &Value) -> Val {
        if told.as_str() == Some("?") {
            return Val::unknown(what, Cause::AfterApply);
        }
        let mut map = serde_json::Map::new();
        let mut put = |key: &str, value: Value| map.insert(key.into(), value);
        for (key, value) in told.as_object().unwrap() {
            match key.as_str() {
                "Sid" => put("sid", value.clone()),
                "Effect" => put("effect", value.clone()),
                "Action" => put("actions", Value::Array(one_or_many(value))),
                "NotAction" => put("not_actions", Value::Array(one_or_many(value))),
                "Resource" => put("resources", Value::Array(one_or_many(value))),
                "NotResource" => put("not_resources", Value::Array(one_or_many(value))),
                "Principal" => put("principals", principals(value)),
                "NotPrincipal" => put("not_principals", principals(value)),
                "Condition" => put("conditions", conditions(value)),
                other => panic!("{other}"),
            };
        }
        self.value(what, of, &Value::Object(map))
    }

    fn reference(&mut self, name: &str, kind: KindId) -> ResId {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = self.graph.add(resource(name, kind, false, &Value::Null), Vec::new());
        self.ids.insert(name.into(), id);
        id
    }

    fn link(&mut self) {
        let schema = self.graph.schema().clone();
        let mut lists: HashMap<(ResId, archlint::model::schema::AttrId), List> = HashMap::new();
        for target in self.graph.ids() {
            for attr in &schema.kind(self.graph.resource(target).kind).attrs {
                let Origin::Inverse(from) = &attr.origin else { continue };
                let id = schema.kind(self.graph.resource(target).kind).attr(&attr.name).unwrap().0;
                for (kind, slot) in from {
                    for &source in self.graph.of_kind(*kind) {
                        let points = match self.graph.fact(source, *slot).map(|f| &f.val) {
                            Some(Val::Res(to)) => *to == target,
                            Some(Val::List(l)) => l.items.iter().any(|i| i.val == Val::Res(target)),
                            _ => false,
                        };
                        if points {
                            lists.entry((target, id)).or_default().items.push(Item::new(Val::Res(source)));
                        }
                    }
                }
            }
        }
        for ((res, attr), list) in lists {
            self.graph.set_inverse(res, attr, Arc::new(list));
        }
    }
}

fn one_or_many(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(all) => all.clone(),
        one => vec![one.clone()],
    }
}

fn principals(value: &Value) -> Value {
    let Value::Object(map) = value else { return Value::Array(one_or_many(value)) };
    let spell = |kind: &String, one: &Value| match one.as_str().unwrap() {
        "?" => Value::from("?"),
        text => Value::from(format!("{kind}:{text}")),
    };
    map.iter().flat_map(|(k, v)| one_or_many(v).into_iter().map(move |one| spell(k, &one))).collect()
}

fn conditions(value: &Value) -> Value {
    let of = |(op, keys): (&String, &Value)| {
        let keys = keys.as_object().unwrap().clone();
        let op = op.clone();
        keys.into_iter()
            .map(move |(key, v)| serde_json::json!({"operator": op, "key": key, "values": one_or_many(&v)}))
    };
    value.as_object().unwrap().iter().flat_map(of).collect()
}

/// A value as text, for tables of expectations: lists in order, `+?` where there may be more.
pub fn say(graph: &Graph, val: &Val) -> String {
    match val {
        Val::Absent => "absent".into(),
        Val::Unknown(_) => "?".into(),
        Val::Bool(b) => b.to_string(),
        Val::Int(n) => n.to_string(),
        Val::Num(n) => n.to_string(),
        Val::Text(t) => t.to_string(),
        Val::Symbol { name, .. } => format!("zone#{name}"),
        Val::Hidden { .. } => "hidden".into(),
        Val::Res(res) => graph.resource(*res).address.to_string(),
        Val::Record(_) => "record".into(),
        Val::Cases(_) => "cases".into(),
        Val::List(list) => {
            let items: Vec<String> = list.items.iter().map(|i| say(graph, &i.val)).collect();
            format!("[{}]{}", items.join(", "), if list.more.is_some() { "+?" } else { "" })
        }
    }
}
