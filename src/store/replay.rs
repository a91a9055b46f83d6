//! Events that are sent again.

use super::event_list::{Filter, matching, seq_of};
use super::row::to_json;
use super::{Conn, Error, delivery};
use crate::domain::AccountId;

/// Sends an event again, in its place among those of its key that are still to be sent; one that is to be sent anyway, at once.
///
/// # Errors
/// [`Error::Missing`] for the event; [`Error::Database`].
pub async fn one(conn: &mut Conn, account: AccountId, id: &str) -> Result<(), Error> {
    let seq = seq_of(conn, account, id).await?;
    sqlx::query!("UPDATE delivery SET next_at = 0 WHERE event_seq = ? AND state = 'pending'", seq).execute(&mut *conn).await?;
    again(conn, account, &[seq]).await
}

/// Sends to the account's own address again those of the filter that were delivered or given up, or those that nobody wanted, when its state says so. How many they are;
/// none when they were more than `most`, and then nothing is done.
///
/// # Errors
/// [`Error::Database`].
pub async fn all(conn: &mut Conn, account: AccountId, filter: &Filter, most: u32) -> Result<Option<usize>, Error> {
    let mut query = matching("e.seq", account, filter);
    query.push(" AND e.hook_id = 0").push(match filter.state {
        None => " AND d.state IN ('done', 'dead')",
        Some(_) => " AND coalesce(d.state, 'none') NOT IN ('waiting', 'pending')",
    });
    query.push(" LIMIT ").push_bind(i64::from(most) + 1);
    let seqs: Vec<i64> = query.build_query_scalar().fetch_all(&mut *conn).await?;
    if i64::try_from(seqs.len()).unwrap_or(i64::MAX) > i64::from(most) {
        return Ok(None);
    }
    again(conn, account, &seqs).await?;
    Ok(Some(seqs.len()))
}

/// Queues these again, which are the account's; those that are queued are left as they are.
async fn again(conn: &mut Conn, account: AccountId, seqs: &[i64]) -> Result<(), Error> {
    let seqs = to_json("event.seq", &seqs)?;
    sqlx::query!(
        "INSERT INTO delivery (event_seq, account_id, hook_id, order_key, state, next_at)
         SELECT seq, account_id, hook_id, order_key, 'waiting', 0 FROM event WHERE account_id = ?1 AND seq IN (SELECT value FROM json_each(?2))
         ON CONFLICT DO UPDATE SET state = 'waiting', attempts = 0, last_error = NULL, next_at = 0 WHERE state IN ('done', 'dead')",
        account.0,
        seqs
    )
    .execute(&mut *conn)
    .await?;
    delivery::promote(conn, account).await
}
