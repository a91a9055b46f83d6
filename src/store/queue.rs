//! Queues.

use super::row::{self, found, from_json, label, to_json};
use super::{Conn, Error, Page};
use crate::domain::queue::Settings;
use crate::domain::text::Label;
use crate::domain::{AccountId, Queue, QueueId};

/// A queue that is to be made.
#[derive(Clone, Debug)]
pub struct New {
    /// Whose it is.
    pub account_id: AccountId,
    /// Its name, unique in the account.
    pub name: Label,
    /// How it works.
    pub settings: Settings,
}

/// Which queues are listed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of the name.
    pub q: Option<String>,
}

struct Row {
    id: i64,
    account_id: i64,
    name: String,
    settings: String,
}

impl TryFrom<Row> for Queue {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: QueueId(row.id),
            account_id: AccountId(row.account_id),
            name: label("queue.name", &row.name)?,
            settings: from_json("queue.settings", &row.settings)?,
        })
    }
}

macro_rules! select {
    ($tail:literal $(, $arg:expr)*) => {
        sqlx::query_as!(Row, r#"SELECT id AS "id!", account_id, name, settings FROM queue "# + $tail $(, $arg)*)
    };
}

/// One queue.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn get(conn: &mut Conn, account: AccountId, id: QueueId) -> Result<Option<Queue>, Error> {
    select!("WHERE account_id = ? AND id = ?", account.0, id.0).fetch_optional(conn).await?.map(Queue::try_from).transpose()
}

/// Those of several that are there, by id.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn some(conn: &mut Conn, account: AccountId, ids: &[QueueId]) -> Result<Vec<Queue>, Error> {
    let ids = to_json("queue.id", &ids)?;
    row::all(select!("WHERE account_id = ? AND id IN (SELECT value FROM json_each(?)) ORDER BY id", account.0, ids).fetch_all(conn).await?)
}

/// The queues that match, by id.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn list(conn: &mut Conn, account: AccountId, filter: &Filter, page: Page) -> Result<Vec<Queue>, Error> {
    let (q, limit, offset) = (filter.q.as_deref(), page.sql_limit(), page.offset);
    let rows = select!(
        "WHERE account_id = ?1 AND (?2 IS NULL OR instr(lower(name), lower(?2)) > 0) ORDER BY id LIMIT ?3 OFFSET ?4",
        account.0,
        q,
        limit,
        offset
    );
    row::all(rows.fetch_all(conn).await?)
}

/// How many queues match.
///
/// # Errors
/// [`Error::Database`].
pub async fn count(conn: &mut Conn, account: AccountId, filter: &Filter) -> Result<i64, Error> {
    let q = filter.q.as_deref();
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!: i64" FROM queue WHERE account_id = ?1 AND (?2 IS NULL OR instr(lower(name), lower(?2)) > 0)"#,
        account.0,
        q
    );
    Ok(count.fetch_one(conn).await?)
}

/// Every queue of the box, by id.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn all(conn: &mut Conn) -> Result<Vec<Queue>, Error> {
    row::all(select!("ORDER BY id").fetch_all(conn).await?)
}

/// Makes a queue. Its id was never given before.
///
/// # Errors
/// [`Error::Conflict`] for a name in use.
pub async fn insert(conn: &mut Conn, new: &New) -> Result<QueueId, Error> {
    let name = new.name.as_str();
    let settings = to_json("queue.settings", &new.settings)?;
    let done = sqlx::query!("INSERT INTO queue (account_id, name, settings) VALUES (?, ?, ?)", new.account_id.0, name, settings)
        .execute(conn)
        .await?;
    Ok(QueueId(done.last_insert_rowid()))
}

/// Writes a queue.
///
/// # Errors
/// [`Error::Missing`]; [`Error::Conflict`] for a name in use.
pub async fn update(conn: &mut Conn, queue: &Queue) -> Result<(), Error> {
    let name = queue.name.as_str();
    let settings = to_json("queue.settings", &queue.settings)?;
    let done = sqlx::query!(
        "UPDATE queue SET name = ?, settings = ? WHERE account_id = ? AND id = ?",
        name,
        settings,
        queue.account_id.0,
        queue.id.0
    )
    .execute(conn)
    .await?;
    found(done.rows_affected(), "queue")
}

/// Deletes a queue with its memberships and the extensions that lead to it. Whether it was there. The agents that are joined to it are
/// changed by the caller, who tells of it.
///
/// # Errors
/// [`Error::Database`].
pub async fn delete(conn: &mut Conn, account: AccountId, id: QueueId) -> Result<bool, Error> {
    sqlx::query!("DELETE FROM extension WHERE account_id = ? AND target = 'queue' AND target_id = ?", account.0, id.0)
        .execute(&mut *conn)
        .await?;
    let done = sqlx::query!("DELETE FROM queue WHERE account_id = ? AND id = ?", account.0, id.0).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}
