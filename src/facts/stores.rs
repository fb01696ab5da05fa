//! Databases, caches, addresses, trails, and what a plan destroys.

use super::Derived;
use super::items::{Found, Known, Proof, plain};
use super::view::View;
use super::zones::add_zone;
use crate::model::read::Answer;
use crate::model::truth::Truth;
use crate::model::value::{ResId, Val};
use crate::model::why::{Cause, Reasons};

pub(super) const FACTS: &[Derived] = &[
    Derived::new("member_zones", &["db_cluster"], "texts", "zones in which its members stand", member_zones),
    Derived::new(
        "multi_zone",
        &["database"],
        "bool",
        "it survives the loss of a zone: a standby, or members in two zones",
        multi_zone,
    ),
    Derived::new(
        "judged",
        &["database"],
        "bool",
        "judged by itself: neither a read replica nor a member of a cluster",
        judged_database,
    ),
    Derived::new(
        "member",
        &["database"],
        "bool",
        "a member of a cluster, which is judged in its place",
        member,
    ),
    Derived::new(
        "failover_ready",
        &["cache"],
        "bool",
        "it survives the loss of a zone: failover across zones with a second node",
        failover_ready,
    ),
    Derived::new(
        "judged",
        &["cache"],
        "bool",
        "judged by itself: not a node of a replication group",
        judged_cache,
    ),
    Derived::new(
        "attached",
        &["elastic_ip"],
        "bool",
        "associated with something, or used by something",
        attached,
    ),
    Derived::new(
        "records_management",
        &["trail"],
        "bool",
        "it records management events, reads and writes",
        records_management,
    ),
    Derived::new("destroyed", &["stateful"], "bool", "the plan deletes or replaces it", destroyed),
];

fn member_zones(v: &View<'_>, cluster: ResId) -> Known<Answer> {
    let mut found = Found::default();
    let members = v.refs(cluster, "members");
    found.maybe_more(members.more.as_ref());
    for m in &members.items {
        let zone = match v.val(m.val, "zone") {
            // a member without a zone is placed by the service
            Val::Absent => Val::Unknown(not_pinned(v, m.val)),
            zone => zone,
        };
        add_zone(&mut found, &m.present, zone, vec![v.step(m.val, "member")]);
    }
    found.answer()
}

fn not_pinned(v: &View<'_>, member: ResId) -> Reasons {
    let why = "the service chooses the zone";
    Reasons::one(format!("{}.zone", v.address(member)), Cause::Omitted(why.into()))
}

/// A switch as evidence says it.
fn switched(name: &str, on: &Truth) -> String {
    match on {
        Truth::True => format!("{name} is on"),
        Truth::False => format!("{name} is off"),
        Truth::Unknown(_) => name.to_owned(),
    }
}

fn multi_zone(v: &View<'_>, database: ResId) -> Known<Answer> {
    if v.is(database, "db_cluster") {
        return cluster_spans(v, database).answer();
    }
    if let Some(cluster) = v.refer(database, "cluster")? {
        return v.prove(cluster, "multi_zone").answer();
    }
    let place = v.place_of(database, "multi_az");
    let on = v.flag(database, "multi_az");
    let said = switched("Multi-AZ", &on);
    Proof::new(on, vec![v.step_at(database, said, place)]).answer()
}

fn cluster_spans(v: &View<'_>, cluster: ResId) -> Proof {
    let place = v.place_of(cluster, "multi_az_cluster");
    let own = Proof::new(
        v.flag(cluster, "multi_az_cluster"),
        vec![v.step_at(cluster, "Multi-AZ DB cluster", place)],
    );
    own.or(|| {
        let zones = v.vals(cluster, "member_zones");
        if zones.items.len() >= 2 {
            return Proof::new(true, v.path_of(cluster, "member_zones"));
        }
        let Some(why) = zones.more else { return Proof::new(false, v.path_of(cluster, "member_zones")) };
        // one member, or one zone to choose from, cannot span two
        let members = v.refs(cluster, "members");
        let few = members.more.is_none() && members.items.len() < 2;
        let homes = super::exposure::subnets(v, cluster);
        let mut choice = Found::default();
        super::zones::of_subnets(v, &homes, &mut choice);
        if few || choice.is_complete() && choice.vals().count() < 2 {
            return Proof::new(false, members.items.iter().map(|m| v.step(m.val, "only member")).collect());
        }
        Truth::Unknown(why).into()
    })
}

