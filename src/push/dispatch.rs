//! Empties the outbox: load, send, record.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::deliver::{Client, Outcome};
use super::flights::{Flights, IN_FLIGHT_MAX};
use super::record::{ATTEMPTS_MAX, Sent, record};
use crate::clock::{Clock, Millis};
use crate::store::delivery::{self, Due};
use crate::store::endpoint::{self, Address, Endpoint};
use crate::store::{self, Store};

/// How long nothing is begun after an error of the database, in milliseconds.
pub const ERROR_WAIT_MS: u64 = 5_000;
/// The longest wait without looking, in milliseconds: the clock may be set.
pub const LOOK_MAX_MS: i64 = 60_000;

/// How long a delivery that nothing waits behind may wait for others to be recorded with, in milliseconds: each commit keeps the next events
/// from theirs.
const RECORD_WITHIN_MS: u64 = 10;
/// How long after a look that began something the next one is at the latest, in milliseconds.
const BUSY_LOOK_MS: i64 = 1_000;

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

impl Dispatcher {
    /// A dispatcher that starts no more attempts once `stopping` is cancelled.
    pub fn new(store: Store, client: Client, stopping: CancellationToken) -> Self {
        Self { store, client, stopping }
    }

    /// Sends everything that is due at `now`, and what becomes due by that.
    ///
    /// # Errors
    /// Of the store. Attempts that were under way are not recorded then, and are made again.
    pub async fn run_once(&self, now: Millis) -> Result<Tally, store::Error> {
        let mut round = Round::new(self, Clock::manual(now));
        loop {
            round.look().await?;
            if round.is_idle() {
                return Ok(round.tally);
            }
            round.next().await?;
        }
    }

    /// Sends what is due, whenever something is, until it is stopping and nothing is under way.
    ///
    /// A result that cannot be recorded is lost, and the attempt made again.
    pub async fn run(&self, clock: Clock) {
        let mut round = Round::new(self, clock);
        loop {
            let wait_ms = match round.look().await {
                Ok(next) => next.map_or(LOOK_MAX_MS, |at| at.since(round.clock.now()).min(LOOK_MAX_MS)),
                Err(error) => {
                    tracing::error!(%error, "the outbox could not be read");
                    self.pause().await;
                    continue;
                }
            };
            if self.stopping.is_cancelled() && round.is_idle() {
                return;
            }
            tokio::select! {
                result = round.next() => if let Err(error) = result {
                    tracing::error!(%error, "attempts could not be recorded, and will be made again");
                    self.pause().await;
                },
                () = self.stopping.cancelled(), if !self.stopping.is_cancelled() => {}
                () = tokio::time::sleep(Duration::from_millis(u64::try_from(wait_ms).unwrap_or(0))) => {}
            }
        }
    }

    async fn pause(&self) {
        let wait = tokio::time::sleep(Duration::from_millis(ERROR_WAIT_MS));
        tokio::select! {
            () = wait => {}
            () = self.stopping.cancelled() => {}
        }
    }
}

/// An event on its way to an address, by its place in the order of commits.
type Key = (Address, i64);

/// What is under way. Each request is a task of its own; their results go into one commit after the other, all that are there at a time.
struct Round<'a> {
    dispatcher: &'a Dispatcher,
    clock: Clock,
    committed: watch::Receiver<u64>,
    flights: Flights,
    sending: JoinSet<Sent>,
    keys: HashMap<Id, Key>,
    landed: Vec<Sent>,
    /// When what has landed is recorded at the latest.
    record_at: Instant,
    recording: Option<Recording>,
    tally: Tally,
}

/// A commit that is on its way.
struct Recording {
    keys: Vec<Key>,
    result: BoxFuture<'static, Result<Tally, store::Error>>,
}

impl<'a> Round<'a> {
    fn new(dispatcher: &'a Dispatcher, clock: Clock) -> Self {
        Self {
            dispatcher,
            clock,
            committed: dispatcher.store.committed(),
            flights: Flights::default(),
            sending: JoinSet::new(),
            keys: HashMap::new(),
            landed: Vec::new(),
            record_at: Instant::now(),
            recording: None,
            tally: Tally::default(),
        }
    }

    fn is_idle(&self) -> bool {
        self.sending.is_empty() && self.landed.is_empty() && self.recording.is_none()
    }

