//! Which tier compute belongs to, where it stands, and what an instance is for.

use super::Derived;
use super::groups::{self, ADMIN_PORTS, Source};
use super::items::{Found, Items, Known, Proof, known, plain};
use super::net;
use super::view::View;
use super::zones::add_zone;
use crate::model::read::Answer;
use crate::model::truth::Truth;
use crate::model::value::{ResId, Val};
use crate::model::why::{Cause, Reasons};

pub(super) const FACTS: &[Derived] = &[
    Derived::new(
        "effective_subnets",
        &["server"],
        "refs subnet",
        "the subnets in which it stands or may be launched",
        effective_subnets,
    ),
    Derived::new("zones", &["server"], "texts", "the zones in which it stands or may be launched", zones),
    Derived::new(
        "load_balancers",
        &["server"],
        "refs load_balancer",
        "load balancers in front of it, through its target groups",
        load_balancers,
    ),
    Derived::new("tier", &["compute"], "text", "web, async, internal, admin, nat or none", tier),
    Derived::new(
        "is_nat",
        &["instance"],
        "bool",
        "it forwards for others: source/destination check off, or a route's target",
        is_nat,
    ),
    Derived::new(
        "is_bastion",
        &["instance"],
        "bool",
        "the way in for operations: named so, or admits administration from outside and serves nothing",
        is_bastion,
    ),
    Derived::new("in_group", &["instance"], "bool", "an Auto Scaling group launched it", in_group),
    Derived::new(
        "single_entry",
        &["instance"],
        "bool",
        "serves the internet alone: Elastic IP, no load balancer, neither NAT nor bastion",
        single_entry,
    ),
    Derived::new(
        "recovers",
        &["instance"],
        "bool",
        "auto-recovery is on, or an alarm on its status check recovers it",
        recovers,
    ),
];

fn effective_subnets(v: &View<'_>, server: ResId) -> Known<Answer> {
    let mut found = Found::default();
    if v.has(server, "subnet") {
        match v.refer(server, "subnet")? {
            Some(subnet) => found.add(&Truth::True, Val::Res(subnet), vec![v.step(subnet, "subnet")]),
            None => found.more(&default_subnets(v, server)),
        }
        return found.answer();
    }
    let mut subnets = v.refs(server, "subnets");
    if subnets.items.is_empty() && subnets.more.is_none() && v.is(server, "ecs_service") {
        // tasks without a network of their own stand where their instances do
        subnets = super::capacity::hosts(v, server).flat_map(|group| v.refs(*group, "effective_subnets"));
    }
    if subnets.items.is_empty() && subnets.more.is_none() {
        found.more(&default_subnets(v, server));
    }
    found.maybe_more(subnets.more.as_ref());
    for e in &subnets.items {
        found.add(&e.present, Val::Res(e.val), vec![v.step_at(e.val, "subnet", e.place)]);
    }
    found.answer()
}

fn default_subnets(v: &View<'_>, server: ResId) -> Reasons {
    let why = "it names no subnet; where it stands is decided outside of what is in view";
    Reasons::one(format!("{}.subnets", v.address(server)), Cause::Omitted(why.into()))
}

fn zones(v: &View<'_>, server: ResId) -> Known<Answer> {
    let mut found = Found::default();
    if v.has(server, "zones_listed") {
        let listed = v.vals(server, "zones_listed");
        found.maybe_more(listed.more.as_ref());
        for e in &listed.items {
            add_zone(&mut found, &e.present, e.val.clone(), vec![v.step_at(server, "listed zone", e.place)]);
        }
        // an Auto Scaling group names either zones or subnets
        let subnets = v.refs(server, "subnets");
        if !listed.items.is_empty() && subnets.items.is_empty() && subnets.more.is_none() {
            return found.answer();
        }
    }
    super::zones::of_subnets(v, &v.refs(server, "effective_subnets"), &mut found);
    found.answer()
}

