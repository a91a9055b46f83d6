//! The history of calls: legs, the newest first.

use serde_json::{Map, Value};
use sqlx::{QueryBuilder, Sqlite};

use super::leg::{COLUMNS, Row};
use super::row::{self, from_json};
use super::{Conn, Error, Page};
use crate::clock::Millis;
use crate::domain::{AccountId, DeviceId, QueueId, UserId};

/// A leg as it is remembered.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its UUID.
    pub uuid: String,
    /// The UUID of its call's first leg.
    pub call_id: String,
    /// What kind of call it is.
    pub kind: Option<String>,
    /// Who began it: `inbound` for the phone or trunk, `outbound` for the switch.
    pub direction: Option<String>,
    /// Who was at its end.
    pub user_id: Option<UserId>,
    /// With which phone.
    pub device_id: Option<DeviceId>,
    /// The queue.
    pub queue_id: Option<QueueId>,
    /// The customer's id of the lead.
    pub lead_id: Option<String>,
    /// When it began.
    pub started_at: Millis,
    /// When it rang.
    pub rang_at: Option<Millis>,
    /// When it was answered; a queue's caller by an agent.
    pub answered_at: Option<Millis>,
    /// When it ended.
    pub ended_at: Option<Millis>,
    /// FreeSWITCH's name of why it ended.
    pub hangup_cause: Option<String>,
    /// Whether something of it was worked out after a gap.
    pub reconciled: bool,
    /// Whether there is a recording.
    pub recorded: bool,
    /// The fields of its last event.
    pub data: Map<String, Value>,
    /// Its place among legs that began at once.
    place: i64,
}

/// Which legs are wanted: those for which all of it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Began then or later.
    pub from: Option<Millis>,
    /// Began before.
    pub to: Option<Millis>,
    /// This user was at its end.
    pub user: Option<UserId>,
    /// Of this queue.
    pub queue: Option<QueueId>,
    /// This phone was at its end.
    pub device: Option<DeviceId>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Begun by the phone or trunk (`inbound`), or by the switch (`outbound`).
    pub direction: Option<String>,
    /// The caller's number or the dialled one is written as one of these; any when empty.
    pub numbers: Vec<String>,
    /// The customer's id of the lead.
    pub lead_id: Option<String>,
    /// Ended for this cause.
    pub hangup_cause: Option<String>,
    /// Whether it was answered.
    pub answered: Option<bool>,
    /// Of this call.
    pub call_id: Option<String>,
    /// The first leg of its call.
    pub first: Option<bool>,
}

impl TryFrom<Row> for Entry {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            uuid: row.uuid,
            call_id: row.call_id,
            kind: row.r#type,
            direction: row.direction,
            user_id: row.user_id.map(UserId),
            device_id: row.device_id.map(DeviceId),
            queue_id: row.queue_id.map(QueueId),
            lead_id: row.lead_id,
            started_at: Millis(row.started_at),
            rang_at: row.rang_at.map(Millis),
            answered_at: row.answered_at.map(Millis),
            ended_at: row.ended_at.map(Millis),
            hangup_cause: row.hangup_cause,
            reconciled: row.reconciled,
            recorded: row.recording.is_some() && row.recording_deleted_at.is_none(),
            data: from_json("leg.data", &row.data)?,
            place: row.place,
        })
    }
}

/// By which index the legs of a filter are found. It is named, because SQLite would rather go through a time in which there are many.
fn index(filter: &Filter) -> &'static str {
    match filter {
        Filter { call_id: Some(_), .. } => "INDEXED BY leg_call",
        // By their place: see `written_as`.
        Filter { numbers, .. } if !numbers.is_empty() => "NOT INDEXED",
        Filter { lead_id: Some(_), .. } => "INDEXED BY leg_lead",
        Filter { user: Some(_), .. } => "INDEXED BY leg_user",
        Filter { device: Some(_), .. } => "INDEXED BY leg_device",
        Filter { queue: Some(_), .. } => "INDEXED BY leg_queue",
        Filter { .. } => "INDEXED BY leg_started",
    }
}

