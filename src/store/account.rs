//! Accounts.

use std::collections::{HashMap, HashSet};

use secrecy::{ExposeSecret, SecretString};

use super::row::{self, found, from_json, label, text, to_json};
use super::{Conn, Error, endpoint};
use crate::domain::account::Settings;
use crate::domain::number::Domain;
use crate::domain::permission::{Permissions, default_groups};
use crate::domain::text::Label;
use crate::domain::{Account, AccountId, pause};

/// An account that is to be made.
#[derive(Debug)]
pub struct New {
    /// Its name.
    pub name: Label,
    /// The SIP domain of its phones, unique on the box.
    pub domain: Domain,
    /// `whsec_...`, which signs its events.
    pub event_secret: SecretString,
    /// The rest.
    pub settings: Settings,
}

struct Row {
    id: i64,
    name: String,
    domain: String,
    settings: String,
}

impl TryFrom<Row> for Account {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: AccountId(row.id),
            name: label("account.name", &row.name)?,
            domain: text("account.domain", row.domain)?,
            settings: from_json("account.settings", &row.settings)?,
        })
    }
}

macro_rules! select {
    ($tail:literal $(, $arg:expr)*) => {
        sqlx::query_as!(Row, r#"SELECT id AS "id!", name, domain, settings FROM account "# + $tail $(, $arg)*)
    };
}

/// Makes an account with the permission groups and pauses that every account starts with.
///
/// # Errors
/// [`Error::Conflict`] for a domain in use.
pub async fn create(conn: &mut Conn, new: &New) -> Result<AccountId, Error> {
    let (name, domain, secret) = (new.name.as_str(), new.domain.as_str(), new.event_secret.expose_secret());
    let settings = to_json("account.settings", &new.settings)?;
    let done =
        sqlx::query!("INSERT INTO account (name, domain, event_secret, settings) VALUES (?, ?, ?, ?)", name, domain, secret, settings)
            .execute(&mut *conn)
            .await?;
    let account_id = AccountId(done.last_insert_rowid());
    for (name, given) in default_groups() {
        let permissions: Permissions = given.into_iter().map(|permission| (permission, true)).collect();
        let name = label("pgroup.name", name)?;
        super::pgroup::insert(conn, &super::pgroup::New { account_id, name, permissions }).await?;
    }
    for (name, paid, is_default, system) in pause::DEFAULTS {
        let name = label("pause.name", name)?;
        super::pause::insert(conn, &super::pause::New { account_id, name, color: None, max_seconds: 0, paid, is_default, system }).await?;
    }
    Ok(account_id)
}

/// One account.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn get(conn: &mut Conn, id: AccountId) -> Result<Option<Account>, Error> {
    select!("WHERE id = ?", id.0).fetch_optional(conn).await?.map(Account::try_from).transpose()
}

/// What is set of each of these accounts.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub(super) async fn settings(conn: &mut Conn, ids: &HashSet<AccountId>) -> Result<HashMap<AccountId, Settings>, Error> {
    let ids = to_json("account.id", ids)?;
    let rows = select!("WHERE id IN (SELECT value FROM json_each(?))", ids).fetch_all(conn).await?;
    rows.into_iter().map(|row| Account::try_from(row).map(|account| (account.id, account.settings))).collect()
}

/// The account of a SIP domain.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn by_domain(conn: &mut Conn, domain: &Domain) -> Result<Option<Account>, Error> {
    let domain = domain.as_str();
    select!("WHERE domain = ?", domain).fetch_optional(conn).await?.map(Account::try_from).transpose()
}

/// Every account.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn all(conn: &mut Conn) -> Result<Vec<Account>, Error> {
    row::all(select!("ORDER BY id").fetch_all(conn).await?)
}

/// Writes an account. A changed address for events is one of which nothing is known: see [`endpoint::enable`].
///
/// # Errors
/// [`Error::Missing`]; [`Error::Conflict`] for a domain in use.
pub async fn update(conn: &mut Conn, account: &Account) -> Result<(), Error> {
    let before = get(conn, account.id).await?.ok_or(Error::Missing("account"))?;
    let (name, domain) = (account.name.as_str(), account.domain.as_str());
    let settings = to_json("account.settings", &account.settings)?;
    let done = sqlx::query!("UPDATE account SET name = ?, domain = ?, settings = ? WHERE id = ?", name, domain, settings, account.id.0)
        .execute(&mut *conn)
        .await?;
    found(done.rows_affected(), "account")?;
    if before.settings.event_url != account.settings.event_url {
        endpoint::enable(conn, endpoint::Address::own(account.id)).await?;
    }
    Ok(())
}
