//! Where events go, what signs them, and how the address does.

use secrecy::{ExposeSecret, SecretString};

use super::row::{self, found, from_json, to_json};
use super::{Conn, Error, hook};
use crate::clock::Millis;
use crate::domain::hook::Method;
use crate::domain::{AccountId, HookId};

/// Replaced secrets that sign beside the account's own; of more the one goes that would end first.
pub const RETIRED_SECRETS_MAX: u32 = 3;

/// An address: the account's own, or that of a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// Whose it is.
    pub account_id: AccountId,
    /// Which hook's.
    pub hook_id: Option<HookId>,
}

impl Address {
    /// The account's own.
    pub fn own(account_id: AccountId) -> Self {
        Self { account_id, hook_id: None }
    }

    /// From the columns.
    pub(super) fn of_row(account_id: i64, hook_id: i64) -> Self {
        Self { account_id: AccountId(account_id), hook_id: (hook_id > 0).then_some(HookId(hook_id)) }
    }

    /// As the columns have it.
    pub(super) fn row(self) -> (i64, i64) {
        (self.account_id.0, self.hook_id.map_or(0, i64::from))
    }
}

/// An address that something is due for.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Which.
    pub address: Address,
    /// Where it is.
    pub url: String,
    /// How a hook is told; the account's own address is sent JSON.
    pub method: Option<Method>,
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

/// How an address stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub address: Address,
    /// Where it is; none when the account's events are not sent.
    pub url: Option<String>,
    /// None when its last attempt succeeded.
    pub breaker: Option<Breaker>,
    /// Since when nothing is sent, and why.
    pub disabled: Option<(Millis, String)>,
    /// When the last of the replaced secrets ends; none when there is none.
    pub retired_until: Option<Millis>,
}

struct Row {
    account_id: i64,
    hook_id: i64,
    url: String,
    method: Option<String>,
    event_secret: String,
    opened_at: Option<i64>,
    retired: String,
}

impl TryFrom<Row> for Endpoint {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let retired: Vec<String> = from_json("retired_event_secret.secret", &row.retired)?;
        let secrets = std::iter::once(row.event_secret).chain(retired).map(SecretString::from).collect();
        let method = row.method.as_deref().map(hook::method).transpose()?;
        let address = Address::of_row(row.account_id, row.hook_id);
        Ok(Self { address, url: row.url, method, secrets, is_open: row.opened_at.is_some() })
    }
}

/// The addresses that something is due for at `now`, those of an open breaker by when they may be asked. None that is disabled.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn due(conn: &mut Conn, now: Millis) -> Result<Vec<Endpoint>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT t.account_id AS "account_id!: i64", t.hook_id AS "hook_id!: i64", t.url AS "url!: String", t.method AS "method?: String",
                  a.event_secret AS "event_secret!: String", b.opened_at AS "opened_at: i64",
                  (SELECT json_group_array(secret) FROM retired_event_secret r WHERE r.account_id = a.id AND r.until > ?1) AS "retired!: String"
           FROM (SELECT id AS account_id, 0 AS hook_id, json_extract(settings, '$.event_url') AS url, NULL AS method FROM account
                 WHERE EXISTS (SELECT 1 FROM delivery d
                               WHERE d.account_id = account.id AND d.hook_id = 0 AND d.state = 'pending' AND d.next_at <= ?1)
                   AND json_extract(settings, '$.event_url') IS NOT NULL
                 UNION ALL
                 SELECT account_id, id, url, method FROM hook
                 WHERE id IN (SELECT hook_id FROM delivery WHERE state = 'pending' AND hook_id > 0 AND next_at <= ?1)) AS t
                JOIN account a ON a.id = t.account_id
                LEFT JOIN push_breaker b ON b.account_id = t.account_id AND b.hook_id = t.hook_id
           WHERE (b.opened_at IS NULL OR b.probe_at <= ?1)
             AND NOT EXISTS (SELECT 1 FROM push_disabled p WHERE p.account_id = t.account_id AND p.hook_id = t.hook_id)
           ORDER BY iif(b.opened_at IS NULL, 0, b.probe_at), t.account_id, t.hook_id"#,
        now.0
    );
    row::all(rows.fetch_all(conn).await?)
}

