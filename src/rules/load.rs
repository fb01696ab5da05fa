//! One rule file: a closed mapping. Everything that is wrong with it is told at once.

use super::expression::code::Do;
use super::expression::{Param, Scope};
use super::fix::{self, template};
use super::keys::Reader;
use super::rule::{Condition, Rule};
use super::{example, reference};
use crate::base::text::{FileId, Span, Text};
use crate::base::tree::Node;
use crate::diag::Diagnostic;
use crate::diag::finding::{Pillar, Severity};
use crate::model::doc::Dialect;
use crate::model::schema::{KindId, Schema, Ty};

/// The keys of a rule file.
pub(super) const KEYS: &[&str] = &[
    "title",
    "severity",
    "severity_when",
    "pillar",
    "for",
    "where",
    "must",
    "message",
    "evidence",
    "params",
    "sources",
    "clauses",
    "see_also",
    "why",
    "fix",
    "examples",
];

/// Severities by name.
pub(super) const SEVERITIES: &[(&str, Severity)] = &[
    ("high", Severity::High),
    ("medium", Severity::Medium),
    ("low", Severity::Low),
    ("info", Severity::Info),
];

const PILLARS: &[(&str, Pillar)] = &[
    ("availability", Pillar::Availability),
    ("response", Pillar::Response),
    ("security", Pillar::Security),
    ("cost", Pillar::Cost),
    ("operations", Pillar::Operations),
];

const SOURCES: &[(&str, Dialect)] = &[
    ("terraform", Dialect::Terraform),
    ("cloudformation", Dialect::CloudFormation),
    ("api", Dialect::Api),
    ("config", Dialect::Config),
];

const PARAM_TYPES: &[(&str, &str)] = &[
    ("bool", "bool"),
    ("int", "int"),
    ("number", "number"),
    ("text", "text"),
    ("texts", "texts"),
    ("ints", "ints"),
];

const TOOLS: &[&str] = &["checkov", "trivy", "prowler", "fsbp", "cfn_guard"];

/// Reads a rule file.
pub(super) fn load(file: FileId, path: &str, text: &str, schema: &Schema) -> (Option<Rule>, Vec<Diagnostic>) {
    let (mut reader, node) = Reader::open(file, text, "a rule file");
    let named = named(&mut reader, path);
    let rule = node.and_then(|node| rule(&mut reader, &node, path, named, schema));
    let rule = rule.filter(|_| reader.problems.is_empty());
    (rule, reader.finish())
}

/// Family, id and slug from `…/network/NET-006-nat-without-s3-endpoint.yaml`.
fn named(reader: &mut Reader<'_>, path: &str) -> Option<(Text, Text, Text)> {
    let mut parts = path.rsplit('/');
    let stem = parts.next().unwrap_or("");
    let stem = stem.strip_suffix(".yaml").or_else(|| stem.strip_suffix(".yml")).unwrap_or(stem);
    let family = parts.next().filter(|f| !f.is_empty() && *f != "." && *f != "..").unwrap_or("own");
    let found = (|| {
        let (letters, rest) = stem.split_once('-')?;
        let (digits, slug) = rest.split_once('-')?;
        let upper = letters.starts_with(|c: char| c.is_ascii_uppercase())
            && letters.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        let number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let slugged = !slug.is_empty() && slug.chars().all(plain);
        (upper && number && slugged)
            .then(|| (family.into(), format!("{letters}-{digits}").into(), slug.into()))
    })();
    if found.is_none() {
        let help = "name it like `NET-006-nat-without-s3-endpoint.yaml`: id, then a slug of small letters";
        reader.error_help("rule::path", format!("`{stem}` is not the name of a rule"), Span::default(), help);
    }
    found
}

fn rule(
    reader: &mut Reader<'_>,
    node: &Node,
    path: &str,
    named: Option<(Text, Text, Text)>,
    schema: &Schema,
) -> Option<Rule> {
    reader.closed(node, KEYS, "a rule");
    let needed = |reader: &mut Reader<'_>, key: &str| {
        let found = reader.need(node, key, "a rule")?;
        Some((reader.text(found, key)?, found.span))
    };
    let title = needed(reader, "title").map(|(text, _)| text);
    let severity = needed(reader, "severity").and_then(|(t, s)| reader.word(&t, s, "severity", SEVERITIES));
    let pillar = needed(reader, "pillar").and_then(|(t, s)| reader.word(&t, s, "pillar", PILLARS));
    let why = needed(reader, "why").map(|(text, _)| text);
    let params = node.get("params").map_or(Vec::new(), |n| params(reader, n, schema));
    let sources = sources(reader, node);
    let clauses = node.get("clauses").map_or(Vec::new(), |n| reader.texts(n, "clauses"));
    let see_also = see_also(reader, node);
    let must_node = reader.need(node, "must", "a rule");
    let fix_node = reader.need(node, "fix", "a rule");
    let examples_node = reader.need(node, "examples", "a rule");
    let examples = examples_node.map(|n| example::read(reader, n, schema));
    let (subject, kinds) = subject(reader, node, schema)?;
    let ty = Ty::Res(kinds.clone());
    let scope = Scope { schema, subject: (&subject, &ty), params: &params, shown: false };
    let must = must_node.and_then(|n| condition(reader, n, "must", &scope));
    let where_node = node.get("where");
    let where_ = where_node.and_then(|n| condition(reader, n, "where", &scope));
    let severity_when = severity_when(reader, node, &scope);
    let message = node.get("message").and_then(|n| template(reader, n, "message", &scope));
    let evidence = evidence(reader, node, &scope);
    let fix = fix_node.and_then(|n| fix::read(reader, n, &kinds, &scope));
    let (family, id, slug) = named?;
    let rule = Rule {
        id,
        slug,
        family,
        path: path.into(),
        file: reader.file,
        title: title?,
        severity: severity?,
        severity_when,
        pillar: pillar?,
        kinds: kinds.clone(),
        where_,
        must: must?,
        message,
        evidence,
        sources,
        clauses,
        see_also,
        why: why?,
        fix: fix?,
        examples: examples?,
        subject: subject.clone(),
        params: params.clone(),
    };
    unused(reader, node, &rule);
    Some(rule)
}

