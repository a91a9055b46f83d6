//! Keeps the outbox empty: woken by each commit, and when an attempt is due.

use std::collections::HashMap;
use std::time::Duration;

use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;

use super::Config;
use super::deliver::{Client, SetUpError};
use super::dispatch::{Dispatcher, ENDPOINTS_MAX};
use crate::clock::{Clock, Millis};
use crate::domain::AccountId;
use crate::store::{self, Store, delivery};

/// How long requests under way may take to end at shutdown, in milliseconds. Later ones are sent again after the next start.
pub const SHUTDOWN_WAIT_MS: u64 = 5_000;
/// How long an account, or all, wait after an error of the database, in milliseconds.
pub const ERROR_WAIT_MS: u64 = 5_000;
/// The longest wait without looking, in milliseconds: the clock may be set.
pub const LOOK_MAX_MS: u64 = 60_000;

/// Sends events until `shutdown`.
///
/// Each account has a task of its own while it has something due, so a slow address keeps nobody else waiting.
///
/// # Errors
/// [`SetUpError`], at once.
pub async fn run(store: Store, config: Config, clock: Clock, shutdown: CancellationToken) -> Result<(), SetUpError> {
    let client = Client::new(&config)?;
    let mut committed = store.committed();
    let mut drains = Drains {
        dispatcher: Dispatcher::new(store.clone(), client, shutdown.clone()),
        clock: clock.clone(),
        running: JoinSet::new(),
        accounts: HashMap::new(),
    };
    while !shutdown.is_cancelled() {
        committed.mark_unchanged();
        let wait_ms = match look(&store, clock.now()).await {
            Ok((due, next)) => {
                drains.start(due);
                next.map_or(LOOK_MAX_MS, |next| u64::try_from(next.since(clock.now())).unwrap_or(0).min(LOOK_MAX_MS))
            }
            Err(error) => {
                tracing::error!(%error, "the outbox could not be read");
                ERROR_WAIT_MS
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = drains.ended(), if !drains.accounts.is_empty() => {}
            Ok(()) = committed.changed() => {}
            () = tokio::time::sleep(Duration::from_millis(wait_ms)) => {}
        }
    }
    let ending = async {
        while !drains.accounts.is_empty() {
            drains.ended().await;
        }
    };
    if tokio::time::timeout(Duration::from_millis(SHUTDOWN_WAIT_MS), ending).await.is_err() {
        tracing::info!("some events were still being sent, and will be sent again");
    }
    Ok(())
}

/// Who has something due, and when the next thing is.
async fn look(store: &Store, now: Millis) -> Result<(Vec<AccountId>, Option<Millis>), store::Error> {
    let mut conn = store.read().await?;
    let due = delivery::due_accounts(&mut conn, now).await?;
    let next = delivery::next_due(&mut conn, now).await?;
    Ok((due, next))
}

/// A task for each account that has something due.
struct Drains {
    dispatcher: Dispatcher,
    clock: Clock,
    running: JoinSet<()>,
    accounts: HashMap<Id, AccountId>,
}

impl Drains {
    /// Starts those that are not running. Whoever finds no place is found again when another ends.
    fn start(&mut self, due: Vec<AccountId>) {
        for account in due {
            if self.accounts.len() >= ENDPOINTS_MAX {
                return;
            }
            if self.accounts.values().any(|running| *running == account) {
                continue;
            }
            let (dispatcher, clock) = (self.dispatcher.clone(), self.clock.clone());
            let task = self.running.spawn(async move {
                if let Err(error) = dispatcher.drain(account, &clock).await {
                    tracing::error!(%account, %error, "events could not be sent");
                    tokio::time::sleep(Duration::from_millis(ERROR_WAIT_MS)).await;
                }
            });
            self.accounts.insert(task.id(), account);
        }
    }

    /// Waits until one of them has ended. Losing this future loses nothing.
    async fn ended(&mut self) {
        match self.running.join_next_with_id().await {
            Some(Ok((id, ()))) => drop(self.accounts.remove(&id)),
            Some(Err(error)) => {
                tracing::error!(%error, "a task of the event push failed");
                self.accounts.remove(&error.id());
            }
            None => self.accounts.clear(),
        }
    }
}
