//! Long imports of leads: how far each came. Written in the transactions that write the leads, so that it is exact even after a crash.

use super::row::{self, found};
use super::{Conn, Error};
use crate::clock::Millis;
use crate::domain::{AccountId, ImportId, PhoneListId};

/// Imports of a list that are remembered.
pub const KEPT_MAX: i64 = 20;

/// An import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadImport {
    /// Its id.
    pub id: ImportId,
    /// Whether it runs, is done, or failed.
    pub state: State,
    /// What became of its rows so far.
    pub tally: Tally,
    /// Why it failed.
    pub error: Option<String>,
    /// When it began.
    pub started_at: Millis,
    /// When it ended.
    pub finished_at: Option<Millis>,
}

/// What an import is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Rows are still coming.
    Running,
    /// Every row was taken or refused.
    Done,
    /// It broke off; what the tally says was kept.
    Failed,
}

/// How many rows became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// New leads.
    pub added: u64,
    /// Rows of leads that were there.
    pub updated: u64,
    /// Rows that could not be taken.
    pub refused: u64,
}

impl Tally {
    /// All rows that were dealt with.
    pub fn rows(self) -> u64 {
        self.added + self.updated + self.refused
    }
}

impl State {
    /// How it is written, here and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

struct Row {
    id: i64,
    state: String,
    added: i64,
    updated: i64,
    refused: i64,
    error: Option<String>,
    started_at: i64,
    finished_at: Option<i64>,
}

impl TryFrom<Row> for LeadImport {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let states = [State::Running, State::Done, State::Failed];
        let count = |count: i64| u64::try_from(count).map_err(|_| Error::Corrupt("lead_import.added"));
        Ok(Self {
            id: ImportId(row.id),
            state: states.into_iter().find(|state| state.name() == row.state).ok_or(Error::Corrupt("lead_import.state"))?,
            tally: Tally { added: count(row.added)?, updated: count(row.updated)?, refused: count(row.refused)? },
            error: row.error,
            started_at: Millis(row.started_at),
            finished_at: row.finished_at.map(Millis),
        })
    }
}

/// Begins an import, and forgets the oldest of more than [`KEPT_MAX`].
///
/// # Errors
/// [`Error::Missing`] for the list.
pub async fn begin(conn: &mut Conn, account: AccountId, list: PhoneListId, now: Millis) -> Result<ImportId, Error> {
    super::phone_list::owned(&mut *conn, account, list).await?;
    let done = sqlx::query!("INSERT INTO lead_import (list_id, state, started_at) VALUES (?, 'running', ?)", list.0, now.0);
    let id = done.execute(&mut *conn).await?.last_insert_rowid();
    sqlx::query!(
        "DELETE FROM lead_import WHERE list_id = ?1 AND state <> 'running'
           AND id NOT IN (SELECT id FROM lead_import WHERE list_id = ?1 ORDER BY id DESC LIMIT ?2)",
        list.0,
        KEPT_MAX
    )
    .execute(conn)
    .await?;
    Ok(ImportId(id))
}

/// Writes how far an import came, and how it ended when it did.
///
/// # Errors
/// [`Error::Missing`].
pub async fn update(
    conn: &mut Conn,
    account: AccountId,
    id: ImportId,
    tally: Tally,
    ended: Option<(Millis, Option<&str>)>,
) -> Result<(), Error> {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let (added, updated, refused) = (count(tally.added), count(tally.updated), count(tally.refused));
    let state = match ended {
        None => State::Running,
        Some((_, None)) => State::Done,
        Some((_, Some(_))) => State::Failed,
    };
    let (state, finished_at, error) = (state.name(), ended.map(|(at, _)| at.0), ended.and_then(|(_, error)| error));
    let done = sqlx::query!(
        "UPDATE lead_import SET state = ?, added = ?, updated = ?, refused = ?, finished_at = ?, error = ?
         WHERE id = ? AND list_id IN (SELECT id FROM phone_list WHERE account_id = ?)",
        state,
        added,
        updated,
        refused,
        finished_at,
        error,
        id.0,
        account.0
    );
    found(done.execute(conn).await?.rows_affected(), "import")
}

/// The imports of a list, the newest first.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn list(conn: &mut Conn, account: AccountId, list: PhoneListId) -> Result<Vec<LeadImport>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT lead_import.id AS "id!", state, added, updated, refused, error, started_at, finished_at
           FROM phone_list JOIN lead_import ON lead_import.list_id = phone_list.id
           WHERE phone_list.account_id = ? AND phone_list.id = ? ORDER BY lead_import.id DESC"#,
        account.0,
        list.0
    );
    row::all(rows.fetch_all(conn).await?)
}

/// Ends what an earlier run of ccgate left running, on the whole box.
///
/// # Errors
/// [`Error::Database`].
pub async fn end_running(conn: &mut Conn, now: Millis, error: &str) -> Result<(), Error> {
    sqlx::query!("UPDATE lead_import SET state = 'failed', finished_at = ?, error = ? WHERE state = 'running'", now.0, error)
        .execute(conn)
        .await?;
    Ok(())
}
