//! What agents were, from when to when.

use std::collections::HashMap;

use super::{Conn, Error};
use crate::clock::Millis;
use crate::domain::agent_span::{Kind, SpanChange};
use crate::domain::stats::SpanRow;
use crate::domain::{AccountId, PauseId, UserId};

/// Writes what a change of an agent comes to, in order. Whether there was anything to write.
///
/// # Errors
/// [`Error::Database`].
pub async fn apply(conn: &mut Conn, account: AccountId, user: UserId, changes: &[SpanChange]) -> Result<bool, Error> {
    let mut is_news = false;
    for change in changes {
        match *change {
            SpanChange::Begin { kind, pause_id, at } => begin(conn, account, user, (kind, pause_id), at, None).await?,
            SpanChange::End { kind, at } => end(conn, account, user, kind, at).await?,
            SpanChange::WrapUp { at, until } => {
                if !wrap_up_runs_until(conn, account, user, at, until.max(at)).await? && until > at {
                    begin(conn, account, user, (Kind::WrapUp, None), at, Some(until)).await?;
                }
            }
            SpanChange::WrapUpAfterCall { at, until } => {
                is_news |= wrap_up_after_call(conn, account, user, at, until).await?;
                continue;
            }
        }
        is_news = true;
    }
    Ok(is_news)
}

async fn begin(
    conn: &mut Conn,
    account: AccountId,
    user: UserId,
    (kind, pause): (Kind, Option<PauseId>),
    at: Millis,
    until: Option<Millis>,
) -> Result<(), Error> {
    let (kind, pause, until) = (kind.name(), pause.map(i64::from), until.map(|until| until.0));
    let done = sqlx::query!(
        "INSERT INTO agent_span (account_id, user_id, kind, pause_id, begun_at, ended_at, end_told)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6 IS NULL)",
        account.0,
        user.0,
        kind,
        pause,
        at.0,
        until
    );
    done.execute(conn).await?;
    Ok(())
}

async fn end(conn: &mut Conn, account: AccountId, user: UserId, kind: Kind, at: Millis) -> Result<(), Error> {
    let kind = kind.name();
    let done = sqlx::query!(
        "UPDATE agent_span SET ended_at = max(begun_at, ?4) WHERE account_id = ?1 AND user_id = ?2 AND kind = ?3 AND ended_at IS NULL",
        account.0,
        user.0,
        kind,
        at.0
    );
    done.execute(conn).await?;
    Ok(())
}

/// Whether there was one that runs at `at`. The end of one that is ended is told with that.
async fn wrap_up_runs_until(conn: &mut Conn, account: AccountId, user: UserId, at: Millis, until: Millis) -> Result<bool, Error> {
    let done = sqlx::query!(
        "UPDATE agent_span SET ended_at = ?4, end_told = (?4 <= ?3)
         WHERE account_id = ?1 AND user_id = ?2 AND kind = 'wrap_up' AND begun_at <= ?3 AND ended_at > ?3",
        account.0,
        user.0,
        at.0,
        until.0
    );
    Ok(done.execute(conn).await?.rows_affected() > 0)
}

/// Once a call: a wrap-up that began with its end, or later, is its own.
async fn wrap_up_after_call(conn: &mut Conn, account: AccountId, user: UserId, at: Millis, until: Millis) -> Result<bool, Error> {
    let known = sqlx::query_scalar!(
        "SELECT 1 AS found FROM agent_span WHERE account_id = ? AND user_id = ? AND kind = 'wrap_up' AND begun_at >= ?",
        account.0,
        user.0,
        at.0
    );
    if known.fetch_optional(&mut *conn).await?.is_some() {
        return Ok(false);
    }
    let moved = sqlx::query!(
        "UPDATE agent_span SET begun_at = ?3, ended_at = ?4, end_told = 0
         WHERE account_id = ?1 AND user_id = ?2 AND kind = 'wrap_up' AND begun_at <= ?3 AND ended_at > ?3",
        account.0,
        user.0,
        at.0,
        until.0
    );
    if moved.execute(&mut *conn).await?.rows_affected() == 0 {
        begin(conn, account, user, (Kind::WrapUp, None), at, Some(until)).await?;
    }
    Ok(true)
}

/// Until when the wrap-ups run that run at `now`, by user.
///
/// # Errors
/// [`Error::Database`].
pub async fn wrap_ups(conn: &mut Conn, account: AccountId, now: Millis) -> Result<HashMap<UserId, Millis>, Error> {
    let rows = sqlx::query!(
        r#"SELECT user_id, ended_at AS "ended_at!: i64" FROM agent_span
           WHERE account_id = ?1 AND end_told = 0 AND begun_at <= ?2 AND ended_at > ?2"#,
        account.0,
        now.0
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (UserId(row.user_id), Millis(row.ended_at))).collect())
}

/// When wrap-ups end of which the end is to be told, the first first.
///
/// # Errors
/// [`Error::Database`].
pub async fn ends_to_tell(conn: &mut Conn, account: AccountId) -> Result<Vec<(UserId, Millis)>, Error> {
    let rows = sqlx::query!(
        r#"SELECT user_id, ended_at AS "ended_at!: i64" FROM agent_span WHERE account_id = ? AND end_told = 0 ORDER BY ended_at"#,
        account.0
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (UserId(row.user_id), Millis(row.ended_at))).collect())
}

/// Notes that the end of a user's wrap-up is told; whether it was to be.
///
/// # Errors
/// [`Error::Database`].
pub async fn end_is_told(conn: &mut Conn, account: AccountId, user: UserId, ended: Millis) -> Result<bool, Error> {
    let done = sqlx::query!(
        "UPDATE agent_span SET end_told = 1 WHERE account_id = ? AND user_id = ? AND ended_at = ? AND end_told = 0",
        account.0,
        user.0,
        ended.0
    );
    Ok(done.execute(conn).await?.rows_affected() > 0)
}

struct Row {
    user_id: i64,
    kind: String,
    pause_id: Option<i64>,
    begun_at: i64,
    ended_at: Option<i64>,
}

impl TryFrom<Row> for SpanRow {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            user_id: UserId(row.user_id),
            kind: Kind::ALL.into_iter().find(|kind| kind.name() == row.kind).ok_or(Error::Corrupt("agent_span.kind"))?,
            pause_id: row.pause_id.map(PauseId),
            begun_at: Millis(row.begun_at),
            ended_at: row.ended_at.map(Millis),
        })
    }
}

/// The spans of a user that reach into a period, by their beginning.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn between(conn: &mut Conn, account: AccountId, user: UserId, from: Millis, to: Millis) -> Result<Vec<SpanRow>, Error> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT user_id, kind, pause_id, begun_at, ended_at FROM agent_span
         WHERE account_id = ?1 AND user_id = ?2 AND begun_at < ?4 AND (ended_at IS NULL OR ended_at > ?3) ORDER BY begun_at",
        account.0,
        user.0,
        from.0,
        to.0
    );
    super::row::all(rows.fetch_all(conn).await?)
}

/// Deletes at most `limit` spans that ended before; how many there were.
///
/// # Errors
/// [`Error::Database`].
pub async fn forget(conn: &mut Conn, account: AccountId, before: Millis, limit: u32) -> Result<u64, Error> {
    let done = sqlx::query!(
        "DELETE FROM agent_span WHERE id IN (SELECT id FROM agent_span WHERE account_id = ? AND ended_at < ? ORDER BY ended_at LIMIT ?)",
        account.0,
        before.0,
        limit
    );
    Ok(done.execute(conn).await?.rows_affected())
}
