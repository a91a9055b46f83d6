//! Signatures of Standard Webhooks: HMAC-SHA256 with a shared secret.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::SecretString;
use sha2::Sha256;

/// What a secret begins with.
pub const SECRET_PREFIX: &str = "whsec_";
/// Bytes of a secret that is made here.
pub const SECRET_BYTES: usize = 32;

/// A secret that cannot be used: not `whsec_` and base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret must be {SECRET_PREFIX} followed by base64")]
pub struct BadSecret;

/// A new secret, `whsec_` and base64.
pub fn new_secret() -> SecretString {
    let key: [u8; SECRET_BYTES] = rand::random();
    format!("{SECRET_PREFIX}{}", STANDARD.encode(key)).into()
}

/// The `webhook-signature` of a message: [`sign`] with each secret, with blanks between them. The receiver takes the one that it can verify.
///
/// # Errors
/// [`BadSecret`] when one is.
pub fn sign_all<'a>(secrets: impl Iterator<Item = &'a str>, id: &str, timestamp_s: i64, body: &[u8]) -> Result<String, BadSecret> {
    let signed: Vec<_> = secrets.map(|secret| sign(secret, id, timestamp_s, body)).collect::<Result<_, _>>()?;
    Ok(signed.join(" "))
}

/// One signature of a message: `v1,` and the MAC of `<id>.<timestamp>.<body>` in base64. `timestamp_s` is that of the attempt,
/// epoch seconds.
///
/// # Errors
/// [`BadSecret`].
pub fn sign(secret: &str, id: &str, timestamp_s: i64, body: &[u8]) -> Result<String, BadSecret> {
    let key = secret.strip_prefix(SECRET_PREFIX).ok_or(BadSecret)?;
    let key = STANDARD.decode(key).map_err(|_| BadSecret)?;
    if key.is_empty() {
        return Err(BadSecret);
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| BadSecret)?;
    mac.update(format!("{id}.{timestamp_s}.").as_bytes());
    mac.update(body);
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;
    use standardwebhooks::Webhook;

    use super::*;

    proptest! {
        #[test]
        fn the_reference_implementation_signs_the_same(id in "[a-z0-9-]{1,40}", at in 0_i64..4_000_000_000, body in "\\PC{0,200}") {
            let secret = new_secret();
            let theirs = Webhook::new(secret.expose_secret()).unwrap().sign(&id, at, body.as_bytes()).unwrap();
            prop_assert_eq!(sign(secret.expose_secret(), &id, at, body.as_bytes()).unwrap(), theirs);
        }
    }

    #[test]
    fn a_secret_of_another_form_is_refused() {
        for bad in ["", "whsec_", "whsec_***", "c2VjcmV0", "WHSEC_c2VjcmV0"] {
            assert_eq!(sign(bad, "id", 1, b""), Err(BadSecret), "{bad:?}");
        }
    }
}
