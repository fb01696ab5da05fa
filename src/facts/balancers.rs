//! Load balancers, target groups, listeners: who faces the internet, what stands behind, how health is
//! checked, which TLS versions are spoken.

use std::sync::Arc;

use super::Derived;
use super::items::{Found, Items, Known, Proof, join, plain};
use super::view::View;
use super::zones::of_subnets;
use crate::model::read::Answer;
use crate::model::truth::Truth;
use crate::model::value::{Record, ResId, Val};
use crate::model::why::{Cause, Reasons};

pub(super) const FACTS: &[Derived] = &[
    Derived::new(
        "internet_facing",
        &["load_balancer"],
        "bool",
        "its scheme is internet-facing, and not all of its subnets are known to be private",
        internet_facing,
    ),
    Derived::new("zones", &["load_balancer"], "texts", "zones of its subnets", zones),
    Derived::new(
        "targets",
        &["load_balancer"],
        "refs compute",
        "compute registered with the target groups to which its listeners forward",
        targets,
    ),
    Derived::new("web", &["load_balancer"], "bool", "faces the internet and forwards to something", web),
    Derived::new(
        "load_balancers",
        &["target_group"],
        "refs load_balancer",
        "load balancers whose listeners or rules forward to it",
        group_balancers,
    ),
    Derived::new(
        "web",
        &["target_group"],
        "bool",
        "a load balancer that faces the internet forwards to it",
        group_web,
    ),
    Derived::new(
        "weak_health_check",
        &["target_group"],
        "text",
        "why its health check is weak; absent if it is not",
        weak_health_check,
    ),
    Derived::new(
        "forwards",
        &["listener"],
        "bool",
        "its default action or one of its rules forwards to targets",
        forwards,
    ),
    Derived::new("redirects", &["listener"], "bool", "its default action redirects to HTTPS", redirects),
    Derived::new(
        "tls_minimum",
        &["listener"],
        "text",
        "the oldest TLS version it speaks: 1.0, 1.1, 1.2 or 1.3; absent without TLS",
        tls_minimum,
    ),
    Derived::new("tls13", &["listener"], "bool", "it speaks TLS 1.3", tls13),
];

fn internet_facing(v: &View<'_>, lb: ResId) -> Known<Answer> {
    let place = v.place_of(lb, "internal");
    let facing = !v.flag(lb, "internal");
    if !facing.is_true() {
        return Proof::new(facing, vec![v.step_at(lb, "internal scheme", place)]).answer();
    }
    let subnets = v.refs(lb, "subnets");
    let private = subnets.more.is_none()
        && !subnets.items.is_empty()
        && subnets.items.iter().all(|s| v.flag(s.val, "public").is_false());
    if private {
        let path = subnets.items.iter().map(|s| v.step(s.val, "private subnet")).collect();
        return Proof::new(false, path).answer();
    }
    Proof::new(true, vec![v.step_at(lb, "internet-facing scheme", place)]).answer()
}

fn zones(v: &View<'_>, lb: ResId) -> Known<Answer> {
    let mut found = Found::default();
    of_subnets(v, &v.refs(lb, "subnets"), &mut found);
    found.answer()
}

/// The target groups to which actions forward.
fn forwarded(v: &View<'_>, actions: &Items<Arc<Record>>) -> Items<ResId> {
    actions.flat_map(|a| v.refs(a, "target_groups"))
}

/// The target groups behind a load balancer.
fn groups_behind(v: &View<'_>, lb: ResId) -> Items<ResId> {
    v.refs(lb, "listeners").flat_map(|listener| {
        let rules = v.refs(*listener, "rules").flat_map(|r| forwarded(v, &v.records(*r, "actions")));
        forwarded(v, &v.records(*listener, "default_actions")).chain(rules)
    })
}

/// The compute registered with a target group.
pub(super) fn members(v: &View<'_>, group: ResId) -> Items<ResId> {
    ["autoscaling_groups", "ecs_services", "instance_targets", "function_targets"]
        .iter()
        .fold(Items::default(), |all, attr| all.chain(v.refs(group, attr)))
}

fn targets(v: &View<'_>, lb: ResId) -> Known<Answer> {
    let mut found = Found::default();
    let groups = groups_behind(v, lb);
    found.maybe_more(groups.more.as_ref());
    for group in &groups.items {
        let members = members(v, group.val);
        found.maybe_more(members.more.as_ref());
        for m in &members.items {
            let sure = group.present.clone().and(|| m.present.clone());
            let via = format!("registered with {}", v.address(group.val));
            found.add(&sure, Val::Res(m.val), vec![v.step(m.val, via)]);
        }
    }
    found.answer()
}

