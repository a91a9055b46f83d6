//! How many connections a listener has, in all and from one network: each takes memory and a file descriptor, whatever it asks.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::auth::TrustedProxies;

/// A network of IPv6 is what one customer gets.
const IPV6_PREFIX: u8 = 64;

/// The connections of a listener.
#[derive(Debug)]
pub struct Places {
    most: usize,
    most_of_one: usize,
    proxies: TrustedProxies,
    taken: Mutex<Taken>,
    refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_network: HashMap<IpNet, usize>,
}

/// A connection's place. Dropping it gives it up.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    network: IpNet,
}

impl Places {
    /// At most so many connections, and so many of one address (of one /64 of IPv6). Trusted proxies stand for many clients and may have all.
    pub fn new(most: usize, most_of_one: usize, proxies: TrustedProxies) -> Arc<Self> {
        Arc::new(Self { most, most_of_one, proxies, taken: Mutex::default(), refused: AtomicU64::new(0) })
    }

    /// A place for a connection from `address`; none when there is none left.
    pub fn take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let address = address.to_canonical();
        let network = network(address);
        let mut taken = self.lock();
        let of_one = taken.by_network.get(&network).copied().unwrap_or_default();
        if taken.all >= self.most || (of_one >= self.most_of_one && !self.proxies.trusts(address)) {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        taken.all += 1;
        taken.by_network.insert(network, of_one + 1);
        Some(Place { places: Arc::clone(self), network })
    }

    /// How many connections there are.
    pub fn taken(&self) -> usize {
        self.lock().all
    }

    /// How many were refused since the start.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        taken.all -= 1;
        if let Some(of_one) = taken.by_network.get_mut(&self.network) {
            *of_one -= 1;
            if *of_one == 0 {
                taken.by_network.remove(&self.network);
            }
        }
    }
}

fn network(address: IpAddr) -> IpNet {
    match address {
        IpAddr::V4(address) => Ipv4Net::from(address).into(),
        IpAddr::V6(address) => Ipv6Net::new_assert(address, IPV6_PREFIX).trunc().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(most: usize, most_of_one: usize) -> Arc<Places> {
        Places::new(most, most_of_one, TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]))
    }

    #[test]
    fn one_address_has_its_share_and_no_more_and_others_theirs() {
        let places = places(10, 2);
        let take = |address: &str| places.take(address.parse().unwrap());
        let first = take("192.0.2.1");
        let held = (take("::ffff:192.0.2.1"), take("192.0.2.2"), take("2001:db8:1:2::1"), take("2001:db8:1:2:ffff::1"));
        assert!(first.is_some() && held.0.is_some() && held.1.is_some() && held.2.is_some() && held.3.is_some());
        assert!(take("192.0.2.1").is_none() && take("2001:db8:1:2::2").is_none());
        assert!(take("2001:db8:1:3::1").is_some());
        assert_eq!((places.taken(), places.refused()), (5, 2));
        drop(first);
        assert!(take("192.0.2.1").is_some());
        drop(held);
        assert_eq!(places.taken(), 0);
        assert!(places.lock().by_network.is_empty());
    }

    #[test]
    fn all_of_them_are_so_many_and_a_trusted_proxy_may_have_them() {
        let places = places(4, 2);
        let take = |address: &str| places.take(address.parse().unwrap());
        let held: Vec<_> = (0..4).map(|_| take("10.1.1.1")).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(take("10.1.1.1").is_none() && take("192.0.2.1").is_none());
    }
}
