//! What every noun needs to turn columns into domain types and back.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Conn, Error};
use crate::domain::text::Label;
use crate::domain::{AccountId, DeviceId, PauseId, PgroupId, QueueId, UserId};

/// A column of JSON as a value.
pub(super) fn from_json<T: DeserializeOwned>(column: &'static str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|_| Error::Corrupt(column))
}

/// A value as a column of JSON.
pub(super) fn to_json<T: Serialize>(column: &'static str, value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|_| Error::Corrupt(column))
}

/// A column of text as a type that is checked at the edge.
pub(super) fn text<T: TryFrom<String>>(column: &'static str, text: String) -> Result<T, Error> {
    T::try_from(text).map_err(|_| Error::Corrupt(column))
}

/// A name.
pub(super) fn label(column: &'static str, text: &str) -> Result<Label, Error> {
    Label::new(text).map_err(|_| Error::Corrupt(column))
}

/// Turns every row, or none.
pub(super) fn all<R, T: TryFrom<R, Error = Error>>(rows: Vec<R>) -> Result<Vec<T>, Error> {
    rows.into_iter().map(T::try_from).collect()
}

/// Ok when a statement found its row.
pub(super) fn found(rows: u64, kind: &'static str) -> Result<(), Error> {
    if rows == 0 { Err(Error::Missing(kind)) } else { Ok(()) }
}

macro_rules! owned {
    ($($(#[$doc:meta])* $name:ident, $id:ident, $kind:literal, $sql:literal;)+) => {$(
        $(#[$doc])*
        pub(super) async fn $name(conn: &mut Conn, account: AccountId, id: $id) -> Result<(), Error> {
            let row = sqlx::query_scalar!($sql, account.0, id.0).fetch_optional(conn).await?;
            row.map(|_| ()).ok_or(Error::Missing($kind))
        }
    )+};
}

// An id that a row refers to must be of the same account: foreign keys alone would let it cross.
owned! {
    /// Ok when the user is the account's.
    owned_user, UserId, "user", "SELECT 1 AS found FROM user WHERE account_id = ? AND id = ?";
    /// Ok when the device is the account's.
    owned_device, DeviceId, "device", "SELECT 1 AS found FROM device WHERE account_id = ? AND id = ?";
    /// Ok when the queue is the account's.
    owned_queue, QueueId, "queue", "SELECT 1 AS found FROM queue WHERE account_id = ? AND id = ?";
    /// Ok when the permission group is the account's.
    owned_pgroup, PgroupId, "permission group", "SELECT 1 AS found FROM pgroup WHERE account_id = ? AND id = ?";
    /// Ok when the pause is the account's.
    owned_pause, PauseId, "pause", "SELECT 1 AS found FROM pause WHERE account_id = ? AND id = ?";
}
