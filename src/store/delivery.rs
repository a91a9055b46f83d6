//! The outbox: which events are still to be delivered.
//!
//! Of the events of one account and order key only the first is `pending`; the others wait until it is done or dead. So what is due is
//! always free to start, and the database itself keeps a key's events in order.

use super::row::{self, from_json};
use super::{Conn, Error};
use crate::clock::Millis;
use crate::domain::AccountId;

/// A delivery that is due: everything that is sent, but for the address.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// The event's place in the order of commits.
    pub seq: i64,
    /// The event's id, the same at every attempt.
    pub event_id: String,
    /// Whose it is.
    pub account_id: AccountId,
    /// The event's name.
    pub name: String,
    /// When it happened.
    pub at: Millis,
    /// Its order key.
    pub order_key: String,
    /// Whether it was worked out after a gap.
    pub reconciled: bool,
    /// Its fields.
    pub data: serde_json::Value,
    /// Attempts so far.
    pub attempts: u32,
}

/// How many deliveries of an account are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Behind another of the same order key.
    pub waiting: i64,
    /// To be sent, now or later.
    pub pending: i64,
    /// Delivered.
    pub done: i64,
    /// Given up.
    pub dead: i64,
}

struct Row {
    seq: i64,
    event_id: String,
    account_id: i64,
    name: String,
    at: i64,
    order_key: String,
    reconciled: bool,
    data: String,
    attempts: u32,
}

impl TryFrom<Row> for Due {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            seq: row.seq,
            event_id: row.event_id,
            account_id: AccountId(row.account_id),
            name: row.name,
            at: Millis(row.at),
            order_key: row.order_key,
            reconciled: row.reconciled,
            data: from_json("event.data", &row.data)?,
            attempts: row.attempts,
        })
    }
}

/// Queues an event behind those of its order key.
pub(super) async fn enqueue(conn: &mut Conn, account: AccountId, seq: i64, order_key: &str) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO delivery (event_seq, account_id, order_key, state, next_at)
         VALUES (?1, ?2, ?3, iif(EXISTS (SELECT 1 FROM delivery WHERE account_id = ?2 AND order_key = ?3 AND state = 'pending'),
                                 'waiting', 'pending'), 0)",
        seq,
        account.0,
        order_key
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The accounts that have something due and an address that takes it.
///
/// # Errors
/// [`Error::Database`].
pub async fn due_accounts(conn: &mut Conn, now: Millis) -> Result<Vec<AccountId>, Error> {
    let ids = sqlx::query_scalar!(
        r#"SELECT id AS "id!" FROM account a
           WHERE EXISTS (SELECT 1 FROM delivery d WHERE d.account_id = a.id AND d.state = 'pending' AND d.next_at <= ?)
             AND NOT EXISTS (SELECT 1 FROM push_disabled p WHERE p.account_id = a.id)
             AND json_extract(settings, '$.event_url') IS NOT NULL
           ORDER BY id"#,
        now.0
    );
    Ok(ids.fetch_all(conn).await?.into_iter().map(AccountId).collect())
}

/// When something that is not due yet will be, at an address that takes it.
///
/// # Errors
/// [`Error::Database`].
pub async fn next_due(conn: &mut Conn, now: Millis) -> Result<Option<Millis>, Error> {
    let at = sqlx::query_scalar!(
        r#"SELECT min((SELECT min(next_at) FROM delivery d WHERE d.account_id = a.id AND d.state = 'pending' AND d.next_at > ?)) AS "at: i64"
           FROM account a
           WHERE NOT EXISTS (SELECT 1 FROM push_disabled p WHERE p.account_id = a.id) AND json_extract(settings, '$.event_url') IS NOT NULL"#,
        now.0
    );
    Ok(at.fetch_one(conn).await?.map(Millis))
}

/// What an account has due, in the order of the commits, at most `limit`. Nothing while it is disabled.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn due(conn: &mut Conn, account: AccountId, now: Millis, limit: u32) -> Result<Vec<Due>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT e.seq AS "seq!", e.id AS event_id, e.account_id, e.name, e.at, e.order_key, e.reconciled AS "reconciled: bool", e.data, d.attempts AS "attempts: u32"
           FROM delivery d JOIN event e ON e.seq = d.event_seq
           WHERE d.account_id = ?1 AND d.state = 'pending' AND d.next_at <= ?2
             AND NOT EXISTS (SELECT 1 FROM push_disabled p WHERE p.account_id = ?1)
           ORDER BY d.event_seq LIMIT ?3"#,
        account.0,
        now.0,
        limit
    );
    row::all(rows.fetch_all(conn).await?)
}

