//! Extensions and DIDs.

use super::row::{self, found, label, owned_device, owned_queue, owned_user, text, to_json};
use super::{Conn, Error, Page, resource};
use crate::domain::extension::{Kind, Target};
use crate::domain::number::ExtensionNumber;
use crate::domain::text::Label;
use crate::domain::voicemail::Voicemail;
use crate::domain::{AccountId, DeviceId, Extension, ExtensionId, QueueId, UserId, VoicemailId};

/// An extension that is to be made.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "see domain::Extension")]
pub struct New {
    pub account_id: AccountId,
    pub name: Label,
    pub number: ExtensionNumber,
    pub kind: Kind,
    pub target: Target,
}

/// Which extensions are listed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of the name or number.
    pub q: Option<String>,
}

struct Row {
    id: i64,
    account_id: i64,
    name: String,
    number: String,
    kind: String,
    target: String,
    target_id: i64,
}

impl TryFrom<Row> for Extension {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: ExtensionId(row.id),
            account_id: AccountId(row.account_id),
            name: label("extension.name", &row.name)?,
            number: text("extension.number", row.number)?,
            kind: match row.kind.as_str() {
                "internal" => Kind::Internal,
                "did" => Kind::Did,
                _ => return Err(Error::Corrupt("extension.kind")),
            },
            target: match row.target.as_str() {
                "device" => Target::Device(DeviceId(row.target_id)),
                "user" => Target::User(UserId(row.target_id)),
                "queue" => Target::Queue(QueueId(row.target_id)),
                "voicemail" => Target::Voicemail(VoicemailId(row.target_id)),
                _ => return Err(Error::Corrupt("extension.target")),
            },
        })
    }
}

fn kind_column(kind: Kind) -> &'static str {
    match kind {
        Kind::Internal => "internal",
        Kind::Did => "did",
    }
}

fn target_columns(target: Target) -> (&'static str, i64) {
    match target {
        Target::Device(id) => ("device", id.0),
        Target::User(id) => ("user", id.0),
        Target::Queue(id) => ("queue", id.0),
        Target::Voicemail(id) => ("voicemail", id.0),
    }
}

async fn owned_target(conn: &mut Conn, account: AccountId, target: Target) -> Result<(), Error> {
    match target {
        Target::Device(id) => owned_device(conn, account, id).await,
        Target::User(id) => owned_user(conn, account, id).await,
        Target::Queue(id) => owned_queue(conn, account, id).await,
        Target::Voicemail(id) => resource::owned::<Voicemail>(conn, account, id).await,
    }
}

macro_rules! select {
    ($tail:literal $(, $arg:expr)*) => {
        sqlx::query_as!(Row, r#"SELECT id AS "id!", account_id, name, number, kind, target, target_id FROM extension "# + $tail $(, $arg)*)
    };
}

/// One extension.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn get(conn: &mut Conn, account: AccountId, id: ExtensionId) -> Result<Option<Extension>, Error> {
    select!("WHERE account_id = ? AND id = ?", account.0, id.0).fetch_optional(conn).await?.map(Extension::try_from).transpose()
}

/// The internal number that leads there; the first that was made where there are several.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn to(conn: &mut Conn, account: AccountId, target: Target) -> Result<Option<Extension>, Error> {
    let (target, id) = target_columns(target);
    let row =
        select!("WHERE account_id = ? AND kind = 'internal' AND target = ? AND target_id = ? ORDER BY id LIMIT 1", account.0, target, id);
    row.fetch_optional(conn).await?.map(Extension::try_from).transpose()
}

/// The account's extension of that number, of the wanted kind.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn by_number(conn: &mut Conn, account: AccountId, kind: Kind, number: &ExtensionNumber) -> Result<Option<Extension>, Error> {
    let (kind, number) = (kind_column(kind), number.as_str());
    let row = select!("WHERE account_id = ? AND kind = ? AND number = ?", account.0, kind, number);
    row.fetch_optional(conn).await?.map(Extension::try_from).transpose()
}

