//! What was repaired on the switch.

use sqlx::{QueryBuilder, Sqlite};

use super::{Conn, Error, Page};
use super::{event, row};
use crate::clock::Millis;
use crate::domain::repair::{Kind, Repair};
use crate::domain::{AccountId, QueueId, UserId};

/// Which repairs are wanted: those for which all of it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Of this agent.
    pub user: Option<UserId>,
    /// Of this queue.
    pub queue: Option<QueueId>,
    /// Done then or later.
    pub from: Option<Millis>,
    /// Done before.
    pub to: Option<Millis>,
}

/// A repair that is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: i64,
    /// What it was.
    pub repair: Repair,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    account_id: i64,
    at: i64,
    kind: String,
    user_id: Option<i64>,
    queue_id: Option<i64>,
    leg: Option<String>,
    seen: String,
    done: Option<String>,
}

impl TryFrom<Row> for Entry {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let repair = Repair {
            account_id: AccountId(row.account_id),
            at: Millis(row.at),
            kind: Kind::parse(&row.kind).ok_or(Error::Corrupt("repair.kind"))?,
            user_id: row.user_id.map(UserId),
            queue_id: row.queue_id.map(QueueId),
            leg: row.leg,
            seen: row.seen,
            done: row.done,
        };
        Ok(Self { id: row.id, repair })
    }
}

/// Writes repairs down, each with its event.
///
/// # Errors
/// [`Error::Missing`] for an account.
pub async fn append(conn: &mut Conn, repairs: &[Repair]) -> Result<(), Error> {
    for repair in repairs {
        insert(conn, repair).await?;
    }
    event::append(conn, &repairs.iter().map(Repair::event).collect::<Vec<_>>()).await
}

async fn insert(conn: &mut Conn, repair: &Repair) -> Result<(), Error> {
    let (kind, user, queue) = (repair.kind.name(), repair.user_id.map(i64::from), repair.queue_id.map(i64::from));
    let done = sqlx::query!(
        "INSERT INTO repair (account_id, at, kind, user_id, queue_id, leg, seen, done) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        repair.account_id.0,
        repair.at.0,
        kind,
        user,
        queue,
        repair.leg,
        repair.seen,
        repair.done
    );
    done.execute(conn).await?;
    Ok(())
}

fn matching(columns: &str, account: AccountId, filter: &Filter) -> QueryBuilder<Sqlite> {
    let Filter { kind, user, queue, from, to } = *filter;
    let mut query = QueryBuilder::new("SELECT ");
    query.push(columns).push(" FROM repair WHERE account_id = ").push_bind(account.0);
    if let Some(kind) = kind {
        query.push(" AND kind = ").push_bind(kind.name());
    }
    let numbers = [(" AND user_id = ", user.map(i64::from)), (" AND queue_id = ", queue.map(i64::from))];
    for (condition, number) in numbers.into_iter().chain([(" AND at >= ", from.map(|at| at.0)), (" AND at < ", to.map(|at| at.0))]) {
        if let Some(number) = number {
            query.push(condition).push_bind(number);
        }
    }
    query
}

/// A page of those that match, the latest first.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn list(conn: &mut Conn, account: AccountId, filter: &Filter, page: Page) -> Result<Vec<Entry>, Error> {
    let mut query = matching("*", account, filter);
    query.push(" ORDER BY at DESC, id DESC LIMIT ").push_bind(page.sql_limit()).push(" OFFSET ").push_bind(page.offset);
    row::all(query.build_query_as::<Row>().fetch_all(conn).await?)
}

/// How many match.
///
/// # Errors
/// [`Error::Database`].
pub async fn count(conn: &mut Conn, account: AccountId, filter: &Filter) -> Result<i64, Error> {
    Ok(matching("count(*)", account, filter).build_query_scalar().fetch_one(conn).await?)
}

/// Deletes at most `limit` of those from before; how many there were.
///
/// # Errors
/// [`Error::Database`].
pub async fn forget(conn: &mut Conn, account: AccountId, before: Millis, limit: u32) -> Result<u64, Error> {
    let done = sqlx::query!(
        "DELETE FROM repair WHERE id IN (SELECT id FROM repair WHERE account_id = ? AND at < ? ORDER BY at LIMIT ?)",
        account.0,
        before.0,
        limit
    );
    Ok(done.execute(conn).await?.rows_affected())
}
