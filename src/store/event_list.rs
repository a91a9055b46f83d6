//! Events as a list, with how the delivery of each stands.

use sqlx::{QueryBuilder, Sqlite};

use super::row::{self, from_json};
use super::{Conn, Error, Page};
use crate::clock::Millis;
use crate::domain::{AccountId, HookId};

/// Which events are wanted; everything of the account when nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this name.
    pub name: Option<String>,
    /// Of this order key: a call's id, or `agent:<user id>`.
    pub order_key: Option<String>,
    /// Whose delivery is in this state.
    pub state: Option<State>,
    /// Which happened then or later.
    pub from: Option<Millis>,
    /// Which happened before.
    pub to: Option<Millis>,
}

/// How the delivery of an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is not sent: nobody wanted it.
    None,
    /// Behind another of its key.
    Waiting,
    /// To be sent, now or later.
    Pending,
    /// Delivered.
    Done,
    /// Given up.
    Dead,
}

impl State {
    /// Each of them.
    pub const ALL: [Self; 5] = [Self::None, Self::Waiting, Self::Pending, Self::Done, Self::Dead];

    /// Its name, here and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Waiting => "waiting",
            Self::Pending => "pending",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }
}

/// An event and its delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Its place in the order of commits.
    pub seq: i64,
    /// Stable over retries and replays.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When it happened.
    pub at: Millis,
    /// Its order key.
    pub order_key: String,
    /// The hook that it is for; none: the account's own address.
    pub hook_id: Option<HookId>,
    /// Whether it was worked out after a gap.
    pub reconciled: bool,
    /// Its fields.
    pub data: serde_json::Value,
    /// How its delivery stands.
    pub state: State,
    /// Attempts since it was queued.
    pub attempts: u32,
    /// Pending: the next attempt. In the past: at once.
    pub next_at: Option<Millis>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    id: String,
    name: String,
    at: i64,
    order_key: String,
    hook_id: i64,
    reconciled: bool,
    data: String,
    state: String,
    attempts: u32,
    next_at: Option<i64>,
    last_error: Option<String>,
}

const COLUMNS: &str = "e.seq, e.id, e.name, e.at, e.order_key, e.hook_id, e.reconciled, e.data, coalesce(d.state, 'none') AS state, \
                       coalesce(d.attempts, 0) AS attempts, d.next_at, d.last_error";

impl TryFrom<Row> for Told {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let state = State::ALL.into_iter().find(|state| state.name() == row.state).ok_or(Error::Corrupt("delivery.state"))?;
        Ok(Self {
            seq: row.seq,
            id: row.id,
            name: row.name,
            at: Millis(row.at),
            order_key: row.order_key,
            hook_id: (row.hook_id > 0).then_some(HookId(row.hook_id)),
            reconciled: row.reconciled,
            data: from_json("event.data", &row.data)?,
            state,
            attempts: row.attempts,
            next_at: row.next_at.filter(|_| state == State::Pending).map(Millis),
            last_error: row.last_error,
        })
    }
}

/// Where the events of a filter are found. It is named, because SQLite would rather go through a time in which there are many.
fn source(filter: &Filter) -> &'static str {
    match filter {
        Filter { order_key: Some(_), .. } => {
            "event e INDEXED BY event_by_key LEFT JOIN delivery d ON d.event_seq = e.seq WHERE e.account_id = "
        }
        // Of these there are few.
        Filter { state: Some(State::Waiting | State::Pending), .. } => {
            "delivery d INDEXED BY delivery_open CROSS JOIN event e ON e.seq = d.event_seq WHERE d.state IN ('waiting', 'pending') AND d.account_id = "
        }
        Filter { state: Some(State::Dead), .. } => {
            "delivery d INDEXED BY delivery_dead CROSS JOIN event e ON e.seq = d.event_seq WHERE d.state = 'dead' AND d.account_id = "
        }
        Filter { .. } => "event e INDEXED BY event_by_time LEFT JOIN delivery d ON d.event_seq = e.seq WHERE e.account_id = ",
    }
}

/// A query for the events that match. Each condition is put only where it is asked for, so that the index serves it.
pub(super) fn matching(columns: &str, account: AccountId, filter: &Filter) -> QueryBuilder<Sqlite> {
    let Filter { name, order_key, state, from, to } = filter;
    let mut query = QueryBuilder::new("SELECT ");
    query.push(columns).push(" FROM ").push(source(filter)).push_bind(account.0);
    if let Some(order_key) = order_key {
        query.push(" AND e.order_key = ").push_bind(order_key.clone());
    }
    if let Some(from) = from {
        query.push(" AND e.at >= ").push_bind(from.0);
    }
    if let Some(to) = to {
        query.push(" AND e.at < ").push_bind(to.0);
    }
    if let Some(name) = name {
        query.push(" AND e.name = ").push_bind(name.clone());
    }
    if let Some(state) = state {
        query.push(" AND coalesce(d.state, 'none') = ").push_bind(state.name());
    }
    query
}

fn list_query(account: AccountId, filter: &Filter, after: Option<(Millis, i64)>, page: Page) -> QueryBuilder<Sqlite> {
    let mut query = matching(COLUMNS, account, filter);
    if let Some((at, seq)) = after {
        query.push(" AND (e.at, e.seq) < (").push_bind(at.0).push(", ").push_bind(seq).push(")");
    }
    query.push(" ORDER BY e.at DESC, e.seq DESC LIMIT ").push_bind(page.sql_limit()).push(" OFFSET ").push_bind(page.offset);
    query
}

/// One event.
///
/// # Errors
/// [`Error::Missing`], [`Error::Corrupt`], [`Error::Database`].
pub async fn get(conn: &mut Conn, account: AccountId, id: &str) -> Result<Told, Error> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM event e LEFT JOIN delivery d ON d.event_seq = e.seq WHERE e.account_id = ");
    query.push_bind(account.0).push(" AND e.id = ").push_bind(id);
    let row: Option<Row> = query.build_query_as().fetch_optional(conn).await?;
    row.ok_or(Error::Missing("event"))?.try_into()
}

/// Those of the filter that come after `after` (an [`Told::at`] and [`Told::seq`]), the latest first.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn list(
    conn: &mut Conn,
    account: AccountId,
    filter: &Filter,
    after: Option<(Millis, i64)>,
    page: Page,
) -> Result<Vec<Told>, Error> {
    row::all(list_query(account, filter, after, page).build_query_as::<Row>().fetch_all(conn).await?)
}

/// How many there are of the filter.
///
/// # Errors
/// [`Error::Database`].
pub async fn count(conn: &mut Conn, account: AccountId, filter: &Filter) -> Result<i64, Error> {
    Ok(matching("count(*)", account, filter).build_query_scalar().fetch_one(conn).await?)
}

/// The place of an event of the account.
///
/// # Errors
/// [`Error::Missing`], [`Error::Database`].
pub(super) async fn seq_of(conn: &mut Conn, account: AccountId, id: &str) -> Result<i64, Error> {
    let seq = sqlx::query_scalar!(r#"SELECT seq AS "seq!" FROM event WHERE account_id = ? AND id = ?"#, account.0, id);
    seq.fetch_optional(conn).await?.ok_or(Error::Missing("event"))
}

#[cfg(test)]
#[path = "event_list_tests.rs"]
mod tests;
