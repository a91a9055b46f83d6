//! Click-to-call: an intent is written before the switch is asked.

use uuid::Uuid;

use super::row::{self, text};
use super::{Conn, Error};
use crate::clock::Millis;
use crate::domain::{AccountId, DeviceId, DialNumber, SwitchId, UserId};

/// A click-to-call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Originate {
    /// `origination_uuid` of the agent's leg.
    pub uuid: Uuid,
    /// Whose it is.
    pub account_id: AccountId,
    /// On which switch.
    pub switch_id: SwitchId,
    /// For which user.
    pub user_id: Option<UserId>,
    /// Which phone rings first.
    pub device_id: DeviceId,
    /// What is dialled then.
    pub destination: DialNumber,
    /// When it was asked for.
    pub asked_at: Millis,
}

struct Row {
    uuid: String,
    account_id: i64,
    switch_id: i64,
    user_id: Option<i64>,
    device_id: i64,
    destination: String,
    asked_at: i64,
}

impl TryFrom<Row> for Originate {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            uuid: row.uuid.parse().map_err(|_| Error::Corrupt("originate.uuid"))?,
            account_id: AccountId(row.account_id),
            switch_id: SwitchId(row.switch_id),
            user_id: row.user_id.map(UserId),
            device_id: DeviceId(row.device_id),
            destination: text("originate.destination", row.destination)?,
            asked_at: Millis(row.asked_at),
        })
    }
}

/// Writes the intent.
///
/// # Errors
/// [`Error::Conflict`] when it was begun before: do not ask the switch again.
pub async fn begin(conn: &mut Conn, new: &Originate) -> Result<(), Error> {
    let (uuid, user_id, destination) = (new.uuid.to_string(), new.user_id.map(i64::from), new.destination.as_str());
    sqlx::query!(
        "INSERT INTO originate (uuid, account_id, switch_id, user_id, device_id, destination, asked_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        uuid,
        new.account_id.0,
        new.switch_id.0,
        user_id,
        new.device_id.0,
        destination,
        new.asked_at.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes the result: answered when there is no hangup cause. False when it was finished before.
///
/// # Errors
/// [`Error::Database`].
pub async fn finish(conn: &mut Conn, account: AccountId, uuid: Uuid, at: Millis, hangup_cause: Option<&str>) -> Result<bool, Error> {
    let uuid = uuid.to_string();
    let done = sqlx::query!(
        "UPDATE originate SET finished_at = ?, hangup_cause = ? WHERE account_id = ? AND uuid = ? AND finished_at IS NULL",
        at.0,
        hangup_cause,
        account.0,
        uuid
    );
    Ok(done.execute(conn).await?.rows_affected() > 0)
}

/// Deletes at most `limit` of the account's that ended, and were asked for before `before`; how many.
///
/// # Errors
/// [`Error::Database`].
pub async fn forget(conn: &mut Conn, account: AccountId, before: Millis, limit: u32) -> Result<u64, Error> {
    let done = sqlx::query!(
        "DELETE FROM originate WHERE uuid IN (
             SELECT uuid FROM originate WHERE account_id = ? AND asked_at < ? AND finished_at IS NOT NULL ORDER BY asked_at LIMIT ?)",
        account.0,
        before.0,
        limit
    );
    Ok(done.execute(conn).await?.rows_affected())
}

/// Those of a switch whose result is not known, oldest first: ccgate ended in between.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn unfinished(conn: &mut Conn, switch: SwitchId) -> Result<Vec<Originate>, Error> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT uuid, account_id, switch_id, user_id, device_id, destination, asked_at FROM originate
         WHERE switch_id = ? AND finished_at IS NULL ORDER BY asked_at, uuid",
        switch.0
    );
    row::all(rows.fetch_all(conn).await?)
}
