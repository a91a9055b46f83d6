//! The task.

use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::board::CallBoard;
use super::book::{Book, GONE_MAX, Outcome};
use super::commit::{Commits, Sink};
use super::look::{LookError, NamesNow, Seen};
use super::news::{SwitchNews, Waiting};
use super::outbox::CHANGES_WAITING_MAX;
use super::records::{Held, Said, Second, ask_to_read, ended_at, next_said};
use super::stats::CallStats;
use crate::clock::{Clock, Millis};
use crate::domain::SwitchId;
use crate::domain::call::LegId;
use crate::esl::client::{Feed, FeedReceiver};
use crate::store::{self, Store};
use crate::switch::cdr::Cdr;
use crate::switch::fact::Fact;

/// Items of the feed that are taken before anything else gets its turn: a commit that has ended waits for them, and the next one behind it.
const ITEMS_A_TURN_MAX: usize = 64;
/// The longest look at the channels, in milliseconds.
const LOOK_MS: u64 = 10_000;
/// The wait before a look that failed is tried again, in milliseconds.
const LOOK_AGAIN_MS: u64 = 1_000;
/// How long a hangup may still be on its way in the feed, in milliseconds: of a leg that a look did not find, or that a record says has ended. Of one
/// that ended after the last look the feed will tell, however late it is, so there the switch's clock counts, as the feed has it: the switch queues a
/// record before it says the leg's CHANNEL_HANGUP_COMPLETE, and a machine that is busy may take long in between.
const HANGUP_LATE_MS: u64 = 2_000;
/// Finds the channels that there are now; asks for these legs by name where the switch does not list them.
pub type Look = Box<dyn Fn(Vec<LegId>) -> BoxFuture<'static, Result<Seen, LookError>> + Send + Sync>;

/// Follows the calls of one switch.
pub struct Calls {
    book: Book,
    commits: Commits,
    news: Waiting,
    stats: Arc<CallStats>,
    clock: Clock,
    look: Look,
    tell: mpsc::Sender<SwitchNews>,
    second: Option<Second>,
    names: NamesNow,
    held: Held,
    /// Whether the feed was connected and no longer is: then nothing is on its way in it.
    away: bool,
    look_at: Option<Instant>,
    /// So many times the folder of records must have been read before legs that vanished are given up.
    read_first: Option<u64>,
    /// By the switch's clock: the last look, and how far the feed is.
    looked_at: Option<Millis>,
    heard_at: Millis,
    settle_at: Option<Instant>,
}

/// The client's feed as a stream.
pub fn feed_stream(feed: FeedReceiver) -> Pin<Box<dyn Stream<Item = Feed> + Send>> {
    Box::pin(stream::unfold(feed, |mut feed| async move { feed.recv().await.map(|item| (item, feed)) }))
}

impl Calls {
    /// A task that has heard nothing yet. News go to `tell`; the board is shared.
    pub fn new(board: Arc<CallBoard>, clock: Clock, look: Look, sink: Sink, tell: mpsc::Sender<SwitchNews>) -> Self {
        let stats: Arc<CallStats> = Arc::default();
        Self {
            book: Book::new(board),
            commits: Commits::of(CHANGES_WAITING_MAX, sink, Arc::clone(&stats)),
            news: Waiting::default(),
            stats,
            clock,
            look,
            tell,
            second: None,
            names: Arc::new(Arc::default),
            held: Held::default(),
            away: false,
            look_at: None,
            read_first: None,
            looked_at: None,
            heard_at: Millis(0),
            settle_at: None,
        }
    }

