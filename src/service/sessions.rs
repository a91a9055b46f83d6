//! Sessions of users.

use std::net::IpAddr;

use super::access::{Caller, Proof};
use super::keys::caller;
use super::password::PasswordGiven;
use super::secret::{Secret, key_hash};
use super::{Error, Result, Service};
use crate::domain::{AccountId, UserId};
use crate::store;
use crate::store::session::Found;

/// How long a session lives where neither the user nor the account says, in seconds.
const TTL_S: u32 = 86_400;
/// How long one lives that was begun with a key, in seconds.
pub const TOKEN_TTL_S: u32 = 3_600;

/// A session that has begun.
#[derive(Clone, Debug)]
pub struct Login {
    /// Who logged in.
    pub user_id: UserId,
    /// What the client sends from now on; it is given this once.
    pub ssid: Secret,
    /// How long it does, in seconds.
    pub session_ttl: u32,
}

impl Service {
    /// Begins a session. It ends after the time that holds now, whatever is set later.
    ///
    /// # Errors
    /// As [`Service::verify_login`].
    pub async fn login(&self, username: &str, password: String, client: Option<IpAddr>) -> Result<Login> {
        let Caller { account, user, .. } = self.verify_login(username, PasswordGiven::Plain(password), client).await?;
        let set = user.settings.overrides.or(account.settings.defaults);
        let session_ttl = set.session_ttl.filter(|&ttl_s| ttl_s > 0).unwrap_or(TTL_S);
        let (ssid, now) = (Secret::new_session(), self.clock().now());
        let new = store::session::New {
            account_id: account.id,
            user_id: user.id,
            key_id: None,
            hash: key_hash(ssid.expose()),
            created_at: now,
            expires_at: now.plus_ms(i64::from(session_ttl) * 1_000),
        };
        let user_id = user.id;
        let begun = self.store().write(move |conn| {
            Box::pin(async move {
                // What ended every session meanwhile must not be outlived by this one.
                let is = store::user::get(conn, user.account_id, user.id).await?;
                is.filter(|is| is.active && is.password_hash == user.password_hash).ok_or(Error::WrongLogin)?;
                store::session::insert(conn, &new).await?;
                Ok::<_, Error>(store::user::logged_in(conn, user.account_id, user.id, now).await?)
            })
        });
        begun.await?;
        Ok(Login { user_id, ssid, session_ttl })
    }

    /// Begins a session of [`TOKEN_TTL_S`] with a key: what its client sends may what the key may, and ends with it.
    ///
    /// # Errors
    /// As [`Service::authenticate`] and [`Service::admit`]; [`Error::Unauthorized`] for a key of another account.
    pub async fn begin_with_key(&self, account: AccountId, key: &str, client: Option<IpAddr>) -> Result<Secret> {
        let caller = self.authenticate(key, client).await?;
        let Proof::Key(key_id) = caller.proof else { return Err(Error::Unauthorized) };
        if caller.account_id() != account {
            return Err(Error::Unauthorized);
        }
        self.admit(&caller, client)?;
        let (token, now) = (Secret::new_session(), self.clock().now());
        let new = store::session::New {
            account_id: account,
            user_id: caller.user.id,
            key_id: Some(key_id),
            hash: key_hash(token.expose()),
            created_at: now,
            expires_at: now.plus_ms(i64::from(TOKEN_TTL_S) * 1_000),
        };
        let begun = self.store().write(move |conn| Box::pin(async move { store::session::insert(conn, &new).await }));
        match begun.await {
            Ok(()) => Ok(token),
            // The key was revoked meanwhile.
            Err(store::Error::Conflict(_)) => Err(Error::Unauthorized),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends the caller's session.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] for a caller without one.
    pub async fn logout(&self, caller: &Caller) -> Result<()> {
        let Proof::Session(session) = caller.proof else { return Err(Error::Unauthorized) };
        let account = caller.account_id();
        Ok(self.store().write(move |conn| Box::pin(async move { store::session::end(conn, account, session).await })).await?)
    }

    /// Whose session this is.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] for one that has ended or never was, or of a user that is not active.
    pub async fn authenticate_session(&self, ssid: &str) -> Result<Caller> {
        let now = self.clock().now();
        let mut conn = self.store().read().await?;
        let found = store::session::by_hash(&mut conn, &key_hash(ssid), now).await?;
        let Found { session, key, user, account } = found.ok_or(Error::Unauthorized)?;
        let proof = if key.is_some() { Proof::Token(session) } else { Proof::Session(session) };
        caller(&mut conn, user, account, proof).await
    }
}
