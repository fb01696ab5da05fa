//! Region and account of a resource, as far as the plan tells.

use super::config::Config;
use super::expr::{Expr, argument};
use super::json::Json;
use crate::base::text::Text;
use crate::model::doc::{Doc, Said};

/// Region: the resource's own, else its ARN's, else its provider's.
pub fn region(body: &Doc, config: &Config<'_>, provider: Option<&str>) -> Option<Text> {
    let own = known(body, "region").filter(|r| !r.is_empty());
    own.or_else(|| arn_part(body, 3)).or_else(|| {
        // Without configuration of the resource, an only provider is its provider.
        let (_, block) = match provider {
            Some(key) => config.providers.get(key).or_else(|| config.providers.get(tail(key)))?,
            None => return None,
        };
        match argument(block, "region")? {
            Expr::Const(value) => value.text().map(Into::into),
            Expr::Refs(refs) => match refs.as_slice() {
                [only] if only.name(0) == Some("var") && only.steps.len() == 2 => {
                    config.variables.get(only.name(1)?).and_then(Json::text).map(Into::into)
                }
                _ => None,
            },
            Expr::Blocks(_) => None,
        }
    })
}

/// Account: the ARN's, else the owner's.
pub fn account(body: &Doc) -> Option<Text> {
    let is_id = |id: &Text| id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit());
    arn_part(body, 4).or_else(|| known(body, "owner_id")).filter(is_id)
}

/// `aws.east` of `module.a:aws.east`.
fn tail(key: &str) -> &str {
    key.rsplit(':').next().unwrap_or(key)
}

fn known(body: &Doc, name: &str) -> Option<Text> {
    match &body.get(name)?.said {
        Said::Text(t) => Some(t.clone()),
        _ => None,
    }
}

fn arn_part(body: &Doc, n: usize) -> Option<Text> {
    let arn = known(body, "arn")?;
    let part = arn.strip_prefix("arn:").and_then(|_| arn.split(':').nth(n))?;
    (!part.is_empty()).then(|| part.into())
}
