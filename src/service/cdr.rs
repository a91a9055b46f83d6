//! The history of calls, and how long it is kept.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::access::Caller;
use super::{Error, Listing, Result, Service, total};
use crate::clock::Millis;
use crate::domain::Permission;
use crate::domain::call::Stay;
use crate::store::cdr::{Entry, Filter};
use crate::store::{self, Page};

/// Rows that are deleted at once; more would keep other writers waiting.
const FORGOTTEN_AT_ONCE: u32 = 500;
/// How often it is looked for what is too old.
const FORGET_EVERY: Duration = Duration::from_secs(3_600);
/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 3_600_000;

impl Service {
    /// A page of the legs that match, the newest first. Without `supervise` they are the caller's own.
    ///
    /// # Errors
    /// [`Error::Permission`] for another user's.
    pub async fn cdr(&self, caller: &Caller, filter: &Filter, page: Page) -> Result<Listing<Entry>> {
        let filter = &visible(caller, filter)?;
        let mut conn = self.store().read().await?;
        let rows = store::cdr::page(&mut conn, caller.account_id(), filter, page).await?;
        let total = match page.limit {
            Some(_) => total(page, store::cdr::count(&mut conn, caller.account_id(), filter).await?),
            None => None,
        };
        Ok(Listing { rows, total })
    }

    /// At most `limit` legs that match and come after `last`. A walk through the history holds no snapshot between two calls.
    ///
    /// # Errors
    /// As [`Service::cdr`].
    pub async fn cdr_after(&self, caller: &Caller, filter: &Filter, last: &Entry, limit: u32) -> Result<Vec<Entry>> {
        let filter = &visible(caller, filter)?;
        Ok(store::cdr::after(&mut *self.store().read().await?, caller.account_id(), filter, last, limit).await?)
    }

    /// One leg, and its stays in queues.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for another user's without `supervise`.
    pub async fn cdr_of(&self, caller: &Caller, uuid: &str) -> Result<(Entry, Vec<Stay>)> {
        let mut conn = self.store().read().await?;
        let entry = store::cdr::get(&mut conn, caller.account_id(), uuid).await?;
        let seen = |entry: &Entry| caller.may(Permission::Supervise) || entry.user_id == Some(caller.user.id);
        let entry = entry.filter(seen).ok_or(Error::NotFound("call"))?;
        let stays = store::leg::stays(&mut conn, caller.account_id(), uuid).await?;
        Ok((entry, stays))
    }

    /// Forgets what is too old, now and then, until `shutdown` is cancelled. `keep_days` 0 keeps it for ever.
    pub async fn keep_history(&self, keep_days: u32, shutdown: CancellationToken) {
        if keep_days == 0 {
            return shutdown.cancelled().await;
        }
        let mut look = interval(FORGET_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = look.tick() => {}
                () = shutdown.cancelled() => return,
            }
            if let Err(error) = self.forget_history_once(self.clock().now(), keep_days).await {
                tracing::warn!(%error, "what is too old of the history could not be deleted; trying again in an hour");
            }
        }
    }

    /// Deletes the legs, with their stays, the agents' spans and the repairs that ended more than `keep_days` before `now`, and the clicks to call that
    /// were asked for before then, some hundred to a transaction.
    ///
    /// # Errors
    /// When the database fails; what was deleted until then stays deleted.
    pub async fn forget_history_once(&self, now: Millis, keep_days: u32) -> Result<()> {
        let before = now.plus_ms(-i64::from(keep_days) * DAY_MS);
        let accounts = store::account::all(&mut *self.store().read().await?).await?;
        for account in accounts.into_iter().map(|account| account.id) {
            loop {
                let job = self.store().write(move |conn| {
                    Box::pin(async move {
                        let legs = store::cdr::forget(conn, account, before, FORGOTTEN_AT_ONCE).await?;
                        let spans = store::agent_span::forget(conn, account, before, FORGOTTEN_AT_ONCE).await?;
                        let repairs = store::repair::forget(conn, account, before, FORGOTTEN_AT_ONCE).await?;
                        let clicks = store::originate::forget(conn, account, before, FORGOTTEN_AT_ONCE).await?;
                        Ok::<_, store::Error>(legs.max(spans).max(repairs).max(clicks))
                    })
                });
                if job.await? < u64::from(FORGOTTEN_AT_ONCE) {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// What of a filter's legs the caller may see.
fn visible(caller: &Caller, filter: &Filter) -> Result<Filter> {
    if caller.may(Permission::Supervise) {
        return Ok(filter.clone());
    }
    match filter.user {
        Some(other) if other != caller.user.id => Err(Error::Permission(Permission::Supervise)),
        _ => Ok(Filter { user: Some(caller.user.id), ..filter.clone() }),
    }
}
