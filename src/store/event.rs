//! What happened, and the outbox.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::Value;
use uuid::{NoContext, Timestamp, Uuid};

use super::row::{self, from_json, to_json};
use super::{Conn, Error, account, delivery};
use crate::clock::Millis;
use crate::domain::AccountId;
use crate::domain::account::Settings;
use crate::domain::event::{NewEvent, is_pushed};

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
    let mut known: HashMap<AccountId, Settings> = HashMap::new();
    for event in events {
        let settings = match known.entry(event.account_id) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let account = account::get(conn, event.account_id).await?.ok_or(Error::Missing("account"))?;
                entry.insert(account.settings)
            }
        };
        let wanted = settings.event_url.is_some() && is_pushed(event.name, &settings.event_names);
        let seq = insert(conn, event).await?;
        if wanted {
            delivery::enqueue(conn, event.account_id, seq, &event.order_key).await?;
        }
    }
    Ok(())
}

async fn insert(conn: &mut Conn, event: &NewEvent) -> Result<i64, Error> {
    // Version 7, of the event's own time: neighbours in time are neighbours in the index.
    let ms = u64::try_from(event.at.0).unwrap_or(0);
    let nanos = u32::try_from(ms % 1_000 * 1_000_000).unwrap_or(0);
    let id = Uuid::new_v7(Timestamp::from_unix(NoContext, ms / 1_000, nanos)).to_string();
    let data = to_json("event.data", &event.data)?;
    let done = sqlx::query!(
        "INSERT INTO event (id, account_id, name, at, order_key, reconciled, data) VALUES (?, ?, ?, ?, ?, ?, ?)",
        id,
        event.account_id.0,
        event.name,
        event.at.0,
        event.order_key,
        event.reconciled,
        data
    )
    .execute(conn)
    .await?;
    Ok(done.last_insert_rowid())
}

/// The account's events after `seq` (0 for the first), in order, at most `limit`.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn after(conn: &mut Conn, account: AccountId, seq: i64, limit: u32) -> Result<Vec<Event>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT seq AS "seq!", id, account_id, name, at, order_key, reconciled AS "reconciled: bool", data FROM event
           WHERE account_id = ? AND seq > ? ORDER BY seq LIMIT ?"#,
        account.0,
        seq,
        limit
    );
    row::all(rows.fetch_all(conn).await?)
}
