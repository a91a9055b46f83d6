//! Devices.

use super::row::{self, found, from_json, label, owned_user, text, to_json};
use super::{Conn, Error, Page};
use crate::domain::device::{A1Hash, Line, Ring};
use crate::domain::number::SipUser;
use crate::domain::text::Label;
use crate::domain::{AccountId, Device, DeviceId, UserId};

/// A device that is to be made.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "see domain::Device")]
pub struct New {
    pub account_id: AccountId,
    pub name: Label,
    pub line: Line,
    pub user_id: Option<UserId>,
    pub ring: Ring,
}

/// Which devices are listed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of the name, SIP user or number.
    pub q: Option<String>,
    /// Only those of this user.
    pub user_id: Option<UserId>,
}

struct Row {
    id: i64,
    account_id: i64,
    user_id: Option<i64>,
    name: String,
    username: Option<String>,
    a1_hash: Option<String>,
    number: Option<String>,
    gateway: Option<String>,
    confirm: bool,
    ring: String,
}

impl TryFrom<Row> for Device {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let line = match (row.username, row.a1_hash, row.number) {
            (Some(username), Some(a1_hash), None) => Line::Sip { username: text("device.username", username)?, a1_hash: A1Hash(a1_hash) },
            (None, _, Some(number)) => Line::External {
                number: text("device.number", number)?,
                gateway: row.gateway.map(|gateway| text("device.gateway", gateway)).transpose()?,
                confirm: row.confirm,
            },
            _ => return Err(Error::Corrupt("device.type")),
        };
        Ok(Self {
            id: DeviceId(row.id),
            account_id: AccountId(row.account_id),
            name: label("device.name", &row.name)?,
            line,
            user_id: row.user_id.map(UserId),
            ring: from_json("device.ring", &row.ring)?,
        })
    }
}

/// The columns that depend on the type.
struct Columns<'a> {
    kind: &'static str,
    username: Option<&'a str>,
    a1_hash: Option<&'a str>,
    number: Option<&'a str>,
    gateway: Option<&'a str>,
    confirm: bool,
}

impl<'a> From<&'a Line> for Columns<'a> {
    fn from(line: &'a Line) -> Self {
        match line {
            Line::Sip { username, a1_hash } => Self {
                kind: "sip",
                username: Some(username.as_str()),
                a1_hash: Some(&a1_hash.0),
                number: None,
                gateway: None,
                confirm: true,
            },
            Line::External { number, gateway, confirm } => Self {
                kind: "external",
                username: None,
                a1_hash: None,
                number: Some(number.as_str()),
                gateway: gateway.as_ref().map(|gateway| gateway.as_str()),
                confirm: *confirm,
            },
        }
    }
}

macro_rules! select {
    ($tail:literal $(, $arg:expr)*) => {
        sqlx::query_as!(
            Row,
            r#"SELECT id AS "id!", account_id, user_id, name, username, a1_hash, number, gateway, confirm AS "confirm: bool", ring
               FROM device "# + $tail $(, $arg)*
        )
    };
}

/// One device.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn get(conn: &mut Conn, account: AccountId, id: DeviceId) -> Result<Option<Device>, Error> {
    select!("WHERE account_id = ? AND id = ?", account.0, id.0).fetch_optional(conn).await?.map(Device::try_from).transpose()
}

/// The SIP phone of that name, regardless of case.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn by_username(conn: &mut Conn, account: AccountId, username: &SipUser) -> Result<Option<Device>, Error> {
    let username = username.as_str();
    select!("WHERE account_id = ? AND username = ?", account.0, username).fetch_optional(conn).await?.map(Device::try_from).transpose()
}

/// A user's own devices, by id.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn of_user(conn: &mut Conn, account: AccountId, user: UserId) -> Result<Vec<Device>, Error> {
    row::all(select!("WHERE account_id = ? AND user_id = ? ORDER BY id", account.0, user.0).fetch_all(conn).await?)
}

