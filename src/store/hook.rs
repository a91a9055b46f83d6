//! Addresses of agents.

use super::row::{self, found, owned_user};
use super::{Conn, Error, delivery};
use crate::domain::hook::{Hook, Method, Tells};
use crate::domain::{AccountId, HookId, UserId};

struct Row {
    id: i64,
    account_id: i64,
    user_id: i64,
    tells: String,
    method: String,
    url: String,
}

impl TryFrom<Row> for Hook {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: HookId(row.id),
            account_id: AccountId(row.account_id),
            user_id: UserId(row.user_id),
            tells: Tells::ALL.into_iter().find(|tells| tells.event() == row.tells).ok_or(Error::Corrupt("hook.tells"))?,
            method: method(&row.method)?,
            url: row.url,
        })
    }
}

/// The method of that name.
pub(super) fn method(name: &str) -> Result<Method, Error> {
    Method::ALL.into_iter().find(|method| method.name() == name).ok_or(Error::Corrupt("hook.method"))
}

/// Those of an agent, by id.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn list(conn: &mut Conn, account: AccountId, user: UserId) -> Result<Vec<Hook>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT id AS "id!", account_id, user_id, tells, method, url FROM hook WHERE account_id = ? AND user_id = ? ORDER BY id"#,
        account.0,
        user.0
    );
    row::all(rows.fetch_all(conn).await?)
}

/// Makes a hook; its own id does not count.
///
/// # Errors
/// [`Error::Missing`] for the user.
pub async fn insert(conn: &mut Conn, new: &Hook) -> Result<HookId, Error> {
    owned_user(conn, new.account_id, new.user_id).await?;
    let (tells, method) = (new.tells.event(), new.method.name());
    let done = sqlx::query!(
        "INSERT INTO hook (account_id, user_id, tells, method, url) VALUES (?, ?, ?, ?, ?)",
        new.account_id.0,
        new.user_id.0,
        tells,
        method,
        new.url
    );
    Ok(HookId(done.execute(conn).await?.last_insert_rowid()))
}

/// Writes a hook.
///
/// # Errors
/// [`Error::Missing`] for the hook.
pub async fn update(conn: &mut Conn, hook: &Hook) -> Result<(), Error> {
    let (tells, method) = (hook.tells.event(), hook.method.name());
    let done = sqlx::query!(
        "UPDATE hook SET tells = ?, method = ?, url = ? WHERE account_id = ? AND user_id = ? AND id = ?",
        tells,
        method,
        hook.url,
        hook.account_id.0,
        hook.user_id.0,
        hook.id.0
    );
    found(done.execute(conn).await?.rows_affected(), "hook")
}

/// Deletes a hook; what it was still to be told is given up.
///
/// # Errors
/// [`Error::Missing`] for the hook.
pub async fn delete(conn: &mut Conn, account: AccountId, user: UserId, id: HookId) -> Result<(), Error> {
    let done = sqlx::query!("DELETE FROM hook WHERE account_id = ? AND user_id = ? AND id = ?", account.0, user.0, id.0);
    found(done.execute(&mut *conn).await?.rows_affected(), "hook")?;
    // Behind it another hook with the same address may have waited.
    delivery::promote(conn, account).await
}
