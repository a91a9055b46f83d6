//! What should be true of agents.

use std::collections::{BTreeMap, BTreeSet};

use super::row::{self, from_json, label, owned_device, owned_pause, owned_user, to_json};
use super::{Conn, Error};
use crate::clock::Millis;
use crate::domain::event::Source;
use crate::domain::text::Label;
use crate::domain::{AccountId, Agent, DeviceId, PauseId, QueueId, UserId};

struct Row {
    user_id: i64,
    account_id: i64,
    device_id: Option<i64>,
    checked_in_at: Option<i64>,
    pause_id: Option<i64>,
    paused_at: Option<i64>,
    pause_note: Option<String>,
    paused_in: String,
    joined: String,
    awaited: String,
    move_to: Option<i64>,
    move_by_phone: bool,
    wrap_up_until: Option<i64>,
    snoozes: u32,
    unreachable_since: Option<i64>,
    version: i64,
}

impl TryFrom<Row> for Agent {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            user_id: UserId(row.user_id),
            account_id: AccountId(row.account_id),
            device_id: row.device_id.map(DeviceId),
            checked_in_at: row.checked_in_at.map(Millis),
            pause_id: row.pause_id.map(PauseId),
            paused_at: row.paused_at.map(Millis),
            pause_note: row.pause_note.map(|note| label("agent.pause_note", &note)).transpose()?,
            paused_in: from_json::<BTreeMap<QueueId, Option<Label>>>("agent.paused_in", &row.paused_in)?,
            joined: from_json::<BTreeSet<QueueId>>("agent.joined", &row.joined)?,
            awaited: from_json::<BTreeSet<QueueId>>("agent.awaited", &row.awaited)?,
            move_to: row.move_to.map(DeviceId),
            move_by: if row.move_by_phone { Source::Phone } else { Source::Api },
            wrap_up_until: row.wrap_up_until.map(Millis),
            snoozes: row.snoozes,
            unreachable_since: row.unreachable_since.map(Millis),
            version: row.version,
        })
    }
}

macro_rules! select {
    ($tail:literal $(, $arg:expr)*) => {
        sqlx::query_as!(
            Row,
            r#"SELECT user_id AS "user_id!", account_id, device_id, checked_in_at, pause_id, paused_at, pause_note, paused_in, joined, awaited, move_to,
                      move_by_phone AS "move_by_phone: bool", wrap_up_until, snoozes AS "snoozes: u32", unreachable_since, version FROM agent "# + $tail $(, $arg)*
        )
    };
}

/// An agent; one that was never checked in when there is no row, whoever the user is.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn get(conn: &mut Conn, account: AccountId, user: UserId) -> Result<Agent, Error> {
    let row = select!("WHERE account_id = ? AND user_id = ?", account.0, user.0).fetch_optional(conn).await?;
    row.map_or_else(|| Ok(Agent::new(account, user)), Agent::try_from)
}

/// Who is checked in on a device.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn on_device(conn: &mut Conn, account: AccountId, device: DeviceId) -> Result<Option<Agent>, Error> {
    select!("WHERE account_id = ? AND device_id = ?", account.0, device.0).fetch_optional(conn).await?.map(Agent::try_from).transpose()
}

/// The agents of an account that were ever checked in, by user.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn list(conn: &mut Conn, account: AccountId) -> Result<Vec<Agent>, Error> {
    row::all(select!("WHERE account_id = ? ORDER BY user_id", account.0).fetch_all(conn).await?)
}

/// The agents of the box that were ever checked in, by user.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn all(conn: &mut Conn) -> Result<Vec<Agent>, Error> {
    row::all(select!("ORDER BY user_id").fetch_all(conn).await?)
}

