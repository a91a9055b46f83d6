//! Who failed to log in, and how often. Rows of the box, not of an account: see the migration.

use super::{Conn, Error};
use crate::clock::Millis;
use crate::domain::lockout::Lockout;

/// The most rows that are kept; the oldest go first.
const ROWS_MAX: i64 = 100_000;

/// The failures of a subject; none when there are none.
///
/// # Errors
/// [`Error::Database`].
pub async fn get(conn: &mut Conn, subject: &str) -> Result<Lockout, Error> {
    let row = sqlx::query!(r#"SELECT failures AS "failures: u32", last_at FROM login_failure WHERE subject = ?"#, subject);
    let row = row.fetch_optional(conn).await?;
    Ok(row.map_or_else(Lockout::default, |row| Lockout { failures: row.failures, last_at: Millis(row.last_at) }))
}

/// Counts another failure.
///
/// # Errors
/// [`Error::Database`].
pub async fn count(conn: &mut Conn, subject: &str, now: Millis) -> Result<(), Error> {
    let Lockout { failures, last_at } = get(conn, subject).await?.failed(now);
    sqlx::query!(
        "INSERT INTO login_failure (subject, failures, last_at) VALUES (?, ?, ?)
         ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at",
        subject,
        failures,
        last_at.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets the failures of a subject.
///
/// # Errors
/// [`Error::Database`].
pub async fn clear(conn: &mut Conn, subject: &str) -> Result<(), Error> {
    sqlx::query!("DELETE FROM login_failure WHERE subject = ?", subject).execute(conn).await?;
    Ok(())
}

/// Forgets what was last counted before `oldest`, and what is too much.
///
/// # Errors
/// [`Error::Database`].
pub async fn sweep(conn: &mut Conn, oldest: Millis) -> Result<(), Error> {
    sqlx::query!(
        "DELETE FROM login_failure WHERE last_at < ?1
         OR last_at < (SELECT last_at FROM login_failure ORDER BY last_at DESC LIMIT 1 OFFSET ?2)",
        oldest.0,
        ROWS_MAX
    )
    .execute(conn)
    .await?;
    Ok(())
}
