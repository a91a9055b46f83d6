//! Extensions and DIDs.

use super::access::Caller;
use super::{Applied, Edit, Error, Listing, Result, Service, total};
use crate::domain::{Extension, ExtensionId, Permission};
use crate::store::{self, Page};

impl Service {
    /// The extensions that match.
    ///
    /// # Errors
    /// [`Error::Permission`].
    pub async fn extensions(&self, caller: &Caller, q: Option<String>, page: Page) -> Result<Listing<Extension>> {
        caller.require(Permission::Queues)?;
        let filter = store::extension::Filter { q };
        let mut conn = self.store().read().await?;
        let rows = store::extension::list(&mut conn, caller.account_id(), &filter, page).await?;
        let total = total(page, store::extension::count(&mut conn, caller.account_id(), &filter).await?);
        Ok(Listing { rows, total })
    }

    /// One extension.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn extension(&self, caller: &Caller, id: ExtensionId) -> Result<Extension> {
        caller.require(Permission::Queues)?;
        let mut conn = self.store().read().await?;
        store::extension::get(&mut conn, caller.account_id(), id).await?.ok_or(Error::NotFound("extension"))
    }

    /// Makes an extension.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a number in use, [`Error::Invalid`] for a target that is not there.
    pub async fn create_extension(&self, caller: &Caller, extension: Extension) -> Result<(Extension, Applied)> {
        caller.require(Permission::Queues)?;
        let configure = self.configure()?;
        let Extension { name, number, kind, target, .. } = extension;
        let new = store::extension::New { account_id: caller.account_id(), name, number, kind, target };
        let id =
            self.store().write(move |conn| Box::pin(async move { store::extension::insert(conn, &new).await.map_err(target_missing) }));
        let id = id.await?;
        let applied = configure.apply().await;
        Ok((self.extension(caller, id).await?, applied))
    }

    /// Changes an extension.
    ///
    /// # Errors
    /// As [`Service::create_extension`], and [`Error::NotFound`].
    pub async fn update_extension(&self, caller: &Caller, id: ExtensionId, edit: Edit<Extension>) -> Result<(Extension, Applied)> {
        caller.require(Permission::Queues)?;
        let configure = self.configure()?;
        let account = caller.account_id();
        let changed = self.store().write(move |conn| {
            Box::pin(async move {
                let mut extension = store::extension::get(conn, account, id).await?.ok_or(Error::NotFound("extension"))?;
                edit(&mut extension)?;
                store::extension::update(conn, &extension).await.map_err(target_missing)?;
                Ok::<_, Error>(extension)
            })
        });
        let changed = changed.await?;
        Ok((changed, configure.apply().await))
    }

    /// Deletes an extension.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn delete_extension(&self, caller: &Caller, id: ExtensionId) -> Result<Applied> {
        caller.require(Permission::Queues)?;
        let configure = self.configure()?;
        let account = caller.account_id();
        let deleted = self.store().write(move |conn| Box::pin(async move { store::extension::delete(conn, account, id).await }));
        if deleted.await? { Ok(configure.apply().await) } else { Err(Error::NotFound("extension")) }
    }
}

fn target_missing(error: store::Error) -> Error {
    match error {
        store::Error::Missing(kind @ ("device" | "user" | "queue" | "voicemail box")) => {
            Error::invalid("target_id", format!("must be the id of a {kind} of this account"))
        }
        other => other.into(),
    }
}
