//! Legs that customers were told of, and their stays in queues.

use std::sync::Arc;

use serde_json::{Value, json};
use sqlx::{QueryBuilder, Sqlite};

use super::row::to_json;
use super::stats::LEG_MS_MAX;
use super::{Conn, Error};
use crate::clock::Millis;
use crate::domain::call::{CallType, Direction, Left, Leg, LegId, LegRecord, Role, Stay};
use crate::domain::event::Fields;
use crate::domain::recording::RecordingFile;
use crate::domain::{AccountId, DeviceId, QueueId, SwitchId, UserId};

/// Writes each leg as it is now, in the commit of the events that tell of it. Of a leg that nobody was told of nothing is kept.
///
/// # Errors
/// [`Error::Database`].
pub async fn write(conn: &mut Conn, switch: SwitchId, legs: &[Arc<Leg>]) -> Result<(), Error> {
    let (mut rows, mut stays) = (Vec::with_capacity(legs.len()), Vec::new());
    for leg in legs {
        if let Some(record) = leg.record() {
            let state = if record.ended_at.is_none() { Some(to_json("leg.state", leg)?) } else { None };
            rows.push(leg_row(&record, state));
            stays.extend((0..).zip(&record.stays).filter_map(|(place, stay)| stay_row(&record, place, stay)));
        }
    }
    if !rows.is_empty() {
        upsert(conn, switch, &rows).await?;
    }
    if stays.is_empty() { Ok(()) } else { upsert_stays(conn, &stays).await }
}

/// What the columns of a leg are in [`upsert`], in its order.
fn leg_row(record: &LegRecord, state: Option<String>) -> Value {
    let at = |time: Option<Millis>| time.map(|time| time.0);
    json!([
        record.id.as_str(),
        record.account_id.0,
        record.call_id.as_str(),
        record.side.map(Role::as_str),
        record.call_type.map(CallType::as_str),
        record.direction.map(Direction::as_str),
        record.user_id.map(i64::from),
        record.device_id.map(i64::from),
        record.queue_id.map(i64::from),
        record.lead_id,
        record.cid_num,
        record.dst_num,
        record.started_at.0,
        at(record.rang_at),
        at(record.answered_at),
        at(record.ended_at),
        record.hangup_cause,
        record.recording.as_ref().map(RecordingFile::as_str),
        record.told,
        record.reconciled,
        record.data.as_str(),
        state,
        record.outside,
    ])
}

