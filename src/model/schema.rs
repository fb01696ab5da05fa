//! Kinds, roles, shapes and attributes: what the graph can hold and what an expression may ask.
//!
//! Built by the catalog from its tables and by the engine from the derived facts' signatures.
//! Must not know where a value comes from.

use std::collections::HashMap;

use crate::base::text::Text;

/// Index of a kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct KindId(pub u16);

/// Index of a record shape.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ShapeId(pub u16);

/// Index of an attribute within its kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct AttrId(pub u16);

/// The type of an attribute, a field or an expression.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Ty {
    /// true or false
    Bool,
    /// a whole number
    Int,
    /// a number
    Num,
    /// text
    Text,
    /// a list
    List(Box<Ty>),
    /// a record
    Record(ShapeId),
    /// a resource of one of these kinds (sorted)
    Res(Vec<KindId>),
}

/// Where an attribute's value comes from.
#[derive(Clone, PartialEq, Debug)]
pub enum Origin {
    /// Every resource has it.
    Common(Common),
    /// A stated fact: its slot in the resource's facts.
    Stated(u16),
    /// Who points here: the kinds and slots of the pointing facts.
    Inverse(Vec<(KindId, u16)>),
    /// A derived fact: its index in the registry that the engine passed in.
    Derived(u16),
}

/// Attributes that every resource has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Common {
    /// The address within its source, or the ARN.
    Address,
    /// The name, or the address where there is none.
    Name,
    /// The upstream type.
    Type,
    /// What the plan does: create, update, delete, replace, read, no-op; absent elsewhere.
    Change,
    /// False for what is only referred to.
    InView,
    /// The region, if told.
    Region,
    /// The account, if told.
    Account,
    /// The dialect: terraform, cloudformation, api, config.
    Source,
}

/// The common attributes with their names, types and meanings.
pub const COMMON: &[(&str, Common, Ty, &str)] = &[
    ("address", Common::Address, Ty::Text, "the address within its source, or the ARN"),
    ("name", Common::Name, Ty::Text, "the name, or the address where there is none"),
    ("type", Common::Type, Ty::Text, "the type as the source spells it"),
    ("change", Common::Change, Ty::Text, "what the plan does: create, update, delete, replace, read, no-op"),
    ("in_view", Common::InView, Ty::Bool, "false for what is only referred to"),
    ("region", Common::Region, Ty::Text, "the region, if the source tells"),
    ("account", Common::Account, Ty::Text, "the account id, if the source tells"),
    ("source", Common::Source, Ty::Text, "terraform, cloudformation, api or config"),
];

/// An attribute of a kind.
#[derive(Clone, Debug)]
pub struct Attr {
    /// Its name in expressions.
    pub name: Text,
    /// Its type.
    pub ty: Ty,
    /// One line for the docs.
    pub means: Text,
    /// Where its value comes from.
    pub origin: Origin,
    /// True if its value must never be shown.
    pub secret: bool,
}

/// A field of a shape.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: Text,
    /// Its type.
    pub ty: Ty,
    /// One line for the docs; may be empty.
    pub means: Text,
    /// True if its value must never be shown.
    pub secret: bool,
}

/// The shape of a record.
#[derive(Clone, Debug)]
pub struct Shape {
    /// For messages: `security_group.ingress`.
    pub name: Text,
    /// Its fields, in order.
    pub fields: Vec<Field>,
}

impl Shape {
    /// The index of a field.
    pub fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| &*f.name == name)
    }
}

/// A resource kind.
#[derive(Clone, Debug)]
pub struct Kind {
    /// Its name: `db_instance`.
    pub name: Text,
    /// One line for the docs.
    pub means: Text,
    /// The roles it plays.
    pub roles: Vec<Text>,
    /// Its attributes: common, stated, inverse, derived.
    pub attrs: Vec<Attr>,
    /// Number of stated facts.
    pub slots: u16,
    /// Attributes by name.
    pub by_name: HashMap<Text, AttrId>,
}

impl Kind {
    /// An attribute by name.
    pub fn attr(&self, name: &str) -> Option<(AttrId, &Attr)> {
        let id = *self.by_name.get(name)?;
        self.attrs.get(id.0 as usize).map(|a| (id, a))
    }

    /// Adds an attribute.
    ///
    /// # Errors
    /// The name is taken.
    pub fn add(&mut self, attr: Attr) -> Result<AttrId, String> {
        if self.by_name.contains_key(&attr.name) {
            return Err(format!("`{}` has two attributes `{}`", self.name, attr.name));
        }
        let id = AttrId(u16::try_from(self.attrs.len()).map_err(|_| "too many attributes")?);
        self.by_name.insert(attr.name.clone(), id);
        self.attrs.push(attr);
        Ok(id)
    }
}

/// The signature of a derived fact, as the facts' registry gives it.
#[derive(Clone, Copy, Debug)]
pub struct DerivedSig {
    /// Its name in expressions.
    pub name: &'static str,
    /// The kinds or roles that have it.
    pub on: &'static [&'static str],
    /// Its type: `bool`, `int`, `text`, `texts`, `ref KIND|ROLE`, `refs KIND|ROLE`.
    pub ty: &'static str,
    /// One line for the docs.
    pub means: &'static str,
}

