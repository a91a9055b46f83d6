//! Empties the outbox: load, send, record.

use std::collections::{BTreeMap, HashMap};
use std::ops::AddAssign;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::counts::Counts;
use super::deliver::{Client, Outcome};
use super::flights::Flights;
use super::ready::{READY_MAX, Ready};
use super::record::{ATTEMPTS_MAX, Sent, record};
use crate::clock::{Clock, Millis};
use crate::store::delivery::{self, Due};
use crate::store::endpoint::{self, Address, Endpoint};
use crate::store::{self, Store, Turn, event};

/// How long nothing is begun after an error of the database, in milliseconds.
pub const ERROR_WAIT_MS: u64 = 5_000;
/// The longest wait without searching: the clock may be set.
pub const LOOK_MAX: Duration = Duration::from_secs(60);

/// A clock that goes back by less was corrected, not set, in milliseconds.
const PUT_BACK_MIN_MS: i64 = 1_000;
/// Addresses of which one search reads; those of the others are read by the next.
const SEARCHED_MAX: usize = 128;
/// How long after a search that began something the next one is at the latest.
const BUSY_LOOK: Duration = Duration::from_secs(1);
/// How long after a commit the database is searched at the latest: what is due by it besides what was handed over, such as what is sent again.
const SEARCH_WITHIN: Duration = Duration::from_millis(50);

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

impl AddAssign for Tally {
    fn add_assign(&mut self, more: Self) {
        self.delivered += more.delivered;
        self.failed += more.failed;
        self.dead += more.dead;
        self.gone += more.gone;
    }
}

/// Sends what is due. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Dispatcher {
    store: Store,
    client: Client,
    counts: Arc<Counts>,
    stopping: CancellationToken,
}

impl Dispatcher {
    /// A dispatcher that starts no more attempts once `stopping` is cancelled.
    pub fn new(store: Store, client: Client, stopping: CancellationToken) -> Self {
        Self { store, client, counts: Arc::default(), stopping }
    }

    /// Counts there.
    #[must_use]
    pub fn counting(self, counts: Arc<Counts>) -> Self {
        Self { counts, ..self }
    }

    /// Sends everything that is due at `now`, and what becomes due by that.
    ///
    /// # Errors
    /// Of the store. Attempts that were under way are not recorded then, and are made again.
    pub async fn run_once(&self, now: Millis) -> Result<Tally, store::Error> {
        let mut round = Round::new(self, Clock::manual(now));
        loop {
            round.look().await?;
            if !round.is_idle() {
                round.next().await?;
            } else if round.has_skipped {
                round.must_search = true;
            } else {
                return Ok(round.tally);
            }
        }
    }

