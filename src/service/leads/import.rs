//! Many leads at once, as many as may come, in little memory and without keeping other writers waiting.
//!
//! Rows are gathered in a window, sorted by phone there, and written some thousand to a transaction while the next window fills. Sorted,
//! because a transaction that hits the indexes everywhere writes most of their pages anew: a window makes a million leads many times cheaper.

use std::collections::BTreeMap;

use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinHandle;

use super::super::access::Caller;
use super::super::{Error, Result, Service};
use crate::domain::phone_list::LeadChange;
use crate::domain::{AccountId, ImportId, Permission, Phone, PhoneListId};
use crate::store;
use crate::store::lead::BATCH_ROWS_MAX;
use crate::store::lead_import::Tally;

/// The most rows of a window; there are two, one that fills and one that is written.
pub const WINDOW_ROWS_MAX: usize = 30_000;
/// The most bytes, as they came, of the rows of a window.
const WINDOW_BYTES_MAX: usize = 4 * 1024 * 1024;
/// With this row an import becomes one that is shown while it runs.
pub const RECORDED_ROWS_MIN: u64 = 1_000;
/// Refusals that are told one by one; the rest is counted.
pub const REFUSALS_MAX: usize = 1_000;

/// An import that takes rows.
pub struct Import {
    service: Service,
    account: AccountId,
    list: PhoneListId,
    long: Option<Long>,
    rows: u64,
    window: Window,
    writing: Option<JoinHandle<(Tally, Result<()>)>>,
    tally: Tally,
    refusals: Vec<Refusal>,
}

/// One that is shown, and of which only a few run at once.
struct Long {
    id: ImportId,
    _place: OwnedSemaphorePermit,
}

#[derive(Default)]
struct Window {
    /// What is sent of each phone, and in how many rows.
    leads: BTreeMap<Phone, (LeadChange, u64)>,
    bytes: usize,
}

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its place among the rows, from 0.
    pub index: u64,
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its number, as it came.
    pub phone: String,
    /// What is wrong and what to send instead.
    pub msg: String,
}

/// What became of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How many rows became what; of one that broke off, what was kept.
    pub tally: Tally,
    /// The first [`REFUSALS_MAX`] refusals.
    pub refusals: Vec<Refusal>,
}

impl Service {
    /// Begins an import. Nothing is written before a window is full, or [`Import::finish`].
    ///
    /// # Errors
    /// [`Error::NotFound`] for the list, [`Error::Permission`].
    pub async fn import_leads(&self, caller: &Caller, list: PhoneListId) -> Result<Import> {
        caller.require(Permission::PhoneLists)?;
        store::phone_list::owned(&mut *self.store().read().await?, caller.account_id(), list).await?;
        Ok(Import {
            service: self.clone(),
            account: caller.account_id(),
            list,
            long: None,
            rows: 0,
            window: Window::default(),
            writing: None,
            tally: Tally::default(),
            refusals: Vec::new(),
        })
    }
}

impl Import {
    /// Takes a row of so many bytes. Waits while a full window is before it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the list was deleted meanwhile; the store's.
    pub async fn take(&mut self, phone: Phone, change: LeadChange, bytes: usize) -> Result<()> {
        self.count().await?;
        let window = &mut self.window;
        window.bytes += bytes;
        match window.leads.get_mut(&phone) {
            Some((before, rows)) => {
                before.then(change);
                *rows += 1;
            }
            None => {
                window.leads.insert(phone, (change, 1));
            }
        }
        if window.leads.len() >= WINDOW_ROWS_MAX || window.bytes >= WINDOW_BYTES_MAX {
            self.turn().await?;
        }
        Ok(())
    }

