//! A small schema, a graph over it, and the plainest way to read it.

use std::sync::Arc;

use archlint::base::text::Text;
use archlint::model::cond::{Atom, Cond, World};
use archlint::model::doc::Dialect;
use archlint::model::graph::{Graph, Resource};
use archlint::model::read::{Read, Step};
use archlint::model::schema::{
    Attr, AttrId, COMMON, Common, Field, Kind, KindId, Origin, Schema, Shape, ShapeId, Ty,
};
use archlint::model::truth::Truth;
use archlint::model::value::{Fact, Item, List, Record, ResId, Val};
use archlint::model::why::{Cause, Reasons};
use archlint::rules::expression::{Frame, Scope, compile, show};

/// The attributes of `db`, with their types; `!` marks a secret.
const DB: &str = "multi_az: bool, off: bool, open: bool, gone_flag: bool, engine: text, label: text, gone: text, \
    either: text, zone: text, port: int, big: int, lost: int, load: number, zones: texts, half: texts, holes: texts, \
    perhaps: texts, none: texts, empty: texts, ports: ints, symbols: texts, subnet: ref subnet, \
    no_subnet: ref subnet, lost_subnet: ref subnet, subnets: refs subnet, password!: text";

const SUBNET: &str = "zone: text, cidr: text, nat: ref nat, public: bool";

pub fn text(t: &str) -> Val {
    Val::text(t)
}

pub fn unknown(what: &str) -> Val {
    Val::unknown(what, Cause::AfterApply)
}

pub fn atom(name: &str) -> Arc<Atom> {
    Arc::new(Atom { text: name.into(), equals: None })
}

pub fn texts(all: &[&str]) -> Val {
    Val::list(all.iter().map(|t| text(t)))
}

fn kind(schema: &mut Schema, name: &str, roles: &[&str], stated: &str) {
    let mut kind = Kind {
        name: name.into(),
        means: "".into(),
        roles: roles.iter().map(|r| Text::from(*r)).collect(),
        attrs: Vec::new(),
        slots: 0,
        by_name: std::collections::HashMap::new(),
    };
    for (name, common, ty, means) in COMMON {
        let origin = Origin::Common(*common);
        let attr =
            Attr { name: (*name).into(), ty: ty.clone(), means: (*means).into(), origin, secret: false };
        kind.add(attr).unwrap();
    }
    for part in stated.split(',') {
        let (name, ty) = part.trim().split_once(": ").unwrap();
        let secret = name.ends_with('!');
        let ty = match ty {
            "rules" => Ty::List(Box::new(Ty::Record(ShapeId(0)))),
            ty => schema.parse_ty(ty).unwrap_or_else(|| panic!("no type `{ty}`")),
        };
        let origin = Origin::Stated(kind.slots);
        kind.slots += 1;
        let name = name.trim_end_matches('!').into();
        kind.add(Attr { name, ty, means: "".into(), origin, secret }).unwrap();
    }
    schema.add_kind(kind).unwrap();
}

/// The schema of these tests.
pub fn schema() -> Arc<Schema> {
    let mut schema = Schema::default();
    let list = |ty| Ty::List(Box::new(ty));
    let field = |name: &str, ty, secret| Field { name: name.into(), ty, means: "".into(), secret };
    schema.add_shape(Shape {
        name: "group.ingress".into(),
        fields: vec![
            field("from", Ty::Int, false),
            field("to", Ty::Int, false),
            field("cidrs", list(Ty::Text), false),
            field("token", Ty::Text, true),
        ],
    });
    kind(&mut schema, "nat", &[], "zone: text");
    kind(&mut schema, "subnet", &[], SUBNET);
    kind(&mut schema, "db", &["store"], DB);
    kind(&mut schema, "cache", &["store"], "multi_az: bool, nodes: int, port: number");
    kind(&mut schema, "group", &[], "ingress: rules, name_tag: text");
    Arc::new(schema)
}

/// A graph, and the world in which it is read.
pub struct Shop {
    pub graph: Graph,
    pub world: World,
}

impl Read for Shop {
    fn graph(&self) -> &Graph {
        &self.graph
    }

    fn world(&self) -> &World {
        &self.world
    }

    fn get(&self, res: ResId, attr: AttrId) -> Val {
        let resource = self.graph.resource(res);
        match &self.graph.schema().kind(resource.kind).attrs[attr.0 as usize].origin {
            Origin::Common(Common::Address | Common::Name) => Val::Text(resource.address.clone()),
            Origin::Common(Common::Type) => Val::Text(resource.ty.clone()),
            Origin::Common(Common::InView) => Val::Bool(resource.in_view),
            Origin::Stated(slot) => self.graph.fact(res, *slot).unwrap().val.in_world(&self.world),
            _ => Val::Absent,
        }
    }

    fn path(&self, _: ResId, _: AttrId) -> Vec<Step> {
        Vec::new()
    }
}

impl Shop {
    pub fn new() -> Self {
        Self { graph: Graph::new(schema()), world: World::default() }
    }

    pub fn kind(&self, name: &str) -> KindId {
        self.graph.schema().find(name).unwrap()
    }

