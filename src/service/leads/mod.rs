//! The leads of a list. Their numbers are taken as they are dialled from the account's country.

mod import;

pub use import::{Import, RECORDED_ROWS_MIN, REFUSALS_MAX, Refusal, Report, WINDOW_ROWS_MAX};

use super::access::Caller;
use super::{Edit, Error, Listing, Result, Service, total};
use crate::domain::phone_list::LeadChange;
use crate::domain::{Lead, Permission, Phone, PhoneListId, phone};
use crate::store::lead::BATCH_ROWS_MAX;
use crate::store::lead_import::LeadImport;
use crate::store::{self, Page};

/// The most phones of one deletion: each is looked up in its country's plan while others wait.
const DELETED_AT_ONCE_MAX: usize = 10_000;

impl Service {
    /// A page of a list's leads: larger priorities first, then by phone.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn leads(&self, caller: &Caller, list: PhoneListId, page: Page) -> Result<Listing<Lead>> {
        caller.require(Permission::PhoneLists)?;
        let mut conn = self.store().read().await?;
        let count = store::phone_list::get(&mut conn, caller.account_id(), list).await?.ok_or(Error::NotFound("phone list"))?.list_rows;
        let rows = store::lead::page(&mut conn, caller.account_id(), list, page).await?;
        Ok(Listing { rows, total: total(page, count) })
    }

    /// At most `limit` leads that come after `last`. A walk over the list holds no snapshot between two calls: readers are few, and whoever
    /// walks may be slow.
    ///
    /// # Errors
    /// [`Error::Permission`]; [`Error::NotFound`] for a list that is not there any more.
    pub async fn leads_after(&self, caller: &Caller, list: PhoneListId, last: &Lead, limit: u32) -> Result<Vec<Lead>> {
        caller.require(Permission::PhoneLists)?;
        let mut conn = self.store().read().await?;
        // A list that was deleted meanwhile is not one that ends here.
        store::phone_list::owned(&mut conn, caller.account_id(), list).await?;
        Ok(store::lead::after(&mut conn, caller.account_id(), list, last, limit).await?)
    }

    /// Adds a lead, or changes what is sent of the one that is there.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the list, [`Error::Permission`].
    pub async fn add_lead(&self, caller: &Caller, list: PhoneListId, phone: Phone, change: LeadChange) -> Result<Lead> {
        caller.require(Permission::PhoneLists)?;
        let account = caller.account_id();
        let added = self.store().write(move |conn| {
            Box::pin(async move {
                let spellings = [phone.clone(), phone.clone()];
                store::lead::upsert(conn, account, list, &[(phone, change)]).await?;
                store::lead::get(conn, account, list, &spellings).await?.ok_or(Error::NotFound("lead"))
            })
        });
        added.await
    }

    /// Changes a lead, `phone` in whatever spelling.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`]; [`Error::Conflict`] for a new number that is in the list already.
    pub async fn update_lead(&self, caller: &Caller, list: PhoneListId, phone: &str, edit: Edit<Lead>) -> Result<Lead> {
        caller.require(Permission::PhoneLists)?;
        let account = caller.account_id();
        let spellings = phone::spellings(phone, &caller.account.settings.country).map_err(|_| Error::NotFound("lead"))?;
        let changed = self.store().write(move |conn| {
            Box::pin(async move {
                let mut lead = store::lead::get(conn, account, list, &spellings).await?.ok_or(Error::NotFound("lead"))?;
                let was = lead.phone.clone();
                edit(&mut lead)?;
                store::lead::update(conn, account, list, &was, &lead).await?;
                Ok(lead)
            })
        });
        changed.await
    }

    /// Deletes a lead, `phone` in whatever spelling.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn delete_lead(&self, caller: &Caller, list: PhoneListId, phone: &str) -> Result<()> {
        caller.require(Permission::PhoneLists)?;
        let phones = vec![phone.to_owned()];
        // What is no number is in no list.
        let deleted = self.delete_leads(caller, list, &phones).await.map_err(|error| match error {
            Error::Invalid { .. } => Error::NotFound("lead"),
            other => other,
        });
        if deleted? == 0 { Err(Error::NotFound("lead")) } else { Ok(()) }
    }

    /// Deletes the leads that are there, some thousand to a transaction; how many there were.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the list, [`Error::Permission`]; [`Error::Invalid`] for a text that is no number, with nothing deleted.
    pub async fn delete_leads(&self, caller: &Caller, list: PhoneListId, phones: &[String]) -> Result<u64> {
        caller.require(Permission::PhoneLists)?;
        if phones.len() > DELETED_AT_ONCE_MAX {
            return Err(Error::invalid("the body", format!("must name at most {DELETED_AT_ONCE_MAX} phones; send the others in another")));
        }
        let account = caller.account_id();
        let country = &caller.account.settings.country;
        let named =
            |(at, text): (usize, &String)| phone::spellings(text, country).map_err(|why| Error::invalid(format!("phone {at}"), why));
        let phones = phones.iter().enumerate().map(named).collect::<Result<Vec<_>>>()?;
        store::phone_list::owned(&mut *self.store().read().await?, account, list).await?;
        let mut deleted = 0;
        for chunk in phones.chunks(BATCH_ROWS_MAX) {
            let chunk = chunk.to_vec();
            let job = self.store().write(move |conn| Box::pin(async move { store::lead::delete(conn, account, list, &chunk).await }));
            deleted += job.await?;
        }
        Ok(deleted)
    }

    /// The long imports of a list, the newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the list, [`Error::Permission`].
    pub async fn lead_imports(&self, caller: &Caller, list: PhoneListId) -> Result<Vec<LeadImport>> {
        caller.require(Permission::PhoneLists)?;
        let mut conn = self.store().read().await?;
        store::phone_list::owned(&mut conn, caller.account_id(), list).await?;
        Ok(store::lead_import::list(&mut conn, caller.account_id(), list).await?)
    }
}
