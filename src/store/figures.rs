//! Figures of the whole box, for who watches it.

use super::{Conn, Error};
use crate::clock::Millis;

/// How the outbox stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    /// Events that were ever told.
    pub events: u64,
    /// Deliveries behind another of the same order key.
    pub waiting: u64,
    /// To be sent, now or later.
    pub pending: u64,
    /// Given up.
    pub dead: u64,
    /// When the event happened that is to be sent and waits the longest; none when nothing is to be sent.
    pub oldest_at: Option<Millis>,
    /// Addresses that fail, to which one attempt at a time is made.
    pub open_breakers: u64,
    /// Addresses to which nothing is sent any more.
    pub disabled: u64,
}

/// How the outbox stands, of all accounts.
///
/// # Errors
/// [`Error::Database`].
pub async fn outbox(conn: &mut Conn) -> Result<Outbox, Error> {
    // An index each: the whole table is long.
    let row = sqlx::query!(
        r#"SELECT (SELECT count(*) FROM delivery WHERE state = 'waiting' AND state IN ('waiting', 'pending')) AS "waiting!: i64",
                  (SELECT count(*) FROM delivery WHERE state = 'pending') AS "pending!: i64",
                  (SELECT count(*) FROM delivery WHERE state = 'dead') AS "dead!: i64",
                  (SELECT at FROM event WHERE seq = (SELECT min(event_seq) FROM delivery WHERE state = 'pending')) AS "oldest_at: i64",
                  (SELECT count(*) FROM push_breaker WHERE opened_at IS NOT NULL) AS "open_breakers!: i64",
                  (SELECT count(*) FROM push_disabled) AS "disabled!: i64""#
    );
    let row = row.fetch_one(&mut *conn).await?;
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok(Outbox {
        events: count(super::event::last_seq(conn).await?),
        waiting: count(row.waiting),
        pending: count(row.pending),
        dead: count(row.dead),
        oldest_at: row.oldest_at.map(Millis),
        open_breakers: count(row.open_breakers),
        disabled: count(row.disabled),
    })
}