/// The devices that match, by id.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn list(conn: &mut Conn, account: AccountId, filter: &Filter, page: Page) -> Result<Vec<Device>, Error> {
    let (q, user, limit, offset) = (filter.q.as_deref(), filter.user_id.map(i64::from), page.sql_limit(), page.offset);
    let rows = select!(
        "WHERE account_id = ?1 AND (?2 IS NULL OR user_id = ?2)
           AND (?3 IS NULL OR instr(lower(name || char(10) || coalesce(username, number)), lower(?3)) > 0)
         ORDER BY id LIMIT ?4 OFFSET ?5",
        account.0,
        user,
        q,
        limit,
        offset
    );
    row::all(rows.fetch_all(conn).await?)
}

/// How many devices match.
///
/// # Errors
/// [`Error::Database`].
pub async fn count(conn: &mut Conn, account: AccountId, filter: &Filter) -> Result<i64, Error> {
    let (q, user) = (filter.q.as_deref(), filter.user_id.map(i64::from));
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!: i64" FROM device WHERE account_id = ?1 AND (?2 IS NULL OR user_id = ?2)
           AND (?3 IS NULL OR instr(lower(name || char(10) || coalesce(username, number)), lower(?3)) > 0)"#,
        account.0,
        user,
        q
    );
    Ok(count.fetch_one(conn).await?)
}

/// Every device of the box, by id.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn all(conn: &mut Conn) -> Result<Vec<Device>, Error> {
    row::all(select!("ORDER BY id").fetch_all(conn).await?)
}

/// Makes a device.
///
/// # Errors
/// [`Error::Conflict`] for a SIP user in use; [`Error::Missing`] for its owner.
pub async fn insert(conn: &mut Conn, new: &New) -> Result<DeviceId, Error> {
    if let Some(user) = new.user_id {
        owned_user(conn, new.account_id, user).await?;
    }
    let (name, user_id) = (new.name.as_str(), new.user_id.map(i64::from));
    let line = Columns::from(&new.line);
    let ring = to_json("device.ring", &new.ring)?;
    let done = sqlx::query!(
        "INSERT INTO device (id, account_id, user_id, name, type, username, a1_hash, number, gateway, confirm, ring)
         VALUES (1 + max(ifnull((SELECT max(id) FROM device), 0), ifnull((SELECT id FROM last_id WHERE noun = 'device'), 0)),
                 ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        new.account_id.0,
        user_id,
        name,
        line.kind,
        line.username,
        line.a1_hash,
        line.number,
        line.gateway,
        line.confirm,
        ring
    )
    .execute(conn)
    .await?;
    Ok(DeviceId(done.last_insert_rowid()))
}

/// Writes a device.
///
/// # Errors
/// As [`insert`], and [`Error::Missing`] for the device.
pub async fn update(conn: &mut Conn, device: &Device) -> Result<(), Error> {
    if let Some(user) = device.user_id {
        owned_user(conn, device.account_id, user).await?;
    }
    let (name, user_id) = (device.name.as_str(), device.user_id.map(i64::from));
    let line = Columns::from(&device.line);
    let ring = to_json("device.ring", &device.ring)?;
    let done = sqlx::query!(
        "UPDATE device SET user_id = ?, name = ?, type = ?, username = ?, a1_hash = ?, number = ?, gateway = ?, confirm = ?, ring = ?
         WHERE account_id = ? AND id = ?",
        user_id,
        name,
        line.kind,
        line.username,
        line.a1_hash,
        line.number,
        line.gateway,
        line.confirm,
        ring,
        device.account_id.0,
        device.id.0
    )
    .execute(conn)
    .await?;
    found(done.rows_affected(), "device")
}

/// Deletes a device and the extensions that lead to it. Whether it was there.
///
/// # Errors
/// [`Error::Conflict`] while an agent is checked in on it.
pub async fn delete(conn: &mut Conn, account: AccountId, id: DeviceId) -> Result<bool, Error> {
    sqlx::query!("DELETE FROM extension WHERE account_id = ? AND target = 'device' AND target_id = ?", account.0, id.0)
        .execute(&mut *conn)
        .await?;
    let done = sqlx::query!("DELETE FROM device WHERE account_id = ? AND id = ?", account.0, id.0).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}
