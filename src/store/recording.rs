//! The recordings of legs.

use super::row;
use super::{Conn, Error};
use crate::clock::Millis;
use crate::domain::recording::RecordingFile;
use crate::domain::{AccountId, UserId};

/// A leg, and its recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The leg's UUID.
    pub leg: String,
    /// Whose it is.
    pub account_id: AccountId,
    /// When it began.
    pub started_at: Millis,
    /// When it ended; until then the file is written.
    pub ended_at: Option<Millis>,
    /// The file; none when it was not recorded.
    pub file: Option<RecordingFile>,
    /// When the file was deleted.
    pub deleted_at: Option<Millis>,
    /// When deleting it is tried again, after that failed.
    pub retry_at: Option<Millis>,
}

struct Row {
    uuid: String,
    account_id: i64,
    started_at: i64,
    ended_at: Option<i64>,
    recording: Option<String>,
    recording_deleted_at: Option<i64>,
    recording_retry_at: Option<i64>,
}

impl TryFrom<Row> for Kept {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let file = row.recording.map(|path| row::text("leg.recording", path)).transpose()?;
        Ok(Self {
            leg: row.uuid,
            account_id: AccountId(row.account_id),
            started_at: Millis(row.started_at),
            ended_at: row.ended_at.map(Millis),
            file,
            deleted_at: row.recording_deleted_at.map(Millis),
            retry_at: row.recording_retry_at.map(Millis),
        })
    }
}

/// The recording of the call that has this leg: its own, also when that was deleted, else the call's first that is still there, else one that was. A leg without a file says
/// that the call was not recorded; none, that there is no such leg.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn of_call(conn: &mut Conn, account: AccountId, leg: &str) -> Result<Option<Kept>, Error> {
    let found = sqlx::query_as!(
        Row,
        r#"SELECT uuid AS "uuid!", account_id, started_at, ended_at, recording, recording_deleted_at, recording_retry_at FROM leg
           WHERE account_id = ?1 AND call_id = (SELECT call_id FROM leg WHERE account_id = ?1 AND uuid = ?2)
           ORDER BY recording IS NULL, uuid != ?2, recording_deleted_at IS NOT NULL, started_at LIMIT 1"#,
        account.0,
        leg
    );
    found.fetch_optional(conn).await?.map(Kept::try_from).transpose()
}

/// Whether the user spoke in the call that has this leg.
///
/// # Errors
/// [`Error::Database`].
pub async fn spoke_in(conn: &mut Conn, account: AccountId, leg: &str, user: UserId) -> Result<bool, Error> {
    let spoke = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM leg WHERE account_id = ?1 AND call_id = (SELECT call_id FROM leg WHERE account_id = ?1 AND uuid = ?2)
           AND user_id = ?3 AND answered_at IS NOT NULL) AS "spoke!: bool""#,
        account.0,
        leg,
        user.0
    );
    Ok(spoke.fetch_one(conn).await?)
}

/// Recordings of the box, in order, at most `limit`: of legs that are over and began before `before`, and that may be tried at `now`.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn due(conn: &mut Conn, before: Millis, now: Millis, limit: u32) -> Result<Vec<Kept>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT uuid AS "uuid!", account_id, started_at, ended_at, recording, recording_deleted_at, recording_retry_at FROM leg
           WHERE recording IS NOT NULL AND recording_deleted_at IS NULL AND ended_at IS NOT NULL AND started_at < ?
           AND (recording_retry_at IS NULL OR recording_retry_at <= ?) ORDER BY started_at LIMIT ?"#,
        before.0,
        now.0,
        limit
    );
    row::all(rows.fetch_all(conn).await?)
}

/// Notes that the file is gone.
///
/// # Errors
/// [`Error::Database`].
pub async fn deleted(conn: &mut Conn, account: AccountId, leg: &str, at: Millis) -> Result<(), Error> {
    sqlx::query!("UPDATE leg SET recording_deleted_at = ? WHERE account_id = ? AND uuid = ?", at.0, account.0, leg).execute(conn).await?;
    Ok(())
}

/// Notes that the file could not be deleted.
///
/// # Errors
/// [`Error::Database`].
pub async fn retry(conn: &mut Conn, account: AccountId, leg: &str, at: Millis) -> Result<(), Error> {
    sqlx::query!("UPDATE leg SET recording_retry_at = ? WHERE account_id = ? AND uuid = ?", at.0, account.0, leg).execute(conn).await?;
    Ok(())
}
