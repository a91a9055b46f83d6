//! Permission groups.

use super::access::Caller;
use super::{Edit, Error, Listing, Result, Service};
use crate::domain::permission::{Permissions, Pgroup};
use crate::domain::text::Label;
use crate::domain::{Permission, PgroupId};
use crate::store::{self, Page};

impl Service {
    /// The groups whose name has `q` in it.
    ///
    /// # Errors
    /// [`Error::Permission`].
    pub async fn pgroups(&self, caller: &Caller, q: Option<String>, page: Page) -> Result<Listing<Pgroup>> {
        caller.require(Permission::Users)?;
        let mut conn = self.store().read().await?;
        let rows = store::pgroup::list(&mut conn, caller.account_id()).await?;
        Ok(Listing::named(rows, |group| &group.name, q, page))
    }

    /// One group.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn pgroup(&self, caller: &Caller, id: PgroupId) -> Result<Pgroup> {
        caller.require(Permission::Users)?;
        let mut conn = self.store().read().await?;
        store::pgroup::get(&mut conn, caller.account_id(), id).await?.ok_or(Error::NotFound("permission group"))
    }

    /// Makes a group.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a name in use, [`Error::Forbidden`] for permissions that the caller does not have.
    pub async fn create_pgroup(&self, caller: &Caller, name: Label, permissions: Permissions) -> Result<Pgroup> {
        caller.require(Permission::Users)?;
        caller.outranks(Some(&permissions), &Permissions::new())?;
        let new = store::pgroup::New { account_id: caller.account_id(), name, permissions };
        let id = self.store().write(move |conn| Box::pin(async move { store::pgroup::insert(conn, &new).await })).await?;
        self.pgroup(caller, id).await
    }

    /// Changes a group, for all who are in it. Only one that gives no more than the caller has, before and after.
    ///
    /// # Errors
    /// As [`Service::create_pgroup`], and [`Error::NotFound`].
    pub async fn update_pgroup(&self, caller: &Caller, id: PgroupId, edit: Edit<Pgroup>) -> Result<Pgroup> {
        caller.require(Permission::Users)?;
        let granting = caller.clone();
        let changed = self.store().write(move |conn| {
            Box::pin(async move {
                let group = store::pgroup::get(conn, granting.account_id(), id).await?;
                let mut group = group.ok_or(Error::NotFound("permission group"))?;
                granting.outranks(Some(&group.permissions), &Permissions::new())?;
                edit(&mut group)?;
                granting.outranks(Some(&group.permissions), &Permissions::new())?;
                store::pgroup::update(conn, &group).await?;
                Ok::<_, Error>(group)
            })
        });
        changed.await
    }

    /// Deletes a group that nobody is in.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`]; [`Error::Conflict`] that says who is in it.
    pub async fn delete_pgroup(&self, caller: &Caller, id: PgroupId) -> Result<()> {
        caller.require(Permission::Users)?;
        let account = caller.account_id();
        let deleted = self.store().write(move |conn| {
            Box::pin(async move {
                let users = store::user::list(conn, account, &store::user::Filter::default(), Page::default()).await?;
                if let Some(user) = users.into_iter().find(|user| user.pgroup_id == Some(id)) {
                    return Err(Error::Conflict(format!(
                        "user '{}' is still in this permission group; give it another one first",
                        user.name
                    )));
                }
                if store::pgroup::delete(conn, account, id).await? { Ok(()) } else { Err(Error::NotFound("permission group")) }
            })
        });
        deleted.await
    }
}
