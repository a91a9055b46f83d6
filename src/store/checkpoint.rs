//! Moves what was committed from the log into the database's file, beside the writer: in a commit it would keep everybody waiting for the disk.

use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::crash;
use super::open_file::OpenFile;

/// The log's length at which the writer moves it itself after all, in pages: with changes all the time this task never reaches its end.
pub(super) const LOG_MAX_PAGES: u32 = 16_384;
/// Commits after which it is moved: what a round moves it reads in one piece, so that the next commit waits for a long round.
const COMMITS: u64 = 16;
/// How long fewer of them wait, and all of them after a failure, in milliseconds.
const WITHIN_MS: u64 = 1_000;

/// Runs until `closing`. The last connection that is closed moves the rest.
pub(super) async fn run(options: SqliteConnectOptions, file: OpenFile, mut committed: watch::Receiver<u64>, closing: CancellationToken) {
    crash::part("checkpoint");
    let (mut conn, mut moved_at) = (None, 0);
    while let Some(count) = due(&mut committed, moved_at, &closing).await {
        moved_at = count;
        let moved = match file.check() {
            Ok(()) => once(&options, &mut conn).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = moved {
            tracing::warn!(%error, "the database's log could not be moved into its file; trying again");
            conn = None;
            if closing.run_until_cancelled(sleep(Duration::from_millis(WITHIN_MS))).await.is_none() {
                break;
            }
        }
    }
    if let Some(conn) = conn {
        let _closed = conn.close().await;
    }
}

/// Waits for enough commits after the first `moved`, or for some for long enough; how many there are, and none when it is to end.
async fn due(committed: &mut watch::Receiver<u64>, moved: u64, closing: &CancellationToken) -> Option<u64> {
    let enough = async {
        committed.wait_for(|count| *count > moved).await?;
        // Fewer are moved when their time is over.
        let _few = timeout(Duration::from_millis(WITHIN_MS), committed.wait_for(|count| *count >= moved + COMMITS)).await.is_err();
        Ok::<_, watch::error::RecvError>(*committed.borrow_and_update())
    };
    closing.run_until_cancelled(enough).await?.ok()
}

/// Gives how many pages the log has, and how many of them are in the file now.
async fn once(options: &SqliteConnectOptions, conn: &mut Option<super::Conn>) -> Result<(i64, i64), sqlx::Error> {
    let conn = match conn {
        Some(conn) => conn,
        None => conn.insert(options.connect().await?),
    };
    let (_busy, log, moved): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(conn).await?;
    Ok((log, moved))
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::super::tests::Fixture;
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn many_commits_are_moved_at_once_and_a_few_after_a_while() {
        let (commits, mut committed) = watch::channel(0);
        let (closing, began) = (CancellationToken::new(), Instant::now());
        let within = Duration::from_millis(WITHIN_MS);
        commits.send_replace(COMMITS);
        assert_eq!((due(&mut committed, 0, &closing).await, began.elapsed()), (Some(COMMITS), Duration::ZERO));
        commits.send_replace(COMMITS + 1);
        assert_eq!(due(&mut committed, COMMITS, &closing).await, Some(COMMITS + 1));
        assert!(began.elapsed() >= within && began.elapsed() < 2 * within);
        // Of none there is nothing to move.
        assert!(timeout(10 * within, due(&mut committed, COMMITS + 1, &closing)).await.is_err());
        closing.cancel();
        assert_eq!(due(&mut committed, 0, &closing).await, None);
    }

    #[tokio::test]
    async fn what_was_committed_is_moved_into_the_file() {
        let fixture = Fixture::new().await;
        fixture.user(fixture.account, "dana").await;
        let options = SqliteConnectOptions::new().filename(fixture.path());
        let mut conn = None;
        let (log, moved) = once(&options, &mut conn).await.unwrap();
        assert!(log > 0 && moved == log, "{moved} of {log} pages");
        fixture.user(fixture.account, "noa").await;
        let (log, moved) = once(&options, &mut conn).await.unwrap();
        assert!(log > 0 && moved == log, "over the same connection, of a log that has begun anew: {moved} of {log} pages");
    }
}
