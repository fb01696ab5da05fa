//! The edge: what stands behind a CDN, what can be reached around it, and what WAF protects.

use std::sync::Arc;

use super::Derived;
use super::groups::{self, Source};
use super::items::{Found, Items, Known, Proof};
use super::net;
use super::view::View;
use crate::base::text::Text;
use crate::model::read::Answer;
use crate::model::truth::Truth;
use crate::model::value::{Record, ResId, Val};
use crate::model::why::{Cause, Reasons};

pub(super) const FACTS: &[Derived] = &[
    Derived::new(
        "distributions",
        &["load_balancer", "rest_api", "http_api", "bucket", "function_url"],
        "refs distribution",
        "enabled distributions that have it as an origin",
        distributions,
    ),
    Derived::new(
        "bypassable",
        &["load_balancer"],
        "bool",
        "behind the CDN, and it also accepts what did not come through it",
        bypassable,
    ),
    Derived::new(
        "waf_protected",
        &["load_balancer"],
        "bool",
        "a web ACL of its own, or a CDN with one that cannot be bypassed",
        balancer_protected,
    ),
    Derived::new(
        "waf_protected",
        &["published_api"],
        "bool",
        "a web ACL is associated with the stage; for an HTTP API, with the CDN in front of it",
        api_protected,
    ),
    Derived::new("in_use", &["web_acl"], "bool", "associated with something", acl_in_use),
    Derived::new(
        "managed_groups",
        &["web_acl"],
        "texts",
        "managed rule groups that are not overridden to count",
        managed_groups,
    ),
    Derived::new(
        "has_managed_rules",
        &["web_acl"],
        "bool",
        "there is a managed rule group that is not overridden to count",
        has_managed_rules,
    ),
    Derived::new(
        "blocking_rate_rule",
        &["web_acl"],
        "bool",
        "a rate-based rule blocks or challenges",
        blocking_rate_rule,
    ),
    Derived::new(
        "web",
        &["distribution"],
        "bool",
        "an origin is a load balancer, an API or a server of its own",
        web,
    ),
    Derived::new(
        "has_bucket_origin",
        &["distribution"],
        "bool",
        "an origin is an S3 bucket",
        has_bucket_origin,
    ),
    Derived::new(
        "open_bucket_origins",
        &["distribution"],
        "texts",
        "S3 origins without access control or identity, or whose bucket admits the public",
        open_bucket_origins,
    ),
    Derived::new(
        "insecure_origins",
        &["distribution"],
        "texts",
        "origins to which SSLv3, TLS 1.0 or TLS 1.1 may be spoken",
        insecure_origins,
    ),
    Derived::new(
        "plain_origins",
        &["distribution"],
        "texts",
        "load balancer, API and server origins whose protocol policy is not https-only",
        plain_origins,
    ),
];

/// Whether an origin is this resource: by reference, or by a DNS name that is an alias of it.
fn is_origin(v: &View<'_>, origin: &Arc<Record>, res: ResId, names: &Items<Text>) -> Truth {
    let direct = match v.refer(origin, v.kind_name(res)) {
        Ok(to) => (to == Some(res)).into(),
        Err(why) => Truth::Unknown(why),
    };
    let by_name = || match v.text(origin, "domain") {
        Ok(Some(domain)) => names.any(|n| domain.eq_ignore_ascii_case(n.trim_end_matches('.')).into()),
        _ => Truth::False,
    };
    direct.or(by_name)
}

fn distributions(v: &View<'_>, res: ResId) -> Known<Answer> {
    let mut found = Found::default();
    let mut names = Items::default();
    if v.has(res, "dns_records") {
        names = v.refs(res, "dns_records").flat_map(|r| match v.text(*r, "name") {
            Ok(Some(name)) => super::items::one(name),
            Ok(None) => Items::default(),
            Err(why) => Items::unknown(why),
        });
        names.more = None; // a record whose name is not known is no evidence for an origin
    }
    for d in &v.every("distribution").items {
        let origin = v.records(d.val, "origins").prove_any(|o| {
            let via = "origin of the distribution";
            Proof::new(is_origin(v, &o.val, res, &names), vec![v.step_at(d.val, via, o.place)])
        });
        let behind = d.present.clone().and(|| origin.truth).and(|| v.flag(d.val, "enabled"));
        found.add(&behind, Val::Res(d.val), origin.path);
    }
    found.answer()
}

