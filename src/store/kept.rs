//! Names on the switch that were there before ccgate, and the differences that stand.

use super::row::owned_queue;
use super::{Conn, Error};
use crate::clock::Millis;
use crate::domain::kept::{KeptName, KeptNames, KeptQueue};
use crate::domain::{AccountId, QueueId, SwitchId, UserId};

/// Every name that is kept on the box, by account.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn all(conn: &mut Conn) -> Result<KeptNames, Error> {
    let mut kept = KeptNames::new();
    let accounts = sqlx::query!(r#"SELECT account_id AS "account_id!", users_from, queues_from FROM kept_account"#);
    for row in accounts.fetch_all(&mut *conn).await? {
        let account = kept.entry(AccountId(row.account_id)).or_default();
        (account.users_from, account.queues_from) = (UserId(row.users_from), QueueId(row.queues_from));
    }
    for row in sqlx::query!("SELECT account_id, name, user_id FROM kept_agent").fetch_all(&mut *conn).await? {
        let account = kept.entry(AccountId(row.account_id)).or_default();
        account.agents.insert(UserId(row.user_id), name("kept_agent.name", &row.name)?);
    }
    let queues = sqlx::query!(r#"SELECT account_id, name, queue_id, owned AS "owned: bool" FROM kept_queue"#);
    for row in queues.fetch_all(conn).await? {
        let account = kept.entry(AccountId(row.account_id)).or_default();
        account.queues.insert(QueueId(row.queue_id), KeptQueue { name: name("kept_queue.name", &row.name)?, owned: row.owned });
    }
    Ok(kept)
}

/// An agent keeps its name on the switch.
///
/// # Errors
/// [`Error::Conflict`] for a name, or a user, that has one already.
pub async fn add_agent(conn: &mut Conn, switch: SwitchId, account: AccountId, user: UserId, name: &KeptName) -> Result<(), Error> {
    let name = name.as_str();
    let done = sqlx::query!(
        "INSERT INTO kept_agent (switch_id, name, account_id, user_id) SELECT ?, ?, account_id, id FROM user WHERE account_id = ? AND id = ?
         ON CONFLICT (switch_id, name) DO UPDATE SET account_id = excluded.account_id, user_id = excluded.user_id",
        switch.0,
        name,
        account.0,
        user.0
    );
    super::row::found(done.execute(conn).await?.rows_affected(), "user")
}

/// A queue keeps its name on the switch; ccgate manages it, or not yet.
///
/// # Errors
/// [`Error::Missing`]; [`Error::Conflict`] for a name, or a queue, that has one already.
pub async fn add_queue(conn: &mut Conn, switch: SwitchId, account: AccountId, queue: QueueId, kept: &KeptQueue) -> Result<(), Error> {
    owned_queue(conn, account, queue).await?;
    let name = kept.name.as_str();
    let done = sqlx::query!(
        "INSERT INTO kept_queue (switch_id, name, account_id, queue_id, owned) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (switch_id, name) DO UPDATE SET account_id = excluded.account_id, queue_id = excluded.queue_id, owned = excluded.owned",
        switch.0,
        name,
        account.0,
        queue.0,
        kept.owned
    );
    done.execute(conn).await?;
    Ok(())
}

/// From now on ccgate manages a queue that kept its name, or does so no more.
///
/// # Errors
/// [`Error::Missing`] for a queue that keeps no name.
pub async fn own(conn: &mut Conn, account: AccountId, queue: QueueId, owned: bool) -> Result<(), Error> {
    let done = sqlx::query!("UPDATE kept_queue SET owned = ? WHERE account_id = ? AND queue_id = ?", owned, account.0, queue.0);
    super::row::found(done.execute(conn).await?.rows_affected(), "queue")
}

/// From these ids on, a number in front of the account's domain is an id; no user and no queue gets a smaller one any more.
///
/// # Errors
/// [`Error::Missing`] for the account.
pub async fn ids_from(conn: &mut Conn, account: AccountId, users: UserId, queues: QueueId) -> Result<(), Error> {
    let done = sqlx::query!(
        "INSERT INTO kept_account (account_id, users_from, queues_from) SELECT id, ?, ? FROM account WHERE id = ?
         ON CONFLICT (account_id) DO UPDATE SET users_from = max(users_from, excluded.users_from),
             queues_from = max(queues_from, excluded.queues_from)",
        users.0,
        queues.0,
        account.0
    );
    super::row::found(done.execute(&mut *conn).await?.rows_affected(), "account")?;
    let (last_user, last_queue) = (users.0 - 1, queues.0 - 1);
    sqlx::query!("INSERT INTO last_id (noun, id) VALUES ('user', ?) ON CONFLICT (noun) DO UPDATE SET id = max(id, excluded.id)", last_user)
        .execute(&mut *conn)
        .await?;
    let moved = sqlx::query!("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'queue'", last_queue).execute(&mut *conn).await?;
    if moved.rows_affected() == 0 {
        sqlx::query!("INSERT INTO sqlite_sequence (name, seq) VALUES ('queue', ?)", last_queue).execute(conn).await?;
    }
    Ok(())
}

/// The differences that stand on a switch, by what would end each, with when they were first seen.
///
/// # Errors
/// [`Error::Database`].
pub async fn standing(conn: &mut Conn, switch: SwitchId) -> Result<Vec<(String, Millis)>, Error> {
    let rows = sqlx::query!("SELECT step, since FROM standing WHERE switch_id = ? ORDER BY step", switch.0).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.step, Millis(row.since))).collect())
}

/// Writes which differences stand now, instead of those before.
///
/// # Errors
/// [`Error::Database`].
pub async fn set_standing(conn: &mut Conn, switch: SwitchId, standing: &[(String, Millis)]) -> Result<(), Error> {
    sqlx::query!("DELETE FROM standing WHERE switch_id = ?", switch.0).execute(&mut *conn).await?;
    for (step, since) in standing {
        sqlx::query!("INSERT OR IGNORE INTO standing (switch_id, step, since) VALUES (?, ?, ?)", switch.0, step, since.0)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

fn name(column: &'static str, name: &str) -> Result<KeptName, Error> {
    name.parse().map_err(|_| Error::Corrupt(column))
}