/// Those of these addresses that events can be sent to at `now`, and that do not fail.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn well(conn: &mut Conn, addresses: &[Address], now: Millis) -> Result<Vec<Endpoint>, Error> {
    let addresses: Vec<_> = addresses.iter().map(|address| address.row()).collect();
    let addresses = to_json("hook.id", &addresses)?;
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT a.id AS "account_id!", asks.value ->> 1 AS "hook_id!: i64", h.method AS "method?: String",
                  iif(h.id IS NULL, json_extract(a.settings, '$.event_url'), h.url) AS "url!: String",
                  a.event_secret, NULL AS "opened_at?: i64",
                  (SELECT json_group_array(secret) FROM retired_event_secret r WHERE r.account_id = a.id AND r.until > ?2) AS "retired!: String"
           FROM json_each(?1) AS asks JOIN account a ON a.id = asks.value ->> 0
                LEFT JOIN hook h ON h.account_id = a.id AND h.id = asks.value ->> 1
           WHERE iif(asks.value ->> 1 = 0, json_extract(a.settings, '$.event_url'), h.url) IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM push_breaker b WHERE b.account_id = a.id AND b.hook_id = asks.value ->> 1 AND b.opened_at IS NOT NULL)
             AND NOT EXISTS (SELECT 1 FROM push_disabled p WHERE p.account_id = a.id AND p.hook_id = asks.value ->> 1)
           ORDER BY asks.key"#,
        addresses,
        now.0
    );
    row::all(rows.fetch_all(conn).await?)
}

/// When something that is not due yet will be, at an address that takes it.
///
/// # Errors
/// [`Error::Database`].
pub async fn next_due(conn: &mut Conn, now: Millis) -> Result<Option<Millis>, Error> {
    let own = sqlx::query_scalar!(
        r#"SELECT min(iif(b.opened_at IS NOT NULL AND b.probe_at > ?1,
                          max(b.probe_at, (SELECT min(next_at) FROM delivery d WHERE d.account_id = a.id AND d.hook_id = 0 AND d.state = 'pending')),
                          (SELECT min(next_at) FROM delivery d
                           WHERE d.account_id = a.id AND d.hook_id = 0 AND d.state = 'pending' AND d.next_at > ?1))) AS "at: i64"
           FROM account a LEFT JOIN push_breaker b ON b.account_id = a.id AND b.hook_id = 0
           WHERE NOT EXISTS (SELECT 1 FROM push_disabled p WHERE p.account_id = a.id AND p.hook_id = 0)
             AND json_extract(a.settings, '$.event_url') IS NOT NULL"#,
        now.0
    );
    let own = own.fetch_one(&mut *conn).await?;
    // A hook has few deliveries that are pending at a time, one an order key.
    let hooks = sqlx::query_scalar!(
        r#"SELECT min(iif(b.opened_at IS NULL, d.next_at, max(b.probe_at, d.next_at))) AS "at: i64"
           FROM delivery d LEFT JOIN push_breaker b ON b.account_id = d.account_id AND b.hook_id = d.hook_id
           WHERE d.state = 'pending' AND d.hook_id > 0 AND iif(b.opened_at IS NULL, d.next_at, max(b.probe_at, d.next_at)) > ?
             AND NOT EXISTS (SELECT 1 FROM push_disabled p WHERE p.account_id = d.account_id AND p.hook_id = d.hook_id)"#,
        now.0
    );
    Ok(own.into_iter().chain(hooks.fetch_one(conn).await?).min().map(Millis))
}

/// The clock was put back by so many milliseconds, to `now`: what was to be tried again is tried as soon as it was to be.
///
/// # Errors
/// [`Error::Database`].
pub async fn put_back(conn: &mut Conn, now: Millis, by_ms: i64) -> Result<(), Error> {
    sqlx::query!("UPDATE delivery SET next_at = next_at - ?1 WHERE state = 'pending' AND next_at > ?2", by_ms, now.0)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("UPDATE push_breaker SET probe_at = probe_at - ?1 WHERE probe_at > ?2", by_ms, now.0).execute(conn).await?;
    Ok(())
}