/// Writes an agent that was worked out from the row of `agent.version`, and gives the version that it has now.
///
/// # Errors
/// [`Error::Stale`] when the row has moved on; [`Error::Conflict`] when another agent has the device; [`Error::Missing`] for the user, the
/// device or the pause.
pub async fn save(conn: &mut Conn, agent: &Agent) -> Result<i64, Error> {
    let device_id = agent.device_id.map(i64::from);
    let checked_in_at = agent.checked_in_at.map(|at| at.0);
    let pause_id = agent.pause_id.map(i64::from);
    let paused_at = agent.paused_at.map(|at| at.0);
    let pause_note = agent.pause_note.as_ref().map(Label::as_str);
    let paused_in = to_json("agent.paused_in", &agent.paused_in)?;
    let joined = to_json("agent.joined", &agent.joined)?;
    let awaited = to_json("agent.awaited", &agent.awaited)?;
    let move_to = agent.move_to.map(i64::from);
    let move_by_phone = agent.move_by == Source::Phone;
    let wrap_up_until = agent.wrap_up_until.map(|at| at.0);
    let unreachable_since = agent.unreachable_since.map(|at| at.0);
    let next = agent.version + 1;
    // Version 0 is that of no row; any other must be the row's. What the row refers to must be the account's.
    let done = sqlx::query!(
        "INSERT INTO agent (user_id, account_id, device_id, checked_in_at, pause_id, paused_at, pause_note, paused_in, joined, awaited, move_to,
                            move_by_phone, wrap_up_until, snoozes, unreachable_since, version)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16
         WHERE ?17 = coalesce((SELECT version FROM agent WHERE user_id = ?1), 0)
           AND EXISTS (SELECT 1 FROM user WHERE account_id = ?2 AND id = ?1)
           AND (?3 IS NULL OR EXISTS (SELECT 1 FROM device WHERE account_id = ?2 AND id = ?3))
           AND (?5 IS NULL OR EXISTS (SELECT 1 FROM pause WHERE account_id = ?2 AND id = ?5))
         ON CONFLICT (user_id) DO UPDATE SET device_id = excluded.device_id, checked_in_at = excluded.checked_in_at,
             pause_id = excluded.pause_id, paused_at = excluded.paused_at, pause_note = excluded.pause_note, paused_in = excluded.paused_in,
             joined = excluded.joined, awaited = excluded.awaited,
             move_to = excluded.move_to, move_by_phone = excluded.move_by_phone, wrap_up_until = excluded.wrap_up_until, snoozes = excluded.snoozes,
             unreachable_since = excluded.unreachable_since, version = excluded.version",
        agent.user_id.0,
        agent.account_id.0,
        device_id,
        checked_in_at,
        pause_id,
        paused_at,
        pause_note,
        paused_in,
        joined,
        awaited,
        move_to,
        move_by_phone,
        wrap_up_until,
        agent.snoozes,
        unreachable_since,
        next,
        agent.version
    )
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 { Err(refusal(conn, agent).await?) } else { Ok(next) }
}

/// Why an agent was not written.
async fn refusal(conn: &mut Conn, agent: &Agent) -> Result<Error, Error> {
    owned_user(conn, agent.account_id, agent.user_id).await?;
    if let Some(device) = agent.device_id {
        owned_device(conn, agent.account_id, device).await?;
    }
    if let Some(pause) = agent.pause_id {
        owned_pause(conn, agent.account_id, pause).await?;
    }
    Ok(Error::Stale)
}

/// Notes that something changed which a change of the agent may have been worked out from (its user, memberships, phone): such a change is
/// stale then. One that was never checked in gets a row for it, also when it is no agent any more.
///
/// # Errors
/// [`Error::Database`].
pub async fn touch(conn: &mut Conn, account: AccountId, user: UserId) -> Result<(), Error> {
    let done = sqlx::query!(
        "INSERT INTO agent (user_id, account_id, version) SELECT id, account_id, 1 FROM user WHERE account_id = ? AND id = ?
         ON CONFLICT (user_id) DO UPDATE SET version = agent.version + 1",
        account.0,
        user.0
    );
    done.execute(conn).await?;
    Ok(())
}

/// The agents that time changes, by user: checked in, and in a pause with a limit, a member in hours only, or waiting for such hours, or
/// with the end of a wrap-up that was set.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn timed(conn: &mut Conn, account: AccountId) -> Result<Vec<Agent>, Error> {
    let rows = select!(
        "WHERE account_id = ? AND device_id IS NOT NULL
           AND (awaited <> '[]' OR wrap_up_until IS NOT NULL
                OR EXISTS (SELECT 1 FROM pause p WHERE p.id = agent.pause_id AND p.max_seconds > 0)
                OR EXISTS (SELECT 1 FROM membership m WHERE m.user_id = agent.user_id AND m.timegroup_id IS NOT NULL))
         ORDER BY user_id",
        account.0
    );
    row::all(rows.fetch_all(conn).await?)
}