    /// Sends what is due, whenever something is, until it is stopping and nothing is under way.
    ///
    /// A result that cannot be recorded is lost, and the attempt made again.
    pub async fn run(&self, clock: Clock) {
        let mut round = Round::new(self, clock);
        loop {
            let next = match round.look().await {
                Ok(next) => next,
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
                () = sleep_until(next) => {}
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
    ready: Ready,
    /// Those that something was started for lately, or had no place: as the last look has them.
    endpoints: HashMap<Address, Endpoint>,
    must_search: bool,
    /// Whether something was committed since the last search.
    has_skipped: bool,
    searched_at: Instant,
    /// The same by the clock.
    searched_by: Millis,
    /// When to search if nothing happens.
    search_at: Instant,
    flights: Flights,
    sending: JoinSet<Sent>,
    keys: HashMap<Id, Key>,
    landed: Vec<Sent>,
    recording: Option<Recording>,
    tally: Tally,
}

/// A commit that is on its way.
struct Recording {
    keys: Vec<Key>,
    result: BoxFuture<'static, Result<(Tally, bool), store::Error>>,
}

impl<'a> Round<'a> {
    fn new(dispatcher: &'a Dispatcher, clock: Clock) -> Self {
        Self {
            dispatcher,
            clock,
            committed: dispatcher.store.committed(),
            ready: Ready::default(),
            endpoints: HashMap::new(),
            must_search: true,
            has_skipped: false,
            searched_at: Instant::now(),
            searched_by: Millis(i64::MIN),
            search_at: Instant::now(),
            flights: Flights::default(),
            sending: JoinSet::new(),
            keys: HashMap::new(),
            landed: Vec::new(),
            recording: None,
            tally: Tally::default(),
        }
    }

    fn is_idle(&self) -> bool {
        self.sending.is_empty() && self.landed.is_empty() && self.recording.is_none()
    }

    /// Starts what is due and finds a place, and gives the moment at which to look again. What was committed since the last look and may start
    /// is handed over; the database is searched when there may be more than that.
    async fn look(&mut self) -> Result<Instant, store::Error> {
        self.has_skipped |= self.committed.has_changed().unwrap_or(false);
        self.committed.mark_unchanged();
        let fresh = self.dispatcher.store.fresh();
        if self.dispatcher.stopping.is_cancelled() {
            return Ok(Instant::now() + LOOK_MAX);
        }
        self.must_search |= fresh.is_cut;
        self.ready.committed(fresh.due);
        if self.must_search || self.next_search() <= Instant::now() || self.has_room_for_hidden() {
            self.search().await?;
        } else if self.ready.has_any() {
            let mut conn = self.dispatcher.store.read().await?;
            let mut endpoints = endpoint::well(&mut conn, &self.ready.addresses(), self.clock.now()).await?;
            self.put_in_turn(&mut endpoints);
            self.start(endpoints);
        }
        Ok(self.next_search())
    }

    /// When the database is searched at the latest: what was committed is not only what was handed over.
    fn next_search(&self) -> Instant {
        let skipped = self.has_skipped.then_some(self.searched_at + SEARCH_WITHIN);
        skipped.map_or(self.search_at, |at| at.min(self.search_at))
    }

    /// Whether something could start that only a search finds.
    fn has_room_for_hidden(&self) -> bool {
        self.ready.hidden().any(|address| self.endpoints.get(address).is_some_and(|endpoint| self.flights.free(endpoint) > 0))
    }

    /// Starts what is due by the database. An attempt that is not recorded yet is still due there, and left out.
    async fn search(&mut self) -> Result<(), store::Error> {
        let now = self.clock.now();
        self.must_search = true;
        let put_back_ms = self.searched_by.since(now);
        if put_back_ms >= PUT_BACK_MIN_MS {
            tracing::warn!(put_back_ms, "the clock was put back; what was to be sent again is sent as soon as it was to be");
            self.dispatcher.store.write(move |conn| Box::pin(async move { endpoint::put_back(conn, now, put_back_ms).await })).await?;
        }
        self.searched_by = now;
        let mut conn = self.dispatcher.store.read().await?;
        let endpoints = endpoint::due(&mut conn, now).await?;
        let (mut with_place, mut without): (Vec<_>, Vec<_>) = endpoints.into_iter().partition(|endpoint| self.flights.free(endpoint) > 0);
        self.put_in_turn(&mut with_place);
        without.extend(with_place.drain(with_place.len().min(SEARCHED_MAX)..));
        let addresses: Vec<_> = with_place.iter().map(|endpoint| endpoint.address).collect();
        let mut due = Vec::new();
        if !addresses.is_empty() {
            let each = u32::try_from(READY_MAX).unwrap_or(u32::MAX);
            due = delivery::due(&mut conn, &addresses, &self.flights.seqs(), now, each).await?;
        }
        let mut of_each: BTreeMap<Address, usize> = BTreeMap::new();
        for due in &due {
            *of_each.entry(due.address).or_default() += 1;
        }
        let full = of_each.iter().filter(|(_, count)| **count >= READY_MAX).map(|(address, _)| *address);
        let behind = full.chain(without.iter().map(|endpoint| endpoint.address)).collect();
        let is_nothing = due.is_empty();
        self.ready.found(event::last_seq(&mut conn).await?, due, behind);
        self.endpoints = without.into_iter().map(|endpoint| (endpoint.address, endpoint)).collect();
        self.start(with_place);
        // What started ends, and then it is searched again; the next moment is asked for once nothing does.
        let wait = if is_nothing {
            let next = endpoint::next_due(&mut conn, now).await?;
            next.map_or(LOOK_MAX, |at| self.clock.until(at).min(LOOK_MAX))
        } else {
            BUSY_LOOK
        };
        (self.must_search, self.has_skipped, self.searched_at) = (false, false, Instant::now());
        self.search_at = self.searched_at + wait;
        Ok(())
    }

    /// Who has the fewest goes first, so that those who have many cannot keep a place from anybody.
    fn put_in_turn(&self, endpoints: &mut [Endpoint]) {
        endpoints.sort_by_key(|endpoint| self.flights.of(endpoint.address.account_id));
    }

    /// Starts what is ready for these, as far as there are places; what is ready for others is for the next search.
    fn start(&mut self, endpoints: Vec<Endpoint>) {
        self.ready.keep(&endpoints.iter().map(|endpoint| endpoint.address).collect());
        for endpoint in endpoints {
            while self.flights.free(&endpoint) > 0
                && let Some(due) = self.ready.pop(endpoint.address)
            {
                self.send(due, endpoint.clone());
            }
            self.endpoints.insert(endpoint.address, endpoint);
        }
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
            if self.recording.is_none() && !self.landed.is_empty() {
                self.begin_recording();
            }
            tokio::select! {
                biased;
                result = recorded(&mut self.recording) => {
                    let (keys, result) = result;
                    for (address, seq) in keys {
                        self.flights.end(address, seq);
                    }
                    let (more, has_more_due) = result?;
                    self.tally += more;
                    self.dispatcher.counts.add(more);
                    self.must_search |= has_more_due;
                    return Ok(());
                }
                Some(landed) = self.sending.join_next_with_id() => {
                    self.land(landed);
                    while let Some(landed) = self.sending.try_join_next_with_id() {
                        self.land(landed);
                    }
                    if self.has_room_for_hidden() {
                        return Ok(());
                    }
                }
                Ok(()) = self.committed.changed() => {
                    self.has_skipped = true;
                    return Ok(());
                }
            }
        }
    }

    fn land(&mut self, landed: Result<(Id, Sent), tokio::task::JoinError>) {
        match landed {
            Ok((id, sent)) => {
                self.keys.remove(&id);
                let address = sent.due.address;
                if matches!(sent.outcome, Outcome::Delivered(_)) {
                    self.flights.delivered(address, sent.due.seq);
                    self.start_next(address);
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

    /// A place is free, and the next for it may be here.
    fn start_next(&mut self, address: Address) {
        let Some(endpoint) = self.endpoints.get(&address).filter(|endpoint| self.flights.free(endpoint) > 0) else { return };
        if let Some(due) = self.ready.pop(address) {
            self.send(due, endpoint.clone());
        }
    }

    /// What nothing waits behind is in no hurry, and keeps no event from its commit.
    fn begin_recording(&mut self) {
        let sent: Vec<_> = self.landed.drain(..self.landed.len().min(ATTEMPTS_MAX)).collect();
        let keys = sent.iter().map(|sent| (sent.due.address, sent.due.seq)).collect();
        let store = self.dispatcher.store.clone();
        let turn = if sent.iter().any(|sent| sent.due.is_followed) { Turn::Next } else { Turn::Along };
        let result = async move { store.write_in(turn, move |conn| Box::pin(async move { record(conn, &sent).await })).await };
        self.recording = Some(Recording { keys, result: result.boxed() });
    }
}

/// The result of the commit that is on its way, which then is over; never, when there is none.
async fn recorded(recording: &mut Option<Recording>) -> (Vec<Key>, Result<(Tally, bool), store::Error>) {
    let Some(on_its_way) = recording else { return std::future::pending().await };
    let result = (&mut on_its_way.result).await;
    let keys = std::mem::take(&mut on_its_way.keys);
    *recording = None;
    (keys, result)
}

#[cfg(test)]
mod tests;
