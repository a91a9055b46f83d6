//! The outbox: which events are still to be delivered.
//!
//! Of the events of one account and order key only the first is `pending`; the others wait until it is done or dead. So what is due is
//! always free to start, and the database itself keeps a key's events in order.

use std::collections::{BTreeSet, HashSet};

use super::row::{self, from_json, to_json};
use super::{Conn, Error};
use crate::clock::Millis;
use crate::domain::AccountId;
use crate::domain::event::Fields;
use crate::store::endpoint::Address;

/// A delivery that is due: everything that is sent, but for the address.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// The event's place in the order of commits.
    pub seq: i64,
    /// The event's id, the same at every attempt.
    pub event_id: String,
    /// Where it goes.
    pub address: Address,
    /// The event's name.
    pub name: String,
    /// When it happened.
    pub at: Millis,
    /// Its order key.
    pub order_key: String,
    /// Whether it was worked out after a gap.
    pub reconciled: bool,
    /// Its fields.
    pub data: Fields,
    /// Attempts so far.
    pub attempts: u32,
    /// Whether another of its order key waits for it.
    pub is_followed: bool,
}

/// Attempts that are kept of a delivery, the latest.
pub const ATTEMPTS_KEPT_MAX: u32 = 20;

/// An attempt that was made, and what becomes of its delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Whose it is.
    pub account_id: AccountId,
    /// The event's place in the order of commits.
    pub seq: i64,
    /// When it began.
    pub at: Millis,
    /// How long it took.
    pub duration_ms: i64,
    /// Of the answer; none when none came.
    pub status: Option<u16>,
    /// Why it failed; none when the event was taken.
    pub error: Option<String>,
    /// What becomes of the delivery.
    pub then: Then,
}

/// What becomes of a delivery after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It was taken.
    Done,
    /// It is tried again.
    RetryAt(Millis),
    /// It is given up.
    Dead,
}

/// What the columns of an attempt are in [`record`].
type AttemptRow<'a> = (i64, i64, i64, i64, Option<u16>, &'a Option<String>, &'static str, i64);

impl Attempt {
    fn row(&self) -> AttemptRow<'_> {
        let (state, next_at) = match self.then {
            Then::Done => ("done", 0),
            Then::RetryAt(at) => ("pending", at.0),
            Then::Dead => ("dead", 0),
        };
        (self.seq, self.account_id.0, self.at.0, self.duration_ms, self.status, &self.error, state, next_at)
    }
}

/// An attempt as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Which it was, of all that were ever made; the first is 1.
    pub place: u32,
    /// See [`Attempt::at`].
    pub at: Millis,
    /// See [`Attempt::duration_ms`].
    pub duration_ms: i64,
    /// See [`Attempt::status`].
    pub status: Option<u16>,
    /// See [`Attempt::error`].
    pub error: Option<String>,
}

/// How many deliveries to an address are in each state, but for those that were delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Behind another of the same order key.
    pub waiting: i64,
    /// To be sent, now or later.
    pub pending: i64,
    /// Given up.
    pub dead: i64,
}

struct Row {
    seq: i64,
    event_id: String,
    account_id: i64,
    hook_id: i64,
    name: String,
    at: i64,
    order_key: String,
    reconciled: bool,
    data: String,
    attempts: u32,
    is_followed: bool,
}

impl TryFrom<Row> for Due {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            seq: row.seq,
            event_id: row.event_id,
            address: Address::of_row(row.account_id, row.hook_id),
            name: row.name,
            at: Millis(row.at),
            order_key: row.order_key,
            reconciled: row.reconciled,
            data: Fields::stored(row.data),
            attempts: row.attempts,
            is_followed: row.is_followed,
        })
    }
}

/// An event that is to be delivered.
pub(super) struct Queued<'a> {
    /// Its place in the order of commits.
    pub(super) seq: i64,
    /// Where it goes.
    pub(super) address: Address,
    /// Its order key.
    pub(super) order_key: &'a str,
}

impl<'a> Queued<'a> {
    /// Of two events with the same one, the later waits.
    fn key(&self) -> (AccountId, &'a str) {
        (self.address.account_id, self.order_key)
    }
}

