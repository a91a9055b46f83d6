//! Which addresses events may be sent to.
//!
//! A customer writes the URL, so it could name what only this machine can reach. Names are checked each time they are resolved for a
//! connection, and the connection goes to the very address that was checked: a name that turns private later is refused then.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// That an address is not public and not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address is not public, and push.allow_cidrs does not allow it")]
pub struct Refused;

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

/// IPv4 that is not public (IANA's registries of special-purpose and of multicast addresses), that is everybody's (AS112, AMT), and one public
/// address behind which a cloud keeps its hosts' secrets.
const REFUSED_V4: [Ipv4Net; 19] = [
    v4(0, 0, 0, 0, 8),        // this network
    v4(10, 0, 0, 0, 8),       // private
    v4(100, 64, 0, 0, 10),    // shared by carriers
    v4(127, 0, 0, 0, 8),      // loopback
    v4(168, 63, 129, 16, 32), // Azure's host agent
    v4(169, 254, 0, 0, 16),   // link-local, and the clouds' metadata
    v4(172, 16, 0, 0, 12),    // private
    v4(192, 0, 0, 0, 24),     // protocol assignments
    v4(192, 0, 2, 0, 24),     // documentation
    v4(192, 31, 196, 0, 24),  // AS112
    v4(192, 52, 193, 0, 24),  // AMT
    v4(192, 88, 99, 0, 24),   // 6to4 relays
    v4(192, 168, 0, 0, 16),   // private
    v4(192, 175, 48, 0, 24),  // AS112
    v4(198, 18, 0, 0, 15),    // benchmarks
    v4(198, 51, 100, 0, 24),  // documentation
    v4(203, 0, 113, 0, 24),   // documentation
    v4(224, 0, 0, 0, 4),      // multicast
    v4(240, 0, 0, 0, 4),      // reserved, broadcast
];

/// What of IPv6 is public at all. So loopback, unspecified, IPv4-mapped and -compatible, NAT64, discard-only, segment routing, unique local,
/// link-local, site-local and multicast are not.
const PUBLIC_V6: Ipv6Net = v6(0x2000, 0, 0, 3);

/// What of that is not, or is everybody's, or stands for an IPv4 address: that is written as such.
const REFUSED_V6: [Ipv6Net; 5] = [
    v6(0x2001, 0, 0, 23),         // protocol assignments, Teredo, benchmarks, AMT, AS112, ORCHID
    v6(0x2001, 0xdb8, 0, 32),     // documentation
    v6(0x2002, 0, 0, 16),         // 6to4
    v6(0x2620, 0x4f, 0x8000, 48), // AS112
    v6(0x3fff, 0, 0, 20),         // documentation
];

/// Whether events may be sent to `ip`.
///
/// # Errors
/// [`Refused`].
pub fn check(ip: IpAddr, allowed: &[IpNet]) -> Result<(), Refused> {
    let public = match ip {
        IpAddr::V4(ip) => !REFUSED_V4.iter().any(|net| net.contains(&ip)),
        IpAddr::V6(ip) => PUBLIC_V6.contains(&ip) && !REFUSED_V6.iter().any(|net| net.contains(&ip)),
    };
    if public || allowed.iter().any(|net| net.contains(&ip)) { Ok(()) } else { Err(Refused) }
}

/// Looks a name up: every address that it has now.
pub type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// As the system does.
pub fn system_lookup() -> Lookup {
    Arc::new(|name| Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) }))
}

/// Gives of a name's addresses those that may be used.
#[derive(Clone)]
pub struct Resolver {
    lookup: Lookup,
    allowed: Arc<[IpNet]>,
}

impl Resolver {
    /// One that also gives the addresses of these networks.
    pub fn new(lookup: Lookup, allowed: Arc<[IpNet]>) -> Self {
        Self { lookup, allowed }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (found, allowed) = ((self.lookup)(name.as_str().to_owned()), Arc::clone(&self.allowed));
        Box::pin(async move {
            let addrs: Addrs = Box::new(usable(found.await?, &allowed)?.into_iter());
            Ok(addrs)
        })
    }
}

