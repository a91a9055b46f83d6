//! Users.

use super::row::{self, found, from_json, label, owned_pgroup, to_json};
use super::{Conn, Error, Page};
use crate::clock::Millis;
use crate::domain::permission::Permissions;
use crate::domain::text::Label;
use crate::domain::user::{PasswordHash, Settings};
use crate::domain::{AccountId, PgroupId, User, UserId};

/// A user that is to be made.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "see domain::User")]
pub struct New {
    pub account_id: AccountId,
    pub name: Label,
    pub username: String,
    pub email: String,
    pub password_hash: PasswordHash,
    pub password_md5_hash: Option<PasswordHash>,
    pub active: bool,
    pub is_agent: bool,
    pub pgroup_id: Option<PgroupId>,
    pub permissions: Permissions,
    pub created_at: Millis,
    pub settings: Settings,
}

/// Which users are listed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of the name, username or email.
    pub q: Option<String>,
    /// Only agents, or only others.
    pub is_agent: Option<bool>,
}

struct Row {
    id: i64,
    account_id: i64,
    name: String,
    username: String,
    email: String,
    password_hash: String,
    password_md5_hash: Option<String>,
    active: bool,
    is_agent: bool,
    pgroup_id: Option<i64>,
    permissions: String,
    created_at: i64,
    last_login_at: Option<i64>,
    settings: String,
}

impl TryFrom<Row> for User {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: UserId(row.id),
            account_id: AccountId(row.account_id),
            name: label("user.name", &row.name)?,
            username: row.username,
            email: row.email,
            password_hash: PasswordHash(row.password_hash),
            password_md5_hash: row.password_md5_hash.map(PasswordHash),
            active: row.active,
            is_agent: row.is_agent,
            pgroup_id: row.pgroup_id.map(PgroupId),
            permissions: from_json("user.permissions", &row.permissions)?,
            created_at: Millis(row.created_at),
            last_login_at: row.last_login_at.map(Millis),
            settings: from_json("user.settings", &row.settings)?,
        })
    }
}

macro_rules! select {
    ($tail:literal $(, $arg:expr)*) => {
        sqlx::query_as!(
            Row,
            r#"SELECT id AS "id!", account_id, name, username, email, password_hash, password_md5_hash, active AS "active: bool",
                      is_agent AS "is_agent: bool", pgroup_id, permissions, created_at, last_login_at, settings FROM user "# + $tail $(, $arg)*
        )
    };
}

/// One user.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn get(conn: &mut Conn, account: AccountId, id: UserId) -> Result<Option<User>, Error> {
    select!("WHERE account_id = ? AND id = ?", account.0, id.0).fetch_optional(conn).await?.map(User::try_from).transpose()
}

/// The user of that name on the whole box, regardless of case.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn by_username(conn: &mut Conn, username: &str) -> Result<Option<User>, Error> {
    select!("WHERE username = ?", username).fetch_optional(conn).await?.map(User::try_from).transpose()
}

/// The users of that address on the whole box, at most two: who has it in several accounts cannot be told by it.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn by_email(conn: &mut Conn, email: &str) -> Result<Vec<User>, Error> {
    row::all(select!("WHERE email = ? LIMIT 2", email).fetch_all(conn).await?)
}

/// The users that match, by id.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn list(conn: &mut Conn, account: AccountId, filter: &Filter, page: Page) -> Result<Vec<User>, Error> {
    let (q, is_agent, limit, offset) = (filter.q.as_deref(), filter.is_agent, page.sql_limit(), page.offset);
    let rows = select!(
        "WHERE account_id = ?1 AND (?2 IS NULL OR is_agent = ?2)
           AND (?3 IS NULL OR instr(lower(name || char(10) || username || char(10) || email), lower(?3)) > 0)
         ORDER BY id LIMIT ?4 OFFSET ?5",
        account.0,
        is_agent,
        q,
        limit,
        offset
    );
    row::all(rows.fetch_all(conn).await?)
}

