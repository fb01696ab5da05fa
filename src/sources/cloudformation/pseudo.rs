//! Pseudo parameters: `AWS::Region` and its siblings.
//!
//! Owns which there are and what is known of them.

use super::scope::Scope;
use crate::base::text::Text;
use crate::model::doc::{Doc, Said};
use crate::model::why::{Cause, Reasons};

/// The value of a pseudo parameter; `None` for other names.
pub(super) fn value(scope: &Scope, name: &str) -> Option<Said> {
    let known = match name {
        "AWS::NoValue" => return Some(Said::Null),
        "AWS::Region" => scope.region.clone(),
        "AWS::AccountId" => scope.account.clone(),
        "AWS::StackName" => scope.stack_name.clone(),
        "AWS::Partition" => scope.region.as_deref().map(|r| partition(r).0.into()),
        "AWS::URLSuffix" => scope.region.as_deref().map(|r| partition(r).1.into()),
        "AWS::StackId" | "AWS::NotificationARNs" => None,
        _ => return None,
    };
    Some(known.map_or_else(|| unknown(scope, name), Said::Text))
}

/// Each stack has its own name and id; region and account are taken to be those of the whole run.
fn unknown(scope: &Scope, name: &str) -> Said {
    let what: Text = match name {
        "AWS::StackName" | "AWS::StackId" => scope.own(name),
        _ => name.into(),
    };
    Said::Unknown(Reasons::one(what.clone(), Cause::Parameter(what)))
}

/// True if a value is the region of the run, which is not known.
pub(super) fn is_unknown_region(doc: &Doc) -> bool {
    direct(doc).is_some_and(|name| &**name == "AWS::Region")
}

/// The name of the parameter that a value is, unchanged, when it is not known.
pub(super) fn direct(doc: &Doc) -> Option<&Text> {
    let Said::Unknown(reasons) = &doc.said else { return None };
    let mut all = reasons.iter();
    match (all.next().map(|w| &**w), all.next()) {
        (Some(why), None) => match &why.cause {
            Cause::Parameter(name) if *name == why.what => Some(name),
            _ => None,
        },
        _ => None,
    }
}

fn partition(region: &str) -> (&'static str, &'static str) {
    if region.starts_with("cn-") {
        ("aws-cn", "amazonaws.com.cn")
    } else if region.starts_with("us-gov-") {
        ("aws-us-gov", "amazonaws.com")
    } else {
        ("aws", "amazonaws.com")
    }
}
