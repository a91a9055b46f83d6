//! What happened, and the outbox.

use std::collections::HashSet;

use serde_json::Value;
use uuid::{NoContext, Timestamp, Uuid};

use super::delivery::{Due, Queued};
use super::endpoint::Address;
use super::row::{self, from_json, to_json};
use super::{Conn, Error, account, delivery, fresh};
use crate::clock::Millis;
use crate::domain::event::{NewEvent, is_pushed};
use crate::domain::{AccountId, HookId};

/// A committed event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its place in the order of commits.
    pub seq: i64,
    /// Stable over retries.
    pub id: String,
    /// Whose it is.
    pub account_id: AccountId,
    /// Its name.
    pub name: String,
    /// When it happened.
    pub at: Millis,
    /// See [`NewEvent::order_key`].
    pub order_key: String,
    /// See [`NewEvent::reconciled`].
    pub reconciled: bool,
    /// Its fields.
    pub data: Value,
}

struct Row {
    seq: i64,
    id: String,
    account_id: i64,
    name: String,
    at: i64,
    order_key: String,
    reconciled: bool,
    data: String,
}

impl TryFrom<Row> for Event {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            seq: row.seq,
            id: row.id,
            account_id: AccountId(row.account_id),
            name: row.name,
            at: Millis(row.at),
            order_key: row.order_key,
            reconciled: row.reconciled,
            data: from_json("event.data", &row.data)?,
        })
    }
}

/// Writes events in their order, and a delivery for each one whose account has an address and wants it.
///
/// # Errors
/// [`Error::Missing`] for the account.
pub async fn append(conn: &mut Conn, events: &[NewEvent]) -> Result<(), Error> {
    if events.is_empty() {
        return Ok(());
    }
    let accounts: HashSet<_> = events.iter().map(|event| event.account_id).collect();
    let known = account::settings(conn, &accounts).await?;
    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        let settings = known.get(&event.account_id).ok_or(Error::Missing("account"))?;
        let wanted = settings.event_url.is_some() && is_pushed(event.name, &settings.event_names);
        rows.push((new_id(event.at), event, wanted, None));
    }
    insert(conn, &rows).await
}

/// Writes events in their order, each with a delivery to its hook.
///
/// # Errors
/// [`Error::Database`].
pub async fn append_to_hooks(conn: &mut Conn, events: &[(HookId, NewEvent)]) -> Result<(), Error> {
    if events.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::with_capacity(events.len());
    for (hook, event) in events {
        rows.push((new_id(event.at), event, true, Some(*hook)));
    }
    insert(conn, &rows).await
}

/// Writes one event as [`append`] does, and gives its id.
///
/// # Errors
/// As [`append`].
pub async fn append_one(conn: &mut Conn, event: NewEvent) -> Result<String, Error> {
    append(conn, &[event]).await?;
    Ok(sqlx::query_scalar!("SELECT id FROM event ORDER BY seq DESC LIMIT 1").fetch_one(conn).await?)
}

/// Version 7, of the event's own time: neighbours in time are neighbours in the index.
fn new_id(at: Millis) -> String {
    let ms = u64::try_from(at.0).unwrap_or(0);
    let nanos = u32::try_from(ms % 1_000 * 1_000_000).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(NoContext, ms / 1_000, nanos)).to_string()
}

/// A line for who follows a call or an agent through the log: ids only, because the rest of an event has names and numbers.
fn log(event: &NewEvent) {
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return;
    }
    let NewEvent { account_id, name, order_key, reconciled, data, .. } = event;
    let data = data.value();
    let id = |field: &str| data.get(field).and_then(serde_json::Value::as_i64);
    let uuid = |field: &str| data.get(field).and_then(serde_json::Value::as_str);
    tracing::debug!(
        account = account_id.0,
        event = name,
        key = order_key,
        reconciled,
        leg = uuid("id"),
        call = uuid("call_id"),
        user = id("user_id"),
        src_user = id("src_user_id"),
        dst_user = id("dst_user_id"),
        queue = id("queue_id"),
        "an event is written"
    );
}

