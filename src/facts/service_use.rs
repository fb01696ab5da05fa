//! Which AWS services compute calls: inferred from its roles, images, log drivers and secrets.
//!
//! A policy that is not known leaves the list open; a policy that allows every action names no service.

use std::sync::Arc;

use super::Derived;
use super::exposure::groups_of;
use super::groups::{self, Source};
use super::items::{Found, Items, Known, Proof, one};
use super::policy::{actions, allows, aws_managed, glob, some_statement};
use super::services::{BY_MANAGED, BY_PREFIX, TAKEN_BY_LAMBDA};
use super::sources::templates;
use super::view::View;
use crate::model::read::{Answer, Step};
use crate::model::truth::Truth;
use crate::model::value::{Record, ResId, Val};
use crate::model::why::{Cause, Reasons};

pub(super) const FACTS: &[Derived] = &[
    Derived::new(
        "used_services",
        &["compute"],
        "texts",
        "endpoint names of the AWS services that it calls",
        used_services,
    ),
    Derived::new(
        "reaches_database",
        &["function"],
        "bool",
        "it may talk to a database: admitted by its group, by the data API, or named in its environment",
        reaches_database,
    ),
];

/// The roles whose rights code in this compute has.
fn roles(v: &View<'_>, compute: ResId) -> Items<ResId> {
    let refer = |of: ResId, attr: &str| match v.refer(of, attr) {
        Ok(Some(res)) => one(res),
        Ok(None) => Items::default(),
        Err(why) => Items::unknown(why),
    };
    if v.is(compute, "function") {
        return refer(compute, "role");
    }
    if v.is(compute, "ecs_service") {
        let definition = refer(compute, "task_definition");
        return definition.flat_map(|d| refer(*d, "task_role").chain(refer(*d, "execution_role")));
    }
    let mut profiles = Items::default();
    if v.has(compute, "profile") {
        profiles = refer(compute, "profile");
    }
    if profiles.items.is_empty() && profiles.more.is_none() {
        for template in templates(v, compute) {
            profiles = profiles.chain(match template {
                Ok(t) => refer(t, "profile"),
                Err(why) => Items::unknown(why),
            });
        }
    }
    profiles.flat_map(|p| refer(*p, "role"))
}

fn containers(v: &View<'_>, compute: ResId) -> Items<Arc<Record>> {
    if !v.is(compute, "ecs_service") {
        return Items::default();
    }
    match v.refer(compute, "task_definition") {
        Ok(Some(definition)) => v.records(definition, "containers"),
        Ok(None) => Items::default(),
        Err(why) => Items::unknown(why),
    }
}

fn used_services(v: &View<'_>, compute: ResId) -> Known<Answer> {
    let mut found = Found::default();
    let roles = roles(v, compute);
    found.maybe_more(roles.more.as_ref());
    for role in &roles.items {
        let start = vec![v.step(role.val, "role")];
        by_identity(v, compute, role.val, &role.present, &start, &mut found);
    }
    let containers = containers(v, compute);
    found.maybe_more(containers.more.as_ref());
    for c in &containers.items {
        let from_ecr = from_ecr(v, &c.val);
        let logs = of_text(v.text(&c.val, "log_driver"), |d| d == "awslogs");
        for (sure, service, said) in [
            (&from_ecr, "ecr.api", "image in ECR"),
            (&from_ecr, "ecr.dkr", "image in ECR"),
            (&logs, "logs", "awslogs driver"),
        ] {
            let step = v.step_at(compute, said, c.place);
            found.add(&c.present.clone().and(|| sure.clone()), Val::text(service), vec![step]);
        }
    }
    found.answer()
}

fn of_text(text: Known<Option<crate::base::text::Text>>, is: impl Fn(&str) -> bool) -> Truth {
    match text {
        Ok(t) => t.is_some_and(|t| is(&t)).into(),
        Err(why) => Truth::Unknown(why),
    }
}

/// Whether a container's image lies in ECR: it names a repository, or its address is one of ECR's.
pub(super) fn from_ecr(v: &View<'_>, container: &Arc<Record>) -> Truth {
    let repository = v.present(container, "repository");
    of_text(v.text(container, "image"), |image| image.contains(".dkr.ecr.")).or(|| repository)
}

/// Adds the services that an identity's policies name.
fn by_identity(
    v: &View<'_>,
    compute: ResId,
    identity: ResId,
    sure: &Truth,
    start: &[Step],
    found: &mut Found,
) {
    let mut add = |sure: &Truth, service: &str, step: Step| {
        let mut path = start.to_vec();
        path.push(step);
        found.add(sure, Val::text(service), path);
    };
    if let Some(name) = aws_managed(&v.address(identity)) {
        match BY_MANAGED.iter().find(|(n, _)| *n == name) {
            Some((_, services)) => {
                for service in *services {
                    add(sure, service, v.step(identity, "AWS-managed policy"));
                }
            }
            None => found.more(&Reasons::one(name, Cause::Unsupported("AWS-managed policy".into()))),
        }
        return;
    }
    let allowed = actions(v, identity);
    for a in &allowed.items {
        let (action, _) = &a.val;
        let Some((prefix, _)) = action.split_once(':') else {
            found.more(&Reasons::one(
                format!("{} allows {action}", v.address(identity)),
                Cause::Unsupported("a wildcard for every service".into()),
            ));
            continue;
        };
        let by_service =
            v.is(compute, "function") && TAKEN_BY_LAMBDA.iter().any(|t| t.eq_ignore_ascii_case(action));
        if by_service {
            continue;
        }
        for (_, services) in BY_PREFIX.iter().filter(|(p, _)| prefix.eq_ignore_ascii_case(p)) {
            for service in *services {
                let mut path = start.to_vec();
                path.push(v.step_at(identity, format!("allows {action}"), a.place));
                found.add(&sure.clone().and(|| a.present.clone()), Val::text(*service), path);
            }
        }
    }
    found.maybe_more(allowed.more.as_ref());
    let policies = super::policy::attached(v, identity);
    found.maybe_more(policies.more.as_ref());
    for p in &policies.items {
        by_identity(v, compute, p.val, &sure.clone().and(|| p.present.clone()), start, found);
    }
}

