//! The burst path: queues and their consumers, APIs and what they invoke.

use super::Derived;
use super::items::{Found, Items, Known, Proof, join, plain};
use super::view::View;
use crate::model::read::Answer;
use crate::model::truth::Truth;
use crate::model::value::{ResId, Val};
use crate::model::why::{Cause, Reasons};

pub(super) const FACTS: &[Derived] = &[
    Derived::new(
        "is_dlq",
        &["queue"],
        "bool",
        "another queue or a subscription sends its failures here",
        is_dlq,
    ),
    Derived::new(
        "consumers",
        &["queue"],
        "refs compute",
        "functions mapped to it, and compute whose role may receive from it",
        consumers,
    ),
    Derived::new("consumed", &["queue"], "bool", "something consumes it", consumed),
    Derived::new(
        "slowest_consumer_timeout",
        &["queue"],
        "int",
        "largest timeout of the functions mapped to it, in seconds; absent without one",
        slowest,
    ),
    Derived::new("api_fronted", &["function"], "bool", "an API invokes it on request", api_fronted),
    Derived::new(
        "api_writes",
        &["function"],
        "bool",
        "an API invokes it by a method other than GET, HEAD and OPTIONS",
        api_writes,
    ),
    Derived::new(
        "protected",
        &["operation"],
        "bool",
        "an authorizer, IAM or an API key guards it, or it answers CORS preflight",
        protected,
    ),
    Derived::new("public", &["rest_api"], "bool", "it has an endpoint on the internet", public_api),
    Derived::new(
        "judged",
        &["operation"],
        "bool",
        "callers from the internet can invoke it and it could have an authorizer",
        judged_operation,
    ),
    Derived::new(
        "judged",
        &["published_api"],
        "bool",
        "a REST stage or HTTP API with an endpoint on the internet",
        judged_api,
    ),
];

/// Whether compute consumes a queue, stream or schedule.
pub(super) fn consumes(v: &View<'_>, compute: ResId) -> Proof {
    let mut proof = Proof::from(false);
    if v.is(compute, "function") {
        proof = v
            .refs(compute, "event_sources")
            .prove_any(|m| Proof::new(v.flag(m.val, "enabled"), vec![v.step(m.val, "event source mapping")]));
        proof = proof.or(|| {
            v.holders(compute, &["event_rule", "subscription"])
                .prove_any(|h| Proof::new(true, vec![v.step(h.val, "invoked by events of")]))
        });
    }
    proof.or(|| super::service_use::receives(v, compute))
}

fn is_dlq(v: &View<'_>, queue: ResId) -> Known<Answer> {
    let by = |attr: &str| {
        v.refs(queue, attr).prove_any(|s| Proof::new(true, vec![v.step(s.val, "sends its failures here")]))
    };
    by("sources").or(|| by("subscription_sources")).answer()
}

/// The functions mapped to a queue by mappings that are on.
fn mapped(v: &View<'_>, queue: ResId) -> Items<ResId> {
    let on = v.refs(queue, "event_source_mappings").keep(|m| v.flag(*m, "enabled"));
    on.flat_map(|m| match v.refer(*m, "function") {
        Ok(Some(f)) => super::items::one(f),
        Ok(None) => Items::default(),
        Err(why) => Items::unknown(why),
    })
}

fn consumers(v: &View<'_>, queue: ResId) -> Known<Answer> {
    let mut found = Found::default();
    let mapped = mapped(v, queue);
    found.maybe_more(mapped.more.as_ref());
    for f in &mapped.items {
        found.add(&f.present, Val::Res(f.val), vec![v.step(f.val, "event source mapping")]);
    }
    for compute in &v.every("compute").items {
        let receives = super::service_use::receives_from(v, compute.val, queue);
        found.add(&compute.present.clone().and(|| receives.truth), Val::Res(compute.val), receives.path);
    }
    found.answer()
}

fn consumed(v: &View<'_>, queue: ResId) -> Known<Answer> {
    let path = v.path_of(queue, "consumers");
    Proof::new(v.refs(queue, "consumers").some(), path).answer()
}

fn slowest(v: &View<'_>, queue: ResId) -> Known<Answer> {
    let mapped = mapped(v, queue);
    let mut open = mapped.more.clone();
    let mut longest: Option<(i64, ResId)> = None;
    for f in &mapped.items {
        if let Truth::Unknown(why) = &f.present {
            join(&mut open, why);
            continue;
        }
        match v.int(f.val, "timeout") {
            Ok(Some(t)) if longest.is_none_or(|(most, _)| t > most) => longest = Some((t, f.val)),
            Ok(_) => {}
            Err(why) => join(&mut open, &why),
        }
    }
    if let Some(why) = open {
        return Err(why);
    }
    let Some((seconds, function)) = longest else { return plain(Val::Absent) };
    let path =
        vec![v.step_at(function, format!("times out after {seconds} s"), v.place_of(function, "timeout"))];
    Ok(Answer { val: Val::Int(seconds), path })
}