/// Three statements, however many events there are: each is a trip to the thread that SQLite runs on. Of a key's events the first is pending,
/// where none is yet.
async fn insert(conn: &mut Conn, rows: &[(String, &NewEvent, bool, Option<HookId>)]) -> Result<(), Error> {
    let columns = rows.iter().map(|(id, event, _, hook)| {
        let hook_id = hook.map_or(0, i64::from);
        (id, event.account_id.0, event.name, event.at.0, &event.order_key, u8::from(event.reconciled), event.data.as_str(), hook_id)
    });
    rows.iter().for_each(|(_, event, ..)| log(event));
    let rows_json = to_json("event", &columns.collect::<Vec<_>>())?;
    let done = sqlx::query!(
        "WITH new AS MATERIALIZED (SELECT value AS v FROM json_each(?))
         INSERT INTO event (id, account_id, name, at, order_key, reconciled, data, hook_id)
         SELECT v ->> 0, v ->> 1, v ->> 2, v ->> 3, v ->> 4, v ->> 5, v ->> 6, v ->> 7 FROM new",
        rows_json
    );
    // One writer: the rows of a statement follow one another.
    let last_seq = done.execute(&mut *conn).await?.last_insert_rowid();
    let first_seq = last_seq + 1 - i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let wanted = (first_seq..).zip(rows).filter(|(_, row)| row.2);
    let address = |event: &NewEvent, hook_id: &Option<HookId>| Address { account_id: event.account_id, hook_id: *hook_id };
    let queued: Vec<_> = wanted
        .clone()
        .map(|(seq, (_, event, _, hook))| Queued { seq, address: address(event, hook), order_key: &event.order_key })
        .collect();
    if !queued.is_empty() {
        let pending = delivery::enqueue(conn, &queued).await?;
        fresh::note(wanted.filter(|(seq, _)| pending.contains(seq)).map(|(seq, (id, event, _, hook))| Due {
            seq,
            event_id: id.clone(),
            address: address(event, hook),
            name: event.name.to_owned(),
            at: event.at,
            order_key: event.order_key.clone(),
            reconciled: event.reconciled,
            data: event.data.clone(),
            attempts: 0,
            is_followed: false,
        }));
    }
    Ok(())
}

/// Where the table ends: the last place that was given, whoever's, and the id of the account's latest event, which is at or before that place.
///
/// # Errors
/// [`Error::Database`].
pub async fn head(conn: &mut Conn, account: AccountId) -> Result<(i64, Option<String>), Error> {
    let row = sqlx::query!(
        r#"SELECT coalesce((SELECT max(seq) FROM event), 0) AS "seq!: i64",
                  (SELECT id FROM event WHERE account_id = ? ORDER BY at DESC LIMIT 1) AS "id: String""#,
        account.0
    );
    let row = row.fetch_one(conn).await?;
    Ok((row.seq, row.id))
}

/// The last place that was given, whoever's; 0 before the first.
///
/// # Errors
/// [`Error::Database`].
pub async fn last_seq(conn: &mut Conn) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(r#"SELECT max(seq) AS "seq: i64" FROM event"#).fetch_one(conn).await?.unwrap_or(0))
}

/// The place of an event of the account; none also when of those that followed some are gone.
///
/// # Errors
/// [`Error::Database`].
pub async fn seq_to_go_on(conn: &mut Conn, account: AccountId, id: &str) -> Result<Option<i64>, Error> {
    let seq = sqlx::query_scalar!(
        r#"SELECT seq AS "seq!" FROM event
           WHERE id = ?1 AND account_id = ?2 AND seq >= coalesce((SELECT seq FROM event_gone WHERE account_id = ?2), 0)"#,
        id,
        account.0
    );
    Ok(seq.fetch_optional(conn).await?)
}

/// The account's next events after `seq`, in order, at most `limit`; and the place up to which these are all, whoever's rows lie there, from which
/// to go on. So no row is read twice.
///
/// # Errors
/// As [`after`].
pub async fn next(conn: &mut Conn, account: AccountId, seq: i64, limit: u32) -> Result<(Vec<Event>, i64), Error> {
    // Before the rows: one writer gives places in the order of commits, so nothing can come to lie before this one any more.
    let end = last_seq(conn).await?;
    let events = after(conn, account, seq, limit).await?;
    let last = events.last().map_or(seq, |event| event.seq);
    let is_full = events.len() >= limit as usize;
    Ok((events, if is_full { last } else { end.max(last) }))
}

/// The account's events after `seq` (0 for the first), in order, at most `limit`, but for those of hooks, which are theirs alone. Whoever asks has
/// seen the others: what is read lies at the end
/// of the table, and no index of the account leads there.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn after(conn: &mut Conn, account: AccountId, seq: i64, limit: u32) -> Result<Vec<Event>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT seq AS "seq!", id, account_id, name, at, order_key, reconciled AS "reconciled: bool", data FROM event
           WHERE +account_id = ? AND seq > ? AND hook_id = 0 ORDER BY seq LIMIT ?"#,
        account.0,
        seq,
        limit
    );
    row::all(rows.fetch_all(conn).await?)
}
