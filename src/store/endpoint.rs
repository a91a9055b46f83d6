//! Where an account's events go, what signs them, and how the address does.

use secrecy::{ExposeSecret, SecretString};

use super::row::{found, from_json, to_json};
use super::{Conn, Error};
use crate::clock::Millis;
use crate::domain::AccountId;

/// Replaced secrets that sign beside the account's own; of more the one goes that would end first.
pub const RETIRED_SECRETS_MAX: u32 = 3;

/// An address that something is due for.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Whose it is.
    pub account_id: AccountId,
    /// The address.
    pub url: String,
    /// `whsec_...`: the account's own, then those that it replaced and that still sign.
    pub secrets: Vec<SecretString>,
    /// Whether it fails, and one attempt at a time is to be made.
    pub is_open: bool,
}

/// How an address that failed at its last attempt does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// Failures in a row.
    pub failures: u32,
    /// Since when one attempt at a time is made; none while as many are as ever.
    pub opened_at: Option<Millis>,
    /// While it is open: no attempt before.
    pub probe_at: Millis,
}

/// How an account's address stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whose it is.
    pub account_id: AccountId,
    /// The address; none when events are not sent.
    pub url: Option<String>,
    /// None when its last attempt succeeded.
    pub breaker: Option<Breaker>,
    /// Since when nothing is sent, and why.
    pub disabled: Option<(Millis, String)>,
    /// When the last of the replaced secrets ends; none when there is none.
    pub retired_until: Option<Millis>,
}

/// The addresses that something is due for at `now`, those of an open breaker by when they may be asked. None that is disabled.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn due(conn: &mut Conn, now: Millis) -> Result<Vec<Endpoint>, Error> {
    let rows = sqlx::query!(
        r#"SELECT a.id AS "id!", json_extract(a.settings, '$.event_url') AS "url!: String", a.event_secret, b.opened_at,
                  (SELECT json_group_array(secret) FROM retired_event_secret r WHERE r.account_id = a.id AND r.until > ?1) AS "retired!: String"
           FROM account a LEFT JOIN push_breaker b ON b.account_id = a.id
           WHERE EXISTS (SELECT 1 FROM delivery d WHERE d.account_id = a.id AND d.state = 'pending' AND d.next_at <= ?1)
             AND (b.opened_at IS NULL OR b.probe_at <= ?1)
             AND NOT EXISTS (SELECT 1 FROM push_disabled p WHERE p.account_id = a.id)
             AND json_extract(a.settings, '$.event_url') IS NOT NULL
           ORDER BY iif(b.opened_at IS NULL, 0, b.probe_at), a.id"#,
        now.0
    );
    let rows = rows.fetch_all(conn).await?.into_iter().map(|row| {
        let retired: Vec<String> = from_json("retired_event_secret.secret", &row.retired)?;
        let secrets = std::iter::once(row.event_secret).chain(retired).map(SecretString::from).collect();
        Ok(Endpoint { account_id: AccountId(row.id), url: row.url, secrets, is_open: row.opened_at.is_some() })
    });
    rows.collect()
}

/// When something that is not due yet will be, at an address that takes it.
///
/// # Errors
/// [`Error::Database`].
pub async fn next_due(conn: &mut Conn, now: Millis) -> Result<Option<Millis>, Error> {
    let at = sqlx::query_scalar!(
        r#"SELECT min(iif(b.opened_at IS NOT NULL AND b.probe_at > ?1,
                          max(b.probe_at, (SELECT min(next_at) FROM delivery d WHERE d.account_id = a.id AND d.state = 'pending')),
                          (SELECT min(next_at) FROM delivery d WHERE d.account_id = a.id AND d.state = 'pending' AND d.next_at > ?1))) AS "at: i64"
           FROM account a LEFT JOIN push_breaker b ON b.account_id = a.id
           WHERE NOT EXISTS (SELECT 1 FROM push_disabled p WHERE p.account_id = a.id) AND json_extract(a.settings, '$.event_url') IS NOT NULL"#,
        now.0
    );
    Ok(at.fetch_one(conn).await?.map(Millis))
}

