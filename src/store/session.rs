//! Sessions of users, begun with a password or with a key. The session's id that a client sends is nowhere: only its SHA-256 is kept.

use super::row::owned_user;
use super::{Conn, Error, account, user};
use crate::clock::Millis;
use crate::domain::{Account, AccountId, KeyId, SessionId, User, UserId};

/// The most sessions of a user that were begun with a password, and as many that were begun with a key; the oldest end first.
const OF_USER_MAX: i64 = 100;

/// A session that begins.
#[derive(Clone, Debug)]
pub struct New {
    /// Whose it is.
    pub account_id: AccountId,
    /// Who logged in.
    pub user_id: UserId,
    /// With which key; none: with its password. The session ends with the key.
    pub key_id: Option<KeyId>,
    /// SHA-256 of what the client sends.
    pub hash: [u8; 32],
    /// When it began.
    pub created_at: Millis,
    /// When it ends.
    pub expires_at: Millis,
}

/// A session that is not over.
#[derive(Clone, Debug)]
pub struct Found {
    /// Which.
    pub session: SessionId,
    /// The key that it was begun with.
    pub key: Option<KeyId>,
    /// Whose it is.
    pub user: User,
    /// And whose that is.
    pub account: Account,
}

/// Begins a session; those of the box that are over, and those that the user has too many, are gone.
///
/// # Errors
/// [`Error::Missing`] for the user.
pub async fn insert(conn: &mut Conn, new: &New) -> Result<(), Error> {
    owned_user(conn, new.account_id, new.user_id).await?;
    sqlx::query!("DELETE FROM session WHERE expires_at <= ?", new.created_at.0).execute(&mut *conn).await?;
    let (hash, key_id) = (new.hash.as_slice(), new.key_id.map(i64::from));
    sqlx::query!(
        "INSERT INTO session (account_id, user_id, key_id, hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
        new.account_id.0,
        new.user_id.0,
        key_id,
        hash,
        new.created_at.0,
        new.expires_at.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "DELETE FROM session WHERE account_id = ?1 AND user_id = ?2 AND (key_id IS NULL) = (?4 IS NULL)
         AND id NOT IN (SELECT id FROM session WHERE user_id = ?2 AND (key_id IS NULL) = (?4 IS NULL)
                        ORDER BY created_at DESC, id DESC LIMIT ?3)",
        new.account_id.0,
        new.user_id.0,
        OF_USER_MAX,
        key_id
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The session with that SHA-256 that is not over, the key that it was begun with, its user and the user's account.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn by_hash(conn: &mut Conn, hash: &[u8; 32], now: Millis) -> Result<Option<Found>, Error> {
    let hash = hash.as_slice();
    let row =
        sqlx::query!(r#"SELECT id AS "id!", account_id, user_id, key_id FROM session WHERE hash = ? AND expires_at > ?"#, hash, now.0);
    let Some(row) = row.fetch_optional(&mut *conn).await? else { return Ok(None) };
    let account_id = AccountId(row.account_id);
    let owner = user::get(conn, account_id, UserId(row.user_id)).await?;
    let account = account::get(conn, account_id).await?;
    let found = |(user, account)| Found { session: SessionId(row.id), key: row.key_id.map(KeyId), user, account };
    Ok(owner.zip(account).map(found))
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
