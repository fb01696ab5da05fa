//! Identity: administrators, unbounded `iam:PassRole`, trust that is too wide.

use super::Derived;
use super::items::{Known, Proof, join, plain};
use super::policy::{Statement, allows, conditional, every_resource, includes, some_statement, tests};
use super::view::View;
use crate::model::read::Answer;
use crate::model::truth::Truth;
use crate::model::value::{ResId, Val};
use crate::model::why::{Cause, Reasons};

pub(super) const FACTS: &[Derived] = &[
    Derived::new(
        "admin",
        &["identity"],
        "bool",
        "it may do everything: Allow * on * without condition, or AdministratorAccess",
        admin,
    ),
    Derived::new(
        "passrole_unbounded",
        &["identity"],
        "bool",
        "it may pass any role to any service, by a statement that does not allow everything anyway",
        passrole,
    ),
    Derived::new(
        "trust_too_wide",
        &["role"],
        "text",
        "who may assume it beyond its account without condition; absent if nobody",
        trust,
    ),
    Derived::new(
        "workload",
        &["identity"],
        "bool",
        "an identity of the workload, not one that AWS keeps",
        workload,
    ),
];

/// Whether a statement's actions are all that there are.
fn every_action(v: &View<'_>, s: &Statement) -> Truth {
    v.texts(s, "actions").any(|a| ["*", "*:*"].contains(&&**a).into())
}

fn admin(v: &View<'_>, identity: ResId) -> Known<Answer> {
    let test = |s: &_| {
        allows(v, s).and(|| every_action(v, s)).and(|| every_resource(v, s)).and(|| !conditional(v, s))
    };
    some_statement(v, identity, &test, &|name| (name == "AdministratorAccess").into()).answer()
}

/// An administrator may pass roles too, but that is the least of it: `admin` says so.
fn passrole(v: &View<'_>, identity: ResId) -> Known<Answer> {
    let test = |s: &_| {
        allows(v, s)
            .and(|| includes(v, s, "iam:PassRole"))
            .and(|| !every_action(v, s))
            .and(|| every_resource(v, s))
            .and(|| !tests(v, s, "iam:PassedToService"))
            .and(|| !tests(v, s, "iam:AssociatedResourceArn"))
    };
    some_statement(v, identity, &test, &|name| (name == "IAMFullAccess").into()).answer()
}

/// Whom a principal of a trust policy stands for.
enum Who {
    Anyone,
    Account(String),
    Known,
}

fn who(principal: &str) -> Who {
    let Some(aws) = principal.strip_prefix("AWS:") else {
        return if principal == "*" { Who::Anyone } else { Who::Known };
    };
    if aws == "*" {
        return Who::Anyone;
    }
    let account = if aws.starts_with("arn:") { aws.split(':').nth(4).unwrap_or("") } else { aws };
    if account == "*" {
        return Who::Anyone;
    }
    let literal = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    if literal { Who::Account(account.to_owned()) } else { Who::Known }
}

fn trust(v: &View<'_>, role: ResId) -> Known<Answer> {
    let statements = v.records(role, "trust");
    let mut open: Option<Reasons> = statements.more.clone();
    for s in &statements.items {
        let wide = s.present.clone().and(|| allows(v, &s.val)).and(|| !conditional(v, &s.val));
        if wide.is_false() {
            continue;
        }
        let principals = v.texts(&s.val, "principals");
        if let Some(why) = &principals.more {
            join(&mut open, why);
        }
        // Allow with NotPrincipal admits everybody else
        if v.texts(&s.val, "not_principals").some().is_true() && wide.is_true() {
            let path = vec![v.step_at(role, "trusts all but some", s.place)];
            return Ok(Answer { val: Val::text("anyone"), path });
        }
        for p in &principals.items {
            let said = match who(&p.val) {
                Who::Known => continue,
                Who::Anyone => "anyone".to_owned(),
                Who::Account(id) => match v.text(role, "account") {
                    Ok(own) if own.as_deref() == Some(id.as_str()) => continue,
                    Ok(_) => format!("account {id}"),
                    Err(why) => {
                        join(&mut open, &why);
                        continue;
                    }
                },
            };
            match wide.clone().and(|| p.present.clone()) {
                Truth::True => {
                    let path = vec![v.step_at(role, format!("trusts {} without condition", p.val), s.place)];
                    return Ok(Answer { val: Val::text(said), path });
                }
                Truth::Unknown(why) => join(&mut open, &why),
                Truth::False => {}
            }
        }
    }
    open.map_or_else(|| plain(Val::Absent), Err)
}

fn workload(v: &View<'_>, identity: ResId) -> Known<Answer> {
    if super::policy::aws_managed(&v.address(identity)).is_some() {
        return plain(Val::Bool(false));
    }
    if !v.has(identity, "path") {
        return plain(Val::Bool(true));
    }
    let kept = match v.text(identity, "path") {
        Ok(path) => {
            path.is_some_and(|p| p.starts_with("/aws-service-role/") || p.starts_with("/aws-reserved/"))
        }
        Err(_) if !v.in_view(identity) => {
            let what = format!("{}.path", v.address(identity));
            return Err(Reasons::one(what, Cause::NotInView(v.address(identity))));
        }
        Err(why) => return Err(why),
    };
    Proof::from(!kept).answer()
}
