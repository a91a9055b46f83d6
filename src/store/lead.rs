//! Leads. Their order is: larger priorities first, then by phone.

use super::row::{self, all, found, label, text};
use super::{Conn, Error, Page, phone_list};
use crate::domain::number::{LeadId, Phone};
use crate::domain::phone_list::LeadChange;
use crate::domain::{AccountId, Lead, PhoneListId};

/// The most rows that one statement writes; more would keep other writers waiting.
pub const BATCH_ROWS_MAX: usize = 2_000;

struct Row {
    phone: String,
    name: Option<String>,
    lead_id: Option<String>,
    rank: i64,
    tags: Option<String>,
    ext_api_vars: Option<String>,
}

impl TryFrom<Row> for Lead {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            phone: text("lead.phone", row.phone)?,
            name: row.name.map(|name| label("lead.name", &name)).transpose()?,
            lead_id: row.lead_id.map(|id| text("lead.lead_id", id)).transpose()?,
            priority: row.rank.checked_neg().and_then(|priority| priority.try_into().ok()).ok_or(Error::Corrupt("lead.rank"))?,
            tags: row.tags,
            ext_api_vars: row.ext_api_vars.map(|vars| text("lead.ext_api_vars", vars)).transpose()?,
        })
    }
}

macro_rules! select {
    ($tail:literal $(, $arg:expr)*) => {
        sqlx::query_as!(
            Row,
            "SELECT lead.phone, lead.name, lead.lead_id, lead.rank, lead.tags, lead.ext_api_vars
             FROM phone_list JOIN lead ON lead.list_id = phone_list.id " + $tail $(, $arg)*
        )
    };
}

/// The lead that one of these spellings names; the first that is there. See [`crate::domain::phone::spellings`].
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn get(conn: &mut Conn, account: AccountId, list: PhoneListId, spellings: &[Phone; 2]) -> Result<Option<Lead>, Error> {
    let [first, second] = spellings.each_ref().map(Phone::as_str);
    let row = select!(
        "WHERE phone_list.account_id = ?1 AND lead.list_id = ?2 AND lead.phone IN (?3, ?4) ORDER BY lead.phone <> ?3 LIMIT 1",
        account.0,
        list.0,
        first,
        second
    );
    row.fetch_optional(conn).await?.map(Lead::try_from).transpose()
}

/// Whether a list has the number.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn contains(conn: &mut Conn, account: AccountId, list: PhoneListId, phone: &Phone) -> Result<bool, Error> {
    let phone = phone.as_str();
    let row = sqlx::query_scalar!(
        "SELECT 1 AS found FROM phone_list JOIN lead ON lead.list_id = phone_list.id
         WHERE phone_list.account_id = ? AND lead.list_id = ? AND lead.phone = ?",
        account.0,
        list.0,
        phone
    );
    Ok(row.fetch_optional(conn).await?.is_some())
}

/// The lead with the customer's own id: in the account's first list, by id, that has one; of several there, the one with the smallest phone.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn by_lead_id(conn: &mut Conn, account: AccountId, id: &LeadId) -> Result<Option<Lead>, Error> {
    let id = id.as_str();
    let row = select!("WHERE phone_list.account_id = ? AND lead.lead_id = ? ORDER BY phone_list.id, lead.phone LIMIT 1", account.0, id);
    row.fetch_optional(conn).await?.map(Lead::try_from).transpose()
}

/// The lead that one of these spellings names: in the account's first list, by id, that has it. See [`crate::domain::phone::spellings`].
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn by_phone(conn: &mut Conn, account: AccountId, spellings: &[Phone; 2]) -> Result<Option<Lead>, Error> {
    let [first, second] = spellings.each_ref().map(Phone::as_str);
    let row = select!(
        "WHERE phone_list.account_id = ?1 AND lead.phone IN (?2, ?3) ORDER BY phone_list.id, lead.phone <> ?2 LIMIT 1",
        account.0,
        first,
        second
    );
    row.fetch_optional(conn).await?.map(Lead::try_from).transpose()
}

/// A page of a list, in order.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn page(conn: &mut Conn, account: AccountId, list: PhoneListId, page: Page) -> Result<Vec<Lead>, Error> {
    let (limit, offset) = (page.sql_limit(), page.offset);
    // The rows before the page are passed in the index alone.
    let rows = select!(
        "WHERE phone_list.account_id = ? AND lead.list_id = ? ORDER BY lead.rank, lead.phone LIMIT ? OFFSET ?",
        account.0,
        list.0,
        limit,
        offset
    );
    all(rows.fetch_all(conn).await?)
}

/// At most `limit` leads that come after this one.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn after(conn: &mut Conn, account: AccountId, list: PhoneListId, last: &Lead, limit: u32) -> Result<Vec<Lead>, Error> {
    let (rank, phone) = (-i64::from(last.priority), last.phone.as_str());
    let rows = select!(
        "WHERE phone_list.account_id = ? AND lead.list_id = ? AND (lead.rank, lead.phone) > (?, ?) ORDER BY lead.rank, lead.phone LIMIT ?",
        account.0,
        list.0,
        rank,
        phone,
        limit
    );
    all(rows.fetch_all(conn).await?)
}

