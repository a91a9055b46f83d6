//! Whose a key is, remembered for as long as nothing of that is changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::access::Caller;

/// The most keys that are remembered.
const KEYS_MAX: usize = 1_024;
/// What another process changes in the database is seen after so long.
const HOLDS: Duration = Duration::from_secs(1);

/// Callers by the SHA-256 of their keys.
#[derive(Debug, Default)]
pub(super) struct Callers(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    /// Of accounts, users, groups and keys: [`crate::store::Store::people_version`].
    version: u64,
    callers: HashMap<[u8; 32], (Arc<Caller>, Instant)>,
}

impl Callers {
    /// Whose this key is, as of `version`; none when that is to be looked up.
    pub(super) fn get(&self, version: u64, key: &[u8; 32]) -> Option<Arc<Caller>> {
        let remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (caller, at) = remembered.callers.get(key).filter(|_| remembered.version == version)?;
        (at.elapsed() < HOLDS).then(|| caller.clone())
    }

    /// It was looked up, when `version` held or later.
    pub(super) fn put(&self, version: u64, key: [u8; 32], caller: Arc<Caller>) {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.version != version || remembered.callers.len() >= KEYS_MAX {
            remembered.version = version;
            remembered.callers.clear();
        }
        remembered.callers.insert(key, (caller, Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Millis;
    use crate::domain::account::Settings;
    use crate::domain::number::Domain;
    use crate::domain::text::Label;
    use crate::domain::{Account, AccountId, KeyId};
    use crate::service::access::Proof;
    use crate::service::users::draft;

    fn caller() -> Arc<Caller> {
        let name = Label::new("One").unwrap();
        let account =
            Account { id: AccountId(1), name: name.clone(), domain: Domain::parse("one.example").unwrap(), settings: Settings::default() };
        Arc::new(Caller { user: draft(account.id, name, Millis(0)), account, group: None, proof: Proof::Key(KeyId(1)) })
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_is_known_until_people_change() {
        let callers = Callers::default();
        callers.put(1, [1; 32], caller());
        assert!(callers.get(1, &[1; 32]).is_some());
        assert!(callers.get(2, &[1; 32]).is_none() && callers.get(1, &[2; 32]).is_none());
        callers.put(2, [2; 32], caller());
        assert!(callers.get(2, &[1; 32]).is_none() && callers.get(1, &[1; 32]).is_none() && callers.get(2, &[2; 32]).is_some());
        tokio::time::advance(HOLDS).await;
        assert!(callers.get(2, &[2; 32]).is_none(), "another process may have written");
    }
}
