//! Literal secrets in what code declares. Answers name where one stands, never what it is.
//!
//! A value that the source derives from something else (a reference, a parameter, a value known after
//! apply) is no literal. For a master password any literal counts; elsewhere a name that says secret, or
//! a value that can be nothing else, is needed, so that few alarms are false.

use super::Derived;
use super::items::{Found, Known};
use super::literal;
use super::view::View;
use crate::base::text::{Place, Text};
use crate::model::read::Answer;
use crate::model::truth::Truth;
use crate::model::value::{ResId, Val};
use crate::model::why::{Cause, Reasons};

pub(super) const FACTS: &[Derived] = &[Derived::new(
    "plaintext_secrets",
    &[
        "db_instance",
        "db_cluster",
        "replication_group",
        "function",
        "task_definition",
        "instance",
        "launch_template",
        "launch_configuration",
    ],
    "texts",
    "names of attributes that hold a literal password, key or token",
    plaintext_secrets,
)];

/// A value as far as secrets go: literal text, or whether a hidden one is literal.
enum Seen {
    Text(Text),
    Is(Truth),
}

fn see(val: Val, what: &str) -> Seen {
    match val {
        Val::Text(t) => Seen::Text(t),
        Val::Hidden { literal: Some(literal) } => Seen::Is(literal.into()),
        Val::Hidden { literal: None } => Seen::Is(Truth::Unknown(Reasons::one(what, Cause::Sensitive))),
        Val::Unknown(why) => {
            let derived = |c: &Cause| {
                matches!(
                    c,
                    Cause::AfterApply | Cause::Parameter(_) | Cause::Unresolved(_) | Cause::NotInView(_)
                )
            };
            let derived = why.iter().all(|w| derived(&w.cause));
            Seen::Is(if derived { Truth::False } else { Truth::Unknown(why) })
        }
        _ => Seen::Is(Truth::False),
    }
}

fn plaintext_secrets(v: &View<'_>, res: ResId) -> Known<Answer> {
    if !v.in_view(res) {
        return Err(v.out_of_view(res, "plaintext_secrets"));
    }
    let mut found = Found::default();
    let mut add = |name: String, sure: Truth, place: Option<Place>| {
        let via = format!("{name} is a literal");
        found.add(&sure, Val::text(name), vec![v.step_at(res, via, place)]);
    };
    for attr in ["master_password", "auth_token"].into_iter().filter(|a| v.has(res, a)) {
        let sure = match see(v.val(res, attr), attr) {
            Seen::Text(t) => literal::is_written_out(&t).into(),
            Seen::Is(sure) => sure,
        };
        add(attr.to_owned(), sure, v.place_of(res, attr));
    }
    if v.has(res, "user_data") {
        let sure = match see(v.val(res, "user_data"), "user_data") {
            Seen::Text(t) => literal::script_holds_secret(&t).into(),
            // that a script is hidden does not make it a secret
            Seen::Is(Truth::True) => {
                Truth::Unknown(Reasons::one(format!("{}.user_data", v.address(res)), Cause::Sensitive))
            }
            Seen::Is(sure) => sure,
        };
        add("user_data".to_owned(), sure, v.place_of(res, "user_data"));
    }
    let mut more: Option<Reasons> = None;
    let mut lists = Vec::new();
    if v.is(res, "function") {
        lists.push((String::new(), Truth::True, v.records(res, "environment")));
    }
    if v.is(res, "task_definition") {
        let containers = v.records(res, "containers");
        more = containers.more;
        for c in containers.items {
            let name = v.text(&c.val, "name").ok().flatten().unwrap_or_else(|| "container".into());
            lists.push((format!("{name}."), c.present, v.records(&c.val, "environment")));
        }
    }
    for (prefix, present, list) in lists {
        if let Some(why) = &list.more {
            super::items::join(&mut more, why);
        }
        for e in &list.items {
            let Ok(Some(name)) = v.text(&e.val, "name") else { continue };
            let suspect = literal::names_secret(&name);
            let sure = match see(v.val(&e.val, "value"), &name) {
                Seen::Text(value) => literal::is_secret(&name, &value).into(),
                Seen::Is(sure) if suspect => sure,
                Seen::Is(_) => Truth::False,
            };
            let sure = present.clone().and(|| e.present.clone()).and(|| sure);
            add(format!("{prefix}environment.{name}"), sure, e.place);
        }
    }
    found.maybe_more(more.as_ref());
    found.answer()
}