    /// Adds a resource; what is not given is absent.
    pub fn add(&mut self, kind: &str, address: &str, facts: &[(&str, Val)]) -> ResId {
        let id = self.kind(kind);
        let schema = self.graph.schema().clone();
        let mut all = vec![Fact::absent(); schema.kind(id).slots as usize];
        for (name, val) in facts {
            let (_, attr) = schema.kind(id).attr(name).unwrap_or_else(|| panic!("no `{name}` on `{kind}`"));
            let Origin::Stated(slot) = attr.origin else { panic!("`{name}` is not stated") };
            all[slot as usize] = Fact::stated(val.clone());
        }
        let resource = Resource {
            kind: id,
            ty: format!("aws_{kind}").into(),
            address: address.into(),
            name: None,
            dialect: Dialect::Terraform,
            change: None,
            presence: Cond::Const(true),
            place: None,
            region: None,
            account: None,
            in_view: true,
            source: 0,
        };
        self.graph.add(resource, all)
    }

    /// Compiles and runs an expression about `subject`, and says what came out.
    pub fn say(&self, subject: (&str, ResId), source: &str) -> String {
        let kinds = self.graph.schema().target(subject.0).unwrap();
        let ty = Ty::Res(kinds);
        let scope =
            Scope { schema: self.graph.schema(), subject: (subject.0, &ty), params: &[], shown: false };
        let code = match compile(source, 0, &scope) {
            Ok(code) => code,
            Err(fault) => panic!("{source}: {fault:?}"),
        };
        let val = Frame::new(self, &[], subject.1).eval(&code);
        match &val {
            Val::Unknown(why) => format!("unknown: {}", reasons(why)),
            val => show(val, self),
        }
    }
}

/// Reasons in one line.
pub fn reasons(why: &Reasons) -> String {
    let all: Vec<String> = why.iter().map(|w| format!("{}, {}", w.what, w.cause.group())).collect();
    all.join("; ")
}

/// A truth in one word.
pub fn word(truth: &Truth) -> &'static str {
    match truth {
        Truth::True => "true",
        Truth::False => "false",
        Truth::Unknown(_) => "unknown",
    }
}

pub fn list(items: Vec<Item>, more: Option<&str>) -> Val {
    let more = more.map(|what| Reasons::one(what, Cause::Denied("ec2:Describe".into())));
    Val::List(Arc::new(List { items, more }))
}

pub fn record(from: i64, to: Val, cidrs: Val) -> Val {
    let fields = [Val::Int(from), to, cidrs, text("hush")].map(Fact::stated).to_vec();
    Val::Record(Arc::new(Record { shape: ShapeId(0), fields, place: None }))
}

/// A shop in which everything happens: one database, its subnets, two groups.
pub fn shop() -> (Shop, ResId) {
    let mut shop = Shop::new();
    let nat = shop.add("nat", "nat.a", &[("zone", text("a"))]);
    let a = shop.add(
        "subnet",
        "subnet.a",
        &[("zone", text("a")), ("nat", Val::Res(nat)), ("cidr", text("10.0.0.0/24"))],
    );
    let b = shop.add("subnet", "subnet.b", &[("zone", text("b"))]);
    shop.add(
        "group",
        "group.open",
        &[(
            "ingress",
            Val::list([
                record(22, Val::Int(22), texts(&["0.0.0.0/0"])),
                record(80, unknown("to"), texts(&["10.0.0.0/8", "::/0"])),
            ]),
        )],
    );
    shop.add("cache", "cache.main", &[("multi_az", Val::Bool(true)), ("port", Val::Int(6379))]);
    let prod = atom("IsProd");
    let yes = Cond::Atom(prod);
    let sym = |n: &str| Val::Symbol { family: "zones of AWS::Region".into(), name: n.into() };
    let db = shop.add(
        "db",
        "db.main",
        &[
            ("multi_az", Val::Bool(true)),
            ("off", Val::Bool(false)),
            ("open", unknown("db.main.open")),
            ("engine", text("postgres")),
            ("label", unknown("db.main.label")),
            ("either", Val::Cases(Arc::new([(yes.clone(), text("x")), (yes.negate(), text("y"))]))),
            ("zone", sym("0")),
            ("port", Val::Int(5432)),
            ("big", Val::Int(i64::MAX)),
            ("lost", unknown("db.main.lost")),
            ("load", Val::Num(0.5)),
            ("zones", texts(&["a", "b", "a"])),
            ("half", list(vec![Item::new(text("a")), Item::new(text("b"))], Some("db.main.half"))),
            ("holes", list(vec![Item::new(text("a")), Item::new(unknown("db.main.holes[1]"))], None)),
            (
                "perhaps",
                list(vec![Item { present: yes.clone(), ..Item::new(text("a")) }, Item::new(text("b"))], None),
            ),
            ("none", unknown("db.main.none")),
            ("empty", texts(&[])),
            ("ports", Val::list([Val::Int(3), Val::Int(1), Val::Int(2)])),
            ("symbols", Val::list([sym("0"), sym("1"), sym("0")])),
            ("subnet", Val::Res(a)),
            ("lost_subnet", unknown("db.main.lost_subnet")),
            ("subnets", Val::list([Val::Res(a), Val::Res(b)])),
            ("password", Val::Hidden { literal: Some(true) }),
        ],
    );
    (shop, db)
}