/// Whether a load balancer is open to others than CloudFront and the private network.
fn open_beyond_cdn(v: &View<'_>, lb: ResId) -> Proof {
    let own = v.refs(lb, "security_groups");
    if own.items.is_empty() && own.more.is_none() {
        let any = v.says(lb, "type_of", "network");
        if any.is_true() {
            return Proof::new(true, vec![v.step(lb, "has no security group and admits everybody")]);
        }
        return Truth::Unknown(super::exposure::default_group(v, lb)).into();
    }
    own.prove_any(|group| {
        let admits = groups::admits(v, group.val, groups::any_port);
        let mut proof: Proof = admits.more.clone().map_or(Truth::False, Truth::Unknown).into();
        for a in &admits.sources {
            let Source::Net(net) = a.source else { continue };
            if net::PRIVATE.iter().any(|p| p.contains(&net)) {
                continue;
            }
            let step = v.step_at(group.val, format!("admits {}", a.said), a.place);
            proof = Proof::new(a.sure.clone(), vec![step]).or(|| proof);
        }
        proof
    })
}

/// Whether every way through the listeners asks for a header, as a shared secret does.
fn asks_for_header(v: &View<'_>, lb: ResId) -> Truth {
    let forwards = |actions: &Items<Arc<Record>>| actions.any(|a| v.says(a, "type", "forward"));
    let by_header = |rule: ResId| {
        v.records(rule, "conditions").any(|c| v.present(c, "header").or(|| v.says(c, "field", "http-header")))
    };
    v.refs(lb, "listeners").all(|listener| {
        let open = forwards(&v.records(*listener, "default_actions"));
        let rules = v.refs(*listener, "rules");
        (!open).and(|| rules.all(|r| (!forwards(&v.records(*r, "actions"))).or(|| by_header(*r))))
    })
}

fn bypassable(v: &View<'_>, lb: ResId) -> Known<Answer> {
    let behind = Proof::new(v.refs(lb, "distributions").some(), v.path_of(lb, "distributions"));
    behind
        .and(|| v.prove(lb, "internet_facing"))
        .and(|| open_beyond_cdn(v, lb))
        .and(|| Proof::new(!asks_for_header(v, lb), vec![v.step(lb, "no listener demands a shared header")]))
        .answer()
}

fn balancer_protected(v: &View<'_>, lb: ResId) -> Known<Answer> {
    let own = v.refs(lb, "web_acls").prove_any(|acl| Proof::new(true, vec![v.step(acl.val, "web ACL")]));
    let through_cdn = || {
        let cdns = v.refs(lb, "distributions");
        let guarded = cdns.some().and(|| cdns.all(|d| v.present(*d, "web_acl")));
        let behind = Proof::new(guarded, v.path_of(lb, "distributions"));
        behind.and(|| {
            let bypass = v.prove(lb, "bypassable");
            Proof::new(!bypass.truth, bypass.path)
        })
    };
    own.or(through_cdn).answer()
}

fn api_protected(v: &View<'_>, stage: ResId) -> Known<Answer> {
    if v.is(stage, "http_api") {
        // WAF cannot stand before an HTTP API itself
        let guarded =
            |d: ResId| Proof::new(v.present(d, "web_acl"), vec![v.step(d, "distribution with a web ACL")]);
        return v.refs(stage, "distributions").prove_any(|d| guarded(d.val)).answer();
    }
    let acl =
        |of: ResId| v.refs(of, "web_acls").prove_any(|a| Proof::new(true, vec![v.step(a.val, "web ACL")]));
    let told = || Proof::from(v.present(stage, "web_acl"));
    let api = || match v.refer(stage, "api") {
        Ok(Some(api)) => acl(api),
        Ok(None) => false.into(),
        Err(why) => Truth::Unknown(why).into(),
    };
    acl(stage).or(told).or(api).answer()
}

