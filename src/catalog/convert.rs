//! Named converters: the closed set of things a row may do to a text.
//!
//! To add one: a name in [`CONVERTERS`], an arm in [`Converter::apply`], and, if it can be undone, one
//! in [`Converter::undo`].

use crate::base::text::Text;
use crate::model::doc::{Doc, Part, Said};

/// A named converter with its argument.
#[derive(Clone, Debug, PartialEq)]
pub struct Converter {
    /// Its name, one of [`CONVERTERS`].
    pub name: &'static str,
    /// Its argument; empty if none.
    pub argument: Text,
}

/// Every converter's name.
pub const CONVERTERS: &[&str] = &[
    "lower",
    "protocol",
    "zone",
    "last_segment",
    "endpoint_service",
    "split",
    "json",
    "absent_if",
    "as",
    "present_key",
    "counted_names",
    "enabled_word",
    "kebab",
    "holes",
];

impl Converter {
    /// A converter by name.
    pub fn find(name: &str, argument: &str) -> Option<Self> {
        let name = CONVERTERS.iter().find(|c| **c == name)?;
        Some(Self { name, argument: argument.trim_matches('"').into() })
    }

    /// All names, and those of the other pipes, for suggestions.
    pub fn names() -> impl Iterator<Item = &'static str> {
        CONVERTERS.iter().copied().chain(["omitted", "is", "not", "present", "count", "fits"])
    }

    /// What it makes of a value; several for `split`. What it cannot convert stays as it is.
    pub fn apply(&self, doc: &Doc) -> Vec<Doc> {
        if let Said::Cases(cases) = &doc.said {
            let mapped = cases
                .iter()
                .map(|(c, d)| {
                    (c.clone(), self.apply(d).into_iter().next().unwrap_or_else(|| Doc::new(Said::Null)))
                })
                .collect();
            return vec![Doc::at(Said::Cases(mapped), doc.place)];
        }
        if self.name == "json" {
            return vec![super::decode::parse_json(doc)];
        }
        if self.name == "endpoint_service"
            && let Said::Template(parts) = &doc.said
        {
            return vec![template_service(parts, doc)];
        }
        match (self.name, &doc.said) {
            ("present_key", Said::Map(entries)) => {
                let key = entries.iter().find(|(_, d)| !is_nothing(d)).map(|(k, _)| k.clone());
                return vec![Doc::at(key.map_or(Said::Null, Said::Text), doc.place)];
            }
            ("holes", Said::Template(_) | Said::Ref(_)) => {
                return vec![Doc::at(Said::Text(with_holes(doc).into()), doc.place)];
            }
            ("counted_names", Said::Map(_)) => return vec![counted_name(doc)],
            ("enabled_word", Said::Bool(b)) => {
                let said = if *b { Said::Text("Enabled".into()) } else { Said::Null };
                return vec![Doc::at(said, doc.place)];
            }
            _ => {}
        }
        let text: Text = match &doc.said {
            Said::Text(t) | Said::Number(t) => t.clone(),
            _ => return vec![doc.clone()],
        };
        let one = |said: Said| vec![Doc::at(said, doc.place)];
        match self.name {
            "lower" | "zone" => one(Said::Text(text.to_lowercase().into())),
            "protocol" => one(Said::Text(protocol(&text).into())),
            "last_segment" => one(Said::Text(text.rsplit(['/', ':', '.']).next().unwrap_or(&text).into())),
            "endpoint_service" => one(Said::Text(endpoint_service(&text).into())),
            "split" => text
                .split(if self.argument.is_empty() { "," } else { &self.argument })
                .map(|part| Doc::at(Said::Text(part.trim().into()), doc.place))
                .collect(),
            "kebab" => one(Said::Text(kebab(&text).into())),
            "as" => one(Said::Text(self.argument.clone())),
            "absent_if" if *text == *self.argument => one(Said::Null),
            _ => vec![doc.clone()],
        }
    }

    /// A value that [`Converter::apply`] would turn into `text`, in a region.
    pub fn undo(&self, text: &str, region: &str) -> String {
        match self.name {
            "protocol" if text == "all" => "-1".into(),
            "endpoint_service" => format!("com.amazonaws.{region}.{text}"),
            _ => text.into(),
        }
    }
}

/// Text with its holes as they are written: `${AWS::AccountId}.dkr.ecr.…`. Only for facts that are
/// searched for what is around the holes, never compared.
fn with_holes(doc: &Doc) -> String {
    match &doc.said {
        Said::Text(t) | Said::Number(t) => t.to_string(),
        Said::Ref(r) => format!("${{{}}}", r.written),
        Said::Template(parts) => parts
            .iter()
            .map(|part| match part {
                Part::Text(t) => t.to_string(),
                Part::Hole(hole) => with_holes(hole),
            })
            .collect(),
        _ => "${}".into(),
    }
}

/// Null, an empty list or an empty text: a block or key that is not really there.
fn is_nothing(doc: &Doc) -> bool {
    match &doc.said {
        Said::Null => true,
        Said::List(items, None) => items.is_empty(),
        Said::Text(t) => t.is_empty(),
        _ => false,
    }
}

/// The name of a rule of a managed group whose action is overridden to count; nothing for other actions.
fn counted_name(doc: &Doc) -> Doc {
    let name = doc.get("name").or_else(|| doc.get("Name"));
    let action = doc.get("action_to_use").or_else(|| doc.get("ActionToUse"));
    let action = match action.map(|a| &a.said) {
        Some(Said::List(items, _)) => items.first(),
        _ => action,
    };
    // An excluded rule has a name only: excluding counts.
    let counts =
        action.is_none_or(|a| ["count", "Count"].iter().any(|k| a.get(k).is_some_and(|d| !is_nothing(d))));
    match name {
        Some(name) if counts => name.clone(),
        _ => Doc::at(Said::Null, doc.place),
    }
}

/// `PublicRead` → `public-read`.
fn kebab(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn protocol(text: &str) -> String {
    match text.trim().to_lowercase().as_str() {
        "-1" | "all" => "all".into(),
        "6" => "tcp".into(),
        "17" => "udp".into(),
        "1" => "icmp".into(),
        "58" | "ipv6-icmp" => "icmpv6".into(),
        other => other.into(),
    }
}

/// `com.amazonaws.ap-northeast-2.ecr.api` → `ecr.api`; `aws.sagemaker.region.notebook` → `notebook`.
fn endpoint_service(text: &str) -> String {
    let parts: Vec<&str> = text.split('.').collect();
    match parts.as_slice() {
        ["com" | "cn", "amazonaws", _region, service @ ..] if !service.is_empty() => service.join("."),
        ["cn", "com", "amazonaws", _region, service @ ..] if !service.is_empty() => service.join("."),
        ["aws", _product, _region, service @ ..] if !service.is_empty() => service.join("."),
        _ => text.into(),
    }
}

/// The service of `com.amazonaws.${AWS::Region}.s3`, which stands after the last hole.
fn template_service(parts: &[Part], whole: &Doc) -> Doc {
    match parts {
        [Part::Text(head), Part::Hole(_), Part::Text(tail)]
            if head.ends_with("amazonaws.") && tail.starts_with('.') && tail.len() > 1 =>
        {
            Doc::at(Said::Text(tail.trim_start_matches('.').into()), whole.place)
        }
        _ => whole.clone(),
    }
}
