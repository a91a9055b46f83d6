//! The commits of what the task found out: one at a time, in order, until the database has it.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::{Instant, sleep_until};

use super::outbox::{Batch, Change, Next, Outbox};
use super::stats::CallStats;
use crate::domain::SwitchId;
use crate::domain::call::Milestone;
use crate::store::{self, Store};

/// Commits that are tried once the feed has ended.
const LAST_COMMITS_MAX: u32 = 16;

/// Commits a batch, all or none.
pub type Sink = Box<dyn Fn(Arc<Batch>) -> BoxFuture<'static, Result<(), store::Error>> + Send + Sync>;

/// Commits to the database: events, and the legs of this switch that they tell of.
pub fn sink_to(store: Store, switch: SwitchId) -> Sink {
    Box::new(move |batch| {
        let store = store.clone();
        let job = async move |conn: &mut store::Conn| {
            store::event::append(conn, &batch.events).await?;
            store::leg::write(conn, switch, &batch.legs).await
        };
        Box::pin(async move { store.write(move |conn| Box::pin(async move { job(conn).await })).await })
    })
}

/// Changes, and the commit of the first of them that is on its way.
pub(super) struct Commits {
    outbox: Outbox,
    sink: Sink,
    stats: Arc<CallStats>,
    on_its_way: Option<OnItsWay>,
    /// When one that failed is tried again.
    again_at: Option<Instant>,
}

struct OnItsWay {
    changes: usize,
    events: u64,
    told: [u64; Milestone::ALL.len()],
    commit: BoxFuture<'static, Result<(), store::Error>>,
}

impl Commits {
    /// One in which at most so many changes wait.
    pub(super) fn of(most: usize, sink: Sink, stats: Arc<CallStats>) -> Self {
        Self { outbox: Outbox::of(most), sink, stats, on_its_way: None, again_at: None }
    }

    #[cfg(test)]
    pub(super) fn let_wait(&mut self, most: usize) {
        self.outbox = Outbox::of(most);
    }

    pub(super) fn put(&mut self, changes: Vec<Change>) {
        self.outbox.put(changes);
    }

    /// Changes ever put in.
    pub(super) fn count(&self) -> u64 {
        self.outbox.count()
    }

    /// How many of them, from the first on, are done.
    pub(super) fn done(&self) -> u64 {
        self.outbox.done()
    }

    pub(super) fn is_full(&self) -> bool {
        self.outbox.is_full()
    }

    /// When [`Commits::begin`] has something to do again, where that is a matter of time.
    pub(super) fn next_at(&self) -> Option<Instant> {
        self.again_at
    }

    /// Begins the next commit, unless one is on its way, or has failed a moment ago.
    pub(super) fn begin(&mut self) {
        if self.on_its_way.is_some() || self.again_at.is_some_and(|at| at > Instant::now()) {
            return;
        }
        self.again_at = None;
        if self.outbox.is_empty() {
            return;
        }
        let (changes, batch) = self.outbox.batch();
        let told = Milestone::ALL.map(|told| batch.events.iter().filter(|event| event.name == told.name()).count() as u64);
        let events = batch.events.len() as u64;
        self.on_its_way = Some(OnItsWay { changes, events, told, commit: (self.sink)(batch) });
    }

    /// Waits until the commit that is on its way has ended, and notes what came of it; for ever when there is none. Dropped, it waits on.
    pub(super) async fn ended(&mut self) {
        let Some(on_its_way) = &mut self.on_its_way else { return pending().await };
        let result = (&mut on_its_way.commit).await;
        let Some(ended) = self.on_its_way.take() else { return };
        match result {
            Ok(()) => self.succeeded(&ended),
            Err(error) => self.failed(ended.changes, &error),
        }
    }

    fn succeeded(&mut self, ended: &OnItsWay) {
        self.stats.commits.fetch_add(1, Ordering::Relaxed);
        self.stats.events.fetch_add(ended.events, Ordering::Relaxed);
        for (told, count) in self.stats.told.iter().zip(ended.told) {
            told.fetch_add(count, Ordering::Relaxed);
        }
        self.outbox.committed(ended.changes);
    }

    fn failed(&mut self, changes: usize, error: &store::Error) {
        self.stats.failed_commits.fetch_add(1, Ordering::Relaxed);
        let was_failing = self.outbox.is_failing();
        match self.outbox.failed(changes, is_refused(error)) {
            Next::OneByOne => {}
            Next::Refused => {
                self.stats.refused_events.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(%error, "a call event was refused by the database and is given up");
            }
            Next::RetryAfter(wait_ms) => {
                if !was_failing {
                    tracing::error!(%error, changes, "call events could not be committed; they are kept and tried again");
                }
                self.again_at = Some(Instant::now() + Duration::from_millis(wait_ms));
            }
        }
    }

    /// Commits what is left, as far as that is possible.
    pub(super) async fn finish(&mut self) {
        for _ in 0..LAST_COMMITS_MAX {
            if let Some(at) = self.again_at {
                sleep_until(at).await;
            }
            self.begin();
            if self.on_its_way.is_none() {
                break;
            }
            self.ended().await;
        }
        if !self.outbox.is_empty() {
            tracing::error!(changes = self.outbox.count() - self.outbox.done(), "call events are lost: they could not be committed");
        }
    }
}

/// Whether trying again is of no use: the events themselves are at fault.
fn is_refused(error: &store::Error) -> bool {
    matches!(error, store::Error::Missing(_) | store::Error::Conflict(_) | store::Error::Corrupt(_))
}