/// How many users match.
///
/// # Errors
/// [`Error::Database`].
pub async fn count(conn: &mut Conn, account: AccountId, filter: &Filter) -> Result<i64, Error> {
    let (q, is_agent) = (filter.q.as_deref(), filter.is_agent);
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!: i64" FROM user WHERE account_id = ?1 AND (?2 IS NULL OR is_agent = ?2)
           AND (?3 IS NULL OR instr(lower(name || char(10) || username || char(10) || email), lower(?3)) > 0)"#,
        account.0,
        is_agent,
        q
    );
    Ok(count.fetch_one(conn).await?)
}

/// Every active agent of the box.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn agents(conn: &mut Conn) -> Result<Vec<User>, Error> {
    row::all(select!("WHERE active AND is_agent ORDER BY id").fetch_all(conn).await?)
}

/// Makes a user.
///
/// # Errors
/// [`Error::Conflict`] for a username or email in use; [`Error::Missing`] for its group.
pub async fn insert(conn: &mut Conn, new: &New) -> Result<UserId, Error> {
    if let Some(group) = new.pgroup_id {
        owned_pgroup(conn, new.account_id, group).await?;
    }
    let name = new.name.as_str();
    let md5_hash = new.password_md5_hash.as_ref().map(|hash| hash.0.as_str());
    let pgroup_id = new.pgroup_id.map(i64::from);
    let permissions = to_json("user.permissions", &new.permissions)?;
    let settings = to_json("user.settings", &new.settings)?;
    let done = sqlx::query!(
        "INSERT INTO user (id, account_id, name, username, email, password_hash, password_md5_hash, active, is_agent, pgroup_id, permissions,
                           created_at, settings)
         VALUES (1 + max(ifnull((SELECT max(id) FROM user), 0), ifnull((SELECT id FROM last_id WHERE noun = 'user'), 0)),
                 ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        new.account_id.0,
        name,
        new.username,
        new.email,
        new.password_hash.0,
        md5_hash,
        new.active,
        new.is_agent,
        pgroup_id,
        permissions,
        new.created_at.0,
        settings
    )
    .execute(conn)
    .await?;
    Ok(UserId(done.last_insert_rowid()))
}

/// Writes a user; its creation and its logins stay.
///
/// # Errors
/// As [`insert`], and [`Error::Missing`] for the user.
pub async fn update(conn: &mut Conn, user: &User) -> Result<(), Error> {
    if let Some(group) = user.pgroup_id {
        owned_pgroup(conn, user.account_id, group).await?;
    }
    let name = user.name.as_str();
    let md5_hash = user.password_md5_hash.as_ref().map(|hash| hash.0.as_str());
    let pgroup_id = user.pgroup_id.map(i64::from);
    let permissions = to_json("user.permissions", &user.permissions)?;
    let settings = to_json("user.settings", &user.settings)?;
    let done = sqlx::query!(
        "UPDATE user SET name = ?, username = ?, email = ?, password_hash = ?, password_md5_hash = ?, active = ?, is_agent = ?,
                pgroup_id = ?, permissions = ?, settings = ? WHERE account_id = ? AND id = ?",
        name,
        user.username,
        user.email,
        user.password_hash.0,
        md5_hash,
        user.active,
        user.is_agent,
        pgroup_id,
        permissions,
        settings,
        user.account_id.0,
        user.id.0
    )
    .execute(conn)
    .await?;
    found(done.rows_affected(), "user")
}

/// Notes a login.
///
/// # Errors
/// [`Error::Missing`], [`Error::Database`].
pub async fn logged_in(conn: &mut Conn, account: AccountId, id: UserId, at: Millis) -> Result<(), Error> {
    let done =
        sqlx::query!("UPDATE user SET last_login_at = ? WHERE account_id = ? AND id = ?", at.0, account.0, id.0).execute(conn).await?;
    found(done.rows_affected(), "user")
}

/// Deletes a user with its keys, memberships, agent state, codes and the extensions that lead to it; its devices stay, without an owner.
/// Whether it was there.
///
/// # Errors
/// [`Error::Database`].
pub async fn delete(conn: &mut Conn, account: AccountId, id: UserId) -> Result<bool, Error> {
    sqlx::query!("DELETE FROM extension WHERE account_id = ? AND target = 'user' AND target_id = ?", account.0, id.0)
        .execute(&mut *conn)
        .await?;
    let done = sqlx::query!("DELETE FROM user WHERE account_id = ? AND id = ?", account.0, id.0).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}
