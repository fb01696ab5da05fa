//! Addresses and ports: prefix sets, "anywhere", port intervals.
//!
//! Must not know the graph.

use std::net::IpAddr;
use std::sync::LazyLock;

use ipnet::IpNet;

/// The last port.
pub const LAST_PORT: i64 = 65535;

/// IPv4 or IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// IPv4
    V4,
    /// IPv6
    V6,
}

/// Both, in the order in which facts try them.
pub const FAMILIES: [Family; 2] = [Family::V4, Family::V6];

/// Reads a CIDR block; a bare address counts as one of full length.
pub fn cidr(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.parse().ok().map(|ip: IpAddr| ip.into()))
}

/// The family of a block.
pub fn family(net: &IpNet) -> Family {
    match net {
        IpNet::V4(_) => Family::V4,
        IpNet::V6(_) => Family::V6,
    }
}

/// Whether blocks together are every address of a family: `0.0.0.0/0`, or its two halves, ….
pub fn everything(nets: &[IpNet], of: Family) -> bool {
    let nets: Vec<IpNet> = nets.iter().filter(|n| family(n) == of).map(IpNet::trunc).collect();
    IpNet::aggregate(&nets).iter().any(|n| n.prefix_len() == 0)
}

/// Whether blocks together are every address of IPv4 or of IPv6.
pub fn anywhere(nets: &[IpNet]) -> bool {
    FAMILIES.iter().any(|f| everything(nets, *f))
}

/// How many leading bits a block must fix to count as a named source rather than the internet at large.
pub fn named(net: &IpNet) -> bool {
    match net {
        IpNet::V4(n) => n.prefix_len() >= 8,
        IpNet::V6(n) => n.prefix_len() >= 16,
    }
}

/// Private address ranges.
pub static PRIVATE: LazyLock<Vec<IpNet>> =
    LazyLock::new(|| blocks(&["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"]));

/// What the internet does not route: private, shared, loopback, link-local, multicast and reserved
/// IPv4, and all of IPv6 but global unicast.
static UNROUTABLE: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    blocks(&[
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "224.0.0.0/3",
        "::/3",
        "4000::/2",
        "8000::/1",
    ])
});

fn blocks(texts: &[&str]) -> Vec<IpNet> {
    texts.iter().filter_map(|t| cidr(t)).collect()
}

/// True for an address that the internet does not route.
pub fn unroutable(ip: IpAddr) -> bool {
    UNROUTABLE.iter().any(|net| net.contains(&ip))
}

/// The first address from here on that the internet routes.
pub fn next_routable(mut ip: IpAddr) -> Option<IpAddr> {
    while let Some(block) = UNROUTABLE.iter().find(|net| net.contains(&ip)) {
        ip = after(block)?;
    }
    Some(ip)
}

/// The first address after a block.
pub fn after(block: &IpNet) -> Option<IpAddr> {
    match block.broadcast() {
        IpAddr::V4(ip) => u32::from(ip).checked_add(1).map(|n| IpAddr::V4(n.into())),
        IpAddr::V6(ip) => u128::from(ip).checked_add(1).map(|n| IpAddr::V6(n.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anywhere_is_the_whole_family() {
        let check = |blocks: &[&str], expected: bool| {
            let nets: Vec<IpNet> = blocks.iter().filter_map(|b| cidr(b)).collect();
            assert_eq!(anywhere(&nets), expected, "{blocks:?}");
        };
        check(&["0.0.0.0/0"], true);
        check(&["::/0"], true);
        check(&["0.0.0.0/1", "128.0.0.0/1"], true);
        check(&["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/2"], true);
        check(&["0.0.0.0/1"], false);
        check(&["10.0.0.0/8", "203.0.113.7"], false);
        check(&["0.0.0.0/1", "8000::/1"], false);
        check(&["1.2.3.4/0"], true);
        check(&[], false);
    }

    #[test]
    fn bare_addresses_are_blocks() {
        assert_eq!(cidr("10.0.0.1").map(|n| n.prefix_len()), Some(32));
        assert_eq!(cidr("fe80::1").map(|n| n.prefix_len()), Some(128));
        assert_eq!(cidr("anything"), None);
    }
}