fn web(v: &View<'_>, lb: ResId) -> Known<Answer> {
    let serves = v.refs(lb, "listeners").prove_any(|listener| {
        let step = v.step(listener.val, "listener that forwards");
        v.prove(listener.val, "forwards").and(|| Proof::new(true, vec![step]))
    });
    v.prove(lb, "internet_facing").and(|| serves).answer()
}

fn group_balancers(v: &View<'_>, group: ResId) -> Known<Answer> {
    let mut found = Found::default();
    let holders = v.holders(group, &["listener", "listener_rule"]);
    found.maybe_more(holders.more.as_ref());
    for holder in &holders.items {
        let listener = match v.is(holder.val, "listener") {
            true => Ok(Some(holder.val)),
            false => v.refer(holder.val, "listener"),
        };
        match listener.and_then(|l| l.map_or(Ok(None), |l| v.refer(l, "load_balancer"))) {
            Ok(Some(lb)) => {
                let path = vec![v.step(holder.val, "forwarded to by"), v.step(lb, "listener of")];
                found.add(&holder.present, Val::Res(lb), path);
            }
            Ok(None) => {}
            Err(why) => found.more(&why),
        }
    }
    found.answer()
}

fn group_web(v: &View<'_>, group: ResId) -> Known<Answer> {
    let balancers = v.refs(group, "load_balancers");
    balancers
        .prove_any(|lb| {
            let step = v.step(lb.val, "forwards to the target group");
            Proof::new(true, vec![step]).and(|| v.prove(lb.val, "internet_facing"))
        })
        .answer()
}

/// Longest time in seconds in which a dead target may go unnoticed.
const NOTICED: i64 = 90;

fn weak_health_check(v: &View<'_>, group: ResId) -> Known<Answer> {
    let mut open: Option<Reasons> = None;
    let mut read = |t: Truth| match t {
        Truth::Unknown(why) => {
            join(&mut open, &why);
            false
        }
        t => t.is_true(),
    };
    if read(v.says(group, "target_type", "lambda")) {
        return plain(Val::Absent);
    }
    let answer = |said: String, attr: &str| {
        let path = vec![v.step_at(group, said.clone(), v.place_of(group, attr))];
        Ok(Answer { val: Val::text(said), path })
    };
    if read(v.present(group, "health_check_enabled").and(|| !v.flag(group, "health_check_enabled"))) {
        return answer("health checks are off".into(), "health_check_enabled");
    }
    let http = v.says(group, "protocol", "HTTP").or(|| v.says(group, "protocol", "HTTPS"));
    let tcp = || v.says(group, "health_check_protocol", "TCP");
    if read(http.and(tcp)) {
        return answer("TCP check for an HTTP target group".into(), "health_check_protocol");
    }
    let time = v.int(group, "health_check_interval").and_then(|interval| {
        let times = v.int(group, "unhealthy_threshold")?;
        Ok(interval.zip(times).map(|(interval, times)| interval.saturating_mul(times)))
    });
    match time {
        Ok(Some(seconds)) if seconds > NOTICED => {
            let said = format!("a dead target goes unnoticed for {seconds} s");
            return answer(said, "health_check_interval");
        }
        Ok(_) => {}
        Err(why) => join(&mut open, &why),
    }
    match v.text(group, "matcher") {
        Ok(Some(codes)) if admits_errors(&codes) => {
            return answer(format!("matcher {codes} admits error codes"), "matcher");
        }
        Ok(_) => {}
        Err(why) => join(&mut open, &why),
    }
    open.map_or_else(|| plain(Val::Absent), Err)
}

/// Whether a matcher such as `200-299,404` admits an HTTP status of 400 or above.
fn admits_errors(matcher: &str) -> bool {
    let last = |part: &str| part.rsplit('-').next().and_then(|n| n.trim().parse::<u32>().ok());
    matcher.split(',').filter_map(last).any(|code| (400..600).contains(&code))
}

fn action_is(v: &View<'_>, actions: &Items<Arc<Record>>, kind: &str) -> Truth {
    actions.any(|a| v.says(a, "type", kind))
}

