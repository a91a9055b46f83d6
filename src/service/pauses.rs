//! Reasons for which agents take no calls.

use super::access::Caller;
use super::{Edit, Error, Listing, Result, Service};
use crate::domain::{Pause, PauseId, Permission};
use crate::store::{self, Page};

impl Service {
    /// The pauses; any caller may see them, as an agent needs them to pause.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn pauses(&self, caller: &Caller, q: Option<String>, page: Page) -> Result<Listing<Pause>> {
        let mut conn = self.store().read().await?;
        let rows = store::pause::list(&mut conn, caller.account_id()).await?;
        Ok(Listing::named(rows, |pause| &pause.name, q, page))
    }

    /// One pause.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn pause(&self, caller: &Caller, id: PauseId) -> Result<Pause> {
        let mut conn = self.store().read().await?;
        store::pause::get(&mut conn, caller.account_id(), id).await?.ok_or(Error::NotFound("pause"))
    }

    /// Makes a pause.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a name in use, [`Error::Permission`].
    pub async fn create_pause(&self, caller: &Caller, pause: Pause) -> Result<Pause> {
        caller.require(Permission::Queues)?;
        let Pause { account_id, name, color, max_seconds, paid, is_default, .. } = pause;
        let new = store::pause::New { account_id, name, color, max_seconds, paid, is_default, system: false };
        let id = self.store().write(move |conn| Box::pin(async move { store::pause::insert(conn, &new).await })).await?;
        self.pause(caller, id).await
    }

    /// Changes a pause.
    ///
    /// # Errors
    /// As [`Service::create_pause`], and [`Error::NotFound`].
    pub async fn update_pause(&self, caller: &Caller, id: PauseId, edit: Edit<Pause>) -> Result<Pause> {
        caller.require(Permission::Queues)?;
        let account = caller.account_id();
        let changed = self.store().write(move |conn| {
            Box::pin(async move {
                let mut pause = store::pause::get(conn, account, id).await?.ok_or(Error::NotFound("pause"))?;
                edit(&mut pause)?;
                store::pause::update(conn, &pause).await?;
                Ok::<_, Error>(())
            })
        });
        changed.await?;
        self.look_at_the_time();
        self.pause(caller, id).await
    }

    /// Deletes a pause that nobody is in.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`]; [`Error::Conflict`] for one that is used, or that ccgate itself sets.
    pub async fn delete_pause(&self, caller: &Caller, id: PauseId) -> Result<()> {
        caller.require(Permission::Queues)?;
        let account = caller.account_id();
        let deleted = self.store().write(move |conn| {
            Box::pin(async move {
                let pause = store::pause::get(conn, account, id).await?.ok_or(Error::NotFound("pause"))?;
                if pause.system {
                    return Err(Error::Conflict("this pause is set by the system itself and cannot be deleted".to_owned()));
                }
                store::pause::delete(conn, account, id).await?;
                Ok(())
            })
        });
        deleted.await
    }
}
