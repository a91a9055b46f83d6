//! Permission groups.

use super::row::{self, found, from_json, label, to_json};
use super::{Conn, Error};
use crate::domain::permission::{Permissions, Pgroup};
use crate::domain::text::Label;
use crate::domain::{AccountId, PgroupId};

/// A group that is to be made.
#[derive(Clone, Debug)]
pub struct New {
    /// Whose it is.
    pub account_id: AccountId,
    /// Its name, unique in the account.
    pub name: Label,
    /// What its members may do.
    pub permissions: Permissions,
}

struct Row {
    id: i64,
    account_id: i64,
    name: String,
    permissions: String,
}

impl TryFrom<Row> for Pgroup {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: PgroupId(row.id),
            account_id: AccountId(row.account_id),
            name: label("pgroup.name", &row.name)?,
            permissions: from_json("pgroup.permissions", &row.permissions)?,
        })
    }
}

macro_rules! select {
    ($tail:literal $(, $arg:expr)*) => {
        sqlx::query_as!(Row, r#"SELECT id AS "id!", account_id, name, permissions FROM pgroup "# + $tail $(, $arg)*)
    };
}

/// One group.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn get(conn: &mut Conn, account: AccountId, id: PgroupId) -> Result<Option<Pgroup>, Error> {
    select!("WHERE account_id = ? AND id = ?", account.0, id.0).fetch_optional(conn).await?.map(Pgroup::try_from).transpose()
}

/// The group of that name.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn by_name(conn: &mut Conn, account: AccountId, name: &str) -> Result<Option<Pgroup>, Error> {
    select!("WHERE account_id = ? AND name = ?", account.0, name).fetch_optional(conn).await?.map(Pgroup::try_from).transpose()
}

/// The account's groups, by id.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn list(conn: &mut Conn, account: AccountId) -> Result<Vec<Pgroup>, Error> {
    row::all(select!("WHERE account_id = ? ORDER BY id", account.0).fetch_all(conn).await?)
}

/// Makes a group.
///
/// # Errors
/// [`Error::Conflict`] for a name in use.
pub async fn insert(conn: &mut Conn, new: &New) -> Result<PgroupId, Error> {
    let name = new.name.as_str();
    let permissions = to_json("pgroup.permissions", &new.permissions)?;
    let done = sqlx::query!("INSERT INTO pgroup (account_id, name, permissions) VALUES (?, ?, ?)", new.account_id.0, name, permissions)
        .execute(conn)
        .await?;
    Ok(PgroupId(done.last_insert_rowid()))
}

/// Writes a group.
///
/// # Errors
/// [`Error::Missing`]; [`Error::Conflict`] for a name in use.
pub async fn update(conn: &mut Conn, group: &Pgroup) -> Result<(), Error> {
    let name = group.name.as_str();
    let permissions = to_json("pgroup.permissions", &group.permissions)?;
    let done = sqlx::query!(
        "UPDATE pgroup SET name = ?, permissions = ? WHERE account_id = ? AND id = ?",
        name,
        permissions,
        group.account_id.0,
        group.id.0
    )
    .execute(conn)
    .await?;
    found(done.rows_affected(), "permission group")
}

/// Deletes a group. Whether it was there.
///
/// # Errors
/// [`Error::Conflict`] while users are in it.
pub async fn delete(conn: &mut Conn, account: AccountId, id: PgroupId) -> Result<bool, Error> {
    let done = sqlx::query!("DELETE FROM pgroup WHERE account_id = ? AND id = ?", account.0, id.0).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}
