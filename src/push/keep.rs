//! What is kept: events for their time, and so many deliveries to an address that were not made yet.

use serde_json::json;

use super::record::of_address;
use crate::clock::Millis;
use crate::domain::event::PUSH_CAPPED;
use crate::store::endpoint::Address;
use crate::store::{self, Store, account, event, sweep};

/// Deliveries to an address that wait or are to be tried again; of more the oldest are given up. They can be replayed.
pub const OUTSTANDING_MAX: u32 = 100_000;
/// Rows that are deleted or given up in one job of the writer, which others wait for.
pub const ROWS_MAX: u32 = 500;
/// How long between one look and the next, in milliseconds.
pub const KEEP_EVERY_MS: u64 = 60_000;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Events that were deleted.
    pub deleted: u64,
    /// Deliveries that were given up.
    pub given_up: u64,
}

/// Deletes events from more than `retention_days` before `now`, and gives up what is more than `outstanding_max` of an address.
///
/// # Errors
/// Of the store; what was done before stays done.
pub async fn keep_once(store: &Store, now: Millis, retention_days: u32, outstanding_max: u32) -> Result<Kept, store::Error> {
    let before = now.plus_ms(-i64::from(retention_days) * DAY_MS);
    let mut kept = Kept::default();
    let outstanding = sweep::outstanding(&mut *store.read().await?).await?;
    for address in outstanding {
        kept.given_up += cap(store, address, now, outstanding_max).await?;
    }
    let accounts = account::all(&mut *store.read().await?).await?;
    for account in accounts {
        let id = account.id;
        loop {
            let deleted = store.write(move |conn| Box::pin(sweep::delete_events(conn, id, before, ROWS_MAX))).await?;
            kept.deleted += deleted;
            if deleted < u64::from(ROWS_MAX) {
                break;
            }
        }
    }
    store.write(move |conn| Box::pin(sweep::forget_secrets(conn, now))).await?;
    Ok(kept)
}

/// Gives up what is too much of an address, and tells of it with the last of it.
async fn cap(store: &Store, address: Address, now: Millis, most: u32) -> Result<u64, store::Error> {
    let last_too_many = sweep::last_too_many(&mut *store.read().await?, address, most).await?;
    let Some(last_seq) = last_too_many else { return Ok(0) };
    let mut given_up = 0;
    loop {
        let gone = store
            .write(move |conn| {
                Box::pin(async move {
                    let why = format!("given up: more than {most} events were waiting");
                    let gone = sweep::give_up(conn, address, last_seq, ROWS_MAX, &why).await?;
                    if gone < u64::from(ROWS_MAX) {
                        let data = json!({"given_up": given_up + gone, "outstanding_max": most});
                        event::append(conn, &[of_address(address, PUSH_CAPPED, now, data)]).await?;
                    }
                    Ok::<_, store::Error>(gone)
                })
            })
            .await?;
        given_up += gone;
        if gone < u64::from(ROWS_MAX) {
            tracing::warn!(account = %address.account_id, hook = ?address.hook_id, given_up, "more events were waiting for an address than are kept");
            return Ok(given_up);
        }
    }
}