    /// Notes a row that cannot be taken.
    ///
    /// # Errors
    /// As [`Import::take`].
    pub async fn refuse(&mut self, refusal: Refusal) -> Result<()> {
        self.count().await?;
        self.tally.refused += 1;
        if self.refusals.len() < REFUSALS_MAX {
            self.refusals.push(refusal);
        }
        Ok(())
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// As [`Import::take`].
    pub async fn finish(mut self) -> Result<Report> {
        self.turn().await?;
        self.written().await?;
        self.ended(None).await?;
        Ok(Report { tally: self.tally, refusals: self.refusals })
    }

    /// Ends an import that cannot go on. What was not written yet is dropped.
    ///
    /// # Errors
    /// The store's.
    pub async fn fail(mut self, why: String) -> Result<Report> {
        let written = self.written().await;
        self.ended(Some(why)).await?;
        written?;
        Ok(Report { tally: self.tally, refusals: self.refusals })
    }

    /// One more row; the one that makes it a long import waits for a place among those.
    async fn count(&mut self) -> Result<()> {
        self.rows += 1;
        if self.rows != RECORDED_ROWS_MIN {
            return Ok(());
        }
        let place = self.service.0.imports.clone().acquire_owned().await.map_err(|error| Error::Internal(error.to_string()))?;
        let (account, list, now) = (self.account, self.list, self.service.clock().now());
        let begun =
            self.service.store().write(move |conn| Box::pin(async move { store::lead_import::begin(conn, account, list, now).await }));
        self.long = Some(Long { id: begun.await?, _place: place });
        Ok(())
    }

    /// Gives the window to be written once the one before it is, and begins a new one.
    async fn turn(&mut self) -> Result<()> {
        self.written().await?;
        let window = std::mem::take(&mut self.window);
        let (service, account, list, import) = (self.service.clone(), self.account, self.list, self.long.as_ref().map(|long| long.id));
        let mut tally = self.tally;
        self.writing = Some(tokio::spawn(async move {
            let mut leads = window.leads.into_iter().peekable();
            while leads.peek().is_some() {
                let mut rows = 0;
                let batch: Vec<_> = leads.by_ref().take(BATCH_ROWS_MAX).inspect(|(_, (_, count))| rows += count).collect();
                let batch = batch.into_iter().map(|(phone, (change, _))| (phone, change)).collect();
                match service.write_leads(account, list, import, tally, rows, batch).await {
                    Ok(further) => tally = further,
                    Err(error) => return (tally, Err(error)),
                }
            }
            (tally, Ok(()))
        }));
        Ok(())
    }

    /// Waits for what is being written.
    async fn written(&mut self) -> Result<()> {
        if let Some(writing) = self.writing.take() {
            let refused = self.tally.refused;
            let (tally, result) = writing.await.map_err(|error| Error::Internal(error.to_string()))?;
            // Rows were refused while it was written.
            self.tally = Tally { refused, ..tally };
            result?;
        }
        Ok(())
    }

    async fn ended(&mut self, why: Option<String>) -> Result<()> {
        let Some(Long { id, .. }) = self.long else { return Ok(()) };
        let (account, tally, now) = (self.account, self.tally, self.service.clock().now());
        let ended = self.service.store().write(move |conn| {
            Box::pin(async move { store::lead_import::update(conn, account, id, tally, Some((now, why.as_deref()))).await })
        });
        Ok(ended.await?)
    }
}

impl Service {
    /// Writes leads of `rows` rows, and how far the import then is, in one transaction.
    async fn write_leads(
        &self,
        account: AccountId,
        list: PhoneListId,
        import: Option<ImportId>,
        tally: Tally,
        rows: u64,
        leads: Vec<(Phone, LeadChange)>,
    ) -> Result<Tally> {
        let written = self.store().write(move |conn| {
            Box::pin(async move {
                let added = store::lead::upsert(conn, account, list, &leads).await?;
                let tally = Tally { added: tally.added + added, updated: tally.updated + rows - added, ..tally };
                if let Some(import) = import {
                    store::lead_import::update(conn, account, import, tally, None).await?;
                }
                Ok::<_, store::Error>(tally)
            })
        });
        Ok(written.await?)
    }
}
