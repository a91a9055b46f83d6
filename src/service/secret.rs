//! Secrets that ccgate makes itself.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::domain::voicemail::Pin;

/// What every key begins with, so that one that leaked is recognised.
const KEY_PREFIX: &str = "ccg_";
/// Characters of a key that lists show.
const SHOWN_CHARS: usize = 10;

/// A secret that is shown once. Not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// An API key: 256 random bits.
    pub fn new_key() -> Self {
        let bits: [u8; 32] = rand::random();
        Self(format!("{KEY_PREFIX}{}", URL_SAFE_NO_PAD.encode(bits)))
    }

    /// What the client of a session sends: 256 random bits.
    pub fn new_session() -> Self {
        let bits: [u8; 32] = rand::random();
        Self(URL_SAFE_NO_PAD.encode(bits))
    }

    /// A phone's password: 128 random bits, letters and digits for the phones that take nothing else.
    pub fn new_device_password() -> Self {
        let bits: u128 = rand::random();
        Self(format!("{bits:032x}"))
    }

    /// A secret that signs the event push, as Standard Webhooks writes it: 256 random bits.
    pub fn new_event_secret() -> Self {
        let bits: [u8; 32] = rand::random();
        Self(format!("whsec_{}", STANDARD.encode(bits)))
    }

    /// The text, to show it this once.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The first characters of a key, to tell it apart in a list.
    pub fn prefix(&self) -> String {
        self.0.chars().take(SHOWN_CHARS).collect()
    }
}

/// A mailbox's password: eight random digits, as it is keyed in.
pub fn new_pin() -> Pin {
    Pin::of_number(rand::random())
}

/// What is stored of a key or a session. Either has 256 random bits, so nothing slower is needed.
pub fn key_hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// `md5(username:domain:password)` in hex, which FreeSWITCH takes as `a1-hash`.
pub fn a1_hash(username: &str, domain: &str, password: &str) -> String {
    md5_hex(&format!("{username}:{domain}:{password}"))
}

/// MD5 in lowercase hex.
pub(super) fn md5_hex(text: &str) -> String {
    hex(&md5::Md5::digest(text.as_bytes()))
}

/// SHA-256 in lowercase hex.
pub(super) fn sha256_hex(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_long_and_told_by_their_beginning() {
        let key = Secret::new_key();
        assert_eq!(key.expose().len(), 4 + 43);
        assert!(key.expose().starts_with("ccg_"));
        assert_ne!(key, Secret::new_key());
        assert_eq!(format!("{key:?}"), "Secret(…)");
    }

    #[test]
    fn the_a1_hash_is_that_of_digest_authentication() {
        // RFC 2617, section 3.5.
        assert_eq!(a1_hash("Mufasa", "testrealm@host.com", "Circle Of Life"), "939e7578ed9e3c518a452acee763bce9");
    }
}