/// The target groups with which compute is registered.
pub(super) fn target_groups(v: &View<'_>, compute: ResId) -> Items<ResId> {
    if v.has(compute, "target_groups") { v.refs(compute, "target_groups") } else { Items::default() }
}

fn load_balancers(v: &View<'_>, server: ResId) -> Known<Answer> {
    let mut found = Found::default();
    let groups = target_groups(v, server);
    found.maybe_more(groups.more.as_ref());
    for group in &groups.items {
        let balancers = v.refs(group.val, "load_balancers");
        found.maybe_more(balancers.more.as_ref());
        for lb in &balancers.items {
            let via = format!("forwards to target group {}", v.address(group.val));
            let sure = group.present.clone().and(|| lb.present.clone());
            found.add(&sure, Val::Res(lb.val), vec![v.step(lb.val, via)]);
        }
    }
    found.answer()
}

fn tier(v: &View<'_>, compute: ResId) -> Known<Answer> {
    let groups = target_groups(v, compute);
    let web = groups.prove_any(|group| {
        let step = v.step(group.val, "registered with target group");
        Proof::new(true, vec![step]).and(|| v.prove(group.val, "web"))
    });
    let internal = groups.prove_any(|group| {
        Proof::new(
            v.refs(group.val, "load_balancers").some(),
            vec![v.step(group.val, "registered with target group")],
        )
    });
    let (nat, admin) = if v.is(compute, "instance") {
        (v.prove(compute, "is_nat"), v.prove(compute, "is_bastion"))
    } else {
        (false.into(), false.into())
    };
    let web = if v.is(compute, "function") {
        let urls =
            || v.refs(compute, "urls").prove_any(|u| Proof::new(true, vec![v.step(u.val, "function URL")]));
        web.or(|| v.prove(compute, "api_fronted")).or(urls)
    } else {
        web
    };
    let order = [
        ("nat", nat),
        ("web", web),
        ("async", super::consumers::consumes(v, compute)),
        ("internal", internal),
        ("admin", admin),
    ];
    for (name, proof) in order {
        if known(proof.truth)? {
            return Ok(Answer { val: Val::text(name), path: proof.path });
        }
    }
    plain(Val::text("none"))
}

fn is_nat(v: &View<'_>, instance: ResId) -> Known<Answer> {
    let place = v.place_of(instance, "source_dest_check");
    let off = Truth::from(!matches!(v.val(instance, "source_dest_check"), Val::Absent))
        .and(|| !v.flag(instance, "source_dest_check"));
    let off = Proof::new(off, vec![v.step_at(instance, "source/destination check off", place)]);
    let routed = |to: ResId| {
        v.holders(to, &["route_table"]).prove_any(|t| {
            Proof::new(true, vec![v.step_at(t.val, format!("routes to {}", v.address(to)), t.place)])
        })
    };
    let interfaces = || v.refs(instance, "network_interfaces").prove_any(|eni| routed(eni.val));
    off.or(|| routed(instance)).or(interfaces).answer()
}

