//! Network ACLs: does the internet reach a TCP port of a subnet, and does the answer find its way back?
//!
//! Rules are taken in the order of their numbers, the first match decides, none means refused. An allow
//! rule for a narrow block admits a named source, not the internet; a deny rule for one only carves it
//! out. So what is asked is: is there an address of the internet that a wide allow rule admits, both to
//! the port and, to some ephemeral port, back?

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use super::items::{Items, Known, Proof, join};
use super::net::{self, Family, LAST_PORT};
use super::view::View;
use crate::model::truth::Truth;
use crate::model::value::{Record, ResId};
use crate::model::why::{Cause, Reasons};

/// The first port that clients use for answers.
const EPHEMERAL: i64 = 1024;

/// Most entries that an ACL is read with; AWS allows 40.
const MOST: usize = 200;

/// An entry, read.
struct Entry {
    number: Option<i64>,
    present: Truth,
    allow: Known<bool>,
    ports: Known<Option<(i64, i64)>>,
    nets: Vec<IpNet>,
    nets_open: Option<Reasons>,
}

/// The entries of one direction.
struct Table {
    entries: Vec<Entry>,
    more: Option<Reasons>,
}

fn read(v: &View<'_>, acl: ResId, list: &str) -> Table {
    let records = v.records(acl, list);
    let mut more = records.more.clone();
    let mut entries: Vec<Entry> =
        records.items.iter().take(MOST).map(|e| entry(v, &e.val, e.present.clone())).collect();
    if records.items.len() > MOST {
        join(&mut more, &Reasons::one(v.address(acl), Cause::Limit("network ACL entries".into())));
    }
    entries.sort_by_key(|e| e.number);
    Table { entries, more }
}

fn entry(v: &View<'_>, rec: &Arc<Record>, present: Truth) -> Entry {
    let mut nets = Vec::new();
    let cidrs: Items<_> = v.texts(rec, "cidr");
    let mut nets_open = cidrs.more.clone();
    for e in &cidrs.items {
        match (net::cidr(&e.val), &e.present) {
            (Some(net), Truth::True) => nets.push(net),
            (_, Truth::Unknown(why)) => join(&mut nets_open, why),
            _ => join(&mut nets_open, &Reasons::one(e.val.clone(), Cause::Malformed("no CIDR block".into()))),
        }
    }
    let allow = v.text(rec, "action").and_then(|a| {
        a.map(|a| a.eq_ignore_ascii_case("allow"))
            .ok_or_else(|| Reasons::one("action of a network ACL entry", Cause::NoValue))
    });
    let number = v.int(rec, "number").ok().flatten();
    Entry { number, present, allow, ports: ports(v, rec), nets, nets_open }
}

/// The TCP ports of an entry; `None` if it is about another protocol.
fn ports(v: &View<'_>, rec: &Arc<Record>) -> Known<Option<(i64, i64)>> {
    let protocol = v.text(rec, "protocol")?.unwrap_or_else(|| "all".into());
    match &*protocol.to_ascii_lowercase() {
        "all" | "-1" => Ok(Some((0, LAST_PORT))),
        "tcp" | "6" => {
            let (from, to) = (v.int(rec, "from_port")?, v.int(rec, "to_port")?);
            Ok(Some((from.unwrap_or(0), to.or(from).unwrap_or(LAST_PORT))))
        }
        _ => Ok(None),
    }
}

/// What an entry says about an address and port: whether it matches, and by a wide block.
fn applies(entry: &Entry, ip: IpAddr, port: i64) -> (Truth, bool) {
    let ports = match &entry.ports {
        Ok(None) => Truth::False,
        Ok(Some((from, to))) => (*from <= port && port <= *to).into(),
        Err(why) => Truth::Unknown(why.clone()),
    };
    let net = entry.nets.iter().filter(|n| n.contains(&ip)).min_by_key(|n| n.prefix_len());
    let within = match (&net, &entry.nets_open) {
        (Some(_), _) => Truth::True,
        (None, Some(why)) => Truth::Unknown(why.clone()),
        (None, None) => Truth::False,
    };
    let wide = net.is_none_or(|n| !net::named(n));
    (entry.present.clone().and(|| ports).and(|| within), wide)
}

