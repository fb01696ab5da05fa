//! What a source says, before the catalog translates it: a tree with spans in which a value may be
//! a hole, a reference, or cases.
//!
//! Every source (Terraform, CloudFormation, API documents) builds these; only the catalog reads them.

use std::sync::Arc;

use super::cond::Cond;
use super::why::{Cause, Reasons};
use crate::base::text::{Place, Text};

/// A value as told by a source.
#[derive(Clone, Debug, PartialEq)]
pub struct Doc {
    /// What it is.
    pub said: Said,
    /// Where it stands, if the source has lines.
    pub place: Option<Place>,
}

/// What a [`Doc`] says.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// Nothing: null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, as it was spelt.
    Number(Text),
    /// Text.
    Text(Text),
    /// Not known, but known to differ from its siblings: the n-th zone of a region.
    /// `family` is what siblings share; equal `family` and different `name` means different values.
    Symbol {
        /// What siblings share; `#` stands for the name when it is shown: `zone # of AWS::Region`.
        family: Text,
        /// Which of them: `0`.
        name: Text,
    },
    /// A list. `more` says why it may have further items that are not known.
    List(Vec<Doc>, Option<Reasons>),
    /// A map, in the order of the source.
    Map(Vec<(Text, Doc)>),
    /// A reference to another resource: its value is not known, its meaning is.
    Ref(Reference),
    /// Text with holes: `arn:aws:s3:::${Bucket}/*`.
    Template(Vec<Part>),
    /// Alternatives under a condition; the first whose condition holds. Conditions exclude each other.
    Cases(Arc<[(Cond, Doc)]>),
    /// There is a value, and it is not to be shown (a sensitive plan value, a NoEcho parameter).
    /// `literal`: written out in the code itself, as far as the source can tell.
    Hidden {
        /// True if the code itself spells the value.
        literal: Option<bool>,
    },
    /// Not known, because.
    Unknown(Reasons),
}

/// A reference to a resource of the same source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// Addresses of the resources meant, as in [`Raw::address`]. Usually one. Several: a splat, all are
    /// meant (`one_of` false), or one of them that the source cannot tell (`one_of` true).
    pub targets: Vec<Text>,
    /// True if exactly one of `targets` is meant and it is not known which.
    pub one_of: bool,
    /// The attribute asked for (`arn`, `Endpoint.Address`); empty for the resource itself.
    pub attribute: Text,
    /// As the user wrote it: `aws_vpc.main.id`, `!GetAtt Db.Endpoint`.
    pub written: Text,
}

/// A part of a [`Said::Template`].
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Known text.
    Text(Text),
    /// A hole: a reference, an unknown, a symbol or cases.
    Hole(Doc),
}

impl Doc {
    /// A value without a place.
    pub fn new(said: Said) -> Self {
        Self { said, place: None }
    }

    /// A value at a place.
    pub fn at(said: Said, place: Option<Place>) -> Self {
        Self { said, place }
    }

    /// Known text without a place.
    pub fn text(t: impl Into<Text>) -> Self {
        Self::new(Said::Text(t.into()))
    }

    /// An unknown without a place.
    pub fn unknown(what: impl Into<Text>, cause: Cause) -> Self {
        Self::new(Said::Unknown(Reasons::one(what, cause)))
    }

    /// The value of a key of a map.
    pub fn get(&self, key: &str) -> Option<&Doc> {
        match &self.said {
            Said::Map(entries) => entries.iter().find(|(k, _)| &**k == key).map(|(_, v)| v),
            _ => None,
        }
    }
}

/// Which spelling a source uses: the column of the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// Terraform plan, state or source.
    Terraform,
    /// CloudFormation, CDK, SAM (expanded).
    CloudFormation,
    /// The AWS API's own JSON: live, `aws … describe-*` output, snapshots.
    Api,
    /// AWS Config documents.
    Config,
    /// The catalog's own words: the examples of rules.
    Neutral,
}

impl Dialect {
    /// Its column name in the catalog.
    pub fn name(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::CloudFormation => "cloudformation",
            Self::Api => "api",
            Self::Config => "config",
            Self::Neutral => "neutral",
        }
    }
}

/// What a plan does to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Change {
    /// It stays as it is.
    NoOp,
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// It is removed (and is not part of the graph of what will be, but rules about change see it).
    Delete,
    /// It is removed and made anew.
    Replace,
    /// It is only read (a data source).
    Read,
}

impl Change {
    /// As rules spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoOp => "no-op",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Replace => "replace",
            Self::Read => "read",
        }
    }
}

/// One resource as told by a source.
#[derive(Clone, Debug)]
pub struct Raw {
    /// Upstream type: `aws_subnet`, `data.aws_subnet`, `AWS::EC2::Subnet`, `ec2:DescribeSubnets`.
    pub ty: Text,
    /// Unique within the run: Terraform address, CloudFormation logical id (`Parent/Child`), ARN.
    pub address: Text,
    /// Attributes (Terraform), Properties (CloudFormation), the API item.
    pub body: Doc,
    /// What stands beside the body: CloudFormation `DeletionPolicy`, the API request's parameters.
    pub meta: Vec<(Text, Doc)>,
    /// What happens to it.
    pub change: Option<Change>,
    /// When it exists at all.
    pub presence: Cond,
    /// Where it is declared: the whole resource.
    pub place: Option<Place>,
    /// Region, if the source tells.
    pub region: Option<Text>,
    /// Account id, if the source tells.
    pub account: Option<Text>,
}

impl Raw {
    /// A resource that exists, with nothing but type, address and body.
    pub fn new(ty: impl Into<Text>, address: impl Into<Text>, body: Doc) -> Self {
        Self {
            ty: ty.into(),
            address: address.into(),
            body,
            meta: Vec::new(),
            change: None,
            presence: Cond::Const(true),
            place: None,
            region: None,
            account: None,
        }
    }
}
