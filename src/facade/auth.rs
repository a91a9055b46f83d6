//! Who asks: the key of a request, and the address it comes from.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap, header};
use ipnet::IpNet;

use super::connection::Peer;

/// Networks whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    /// These networks.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks.into())
    }

    /// The address of the client: the peer, or what the trusted proxies in front of it say. None when the server does not know its peer.
    pub fn client(&self, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = extensions.get::<ConnectInfo<Peer>>()?.0.address.ip().to_canonical();
        Some(self.behind(peer, headers))
    }

    /// Whether the client came by https: to this listener, or as the trusted proxy that is the peer says.
    pub fn is_https(&self, extensions: &Extensions, headers: &HeaderMap) -> bool {
        let peer = extensions.get::<ConnectInfo<Peer>>();
        if peer.is_some_and(|peer| peer.0.https) {
            return true;
        }
        let peer = peer.map(|peer| peer.0.address.ip().to_canonical());
        let said = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok()).and_then(|value| value.split(',').next());
        peer.is_some_and(|peer| self.trusts(peer)) && said.is_some_and(|proto| proto.trim().eq_ignore_ascii_case("https"))
    }

    /// Whether this is one of them.
    pub(super) fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Walks from the peer outwards for as long as the hop is trusted; what a hop says is worth as much as the hop.
    fn behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let said: Vec<&str> =
            headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).collect();
        let mut client = peer;
        for hop in said.iter().rev() {
            if !self.trusts(client) {
                break;
            }
            let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
            client = address.to_canonical();
        }
        client
    }
}

/// The key in the headers: `X-Api-Key`, else `Authorization: Bearer`.
pub fn header_key(headers: &HeaderMap) -> Option<&str> {
    let plain = headers.get("x-api-key").and_then(|value| value.to_str().ok());
    plain.or_else(|| {
        let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    })
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    fn client(proxies: &[&str], peer: &str, forwarded: &str) -> String {
        let proxies = TrustedProxies::new(proxies.iter().map(|net| net.parse().unwrap()).collect());
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(Peer::at(SocketAddr::new(peer.parse().unwrap(), 1))));
        proxies.client(&extensions, &headers).unwrap().to_string()
    }

    #[test]
    fn forwarded_addresses_count_behind_trusted_proxies_only() {
        assert_eq!(client(&[], "10.0.0.1", "1.2.3.4"), "10.0.0.1");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", "1.2.3.4"), "1.2.3.4");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2"), "1.2.3.4");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", "nonsense"), "10.0.0.1");
        assert_eq!(client(&["10.0.0.0/8"], "::ffff:10.0.0.1", "1.2.3.4"), "1.2.3.4");
    }

    #[test]
    fn https_is_what_it_came_by_or_what_a_trusted_proxy_says() {
        let https = |proxy: &str, proto: &str| {
            let proxies = TrustedProxies::new(vec![proxy.parse().unwrap()]);
            let headers = HeaderMap::from_iter([(header::HeaderName::from_static("x-forwarded-proto"), proto.parse().unwrap())]);
            let mut extensions = Extensions::new();
            extensions.insert(ConnectInfo(Peer::at(SocketAddr::new("10.0.0.1".parse().unwrap(), 1))));
            proxies.is_https(&extensions, &headers)
        };
        assert!(https("10.0.0.0/8", "https") && https("10.0.0.0/8", "HTTPS, http"));
        assert!(!https("10.0.0.0/8", "http") && !https("192.0.2.0/24", "https"));
        let peer = Peer { https: true, ..Peer::at(SocketAddr::new("192.0.2.1".parse().unwrap(), 1)) };
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(peer));
        assert!(TrustedProxies::default().is_https(&extensions, &HeaderMap::new()));
    }

    #[test]
    fn a_key_comes_in_either_header() {
        let mut headers = HeaderMap::new();
        assert_eq!(header_key(&headers), None);
        headers.insert(header::AUTHORIZATION, "bearer ccg_a".parse().unwrap());
        assert_eq!(header_key(&headers), Some("ccg_a"));
        headers.insert("x-api-key", "ccg_b".parse().unwrap());
        assert_eq!(header_key(&headers), Some("ccg_b"));
    }
}