/// How these addresses stand; none for a hook that is gone.
///
/// # Errors
/// [`Error::Database`].
pub async fn standings(conn: &mut Conn, addresses: &[Address]) -> Result<Vec<Standing>, Error> {
    let addresses: Vec<_> = addresses.iter().map(|address| address.row()).collect();
    let addresses = to_json("hook.id", &addresses)?;
    let rows = sqlx::query!(
        r#"SELECT a.id AS "account_id!", asks.value ->> 1 AS "hook_id!: i64",
                  iif(h.id IS NULL, json_extract(a.settings, '$.event_url'), h.url) AS "url: String",
                  b.failures AS "failures?: u32", b.opened_at, b.probe_at AS "probe_at?", p.at AS "disabled_at?", p.reason AS "reason?",
                  (SELECT max(until) FROM retired_event_secret r WHERE r.account_id = a.id) AS "retired_until: i64"
           FROM json_each(?) AS asks JOIN account a ON a.id = asks.value ->> 0
                LEFT JOIN hook h ON h.account_id = a.id AND h.id = asks.value ->> 1
                LEFT JOIN push_breaker b ON b.account_id = a.id AND b.hook_id = asks.value ->> 1
                LEFT JOIN push_disabled p ON p.account_id = a.id AND p.hook_id = asks.value ->> 1
           WHERE h.id IS NOT NULL OR asks.value ->> 1 = 0"#,
        addresses
    );
    let rows = rows.fetch_all(conn).await?.into_iter().map(|row| Standing {
        address: Address::of_row(row.account_id, row.hook_id),
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

/// How an address stands.
///
/// # Errors
/// [`Error::Missing`], [`Error::Database`].
pub async fn standing(conn: &mut Conn, address: Address) -> Result<Standing, Error> {
    standings(conn, &[address]).await?.pop().ok_or(Error::Missing("address"))
}

/// Notes how an address does; none when its last attempt succeeded.
///
/// # Errors
/// [`Error::Database`].
pub async fn set_breaker(conn: &mut Conn, address: Address, breaker: Option<Breaker>) -> Result<(), Error> {
    let (account, hook) = address.row();
    let Some(Breaker { failures, opened_at, probe_at }) = breaker else {
        sqlx::query!("DELETE FROM push_breaker WHERE account_id = ? AND hook_id = ?", account, hook).execute(conn).await?;
        return Ok(());
    };
    let opened_at = opened_at.map(|at| at.0);
    sqlx::query!(
        "INSERT INTO push_breaker (account_id, hook_id, failures, opened_at, probe_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (account_id, hook_id) DO UPDATE SET failures = ?3, opened_at = ?4, probe_at = ?5",
        account,
        hook,
        failures,
        opened_at,
        probe_at.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sends nothing more to an address, until [`enable`]; events are still queued. Whether it was not disabled before.
///
/// # Errors
/// [`Error::Database`].
pub async fn disable(conn: &mut Conn, address: Address, now: Millis, reason: &str) -> Result<bool, Error> {
    let (account, hook) = address.row();
    let done = sqlx::query!(
        "INSERT INTO push_disabled (account_id, hook_id, at, reason) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        account,
        hook,
        now.0,
        reason
    );
    Ok(done.execute(conn).await?.rows_affected() > 0)
}

/// Forgets what is known of an address and sends what waits at once. For whenever it is set, also to what it was.
///
/// # Errors
/// [`Error::Database`].
pub async fn enable(conn: &mut Conn, address: Address) -> Result<(), Error> {
    let (account, hook) = address.row();
    sqlx::query!("DELETE FROM push_disabled WHERE account_id = ? AND hook_id = ?", account, hook).execute(&mut *conn).await?;
    set_breaker(conn, address, None).await?;
    send_at_once(conn, address).await
}

/// Whatever waits for another attempt is due now.
///
/// # Errors
/// [`Error::Database`].
pub async fn send_at_once(conn: &mut Conn, address: Address) -> Result<(), Error> {
    let (account, hook) = address.row();
    sqlx::query!("UPDATE delivery SET next_at = 0 WHERE account_id = ? AND hook_id = ? AND state = 'pending'", account, hook)
        .execute(conn)
        .await?;
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
