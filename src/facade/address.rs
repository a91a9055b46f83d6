//! Addresses that customers give.

/// Whether this is an http or https URL. Whether it may be reached is decided when connecting.
pub fn is_address(url: &str) -> bool {
    reqwest::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some())
}