impl Table {
    /// Whether the internet, in the shape of one address, passes to a port.
    fn passes(&self, ip: IpAddr, port: i64) -> Truth {
        // refused where nothing matches, unless there may be entries that are not known
        let mut rest = self.more.clone().map_or(Truth::False, Truth::Unknown);
        for entry in self.entries.iter().rev() {
            let (matches, wide) = applies(entry, ip, port);
            let says = match &entry.allow {
                Ok(allow) => Truth::from(*allow && wide),
                Err(why) => Truth::Unknown(why.clone()),
            };
            rest = match (matches, says) {
                (Truth::False, _) => rest,
                // an entry whose place in the order is not known decides only if the rest agrees
                (Truth::True, says) if entry.number.is_some() && self.more.is_none() => says,
                (Truth::True, says) if says == rest => rest,
                (Truth::True, _) => Truth::Unknown(self.order()),
                (Truth::Unknown(_), says) if says == rest => rest,
                (Truth::Unknown(why), _) => Truth::Unknown(why),
            };
        }
        rest
    }

    fn order(&self) -> Reasons {
        self.more.clone().unwrap_or_else(|| Reasons::one("order of network ACL entries", Cause::NotTold))
    }

    /// The addresses at which the verdict can change: where a block begins and after it ends.
    fn edges(&self, family: Family, out: &mut Vec<IpAddr>) {
        for net in self.entries.iter().flat_map(|e| &e.nets).filter(|n| net::family(n) == family) {
            out.push(net.network());
            out.extend(net::after(net));
        }
    }

    /// The ephemeral ports at which the verdict can change.
    fn port_edges(&self) -> Vec<i64> {
        let ranges = self.entries.iter().filter_map(|e| e.ports.as_ref().ok().copied().flatten());
        let mut out: Vec<i64> = ranges.flat_map(|(from, to)| [from, to + 1]).collect();
        out.push(EPHEMERAL);
        out.retain(|p| (EPHEMERAL..=LAST_PORT).contains(p));
        out.sort_unstable();
        out.dedup();
        out
    }
}

/// The ACL of a subnet; `None`: the VPC's default ACL, which is not declared and so admits everything.
fn acl_of(v: &View<'_>, subnet: ResId) -> Known<Option<ResId>> {
    if let Some(acl) = v.refer(subnet, "network_acl")? {
        return Ok(Some(acl));
    }
    let listing = v.refs(subnet, "network_acls_listing");
    if let Some(e) = listing.surest() {
        return super::items::known(e.present.clone()).map(|_| Some(e.val));
    }
    if let Some(why) = listing.more {
        return Err(why);
    }
    let Some(vpc) = v.refer(subnet, "vpc")? else { return Ok(None) };
    let acls = v.refs(vpc, "network_acls").keep(|acl| v.flag(*acl, "is_default"));
    match (acls.surest(), acls.more.clone()) {
        (Some(e), _) => super::items::known(e.present.clone()).map(|_| Some(e.val)),
        // a VPC that is not in view may have a default ACL that was changed
        (None, Some(why)) => Err(why),
        (None, None) => Ok(None),
    }
}

/// Whether the ACL of a subnet lets the internet reach a port and the answers leave.
pub(super) fn admits(v: &View<'_>, subnet: ResId, port: i64, family: Family) -> Proof {
    let acl = match acl_of(v, subnet) {
        Ok(Some(acl)) => acl,
        Ok(None) => return Proof::new(true, Vec::new()),
        Err(why) => return Truth::Unknown(why).into(),
    };
    let (ingress, egress) = (read(v, acl, "ingress_entries"), read(v, acl, "egress_entries"));
    let mut edges: Vec<IpAddr> = match family {
        Family::V4 => vec![IpAddr::from([1, 0, 0, 0])],
        Family::V6 => vec![IpAddr::from([0x2000, 0, 0, 0, 0, 0, 0, 0u16])],
    };
    ingress.edges(family, &mut edges);
    egress.edges(family, &mut edges);
    edges.extend(after_reserved(&edges));
    edges.sort_unstable();
    edges.dedup();
    edges.retain(|ip| !net::unroutable(*ip));
    let ports = egress.port_edges();
    let (mut into, mut both) = (Truth::False, Truth::False);
    for ip in edges {
        let there = ingress.passes(ip, port);
        into = into.or(|| there.clone());
        if !there.is_false() {
            let back = ports.iter().fold(Truth::False, |t, p| t.or(|| egress.passes(ip, *p)));
            both = both.or(|| there.and(|| back));
        }
        if both.is_true() {
            let via = format!("network ACL admits {port} and the answers");
            return Proof::new(true, vec![v.step(acl, via)]);
        }
    }
    let via = match into {
        Truth::False => format!("network ACL refuses {port} from the internet"),
        _ => "network ACL refuses the answers to the internet".to_owned(),
    };
    Proof::new(both, vec![v.step(acl, via)])
}

/// For edges in reserved ranges: the first address after the range, so that a block that begins in one
/// and goes on beyond it is seen.
fn after_reserved(edges: &[IpAddr]) -> Vec<IpAddr> {
    edges.iter().filter(|ip| net::unroutable(**ip)).filter_map(|ip| net::next_routable(*ip)).collect()
}
