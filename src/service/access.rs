//! Who asks, and what it may do.

use std::net::IpAddr;

use super::error::{Error, Result};
use crate::domain::permission::{self, Permissions};
use crate::domain::{Account, AccountId, Permission, User, UserId};

/// An authenticated user and its account. Every verb takes one, and every store call its account.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Its account.
    pub account: Account,
    /// Itself.
    pub user: User,
    /// What its permission group gives.
    pub group: Option<Permissions>,
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

    /// Whether it may call at all, from `client` (none when the address is not known).
    ///
    /// # Errors
    /// [`Error::Forbidden`] from a place that the user does not allow; [`Error::Permission`] without `cc_api`.
    pub fn admit(&self, client: Option<IpAddr>) -> Result<()> {
        let networks = &self.user.settings.allowed_ips;
        if !networks.is_empty() && !client.is_some_and(|client| networks.iter().any(|network| network.contains(&client))) {
            return Err(Error::Forbidden("this user's keys may not be used from this address"));
        }
        // No database of countries can be configured yet, and a limit that cannot be checked refuses.
        if !self.user.settings.geo_limit.is_empty() {
            return Err(Error::Forbidden("this user is limited to certain countries, and no country database is configured"));
        }
        self.require(Permission::CcApi)
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
