//! Empties the outbox: load, send, record.

use std::collections::HashSet;

use futures_util::stream::{self, FuturesUnordered, StreamExt};
use tokio_util::sync::CancellationToken;

use super::deliver::{Client, Outcome};
use super::schedule;
use crate::clock::{Clock, Millis};
use crate::domain::AccountId;
use crate::store::account::{self, Endpoint};
use crate::store::delivery::{self, Due};
use crate::store::{self, Store};

/// Requests to one account's address at a time.
pub const IN_FLIGHT_MAX: usize = 8;
/// Accounts whose events are sent at a time.
pub const ENDPOINTS_MAX: usize = 256;

/// How many attempts came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Delivered.
    pub delivered: u32,
    /// Failed, to be tried again.
    pub failed: u32,
    /// Failed for the last time.
    pub dead: u32,
    /// Answered that the address is gone.
    pub gone: u32,
}

/// Sends what is due. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Dispatcher {
    store: Store,
    client: Client,
    stopping: CancellationToken,
}

/// Phase one: a delivery that may start, and where it goes.
struct Loaded {
    due: Due,
    endpoint: Endpoint,
}

/// Phase two: it was sent.
struct Sent {
    due: Due,
    url: String,
    outcome: Outcome,
    at: Millis,
}

/// Phase three: what the database says of it now.
#[derive(Clone, Copy)]
enum Recorded {
    Delivered,
    Failed,
    Dead,
    Gone,
}

impl Dispatcher {
    /// A dispatcher that starts no more attempts once `stopping` is cancelled.
    pub fn new(store: Store, client: Client, stopping: CancellationToken) -> Self {
        Self { store, client, stopping }
    }

    /// Sends everything that is due at `now`, and what becomes due by that; every account at its own pace.
    ///
    /// # Errors
    /// Of the store. Attempts that were under way are not recorded then, and are made again.
    pub async fn run_once(&self, now: Millis) -> Result<Tally, store::Error> {
        let accounts = delivery::due_accounts(&mut *self.store.read().await?, now).await?;
        let clock = Clock::manual(now);
        let mut drains = stream::iter(accounts).map(|account| self.drain(account, &clock)).buffer_unordered(ENDPOINTS_MAX);
        let mut sum = Tally::default();
        while let Some(tally) = drains.next().await {
            let tally = tally?;
            sum.delivered += tally.delivered;
            sum.failed += tally.failed;
            sum.dead += tally.dead;
            sum.gone += tally.gone;
        }
        Ok(sum)
    }

    /// Sends what an account has due, also what becomes due meanwhile, until nothing is.
    ///
    /// # Errors
    /// See [`Self::run_once`].
    pub async fn drain(&self, account: AccountId, clock: &Clock) -> Result<Tally, store::Error> {
        let mut tally = Tally::default();
        let mut committed = self.store.committed();
        let mut in_flight = HashSet::new();
        let mut attempts = FuturesUnordered::new();
        loop {
            committed.mark_unchanged();
            if in_flight.len() < IN_FLIGHT_MAX && !self.stopping.is_cancelled() {
                for loaded in self.load(account, clock.now(), &in_flight).await? {
                    let seq = loaded.due.seq;
                    in_flight.insert(seq);
                    attempts.push(async move { (seq, self.record(self.send(loaded, clock).await).await) });
                }
            }
            tokio::select! {
                next = attempts.next() => {
                    let Some((seq, recorded)) = next else { return Ok(tally) };
                    in_flight.remove(&seq);
                    *match recorded? {
                        Recorded::Delivered => &mut tally.delivered,
                        Recorded::Failed => &mut tally.failed,
                        Recorded::Dead => &mut tally.dead,
                        Recorded::Gone => &mut tally.gone,
                    } += 1;
                }
                // What was committed may be due at once; without this it would wait for the slowest request.
                Ok(()) = committed.changed(), if in_flight.len() < IN_FLIGHT_MAX => {}
            }
        }
    }

    /// What may start now, in the order of the commits. An attempt that is not recorded yet is still due, and left out.
    async fn load(&self, account: AccountId, now: Millis, in_flight: &HashSet<i64>) -> Result<Vec<Loaded>, store::Error> {
        let mut conn = self.store.read().await?;
        let Some(endpoint) = account::endpoint(&mut conn, account).await? else { return Ok(Vec::new()) };
        let limit = u32::try_from(IN_FLIGHT_MAX).unwrap_or(u32::MAX);
        // As many as may fly are asked for: at most `in_flight` of them are under way, so the rest fills the free places.
        let due = delivery::due(&mut conn, account, now, limit).await?;
        let free = IN_FLIGHT_MAX - in_flight.len();
        let fresh = due.into_iter().filter(|due| !in_flight.contains(&due.seq)).take(free);
        Ok(fresh.map(|due| Loaded { due, endpoint: endpoint.clone() }).collect())
    }

    async fn send(&self, loaded: Loaded, clock: &Clock) -> Sent {
        let Loaded { due, endpoint } = loaded;
        let outcome = self.client.send(&due, &endpoint, clock.now()).await;
        Sent { due, url: endpoint.url, outcome, at: clock.now() }
    }

    async fn record(&self, sent: Sent) -> Result<Recorded, store::Error> {
        let Sent { due, url, outcome, at } = sent;
        let (account, seq, attempt) = (due.account_id, due.seq, due.attempts.saturating_add(1));
        match outcome {
            Outcome::Delivered => {
                self.store.write(move |tx| Box::pin(async move { delivery::done(tx, account, seq).await })).await?;
                Ok(Recorded::Delivered)
            }
            Outcome::Gone => {
                self.store.write(move |tx| Box::pin(gone(tx, account, seq, url, at))).await?;
                tracing::warn!(%account, seq, "the account's address is gone (410): nothing is sent until it is set again");
                Ok(Recorded::Gone)
            }
            Outcome::Failed { failure, retry_after_ms } => {
                let delay_ms = schedule::delay_ms(attempt, retry_after_ms, rand::random());
                let why = failure.to_string();
                self.store
                    .write(move |tx| {
                        Box::pin(async move {
                            match delay_ms {
                                Some(ms) => delivery::retry(tx, account, seq, at.plus_ms(ms), &why).await,
                                None => delivery::dead(tx, account, seq, &why).await,
                            }
                        })
                    })
                    .await?;
                tracing::info!(%account, seq, attempt, %failure, delay_ms, "an event was not delivered");
                Ok(if delay_ms.is_some() { Recorded::Failed } else { Recorded::Dead })
            }
        }
    }
}

/// Keeps the event, and sends nothing more to this address; to another one, that was set while this answered, it goes on.
async fn gone(tx: &mut store::Conn, account: AccountId, seq: i64, url: String, at: Millis) -> Result<(), store::Error> {
    delivery::retry(tx, account, seq, at, "status 410").await?;
    let now = account::endpoint(tx, account).await?;
    if now.is_some_and(|endpoint| endpoint.url == url) {
        delivery::disable(tx, account, at, "the address answered 410 Gone").await?;
    }
    Ok(())
}
