//! Users.

mod view;

use super::access::Caller;
use super::adoption::not_managed;
use super::agents::changes::{Saved, check_out_in, memberships_changed_in};
use super::logins::log_out_in;
use super::password::Hashes;
use super::{Applied, Edit, Error, Result, Service, references};
use crate::clock::Millis;
use crate::domain::text::Label;
use crate::domain::user::{PasswordHash, Settings};
use crate::domain::{AccountId, Membership, Permission, User, UserId};
use crate::store::{self, Conn};

pub use view::UserView;

/// Which users are listed.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// Part of the name, username or email.
    pub q: Option<String>,
    /// Only agents.
    pub agents_only: bool,
}

/// What changes with a user, besides its row.
#[derive(Clone, Debug, Default)]
pub struct UserExtras {
    /// A new password.
    pub password: Option<String>,
    /// All its memberships.
    pub memberships: Option<Vec<Membership>>,
}

impl Service {
    /// A user before its fields are set: active, no agent, no group.
    pub fn user_draft(&self, caller: &Caller, name: Label) -> User {
        draft(caller.account_id(), name, self.clock().now())
    }

    /// Makes a user. The id in `memberships` is replaced by the new one.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a weak password or an unknown group or queue, [`Error::Conflict`] for a username or email in use,
    /// [`Error::Forbidden`] for permissions that the caller does not have.
    pub async fn create_user(
        &self,
        caller: &Caller,
        mut user: User,
        password: String,
        memberships: Vec<Membership>,
    ) -> Result<(UserView, Applied)> {
        caller.require(Permission::Users)?;
        let configure = self.configure()?;
        set_password(&mut user, self.0.passwords.hash(password).await?);
        let granting = caller.clone();
        let id = self.store().write(move |conn| {
            Box::pin(async move {
                check_grant(conn, &granting, &user).await?;
                references::check(conn, user.account_id, &[], &user.settings.references()).await?;
                let id = store::user::insert(conn, &new_row(&user)).await?;
                replace_memberships(conn, user.account_id, id, &memberships).await?;
                Ok::<_, Error>(id)
            })
        });
        let id = id.await?;
        let applied = configure.apply().await;
        Ok((self.user_view(caller.account_id(), id).await?, applied))
    }

    /// Changes a user. One that is not active, or no agent, any more is checked out; one that lost a queue leaves it.
    ///
    /// # Errors
    /// As [`Service::create_user`], and [`Error::NotFound`].
    pub async fn update_user(&self, caller: &Caller, id: UserId, extras: UserExtras, edit: Edit<User>) -> Result<(UserView, Applied)> {
        caller.require(Permission::Users)?;
        let configure = self.configure()?;
        let account = caller.account_id();
        if id != caller.user.id {
            self.check_rank(caller, id).await?;
        }
        let new_password = match extras.password {
            Some(password) => Some(self.0.passwords.hash(password).await?),
            None => None,
        };
        let (granting, now, managed) = (caller.clone(), self.clock().now(), self.manages(id));
        let saved = self.store().write(move |conn| {
            Box::pin(async move {
                let mut user = store::user::get(conn, account, id).await?.ok_or(Error::NotFound("user"))?;
                let before = user.clone();
                edit(&mut user)?;
                if !(managed || user.active && user.is_agent) {
                    return Err(not_managed(&format!("user {id}"), "one of its queues"));
                }
                if let Some(hashes) = new_password {
                    set_password(&mut user, hashes);
                }
                if user.password_hash != before.password_hash || !user.active {
                    log_out_in(conn, account, id).await?;
                }
                if (&user.pgroup_id, &user.permissions) != (&before.pgroup_id, &before.permissions) {
                    check_grant(conn, &granting, &user).await?;
                }
                references::check(conn, account, &before.settings.references(), &user.settings.references()).await?;
                store::user::update(conn, &user).await?;
                if let Some(memberships) = extras.memberships {
                    replace_memberships(conn, account, id, &memberships).await?;
                }
                // Of a user that was no agent nothing can be under way.
                match (user.active && user.is_agent, before.is_agent) {
                    (true, _) => memberships_changed_in(conn, account, id, now).await,
                    (false, true) => check_out_in(conn, account, id, now).await,
                    (false, false) => Ok(None),
                }
            })
        });
        let saved: Option<Saved> = saved.await?;
        self.publish(saved.iter());
        let applied = configure.apply_and_withdraw(saved).await?;
        Ok((self.user_view(account, id).await?, applied))
    }