/// How the addresses of these accounts stand.
///
/// # Errors
/// [`Error::Database`].
pub async fn standings(conn: &mut Conn, accounts: &[AccountId]) -> Result<Vec<Standing>, Error> {
    let accounts = to_json("account.id", &accounts)?;
    let rows = sqlx::query!(
        r#"SELECT a.id AS "id!", json_extract(a.settings, '$.event_url') AS "url: String", b.failures AS "failures?: u32", b.opened_at,
                  b.probe_at AS "probe_at?", p.at AS "disabled_at?", p.reason AS "reason?",
                  (SELECT max(until) FROM retired_event_secret r WHERE r.account_id = a.id) AS "retired_until?: i64"
           FROM account a LEFT JOIN push_breaker b ON b.account_id = a.id LEFT JOIN push_disabled p ON p.account_id = a.id
           WHERE a.id IN (SELECT value FROM json_each(?))"#,
        accounts
    );
    let rows = rows.fetch_all(conn).await?.into_iter().map(|row| Standing {
        account_id: AccountId(row.id),
        url: row.url,
        breaker: row.failures.zip(row.probe_at).map(|(failures, probe_at)| Breaker {
            failures,
            opened_at: row.opened_at.map(Millis),
            probe_at: Millis(probe_at),
        }),
        disabled: row.disabled_at.map(Millis).zip(row.reason),
        retired_until: row.retired_until.map(Millis),
    });
    Ok(rows.collect())
}

/// How the account's address stands.
///
/// # Errors
/// [`Error::Missing`], [`Error::Database`].
pub async fn standing(conn: &mut Conn, account: AccountId) -> Result<Standing, Error> {
    standings(conn, &[account]).await?.pop().ok_or(Error::Missing("account"))
}

/// Notes how the account's address does; none when its last attempt succeeded.
///
/// # Errors
/// [`Error::Database`].
pub async fn set_breaker(conn: &mut Conn, account: AccountId, breaker: Option<Breaker>) -> Result<(), Error> {
    let Some(Breaker { failures, opened_at, probe_at }) = breaker else {
        sqlx::query!("DELETE FROM push_breaker WHERE account_id = ?", account.0).execute(conn).await?;
        return Ok(());
    };
    let opened_at = opened_at.map(|at| at.0);
    sqlx::query!(
        "INSERT INTO push_breaker (account_id, failures, opened_at, probe_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (account_id) DO UPDATE SET failures = ?2, opened_at = ?3, probe_at = ?4",
        account.0,
        failures,
        opened_at,
        probe_at.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sends nothing more to an account, until [`enable`]; events are still queued. Whether it was not disabled before.
///
/// # Errors
/// [`Error::Database`].
pub async fn disable(conn: &mut Conn, account: AccountId, now: Millis, reason: &str) -> Result<bool, Error> {
    let done = sqlx::query!(
        "INSERT INTO push_disabled (account_id, at, reason) VALUES (?, ?, ?) ON CONFLICT (account_id) DO NOTHING",
        account.0,
        now.0,
        reason
    );
    Ok(done.execute(conn).await?.rows_affected() > 0)
}

/// Forgets what is known of the address and sends what waits at once. For whenever the address is set, also to what it was.
///
/// # Errors
/// [`Error::Database`].
pub async fn enable(conn: &mut Conn, account: AccountId) -> Result<(), Error> {
    sqlx::query!("DELETE FROM push_disabled WHERE account_id = ?", account.0).execute(&mut *conn).await?;
    set_breaker(conn, account, None).await?;
    send_at_once(conn, account).await
}

/// Whatever waits for another attempt is due now.
///
/// # Errors
/// [`Error::Database`].
pub async fn send_at_once(conn: &mut Conn, account: AccountId) -> Result<(), Error> {
    sqlx::query!("UPDATE delivery SET next_at = 0 WHERE account_id = ? AND state = 'pending'", account.0).execute(conn).await?;
    Ok(())
}

/// Replaces the secret that signs the account's events. The one before signs beside it until `until`; not at all when that has passed.
///
/// # Errors
/// [`Error::Missing`], [`Error::Database`].
pub async fn replace_secret(conn: &mut Conn, account: AccountId, secret: &SecretString, until: Millis, now: Millis) -> Result<(), Error> {
    let secret = secret.expose_secret();
    sqlx::query!(
        "INSERT INTO retired_event_secret (account_id, secret, until) SELECT id, event_secret, ?2 FROM account WHERE id = ?1
         ON CONFLICT DO UPDATE SET until = ?2",
        account.0,
        until.0
    )
    .execute(&mut *conn)
    .await?;
    let done = sqlx::query!("UPDATE account SET event_secret = ? WHERE id = ?", secret, account.0).execute(&mut *conn).await?;
    found(done.rows_affected(), "account")?;
    // Its own secret is none that was replaced, though it may be one again.
    sqlx::query!(
        "DELETE FROM retired_event_secret WHERE account_id = ?1 AND (until <= ?2 OR secret = ?3 OR secret NOT IN
             (SELECT secret FROM retired_event_secret WHERE account_id = ?1 AND secret <> ?3 ORDER BY until DESC LIMIT ?4))",
        account.0,
        now.0,
        secret,
        RETIRED_SECRETS_MAX
    )
    .execute(conn)
    .await?;
    Ok(())
}