/// The extensions that lead there.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn by_target(conn: &mut Conn, account: AccountId, target: Target) -> Result<Vec<Extension>, Error> {
    let (target, target_id) = target_columns(target);
    let rows = select!("WHERE account_id = ? AND target = ? AND target_id = ? ORDER BY id", account.0, target, target_id);
    row::all(rows.fetch_all(conn).await?)
}

/// The extensions that lead to any of these queues, by id.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn of_queues(conn: &mut Conn, account: AccountId, queues: &[QueueId]) -> Result<Vec<Extension>, Error> {
    let queues = to_json("queue.id", &queues)?;
    let rows = select!(
        "WHERE account_id = ? AND target = 'queue' AND target_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        account.0,
        queues
    );
    row::all(rows.fetch_all(conn).await?)
}

/// The extensions that match, by id.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn list(conn: &mut Conn, account: AccountId, filter: &Filter, page: Page) -> Result<Vec<Extension>, Error> {
    let (q, limit, offset) = (filter.q.as_deref(), page.sql_limit(), page.offset);
    let rows = select!(
        "WHERE account_id = ?1 AND (?2 IS NULL OR instr(lower(name || char(10) || number), lower(?2)) > 0)
         ORDER BY id LIMIT ?3 OFFSET ?4",
        account.0,
        q,
        limit,
        offset
    );
    row::all(rows.fetch_all(conn).await?)
}

/// How many extensions match.
///
/// # Errors
/// [`Error::Database`].
pub async fn count(conn: &mut Conn, account: AccountId, filter: &Filter) -> Result<i64, Error> {
    let q = filter.q.as_deref();
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!: i64" FROM extension
           WHERE account_id = ?1 AND (?2 IS NULL OR instr(lower(name || char(10) || number), lower(?2)) > 0)"#,
        account.0,
        q
    );
    Ok(count.fetch_one(conn).await?)
}

/// Every extension of the box, by id.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn all(conn: &mut Conn) -> Result<Vec<Extension>, Error> {
    row::all(select!("ORDER BY id").fetch_all(conn).await?)
}

/// Makes an extension.
///
/// # Errors
/// [`Error::Conflict`] for a number in use; [`Error::Missing`] for its target.
pub async fn insert(conn: &mut Conn, new: &New) -> Result<ExtensionId, Error> {
    owned_target(conn, new.account_id, new.target).await?;
    let (name, number, kind, (target, target_id)) =
        (new.name.as_str(), new.number.as_str(), kind_column(new.kind), target_columns(new.target));
    let done = sqlx::query!(
        "INSERT INTO extension (account_id, name, number, kind, target, target_id) VALUES (?, ?, ?, ?, ?, ?)",
        new.account_id.0,
        name,
        number,
        kind,
        target,
        target_id
    )
    .execute(conn)
    .await?;
    Ok(ExtensionId(done.last_insert_rowid()))
}

/// Writes an extension.
///
/// # Errors
/// As [`insert`], and [`Error::Missing`] for the extension.
pub async fn update(conn: &mut Conn, extension: &Extension) -> Result<(), Error> {
    owned_target(conn, extension.account_id, extension.target).await?;
    let (name, number, kind, (target, target_id)) =
        (extension.name.as_str(), extension.number.as_str(), kind_column(extension.kind), target_columns(extension.target));
    let done = sqlx::query!(
        "UPDATE extension SET name = ?, number = ?, kind = ?, target = ?, target_id = ? WHERE account_id = ? AND id = ?",
        name,
        number,
        kind,
        target,
        target_id,
        extension.account_id.0,
        extension.id.0
    )
    .execute(conn)
    .await?;
    found(done.rows_affected(), "extension")
}

/// Deletes an extension. Whether it was there.
///
/// # Errors
/// [`Error::Database`].
pub async fn delete(conn: &mut Conn, account: AccountId, id: ExtensionId) -> Result<bool, Error> {
    let done = sqlx::query!("DELETE FROM extension WHERE account_id = ? AND id = ?", account.0, id.0).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}
