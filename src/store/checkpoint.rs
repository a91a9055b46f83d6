//! Moves what was committed from the log into the database's file, beside the writer: in a commit it would keep everybody waiting for the disk.

use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// The log's length at which the writer moves it itself after all, in pages: with changes all the time this task never reaches its end.
pub(super) const LOG_MAX_PAGES: u32 = 16_384;
/// The wait between two rounds, in milliseconds.
const EVERY_MS: u64 = 1_000;

/// Runs until `closing`. The last connection that is closed moves the rest.
pub(super) async fn run(options: SqliteConnectOptions, mut committed: watch::Receiver<u64>, closing: CancellationToken) {
    let mut conn = None;
    loop {
        tokio::select! {
            () = closing.cancelled() => break,
            changed = committed.changed() => if changed.is_err() { break },
        }
        if let Err(error) = once(&options, &mut conn).await {
            tracing::warn!(%error, "the database's log could not be moved into its file; trying again");
            conn = None;
        }
        tokio::select! {
            () = closing.cancelled() => break,
            () = sleep(Duration::from_millis(EVERY_MS)) => {}
        }
    }
    if let Some(conn) = conn {
        let _closed = conn.close().await;
    }
}

async fn once(options: &SqliteConnectOptions, conn: &mut Option<super::Conn>) -> Result<(), sqlx::Error> {
    if conn.is_none() {
        *conn = Some(options.connect().await?);
    }
    if let Some(conn) = conn {
        sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(conn).await?;
    }
    Ok(())
}
