//! HTTP Basic authentication of the switch.

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::Sources;

/// What the switch must send. Not printed.
#[derive(Clone, Debug)]
pub struct Credentials {
    user: String,
    password: SecretString,
}

impl Credentials {
    /// The user and password of `gateway-credentials` in xml_curl.conf.
    pub fn new(user: String, password: SecretString) -> Self {
        Self { user, password }
    }

    /// Whether a request carries them. The time it takes does not tell how much of them was right.
    fn admit(&self, headers: &HeaderMap) -> bool {
        let Some(given) = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) else { return false };
        let Some((scheme, encoded)) = given.split_once(' ') else { return false };
        let Ok(given) = STANDARD.decode(encoded.trim()) else { return false };
        let wanted = format!("{}:{}", self.user, self.password.expose_secret());
        let same = Sha256::digest(&given).ct_eq(&Sha256::digest(wanted.as_bytes()));
        scheme.eq_ignore_ascii_case("basic") && bool::from(same)
    }
}

/// That it is the switch that asks. An extractor, so that of whoever is not the switch no body is read.
pub(super) struct TheSwitch;

impl FromRequestParts<Sources> for TheSwitch {
    type Rejection = (StatusCode, [(HeaderName, &'static str); 1]);

    async fn from_request_parts(parts: &mut Parts, sources: &Sources) -> Result<Self, Self::Rejection> {
        let refused = (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Basic realm=\"ccgate\"")]);
        sources.credentials.admit(&parts.headers).then_some(Self).ok_or(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_user_and_password_are_admitted() {
        let credentials = Credentials::new("freeswitch".to_owned(), "secret".to_owned().into());
        let with = |value: &str| HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
        assert!(credentials.admit(&with("Basic ZnJlZXN3aXRjaDpzZWNyZXQ=")), "as recorded");
        assert!(!credentials.admit(&HeaderMap::new()));
        for wrong in ["Basic", "Basic !", "Bearer ZnJlZXN3aXRjaDpzZWNyZXQ=", "Basic ZnJlZXN3aXRjaDpzZWNyZXR4", "Basic Og=="] {
            assert!(!credentials.admit(&with(wrong)), "{wrong}");
        }
        assert!(!format!("{credentials:?}").contains("secret"));
    }
}
