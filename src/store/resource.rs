//! Resources of every kind: one table, because they are all a name and settings.

use super::row::{found, from_json, label, to_json};
use super::{Conn, Error, Page};
use crate::domain::resource::{Kind, Reference};
use crate::domain::text::Label;
use crate::domain::{AccountId, Resource};

struct Row {
    id: i64,
    account_id: i64,
    name: String,
    settings: String,
}

impl Row {
    fn read<K: Kind>(self) -> Result<Resource<K>, Error> {
        Ok(Resource {
            id: K::Id::from(self.id),
            account_id: AccountId(self.account_id),
            name: label("resource.name", &self.name)?,
            settings: from_json("resource.settings", &self.settings)?,
        })
    }
}

macro_rules! select {
    ($tail:literal $(, $arg:expr)*) => {
        sqlx::query_as!(Row, r#"SELECT id AS "id!", account_id, name, settings FROM resource "# + $tail $(, $arg)*)
    };
}

fn all_of<K: Kind>(rows: Vec<Row>) -> Result<Vec<Resource<K>>, Error> {
    rows.into_iter().map(Row::read).collect()
}

/// One resource of this kind.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn get<K: Kind>(conn: &mut Conn, account: AccountId, id: K::Id) -> Result<Option<Resource<K>>, Error> {
    let id: i64 = id.into();
    let row = select!("WHERE account_id = ? AND kind = ? AND id = ?", account.0, K::NAME, id);
    row.fetch_optional(conn).await?.map(Row::read).transpose()
}

/// Ok when the resource is the account's: foreign keys alone would let an id cross.
///
/// # Errors
/// [`Error::Missing`], [`Error::Database`].
pub async fn owned<K: Kind>(conn: &mut Conn, account: AccountId, id: K::Id) -> Result<(), Error> {
    if exists(conn, account, K::NAME, id.into()).await? { Ok(()) } else { Err(Error::Missing(K::WORDS)) }
}

/// Whether what is named is the account's.
///
/// # Errors
/// [`Error::Database`].
pub async fn names_ours(conn: &mut Conn, account: AccountId, reference: &Reference) -> Result<bool, Error> {
    exists(conn, account, reference.kind, reference.id).await
}

async fn exists(conn: &mut Conn, account: AccountId, kind: &str, id: i64) -> Result<bool, Error> {
    let row = sqlx::query_scalar!("SELECT 1 AS found FROM resource WHERE account_id = ? AND kind = ? AND id = ?", account.0, kind, id);
    Ok(row.fetch_optional(conn).await?.is_some())
}

/// The account's resources of this kind whose name has `q` in it, by id.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn list<K: Kind>(conn: &mut Conn, account: AccountId, q: Option<&str>, page: Page) -> Result<Vec<Resource<K>>, Error> {
    let (limit, offset) = (page.sql_limit(), page.offset);
    let rows = select!(
        "WHERE account_id = ?1 AND kind = ?2 AND (?3 IS NULL OR instr(lower(name), lower(?3)) > 0) ORDER BY id LIMIT ?4 OFFSET ?5",
        account.0,
        K::NAME,
        q,
        limit,
        offset
    );
    all_of(rows.fetch_all(conn).await?)
}

/// How many there are.
///
/// # Errors
/// [`Error::Database`].
pub async fn count<K: Kind>(conn: &mut Conn, account: AccountId, q: Option<&str>) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!: i64" FROM resource
           WHERE account_id = ?1 AND kind = ?2 AND (?3 IS NULL OR instr(lower(name), lower(?3)) > 0)"#,
        account.0,
        K::NAME,
        q
    );
    Ok(count.fetch_one(conn).await?)
}

/// Every resource of this kind on the box, by id.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn all<K: Kind>(conn: &mut Conn) -> Result<Vec<Resource<K>>, Error> {
    all_of(select!("WHERE kind = ? ORDER BY id", K::NAME).fetch_all(conn).await?)
}

/// Makes a resource. Its id was never given before.
///
/// # Errors
/// [`Error::Conflict`] for a name in use.
pub async fn insert<K: Kind>(conn: &mut Conn, account: AccountId, name: &Label, settings: &K) -> Result<K::Id, Error> {
    let (name, settings) = (name.as_str(), to_json("resource.settings", settings)?);
    let done =
        sqlx::query!("INSERT INTO resource (account_id, kind, name, settings) VALUES (?, ?, ?, ?)", account.0, K::NAME, name, settings);
    Ok(K::Id::from(done.execute(conn).await?.last_insert_rowid()))
}

/// Writes a resource.
///
/// # Errors
/// [`Error::Missing`]; [`Error::Conflict`] for a name in use.
pub async fn update<K: Kind>(conn: &mut Conn, resource: &Resource<K>) -> Result<(), Error> {
    let id: i64 = resource.id.into();
    let (name, settings) = (resource.name.as_str(), to_json("resource.settings", &resource.settings)?);
    let done = sqlx::query!(
        "UPDATE resource SET name = ?, settings = ? WHERE account_id = ? AND kind = ? AND id = ?",
        name,
        settings,
        resource.account_id.0,
        K::NAME,
        id
    );
    found(done.execute(conn).await?.rows_affected(), K::WORDS)
}

/// Deletes a resource and the extensions that lead to it. Whether it was there. That nothing else refers to it is for the caller to see to.
///
/// # Errors
/// [`Error::Database`].
pub async fn delete<K: Kind>(conn: &mut Conn, account: AccountId, id: K::Id) -> Result<bool, Error> {
    let id: i64 = id.into();
    // A mailbox is what extensions lead to, by this name; to the other kinds none does.
    sqlx::query!("DELETE FROM extension WHERE account_id = ? AND target = ? AND target_id = ?", account.0, K::NAME, id)
        .execute(&mut *conn)
        .await?;
    let done = sqlx::query!("DELETE FROM resource WHERE account_id = ? AND kind = ? AND id = ?", account.0, K::NAME, id);
    Ok(done.execute(conn).await?.rows_affected() > 0)
}