/// A query for the legs that match. Each condition is put only where it is asked for, so that the index serves it.
fn matching(columns: &str, account: AccountId, filter: &Filter) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(columns).push(" FROM leg ").push(index(filter)).push(" WHERE account_id = ").push_bind(account.0);
    macro_rules! equal {
        ($($column:literal, $value:expr);+ $(;)?) => {$(
            if let Some(value) = $value {
                query.push(concat!(" AND ", $column, " = ")).push_bind(value);
            }
        )+};
    }
    equal! {
        "user_id", filter.user.map(i64::from);
        "queue_id", filter.queue.map(i64::from);
        "device_id", filter.device.map(i64::from);
        "type", filter.kind.clone();
        "direction", filter.direction.clone();
        "lead_id", filter.lead_id.clone();
        "hangup_cause", filter.hangup_cause.clone();
        "call_id", filter.call_id.clone();
        "(answered_at IS NOT NULL)", filter.answered;
        "(uuid = call_id)", filter.first;
    }
    in_time(&mut query, filter);
    if !filter.numbers.is_empty() {
        query.push(" AND rowid IN (");
        written_as(&mut query, ["leg_cid", "cid_num"], account, filter);
        query.push(" UNION ");
        written_as(&mut query, ["leg_dst", "dst_num"], account, filter);
        query.push(")");
    }
    query
}

fn in_time(query: &mut QueryBuilder<Sqlite>, filter: &Filter) {
    if let Some(from) = filter.from {
        query.push(" AND started_at >= ").push_bind(from.0);
    }
    if let Some(to) = filter.to {
        query.push(" AND started_at < ").push_bind(to.0);
    }
}

/// The legs on which a number is one of the filter's, by an index of its own.
fn written_as(query: &mut QueryBuilder<Sqlite>, [index, column]: [&str; 2], account: AccountId, filter: &Filter) {
    query.push("SELECT rowid FROM leg INDEXED BY ").push(index).push(" WHERE account_id = ").push_bind(account.0);
    let mut list = query.push(" AND ").push(column).push(" IN (").separated(", ");
    for number in &filter.numbers {
        list.push_bind(number.clone());
    }
    query.push(")");
    in_time(query, filter);
}

fn page_query(account: AccountId, filter: &Filter, page: Page) -> QueryBuilder<Sqlite> {
    let mut query = matching(COLUMNS, account, filter);
    query.push(" ORDER BY started_at DESC, rowid DESC LIMIT ").push_bind(page.sql_limit());
    query.push(" OFFSET ").push_bind(page.offset);
    query
}

fn after_query(account: AccountId, filter: &Filter, last: &Entry, limit: u32) -> QueryBuilder<Sqlite> {
    let mut query = matching(COLUMNS, account, filter);
    query.push(" AND (started_at, rowid) < (").push_bind(last.started_at.0).push(", ").push_bind(last.place);
    query.push(") ORDER BY started_at DESC, rowid DESC LIMIT ").push_bind(limit);
    query
}

/// A page of the legs that match, the newest first.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn page(conn: &mut Conn, account: AccountId, filter: &Filter, page: Page) -> Result<Vec<Entry>, Error> {
    row::all(page_query(account, filter, page).build_query_as::<Row>().fetch_all(conn).await?)
}

/// At most `limit` legs that match and come after this one.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn after(conn: &mut Conn, account: AccountId, filter: &Filter, last: &Entry, limit: u32) -> Result<Vec<Entry>, Error> {
    row::all(after_query(account, filter, last, limit).build_query_as::<Row>().fetch_all(conn).await?)
}

/// How many legs match.
///
/// # Errors
/// [`Error::Database`].
pub async fn count(conn: &mut Conn, account: AccountId, filter: &Filter) -> Result<i64, Error> {
    let mut query = matching("count(*)", account, filter);
    Ok(query.build_query_scalar().fetch_one(conn).await?)
}

/// One leg.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn get(conn: &mut Conn, account: AccountId, uuid: &str) -> Result<Option<Entry>, Error> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM leg WHERE account_id = ").push_bind(account.0).push(" AND uuid = ").push_bind(uuid);
    query.build_query_as::<Row>().fetch_optional(conn).await?.map(Entry::try_from).transpose()
}

/// Deletes at most `limit` legs that began and ended before, with their stays; how many there were. One with a recording stays until that is
/// deleted: nothing else tells of the file.
///
/// # Errors
/// [`Error::Database`].
pub async fn forget(conn: &mut Conn, account: AccountId, before: Millis, limit: u32) -> Result<u64, Error> {
    let done = sqlx::query!(
        "DELETE FROM leg WHERE uuid IN (
             SELECT uuid FROM leg WHERE account_id = ?1 AND started_at < ?2 AND ended_at < ?2
             AND (recording IS NULL OR recording_deleted_at IS NOT NULL) ORDER BY started_at LIMIT ?3
         )",
        account.0,
        before.0,
        limit
    );
    Ok(done.execute(conn).await?.rows_affected())
}

#[cfg(test)]
#[path = "cdr_tests.rs"]
mod tests;
