//! Documents as text: CloudFormation YAML and Terraform HCL, for fixes, examples and rule pages.

use std::fmt::Write as _;

use crate::model::doc::{Dialect, Doc, Part, Raw, Said};

/// A whole file in a dialect: a template with its parameters, or Terraform blocks. Empty for dialects
/// that people do not write.
pub fn file(raws: &[Raw], dialect: Dialect) -> String {
    match dialect {
        Dialect::CloudFormation => template(raws),
        Dialect::Terraform => raws.iter().map(block).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}

/// One value under its key, as it would stand in a resource: `MultiAZ: true`, `multi_az = true`.
pub fn attributes(body: &Doc, dialect: Dialect) -> String {
    let mut out = String::new();
    match dialect {
        Dialect::CloudFormation => yaml_entries(&mut out, body, 0, &mut 0),
        Dialect::Terraform => hcl_body(&mut out, body, 0),
        _ => {}
    }
    out
}

/// A CloudFormation logical id from an example's name: `rt` → `Rt`, `app-1` → `App1`.
pub fn logical_id(name: &str) -> String {
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .map(|part| {
            let mut chars = part.chars();
            chars.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
        })
        .collect()
}

/// A Terraform name from an example's name.
pub fn terraform_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect()
}

/// Resources of a template, without the template around them.
pub fn resources(raws: &[Raw]) -> String {
    resource_lines(raws, &mut 0)
}

fn template(raws: &[Raw]) -> String {
    let mut unknowns = 0;
    let resources = resource_lines(raws, &mut unknowns);
    let mut out = String::from("AWSTemplateFormatVersion: \"2010-09-09\"\n");
    if unknowns > 0 {
        out.push_str("Parameters:\n");
        for n in 1..=unknowns {
            let _ = writeln!(out, "  Unknown{n}:\n    Type: String");
        }
    }
    out.push_str("Resources:\n");
    out + &resources
}

fn resource_lines(raws: &[Raw], unknowns: &mut usize) -> String {
    let mut resources = String::new();
    for raw in raws {
        let _ = writeln!(resources, "  {}:\n    Type: {}", logical_id(&raw.address), raw.ty);
        for (key, value) in &raw.meta {
            let _ = write!(resources, "    {key}:");
            yaml_value(&mut resources, value, 4, unknowns);
        }
        if !matches!(&raw.body.said, Said::Map(entries) if entries.is_empty()) {
            resources.push_str("    Properties:\n");
            yaml_entries(&mut resources, &raw.body, 6, unknowns);
        }
    }
    resources
}

fn yaml_entries(out: &mut String, doc: &Doc, indent: usize, unknowns: &mut usize) {
    let Said::Map(entries) = &doc.said else { return };
    for (key, value) in entries {
        let _ = write!(out, "{:indent$}{}:", "", yaml_scalar(key));
        yaml_value(out, value, indent, unknowns);
    }
}

/// A value after its key: on the same line if it is a scalar.
fn yaml_value(out: &mut String, doc: &Doc, indent: usize, unknowns: &mut usize) {
    match &doc.said {
        Said::Map(entries) if entries.is_empty() => out.push_str(" {}\n"),
        Said::List(items, _) if items.is_empty() => out.push_str(" []\n"),
        Said::Map(_) => {
            out.push('\n');
            yaml_entries(out, doc, indent + 2, unknowns);
        }
        Said::List(items, _) => {
            out.push('\n');
            for item in items {
                let _ = write!(out, "{:1$}-", "", indent + 2);
                if let Said::Map(entries) = &item.said
                    && !entries.is_empty()
                {
                    let mut inner = String::new();
                    yaml_entries(&mut inner, item, indent + 4, unknowns);
                    out.push(' ');
                    out.push_str(inner.trim_start());
                } else {
                    yaml_value(out, item, indent + 2, unknowns);
                }
            }
        }
        _ => {
            let _ = writeln!(out, " {}", yaml_leaf(doc, unknowns));
        }
    }
}

fn yaml_leaf(doc: &Doc, unknowns: &mut usize) -> String {
    match &doc.said {
        Said::Bool(b) => b.to_string(),
        Said::Number(n) => n.to_string(),
        Said::Text(t) if t.contains("${AWS::") => format!("!Sub {}", yaml_scalar(t)),
        Said::Text(t) => yaml_scalar(t),
        Said::Ref(r) => {
            let target = r.targets.first().map(ToString::to_string).unwrap_or_default();
            if r.attribute.is_empty() {
                format!("!Ref {target}")
            } else {
                format!("!GetAtt {target}.{}", r.attribute)
            }
        }
        Said::Template(parts) => {
            let mut text = String::new();
            for part in parts {
                match part {
                    Part::Text(t) => text.push_str(t),
                    Part::Hole(hole) => {
                        let name = match &hole.said {
                            Said::Ref(r) => r.targets.first().map(ToString::to_string).unwrap_or_default(),
                            _ => {
                                *unknowns += 1;
                                format!("Unknown{unknowns}")
                            }
                        };
                        let _ = write!(text, "${{{name}}}");
                    }
                }
            }
            format!("!Sub {}", yaml_scalar(&text))
        }
        Said::Null => "!Ref AWS::NoValue".into(),
        _ => {
            *unknowns += 1;
            format!("!Ref Unknown{unknowns}")
        }
    }
}

