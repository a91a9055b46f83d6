//! What an agent did last.

use super::stats::LEG_MS_MAX;
use super::{Conn, Error};
use crate::clock::Millis;
use crate::domain::call::LegId;
use crate::domain::{AccountId, UserId};

/// A queue call that was put through to an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueCall {
    /// The call's first leg.
    pub call_id: String,
    /// The caller's number, as the agent's phone was shown it.
    pub number: Option<String>,
    /// When the agent's leg ended; none while it lasts.
    pub ended_at: Option<Millis>,
}

/// The last queue call that was put through to a user, as [`super::stats::each_leg`] counts it; none when it began longer than [`LEG_MS_MAX`] before
/// `now`. With `leg` that one only, if it was.
///
/// # Errors
/// [`Error::Database`].
pub async fn queue_call(
    conn: &mut Conn,
    account: AccountId,
    user: UserId,
    leg: Option<&LegId>,
    now: Millis,
) -> Result<Option<QueueCall>, Error> {
    let (since, leg) = (now.plus_ms(-LEG_MS_MAX), leg.map(LegId::as_str));
    let row = sqlx::query!(
        r#"SELECT call_id, ended_at, cid_num AS "number: String" FROM leg
           WHERE account_id = ?1 AND user_id = ?2 AND side = 'agent' AND started_at >= ?3 AND (?4 IS NULL OR uuid = ?4) AND EXISTS (
               SELECT 1 FROM queue_stay AS stay
               WHERE stay.leg_uuid = leg.call_id AND stay.account_id = leg.account_id AND stay.agent_id = leg.user_id
                 AND stay.served_at >= leg.started_at - 999 AND (leg.ended_at IS NULL OR stay.served_at <= leg.ended_at))
           ORDER BY started_at DESC LIMIT 1"#,
        account.0,
        user.0,
        since.0,
        leg
    );
    let row = row.fetch_optional(conn).await?;
    Ok(row.map(|row| QueueCall { call_id: row.call_id, number: row.number, ended_at: row.ended_at.map(Millis) }))
}

/// Since when a user's newest leg that is up is as it is: answered, ringing or there.
///
/// # Errors
/// [`Error::Database`].
pub async fn leg_since(conn: &mut Conn, account: AccountId, user: UserId) -> Result<Option<Millis>, Error> {
    let at = sqlx::query_scalar!(
        r#"SELECT coalesce(answered_at, rang_at, started_at) AS "at!: i64" FROM leg
           WHERE account_id = ? AND user_id = ? AND ended_at IS NULL ORDER BY started_at DESC LIMIT 1"#,
        account.0,
        user.0
    );
    Ok(at.fetch_optional(conn).await?.map(Millis))
}

/// When a user's last check-in, or its last pause or wrap-up, ended before `now`.
///
/// # Errors
/// [`Error::Database`].
pub async fn span_ended(conn: &mut Conn, account: AccountId, user: UserId, now: Millis) -> Result<Option<Millis>, Error> {
    let at = sqlx::query_scalar!(
        r#"SELECT max(ended_at) AS "at: i64" FROM (
               SELECT * FROM (SELECT ended_at FROM agent_span WHERE account_id = ?1 AND user_id = ?2 AND kind = 'checked_in' AND ended_at <= ?3
                              ORDER BY begun_at DESC LIMIT 1)
               UNION ALL
               SELECT * FROM (SELECT ended_at FROM agent_span WHERE account_id = ?1 AND user_id = ?2 AND kind <> 'checked_in' AND ended_at <= ?3
                              ORDER BY begun_at DESC LIMIT 1))"#,
        account.0,
        user.0,
        now.0
    );
    Ok(at.fetch_one(conn).await?.map(Millis))
}