/// One statement, however many legs there are: each is a trip to the thread that SQLite runs on. A row is read out of the whole once.
async fn upsert(conn: &mut Conn, switch: SwitchId, rows: &[Value]) -> Result<(), Error> {
    let rows = to_json("leg", &rows)?;
    sqlx::query!(
        "WITH new AS MATERIALIZED (SELECT value AS v FROM json_each(?2))
         INSERT INTO leg (switch_id, uuid, account_id, call_id, side, type, direction, user_id, device_id, queue_id, lead_id, cid_num, dst_num,
             started_at, rang_at, answered_at, ended_at, hangup_cause, recording, told, reconciled, data, state, outside)
         SELECT ?1, v ->> 0, v ->> 1, v ->> 2, v ->> 3, v ->> 4, v ->> 5, v ->> 6, v ->> 7, v ->> 8, v ->> 9, v ->> 10, v ->> 11,
             v ->> 12, v ->> 13, v ->> 14, v ->> 15, v ->> 16, v ->> 17, v ->> 18, v ->> 19, v ->> 20, v ->> 21, v ->> 22
         FROM new WHERE true
         ON CONFLICT (uuid) DO UPDATE SET call_id = excluded.call_id, side = excluded.side, type = excluded.type,
             direction = excluded.direction, user_id = excluded.user_id, device_id = excluded.device_id, queue_id = excluded.queue_id,
             lead_id = excluded.lead_id, cid_num = excluded.cid_num, dst_num = excluded.dst_num, started_at = excluded.started_at,
             rang_at = excluded.rang_at, answered_at = excluded.answered_at, ended_at = excluded.ended_at,
             hangup_cause = excluded.hangup_cause, recording = excluded.recording, told = excluded.told, reconciled = excluded.reconciled,
             data = excluded.data, state = excluded.state, outside = excluded.outside
         WHERE account_id = excluded.account_id AND switch_id = excluded.switch_id",
        switch.0,
        rows
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What the columns of a stay are in [`upsert_stays`], in its order. A stay in a queue that is not ours is kept by nobody.
fn stay_row(record: &LegRecord, place: i64, stay: &Stay) -> Option<Value> {
    let queue_id = stay.queue_id?.0;
    let (left_at, outcome) = (stay.left.map(|(_, at)| at.0), stay.left.map(|(how, _)| how.as_str()));
    Some(json!([
        record.id.as_str(),
        place,
        record.account_id.0,
        queue_id,
        stay.joined_at.0,
        stay.served_at.map(|at| at.0),
        left_at,
        outcome,
        stay.agent_id.map(i64::from),
    ]))
}

async fn upsert_stays(conn: &mut Conn, stays: &[Value]) -> Result<(), Error> {
    let stays = to_json("queue_stay", &stays)?;
    sqlx::query!(
        "INSERT INTO queue_stay (leg_uuid, place, account_id, queue_id, joined_at, served_at, left_at, outcome, agent_id)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8
         FROM json_each(?) WHERE true
         ON CONFLICT (leg_uuid, place) DO UPDATE SET queue_id = excluded.queue_id, joined_at = excluded.joined_at,
             served_at = excluded.served_at, left_at = excluded.left_at, outcome = excluded.outcome, agent_id = excluded.agent_id
         WHERE account_id = excluded.account_id",
        stays
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The switch's legs that have not ended, as they were when they were last written. A state that cannot be read, such as a later ccgate's, is
/// logged, and what the columns say stands for it.
///
/// # Errors
/// [`Error::Database`].
pub async fn open(conn: &mut Conn, switch: SwitchId) -> Result<Vec<Leg>, Error> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
    query.push(COLUMNS).push(" FROM leg WHERE switch_id = ").push_bind(switch.0).push(" AND ended_at IS NULL ORDER BY started_at");
    let mut legs = Vec::new();
    for row in query.build_query_as::<Row>().fetch_all(&mut *conn).await? {
        match serde_json::from_str(row.state.as_deref().unwrap_or_default()) {
            Ok(leg) => legs.push(leg),
            Err(error) => {
                tracing::warn!(leg = row.uuid, %error, "what was known of a leg cannot be read; its columns stand for it");
                let stays = stays(conn, AccountId(row.account_id), &row.uuid).await?;
                legs.push(Leg::of_record(&row.record(stays)));
            }
        }
    }
    Ok(legs)
}

/// The switch's last legs that ended, at most `limit`.
///
/// # Errors
/// [`Error::Database`].
pub async fn last_ended(conn: &mut Conn, switch: SwitchId, limit: u32) -> Result<Vec<LegId>, Error> {
    // In the order in which they were first written, which needs no index of its own.
    let rows = sqlx::query_scalar!(
        "SELECT uuid FROM leg WHERE switch_id = ? AND ended_at IS NOT NULL ORDER BY rowid DESC LIMIT ?",
        switch.0,
        limit
    );
    Ok(rows.fetch_all(conn).await?.iter().map(|uuid| LegId::new(uuid)).collect())
}

/// Whether the leg is known to have ended.
///
/// # Errors
/// [`Error::Database`].
pub async fn has_ended(conn: &mut Conn, switch: SwitchId, leg: &LegId) -> Result<bool, Error> {
    let uuid = leg.as_str();
    let row = sqlx::query_scalar!("SELECT 1 AS found FROM leg WHERE uuid = ? AND switch_id = ? AND ended_at IS NOT NULL", uuid, switch.0);
    Ok(row.fetch_optional(conn).await?.is_some())
}

/// How long the account's legs outside have lasted from `since` until `now`, those that are up too, in milliseconds.
///
/// # Errors
/// [`Error::Database`].
pub async fn spoken_outside_ms(conn: &mut Conn, account: AccountId, since: Millis, now: Millis) -> Result<i64, Error> {
    // Each of them lies in the index with all that is asked of it.
    let earliest = since.0 - LEG_MS_MAX;
    let spoken = sqlx::query_scalar!(
        r#"SELECT coalesce(sum(max(0, coalesce(ended_at, ?3) - max(answered_at, ?2))), 0) AS "ms!: i64" FROM leg
           WHERE outside = 1 AND account_id = ?1 AND started_at >= ?4 AND answered_at IS NOT NULL"#,
        account.0,
        since.0,
        now.0,
        earliest
    );
    Ok(spoken.fetch_one(conn).await?)
}

/// A leg's stays in queues, in order.
///
/// # Errors
/// [`Error::Database`].
pub async fn stays(conn: &mut Conn, account: AccountId, leg: &str) -> Result<Vec<Stay>, Error> {
    let rows = sqlx::query!(
        "SELECT queue_id, joined_at, served_at, left_at, outcome, agent_id FROM queue_stay
         WHERE leg_uuid = ? AND account_id = ? ORDER BY place",
        leg,
        account.0
    );
    let stays = rows.fetch_all(conn).await?.into_iter().map(|row| Stay {
        queue_id: Some(QueueId(row.queue_id)),
        joined_at: Millis(row.joined_at),
        served_at: row.served_at.map(Millis),
        agent_id: row.agent_id.map(UserId),
        left: row.outcome.as_deref().and_then(Left::parse).zip(row.left_at.map(Millis)),
    });
    Ok(stays.collect())
}

/// What a leg is read from.
pub(super) const COLUMNS: &str = "rowid AS place, uuid, account_id, call_id, side, type, direction, user_id, device_id, queue_id, lead_id, cid_num, dst_num, started_at, \
                                  rang_at, answered_at, ended_at, hangup_cause, recording, recording_deleted_at, told, reconciled, data, state, outside";

/// See [`COLUMNS`].
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub(super) place: i64,
    pub(super) uuid: String,
    account_id: i64,
    pub(super) call_id: String,
    side: Option<String>,
    pub(super) r#type: Option<String>,
    pub(super) direction: Option<String>,
    pub(super) user_id: Option<i64>,
    pub(super) device_id: Option<i64>,
    pub(super) queue_id: Option<i64>,
    pub(super) lead_id: Option<String>,
    cid_num: Option<String>,
    dst_num: Option<String>,
    pub(super) started_at: i64,
    pub(super) rang_at: Option<i64>,
    pub(super) answered_at: Option<i64>,
    pub(super) ended_at: Option<i64>,
    pub(super) hangup_cause: Option<String>,
    pub(super) recording: Option<String>,
    pub(super) recording_deleted_at: Option<i64>,
    told: u8,
    pub(super) reconciled: bool,
    pub(super) data: String,
    state: Option<String>,
    outside: bool,
}

impl Row {
    fn record(self, stays: Vec<Stay>) -> LegRecord {
        LegRecord {
            id: LegId::new(&self.uuid),
            account_id: AccountId(self.account_id),
            call_id: LegId::new(&self.call_id),
            side: self.side.as_deref().and_then(Role::parse),
            call_type: self.r#type.as_deref().and_then(CallType::parse),
            direction: self.direction.as_deref().and_then(Direction::parse),
            user_id: self.user_id.map(UserId),
            device_id: self.device_id.map(DeviceId),
            queue_id: self.queue_id.map(QueueId),
            lead_id: self.lead_id,
            cid_num: self.cid_num,
            dst_num: self.dst_num,
            started_at: Millis(self.started_at),
            rang_at: self.rang_at.map(Millis),
            answered_at: self.answered_at.map(Millis),
            ended_at: None,
            hangup_cause: None,
            recording: self.recording.and_then(|path| RecordingFile::parse(&path).ok()),
            told: self.told,
            reconciled: self.reconciled,
            data: Fields::stored(self.data),
            stays,
            outside: self.outside,
        }
    }
}