/// Whether the groups of an instance admit from outside to ports that `which` selects, with the rule.
fn from_outside(
    v: &View<'_>,
    instance: ResId,
    which: impl Fn(&View<'_>, &std::sync::Arc<crate::model::value::Record>) -> Truth,
    what: &str,
) -> Proof {
    let private = |net: &ipnet::IpNet| net::PRIVATE.iter().any(|p| p.contains(net));
    v.refs(instance, "effective_security_groups").prove_any(|group| {
        let admits = groups::admits(v, group.val, &which);
        let mut proof: Proof = admits.more.clone().map_or(Truth::False, Truth::Unknown).into();
        for a in &admits.sources {
            let outside = match &a.source {
                Source::Net(net) => !private(net),
                Source::CloudFront => true,
                Source::Group(_) | Source::Service => false,
            };
            if outside {
                let via = format!("admits {what} from {}", a.said);
                let step = v.step_at(group.val, via, a.place);
                proof = Proof::new(a.sure.clone(), vec![step]).or(|| proof);
            }
        }
        proof
    })
}

fn is_bastion(v: &View<'_>, instance: ResId) -> Known<Answer> {
    let free = !v.flag(instance, "is_nat").or(|| target_groups(v, instance).some());
    if free.is_false() {
        return plain(Val::Bool(false));
    }
    let name = v.text(instance, "name").ok().flatten().unwrap_or_default().to_lowercase();
    let words = ["bastion", "jump"];
    let named = words.iter().any(|w| name.contains(w) || v.address(instance).to_lowercase().contains(w));
    if named {
        return Proof::new(free, vec![v.step(instance, "named as a bastion")]).answer();
    }
    let admin = |v: &View<'_>, rule: &_| {
        ADMIN_PORTS.iter().fold(Truth::False, |t, p| t.or(|| groups::tcp(*p)(v, rule)))
    };
    let enters = from_outside(v, instance, admin, "administration");
    let serves = from_outside(v, instance, groups::serving_port, "traffic");
    Proof::from(free).and(|| enters).and(|| Proof::from(!serves.truth)).answer()
}

fn in_group(v: &View<'_>, instance: ResId) -> Known<Answer> {
    // code declares instances one by one; the instances of a group exist only in an account
    if v.text(instance, "source")?.is_some_and(|s| &*s == "api" || &*s == "config") {
        return Err(Reasons::one(format!("{}.in_group", v.address(instance)), Cause::NotTold));
    }
    plain(Val::Bool(false))
}

fn single_entry(v: &View<'_>, instance: ResId) -> Known<Answer> {
    let address =
        v.refs(instance, "elastic_ips").prove_any(|ip| Proof::new(true, vec![v.step(ip.val, "Elastic IP")]));
    let alone = || Proof::from(!v.refs(instance, "load_balancers").some());
    let other = || Proof::from(!v.flag(instance, "is_nat").or(|| v.flag(instance, "is_bastion")));
    let serves = || from_outside(v, instance, groups::serving_port, "traffic");
    address.and(alone).and(other).and(serves).answer()
}

fn recovers(v: &View<'_>, instance: ResId) -> Known<Answer> {
    // what the instance itself does not say, its launch template may
    let own = v.val(instance, "auto_recovery") != Val::Absent;
    let says = if own { Ok(None) } else { v.refer(instance, "launch_template") };
    let on = match says.map(|template| template.unwrap_or(instance)) {
        Ok(says) => {
            let place = v.place_of(says, "auto_recovery");
            let off = v.says(says, "auto_recovery", "disabled");
            Proof::new(!off, vec![v.step_at(says, "automatic recovery is on", place)])
        }
        Err(why) => Truth::Unknown(why).into(),
    };
    let alarm = || {
        v.every("alarm").prove_any(|alarm| {
            let metric = match v.text(alarm.val, "metric") {
                Ok(m) => m.is_some_and(|m| m.starts_with("StatusCheckFailed")).into(),
                Err(why) => Truth::Unknown(why),
            };
            let off = matches!(v.val(alarm.val, "actions_enabled"), Val::Bool(false));
            let acts = || {
                v.texts(alarm.val, "actions").any(|a| {
                    (a.contains("ec2:recover") || a.contains("ec2:reboot") || a.contains("InstanceId.Reboot"))
                        .into()
                })
            };
            let watches = || {
                v.records(alarm.val, "dimensions").any(|d| {
                    v.says(d, "name", "InstanceId").and(|| match v.refer(d, "instance") {
                        Ok(watched) => (watched == Some(instance)).into(),
                        Err(why) => Truth::Unknown(why),
                    })
                })
            };
            let recovers = metric.and(|| (!off).into()).and(watches).and(acts);
            Proof::new(recovers, vec![v.step(alarm.val, "alarm recovers it")])
        })
    };
    on.or(alarm).answer()
}
