//! Keeps the outbox empty: woken by each commit, and when an attempt is due. And keeps it within its limits.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::deliver::{Client, SetUpError};
use super::dispatch::Dispatcher;
use super::keep::{KEEP_EVERY_MS, OUTSTANDING_MAX, keep_once};
use super::{Config, Counts};
use crate::clock::Clock;
use crate::store::Store;

/// How long requests under way may take to end at shutdown, in milliseconds. Later ones are sent again after the next start.
pub const SHUTDOWN_WAIT_MS: u64 = 5_000;

/// Sends events until `shutdown`, and counts in `counts` what becomes of them.
///
/// # Errors
/// [`SetUpError`], at once.
pub async fn run(store: Store, config: Config, counts: Arc<Counts>, clock: Clock, shutdown: CancellationToken) -> Result<(), SetUpError> {
    let dispatcher = Dispatcher::new(store.clone(), Client::new(&config)?, shutdown.clone()).counting(counts);
    let sending = dispatcher.run(clock.clone());
    let keeping = keep(&store, config.retention_days, &clock);
    tokio::pin!(sending);
    tokio::select! {
        () = &mut sending => return Ok(()),
        () = keeping => {}
        () = shutdown.cancelled() => {}
    }
    if tokio::time::timeout(Duration::from_millis(SHUTDOWN_WAIT_MS), sending).await.is_err() {
        tracing::info!("some events were still being sent, and will be sent again");
    }
    Ok(())
}

async fn keep(store: &Store, retention_days: u32, clock: &Clock) {
    loop {
        match keep_once(store, clock.now(), retention_days, OUTSTANDING_MAX).await {
            Ok(kept) => tracing::debug!(?kept, "old events were looked for"),
            Err(error) => tracing::error!(%error, "old events could not be deleted"),
        }
        tokio::time::sleep(Duration::from_millis(KEEP_EVERY_MS)).await;
    }
}
