//! Lists of phone numbers. Their leads are [`super::lead`]'s.

use super::row::{found, label};
use super::{Conn, Error, Page, account, row};
use crate::domain::text::Label;
use crate::domain::{AccountId, PhoneList, PhoneListId};

struct Row {
    id: i64,
    account_id: i64,
    name: String,
    list_rows: i64,
}

impl TryFrom<Row> for PhoneList {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: PhoneListId(row.id),
            account_id: AccountId(row.account_id),
            name: label("phone_list.name", &row.name)?,
            list_rows: row.list_rows,
        })
    }
}

macro_rules! select {
    ($tail:literal $(, $arg:expr)*) => {
        sqlx::query_as!(Row, r#"SELECT id AS "id!", account_id AS "account_id!", name, list_rows FROM phone_list "# + $tail $(, $arg)*)
    };
}

/// One list.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn get(conn: &mut Conn, account: AccountId, id: PhoneListId) -> Result<Option<PhoneList>, Error> {
    select!("WHERE account_id = ? AND id = ?", account.0, id.0).fetch_optional(conn).await?.map(PhoneList::try_from).transpose()
}

/// Ok when the list is the account's: foreign keys alone would let an id cross.
///
/// # Errors
/// [`Error::Missing`], [`Error::Database`].
pub async fn owned(conn: &mut Conn, account: AccountId, id: PhoneListId) -> Result<(), Error> {
    let row = sqlx::query_scalar!("SELECT 1 AS found FROM phone_list WHERE account_id = ? AND id = ?", account.0, id.0);
    row.fetch_optional(conn).await?.map(|_| ()).ok_or(Error::Missing("phone list"))
}

/// The lists whose name has `q` in it, by id.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn list(conn: &mut Conn, account: AccountId, q: Option<&str>, page: Page) -> Result<Vec<PhoneList>, Error> {
    let (limit, offset) = (page.sql_limit(), page.offset);
    let rows = select!(
        "WHERE account_id = ?1 AND (?2 IS NULL OR instr(lower(name), lower(?2)) > 0) ORDER BY id LIMIT ?3 OFFSET ?4",
        account.0,
        q,
        limit,
        offset
    );
    row::all(rows.fetch_all(conn).await?)
}

/// How many lists match.
///
/// # Errors
/// [`Error::Database`].
pub async fn count(conn: &mut Conn, account: AccountId, q: Option<&str>) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!: i64" FROM phone_list WHERE account_id = ?1 AND (?2 IS NULL OR instr(lower(name), lower(?2)) > 0)"#,
        account.0,
        q
    );
    Ok(count.fetch_one(conn).await?)
}

/// Makes an empty list.
///
/// # Errors
/// [`Error::Database`].
pub async fn insert(conn: &mut Conn, account: AccountId, name: &Label) -> Result<PhoneListId, Error> {
    let name = name.as_str();
    let done = sqlx::query!("INSERT INTO phone_list (account_id, name) VALUES (?, ?)", account.0, name).execute(conn).await?;
    Ok(PhoneListId(done.last_insert_rowid()))
}

/// Renames a list.
///
/// # Errors
/// [`Error::Missing`], [`Error::Database`].
pub async fn rename(conn: &mut Conn, account: AccountId, id: PhoneListId, name: &Label) -> Result<(), Error> {
    let name = name.as_str();
    let done = sqlx::query!("UPDATE phone_list SET name = ? WHERE account_id = ? AND id = ?", name, account.0, id.0);
    found(done.execute(conn).await?.rows_affected(), "phone list")
}

/// Deletes a list: it is nobody's any more. Its leads are still there; see [`super::lead::sweep`].
///
/// # Errors
/// [`Error::Missing`]; [`Error::Conflict`] for the account's list of numbers that are not called.
pub async fn delete(conn: &mut Conn, account: AccountId, id: PhoneListId) -> Result<(), Error> {
    let settings = account::get(conn, account).await?.ok_or(Error::Missing("account"))?.settings;
    if settings.dnc_list_id == Some(id) {
        return Err(Error::Conflict("the account does not call the numbers of this list; change dnc_list_id of the account first"));
    }
    let done = sqlx::query!("UPDATE phone_list SET account_id = NULL WHERE account_id = ? AND id = ?", account.0, id.0);
    found(done.execute(conn).await?.rows_affected(), "phone list")
}

/// The deleted lists of the box that still have leads.
///
/// # Errors
/// [`Error::Database`].
pub async fn deleted(conn: &mut Conn) -> Result<Vec<PhoneListId>, Error> {
    let ids = sqlx::query_scalar!(r#"SELECT id AS "id!" FROM phone_list WHERE account_id IS NULL"#).fetch_all(conn).await?;
    Ok(ids.into_iter().map(PhoneListId).collect())
}

/// Counts leads that were added to a list (removed from it when negative).
pub(super) async fn added(conn: &mut Conn, account: AccountId, id: PhoneListId, leads: i64) -> Result<(), Error> {
    let done = sqlx::query!("UPDATE phone_list SET list_rows = list_rows + ? WHERE account_id = ? AND id = ?", leads, account.0, id.0);
    found(done.execute(conn).await?.rows_affected(), "phone list")
}
