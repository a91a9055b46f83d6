//! The task.

use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::board::CallBoard;
use super::book::{Book, Outcome};
use super::look::LookError;
use super::news::{SwitchNews, Waiting};
use super::outbox::{Next, Outbox};
use crate::clock::Clock;
use crate::domain::call::LegFact;
use crate::domain::event::NewEvent;
use crate::esl::client::{Feed, FeedReceiver};
use crate::store::{self, Store};
use crate::switch::fact::Fact;

/// Items of the feed that are taken before anything else gets its turn: a commit that has ended waits for them, and the next one behind it.
const ITEMS_A_TURN_MAX: usize = 64;
/// The longest look at the channels, in milliseconds.
const LOOK_MS: u64 = 10_000;
/// The wait before a look that failed is tried again, in milliseconds.
const LOOK_AGAIN_MS: u64 = 1_000;
/// How long the hangup of a leg that a look did not find may still be on its way, in milliseconds.
const VANISHED_MS: u64 = 2_000;
/// Commits that are tried once the feed has ended.
const LAST_COMMITS_MAX: u32 = 16;

/// Commits events in order, all or none.
pub type Sink = Box<dyn Fn(Arc<[NewEvent]>) -> BoxFuture<'static, Result<(), store::Error>> + Send + Sync>;
/// Finds the channels that there are now, each as [`crate::switch::fact::seen`] reads it.
pub type Look = Box<dyn Fn() -> BoxFuture<'static, Result<Vec<LegFact>, LookError>> + Send + Sync>;

/// What the task has done since the start.
#[derive(Debug, Default)]
pub struct CallStats {
    /// Facts of legs.
    pub leg_facts: AtomicU64,
    /// Events committed.
    pub events: AtomicU64,
    /// Commits.
    pub commits: AtomicU64,
    /// Commits that failed; their events are tried again.
    pub failed_commits: AtomicU64,
    /// Events that the database will never take, such as those of an account that was deleted.
    pub refused_events: AtomicU64,
    /// Looks at the channels.
    pub looks: AtomicU64,
    /// Looks that failed; they are tried again.
    pub failed_looks: AtomicU64,
    /// News that the service was too slow for.
    pub dropped_news: AtomicU64,
}

/// Follows the calls of one switch.
pub struct Calls {
    book: Book,
    outbox: Outbox,
    news: Waiting,
    stats: Arc<CallStats>,
    clock: Clock,
    look: Look,
    sink: Sink,
    tell: mpsc::Sender<SwitchNews>,
    /// Whether channels that we do not know were up before us.
    adopt: bool,
    look_at: Option<Instant>,
    settle_at: Option<Instant>,
    commit_at: Option<Instant>,
}

/// A commit that is on its way: how many events, and what came of it.
type Committing = Option<BoxFuture<'static, (usize, Result<(), store::Error>)>>;

/// Commits to the database.
pub fn sink_to(store: Store) -> Sink {
    Box::new(move |events| {
        let store = store.clone();
        let job = async move { store.write(move |conn| Box::pin(async move { store::event::append(conn, &events).await })).await };
        Box::pin(job)
    })
}

/// The client's feed as a stream.
pub fn feed_stream(feed: FeedReceiver) -> Pin<Box<dyn Stream<Item = Feed> + Send>> {
    Box::pin(stream::unfold(feed, |mut feed| async move { feed.recv().await.map(|item| (item, feed)) }))
}

impl Calls {
    /// A task that has heard nothing yet. News go to `tell`; the board is shared.
    pub fn new(board: Arc<CallBoard>, clock: Clock, look: Look, sink: Sink, tell: mpsc::Sender<SwitchNews>) -> Self {
        Self {
            book: Book::new(board),
            outbox: Outbox::default(),
            news: Waiting::default(),
            stats: Arc::default(),
            clock,
            look,
            sink,
            tell,
            adopt: true,
            look_at: None,
            settle_at: None,
            commit_at: None,
        }
    }

    /// What it has done; readable while it runs.
    pub fn stats(&self) -> Arc<CallStats> {
        Arc::clone(&self.stats)
    }

    /// Runs until the feed ends, then commits what is left.
    pub async fn run(mut self, feed: impl Stream<Item = Feed> + Send) {
        let feed = feed.fuse();
        tokio::pin!(feed);
        let tell = self.tell.clone();
        let mut committing: Committing = None;
        loop {
            if self.look_at.is_some_and(|at| at <= Instant::now()) {
                self.look_around(&mut committing).await;
            }
            if committing.is_none() && self.commit_at.is_none_or(|at| at <= Instant::now()) {
                committing = self.next_commit();
            }
            let news_ready = self.news.is_ready(self.outbox.done());
            let wake_at = [self.look_at, self.settle_at, self.commit_at].into_iter().flatten().min();
            tokio::select! {
                biased;
                (events, result) = on_its_way(&mut committing) => self.committed(events, result),
                permit = tell.reserve(), if news_ready => match (permit, self.news.take()) {
                    (Ok(permit), Some(news)) => permit.send(news),
                    _ => tracing::debug!("nobody listens to news of the switch"),
                },
                item = feed.next(), if !self.outbox.is_full() => {
                    let Some(item) = item else { break };
                    self.hear(item);
                    for _ in 1..ITEMS_A_TURN_MAX {
                        // After a gap nothing is taken in before the look.
                        if self.outbox.is_full() || self.look_at.is_some_and(|at| at <= Instant::now()) {
                            break;
                        }
                        match feed.next().now_or_never() {
                            Some(Some(item)) => self.hear(item),
                            _ => break,
                        }
                    }
                }
                () = sleep_until_some(wake_at) => self.on_time(),
            }
        }
        self.finish(committing).await;
    }

