//! Pauses.

use super::row::{self, found, label};
use super::{Conn, Error};
use crate::domain::text::Label;
use crate::domain::{AccountId, Pause, PauseId};

/// A pause that is to be made.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "see domain::Pause")]
pub struct New {
    pub account_id: AccountId,
    pub name: Label,
    pub color: Option<String>,
    pub max_seconds: u32,
    pub paid: bool,
    pub is_default: bool,
    pub system: bool,
}

struct Row {
    id: i64,
    account_id: i64,
    name: String,
    color: Option<String>,
    max_seconds: u32,
    paid: bool,
    is_default: bool,
    system: bool,
}

impl TryFrom<Row> for Pause {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: PauseId(row.id),
            account_id: AccountId(row.account_id),
            name: label("pause.name", &row.name)?,
            color: row.color,
            max_seconds: row.max_seconds,
            paid: row.paid,
            is_default: row.is_default,
            system: row.system,
        })
    }
}

macro_rules! select {
    ($tail:literal $(, $arg:expr)*) => {
        sqlx::query_as!(
            Row,
            r#"SELECT id AS "id!", account_id, name, color, max_seconds AS "max_seconds: u32", paid AS "paid: bool",
                      is_default AS "is_default: bool", system AS "system: bool" FROM pause "# + $tail $(, $arg)*
        )
    };
}

/// One pause.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn get(conn: &mut Conn, account: AccountId, id: PauseId) -> Result<Option<Pause>, Error> {
    select!("WHERE account_id = ? AND id = ?", account.0, id.0).fetch_optional(conn).await?.map(Pause::try_from).transpose()
}

/// The account's pauses, by id.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn list(conn: &mut Conn, account: AccountId) -> Result<Vec<Pause>, Error> {
    row::all(select!("WHERE account_id = ? ORDER BY id", account.0).fetch_all(conn).await?)
}

/// Makes a pause. A default one takes the place of the one before.
///
/// # Errors
/// [`Error::Conflict`] for a name in use.
pub async fn insert(conn: &mut Conn, new: &New) -> Result<PauseId, Error> {
    if new.is_default {
        clear_default(conn, new.account_id).await?;
    }
    let name = new.name.as_str();
    let done = sqlx::query!(
        "INSERT INTO pause (id, account_id, name, color, max_seconds, paid, is_default, system)
         VALUES (1 + max(ifnull((SELECT max(id) FROM pause), 0), ifnull((SELECT id FROM last_id WHERE noun = 'pause'), 0)),
                 ?, ?, ?, ?, ?, ?, ?)",
        new.account_id.0,
        name,
        new.color,
        new.max_seconds,
        new.paid,
        new.is_default,
        new.system
    )
    .execute(conn)
    .await?;
    Ok(PauseId(done.last_insert_rowid()))
}

/// Writes a pause. A default one takes the place of the one before.
///
/// # Errors
/// [`Error::Missing`]; [`Error::Conflict`] for a name in use.
pub async fn update(conn: &mut Conn, pause: &Pause) -> Result<(), Error> {
    if pause.is_default {
        clear_default(conn, pause.account_id).await?;
    }
    let name = pause.name.as_str();
    let done = sqlx::query!(
        "UPDATE pause SET name = ?, color = ?, max_seconds = ?, paid = ?, is_default = ?, system = ? WHERE account_id = ? AND id = ?",
        name,
        pause.color,
        pause.max_seconds,
        pause.paid,
        pause.is_default,
        pause.system,
        pause.account_id.0,
        pause.id.0
    )
    .execute(conn)
    .await?;
    found(done.rows_affected(), "pause")
}

/// Deletes a pause. Whether it was there.
///
/// # Errors
/// [`Error::Conflict`] while an agent is in it.
pub async fn delete(conn: &mut Conn, account: AccountId, id: PauseId) -> Result<bool, Error> {
    let done = sqlx::query!("DELETE FROM pause WHERE account_id = ? AND id = ?", account.0, id.0).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}

async fn clear_default(conn: &mut Conn, account: AccountId) -> Result<(), Error> {
    sqlx::query!("UPDATE pause SET is_default = 0 WHERE account_id = ? AND is_default", account.0).execute(conn).await?;
    Ok(())
}