    /// Goes on with the legs that the database says are up on `switch`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn resume(&mut self, store: &Store, switch: SwitchId) -> Result<(), store::Error> {
        let mut read = store.read().await?;
        let legs = store::leg::open(&mut read, switch).await?;
        let ended = store::leg::last_ended(&mut read, switch, u32::try_from(GONE_MAX).unwrap_or(u32::MAX)).await?;
        self.book.resume(legs, ended);
        Ok(())
    }

    /// Reads names on the switch by these.
    #[must_use]
    pub fn with_names(self, names: NamesNow) -> Self {
        Self { names, ..self }
    }

    /// Hears records as well.
    #[must_use]
    pub fn with_records(mut self, second: Second) -> Self {
        self.second = Some(second);
        self
    }

    /// Lets so few changes wait that a test can fill it.
    #[cfg(test)]
    pub(super) fn with_room_for(mut self, changes: usize) -> Self {
        self.commits.let_wait(changes);
        self
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
        loop {
            if self.look_at.is_some_and(|at| at <= Instant::now()) {
                self.look_around().await;
            }
            self.commits.begin();
            let news_ready = self.news.is_ready(self.commits.done());
            self.held.answer(self.commits.done());
            self.held.expect_no_more(self.heard_at.plus_ms(-(HANGUP_LATE_MS.cast_signed())), Instant::now());
            let full = self.commits.is_full();
            // What is still in the feed goes before a record, and before a leg is given up: nothing is while it is held back.
            let late = if full { [None, None] } else { [self.settle_at, self.held.next_at()] };
            let wake_at = late.into_iter().chain([self.look_at, self.commits.next_at()]).flatten().min();
            tokio::select! {
                biased;
                () = self.commits.ended() => {}
                permit = tell.reserve(), if news_ready => match (permit, self.news.take()) {
                    (Ok(permit), Some(news)) => permit.send(news),
                    _ => tracing::debug!("nobody listens to news of the switch"),
                },
                item = feed.next(), if !full => {
                    let Some(item) = item else { break };
                    self.hear(item);
                    for _ in 1..ITEMS_A_TURN_MAX {
                        // After a gap nothing is taken in before the look.
                        if self.commits.is_full() || self.look_at.is_some_and(|at| at <= Instant::now()) {
                            break;
                        }
                        match feed.next().now_or_never() {
                            Some(Some(item)) => self.hear(item),
                            _ => break,
                        }
                    }
                }
                Some(said) = next_said(&mut self.second), if !full && !self.held.is_full() => self.hear_record(said),
                () = sleep_until_some(wake_at) => if !full { self.on_time() },
            }
        }
        self.finish().await;
    }

    fn hear(&mut self, item: Feed) {
        match item {
            Feed::Event(event) => {
                if let Some(fact) = Fact::of(&event, &(self.names)()) {
                    self.hear_fact(fact);
                }
            }
            Feed::Connected(_) | Feed::Gap { .. } => {
                if let Feed::Gap { lost } = item {
                    tracing::warn!(lost, "events of the switch were lost; looking at its channels");
                }
                self.away = false;
                self.look_at = Some(Instant::now());
            }
            // Whatever happens meanwhile is found out when it is back.
            Feed::Disconnected { .. } => {
                self.away = true;
                self.look_at = None;
                self.held.expect_no_more(Millis(i64::MAX), Instant::now());
            }
        }
    }

    fn hear_fact(&mut self, fact: Fact) {
        self.heard_at = self.heard_at.max(fact.at());
        let Fact::Leg(fact) = fact else {
            if let Some(news) = SwitchNews::of(fact) {
                self.add_news(news);
            }
            return;
        };
        self.stats.leg_facts.fetch_add(1, Ordering::Relaxed);
        let outcome = self.book.apply(&fact);
        self.take(outcome);
        if self.book.is_over(&fact.leg) {
            self.held.heard(&fact.leg, self.commits.count());
        }
    }

    /// A record waits for what the feed may still hold of its leg, which knows better.
    fn hear_record(&mut self, said: Said) {
        match said {
            Said::Ended(cdrs, done) => {
                let due_at = Instant::now() + Duration::from_millis(if self.away { 0 } else { HANGUP_LATE_MS });
                let is_to_come = |cdr: &Cdr| !self.away && self.looked_at.is_some_and(|looked_at| ended_at(cdr) >= looked_at);
                let up = cdrs.into_iter().filter(|cdr| !self.book.is_over(&cdr.fact.leg));
                let up = up.map(|cdr| (Some(due_at).filter(|_| !is_to_come(&cdr)), cdr)).collect();
                self.held.hold(up, self.commits.count(), done);
            }
            Said::FolderRead(times) => {
                if self.read_first.is_some_and(|wanted| wanted <= times) {
                    self.read_first = None;
                    self.settle_at = Some(Instant::now() + Duration::from_millis(HANGUP_LATE_MS));
                }
            }
        }
    }

    fn take(&mut self, outcome: Outcome) {
        self.commits.put(outcome.changes);
        for user in outcome.offered {
            self.add_news(SwitchNews::Offered(user));
        }
        for (user_id, leg) in outcome.offers {
            self.add_news(SwitchNews::OfferEnded { user_id, leg });
        }
        for user in outcome.ended {
            self.add_news(SwitchNews::CallEnded(user));
        }
    }

    fn add_news(&mut self, news: SwitchNews) {
        let dropped = self.news.add(self.commits.count(), news);
        self.stats.dropped_news.fetch_add(dropped, Ordering::Relaxed);
    }

    /// Looks at the channels. Meanwhile nothing is taken from the feed: what it holds is younger than the look.
    async fn look_around(&mut self) {
        self.look_at = None;
        self.stats.looks.fetch_add(1, Ordering::Relaxed);
        let looking = timeout(Duration::from_millis(LOOK_MS), (self.look)(self.book.up()));
        tokio::pin!(looking);
        let seen = loop {
            tokio::select! {
                biased;
                () = self.commits.ended() => {}
                seen = &mut looking => break seen.unwrap_or(Err(LookError::TooLong)),
            }
        };
        match seen {
            Ok(seen) => {
                let wait = Duration::from_millis(HANGUP_LATE_MS);
                self.looked_at = Some(seen.at);
                self.held.expect_no_more(seen.at, Instant::now() + wait);
                let outcome = self.book.look(seen);
                self.take(outcome);
                self.read_first = self.second.as_ref().and_then(|second| second.read.as_ref()).map(ask_to_read);
                self.settle_at = (self.book.is_unsettled() && self.read_first.is_none()).then(|| Instant::now() + wait);
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
        let settles = self.settle_at.is_some_and(|at| at <= now);
        // A leg is not given up while there is a record of it.
        let cdrs = self.held.take(Some(now).filter(|_| !settles));
        let outcome = self.book.record(cdrs);
        self.take(outcome);
        self.held.took(self.commits.count());
        if settles {
            self.settle_at = None;
            let outcome = self.book.settle(self.clock.now());
            self.take(outcome);
        }
    }

    /// The feed has ended: commits what is left, and tells what may be told.
    async fn finish(mut self) {
        self.commits.finish().await;
        self.held.answer(self.commits.done());
        while self.news.is_ready(self.commits.done()) {
            if self.news.take().is_none_or(|news| self.tell.try_send(news).is_err()) {
                break;
            }
        }
    }
}

async fn sleep_until_some(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => pending().await,
    }
}