fn acl_in_use(v: &View<'_>, acl: ResId) -> Known<Answer> {
    let own = v.refs(acl, "resources").prove_any(|r| Proof::new(true, vec![v.step(r.val, "protected")]));
    let cdn =
        || v.refs(acl, "distributions").prove_any(|d| Proof::new(true, vec![v.step(d.val, "protected")]));
    own.or(cdn).answer()
}

fn managed_groups(v: &View<'_>, acl: ResId) -> Known<Answer> {
    let mut found = Found::default();
    let rules = v.records(acl, "rules");
    found.maybe_more(rules.more.as_ref());
    for rule in &rules.items {
        let active = rule.present.clone().and(|| !v.says(&rule.val, "override", "count"));
        let name = v.val(&rule.val, "managed_group");
        if !matches!(name, Val::Absent) {
            found.add(&active, name, vec![v.step_at(acl, "managed rule group", rule.place)]);
        }
    }
    found.answer()
}

fn has_managed_rules(v: &View<'_>, acl: ResId) -> Known<Answer> {
    Proof::new(v.vals(acl, "managed_groups").some(), v.path_of(acl, "managed_groups")).answer()
}

fn blocking_rate_rule(v: &View<'_>, acl: ResId) -> Known<Answer> {
    v.records(acl, "rules")
        .prove_any(|rule| {
            let blocks = || {
                ["block", "captcha", "challenge"]
                    .iter()
                    .fold(Truth::False, |t, action| t.or(|| v.says(&rule.val, "action", action)))
            };
            let own = v.flag(&rule.val, "rate_based").and(blocks);
            let sure = own.or(|| group_may_limit(v, acl, &rule.val));
            Proof::new(sure, vec![v.step_at(acl, "rate-based rule", rule.place)])
        })
        .answer()
}

/// A rule group of the account's own may hold a rate-based rule: what is in it is told elsewhere.
fn group_may_limit(v: &View<'_>, acl: ResId, rule: &Arc<Record>) -> Truth {
    let what = format!("rules of a rule group of {}", v.address(acl));
    let inside = Reasons::one(what, Cause::NotInView("the rule group".into()));
    v.present(rule, "rule_group").and(|| !v.says(rule, "override", "count")).and(|| Truth::Unknown(inside))
}

/// The name by which an origin is told: its domain, else its id.
fn origin_name(v: &View<'_>, origin: &Arc<Record>) -> Val {
    match v.text(origin, "id") {
        Ok(Some(id)) => Val::Text(id),
        _ => match v.text(origin, "domain") {
            Ok(Some(domain)) => Val::Text(domain),
            _ => Val::text("an origin"),
        },
    }
}

fn website(v: &View<'_>, origin: &Arc<Record>) -> bool {
    v.text(origin, "domain").is_ok_and(|d| d.is_some_and(|d| d.contains("s3-website")))
}

/// Whether an origin is an S3 bucket, as such or by its website endpoint.
fn is_bucket(v: &View<'_>, origin: &Arc<Record>) -> Truth {
    let by_name = || match v.text(origin, "domain") {
        Ok(d) => {
            let s3 = |d: &str| d.ends_with(".amazonaws.com") && (d.contains(".s3.") || d.contains(".s3-"));
            d.is_some_and(|d| s3(&d)).into()
        }
        // the name of something that is no bucket: an instance, a load balancer of the classic kind
        Err(_) if v.flag(origin, "custom").is_true() => Truth::False,
        Err(why) => Truth::Unknown(why),
    };
    match v.refer(origin, "bucket") {
        Ok(Some(_)) => Truth::True,
        Ok(None) if names_server(v, origin) => Truth::False,
        Ok(None) => by_name(),
        // an origin that is known to be custom or something else is no bucket
        Err(_) if names_server(v, origin) || v.flag(origin, "custom").is_true() => Truth::False,
        Err(why) => Truth::Unknown(why),
    }
}