    /// Checks a user out and deletes it. A call it is in goes on.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`]; [`Error::Conflict`] for the caller itself.
    pub async fn delete_user(&self, caller: &Caller, id: UserId) -> Result<Applied> {
        caller.require(Permission::Users)?;
        let configure = self.configure()?;
        if id == caller.user.id {
            return Err(Error::Conflict("a user cannot delete itself".to_owned()));
        }
        if !self.manages(id) {
            return Err(not_managed(&format!("user {id}"), "one of its queues"));
        }
        self.check_rank(caller, id).await?;
        let (account, now) = (caller.account_id(), self.clock().now());
        let saved = self.store().write(move |conn| {
            Box::pin(async move {
                let saved = check_out_in(conn, account, id, now).await?;
                log_out_in(conn, account, id).await?;
                if store::user::delete(conn, account, id).await? { Ok(saved) } else { Err(Error::NotFound("user")) }
            })
        });
        let saved: Option<Saved> = saved.await?;
        self.publish(saved.iter());
        configure.apply_and_withdraw(saved).await
    }
}

/// Both hashes are of one password, always.
pub(super) fn set_password(user: &mut User, hashes: Hashes) {
    user.password_hash = hashes.plain;
    user.password_md5_hash = Some(hashes.md5);
}

/// A user before its fields are set.
pub(super) fn draft(account_id: AccountId, name: Label, now: Millis) -> User {
    User {
        id: UserId(0),
        account_id,
        name,
        username: String::new(),
        email: String::new(),
        password_hash: PasswordHash(String::new()),
        password_md5_hash: None,
        active: true,
        is_agent: false,
        pgroup_id: None,
        permissions: Default::default(),
        created_at: now,
        last_login_at: None,
        settings: Settings::default(),
    }
}

/// The row of a user that is to be made.
pub(super) fn new_row(user: &User) -> store::user::New {
    let user = user.clone();
    store::user::New {
        account_id: user.account_id,
        name: user.name,
        username: user.username,
        email: user.email,
        password_hash: user.password_hash,
        password_md5_hash: user.password_md5_hash,
        active: user.active,
        is_agent: user.is_agent,
        pgroup_id: user.pgroup_id,
        permissions: user.permissions,
        created_at: user.created_at,
        settings: user.settings,
    }
}

/// Checks that the user's group is there, and that nobody gets what the caller does not have.
async fn check_grant(conn: &mut Conn, caller: &Caller, user: &User) -> Result<()> {
    let group = match user.pgroup_id {
        Some(id) => {
            let group = store::pgroup::get(conn, user.account_id, id).await?;
            Some(group.ok_or_else(|| Error::invalid("pgroup_id", "must be the id of a permission group, or 0 for none"))?)
        }
        None => None,
    };
    caller.outranks(group.as_ref().map(|group| &group.permissions), &user.permissions)
}

async fn replace_memberships(conn: &mut Conn, account: AccountId, user: UserId, memberships: &[Membership]) -> Result<()> {
    store::membership::replace_for_user(conn, account, user, memberships).await.map_err(|error| match error {
        store::Error::Missing("queue") => Error::invalid("queue_perms", "names a queue that is not there"),
        store::Error::Missing("time group") => Error::invalid("timegroup_id", "must be the id of a time group of this account"),
        other => other.into(),
    })
}
