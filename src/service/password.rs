//! Passwords of users: the rule, and argon2id away from the async threads.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::{self, Decimal, Ident, Output, ParamsString, PasswordHasher, PasswordVerifier as _, Salt, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::{Error, Result};
use super::secret::md5_hex;
use crate::domain::user::PasswordHash;

/// The fewest characters of a password.
pub(super) const MIN_CHARS: usize = 8;
/// The most; more would only cost time.
pub(super) const MAX_CHARS: usize = 256;
/// Hashes worked out at once: each takes 19 MB and a core.
const AT_ONCE: usize = 2;
/// Hashes that may wait for their turn.
const WAITING: usize = 64;
/// What is verified where there is no user: as much work as a user's own, and nobody knows its password.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdA$Jt3hMzs7BHR8mEzGRcCiKvoVGtGkrFFHFxQVVTyYfgE";

/// A password as it is sent.
#[derive(Clone)]
pub enum PasswordGiven {
    /// Itself.
    Plain(String),
    /// Its MD5 in hex, of either case.
    Md5Hex(String),
}

impl std::fmt::Debug for PasswordGiven {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordGiven(…)")
    }
}

/// What is stored of a password.
#[derive(Clone, Debug)]
pub(super) struct Hashes {
    /// Of itself.
    pub plain: PasswordHash,
    /// Of its MD5 in lowercase hex.
    pub md5: PasswordHash,
}

/// Hashes and verifies passwords, a bounded number at once.
#[derive(Clone, Debug)]
pub(super) struct Passwords {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// At most [`AT_ONCE`], those that nobody uses.
    hashers: Arc<Mutex<Vec<Hasher>>>,
    verified: Arc<AtomicU64>,
}

/// The right to work out one hash. It goes with the work, which ends by itself when nobody waits for it any more.
#[derive(Debug)]
pub(super) struct Turn {
    _running: OwnedSemaphorePermit,
    _waiting: OwnedSemaphorePermit,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            running: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
            hashers: Arc::default(),
            verified: Arc::default(),
        }
    }
}

impl Passwords {
    /// Waits for a turn.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait.
    pub(super) async fn turn(&self) -> Result<Turn> {
        let waiting = self.waiting.clone().try_acquire_owned().map_err(|_| Error::Busy)?;
        let running = self.running.clone().acquire_owned().await.map_err(|_| Error::Busy)?;
        Ok(Turn { _running: running, _waiting: waiting })
    }

    /// Checks the rule and hashes.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it breaks the rule; [`Error::Busy`] when too many wait.
    pub(super) async fn hash(&self, password: String) -> Result<Hashes> {
        check(&password)?;
        let turn = self.turn().await?;
        let both = move |with: &Hasher| Ok(Hashes { md5: hash(with, &md5_hex(&password))?, plain: hash(with, &password)? });
        let (hashes, _turn) = self.work(turn, both).await?;
        hashes.map_err(|error: password_hash::Error| Error::Internal(error.to_string()))
    }

    /// Whether it is the password of these hashes, none for nobody's. One hash is worked out, whoever asks for whom.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub(super) async fn verify(&self, turn: Turn, given: PasswordGiven, of: Option<PasswordHash>) -> Result<(bool, Turn)> {
        self.verified.fetch_add(1, Ordering::Relaxed);
        let text = match given {
            PasswordGiven::Plain(password) => password,
            PasswordGiven::Md5Hex(hex) => hex.to_ascii_lowercase(),
        };
        let known = of.is_some();
        let hash = of.map_or_else(|| NOBODYS.to_owned(), |hash| hash.0);
        let verify = move |with: &Hasher| {
            let hash = password_hash::PasswordHash::new(&hash)?;
            match with.verify_password(text.as_bytes(), &hash) {
                Err(password_hash::Error::Password) => Ok(false),
                verified => verified.map(|()| true),
            }
        };
        let (right, turn) = self.work(turn, verify).await?;
        let right = right.map_err(|error: password_hash::Error| Error::Internal(error.to_string()))?;
        Ok((right && known, turn))
    }

    async fn work<T: Send + 'static>(&self, turn: Turn, task: impl FnOnce(&Hasher) -> T + Send + 'static) -> Result<(T, Turn)> {
        let hashers = Arc::clone(&self.hashers);
        let work = move || {
            let kept = || hashers.lock().unwrap_or_else(PoisonError::into_inner);
            let hasher = kept().pop().unwrap_or_default();
            let done = task(&hasher);
            kept().push(hasher);
            (done, turn)
        };
        tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.to_string()))
    }

    /// How many passwords were verified since the start.
    pub(super) fn verified(&self) -> u64 {
        self.verified.load(Ordering::Relaxed)
    }
}

/// argon2id in memory that is kept for the next hash: what is freed, the allocator keeps and hands out in pieces, so that after some hundred hashes it had
/// asked for memory twenty times over.
#[derive(Default)]
struct Hasher {
    memory: RefCell<Vec<Block>>,
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hasher(…)")
    }
}

