//! Who asks, and what it may do.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::Service;
use super::countries::Countries;
use super::error::{Error, Result};
use crate::domain::permission::{self, Permissions};
use crate::domain::{Account, AccountId, KeyId, Permission, QueueId, SessionId, User, UserId};
use crate::store;

/// An authenticated user and its account. Every verb takes one, and every store call its account.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Its account.
    pub account: Account,
    /// Itself.
    pub user: User,
    /// What its permission group gives.
    pub group: Option<Permissions>,
    /// How it said who it is.
    pub proof: Proof,
}

/// How a caller said who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// By a key, for which it needs the permission `cc_api`.
    Key(KeyId),
    /// By a token of a key: as by the key, for as long as its session lasts.
    Token(SessionId),
    /// By a session.
    Session(SessionId),
    /// By its password, with this very request.
    Password,
}

impl Proof {
    /// Whether it may what a key may.
    pub fn is_of_key(self) -> bool {
        matches!(self, Self::Key(_) | Self::Token(_))
    }
}

impl Caller {
    /// The account that it may see.
    pub fn account_id(&self) -> AccountId {
        self.account.id
    }

    /// Whether it has a permission.
    pub fn may(&self, permission: Permission) -> bool {
        permission::allowed(permission, self.group.as_ref(), &self.user.permissions)
    }

    /// # Errors
    /// [`Error::Permission`] when it has not.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.may(permission) { Ok(()) } else { Err(Error::Permission(permission)) }
    }

    /// Whether the user allows itself to be used from `client`, none when the address is not known. A limit that cannot be checked refuses.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub(super) fn check_place(&self, client: Option<IpAddr>, countries: &Countries) -> Result<()> {
        let networks = &self.user.settings.allowed_ips;
        if !networks.is_empty() && !client.is_some_and(|client| networks.iter().any(|network| network.contains(&client))) {
            return Err(Error::Forbidden("this user may not log in or use its keys from this address"));
        }
        let limit = &self.user.settings.geo_limit;
        if limit.is_empty() {
            return Ok(());
        }
        if !countries.are_known() {
            return Err(Error::Forbidden("this user is limited to certain countries, and no country database is configured"));
        }
        match client.and_then(|client| countries.of(client)) {
            Some(country) if limit.contains(&country) => Ok(()),
            _ => Err(Error::Forbidden("this user may not log in or use its keys from this country")),
        }
    }

    /// Whom a live verb is about: itself when nobody is named; somebody else needs `agents`.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn acts_on(&self, user: Option<UserId>) -> Result<UserId> {
        let user = user.unwrap_or(self.user.id);
        if user == self.user.id || self.may(Permission::Agents) {
            return Ok(user);
        }
        Err(Error::Forbidden("without the permission agents a user acts on itself only"))
    }

    /// Checks that somebody's permissions are no more than the caller's own, so that nobody rises by a key, a password or a group.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn outranks(&self, group: Option<&Permissions>, overrides: &Permissions) -> Result<()> {
        let more = Permission::ALL.into_iter().any(|one| permission::allowed(one, group, overrides) && !self.may(one));
        if more { Err(Error::Forbidden("that user or group has, or would have, permissions that you do not have")) } else { Ok(()) }
    }
}

impl Service {
    /// Whether the caller may be shown what these users and queues do: another user takes `supervise`.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub(super) async fn may_watch(&self, caller: &Caller, users: &BTreeSet<UserId>, queues: &BTreeSet<QueueId>) -> Result<()> {
        let (account, mut conn) = (caller.account_id(), self.store().read().await?);
        for &user in users.iter().filter(|user| **user != caller.user.id) {
            caller.require(Permission::Supervise)?;
            store::user::get(&mut conn, account, user).await?.ok_or(Error::NotFound("user"))?;
        }
        for &queue in queues {
            store::queue::get(&mut conn, account, queue).await?.ok_or(Error::NotFound("queue"))?;
        }
        Ok(())
    }
}