    fn hear(&mut self, item: Feed) {
        match item {
            Feed::Event(event) => match Fact::of(&event) {
                Some(Fact::Leg(fact)) => {
                    self.stats.leg_facts.fetch_add(1, Ordering::Relaxed);
                    let outcome = self.book.apply(&fact);
                    self.take(outcome);
                }
                Some(other) => {
                    if let Some(news) = SwitchNews::of(other) {
                        self.add_news(news);
                    }
                }
                None => {}
            },
            Feed::Connected(_) | Feed::Gap { .. } => self.look_at = Some(Instant::now()),
            // Whatever happens meanwhile is found out when it is back.
            Feed::Disconnected { .. } => self.look_at = None,
        }
    }

    fn take(&mut self, outcome: Outcome) {
        self.outbox.put(outcome.events);
        for user in outcome.ended {
            self.add_news(SwitchNews::CallEnded(user));
        }
    }

    fn add_news(&mut self, news: SwitchNews) {
        let dropped = self.news.add(self.outbox.count(), news);
        self.stats.dropped_news.fetch_add(dropped, Ordering::Relaxed);
    }

    /// Looks at the channels. Meanwhile nothing is taken from the feed: what it holds is younger than the look.
    async fn look_around(&mut self, committing: &mut Committing) {
        self.look_at = None;
        self.stats.looks.fetch_add(1, Ordering::Relaxed);
        let looking = timeout(Duration::from_millis(LOOK_MS), (self.look)());
        tokio::pin!(looking);
        let seen = loop {
            tokio::select! {
                biased;
                (events, result) = on_its_way(committing) => self.committed(events, result),
                seen = &mut looking => break seen.unwrap_or(Err(LookError::TooLong)),
            }
        };
        match seen {
            Ok(seen) => {
                let outcome = self.book.look(seen, self.adopt);
                self.adopt = false;
                self.take(outcome);
                let wait = Duration::from_millis(VANISHED_MS);
                self.settle_at = self.book.is_unsettled().then(|| Instant::now() + wait);
            }
            Err(error) => {
                self.stats.failed_looks.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(%error, "the channels of the switch could not be looked at; trying again");
                self.look_at = Some(Instant::now() + Duration::from_millis(LOOK_AGAIN_MS));
            }
        }
    }

    /// Nothing is left in the feed, and a moment that was waited for has come.
    fn on_time(&mut self) {
        let now = Instant::now();
        if self.settle_at.is_some_and(|at| at <= now) {
            self.settle_at = None;
            let outcome = self.book.settle(self.clock.now());
            self.take(outcome);
        }
        if self.commit_at.is_some_and(|at| at <= now) {
            self.commit_at = None;
        }
    }

    fn next_commit(&mut self) -> Committing {
        self.commit_at = None;
        if self.outbox.is_empty() {
            return None;
        }
        let batch = self.outbox.batch();
        let events = batch.len();
        let commit = (self.sink)(batch);
        Some(Box::pin(async move { (events, commit.await) }))
    }

    fn committed(&mut self, events: usize, result: Result<(), store::Error>) {
        let Err(error) = result else {
            self.stats.commits.fetch_add(1, Ordering::Relaxed);
            self.stats.events.fetch_add(events as u64, Ordering::Relaxed);
            return self.outbox.committed(events);
        };
        self.stats.failed_commits.fetch_add(1, Ordering::Relaxed);
        let was_failing = self.outbox.is_failing();
        match self.outbox.failed(events, is_refused(&error)) {
            Next::OneByOne => {}
            Next::Refused => {
                self.stats.refused_events.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(%error, "a call event was refused by the database and is given up");
            }
            Next::RetryAfter(wait_ms) => {
                if !was_failing {
                    tracing::error!(%error, events, "call events could not be committed; they are kept and tried again");
                }
                self.commit_at = Some(Instant::now() + Duration::from_millis(wait_ms));
            }
        }
    }

    /// The feed has ended: commits what is left, and tells what may be told.
    async fn finish(mut self, mut committing: Committing) {
        for _ in 0..LAST_COMMITS_MAX {
            if committing.is_none() {
                if let Some(at) = self.commit_at {
                    sleep_until(at).await;
                }
                committing = self.next_commit();
            }
            if committing.is_none() {
                break;
            }
            let (events, result) = on_its_way(&mut committing).await;
            self.committed(events, result);
        }
        if !self.outbox.is_empty() {
            tracing::error!(events = self.outbox.count() - self.outbox.done(), "call events are lost: they could not be committed");
        }
        while self.news.is_ready(self.outbox.done()) {
            if self.news.take().is_none_or(|news| self.tell.try_send(news).is_err()) {
                break;
            }
        }
    }
}

/// Whether trying again is of no use: the events themselves are at fault.
fn is_refused(error: &store::Error) -> bool {
    matches!(error, store::Error::Missing(_) | store::Error::Conflict(_) | store::Error::Corrupt(_))
}

/// The result of the commit that is on its way, which then is over; never, when there is none.
async fn on_its_way(committing: &mut Committing) -> (usize, Result<(), store::Error>) {
    match committing {
        Some(commit) => {
            let done = commit.await;
            *committing = None;
            done
        }
        None => pending().await,
    }
}

async fn sleep_until_some(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => pending().await,
    }
}
