//! Dynamic references: `{{resolve:secretsmanager:…}}`.
//!
//! Owns their syntax. A secret is a value that is not shown and that the template does not spell; a
//! plain parameter of the Systems Manager is not known.

use crate::base::text::Text;
use crate::model::doc::{Doc, Part, Said};
use crate::model::why::{Cause, Reasons};

const OPEN: &str = "{{resolve:";

/// Plain text, its dynamic references taken out.
pub(super) fn text(text: &Text) -> Said {
    if !text.contains(OPEN) {
        return Said::Text(text.clone());
    }
    let mut parts = Vec::new();
    let mut rest: &str = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let Some((reference, tail)) = after.split_once("}}") else { break };
        if !before.is_empty() {
            parts.push(Part::Text(before.into()));
        }
        parts.push(Part::Hole(Doc::new(resolve(reference))));
        rest = tail;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.into()));
    }
    match parts.as_slice() {
        [Part::Hole(only)] => only.said.clone(),
        [Part::Text(only)] => Said::Text(only.clone()),
        _ => Said::Template(parts),
    }
}

/// Text with holes; a dynamic reference whose secret is itself a hole is a secret as a whole.
pub(super) fn template(parts: Vec<Part>) -> Said {
    if let (Some(Part::Text(first)), Some(Part::Text(last))) = (parts.first(), parts.last())
        && let Some(service) = first.strip_prefix(OPEN)
        && last.ends_with("}}")
    {
        return resolve(service);
    }
    Said::Template(parts)
}

fn resolve(reference: &str) -> Said {
    let (service, name) = reference.split_once(':').unwrap_or((reference, ""));
    match service {
        "secretsmanager" | "ssm-secure" => Said::Hidden { literal: Some(false) },
        _ => {
            let what: Text = format!("{{{{resolve:{reference}}}}}").into();
            Said::Unknown(Reasons::one(what, Cause::NotInView(format!("SSM parameter {name}").into())))
        }
    }
}