fn judged_database(v: &View<'_>, database: ResId) -> Known<Answer> {
    if v.is(database, "db_cluster") {
        return plain(Val::Bool(true));
    }
    let part = v.present(database, "cluster").or(|| v.present(database, "replica_of"));
    Proof::from(!part).answer()
}

fn member(v: &View<'_>, database: ResId) -> Known<Answer> {
    if v.is(database, "db_cluster") {
        return plain(Val::Bool(false));
    }
    Proof::from(v.present(database, "cluster")).answer()
}

fn failover_ready(v: &View<'_>, cache: ResId) -> Known<Answer> {
    let two = |nodes: Known<Option<i64>>| match nodes {
        Ok(n) => Truth::from(n.is_some_and(|n| n >= 2)),
        Err(why) => Truth::Unknown(why),
    };
    if v.is(cache, "cache_cluster") {
        if let Some(group) = v.refer(cache, "replication_group")? {
            return v.prove(group, "failover_ready").answer();
        }
        let across = v.says(cache, "engine", "memcached").and(|| v.says(cache, "az_mode", "cross-az"));
        return Proof::from(across.and(|| two(v.int(cache, "nodes")))).answer();
    }
    let replicas = || match v.int(cache, "replicas_per_group") {
        Ok(n) => Truth::from(n.is_some_and(|n| n >= 1)),
        Err(why) => Truth::Unknown(why),
    };
    let step = |attr: &str, said: String| vec![v.step_at(cache, said, v.place_of(cache, attr))];
    let switch = |attr: &str, name: &str| {
        let on = v.flag(cache, attr);
        let said = switched(name, &on);
        Proof::new(on, step(attr, said))
    };
    switch("automatic_failover", "automatic failover")
        .and(|| switch("multi_az", "Multi-AZ"))
        .and(|| {
            Proof::new(
                two(v.int(cache, "cache_clusters")).or(replicas),
                step("cache_clusters", "nodes".into()),
            )
        })
        .answer()
}

fn judged_cache(v: &View<'_>, cache: ResId) -> Known<Answer> {
    if v.is(cache, "cache_cluster") {
        return Proof::from(!v.present(cache, "replication_group")).answer();
    }
    plain(Val::Bool(true))
}

fn attached(v: &View<'_>, address: ResId) -> Known<Answer> {
    let own = ["instance", "network_interface", "association"]
        .iter()
        .fold(Truth::False, |t, attr| t.or(|| v.present(address, attr)));
    let used =
        || v.holders(address, &[]).prove_any(|h| Proof::new(true, vec![v.step(h.val, "uses the address")]));
    Proof::new(own, vec![v.step(address, "associated")]).or(used).answer()
}

fn records_management(v: &View<'_>, trail: ResId) -> Known<Answer> {
    let plain_selectors = v.records(trail, "event_selectors");
    let advanced = v.records(trail, "advanced_selectors");
    if advanced.some().is_true() {
        let management =
            advanced.any(|s| v.texts(s, "fields").any(|f| f.eq_ignore_ascii_case("Management").into()));
        return Proof::from(management).answer();
    }
    // without selectors a trail records management events
    let none = !plain_selectors.some().or(|| advanced.some());
    let some = plain_selectors.any(|s| {
        let all = match v.text(s, "read_write") {
            Ok(t) => t.is_none_or(|t| t.eq_ignore_ascii_case("All")).into(),
            Err(why) => Truth::Unknown(why),
        };
        let management = match v.val(s, "management") {
            Val::Absent => Truth::True,
            _ => v.flag(s, "management"),
        };
        management.and(|| all)
    });
    Proof::from(none.or(|| some)).answer()
}

fn destroyed(v: &View<'_>, res: ResId) -> Known<Answer> {
    let change = v.text(res, "change")?;
    let gone = change.is_some_and(|c| &*c == "delete" || &*c == "replace");
    Proof::new(gone, vec![v.step(res, "the plan removes it")]).answer()
}