/// Queues events in their order, each behind those of its order key; gives those that need not wait for another. No row is read back: each would be
/// a trip of its own from the thread that SQLite runs on.
pub(super) async fn enqueue(conn: &mut Conn, queued: &[Queued<'_>]) -> Result<HashSet<i64>, Error> {
    let keys: Vec<_> = queued.iter().map(Queued::key).collect::<BTreeSet<_>>().into_iter().collect();
    let keys_json = to_json("event.order_key", &keys.iter().map(|(account, key)| (account.0, key)).collect::<Vec<_>>())?;
    let taken = sqlx::query_scalar!(
        r#"SELECT json_group_array(asks.key) AS "taken!: String" FROM json_each(?) AS asks
           WHERE EXISTS (SELECT 1 FROM delivery d WHERE d.account_id = asks.value ->> 0 AND d.order_key = asks.value ->> 1 AND d.state = 'pending')"#,
        keys_json
    );
    let taken: Vec<usize> = from_json("delivery.state", &taken.fetch_one(&mut *conn).await?)?;
    let mut taken: HashSet<_> = taken.into_iter().filter_map(|place| keys.get(place).copied()).collect();
    let first: HashSet<_> = queued.iter().filter(|event| taken.insert(event.key())).map(|event| event.seq).collect();
    let rows = queued.iter().map(|event| {
        let (account, hook) = event.address.row();
        (event.seq, account, hook, event.order_key, if first.contains(&event.seq) { "pending" } else { "waiting" })
    });
    let rows = to_json("delivery", &rows.collect::<Vec<_>>())?;
    sqlx::query!(
        "WITH new AS MATERIALIZED (SELECT value AS v FROM json_each(?))
         INSERT INTO delivery (event_seq, account_id, hook_id, order_key, state, next_at)
         SELECT v ->> 0, v ->> 1, v ->> 2, v ->> 3, v ->> 4, 0 FROM new",
        rows
    )
    .execute(conn)
    .await?;
    Ok(first)
}

/// What these addresses have due, one after the other and in the order of the commits, of each at most `each`, without the events that are under
/// way. Whether an address takes anything is for [`super::endpoint::due`].
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn due(conn: &mut Conn, addresses: &[Address], under_way: &[i64], now: Millis, each: u32) -> Result<Vec<Due>, Error> {
    let addresses: Vec<_> = addresses.iter().map(|address| address.row()).collect();
    let (addresses, under_way) = (to_json("hook.id", &addresses)?, to_json("event.seq", &under_way)?);
    // The plus keeps the index of what is due when out of it: a long backlog is read from its beginning, not sorted.
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT e.seq AS "seq!", e.id AS event_id, e.account_id, e.hook_id, e.name, e.at, e.order_key, e.reconciled AS "reconciled: bool", e.data,
                  d.attempts AS "attempts: u32",
                  EXISTS (SELECT 1 FROM delivery w WHERE w.account_id = d.account_id AND w.order_key = d.order_key AND w.state = 'waiting')
                      AS "is_followed!: bool"
           FROM json_each(?1) AS asks CROSS JOIN delivery d ON d.event_seq IN (
                    SELECT o.event_seq FROM delivery o
                    WHERE o.account_id = asks.value ->> 0 AND o.hook_id = asks.value ->> 1 AND o.state IN ('waiting', 'pending') AND o.state = 'pending' AND +o.next_at <= ?3
                      AND o.event_seq NOT IN (SELECT value FROM json_each(?2))
                    ORDER BY o.event_seq LIMIT ?4)
                CROSS JOIN event e ON e.seq = d.event_seq
           ORDER BY asks.key, d.event_seq"#,
        addresses,
        under_way,
        now.0,
        each
    );
    row::all(rows.fetch_all(conn).await?)
}

