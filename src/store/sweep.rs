//! What goes by itself: events after their time, and the oldest deliveries of an account that has too many.

use super::endpoint::Address;
use super::{Conn, Error};
use crate::clock::Millis;
use crate::domain::AccountId;

/// Deletes the account's events from before `before`, with their deliveries and attempts, at most `limit` of them. None that is still to be
/// delivered. How many went; the last place of them is noted, for who comes back to a stream.
///
/// # Errors
/// [`Error::Database`].
pub async fn delete_events(conn: &mut Conn, account: AccountId, before: Millis, limit: u32) -> Result<u64, Error> {
    let gone = sqlx::query_scalar!(
        r#"DELETE FROM event WHERE seq IN (
             SELECT seq FROM event e WHERE account_id = ?1 AND at < ?2
               AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.event_seq = e.seq AND d.state IN ('waiting', 'pending'))
             ORDER BY at LIMIT ?3) RETURNING seq AS "seq!""#,
        account.0,
        before.0,
        limit
    );
    let gone = gone.fetch_all(&mut *conn).await?;
    let Some(last) = gone.iter().max() else { return Ok(0) };
    let noted = sqlx::query!(
        "INSERT INTO event_gone (account_id, seq) VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)",
        account.0,
        last
    );
    noted.execute(conn).await?;
    Ok(u64::try_from(gone.len()).unwrap_or(u64::MAX))
}

/// The addresses that something is still to be delivered to.
///
/// # Errors
/// [`Error::Database`].
pub async fn outstanding(conn: &mut Conn) -> Result<Vec<Address>, Error> {
    let rows = sqlx::query!("SELECT DISTINCT account_id, hook_id FROM delivery WHERE state IN ('waiting', 'pending')");
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| Address::of_row(row.account_id, row.hook_id)).collect())
}

/// The youngest of those deliveries to an address that are more than `most`, counted from the youngest; none when they are not so many.
///
/// # Errors
/// [`Error::Database`].
pub async fn last_too_many(conn: &mut Conn, address: Address, most: u32) -> Result<Option<i64>, Error> {
    let (account, hook) = address.row();
    let seq = sqlx::query_scalar!(
        r#"SELECT event_seq AS "event_seq!" FROM delivery WHERE account_id = ? AND hook_id = ? AND state IN ('waiting', 'pending')
           ORDER BY event_seq DESC LIMIT 1 OFFSET ?"#,
        account,
        hook,
        most
    );
    Ok(seq.fetch_optional(conn).await?)
}

/// Gives up what is not delivered to an address up to `last_seq`, the oldest first and at most `limit`. How many went.
///
/// # Errors
/// [`Error::Database`].
pub async fn give_up(conn: &mut Conn, address: Address, last_seq: i64, limit: u32, why: &str) -> Result<u64, Error> {
    let (account, hook) = address.row();
    let done = sqlx::query!(
        "UPDATE delivery SET state = 'dead', last_error = ?4 WHERE event_seq IN (
             SELECT event_seq FROM delivery WHERE account_id = ?1 AND hook_id = ?5 AND state IN ('waiting', 'pending') AND event_seq <= ?2
             ORDER BY event_seq LIMIT ?3)",
        account,
        last_seq,
        limit,
        why,
        hook
    );
    let gone = done.execute(&mut *conn).await?.rows_affected();
    if gone > 0 {
        super::delivery::promote(conn, address.account_id).await?;
    }
    Ok(gone)
}

/// Forgets replaced secrets that sign no more, of every account.
///
/// # Errors
/// [`Error::Database`].
pub async fn forget_secrets(conn: &mut Conn, now: Millis) -> Result<(), Error> {
    sqlx::query!("DELETE FROM retired_event_secret WHERE until <= ?", now.0).execute(conn).await?;
    Ok(())
}
