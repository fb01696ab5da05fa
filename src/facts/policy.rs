//! Reading statements of policy documents: who may do what, on what, under which condition.
//!
//! Actions keep their spelling in the graph and are compared without regard to case here.

use std::sync::Arc;

use super::items::{Items, Proof};
use super::view::View;
use crate::base::text::Text;
use crate::model::truth::Truth;
use crate::model::value::{Record, ResId};

/// A statement of a policy.
pub(super) type Statement = Arc<Record>;

/// Whether a pattern with `*` and `?` matches a text, without regard to case.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    let (p, t): (Vec<char>, Vec<char>) = (lower(pattern), lower(text));
    let (mut i, mut j) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while let Some(c) = t.get(j) {
        match p.get(i) {
            Some('*') => {
                back = Some((i + 1, j));
                i += 1;
            }
            Some(q) if *q == '?' || q == c => {
                i += 1;
                j += 1;
            }
            _ => match back {
                Some((after, at)) => {
                    back = Some((after, at + 1));
                    i = after;
                    j = at + 1;
                }
                None => return false,
            },
        }
    }
    p.iter().skip(i).all(|c| *c == '*')
}

fn lower(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Whether a statement allows (and does not deny).
pub(super) fn allows(v: &View<'_>, s: &Statement) -> Truth {
    v.says(s, "effect", "Allow")
}

/// Whether the actions of a statement include one, by name, wildcard or `NotAction`.
pub(super) fn includes(v: &View<'_>, s: &Statement, action: &str) -> Truth {
    let named = v.texts(s, "actions").any(|a| glob(a, action).into());
    let except = v.texts(s, "not_actions");
    named.or(|| except.some().and(|| !except.any(|a| glob(a, action).into())))
}

/// Whether a statement is about every resource.
pub(super) fn every_resource(v: &View<'_>, s: &Statement) -> Truth {
    v.texts(s, "resources").any(|r| (&**r == "*").into())
}

/// Whether a statement holds under some condition only.
pub(super) fn conditional(v: &View<'_>, s: &Statement) -> Truth {
    v.records(s, "conditions").some()
}

/// Whether a condition key (its end, without regard to case) is among the conditions of a statement.
pub(super) fn tests(v: &View<'_>, s: &Statement, key: &str) -> Truth {
    v.records(s, "conditions").any(|c| match v.text(c, "key") {
        Ok(k) => k.is_some_and(|k| k.eq_ignore_ascii_case(key)).into(),
        Err(why) => Truth::Unknown(why),
    })
}

/// The name of an AWS-managed policy, if an address is the ARN of one.
pub(super) fn aws_managed(address: &str) -> Option<&str> {
    let (arn, path) = address.split_once(":policy/")?;
    arn.ends_with(":iam::aws").then(|| path.rsplit('/').next().unwrap_or(path))
}

/// Whether some statement of an identity (its own, or of a managed policy) satisfies; `managed` says it
/// of AWS-managed policies, by name.
pub(super) fn some_statement(
    v: &View<'_>,
    identity: ResId,
    test: &dyn Fn(&Statement) -> Truth,
    managed: &dyn Fn(&str) -> Truth,
) -> Proof {
    if let Some(name) = aws_managed(&v.address(identity)) {
        let step = v.step(identity, format!("AWS-managed policy {name}"));
        return Proof::new(managed(name), vec![step]);
    }
    let own = v.records(identity, "statements").prove_any(|s| {
        let sid = v.text(&s.val, "sid").ok().flatten();
        let via = sid.map_or_else(|| "statement".to_owned(), |sid| format!("statement {sid}"));
        Proof::new(test(&s.val), vec![v.step_at(identity, via, s.place)])
    });
    own.or(|| attached(v, identity).prove_any(|p| some_statement(v, p.val, test, managed)))
}

/// The managed policies of an identity: those that it names, and those that name it.
pub(super) fn attached(v: &View<'_>, identity: ResId) -> Items<ResId> {
    ["policies", "attached_policies"]
        .into_iter()
        .filter(|attr| v.has(identity, attr))
        .fold(Items::default(), |all, attr| all.chain(v.refs(identity, attr)))
}

/// The actions that an identity may take, each with the resource texts of its statement.
pub(super) fn actions(v: &View<'_>, identity: ResId) -> Items<(Text, Statement)> {
    v.records(identity, "statements")
        .keep(|s| allows(v, s))
        .flat_map(|s| v.texts(s, "actions").flat_map(|a| super::items::one((a.clone(), s.clone()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        let check = |pattern: &str, text: &str, expected: bool| {
            assert_eq!(glob(pattern, text), expected, "{pattern} against {text}");
        };
        check("*", "iam:PassRole", true);
        check("iam:*", "iam:PassRole", true);
        check("iam:pass*", "iam:PassRole", true);
        check("iam:Pass?ole", "iam:PassRole", true);
        check("*:PassRole", "iam:PassRole", true);
        check("i*m:*s*Role", "iam:PassRole", true);
        check("iam:Get*", "iam:PassRole", false);
        check("iam:PassRol", "iam:PassRole", false);
        check("", "iam:PassRole", false);
        check("iam:PassRole*", "iam:PassRole", true);
    }

    #[test]
    fn managed_names() {
        let check = |arn: &str, expected: Option<&str>| assert_eq!(aws_managed(arn), expected, "{arn}");
        check("arn:aws:iam::aws:policy/AdministratorAccess", Some("AdministratorAccess"));
        check(
            "arn:aws-cn:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
            Some("AWSLambdaBasicExecutionRole"),
        );
        check("arn:aws:iam::123456789012:policy/AdministratorAccess", None);
        check("aws_iam_policy.app", None);
    }
}