/// Those of the addresses of a name that may be used.
///
/// # Errors
/// [`Refused`] when none may.
fn usable(found: Vec<SocketAddr>, allowed: &[IpNet]) -> Result<Vec<SocketAddr>, Refused> {
    let usable: Vec<_> = found.into_iter().filter(|addr| check(addr.ip(), allowed).is_ok()).collect();
    if usable.is_empty() { Err(Refused) } else { Ok(usable) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// IANA's registries of special-purpose addresses (RFC 6890 and after) and of multicast, and the ways to write an IPv4 address as IPv6.
    const NOT_PUBLIC: [(&str, &str); 53] = [
        ("0.0.0.0/8", "this network"),
        ("0.0.0.0/32", "this host"),
        ("10.0.0.0/8", "private use"),
        ("100.64.0.0/10", "shared address space"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "Azure's host agent"),
        ("169.254.0.0/16", "link-local"),
        ("169.254.169.254/32", "metadata of the clouds"),
        ("172.16.0.0/12", "private use"),
        ("192.0.0.0/24", "IETF protocol assignments"),
        ("192.0.0.0/29", "service continuity"),
        ("192.0.0.8/32", "dummy address"),
        ("192.0.0.9/32", "PCP anycast"),
        ("192.0.0.10/32", "TURN anycast"),
        ("192.0.0.170/31", "NAT64 discovery"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "AS112"),
        ("192.52.193.0/24", "AMT"),
        ("192.88.99.0/24", "6to4 relay anycast"),
        ("192.168.0.0/16", "private use"),
        ("192.175.48.0/24", "AS112"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("255.255.255.255/32", "broadcast"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::/96", "IPv4-compatible"),
        ("::ffff:0:0/96", "IPv4-mapped"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "local-use NAT64"),
        ("100::/64", "discard-only"),
        ("100:0:0:1::/64", "dummy prefix"),
        ("2001::/23", "IETF protocol assignments"),
        ("2001::/32", "Teredo"),
        ("2001:1::1/128", "PCP anycast"),
        ("2001:2::/48", "benchmarking"),
        ("2001:3::/32", "AMT"),
        ("2001:4:112::/48", "AS112"),
        ("2001:10::/28", "ORCHID"),
        ("2001:20::/28", "ORCHIDv2"),
        ("2001:30::/28", "drone remote identification"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("2620:4f:8000::/48", "AS112"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "unique local"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    ];

    #[test]
    fn no_address_of_a_special_purpose_passes() {
        for (net, what) in NOT_PUBLIC {
            let net: IpNet = net.parse().unwrap();
            for ip in [net.network(), net.broadcast()] {
                assert_eq!(check(ip, &[]), Err(Refused), "{ip} of {net}, {what}");
            }
        }
    }

    #[test]
    fn what_embeds_an_address_of_ipv4_does_not_pass_whichever_it_is() {
        for v4 in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "8.8.8.8"] {
            let [a, b, c, d] = v4.parse::<Ipv4Addr>().unwrap().octets();
            let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            for embedded in [
                format!("::{v4}"),
                format!("::ffff:{v4}"),
                format!("::ffff:0:{v4}"),
                format!("64:ff9b::{v4}"),
                format!("64:ff9b:1::{v4}"),
                format!("2002:{high:x}:{low:x}::1"),
                format!("2001:0:{high:x}:{low:x}::1"),
                format!("2001::{:x}:{:x}", !high, !low),
            ] {
                assert_eq!(check(ip(&embedded), &[]), Err(Refused), "{embedded} for {v4}");
            }
        }
    }

    #[test]
    fn the_neighbours_of_what_is_refused_are_public() {
        for public in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "168.63.129.17",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "191.255.255.255",
            "192.0.1.0",
            "192.0.3.0",
            "192.31.195.255",
            "192.31.197.0",
            "192.52.192.255",
            "192.52.194.0",
            "192.88.98.255",
            "192.88.100.0",
            "192.167.255.255",
            "192.169.0.0",
            "192.175.47.255",
            "192.175.49.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "198.51.101.0",
            "203.0.112.255",
            "203.0.114.0",
            "223.255.255.255",
            "2001:200::",
            "2001:db7:ffff::",
            "2001:db9::",
            "2003::",
            "2606:4700::1111",
            "2620:4f:7fff::",
            "2620:4f:8001::",
            "2a00::1",
            "3ffe::",
            "3fff:1000::",
        ] {
            assert_eq!(check(ip(public), &[]), Ok(()), "{public}");
        }
    }

    #[test]
    fn a_configured_network_is_allowed_and_no_other() {
        let allowed = ["127.0.0.0/8".parse().unwrap(), "fd12::/16".parse().unwrap()];
        assert_eq!(check(ip("127.0.0.1"), &allowed), Ok(()));
        assert_eq!(check(ip("fd12::1"), &allowed), Ok(()));
        assert_eq!(check(ip("::ffff:127.0.0.1"), &allowed), Err(Refused));
        assert_eq!(check(ip("10.0.0.1"), &allowed), Err(Refused));
    }

    #[test]
    fn of_a_name_only_the_public_addresses_are_used() {
        let addr = |text: &str| SocketAddr::new(ip(text), 0);
        assert_eq!(usable(vec![addr("10.0.0.1"), addr("1.1.1.1")], &[]), Ok(vec![addr("1.1.1.1")]));
        assert_eq!(usable(vec![addr("10.0.0.1")], &[]), Err(Refused));
        assert_eq!(usable(Vec::new(), &[]), Err(Refused));
    }
}