fn forwards(v: &View<'_>, listener: ResId) -> Known<Answer> {
    let own = Proof::new(
        action_is(v, &v.records(listener, "default_actions"), "forward"),
        vec![v.step_at(listener, "default action forwards", v.place_of(listener, "default_actions"))],
    );
    let rules = || {
        v.refs(listener, "rules").prove_any(|rule| {
            let forwards = action_is(v, &v.records(rule.val, "actions"), "forward");
            Proof::new(forwards, vec![v.step(rule.val, "rule forwards")])
        })
    };
    own.or(rules).answer()
}

fn redirects(v: &View<'_>, listener: ResId) -> Known<Answer> {
    let to_https = v
        .records(listener, "default_actions")
        .any(|a| v.says(a, "type", "redirect").and(|| v.says(a, "redirect_protocol", "HTTPS")));
    let place = v.place_of(listener, "default_actions");
    Proof::new(to_https, vec![v.step_at(listener, "redirects to HTTPS", place)]).answer()
}

/// Oldest version and whether 1.3 is spoken, for a security policy of Elastic Load Balancing.
fn policy(name: &str) -> Option<(&'static str, bool)> {
    let name = name.strip_prefix("ELBSecurityPolicy-")?;
    let name = name.strip_suffix("-FIPS-2023-04").unwrap_or(name);
    Some(match name {
        "TLS13-1-3-2021-06" | "TLS13-1-3" | "TLS13-1-3-PQ-2025-09" => ("1.3", true),
        n if n.starts_with("TLS13-1-3") => ("1.3", true),
        n if n.starts_with("TLS13-1-2") => ("1.2", true),
        n if n.starts_with("TLS13-1-1") => ("1.1", true),
        n if n.starts_with("TLS13-1-0") => ("1.0", true),
        n if n.starts_with("TLS-1-2") || n.starts_with("FS-1-2") => ("1.2", false),
        n if n.starts_with("TLS-1-1") || n.starts_with("FS-1-1") => ("1.1", false),
        "FS-2018-06" | "2016-08" | "2015-05" | "2015-03" | "2015-02" | "2014-10" | "2014-01" | "2011-08"
        | "TLS-1-0-2015-04" => ("1.0", false),
        _ => return None,
    })
}

/// The TLS policy of a listener; `None` if it does not speak TLS.
fn tls(v: &View<'_>, listener: ResId) -> Known<Option<(&'static str, bool)>> {
    let protocol = v.text(listener, "protocol")?.unwrap_or_default();
    if !["HTTPS", "TLS"].iter().any(|p| protocol.eq_ignore_ascii_case(p)) {
        return Ok(None);
    }
    let what = || format!("{}.ssl_policy", v.address(listener));
    let name = v.text(listener, "ssl_policy")?.ok_or_else(|| Reasons::one(what(), Cause::NoValue))?;
    match policy(&name) {
        Some(p) => Ok(Some(p)),
        None => Err(Reasons::one(what(), Cause::Unsupported(name))),
    }
}

fn tls_minimum(v: &View<'_>, listener: ResId) -> Known<Answer> {
    let val = tls(v, listener)?.map_or(Val::Absent, |(oldest, _)| Val::text(oldest));
    let path = vec![v.step_at(listener, "security policy", v.place_of(listener, "ssl_policy"))];
    Ok(Answer { val, path })
}

fn tls13(v: &View<'_>, listener: ResId) -> Known<Answer> {
    plain(Val::Bool(tls(v, listener)?.is_some_and(|(_, newest)| newest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_policies() {
        let check = |name: &str, expected: Option<(&str, bool)>| assert_eq!(policy(name), expected, "{name}");
        check("ELBSecurityPolicy-2016-08", Some(("1.0", false)));
        check("ELBSecurityPolicy-TLS13-1-2-2021-06", Some(("1.2", true)));
        check("ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04", Some(("1.2", true)));
        check("ELBSecurityPolicy-TLS13-1-3-2021-06", Some(("1.3", true)));
        check("ELBSecurityPolicy-TLS-1-2-Ext-2018-06", Some(("1.2", false)));
        check("ELBSecurityPolicy-FS-1-1-2019-08", Some(("1.1", false)));
        check("ELBSecurityPolicy-TLS-1-0-2015-04", Some(("1.0", false)));
        check("my-own-policy", None);
        check("ELBSecurityPolicy-2031-01", None);
    }

    #[test]
    fn matchers() {
        let check = |codes: &str, errors: bool| assert_eq!(admits_errors(codes), errors, "{codes}");
        check("200", false);
        check("200-399", false);
        check("200,301, 302", false);
        check("200-499", true);
        check("200,404", true);
        check("500", true);
    }
}
