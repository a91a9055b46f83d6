//! Codes that agents dial to check in.

use super::row::owned_user;
use super::{Conn, Error};
use crate::clock::Millis;
use crate::domain::{AccountId, UserId};

/// How long a code's row outlives it, in milliseconds, so that a switch that asks again hears the same.
pub const KEPT_MS: i64 = 3_600_000;

/// A code that is to be made.
#[derive(Clone, Debug)]
pub struct New {
    /// Whose it is.
    pub account_id: AccountId,
    /// Who checks in with it.
    pub user_id: UserId,
    /// What is dialled after `**`.
    pub code: String,
    /// Whether it comes with forceCheckOut.
    pub force: bool,
    /// Until when it may be used.
    pub expires_at: Millis,
}

/// A code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Whose it is.
    pub account_id: AccountId,
    /// Who checks in with it.
    pub user_id: UserId,
    /// Whether it comes with forceCheckOut.
    pub force: bool,
    /// Until when it may be used.
    pub expires_at: Millis,
    /// The channel that has used it, and what that was told.
    pub redeemed: Option<Redeemed>,
}

/// That a code was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redeemed {
    /// The channel's UUID.
    pub channel: String,
    /// What it was told, in the service's words.
    pub outcome: String,
}

/// Makes a code. Expired ones make room, and so does the user's last one: a user has one code at a time.
///
/// # Errors
/// [`Error::Conflict`] when the code is in use: make another. [`Error::Missing`] for the user.
pub async fn create(conn: &mut Conn, new: &New, now: Millis) -> Result<(), Error> {
    owned_user(conn, new.account_id, new.user_id).await?;
    let kept = now.plus_ms(-KEPT_MS);
    sqlx::query!(
        "DELETE FROM checkin_code WHERE account_id = ?1 AND (expires_at <= ?2 OR (code = ?3 AND expires_at <= ?4))",
        new.account_id.0,
        kept.0,
        new.code,
        now.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("DELETE FROM checkin_code WHERE account_id = ? AND user_id = ? AND channel IS NULL", new.account_id.0, new.user_id.0)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "INSERT INTO checkin_code (code, account_id, user_id, force, expires_at) VALUES (?, ?, ?, ?, ?)",
        new.code,
        new.account_id.0,
        new.user_id.0,
        new.force,
        new.expires_at.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A code, whether it may still be used or not.
///
/// # Errors
/// [`Error::Database`].
pub async fn find(conn: &mut Conn, account: AccountId, code: &str) -> Result<Option<Code>, Error> {
    let row = sqlx::query!(
        r#"SELECT user_id, force AS "force: bool", expires_at, channel, outcome FROM checkin_code WHERE account_id = ? AND code = ?"#,
        account.0,
        code
    );
    Ok(row.fetch_optional(conn).await?.map(|row| Code {
        account_id: account,
        user_id: UserId(row.user_id),
        force: row.force,
        expires_at: Millis(row.expires_at),
        redeemed: row.channel.zip(row.outcome).map(|(channel, outcome)| Redeemed { channel, outcome }),
    }))
}

/// Notes that a channel has used the code, and what it was told. False when it is used up, expired or gone; look at it again then.
///
/// # Errors
/// [`Error::Database`].
pub async fn redeem(conn: &mut Conn, account: AccountId, code: &str, by: &Redeemed, now: Millis) -> Result<bool, Error> {
    let done = sqlx::query!(
        "UPDATE checkin_code SET channel = ?, outcome = ? WHERE account_id = ? AND code = ? AND channel IS NULL AND expires_at > ?",
        by.channel,
        by.outcome,
        account.0,
        code,
        now.0
    );
    Ok(done.execute(conn).await?.rows_affected() > 0)
}