fn subject(reader: &mut Reader<'_>, node: &Node, schema: &Schema) -> Option<(Text, Vec<KindId>)> {
    let found = reader.need(node, "for", "a rule")?;
    let name = reader.text(found, "for")?;
    match schema.target(&name) {
        Some(mut kinds) => {
            kinds.sort();
            Some((name, kinds))
        }
        None => {
            let message = format!("unknown kind or role `{name}`");
            match crate::base::near::nearest(&name, schema.names()) {
                Some(near) => {
                    let help = format!("did you mean `{near}`?");
                    reader.error_help("rule::unknown-kind", message, found.span, help);
                }
                None => reader.error("rule::unknown-kind", message, found.span),
            }
            None
        }
    }
}

fn condition(reader: &mut Reader<'_>, node: &Node, what: &str, scope: &Scope<'_>) -> Option<Condition> {
    let source = reader.scalar(node, what)?.text;
    reader.condition(node, what, scope).map(|code| Condition { source, code })
}

fn severity_when(reader: &mut Reader<'_>, node: &Node, scope: &Scope<'_>) -> Vec<(Severity, Condition)> {
    let mut all = Vec::new();
    let Some(node) = node.get("severity_when") else { return all };
    let words: Vec<&str> = SEVERITIES.iter().map(|(word, _)| *word).collect();
    reader.closed(node, &words, "`severity_when`");
    for entry in node.entries() {
        let severity = SEVERITIES.iter().find(|(word, _)| *word == &*entry.key).map(|(_, s)| *s);
        let when = condition(reader, &entry.value, "severity_when", scope);
        all.extend(severity.zip(when));
    }
    all
}

fn evidence(reader: &mut Reader<'_>, node: &Node, scope: &Scope<'_>) -> Vec<super::expression::Code> {
    let mut all = Vec::new();
    let Some(node) = node.get("evidence") else { return all };
    for item in reader.items(node, "evidence") {
        let Some(code) = reader.expression(item, "evidence", scope) else { continue };
        if matches!(code.node.do_, Do::Attr { .. }) {
            all.push(code);
        } else {
            let help = format!("write `{}.attribute`", scope.subject.0);
            reader.error_help("rule::value", "evidence is an attribute of a resource", item.span, help);
        }
    }
    all
}

fn params(reader: &mut Reader<'_>, node: &Node, schema: &Schema) -> Vec<Param> {
    let mut all = Vec::new();
    if !matches!(node.kind, crate::base::tree::NodeKind::Map(_)) {
        reader.closed(node, &[], "`params`");
    }
    for entry in node.entries() {
        let what = format!("parameter `{}`", entry.key);
        reader.closed(&entry.value, &["is", "value", "means"], &what);
        let is = reader.need(&entry.value, "is", &what);
        let value = reader.need(&entry.value, "value", &what);
        let means = reader.need(&entry.value, "means", &what).and_then(|n| reader.text(n, "means"));
        let is = is.and_then(|n| Some((reader.text(n, "is")?, n.span)));
        let ty = is.and_then(|(text, span)| reader.word(&text, span, "type of a parameter", PARAM_TYPES));
        let Some(ty) = ty.and_then(|ty| schema.parse_ty(ty)) else { continue };
        let Some(value) = value.and_then(|n| reference::value(reader, n, &ty, schema)) else { continue };
        let Some(means) = means else { continue };
        all.push(Param { name: entry.key.clone(), ty, means, value });
    }
    all
}

fn sources(reader: &mut Reader<'_>, node: &Node) -> Vec<Dialect> {
    let Some(node) = node.get("sources") else { return Vec::new() };
    let mut all = Vec::new();
    for item in reader.items(node, "sources") {
        let text = reader.text(item, "sources");
        all.extend(text.and_then(|text| reader.word(&text, item.span, "source", SOURCES)));
    }
    all
}

fn see_also(reader: &mut Reader<'_>, node: &Node) -> Vec<(Text, Vec<Text>)> {
    let Some(node) = node.get("see_also") else { return Vec::new() };
    reader.closed(node, TOOLS, "`see_also`");
    let ids = node.entries().iter().map(|e| (e.key.clone(), reader.texts(&e.value, &e.key)));
    ids.filter(|(_, ids)| !ids.is_empty()).collect()
}

/// A parameter that no expression reads is a mistake: changing it would change nothing.
fn unused(reader: &mut Reader<'_>, node: &Node, rule: &Rule) {
    let mut used = vec![false; rule.params.len()];
    for code in rule.codes() {
        code.node.walk(&mut |n| {
            if let Do::Param(i) = n.do_
                && let Some(flag) = used.get_mut(i)
            {
                *flag = true;
            }
        });
    }
    for (param, _) in rule.params.iter().zip(&used).filter(|(_, used)| !**used) {
        let entries = node.get("params").map_or(&[][..], Node::entries);
        let span = entries.iter().find(|e| e.key == param.name).map_or(node.span, |e| e.key_span);
        let message = format!("parameter `{}` is never used", param.name);
        reader.error_help(
            "rule::unused-param",
            message,
            span,
            format!("use `params.{}`, or remove it", param.name),
        );
    }
}
