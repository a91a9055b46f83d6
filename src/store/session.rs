//! Sessions of users. The session's id that a client sends is nowhere: only its SHA-256 is kept.

use super::row::owned_user;
use super::{Conn, Error, account, user};
use crate::clock::Millis;
use crate::domain::{Account, AccountId, SessionId, User, UserId};

/// The most sessions of a user; the oldest end first.
const OF_USER_MAX: i64 = 100;

/// A session that begins.
#[derive(Clone, Debug)]
pub struct New {
    /// Whose it is.
    pub account_id: AccountId,
    /// Who logged in.
    pub user_id: UserId,
    /// SHA-256 of what the client sends.
    pub hash: [u8; 32],
    /// When it began.
    pub created_at: Millis,
    /// When it ends.
    pub expires_at: Millis,
}

/// Begins a session; those of the box that are over, and those that the user has too many, are gone.
///
/// # Errors
/// [`Error::Missing`] for the user.
pub async fn insert(conn: &mut Conn, new: &New) -> Result<(), Error> {
    owned_user(conn, new.account_id, new.user_id).await?;
    sqlx::query!("DELETE FROM session WHERE expires_at <= ?", new.created_at.0).execute(&mut *conn).await?;
    let hash = new.hash.as_slice();
    sqlx::query!(
        "INSERT INTO session (account_id, user_id, hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
        new.account_id.0,
        new.user_id.0,
        hash,
        new.created_at.0,
        new.expires_at.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "DELETE FROM session WHERE account_id = ?1 AND user_id = ?2
         AND id NOT IN (SELECT id FROM session WHERE user_id = ?2 ORDER BY created_at DESC, id DESC LIMIT ?3)",
        new.account_id.0,
        new.user_id.0,
        OF_USER_MAX
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The session with that SHA-256 that is not over, its user and the user's account.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn by_hash(conn: &mut Conn, hash: &[u8; 32], now: Millis) -> Result<Option<(SessionId, User, Account)>, Error> {
    let hash = hash.as_slice();
    let row = sqlx::query!(r#"SELECT id AS "id!", account_id, user_id FROM session WHERE hash = ? AND expires_at > ?"#, hash, now.0);
    let Some(row) = row.fetch_optional(&mut *conn).await? else { return Ok(None) };
    let account_id = AccountId(row.account_id);
    let owner = user::get(conn, account_id, UserId(row.user_id)).await?;
    let account = account::get(conn, account_id).await?;
    Ok(owner.zip(account).map(|(owner, account)| (SessionId(row.id), owner, account)))
}

/// Whether a session of the user is not over.
///
/// # Errors
/// [`Error::Database`].
pub async fn is_on(conn: &mut Conn, account: AccountId, user: UserId, id: SessionId, now: Millis) -> Result<bool, Error> {
    let row = sqlx::query_scalar!(
        "SELECT 1 AS found FROM session WHERE account_id = ? AND user_id = ? AND id = ? AND expires_at > ?",
        account.0,
        user.0,
        id.0,
        now.0
    );
    Ok(row.fetch_optional(conn).await?.is_some())
}

/// Ends a session. Nothing happens when it has ended already.
///
/// # Errors
/// [`Error::Database`].
pub async fn end(conn: &mut Conn, account: AccountId, id: SessionId) -> Result<(), Error> {
    sqlx::query!("DELETE FROM session WHERE account_id = ? AND id = ?", account.0, id.0).execute(conn).await?;
    Ok(())
}

/// Ends every session of a user.
///
/// # Errors
/// [`Error::Database`].
pub async fn end_all(conn: &mut Conn, account: AccountId, user: UserId) -> Result<(), Error> {
    sqlx::query!("DELETE FROM session WHERE account_id = ? AND user_id = ?", account.0, user.0).execute(conn).await?;
    Ok(())
}

/// How many sessions of the box are kept, those that are over and not yet swept among them.
///
/// # Errors
/// [`Error::Database`].
pub async fn count(conn: &mut Conn) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(r#"SELECT count(*) AS "count!: i64" FROM session"#).fetch_one(conn).await?)
}