/// Plain where that is safe, else quoted.
fn yaml_scalar(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c))
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !matches!(
            text.to_lowercase().as_str(),
            "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
        );
    if plain { text.to_owned() } else { serde_json::Value::String(text.to_owned()).to_string() }
}

fn block(raw: &Raw) -> String {
    let name = raw.address.strip_prefix(&*raw.ty).map_or(&*raw.address, |n| n.trim_start_matches('.'));
    let head = format!("resource \"{}\" \"{}\"", raw.ty, terraform_name(name));
    let mut body = String::new();
    hcl_body(&mut body, &raw.body, 2);
    if body.is_empty() { format!("{head} {{}}\n") } else { format!("{head} {{\n{body}}}\n") }
}

/// True if it is written as blocks.
fn is_blocks(doc: &Doc) -> bool {
    matches!(&doc.said, Said::List(items, _) if !items.is_empty() && items.iter().all(|i| matches!(i.said, Said::Map(_))))
}

/// A map as HCL, in the form of `terraform fmt`: attributes with their signs aligned, then blocks.
fn hcl_body(out: &mut String, doc: &Doc, indent: usize) {
    let Said::Map(entries) = &doc.said else { return };
    let (blocks, attributes): (Vec<_>, Vec<_>) = entries.iter().partition(|(_, value)| is_blocks(value));
    let values: Vec<(String, String)> =
        attributes.iter().map(|(key, value)| (key.to_string(), hcl_value(value, indent))).collect();
    aligned(out, &values, indent);
    let mut first = values.is_empty();
    for (key, value) in blocks {
        let Said::List(items, _) = &value.said else { continue };
        for item in items {
            if !std::mem::take(&mut first) {
                out.push('\n');
            }
            let mut body = String::new();
            hcl_body(&mut body, item, indent + 2);
            let _ = if body.is_empty() {
                writeln!(out, "{:indent$}{key} {{}}", "")
            } else {
                writeln!(out, "{:indent$}{key} {{\n{body}{:indent$}}}", "", "")
            };
        }
    }
}

/// Attributes with their signs below each other; a value of several lines ends a group.
fn aligned(out: &mut String, pairs: &[(String, String)], indent: usize) {
    for group in pairs.split_inclusive(|(_, value)| value.contains('\n')) {
        let short = group.iter().filter(|(_, value)| !value.contains('\n'));
        let width = short.map(|(key, _)| key.len()).max().unwrap_or(0);
        for (key, value) in group {
            let width = if value.contains('\n') { key.len() } else { width };
            let _ = writeln!(out, "{:indent$}{key:width$} = {value}", "");
        }
    }
}

/// The value of an attribute; a JSON document is written as the expression that makes it.
fn hcl_value(doc: &Doc, indent: usize) -> String {
    let json = match &doc.said {
        Said::Text(t) => t.starts_with('{'),
        Said::Template(parts) => matches!(parts.first(), Some(Part::Text(t)) if t.starts_with('{')),
        _ => false,
    };
    let read = json.then(|| super::decode::parse_json(doc)).filter(|d| matches!(d.said, Said::Map(_)));
    read.map_or_else(|| hcl_leaf(doc), |document| format!("jsonencode({})", hcl_object(&document, indent)))
}

/// An expression on several lines.
fn hcl_object(doc: &Doc, indent: usize) -> String {
    let inner = indent + 2;
    match &doc.said {
        Said::Map(entries) if !entries.is_empty() => {
            let plain = |k: &str| k.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !k.is_empty();
            let key = |k: &str| if plain(k) { k.to_owned() } else { hcl_text(k) };
            let pairs: Vec<(String, String)> =
                entries.iter().map(|(k, v)| (key(k), hcl_object(v, inner))).collect();
            let mut lines = String::new();
            aligned(&mut lines, &pairs, inner);
            format!("{{\n{lines}{:indent$}}}", "")
        }
        Said::List(items, _) if items.iter().any(|i| matches!(i.said, Said::Map(_))) => {
            let all: Vec<String> = items.iter().map(|i| hcl_object(i, indent)).collect();
            format!("[{}]", all.join(", "))
        }
        _ => hcl_leaf(doc),
    }
}

fn hcl_leaf(doc: &Doc) -> String {
    match &doc.said {
        Said::Null => "null".into(),
        Said::Bool(b) => b.to_string(),
        Said::Number(n) => n.to_string(),
        Said::Text(t) => hcl_text(t),
        Said::List(items, _) => format!("[{}]", items.iter().map(hcl_leaf).collect::<Vec<_>>().join(", ")),
        Said::Map(entries) => {
            let inner: Vec<String> =
                entries.iter().map(|(k, v)| format!("{} = {}", hcl_text(k), hcl_leaf(v))).collect();
            format!("{{ {} }}", inner.join(", "))
        }
        Said::Ref(r) => r.written.to_string(),
        Said::Template(parts) => {
            let mut text = String::from("\"");
            for part in parts {
                match part {
                    Part::Text(t) => text.push_str(hcl_text(t).trim_matches('"')),
                    Part::Hole(hole) => {
                        let _ = write!(text, "${{{}}}", hcl_leaf(hole));
                    }
                }
            }
            text + "\""
        }
        _ => "var.unknown".into(),
    }
}

fn hcl_text(text: &str) -> String {
    let json = serde_json::Value::String(text.to_owned()).to_string();
    json.replace("${", "$${").replace("%{", "%%{")
}
