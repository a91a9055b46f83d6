//! Lists of phone numbers.

use super::access::Caller;
use super::{Error, Listing, Result, Service, total};
use crate::domain::text::Label;
use crate::domain::{Account, Permission, PhoneList, PhoneListId, phone};
use crate::store::{self, Conn, Page};

impl Service {
    /// The lists whose name has `q` in it.
    ///
    /// # Errors
    /// [`Error::Permission`].
    pub async fn phone_lists(&self, caller: &Caller, q: Option<String>, page: Page) -> Result<Listing<PhoneList>> {
        caller.require(Permission::PhoneLists)?;
        let mut conn = self.store().read().await?;
        let rows = store::phone_list::list(&mut conn, caller.account_id(), q.as_deref(), page).await?;
        let count = store::phone_list::count(&mut conn, caller.account_id(), q.as_deref()).await?;
        Ok(Listing { rows, total: total(page, count) })
    }

    /// One list.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn phone_list(&self, caller: &Caller, id: PhoneListId) -> Result<PhoneList> {
        caller.require(Permission::PhoneLists)?;
        let mut conn = self.store().read().await?;
        store::phone_list::get(&mut conn, caller.account_id(), id).await?.ok_or(Error::NotFound("phone list"))
    }

    /// Makes an empty list.
    ///
    /// # Errors
    /// [`Error::Permission`].
    pub async fn create_phone_list(&self, caller: &Caller, name: Label) -> Result<PhoneList> {
        caller.require(Permission::PhoneLists)?;
        let account = caller.account_id();
        let id = self.store().write(move |conn| Box::pin(async move { store::phone_list::insert(conn, account, &name).await })).await?;
        self.phone_list(caller, id).await
    }

    /// Renames a list; none to leave it as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn update_phone_list(&self, caller: &Caller, id: PhoneListId, name: Option<Label>) -> Result<PhoneList> {
        caller.require(Permission::PhoneLists)?;
        let account = caller.account_id();
        if let Some(name) = name {
            let renamed =
                self.store().write(move |conn| Box::pin(async move { store::phone_list::rename(conn, account, id, &name).await }));
            renamed.await?;
        }
        self.phone_list(caller, id).await
    }

    /// Deletes a list. Its leads go in the background, a few at a time: a million at once would keep every other change waiting.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`]; [`Error::Conflict`] for the list of numbers that are not called.
    pub async fn delete_phone_list(&self, caller: &Caller, id: PhoneListId) -> Result<()> {
        caller.require(Permission::PhoneLists)?;
        let account = caller.account_id();
        self.store().write(move |conn| Box::pin(async move { store::phone_list::delete(conn, account, id).await })).await?;
        self.sweep(id);
        Ok(())
    }

    /// Takes up what an earlier run of ccgate left: the leads of deleted lists, and imports that can run no more. To be called once, before the
    /// first request.
    ///
    /// # Errors
    /// The store's.
    pub async fn resume_phone_lists(&self) -> Result<()> {
        let now = self.clock().now();
        let ended = self.store().write(move |conn| {
            Box::pin(async move {
                store::lead_import::end_running(conn, now, "ccgate was stopped; send the whole again, what is there already is updated")
                    .await
            })
        });
        ended.await?;
        for id in store::phone_list::deleted(&mut *self.store().read().await?).await? {
            self.sweep(id);
        }
        Ok(())
    }

    fn sweep(&self, id: PhoneListId) {
        let store = self.store().clone();
        tokio::spawn(async move {
            loop {
                match store.write(move |conn| Box::pin(async move { store::lead::sweep(conn, id).await })).await {
                    Ok(false) => {}
                    Ok(true) | Err(store::Error::Closed) => return,
                    // It is taken up at the next start.
                    Err(error) => return tracing::error!(%error, list = %id, "the leads of a deleted list cannot be removed"),
                }
            }
        });
    }
}

/// Whether the account does not call this number, as it is dialled from its country.
///
/// # Errors
/// The store's.
pub async fn is_on_dnc(conn: &mut Conn, account: &Account, number: &str) -> Result<bool, store::Error> {
    let (Some(list), Ok(number)) = (account.settings.dnc_list_id, phone::normalise(number, &account.settings.country)) else {
        return Ok(false);
    };
    store::lead::contains(conn, account.id, list, &number).await
}