/// As [`Argon2`] does it, but for the memory.
impl PasswordHasher for Hasher {
    type Params = Params;

    fn hash_password_customized<'a>(
        &self,
        password: &[u8],
        algorithm: Option<Ident<'a>>,
        version: Option<Decimal>,
        params: Params,
        salt: impl Into<Salt<'a>>,
    ) -> password_hash::Result<password_hash::PasswordHash<'a>> {
        let algorithm = algorithm.map(Algorithm::try_from).transpose()?.unwrap_or_default();
        let version = version.map(Version::try_from).transpose()?.unwrap_or_default();
        let salt = salt.into();
        let mut salt_bytes = [0; Salt::MAX_LENGTH];
        let salt_bytes = salt.decode_b64(&mut salt_bytes)?;
        let mut memory = self.memory.borrow_mut();
        memory.resize(params.block_count(), Block::default());
        let argon2 = Argon2::new(algorithm, version, params.clone());
        let length_bytes = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let hash = Output::init_with(length_bytes, |out| {
            Ok(argon2.hash_password_into_with_memory(password, salt_bytes, out, memory.as_mut_slice())?)
        })?;
        let (version, params) = (Some(version.into()), ParamsString::try_from(&params)?);
        Ok(password_hash::PasswordHash { algorithm: algorithm.ident(), version, params, salt: Some(salt), hash: Some(hash) })
    }
}

fn hash(with: &Hasher, text: &str) -> Result<PasswordHash, password_hash::Error> {
    let salt: [u8; 16] = rand::random();
    let salt = SaltString::encode_b64(&salt)?;
    with.hash_password(text.as_bytes(), &salt).map(|hash| PasswordHash(hash.to_string()))
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
    async fn the_hashes_are_argon2id_with_salts_of_their_own_and_hold_no_md5() {
        let passwords = Passwords::default();
        let (one, two) = (passwords.hash("Ab123456".to_owned()).await.unwrap(), passwords.hash("Ab123456".to_owned()).await.unwrap());
        for hash in [&one.plain, &one.md5, &two.plain, &two.md5] {
            assert!(hash.0.starts_with("$argon2id$") && !hash.0.contains(&md5_hex("Ab123456")));
        }
        assert!(one.plain != two.plain && one.md5 != two.md5 && one.plain != one.md5);
    }

    #[tokio::test]
    async fn a_password_is_right_as_it_is_and_as_its_md5() {
        let passwords = Passwords::default();
        let hashes = passwords.hash("Ab123456".to_owned()).await.unwrap();
        let (plain, md5) = (hashes.plain, hashes.md5);
        let md5_of = |text: &str| PasswordGiven::Md5Hex(md5_hex(text).to_ascii_uppercase());
        let rows = [
            (PasswordGiven::Plain("Ab123456".to_owned()), Some(plain.clone()), true),
            (PasswordGiven::Plain("Ab123457".to_owned()), Some(plain.clone()), false),
            (md5_of("Ab123456"), Some(md5.clone()), true),
            (md5_of("Ab123457"), Some(md5.clone()), false),
            // What is stored is no password, and neither is the one hash for the other.
            (PasswordGiven::Plain(md5.0.clone()), Some(md5), false),
            (md5_of("Ab123456"), Some(plain), false),
            (PasswordGiven::Plain("Ab123456".to_owned()), None, false),
        ];
        for (at, (given, of, expected)) in rows.into_iter().enumerate() {
            let turn = passwords.turn().await.unwrap();
            assert_eq!(passwords.verify(turn, given, of).await.unwrap().0, expected, "row {at}");
            assert_eq!(passwords.verified(), at as u64 + 1);
        }
    }

    #[tokio::test]
    async fn a_hash_is_argon2s_own_and_memory_that_was_used_does_no_harm() {
        let passwords = Passwords::default();
        for _ in 0..2 {
            let hash = passwords.hash("Ab123456".to_owned()).await.unwrap().plain.0;
            let hash = password_hash::PasswordHash::new(&hash).unwrap();
            Argon2::default().verify_password(b"Ab123456", &hash).unwrap();
        }
        assert_eq!(passwords.hashers.lock().unwrap().len(), 1, "the one is used again");
    }

    #[tokio::test]
    async fn nobodys_hash_is_as_much_work_as_a_users() {
        let hashes = Passwords::default().hash("Ab123456".to_owned()).await.unwrap();
        let settings = |hash: &str| hash.rsplitn(3, '$').nth(2).map(str::to_owned);
        assert_eq!(settings(NOBODYS), settings(&hashes.plain.0));
        let nobodys = password_hash::PasswordHash::new(NOBODYS).unwrap();
        let users = password_hash::PasswordHash::new(&hashes.plain.0).unwrap();
        assert_eq!(nobodys.hash.map(|hash| hash.len()), users.hash.map(|hash| hash.len()));
    }
}
