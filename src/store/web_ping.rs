//! Signs of life of agents' pages.

use super::row::owned_user;
use super::{Conn, Error};
use crate::clock::Millis;
use crate::domain::web_ping::WebPing;
use crate::domain::{AccountId, UserId};

/// The last one of a user.
///
/// # Errors
/// [`Error::Database`].
pub async fn get(conn: &mut Conn, account: AccountId, user: UserId) -> Result<Option<WebPing>, Error> {
    let row = sqlx::query!(
        r#"SELECT ping_time, mic_perm AS "mic_perm: bool", heard_at FROM web_ping WHERE account_id = ? AND user_id = ?"#,
        account.0,
        user.0
    );
    let row = row.fetch_optional(conn).await?;
    Ok(row.map(|row| WebPing { ping_time: row.ping_time, mic_perm: row.mic_perm, heard_at: Millis(row.heard_at) }))
}

/// Those of an account.
///
/// # Errors
/// [`Error::Database`].
pub async fn list(conn: &mut Conn, account: AccountId) -> Result<Vec<(UserId, WebPing)>, Error> {
    let rows = sqlx::query!(
        r#"SELECT user_id AS "user_id!", ping_time, mic_perm AS "mic_perm: bool", heard_at FROM web_ping WHERE account_id = ?"#,
        account.0
    );
    let ping = |ping_time, mic_perm, heard_at| WebPing { ping_time, mic_perm, heard_at: Millis(heard_at) };
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (UserId(row.user_id), ping(row.ping_time, row.mic_perm, row.heard_at))).collect())
}

/// Notes one.
///
/// # Errors
/// [`Error::Missing`] for the user.
pub async fn note(conn: &mut Conn, account: AccountId, user: UserId, ping: WebPing) -> Result<(), Error> {
    owned_user(conn, account, user).await?;
    sqlx::query!(
        "INSERT INTO web_ping (user_id, account_id, ping_time, mic_perm, heard_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (user_id) DO UPDATE SET ping_time = excluded.ping_time, mic_perm = excluded.mic_perm, heard_at = excluded.heard_at",
        user.0,
        account.0,
        ping.ping_time,
        ping.mic_perm,
        ping.heard_at.0
    )
    .execute(conn)
    .await?;
    Ok(())
}