/// Notes that a delivery was taken; the next of its key is due at once.
///
/// # Errors
/// [`Error::Database`].
pub async fn done(conn: &mut Conn, account: AccountId, seq: i64) -> Result<(), Error> {
    let done = sqlx::query!(
        "UPDATE delivery SET state = 'done', attempts = attempts + 1, last_error = NULL
         WHERE account_id = ? AND event_seq = ? AND state = 'pending'",
        account.0,
        seq
    );
    if done.execute(&mut *conn).await?.rows_affected() > 0 { promote(conn, account, seq).await } else { Ok(()) }
}

/// Notes that an attempt failed, and when the next one is.
///
/// # Errors
/// [`Error::Database`].
pub async fn retry(conn: &mut Conn, account: AccountId, seq: i64, next_at: Millis, error: &str) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE delivery SET attempts = attempts + 1, next_at = ?, last_error = ? WHERE account_id = ? AND event_seq = ? AND state = 'pending'",
        next_at.0,
        error,
        account.0,
        seq
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives a delivery up; the next of its key is due at once.
///
/// # Errors
/// [`Error::Database`].
pub async fn dead(conn: &mut Conn, account: AccountId, seq: i64, error: &str) -> Result<(), Error> {
    let done = sqlx::query!(
        "UPDATE delivery SET state = 'dead', attempts = attempts + 1, last_error = ?
         WHERE account_id = ? AND event_seq = ? AND state = 'pending'",
        error,
        account.0,
        seq
    );
    if done.execute(&mut *conn).await?.rows_affected() > 0 { promote(conn, account, seq).await } else { Ok(()) }
}

/// Makes the next event of the same key pending.
async fn promote(conn: &mut Conn, account: AccountId, seq: i64) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE delivery SET state = 'pending', next_at = 0 WHERE event_seq =
             (SELECT min(w.event_seq) FROM delivery w JOIN delivery h ON h.account_id = w.account_id AND h.order_key = w.order_key
              WHERE h.event_seq = ?1 AND w.account_id = ?2 AND w.state = 'waiting')",
        seq,
        account.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sends nothing more to an account, until [`enable`]; events are still queued.
///
/// # Errors
/// [`Error::Database`].
pub async fn disable(conn: &mut Conn, account: AccountId, now: Millis, reason: &str) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO push_disabled (account_id, at, reason) VALUES (?, ?, ?) ON CONFLICT (account_id) DO NOTHING",
        account.0,
        now.0,
        reason
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sends again, what waits first and at once. For whenever the address is set, also to what it was. Whether it was disabled.
///
/// # Errors
/// [`Error::Database`].
pub async fn enable(conn: &mut Conn, account: AccountId) -> Result<bool, Error> {
    let gone = sqlx::query!("DELETE FROM push_disabled WHERE account_id = ?", account.0).execute(&mut *conn).await?;
    if gone.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!("UPDATE delivery SET next_at = 0 WHERE account_id = ? AND state = 'pending'", account.0).execute(conn).await?;
    Ok(true)
}

/// Since when nothing is sent to an account, and why.
///
/// # Errors
/// [`Error::Database`].
pub async fn disabled(conn: &mut Conn, account: AccountId) -> Result<Option<(Millis, String)>, Error> {
    let row = sqlx::query!("SELECT at, reason FROM push_disabled WHERE account_id = ?", account.0).fetch_optional(conn).await?;
    Ok(row.map(|row| (Millis(row.at), row.reason)))
}

/// How the account's deliveries stand.
///
/// # Errors
/// [`Error::Database`].
pub async fn counts(conn: &mut Conn, account: AccountId) -> Result<Counts, Error> {
    let row = sqlx::query!(
        r#"SELECT count(*) FILTER (WHERE state = 'waiting') AS "waiting!: i64", count(*) FILTER (WHERE state = 'pending') AS "pending!: i64",
                  count(*) FILTER (WHERE state = 'done') AS "done!: i64", count(*) FILTER (WHERE state = 'dead') AS "dead!: i64"
           FROM delivery WHERE account_id = ?"#,
        account.0
    );
    let row = row.fetch_one(conn).await?;
    Ok(Counts { waiting: row.waiting, pending: row.pending, done: row.done, dead: row.dead })
}

/// Why the account's oldest pending delivery was not taken at its last attempt; none when it was not tried, or there is none.
///
/// # Errors
/// [`Error::Database`].
pub async fn last_error(conn: &mut Conn, account: AccountId) -> Result<Option<String>, Error> {
    let error = sqlx::query_scalar!(
        r#"SELECT last_error AS "last_error: String" FROM delivery WHERE account_id = ? AND state = 'pending' ORDER BY event_seq LIMIT 1"#,
        account.0
    );
    Ok(error.fetch_optional(conn).await?.flatten())
}