/// Everything the graph can hold.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Kinds, by [`KindId`].
    pub kinds: Vec<Kind>,
    /// Shapes, by [`ShapeId`].
    pub shapes: Vec<Shape>,
    names: HashMap<Text, KindId>,
    roles: HashMap<Text, Vec<KindId>>,
}

impl Schema {
    /// Adds a kind (without inverse and derived attributes).
    ///
    /// # Errors
    /// The name is taken.
    pub fn add_kind(&mut self, kind: Kind) -> Result<KindId, String> {
        if self.names.contains_key(&kind.name) {
            return Err(format!("two kinds are named `{}`", kind.name));
        }
        let id = KindId(u16::try_from(self.kinds.len()).map_err(|_| "too many kinds")?);
        self.names.insert(kind.name.clone(), id);
        for role in &kind.roles {
            self.roles.entry(role.clone()).or_default().push(id);
        }
        self.kinds.push(kind);
        Ok(id)
    }

    /// Adds a shape.
    pub fn add_shape(&mut self, shape: Shape) -> ShapeId {
        self.shapes.push(shape);
        ShapeId(u16::try_from(self.shapes.len() - 1).unwrap_or(u16::MAX))
    }

    /// Adds the derived facts of a registry, in its order.
    ///
    /// # Errors
    /// A kind, role or type that is not there, or a name that is taken.
    pub fn add_derived(&mut self, sigs: &[DerivedSig]) -> Result<(), String> {
        for (i, sig) in sigs.iter().enumerate() {
            let ty = self
                .parse_ty(sig.ty)
                .ok_or_else(|| format!("derived fact `{}`: no type `{}`", sig.name, sig.ty))?;
            let mut kinds: Vec<KindId> = Vec::new();
            for on in sig.on {
                kinds.extend(
                    self.target(on)
                        .ok_or_else(|| format!("derived fact `{}`: no kind or role `{on}`", sig.name))?,
                );
            }
            kinds.sort();
            kinds.dedup();
            for id in kinds {
                let attr = Attr {
                    name: sig.name.into(),
                    ty: ty.clone(),
                    means: sig.means.into(),
                    origin: Origin::Derived(u16::try_from(i).map_err(|_| "too many derived facts")?),
                    secret: false,
                };
                if let Some(kind) = self.kinds.get_mut(id.0 as usize) {
                    kind.add(attr)?;
                }
            }
        }
        Ok(())
    }

    /// A type from its spelling: `bool`, `texts`, `ref subnet`, `refs compute`.
    pub fn parse_ty(&self, spelling: &str) -> Option<Ty> {
        let list = |t: Ty| Ty::List(Box::new(t));
        Some(match spelling.split_once(' ') {
            None => match spelling {
                "bool" => Ty::Bool,
                "int" => Ty::Int,
                "number" => Ty::Num,
                "text" => Ty::Text,
                "texts" => list(Ty::Text),
                "ints" => list(Ty::Int),
                _ => return None,
            },
            Some(("ref", to)) => Ty::Res(self.targets(to)?),
            Some(("refs", to)) => list(Ty::Res(self.targets(to)?)),
            Some(_) => return None,
        })
    }

    fn targets(&self, names: &str) -> Option<Vec<KindId>> {
        let mut all = Vec::new();
        for name in names.split('|') {
            all.extend(self.target(name.trim())?);
        }
        all.sort();
        all.dedup();
        Some(all)
    }

    /// The kinds that a name means: one kind, or all of a role.
    pub fn target(&self, name: &str) -> Option<Vec<KindId>> {
        match self.names.get(name) {
            Some(id) => Some(vec![*id]),
            None => self.roles.get(name).cloned(),
        }
    }

    /// A kind by id. Ids come from this schema, so there is one.
    #[expect(clippy::indexing_slicing, reason = "ids are made by this type alone")]
    pub fn kind(&self, id: KindId) -> &Kind {
        &self.kinds[id.0 as usize]
    }

    /// A shape by id. Ids come from this schema, so there is one.
    #[expect(clippy::indexing_slicing, reason = "ids are made by this type alone")]
    pub fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[id.0 as usize]
    }

    /// A kind by name.
    pub fn find(&self, name: &str) -> Option<KindId> {
        self.names.get(name).copied()
    }

    /// Names of all kinds and roles, for suggestions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().chain(self.roles.keys()).map(|t| &**t)
    }

    /// A type as messages spell it.
    pub fn say(&self, ty: &Ty) -> String {
        match ty {
            Ty::Bool => "bool".into(),
            Ty::Int => "int".into(),
            Ty::Num => "number".into(),
            Ty::Text => "text".into(),
            Ty::List(of) => format!("list of {}", self.say(of)),
            Ty::Record(id) => format!("record `{}`", self.shape(*id).name),
            Ty::Res(kinds) => {
                let names: Vec<&str> = kinds.iter().map(|k| &*self.kind(*k).name).collect();
                names.join("|")
            }
        }
    }
}