/// Notes attempts, and what becomes of their deliveries; where one has ended, the next of its key is due at once, and whether there was one is the
/// answer. Of a delivery that is not pending any more only the attempt is noted.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn record(conn: &mut Conn, attempts: &[Attempt]) -> Result<bool, Error> {
    let rows: Vec<_> = attempts.iter().map(Attempt::row).collect();
    let rows = to_json("delivery_attempt", &rows)?;
    sqlx::query!(
        "INSERT INTO delivery_attempt (event_seq, place, at, duration_ms, status, error)
         SELECT d.event_seq, coalesce((SELECT max(place) FROM delivery_attempt a WHERE a.event_seq = d.event_seq), 0) + 1,
                value ->> 2, value ->> 3, value ->> 4, value ->> 5
         FROM json_each(?) JOIN delivery d ON d.event_seq = value ->> 0 AND d.account_id = value ->> 1",
        rows
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "DELETE FROM delivery_attempt WHERE event_seq IN (SELECT value ->> 0 FROM json_each(?1))
           AND place <= (SELECT max(place) FROM delivery_attempt a WHERE a.event_seq = delivery_attempt.event_seq) - ?2",
        rows,
        ATTEMPTS_KEPT_MAX
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE delivery SET state = value ->> 6, attempts = attempts + 1, next_at = value ->> 7, last_error = value ->> 5
         FROM json_each(?) WHERE delivery.event_seq = value ->> 0 AND delivery.account_id = value ->> 1 AND delivery.state = 'pending'",
        rows
    )
    .execute(&mut *conn)
    .await?;
    let next = sqlx::query!(
        "UPDATE delivery SET state = 'pending', next_at = 0 WHERE event_seq IN (
             SELECT (SELECT min(w.event_seq) FROM delivery w WHERE w.account_id = h.account_id AND w.order_key = h.order_key AND w.state = 'waiting')
             FROM json_each(?) JOIN delivery h ON h.event_seq = value ->> 0 AND h.account_id = value ->> 1
             WHERE NOT EXISTS (SELECT 1 FROM delivery p WHERE p.account_id = h.account_id AND p.order_key = h.order_key AND p.state = 'pending'))",
        rows
    );
    Ok(next.execute(conn).await?.rows_affected() > 0)
}

/// Makes the first of each of the account's keys pending, where none is.
pub(super) async fn promote(conn: &mut Conn, account: AccountId) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE delivery SET state = 'pending', next_at = 0 WHERE event_seq IN (
             SELECT min(w.event_seq) FROM delivery w WHERE w.account_id = ?1 AND w.state = 'waiting'
               AND NOT EXISTS (SELECT 1 FROM delivery p WHERE p.account_id = ?1 AND p.order_key = w.order_key AND p.state = 'pending')
             GROUP BY w.order_key)",
        account.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The attempts of an event that are kept, the first made first.
///
/// # Errors
/// [`Error::Missing`] for the event; [`Error::Database`].
pub async fn attempts(conn: &mut Conn, account: AccountId, event_id: &str) -> Result<Vec<Made>, Error> {
    let seq = super::event_list::seq_of(conn, account, event_id).await?;
    let rows = sqlx::query!(
        r#"SELECT place AS "place: u32", at, duration_ms, status AS "status: u16", error FROM delivery_attempt WHERE event_seq = ? ORDER BY place"#,
        seq
    );
    let rows = rows.fetch_all(conn).await?.into_iter().map(|row| Made {
        place: row.place,
        at: Millis(row.at),
        duration_ms: row.duration_ms,
        status: row.status,
        error: row.error,
    });
    Ok(rows.collect())
}

/// How the deliveries to the account's own address stand.
///
/// # Errors
/// [`Error::Database`].
pub async fn backlog(conn: &mut Conn, account: AccountId) -> Result<Backlog, Error> {
    // An index each: the whole table is long.
    let row = sqlx::query!(
        r#"SELECT (SELECT count(*) FROM delivery WHERE account_id = ?1 AND hook_id = 0 AND state IN ('waiting', 'pending') AND state = 'waiting') AS "waiting!: i64",
                  (SELECT count(*) FROM delivery WHERE account_id = ?1 AND hook_id = 0 AND state = 'pending') AS "pending!: i64",
                  (SELECT count(*) FROM delivery WHERE account_id = ?1 AND hook_id = 0 AND state = 'dead') AS "dead!: i64""#,
        account.0
    );
    let row = row.fetch_one(conn).await?;
    Ok(Backlog { waiting: row.waiting, pending: row.pending, dead: row.dead })
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