/// Adds leads, and changes what is sent of those that are there; how many were added. At most [`BATCH_ROWS_MAX`], each phone once.
///
/// # Errors
/// [`Error::Missing`] for the list.
pub async fn upsert(conn: &mut Conn, account: AccountId, list: PhoneListId, leads: &[(Phone, LeadChange)]) -> Result<u64, Error> {
    phone_list::owned(&mut *conn, account, list).await?;
    let rows: Vec<_> = leads.iter().map(columns).collect();
    let rows = row::to_json("lead", &rows)?;
    let done = sqlx::query!(
        "INSERT INTO lead (list_id, phone, name, lead_id, rank, tags, ext_api_vars)
         SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?2) WHERE true
         ON CONFLICT (list_id, phone) DO NOTHING",
        list.0,
        rows
    );
    let added = done.execute(&mut *conn).await?.rows_affected();
    if added < leads.len() as u64 {
        // Those that were added are given once more what they have. The rows are looked up first: nothing may go through the whole list.
        sqlx::query!(
            "WITH sent AS MATERIALIZED (
                 SELECT value, value ->> 6 AS mask, (SELECT rowid FROM lead WHERE list_id = ?1 AND phone = value ->> 0) AS of
                 FROM json_each(?2)
             )
             UPDATE lead SET
                 name         = iif(mask & 1, value ->> 1, name),
                 lead_id      = iif(mask & 2, value ->> 2, lead_id),
                 rank         = iif(mask & 4, value ->> 3, rank),
                 tags         = iif(mask & 8, value ->> 4, tags),
                 ext_api_vars = iif(mask & 16, value ->> 5, ext_api_vars)
             FROM sent WHERE lead.rowid = sent.of",
            list.0,
            rows
        )
        .execute(&mut *conn)
        .await?;
    }
    phone_list::added(conn, account, list, i64::try_from(added).unwrap_or(i64::MAX)).await?;
    Ok(added)
}

/// A row for [`upsert`]'s statements; the last column says what was sent.
type Columns<'a> = (&'a str, Option<&'a str>, Option<&'a str>, i64, Option<&'a str>, Option<&'a str>, u8);

fn columns((phone, change): &(Phone, LeadChange)) -> Columns<'_> {
    let sent =
        [change.name.is_some(), change.lead_id.is_some(), change.priority.is_some(), change.tags.is_some(), change.ext_api_vars.is_some()];
    (
        phone.as_str(),
        change.name.as_ref().and_then(Option::as_ref).map(|name| name.as_str()),
        change.lead_id.as_ref().and_then(Option::as_ref).map(|id| id.as_str()),
        -i64::from(change.priority.unwrap_or(0)),
        change.tags.as_ref().and_then(Option::as_deref),
        change.ext_api_vars.as_ref().and_then(Option::as_ref).map(|vars| vars.as_str()),
        sent.iter().rev().fold(0, |mask, &sent| mask << 1 | u8::from(sent)),
    )
}

/// Writes the lead that has been `phone`.
///
/// # Errors
/// [`Error::Missing`]; [`Error::Conflict`] for a number that is in the list already.
pub async fn update(conn: &mut Conn, account: AccountId, list: PhoneListId, phone: &Phone, lead: &Lead) -> Result<(), Error> {
    phone_list::owned(&mut *conn, account, list).await?;
    let (was, is, rank) = (phone.as_str(), lead.phone.as_str(), -i64::from(lead.priority));
    let (name, lead_id) = (lead.name.as_ref().map(|name| name.as_str()), lead.lead_id.as_ref().map(|id| id.as_str()));
    let vars = lead.ext_api_vars.as_ref().map(|vars| vars.as_str());
    let done = sqlx::query!(
        "UPDATE lead SET phone = ?, name = ?, lead_id = ?, rank = ?, tags = ?, ext_api_vars = ? WHERE list_id = ? AND phone = ?",
        is,
        name,
        lead_id,
        rank,
        lead.tags,
        vars,
        list.0,
        was
    );
    found(done.execute(conn).await?.rows_affected(), "lead")
}

/// Deletes the leads that these name, as [`get`] finds them; how many there were. At most [`BATCH_ROWS_MAX`].
///
/// # Errors
/// [`Error::Missing`] for the list.
pub async fn delete(conn: &mut Conn, account: AccountId, list: PhoneListId, phones: &[[Phone; 2]]) -> Result<u64, Error> {
    phone_list::owned(&mut *conn, account, list).await?;
    let phones = row::to_json("lead.phone", &phones)?;
    let done = sqlx::query!(
        "DELETE FROM lead WHERE list_id = ?1 AND phone IN (
             SELECT iif(EXISTS (SELECT 1 FROM lead WHERE list_id = ?1 AND phone = value ->> 0), value ->> 0, value ->> 1) FROM json_each(?2)
         )",
        list.0,
        phones
    );
    let deleted = done.execute(&mut *conn).await?.rows_affected();
    phone_list::added(conn, account, list, -i64::try_from(deleted).unwrap_or(i64::MAX)).await?;
    Ok(deleted)
}

/// Removes some leads of a deleted list, and the list with the last of them; whether that was so.
///
/// # Errors
/// [`Error::Database`].
pub async fn sweep(conn: &mut Conn, deleted: PhoneListId) -> Result<bool, Error> {
    const ROWS: i64 = BATCH_ROWS_MAX as i64;
    sqlx::query!(
        "DELETE FROM lead WHERE rowid IN (
             SELECT lead.rowid FROM phone_list JOIN lead ON lead.list_id = phone_list.id
             WHERE phone_list.id = ? AND phone_list.account_id IS NULL LIMIT ?
         )",
        deleted.0,
        ROWS
    )
    .execute(&mut *conn)
    .await?;
    let done = sqlx::query!(
        "DELETE FROM phone_list WHERE id = ?1 AND account_id IS NULL AND NOT EXISTS (SELECT 1 FROM lead WHERE list_id = ?1)",
        deleted.0
    );
    Ok(done.execute(conn).await?.rows_affected() > 0)
}