/// Whether an origin is a load balancer, an API or a server.
fn is_server(v: &View<'_>, origin: &Arc<Record>) -> Truth {
    if website(v, origin) {
        return Truth::False;
    }
    Truth::from(names_server(v, origin)).or(|| v.present(origin, "vpc_origin")).or(|| is_custom(v, origin))
}

/// Whether an origin is known to be a load balancer or an API.
fn names_server(v: &View<'_>, origin: &Arc<Record>) -> bool {
    let kinds = ["load_balancer", "rest_api", "http_api", "function_url"];
    kinds.iter().any(|k| matches!(v.refer(origin, k), Ok(Some(_))))
}

/// Whether an origin has the settings of a custom origin; only those have a protocol policy.
fn is_custom(v: &View<'_>, origin: &Arc<Record>) -> Truth {
    v.flag(origin, "custom").or(|| v.present(origin, "protocol_policy"))
}

fn web(v: &View<'_>, cdn: ResId) -> Known<Answer> {
    v.records(cdn, "origins")
        .prove_any(|o| Proof::new(is_server(v, &o.val), vec![v.step_at(cdn, "dynamic origin", o.place)]))
        .answer()
}

fn has_bucket_origin(v: &View<'_>, cdn: ResId) -> Known<Answer> {
    v.records(cdn, "origins")
        .prove_any(|o| Proof::new(is_bucket(v, &o.val), vec![v.step_at(cdn, "S3 origin", o.place)]))
        .answer()
}

/// The origins that `which` selects, by name.
fn origins(v: &View<'_>, cdn: ResId, said: &str, which: impl Fn(&Arc<Record>) -> Proof) -> Known<Answer> {
    let mut found = Found::default();
    let all = v.records(cdn, "origins");
    found.maybe_more(all.more.as_ref());
    for o in &all.items {
        let proof = which(&o.val);
        let mut path = vec![v.step_at(cdn, said.to_owned(), o.place)];
        path.extend(proof.path);
        found.add(&o.present.clone().and(|| proof.truth), origin_name(v, &o.val), path);
    }
    found.answer()
}

fn open_bucket_origins(v: &View<'_>, cdn: ResId) -> Known<Answer> {
    origins(v, cdn, "S3 origin", |o| {
        let guarded = v.present(o, "oac").or(|| match v.text(o, "oai") {
            Ok(oai) => oai.is_some_and(|oai| !oai.is_empty()).into(),
            // an identity that is not known yet is an identity
            Err(why) if why.iter().all(|w| matches!(w.cause, Cause::AfterApply)) => Truth::True,
            Err(why) => Truth::Unknown(why),
        });
        let bare = Proof::from(!guarded);
        let public = || match v.refer(o, "bucket") {
            Ok(Some(bucket)) => {
                Proof::new(v.texts(bucket, "public_grants").some(), v.path_of(bucket, "public_grants"))
            }
            Ok(None) => false.into(),
            Err(why) => Truth::Unknown(why).into(),
        };
        Proof::from(is_bucket(v, o)).and(|| bare.or(public))
    })
}

fn insecure_origins(v: &View<'_>, cdn: ResId) -> Known<Answer> {
    origins(v, cdn, "origin with an old protocol", |o| {
        let old = v.texts(o, "ssl_protocols").any(|p| ["SSLv3", "TLSv1", "TLSv1.1"].contains(&&**p).into());
        let spoken = !v.says(o, "protocol_policy", "http-only");
        spoken.and(|| old).into()
    })
}

fn plain_origins(v: &View<'_>, cdn: ResId) -> Known<Answer> {
    origins(v, cdn, "origin reached without TLS", |o| {
        let policy = match v.text(o, "protocol_policy") {
            Ok(Some(p)) => (!p.eq_ignore_ascii_case("https-only")).into(),
            Ok(None) if v.flag(o, "custom").is_false() => Truth::False,
            Ok(None) => Truth::Unknown(Reasons::one("origin protocol policy", Cause::NoValue)),
            Err(why) => Truth::Unknown(why),
        };
        is_server(v, o).and(|| !v.present(o, "vpc_origin")).and(|| policy).into()
    })
}
