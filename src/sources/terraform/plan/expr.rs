//! Expressions of the plan's `configuration` section: constants, lists of references, nested blocks.
//!
//! Owns their shape and the spelling of references and addresses. Must not follow a reference.

use std::borrow::Cow;

use super::json::Json;
use crate::base::text::Text;

/// An argument as the source writes it, as far as the plan tells.
#[derive(Clone, Debug)]
pub enum Expr<'a> {
    /// Spelt out.
    Const(Json<'a>),
    /// Computed from these; empty for a computation without references.
    Refs(Vec<Ref>),
    /// Nested blocks, in the order of the source. Dynamic blocks are not in it.
    Blocks(Vec<Block<'a>>),
}

/// Arguments of a block or resource.
pub type Block<'a> = Vec<(Cow<'a, str>, Expr<'a>)>;

/// One reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Ref {
    /// As written.
    pub written: Text,
    /// Taken apart.
    pub steps: Vec<Step>,
}

/// A step of a reference or address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// `.name`
    Name(Text),
    /// `[0]` or `["key"]`
    Index(Key),
}

/// A key under `count` or `for_each`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// `count`.
    Int(u64),
    /// `for_each`.
    Text(Text),
}

impl Key {
    /// Equal, where `0` and `"0"` are: keys of a map made from a list are text.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(a), Self::Text(b)) | (Self::Text(b), Self::Int(a)) => a.to_string() == **b,
            _ => self == other,
        }
    }

    /// From the `index` field of a resource.
    pub fn of(json: &Json<'_>) -> Option<Self> {
        match json {
            Json::Number(n) => n.parse().ok().map(Self::Int),
            Json::Text(t) => Some(Self::Text(t.as_ref().into())),
            _ => None,
        }
    }
}

impl Step {
    /// The name, if it is one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(n) => Some(n),
            Self::Index(_) => None,
        }
    }
}

impl<'a> Expr<'a> {
    /// Reads what stands in `expressions` at one argument.
    pub fn of(json: Json<'a>) -> Self {
        match json {
            Json::Map(entries) => {
                let mut refs = Vec::new();
                let mut constant = None;
                let mut block = Vec::new();
                for (key, value) in entries {
                    match (&*key, value) {
                        ("constant_value", value) => constant = Some(value),
                        ("references", Json::List(items)) => {
                            refs.extend(items.iter().filter_map(Json::text).map(Ref::of));
                        }
                        (_, value) => block.push((key, Self::of(value))),
                    }
                }
                match (constant, block.is_empty()) {
                    (Some(value), _) => Self::Const(value),
                    (None, false) if refs.is_empty() => Self::Blocks(vec![block]),
                    _ => Self::Refs(most_specific(refs)),
                }
            }
            Json::List(items) => Self::Blocks(
                items
                    .into_iter()
                    .filter(|item| matches!(item, Json::Map(_)))
                    .map(|item| match item {
                        Json::Map(entries) => entries.into_iter().map(|(k, v)| (k, Self::of(v))).collect(),
                        _ => Vec::new(),
                    })
                    .collect(),
            ),
            other => Self::Const(other),
        }
    }

    /// Reads a whole `expressions` object.
    pub fn block(json: Json<'a>) -> Block<'a> {
        match json {
            Json::Map(entries) => entries.into_iter().map(|(k, v)| (k, Self::of(v))).collect(),
            _ => Vec::new(),
        }
    }

    /// Every reference in it, at any depth.
    pub fn all_refs<'e>(&'e self, into: &mut Vec<&'e Ref>) {
        match self {
            Self::Const(_) => {}
            Self::Refs(refs) => into.extend(refs),
            Self::Blocks(blocks) => {
                for (_, expr) in blocks.iter().flatten() {
                    expr.all_refs(into);
                }
            }
        }
    }
}

/// An argument of a block.
pub fn argument<'e, 'a>(block: &'e [(Cow<'a, str>, Expr<'a>)], name: &str) -> Option<&'e Expr<'a>> {
    block.iter().find(|(k, _)| k == name).map(|(_, e)| e)
}

/// Drops each reference that only shortens one before it: lists hold `aws_vpc.a.id` and `aws_vpc.a`.
fn most_specific(refs: Vec<Ref>) -> Vec<Ref> {
    let mut kept: Vec<Ref> = Vec::with_capacity(refs.len());
    for r in refs {
        if !kept.iter().any(|k| k.steps.starts_with(&r.steps)) {
            kept.push(r);
        }
    }
    kept
}

impl Ref {
    /// Takes a reference apart.
    pub fn of(written: &str) -> Self {
        Self { written: written.into(), steps: steps(written) }
    }

    /// The name at a step.
    pub fn name(&self, n: usize) -> Option<&str> {
        self.steps.get(n).and_then(Step::name)
    }

    /// True for what only says which instance: `each.key`, `each.value…`, `count.index`.
    pub fn is_instance(&self) -> bool {
        matches!(self.name(0), Some("each" | "count"))
    }
}

/// Takes an address or reference apart: `module.a["x.y"].aws_vpc.b[0].id`.
pub fn steps(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (key, after) = index(inner);
            steps.push(Step::Index(key));
            rest = after;
        } else {
            let name = rest.strip_prefix('.').unwrap_or(rest);
            let end = name.find(['.', '[']).unwrap_or(name.len());
            let (name, after) = name.split_at(end);
            if !name.is_empty() {
                steps.push(Step::Name(name.into()));
            } else if after.len() == rest.len() {
                break;
            }
            rest = after;
        }
    }
    steps
}

/// Reads what follows `[`, through `]`.
fn index(inner: &str) -> (Key, &str) {
    if let Some(quoted) = inner.strip_prefix('"') {
        let mut text = String::new();
        let mut chars = quoted.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => text.extend(chars.next().map(|(_, c)| if c == 'n' { '\n' } else { c })),
                '"' => {
                    let after = quoted.get(at + 1..).unwrap_or_default();
                    return (Key::Text(text.into()), after.strip_prefix(']').unwrap_or(after));
                }
                c => text.push(c),
            }
        }
        return (Key::Text(text.into()), "");
    }
    let (number, after) = inner.split_once(']').unwrap_or((inner, ""));
    (number.parse().map_or_else(|_| Key::Text(number.into()), Key::Int), after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(n: &str) -> Step {
        Step::Name(n.into())
    }

    #[test]
    fn takes_addresses_apart() {
        let key = |k: &str| Step::Index(Key::Text(k.into()));
        for (text, want) in [
            ("aws_vpc.a.id", vec![name("aws_vpc"), name("a"), name("id")]),
            ("m[\"x.y]\"].b[12]", vec![name("m"), key("x.y]"), name("b"), Step::Index(Key::Int(12))]),
            (r#"m["a\"b"]"#, vec![name("m"), key("a\"b")]),
            ("", vec![]),
            ("..", vec![]),
            ("a[", vec![name("a"), key("")]),
        ] {
            assert_eq!(steps(text), want, "{text}");
        }
    }

    #[test]
    fn keeps_the_most_specific() {
        let list = ["aws_vpc.a.id", "aws_vpc.a", "aws_vpc.ab", "each.key"].map(Ref::of).to_vec();
        let kept: Vec<_> = most_specific(list).into_iter().map(|r| r.written.to_string()).collect();
        assert_eq!(kept, ["aws_vpc.a.id", "aws_vpc.ab", "each.key"]);
    }
}