fn api_fronted(v: &View<'_>, function: ResId) -> Known<Answer> {
    let mut proof = Proof::from(false);
    for (attr, said) in [
        ("rest_methods", "method of"),
        ("rest_integrations", "integration of"),
        ("http_integrations", "integration of"),
    ] {
        proof = proof.or(|| {
            v.refs(function, attr).prove_any(|i| Proof::new(true, vec![v.step(i.val, said.to_owned())]))
        });
    }
    // a permission for API Gateway invokes even where the integration stands in an OpenAPI body
    let permitted = || {
        v.refs(function, "permissions").prove_any(|p| {
            let principal = v.says(p.val, "principal", "apigateway.amazonaws.com");
            Proof::new(principal, vec![v.step(p.val, "permission for API Gateway")])
        })
    };
    // an authorizer is permitted too, and serves no route by that
    let authorizes = || Proof::from(!v.refs(function, "rest_authorizers").some());
    proof.or(|| authorizes().and(permitted)).answer()
}

fn api_writes(v: &View<'_>, function: ResId) -> Known<Answer> {
    let reads = |method: &str| {
        let verb = method.split(' ').next().unwrap_or("");
        ["GET", "HEAD", "OPTIONS"].iter().any(|r| r.eq_ignore_ascii_case(verb))
    };
    let writes = |res: ResId, attr: &str| {
        let truth = match v.text(res, attr) {
            Ok(method) => method.is_none_or(|m| !reads(&m)).into(),
            Err(why) => Truth::Unknown(why),
        };
        Proof::new(truth, vec![v.step_at(res, "invokes it", v.place_of(res, attr))])
    };
    let by_rest = |attr: &str| v.refs(function, attr).prove_any(|i| writes(i.val, "method"));
    let http = v.refs(function, "http_integrations");
    let proof = by_rest("rest_methods")
        .or(|| by_rest("rest_integrations"))
        .or(|| http.flat_map(|i| v.refs(*i, "routes")).prove_any(|r| writes(r.val, "key")));
    let seen = ["rest_methods", "rest_integrations", "http_integrations"]
        .iter()
        .fold(Truth::False, |t, attr| t.or(|| v.refs(function, attr).some()));
    let proof = proof.or(|| {
        // a permission alone: the methods stand in an OpenAPI document
        let what = format!("methods by which an API invokes {}", v.address(function));
        let hidden = Truth::Unknown(Reasons::one(what, Cause::NotTold));
        (!seen).and(|| v.flag(function, "api_fronted")).and(|| hidden).into()
    });
    proof.answer()
}

fn protected(v: &View<'_>, method: ResId) -> Known<Answer> {
    let attr = if v.is(method, "rest_method") { "method" } else { "key" };
    let preflight = match v.text(method, attr) {
        Ok(m) => m.is_some_and(|m| m.to_ascii_uppercase().starts_with("OPTIONS")).into(),
        Err(why) => Truth::Unknown(why),
    };
    let guarded = match v.text(method, "authorization") {
        Ok(a) => a.is_some_and(|a| !a.eq_ignore_ascii_case("NONE")).into(),
        Err(why) => Truth::Unknown(why),
    };
    let place = v.place_of(method, "authorization");
    let said = if guarded.is_true() { "authorization" } else { "no authorization" };
    // What is not there either is no evidence.
    let instead = |truth: Truth, said: &'static str| {
        let path = if truth.is_false() { Vec::new() } else { vec![v.step(method, said)] };
        Proof::new(truth, path)
    };
    Proof::new(guarded, vec![v.step_at(method, said, place)])
        .or(|| instead(v.flag(method, "api_key_required"), "API key"))
        .or(|| instead(preflight, "CORS preflight"))
        .answer()
}

fn public_api(v: &View<'_>, api: ResId) -> Known<Answer> {
    let private = v.texts(api, "endpoint_types").any(|t| t.eq_ignore_ascii_case("PRIVATE").into());
    Proof::from(!private).answer()
}

fn judged_api(v: &View<'_>, api: ResId) -> Known<Answer> {
    if v.is(api, "http_api") {
        // neither WAF nor an authorizer of the API's own looks at messages of a WebSocket
        return Proof::from(!v.says(api, "protocol", "WEBSOCKET")).answer();
    }
    match v.refer(api, "api")? {
        Some(api) => v.prove(api, "public").answer(),
        None => plain(Val::Bool(true)),
    }
}

fn judged_operation(v: &View<'_>, operation: ResId) -> Known<Answer> {
    let Some(api) = v.refer(operation, "api")? else { return plain(Val::Bool(true)) };
    if v.is(operation, "rest_method") {
        return v.prove(api, "public").answer();
    }
    // of a WebSocket API only the route that opens the connection can have an authorizer
    let message = v.says(api, "protocol", "WEBSOCKET").and(|| !v.says(operation, "key", "$connect"));
    Proof::from(!message).answer()
}
