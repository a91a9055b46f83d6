//! API keys: who asks, and their making and revoking.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::access::{Caller, Proof};
use super::secret::{Secret, key_hash};
use super::{Error, Listing, Result, Service};
use crate::clock::Millis;
use crate::domain::text::Label;
use crate::domain::{Account, AccountId, KeyId, Permission, User, UserId};
use crate::store::{self, Conn};

pub use crate::store::key::Key as KeyView;

/// The last use of a key is written at most so often.
const TOUCH_EVERY_MS: i64 = 60_000;
/// The most keys a user has.
const KEYS_MAX: usize = 50;

/// When a key's last use was written, so that a request costs no commit.
#[derive(Debug, Default)]
pub(super) struct LastUse(Mutex<HashMap<KeyId, Millis>>);

impl LastUse {
    /// Whether it is time to write it again; then it counts as written.
    fn is_due(&self, key: KeyId, now: Millis) -> bool {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = written.get(&key).is_none_or(|&at| now.since(at) >= TOUCH_EVERY_MS);
        if due {
            written.insert(key, now);
        }
        due
    }
}

impl Service {
    /// Who has this key. Whether it may use it from where it is, is [`Service::admit`]'s to say.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] for a wrong key or a user that is not active; [`Error::Blocked`] for a wrong key from where there were many.
    pub async fn authenticate(&self, key: &str, client: Option<IpAddr>) -> Result<Arc<Caller>> {
        // Before anything is read: what is read is of this moment or later.
        let (hash, version) = (key_hash(key), self.store().people_version());
        let caller = match self.0.callers.get(version, &hash) {
            Some(caller) => caller,
            None => {
                let mut conn = self.store().read().await?;
                let Some((key_id, user, account)) = store::key::by_hash(&mut conn, &hash).await? else {
                    drop(conn);
                    return Err(self.wrong_key(client).await);
                };
                let caller = Arc::new(caller(&mut conn, user, account, Proof::Key(key_id)).await?);
                self.0.callers.put(version, hash, caller.clone());
                caller
            }
        };
        if let Proof::Key(key_id) = caller.proof {
            self.note_use(caller.account_id(), key_id);
        }
        Ok(caller)
    }

    /// Whether the caller may call at all, from `client` (none when the address is not known).
    ///
    /// # Errors
    /// [`Error::Forbidden`] from a place that the user does not allow; [`Error::Permission`] for a key without `cc_api`.
    pub fn admit(&self, caller: &Caller, client: Option<IpAddr>) -> Result<()> {
        caller.check_place(client, &self.0.parts.countries)?;
        if caller.proof.is_of_key() { caller.require(Permission::CcApi) } else { Ok(()) }
    }

    /// Who a caller is by now, for a request that lasts.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] when its key was revoked, its session is over, or it is not active; [`Error::Permission`] as [`Service::admit`].
    pub(super) async fn authenticate_again(&self, before: &Caller) -> Result<Caller> {
        let (account, user, now) = (before.account_id(), before.user.id, self.clock().now());
        let mut conn = self.store().read().await?;
        let good = match before.proof {
            Proof::Key(key) => store::key::list(&mut conn, account, user).await?.iter().any(|one| one.id == key),
            // That of a token ends with its key.
            Proof::Session(session) | Proof::Token(session) => store::session::is_on(&mut conn, account, user, session, now).await?,
            Proof::Password => false,
        };
        let user = store::user::get(&mut conn, account, user).await?.filter(|_| good).ok_or(Error::Unauthorized)?;
        let account = store::account::get(&mut conn, account).await?.ok_or(Error::Unauthorized)?;
        let by_now = caller(&mut conn, user, account, before.proof).await?;
        if by_now.proof.is_of_key() {
            by_now.require(Permission::CcApi)?;
        }
        Ok(by_now)
    }

    /// Off the request's path, and rarely; that it fails costs nothing but a date.
    fn note_use(&self, account: AccountId, key: KeyId) {
        let now = self.clock().now();
        if !self.0.last_use.is_due(key, now) {
            return;
        }
        let store = self.store().clone();
        tokio::spawn(async move {
            let noted: Result<(), store::Error> =
                store.write(move |conn| Box::pin(async move { store::key::touch(conn, account, key, now).await })).await;
            if let Err(error) = noted {
                tracing::warn!(%error, "the last use of a key was not noted");
            }
        });
    }

    /// A user's keys.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn keys(&self, caller: &Caller, user: UserId) -> Result<Listing<KeyView>> {
        if user != caller.user.id {
            caller.require(Permission::Users)?;
        }
        let mut conn = self.store().read().await?;
        store::user::get(&mut conn, caller.account_id(), user).await?.ok_or(Error::NotFound("user"))?;
        Ok(Listing { rows: store::key::list(&mut conn, caller.account_id(), user).await?, total: None })
    }

    /// Makes a key; it is given this once.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`]; [`Error::Forbidden`] for a user that may do more than the caller; [`Error::Conflict`] for
    /// too many.
    pub async fn create_key(&self, caller: &Caller, user: UserId, name: Option<Label>) -> Result<(KeyView, Secret)> {
        caller.require(Permission::Users)?;
        self.check_rank(caller, user).await?;
        let key = Secret::new_key();
        let new = store::key::New {
            account_id: caller.account_id(),
            user_id: user,
            name: name.map_or_else(|| "API key".to_owned(), |name| name.to_string()),
            prefix: key.prefix(),
            hash: key_hash(key.expose()),
            created_at: self.clock().now(),
        };
        let view = self.store().write(move |conn| {
            Box::pin(async move {
                if store::key::list(conn, new.account_id, user).await?.len() >= KEYS_MAX {
                    return Err(Error::Conflict(format!("a user has at most {KEYS_MAX} keys; revoke one first")));
                }
                let id = store::key::insert(conn, &new).await?;
                let store::key::New { user_id, name, prefix, created_at, .. } = new;
                Ok(KeyView { id, user_id, name, prefix, created_at, last_used_at: None })
            })
        });
        Ok((view.await?, key))
    }

    /// Revokes a key.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn revoke_key(&self, caller: &Caller, user: UserId, key: KeyId) -> Result<()> {
        caller.require(Permission::Users)?;
        if user != caller.user.id {
            self.check_rank(caller, user).await?;
        }
        let account = caller.account_id();
        let revoked = self.store().write(move |conn| Box::pin(async move { store::key::delete(conn, account, user, key).await }));
        if revoked.await? { Ok(()) } else { Err(Error::NotFound("key")) }
    }

    /// Checks that the user may do no more than the caller: its key or password would be a way up.
    pub(super) async fn check_rank(&self, caller: &Caller, user: UserId) -> Result<()> {
        let mut conn = self.store().read().await?;
        let user = store::user::get(&mut conn, caller.account_id(), user).await?.ok_or(Error::NotFound("user"))?;
        let group = match user.pgroup_id {
            Some(id) => store::pgroup::get(&mut conn, caller.account_id(), id).await?,
            None => None,
        };
        caller.outranks(group.as_ref().map(|group| &group.permissions), &user.permissions)
    }
}

/// A user that has said who it is.
///
/// # Errors
/// [`Error::Unauthorized`] when it is not active.
pub(super) async fn caller(conn: &mut Conn, user: User, account: Account, proof: Proof) -> Result<Caller> {
    if !user.active {
        return Err(Error::Unauthorized);
    }
    let group = match user.pgroup_id {
        Some(id) => store::pgroup::get(conn, account.id, id).await?.map(|group| group.permissions),
        None => None,
    };
    Ok(Caller { account, user, group, proof })
}
