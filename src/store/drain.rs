//! Deleted queues that may still have callers.

use super::row::{self, text};
use super::{Conn, Error};
use crate::clock::Millis;
use crate::domain::queue::Drain;
use crate::domain::{AccountId, QueueId};

struct Row {
    queue_id: i64,
    account_id: i64,
    exit: Option<String>,
}

impl TryFrom<Row> for Drain {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let exit = row.exit.map(|number| text("queue_drain.exit", number)).transpose()?;
        Ok(Self { queue_id: QueueId(row.queue_id), account_id: AccountId(row.account_id), exit })
    }
}

/// Remembers that a queue is to be drained.
///
/// # Errors
/// [`Error::Database`].
pub async fn insert(conn: &mut Conn, drain: &Drain, now: Millis) -> Result<(), Error> {
    let exit = drain.exit.as_ref().map(|number| number.as_str());
    let done = sqlx::query!(
        "INSERT INTO queue_drain (queue_id, account_id, exit, asked_at) VALUES (?, ?, ?, ?)",
        drain.queue_id.0,
        drain.account_id.0,
        exit,
        now.0
    );
    done.execute(conn).await?;
    Ok(())
}

/// Every queue of the box that is to be drained, by id.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn all(conn: &mut Conn) -> Result<Vec<Drain>, Error> {
    let rows = sqlx::query_as!(Row, r#"SELECT queue_id AS "queue_id!", account_id, exit FROM queue_drain ORDER BY queue_id"#);
    row::all(rows.fetch_all(conn).await?)
}

/// Forgets it: nobody is left.
///
/// # Errors
/// [`Error::Database`].
pub async fn delete(conn: &mut Conn, account: AccountId, queue: QueueId) -> Result<(), Error> {
    sqlx::query!("DELETE FROM queue_drain WHERE account_id = ? AND queue_id = ?", account.0, queue.0).execute(conn).await?;
    Ok(())
}
