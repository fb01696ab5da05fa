//! What to change: one sentence, and facts that the catalog spells in the user's own language.

use super::expression::{Code, Frame, Param, Scope, compile};
use super::keys::Reader;
use super::scalar::Scalar;
use super::template::{Part, Template};
use crate::base::text::Text;
use crate::base::tree::{Node, NodeKind};
use crate::model::doc::{Doc, Reference, Said};
use crate::model::read::Read;
use crate::model::schema::{KindId, Origin};
use crate::model::truth::Truth;
use crate::model::value::{ResId, Val};

/// What to change.
#[derive(Clone, Debug)]
pub struct Fix {
    /// One imperative sentence.
    pub summary: Template,
    /// The change, if it can be written down.
    pub change: Option<Change>,
}

/// A change to the judged resource, or a resource to add.
#[derive(Clone, Debug)]
pub struct Change {
    /// The kind of a resource to add; absent: the judged resource is changed.
    pub add: Option<KindId>,
    /// Facts with their values.
    pub facts: Vec<(Text, Setting)>,
}

/// The value of a fact in a fix.
#[derive(Clone, Debug)]
pub enum Setting {
    /// As written.
    Plain(Said),
    /// The value of an expression: `"{subnet.effective_route_table}"`.
    Code(Code),
    /// Text with expressions in it.
    Text(Template),
    /// A list.
    List(Vec<Setting>),
    /// A record.
    Record(Vec<(Text, Setting)>),
}

impl Fix {
    /// Every expression in it.
    pub fn codes(&self) -> Vec<&Code> {
        let mut all: Vec<&Code> = self.summary.codes().collect();
        for (_, setting) in self.change.iter().flat_map(|c| &c.facts) {
            setting.codes(&mut all);
        }
        all
    }
}

impl Change {
    /// The facts for a resource, as a source would tell them: a resource is a reference to its
    /// address, what is not known is a hole.
    pub fn facts(&self, read: &dyn Read, params: &[Param], res: ResId) -> Vec<(Text, Doc)> {
        self.facts.iter().map(|(name, setting)| (name.clone(), setting.doc(read, params, res))).collect()
    }
}

impl Setting {
    fn codes<'a>(&'a self, into: &mut Vec<&'a Code>) {
        match self {
            Self::Plain(_) => {}
            Self::Code(code) => into.push(code),
            Self::Text(template) => into.extend(template.codes()),
            Self::List(items) => items.iter().for_each(|s| s.codes(into)),
            Self::Record(fields) => fields.iter().for_each(|(_, s)| s.codes(into)),
        }
    }

    fn doc(&self, read: &dyn Read, params: &[Param], res: ResId) -> Doc {
        Doc::new(match self {
            Self::Plain(said) => said.clone(),
            Self::Code(code) => return doc(&Frame::new(read, params, res).eval(code), read),
            Self::Text(template) => Said::Text(template.render(read, params, res).into()),
            Self::List(items) => Said::List(items.iter().map(|s| s.doc(read, params, res)).collect(), None),
            Self::Record(fields) => {
                Said::Map(fields.iter().map(|(name, s)| (name.clone(), s.doc(read, params, res))).collect())
            }
        })
    }
}

/// A value as a source would tell it.
fn doc(val: &Val, read: &dyn Read) -> Doc {
    Doc::new(match val {
        Val::Absent | Val::Record(_) => Said::Null,
        Val::Unknown(why) => Said::Unknown(why.clone()),
        Val::Bool(b) => Said::Bool(*b),
        Val::Int(n) => Said::Number(n.to_string().into()),
        Val::Num(n) => Said::Number(n.to_string().into()),
        Val::Text(text) => Said::Text(text.clone()),
        Val::Symbol { family, name } => Said::Symbol { family: family.clone(), name: name.clone() },
        Val::Hidden { literal } => Said::Hidden { literal: *literal },
        Val::Cases(_) => return doc(&val.in_world(read.world()), read),
        Val::Res(id) => {
            let address = read.graph().resource(*id).address.clone();
            let (targets, attribute) = (vec![address.clone()], "".into());
            Said::Ref(Reference { targets, one_of: false, attribute, written: address })
        }
        Val::List(list) => {
            let there = list.items.iter().filter(|i| i.present.truth(read.world()) != Truth::False);
            Said::List(there.map(|i| doc(&i.val, read)).collect(), list.more.clone())
        }
    })
}

