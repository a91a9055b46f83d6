//! API keys. The key itself is nowhere: only its SHA-256 is kept.

use super::row::{self, owned_user};
use super::{Conn, Error, account, user};
use crate::clock::Millis;
use crate::domain::{Account, AccountId, KeyId, User, UserId};

/// A key that is to be made.
#[derive(Clone, Debug)]
pub struct New {
    /// Whose it is.
    pub account_id: AccountId,
    /// For whom it acts.
    pub user_id: UserId,
    /// What people call it.
    pub name: String,
    /// Its first characters, to tell keys apart in a list.
    pub prefix: String,
    /// SHA-256 of the key.
    pub hash: [u8; 32],
    /// When it was made.
    pub created_at: Millis,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// For whom it acts.
    pub user_id: UserId,
    /// What people call it.
    pub name: String,
    /// Its first characters.
    pub prefix: String,
    /// When it was made.
    pub created_at: Millis,
    /// When it was last used, to the minute or so.
    pub last_used_at: Option<Millis>,
}

struct Row {
    id: i64,
    user_id: i64,
    name: String,
    prefix: String,
    created_at: i64,
    last_used_at: Option<i64>,
}

impl TryFrom<Row> for Key {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: KeyId(row.id),
            user_id: UserId(row.user_id),
            name: row.name,
            prefix: row.prefix,
            created_at: Millis(row.created_at),
            last_used_at: row.last_used_at.map(Millis),
        })
    }
}

/// The key with that SHA-256, its owner and the owner's account.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn by_hash(conn: &mut Conn, hash: &[u8; 32]) -> Result<Option<(KeyId, User, Account)>, Error> {
    let hash = hash.as_slice();
    let row =
        sqlx::query!(r#"SELECT id AS "id!", account_id, user_id FROM api_key WHERE hash = ?"#, hash).fetch_optional(&mut *conn).await?;
    let Some(row) = row else { return Ok(None) };
    let account_id = AccountId(row.account_id);
    let owner = user::get(conn, account_id, UserId(row.user_id)).await?;
    let account = account::get(conn, account_id).await?;
    Ok(owner.zip(account).map(|(owner, account)| (KeyId(row.id), owner, account)))
}

/// The keys of a user, by id.
///
/// # Errors
/// [`Error::Database`].
pub async fn list(conn: &mut Conn, account: AccountId, user: UserId) -> Result<Vec<Key>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT id AS "id!", user_id, name, prefix, created_at, last_used_at FROM api_key WHERE account_id = ? AND user_id = ? ORDER BY id"#,
        account.0,
        user.0
    );
    row::all(rows.fetch_all(conn).await?)
}

/// Makes a key.
///
/// # Errors
/// [`Error::Missing`] for the user.
pub async fn insert(conn: &mut Conn, new: &New) -> Result<KeyId, Error> {
    owned_user(conn, new.account_id, new.user_id).await?;
    let hash = new.hash.as_slice();
    let done = sqlx::query!(
        "INSERT INTO api_key (account_id, user_id, name, prefix, hash, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        new.account_id.0,
        new.user_id.0,
        new.name,
        new.prefix,
        hash,
        new.created_at.0
    )
    .execute(conn)
    .await?;
    Ok(KeyId(done.last_insert_rowid()))
}

/// Notes that a key was used. Nothing happens when it was revoked meanwhile.
///
/// # Errors
/// [`Error::Database`].
pub async fn touch(conn: &mut Conn, account: AccountId, id: KeyId, at: Millis) -> Result<(), Error> {
    sqlx::query!("UPDATE api_key SET last_used_at = ? WHERE account_id = ? AND id = ?", at.0, account.0, id.0).execute(conn).await?;
    Ok(())
}

/// Revokes a key of a user. Whether it was there.
///
/// # Errors
/// [`Error::Database`].
pub async fn delete(conn: &mut Conn, account: AccountId, user: UserId, id: KeyId) -> Result<bool, Error> {
    let done = sqlx::query!("DELETE FROM api_key WHERE account_id = ? AND user_id = ? AND id = ?", account.0, user.0, id.0);
    Ok(done.execute(conn).await?.rows_affected() > 0)
}
