//! Who may serve which queue.

use super::row::{self, owned_queue, owned_user, to_json};
use super::{Conn, Error, resource};
use crate::domain::queue::Mode;
use crate::domain::time_group::TimeGroup;
use crate::domain::{AccountId, Membership, QueueId, TimeGroupId, UserId};

/// A membership as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The membership.
    pub membership: Membership,
    /// The user's name.
    pub name: String,
    /// Whether the agent is joined now.
    pub joined: bool,
}

struct Row {
    user_id: i64,
    queue_id: i64,
    mode: u8,
    position: u32,
    level: u32,
    timegroup_id: Option<i64>,
}

impl TryFrom<Row> for Membership {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            user_id: UserId(row.user_id),
            queue_id: QueueId(row.queue_id),
            mode: Mode::try_from(row.mode).map_err(|_| Error::Corrupt("membership.mode"))?,
            position: row.position,
            level: row.level,
            timegroup_id: row.timegroup_id.map(TimeGroupId),
        })
    }
}

// The account is that of the queue; a user of another one cannot get in (see `upsert`).
macro_rules! select {
    ($tail:literal $(, $arg:expr)*) => {
        sqlx::query_as!(
            Row,
            r#"SELECT m.user_id AS "user_id!", m.queue_id AS "queue_id!", m.mode AS "mode!: u8", m.position AS "position!: u32",
                      m.level AS "level!: u32", m.timegroup_id
               FROM membership m JOIN queue q ON q.id = m.queue_id "# + $tail $(, $arg)*
        )
    };
}

/// The queues that a user may serve, by queue.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn of_user(conn: &mut Conn, account: AccountId, user: UserId) -> Result<Vec<Membership>, Error> {
    row::all(select!("WHERE q.account_id = ? AND m.user_id = ? ORDER BY m.queue_id", account.0, user.0).fetch_all(conn).await?)
}

/// The users that may serve a queue, in tier order.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn of_queue(conn: &mut Conn, account: AccountId, queue: QueueId) -> Result<Vec<Membership>, Error> {
    let rows = select!("WHERE q.account_id = ? AND m.queue_id = ? ORDER BY m.level, m.position, m.user_id", account.0, queue.0);
    row::all(rows.fetch_all(conn).await?)
}

/// Those of several queues, by queue and in tier order.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn shown(conn: &mut Conn, account: AccountId, queues: &[QueueId]) -> Result<Vec<Member>, Error> {
    let queues = to_json("queue.id", &queues)?;
    // CROSS JOIN: in this order, whatever the tables hold. SQLite's own choice may begin with every membership of the account.
    let rows = sqlx::query!(
        r#"SELECT m.user_id AS "user_id!", m.queue_id AS "queue_id!", m.mode AS "mode!: u8", m.position AS "position!: u32",
                  m.level AS "level!: u32", m.timegroup_id, u.name,
                  EXISTS (SELECT 1 FROM agent a, json_each(a.joined) j WHERE a.user_id = m.user_id AND j.value = m.queue_id) AS "joined!: bool"
           FROM json_each(?2) wanted CROSS JOIN queue q ON q.id = wanted.value CROSS JOIN membership m ON m.queue_id = q.id
           CROSS JOIN user u ON u.id = m.user_id
           WHERE q.account_id = ?1 ORDER BY m.queue_id, m.level, m.position, m.user_id"#,
        account.0,
        queues
    );
    let member = |row: Row, name, joined| Ok(Member { membership: row.try_into()?, name, joined });
    let rows = rows.fetch_all(conn).await?.into_iter().map(|row| {
        let (name, joined) = (row.name, row.joined);
        let (user_id, queue_id, mode, position, level, timegroup_id) =
            (row.user_id, row.queue_id, row.mode, row.position, row.level, row.timegroup_id);
        member(Row { user_id, queue_id, mode, position, level, timegroup_id }, name, joined)
    });
    rows.collect()
}

/// Every membership of the box.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Database`].
pub async fn all(conn: &mut Conn) -> Result<Vec<Membership>, Error> {
    row::all(select!("ORDER BY m.user_id, m.queue_id").fetch_all(conn).await?)
}

/// Makes `members` the only memberships of a queue.
///
/// # Errors
/// [`Error::Missing`] for the queue or a user.
pub async fn replace_for_queue(conn: &mut Conn, account: AccountId, queue: QueueId, members: &[Membership]) -> Result<(), Error> {
    owned_queue(conn, account, queue).await?;
    sqlx::query!("DELETE FROM membership WHERE queue_id = ?", queue.0).execute(&mut *conn).await?;
    for member in members {
        upsert(conn, account, &Membership { queue_id: queue, ..*member }).await?;
    }
    Ok(())
}

/// Makes `memberships` the only ones of a user.
///
/// # Errors
/// [`Error::Missing`] for the user or a queue.
pub async fn replace_for_user(conn: &mut Conn, account: AccountId, user: UserId, memberships: &[Membership]) -> Result<(), Error> {
    owned_user(conn, account, user).await?;
    sqlx::query!("DELETE FROM membership WHERE user_id = ?", user.0).execute(&mut *conn).await?;
    for membership in memberships {
        upsert(conn, account, &Membership { user_id: user, ..*membership }).await?;
    }
    Ok(())
}

/// Adds or changes a membership.
///
/// # Errors
/// [`Error::Missing`] for the queue, the user or the time group.
pub async fn upsert(conn: &mut Conn, account: AccountId, member: &Membership) -> Result<(), Error> {
    owned_user(conn, account, member.user_id).await?;
    owned_queue(conn, account, member.queue_id).await?;
    if let Some(hours) = member.timegroup_id {
        resource::owned::<TimeGroup>(conn, account, hours).await?;
    }
    let timegroup_id = member.timegroup_id.map(i64::from);
    let mode = u8::from(member.mode);
    sqlx::query!(
        "INSERT INTO membership (user_id, queue_id, mode, position, level, timegroup_id) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (user_id, queue_id) DO UPDATE
         SET mode = excluded.mode, position = excluded.position, level = excluded.level, timegroup_id = excluded.timegroup_id",
        member.user_id.0,
        member.queue_id.0,
        mode,
        member.position,
        member.level,
        timegroup_id
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends a membership. Whether it was there.
///
/// # Errors
/// [`Error::Database`].
pub async fn remove(conn: &mut Conn, account: AccountId, user: UserId, queue: QueueId) -> Result<bool, Error> {
    let done = sqlx::query!(
        "DELETE FROM membership WHERE user_id = ? AND queue_id = (SELECT id FROM queue WHERE account_id = ? AND id = ?)",
        user.0,
        account.0,
        queue.0
    );
    Ok(done.execute(conn).await?.rows_affected() > 0)
}