/// Reads the key `fix`.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node, kinds: &[KindId], scope: &Scope<'_>) -> Option<Fix> {
    reader.closed(node, &["summary", "set", "add"], "`fix`");
    let summary = reader.need(node, "summary", "`fix`").and_then(|n| template(reader, n, "summary", scope));
    let change = match (node.get("set"), node.get("add")) {
        (Some(_), Some(add)) => {
            reader.error("rule::value", "a fix either sets facts or adds a resource", add.span);
            None
        }
        (Some(set), None) => Some(Change { add: None, facts: facts(reader, set, kinds, scope) }),
        (None, Some(add)) => added(reader, add, scope),
        (None, None) => None,
    };
    Some(Fix { summary: summary?, change })
}

fn added(reader: &mut Reader<'_>, node: &Node, scope: &Scope<'_>) -> Option<Change> {
    let kind_node = reader.need(node, "kind", "`add`")?;
    let name = reader.text(kind_node, "kind")?;
    let Some(kind) = scope.schema.find(&name) else {
        let known: Vec<&str> = scope.schema.kinds.iter().map(|k| &*k.name).collect();
        reader.suggest("rule::unknown-kind", format!("unknown kind `{name}`"), kind_node.span, &name, &known);
        return None;
    };
    let mut rest = node.clone();
    if let NodeKind::Map(entries) = &mut rest.kind {
        entries.retain(|e| &*e.key != "kind");
    }
    Some(Change { add: Some(kind), facts: facts(reader, &rest, &[kind], scope) })
}

fn facts(reader: &mut Reader<'_>, node: &Node, kinds: &[KindId], scope: &Scope<'_>) -> Vec<(Text, Setting)> {
    if !matches!(node.kind, NodeKind::Map(_)) {
        reader.error("rule::value", format!("facts are a mapping, and this is {}", node.what()), node.span);
    }
    let mut all = Vec::new();
    for entry in node.entries() {
        let stated: Vec<&str> = kinds
            .iter()
            .flat_map(|k| &scope.schema.kind(*k).attrs)
            .filter(|a| matches!(a.origin, Origin::Stated(_)) || &*a.name == "name")
            .map(|a| &*a.name)
            .collect();
        if !stated.contains(&&*entry.key) {
            let message = format!("no fact `{}` can be stated here", entry.key);
            reader.suggest("rule::unknown-attribute", message, entry.key_span, &entry.key, &stated);
        }
        if let Some(setting) = setting(reader, &entry.value, scope) {
            all.push((entry.key.clone(), setting));
        }
    }
    all
}

fn setting(reader: &mut Reader<'_>, node: &Node, scope: &Scope<'_>) -> Option<Setting> {
    Some(match &node.kind {
        NodeKind::Null => Setting::Plain(Said::Null),
        NodeKind::Bool(b) => Setting::Plain(Said::Bool(*b)),
        NodeKind::Number(n) => Setting::Plain(Said::Number(n.clone())),
        NodeKind::Text(text) if !text.contains(['{', '}']) => Setting::Plain(Said::Text(text.clone())),
        NodeKind::Text(_) => {
            let template = template(reader, node, "a value", scope)?;
            match template.parts.as_slice() {
                [Part::Code(code)] => Setting::Code(code.clone()),
                _ => Setting::Text(template),
            }
        }
        NodeKind::List(items) => {
            Setting::List(items.iter().filter_map(|n| setting(reader, n, scope)).collect())
        }
        // `{subnet.nat}` without quotes is a mapping to YAML.
        NodeKind::Map(entries) => match entries.as_slice() {
            [only] if only.value.kind == NodeKind::Null => {
                let key = Node { span: only.key_span, tag: None, kind: NodeKind::Text(only.key.clone()) };
                let scalar = Scalar::of(&key, reader.text)?;
                let code =
                    compile(&scalar.text, 0, scope).map_err(|fault| reader.fault(&scalar, fault)).ok()?;
                Setting::Code(code)
            }
            _ => {
                let fields =
                    entries.iter().filter_map(|e| Some((e.key.clone(), setting(reader, &e.value, scope)?)));
                Setting::Record(fields.collect())
            }
        },
    })
}

/// A text with expressions.
pub(super) fn template(
    reader: &mut Reader<'_>,
    node: &Node,
    what: &str,
    scope: &Scope<'_>,
) -> Option<Template> {
    let scalar = reader.scalar(node, what)?;
    let shown = Scope { shown: true, ..*scope };
    Template::parse(&scalar.text, &shown).map_err(|fault| reader.fault(&scalar, fault)).ok()
}
