//! Events as a list, with how the delivery of each stands.

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

macro_rules! select {
    ($tail:literal $(, $arg:expr)*) => {
        sqlx::query_as!(
            Row,
            r#"SELECT e.seq AS "seq!", e.id, e.name, e.at, e.order_key, e.hook_id, e.reconciled AS "reconciled: bool", e.data,
                      coalesce(d.state, 'none') AS "state!: String", coalesce(d.attempts, 0) AS "attempts!: u32", d.next_at AS "next_at?: i64",
                      d.last_error AS "last_error?"
               FROM event e LEFT JOIN delivery d ON d.event_seq = e.seq "#
                + $tail
            $(, $arg)*
        )
    };
}

/// One event.
///
/// # Errors
/// [`Error::Missing`], [`Error::Corrupt`], [`Error::Database`].
pub async fn get(conn: &mut Conn, account: AccountId, id: &str) -> Result<Told, Error> {
    let row = select!("WHERE e.account_id = ? AND e.id = ?", account.0, id).fetch_optional(conn).await?;
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
    let Filter { name, order_key, state, from, to } = filter;
    let (state, from, to) = (state.map(State::name), from.map_or(i64::MIN, |from| from.0), to.map_or(i64::MAX, |to| to.0));
    let (after_at, after_seq) = after.map_or((i64::MAX, i64::MAX), |(at, seq)| (at.0, seq));
    let limit = page.sql_limit();
    let rows = select!(
        "WHERE e.account_id = ?1 AND e.at >= ?5 AND e.at < ?6 AND (e.at, e.seq) < (?7, ?8)
           AND (?2 IS NULL OR e.name = ?2) AND (?3 IS NULL OR e.order_key = ?3) AND (?4 IS NULL OR coalesce(d.state, 'none') = ?4)
         ORDER BY e.at DESC, e.seq DESC LIMIT ?9 OFFSET ?10",
        account.0,
        name,
        order_key,
        state,
        from,
        to,
        after_at,
        after_seq,
        limit,
        page.offset
    );
    row::all(rows.fetch_all(conn).await?)
}

/// How many there are of the filter.
///
/// # Errors
/// [`Error::Database`].
pub async fn count(conn: &mut Conn, account: AccountId, filter: &Filter) -> Result<i64, Error> {
    let Filter { name, order_key, state, from, to } = filter;
    let (state, from, to) = (state.map(State::name), from.map_or(i64::MIN, |from| from.0), to.map_or(i64::MAX, |to| to.0));
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) FROM event e LEFT JOIN delivery d ON d.event_seq = e.seq
           WHERE e.account_id = ?1 AND e.at >= ?5 AND e.at < ?6
             AND (?2 IS NULL OR e.name = ?2) AND (?3 IS NULL OR e.order_key = ?3) AND (?4 IS NULL OR coalesce(d.state, 'none') = ?4)"#,
        account.0,
        name,
        order_key,
        state,
        from,
        to
    );
    Ok(count.fetch_one(conn).await?)
}

/// The place of an event of the account.
///
/// # Errors
/// [`Error::Missing`], [`Error::Database`].
pub(super) async fn seq_of(conn: &mut Conn, account: AccountId, id: &str) -> Result<i64, Error> {
    let seq = sqlx::query_scalar!(r#"SELECT seq AS "seq!" FROM event WHERE account_id = ? AND id = ?"#, account.0, id);
    seq.fetch_optional(conn).await?.ok_or(Error::Missing("event"))
}
