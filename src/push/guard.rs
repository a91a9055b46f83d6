//! Which addresses events may be sent to.
//!
//! A customer writes the URL, so it could name what only this machine can reach. Names are checked each time they are resolved for a
//! connection, and the connection goes to the very address that was checked: a name that turns private later is refused then.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// That an address is not public and not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address is not public, and push.allow_cidrs does not allow it")]
pub struct Refused;

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), prefix)
}

/// IPv4 that is not public (IANA's special-purpose registry), and one public address behind which a cloud keeps its hosts' secrets.
const REFUSED_V4: [Ipv4Net; 17] = [
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
    v4(192, 88, 99, 0, 24),   // 6to4 relays
    v4(192, 168, 0, 0, 16),   // private
    v4(198, 18, 0, 0, 15),    // benchmarks
    v4(198, 51, 100, 0, 24),  // documentation
    v4(203, 0, 113, 0, 24),   // documentation
    v4(224, 0, 0, 0, 4),      // multicast
    v4(240, 0, 0, 0, 4),      // reserved, broadcast
];

/// What of IPv6 is public at all. So loopback, unspecified, IPv4-mapped, NAT64, unique local, link-local and multicast are not.
const PUBLIC_V6: Ipv6Net = v6(0x2000, 0, 3);

/// What of that is not, or stands for an IPv4 address.
const REFUSED_V6: [Ipv6Net; 4] = [
    v6(0x2001, 0, 23),     // protocol assignments, Teredo, ORCHID
    v6(0x2001, 0xdb8, 32), // documentation
    v6(0x2002, 0, 16),     // 6to4
    v6(0x3fff, 0, 20),     // documentation
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

/// Looks names up as the system does, and gives only the addresses that may be used.
#[derive(Clone, Debug)]
pub struct Resolver {
    allowed: Arc<[IpNet]>,
}

impl Resolver {
    /// One that also gives the addresses of these networks.
    pub fn new(allowed: Arc<[IpNet]>) -> Self {
        Self { allowed }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = Arc::clone(&self.allowed);
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let addrs: Addrs = Box::new(usable(found, &allowed)?.into_iter());
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

    #[test]
    fn only_public_addresses_pass() {
        for refused in [
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert_eq!(check(ip(refused), &[]), Err(Refused), "{refused}");
        }
        for public in ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "2606:4700::1111", "2a00::1"] {
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
