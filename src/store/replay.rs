//! Events that are sent again.

use super::event_list::{Filter, State, seq_of};
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
    let Filter { name, order_key, state, from, to } = filter;
    let (state, from, to) = (state.map(State::name), from.map_or(i64::MIN, |from| from.0), to.map_or(i64::MAX, |to| to.0));
    let limit = i64::from(most) + 1;
    let seqs = sqlx::query_scalar!(
        r#"SELECT e.seq AS "seq!" FROM event e LEFT JOIN delivery d ON d.event_seq = e.seq
           WHERE e.account_id = ?1 AND e.hook_id = 0 AND e.at >= ?5 AND e.at < ?6 AND (?2 IS NULL OR e.name = ?2) AND (?3 IS NULL OR e.order_key = ?3)
             AND coalesce(d.state, 'none') NOT IN ('waiting', 'pending')
             AND iif(?4 IS NULL, d.state IS NOT NULL, coalesce(d.state, 'none') = ?4)
           LIMIT ?7"#,
        account.0,
        name,
        order_key,
        state,
        from,
        to,
        limit
    );
    let seqs = seqs.fetch_all(&mut *conn).await?;
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