    /// Starts what is due and finds a place, and gives the moment at which to look again. An attempt that is not recorded yet is still
    /// due, and left out.
    async fn look(&mut self) -> Result<Option<Millis>, store::Error> {
        self.committed.mark_unchanged();
        if self.dispatcher.stopping.is_cancelled() {
            return Ok(None);
        }
        let now = self.clock.now();
        let mut conn = self.dispatcher.store.read().await?;
        let mut endpoints = endpoint::due(&mut conn, now).await?;
        // Who has the fewest goes first, so that those who have many cannot keep a place from anybody.
        endpoints.sort_by_key(|endpoint| self.flights.of(endpoint.address.account_id));
        endpoints.retain(|endpoint| self.flights.free(endpoint) > 0);
        let addresses: Vec<_> = endpoints.iter().map(|endpoint| endpoint.address).collect();
        let mut due = Vec::new();
        if !addresses.is_empty() {
            let each = u32::try_from(IN_FLIGHT_MAX).unwrap_or(u32::MAX);
            due = delivery::due(&mut conn, &addresses, &self.flights.seqs(), now, each).await?;
        }
        let endpoints: HashMap<_, _> = endpoints.into_iter().map(|endpoint| (endpoint.address, endpoint)).collect();
        let mut has_started = false;
        for due in due {
            let Some(endpoint) = endpoints.get(&due.address).filter(|endpoint| self.flights.free(endpoint) > 0) else { continue };
            self.send(due, endpoint.clone());
            has_started = true;
        }
        // What started ends, and then it is looked again; the next moment is asked for once nothing does.
        if has_started { Ok(Some(now.plus_ms(BUSY_LOOK_MS))) } else { endpoint::next_due(&mut conn, now).await }
    }

    fn send(&mut self, due: Due, endpoint: Endpoint) {
        self.flights.start(&endpoint, due.seq);
        let key = (due.address, due.seq);
        let (client, clock) = (self.dispatcher.client.clone(), self.clock.clone());
        let task = self.sending.spawn(async move {
            let begun_at = clock.now();
            let outcome = client.send(&due, &endpoint, begun_at).await;
            Sent { due, url: endpoint.url, outcome, begun_at, ended_at: clock.now() }
        });
        self.keys.insert(task.id(), key);
    }

    /// Until there is something new to look at. Losing this future loses nothing.
    async fn next(&mut self) -> Result<(), store::Error> {
        loop {
            if self.recording.is_none() && self.is_time_to_record() {
                self.begin_recording();
            }
            let lingers = self.recording.is_none() && !self.landed.is_empty();
            tokio::select! {
                biased;
                result = recorded(&mut self.recording) => {
                    let (keys, result) = result;
                    for (address, seq) in keys {
                        self.flights.end(address, seq);
                    }
                    let more = result?;
                    self.tally.delivered += more.delivered;
                    self.tally.failed += more.failed;
                    self.tally.dead += more.dead;
                    self.tally.gone += more.gone;
                    return Ok(());
                }
                Some(landed) = self.sending.join_next_with_id() => {
                    self.land(landed);
                    while let Some(landed) = self.sending.try_join_next_with_id() {
                        self.land(landed);
                    }
                }
                Ok(()) = self.committed.changed() => return Ok(()),
                () = sleep_until(self.record_at), if lingers => {}
            }
        }
    }

    /// Whether more could come to be recorded with what has landed, and nothing waits for that.
    fn is_time_to_record(&self) -> bool {
        let is_full = self.sending.is_empty() || self.landed.len() >= ATTEMPTS_MAX;
        !self.landed.is_empty() && (is_full || self.landed.iter().any(|sent| sent.due.is_followed) || self.record_at <= Instant::now())
    }

    fn land(&mut self, landed: Result<(Id, Sent), tokio::task::JoinError>) {
        match landed {
            Ok((id, sent)) => {
                self.keys.remove(&id);
                if matches!(sent.outcome, Outcome::Delivered(_)) {
                    self.flights.delivered(sent.due.address, sent.due.seq);
                }
                if self.landed.is_empty() {
                    self.record_at = Instant::now() + Duration::from_millis(RECORD_WITHIN_MS);
                }
                self.landed.push(sent);
            }
            Err(error) => {
                tracing::error!(%error, "an attempt failed");
                if let Some((address, seq)) = self.keys.remove(&error.id()) {
                    self.flights.end(address, seq);
                }
            }
        }
    }

    fn begin_recording(&mut self) {
        let sent: Vec<_> = self.landed.drain(..self.landed.len().min(ATTEMPTS_MAX)).collect();
        let keys = sent.iter().map(|sent| (sent.due.address, sent.due.seq)).collect();
        let store = self.dispatcher.store.clone();
        let result = async move { store.write(move |conn| Box::pin(async move { record(conn, &sent).await })).await };
        self.recording = Some(Recording { keys, result: result.boxed() });
    }
}

/// The result of the commit that is on its way, which then is over; never, when there is none.
async fn recorded(recording: &mut Option<Recording>) -> (Vec<Key>, Result<Tally, store::Error>) {
    let Some(on_its_way) = recording else { return std::future::pending().await };
    let result = (&mut on_its_way.result).await;
    let keys = std::mem::take(&mut on_its_way.keys);
    *recording = None;
    (keys, result)
}