/// Actions by which code takes work from a queue or stream.
const RECEIVES: &[&str] = &["sqs:ReceiveMessage", "kinesis:GetRecords"];

/// Whether the role of compute that is no function lets it take from queues or streams. A wildcard for
/// every service does not count: it says nothing about what the code does.
pub(super) fn receives(v: &View<'_>, compute: ResId) -> Proof {
    may_receive(v, compute, &|_| Truth::True)
}

/// Whether it may take from this queue.
pub(super) fn receives_from(v: &View<'_>, compute: ResId, queue: ResId) -> Proof {
    let address = v.address(queue);
    let name = v.text(queue, "name").ok().flatten().unwrap_or_else(|| address.clone());
    let local: String = address.rsplit('.').next().unwrap_or(&address).to_owned();
    may_receive(v, compute, &|s| {
        v.texts(s, "resources").any(|r| {
            if &**r == "*" || r.ends_with(&format!(":{name}")) || mentions(r, &local) || mentions(r, &address)
            {
                return Truth::True;
            }
            if r.contains("*") {
                let last = r.rsplit(':').next().unwrap_or(r);
                return glob(last, &name).into();
            }
            if r.contains("${") && !r.contains("${aws_") && !r.contains("${AWS::") {
                let cause = Cause::Unresolved(r.clone());
                return Truth::Unknown(Reasons::one(format!("queues of {}", v.address(compute)), cause));
            }
            Truth::False
        })
    })
}

/// Whether a text holds a reference to a resource of this name.
fn mentions(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|t| t.chars().next());
        text.contains("${") && !before.is_some_and(word) && !after.is_some_and(word)
    })
}

fn may_receive(v: &View<'_>, compute: ResId, on: &dyn Fn(&Arc<Record>) -> Truth) -> Proof {
    if v.is(compute, "function") {
        return false.into();
    }
    let test = |s: &Arc<Record>| {
        let takes =
            v.texts(s, "actions").any(|a| (a.contains(':') && RECEIVES.iter().any(|r| glob(a, r))).into());
        allows(v, s).and(|| takes).and(|| on(s))
    };
    let managed = |name: &str| match name {
        "AmazonSQSFullAccess" | "AmazonKinesisFullAccess" => Truth::True,
        _ => Truth::False,
    };
    roles(v, compute).prove_any(|role| {
        let step = v.step(role.val, "role may receive messages");
        Proof::new(true, vec![step]).and(|| some_statement(v, role.val, &test, &managed))
    })
}

fn reaches_database(v: &View<'_>, function: ResId) -> Known<Answer> {
    let own = v.refs(function, "security_groups");
    let stores = v.every("database").chain(v.every("db_proxy"));
    let admitted = stores.prove_any(|store| {
        let groups = match v.plays(store.val, "database") {
            true => groups_of(v, store.val),
            false => v.refs(store.val, "security_groups"),
        };
        groups.prove_any(|group| {
            let admits = groups::admits(v, group.val, groups::any_port);
            let mut proof: Proof = match (&admits.more, own.some()) {
                (Some(why), Truth::True | Truth::Unknown(_)) => Truth::Unknown(why.clone()).into(),
                _ => false.into(),
            };
            for a in &admits.sources {
                if let Source::Group(source) = a.source {
                    let mine = own.any(|g| (*g == source).into());
                    let path = vec![
                        v.step_at(group.val, format!("admits {}", a.said), a.place),
                        v.step(store.val, "database"),
                    ];
                    proof = Proof::new(a.sure.clone().and(|| mine), path).or(|| proof);
                }
            }
            proof
        })
    });
    if admitted.truth.is_true() {
        return admitted.answer();
    }
    let named = v.records(function, "environment").prove_any(|e| {
        // a value that is not known names a database only if the database says that it is referred to
        let value = v.text(&e.val, "value").ok().flatten().unwrap_or_default();
        let names =
            value.contains(".rds.amazonaws.com") || value.contains("aws_db_") || value.contains("aws_rds_");
        Proof::new(names, vec![v.step_at(function, "environment names a database", e.place)])
    });
    let api = || {
        roles(v, function).prove_any(|role| {
            let test = |s: &Arc<Record>| {
                let by = v.texts(s, "actions").any(|a| {
                    let a = a.to_ascii_lowercase();
                    (a.starts_with("rds-data:") || a.starts_with("rds-db:")).into()
                });
                allows(v, s).and(|| by)
            };
            some_statement(v, role.val, &test, &|name| (name == "AmazonRDSDataFullAccess").into())
        })
    };
    admitted.or(|| named).or(api).answer()
}
