//! Passwords of users: the rule, and argon2id away from the async threads.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, SaltString};
use tokio::sync::Semaphore;

use super::error::{Error, Result};
use crate::domain::user::PasswordHash;

/// The fewest characters of a password.
pub(super) const MIN_CHARS: usize = 8;
/// The most; more would only cost time.
pub(super) const MAX_CHARS: usize = 256;
/// Hashes worked out at once: each takes 19 MB and a core.
const AT_ONCE: usize = 2;
/// Hashes that may wait for their turn.
const WAITING: usize = 64;

/// Hashes passwords, a bounded number at once.
#[derive(Clone, Debug)]
pub(super) struct Passwords {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { running: Arc::new(Semaphore::new(AT_ONCE)), waiting: Arc::new(Semaphore::new(AT_ONCE + WAITING)) }
    }
}

impl Passwords {
    /// Checks the rule and hashes.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it breaks the rule; [`Error::Busy`] when too many wait.
    pub(super) async fn hash(&self, password: String) -> Result<PasswordHash> {
        check(&password)?;
        let _place = self.waiting.try_acquire().map_err(|_| Error::Busy)?;
        let _turn = self.running.acquire().await.map_err(|_| Error::Busy)?;
        let salt: [u8; 16] = rand::random();
        let hashed = tokio::task::spawn_blocking(move || {
            let salt = SaltString::encode_b64(&salt)?;
            Argon2::default().hash_password(password.as_bytes(), &salt).map(|hash| PasswordHash(hash.to_string()))
        });
        let hashed = hashed.await.map_err(|error| Error::Internal(error.to_string()))?;
        hashed.map_err(|error| Error::Internal(error.to_string()))
    }
}

/// The document's rule: at least 8 characters, with digits, capitals and small letters.
///
/// # Errors
/// [`Error::Invalid`] of `password`.
pub(super) fn check(password: &str) -> Result<()> {
    let chars = password.chars().count();
    let has = |kind: fn(char) -> bool| password.chars().any(kind);
    let strong = has(|c| c.is_ascii_digit()) && has(char::is_uppercase) && has(char::is_lowercase);
    if !(MIN_CHARS..=MAX_CHARS).contains(&chars) || !strong {
        let why = format!("must have {MIN_CHARS} to {MAX_CHARS} characters, with digits, uppercase and lowercase letters");
        return Err(Error::invalid("password", why));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_rule() {
        for weak in ["", "Ab12345", "ab123456", "AB123456", "Abcdefgh"] {
            assert!(check(weak).is_err(), "{weak}");
        }
        assert!(check(&"Ab1".repeat(100)).is_err());
        assert!(check("Ab123456").is_ok());
    }

    #[tokio::test]
    async fn the_hash_is_argon2id_with_a_salt_of_its_own() {
        let passwords = Passwords::default();
        let (one, two) = (passwords.hash("Ab123456".to_owned()).await.unwrap(), passwords.hash("Ab123456".to_owned()).await.unwrap());
        assert!(one.0.starts_with("$argon2id$"));
        assert_ne!(one, two);
    }
}
