//! What statistics are made of: stays in queues and users' legs, read row by row.

use futures_util::TryStreamExt as _;

use super::{Conn, Error};
use crate::clock::Millis;
use crate::domain::call::Left;
use crate::domain::stats::agent::{NOT_ANSWERED, Talk};
use crate::domain::stats::{LegRow, StayRow};
use crate::domain::{AccountId, QueueId, UserId};

/// A leg that began longer before a period is not looked for in it, in milliseconds: a day.
pub const LEG_MS_MAX: i64 = 24 * 3_600_000;

/// The queues that ever had callers, as long as that is kept; also those that are gone.
///
/// # Errors
/// [`Error::Database`].
pub async fn queues(conn: &mut Conn, account: AccountId) -> Result<Vec<QueueId>, Error> {
    // From one to the next in the index, not through all the stays.
    let ids = sqlx::query_scalar!(
        r#"WITH RECURSIVE one (id) AS (
               SELECT min(queue_id) FROM queue_stay WHERE account_id = ?1
               UNION ALL
               SELECT (SELECT min(queue_id) FROM queue_stay WHERE account_id = ?1 AND queue_id > one.id) FROM one WHERE one.id IS NOT NULL
           )
           SELECT id AS "id!: i64" FROM one WHERE id IS NOT NULL"#,
        account.0
    );
    Ok(ids.fetch_all(conn).await?.into_iter().map(QueueId).collect())
}

/// The users who ever had legs or were checked in, as long as that is kept; also those that are gone.
///
/// # Errors
/// [`Error::Database`].
pub async fn users(conn: &mut Conn, account: AccountId) -> Result<Vec<UserId>, Error> {
    let ids = sqlx::query_scalar!(
        r#"WITH RECURSIVE
           had_leg (id) AS (
               SELECT min(user_id) FROM leg WHERE account_id = ?1
               UNION ALL
               SELECT (SELECT min(user_id) FROM leg WHERE account_id = ?1 AND user_id > had_leg.id) FROM had_leg WHERE had_leg.id IS NOT NULL
           ),
           had_span (id) AS (
               SELECT min(user_id) FROM agent_span WHERE account_id = ?1
               UNION ALL
               SELECT (SELECT min(user_id) FROM agent_span WHERE account_id = ?1 AND user_id > had_span.id)
               FROM had_span WHERE had_span.id IS NOT NULL
           )
           SELECT id AS "id!: i64" FROM had_leg WHERE id IS NOT NULL UNION SELECT id FROM had_span WHERE id IS NOT NULL"#,
        account.0
    );
    Ok(ids.fetch_all(conn).await?.into_iter().map(UserId).collect())
}

/// Gives every stay in a queue that began in a period.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn each_stay(
    conn: &mut Conn,
    account: AccountId,
    queue: QueueId,
    (from, to): (Millis, Millis),
    mut each: impl FnMut(&StayRow),
) -> Result<(), Error> {
    let mut rows = sqlx::query!(
        "SELECT joined_at, served_at, left_at, outcome FROM queue_stay
         WHERE account_id = ? AND queue_id = ? AND joined_at >= ? AND joined_at < ?",
        account.0,
        queue.0,
        from.0,
        to.0
    )
    .fetch(conn);
    while let Some(row) = rows.try_next().await? {
        each(&StayRow {
            queue_id: queue,
            joined_at: Millis(row.joined_at),
            served_at: row.served_at.map(Millis),
            left_at: row.left_at.map(Millis),
            outcome: row.outcome.map(|how| Left::parse(&how).ok_or(Error::Corrupt("queue_stay.outcome"))).transpose()?,
        });
    }
    Ok(())
}

/// Gives every leg of a user that may reach into a period: that began in it, or at most [`LEG_MS_MAX`] before. An offer is answered when the caller
/// was put through: at an agent outside a mailbox may have picked up.
///
/// # Errors
/// [`Error::Database`].
pub async fn each_leg(
    conn: &mut Conn,
    account: AccountId,
    user: UserId,
    (from, to): (Millis, Millis),
    mut each: impl FnMut(&LegRow),
) -> Result<(), Error> {
    let since = from.plus_ms(-LEG_MS_MAX);
    let mut rows = sqlx::query!(
        r#"SELECT side, type AS kind, uuid = call_id AS "is_first!: bool", started_at, ended_at, hangup_cause,
               CASE side WHEN 'agent' THEN (
                   SELECT max(stay.served_at, leg.started_at) FROM queue_stay AS stay
                   WHERE stay.leg_uuid = leg.call_id AND stay.account_id = leg.account_id AND stay.agent_id = leg.user_id
                     AND stay.served_at >= leg.started_at - 999 AND (leg.ended_at IS NULL OR stay.served_at <= leg.ended_at) LIMIT 1
               ) ELSE answered_at END AS "answered_at: i64"
           FROM leg WHERE account_id = ? AND user_id = ? AND started_at >= ? AND started_at < ?"#,
        account.0,
        user.0,
        since.0,
        to.0
    )
    .fetch(conn);
    while let Some(row) = rows.try_next().await? {
        let what = match (row.side.as_deref(), row.kind.as_deref()) {
            (Some("agent"), _) => Talk::Offer,
            (_, Some("outbound")) if row.is_first => Talk::Outbound,
            _ => Talk::Other,
        };
        each(&LegRow {
            user_id: user,
            what,
            started_at: Millis(row.started_at),
            answered_at: row.answered_at.map(Millis),
            ended_at: row.ended_at.map(Millis),
            not_answered: row.hangup_cause.is_some_and(|cause| NOT_ANSWERED.contains(&cause.as_str())),
        });
    }
    Ok(())
}
