//! The way of events from the socket to their one consumer: a bounded queue that never makes the reader wait.
//!
//! What does not fit is counted in a [`Feed::Gap`] in its place. News of the connection are never lost; past the bound they
//! replace each other, so that at most a gap, the latest of them, and another gap stand there.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::counts::FeedCounts;
use super::state::{Connected, Reason};
use crate::esl::event::Event;

/// What the consumer hears, in order.
#[derive(Clone, Debug)]
pub enum Feed {
    /// A connection is there and subscribed. Whatever happened before is unknown: look at everything again. It may follow
    /// another `Connected` when a gap stands between them.
    Connected(Connected),
    /// An event.
    Event(Event),
    /// Events are missing here: look at everything again.
    Gap {
        /// How many; 0 when only older news of the connection gave way.
        lost: u64,
    },
    /// The connection is gone. Attempts that fail are no news here; [`super::State`] has them.
    Disconnected {
        /// Why.
        reason: Reason,
    },
}

/// The end that the client puts into.
#[derive(Debug)]
pub(super) struct FeedSender(Arc<Shared>);

/// The end that the consumer takes from.
#[derive(Debug)]
pub struct FeedReceiver(Arc<Shared>);

/// A feed that keeps at most so many events and so many bytes of them.
pub(super) fn feed(max_events: usize, max_bytes: usize) -> (FeedSender, FeedReceiver) {
    let shared = Arc::new(Shared { queue: Mutex::new(Queue { max_events, max_bytes, ..Queue::default() }), came: Notify::new() });
    (FeedSender(shared.clone()), FeedReceiver(shared))
}

impl FeedReceiver {
    /// The next item, `None` when the client was stopped and everything is taken. Nothing is lost when the future is dropped.
    pub async fn recv(&mut self) -> Option<Feed> {
        loop {
            {
                let mut queue = self.0.lock();
                if let Some(item) = queue.pop() {
                    return Some(item);
                }
                if queue.closed {
                    return None;
                }
            }
            self.0.came.notified().await;
        }
    }

    /// The next item if there is one now.
    pub fn try_recv(&mut self) -> Option<Feed> {
        self.0.lock().pop()
    }
}

impl FeedSender {
    pub(super) fn event(&self, event: Event) {
        self.0.put(|queue| queue.event(event));
    }

    /// Counts events that could not be read.
    pub(super) fn lose(&self, lost: u64) {
        self.0.put(|queue| queue.lose(lost));
    }

    pub(super) fn connected(&self, connected: Connected) {
        self.0.put(|queue| queue.news(Feed::Connected(connected)));
    }

    pub(super) fn disconnected(&self, reason: Reason) {
        self.0.put(|queue| queue.news(Feed::Disconnected { reason }));
    }

    /// What there was since the start.
    pub(super) fn counts(&self) -> FeedCounts {
        self.0.lock().counts
    }

    pub(super) fn close(&self) {
        self.0.put(|queue| queue.closed = true);
    }
}

impl Drop for FeedReceiver {
    /// Nobody listens any more: nothing is kept.
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        queue.max_events = 0;
        queue.items.clear();
        queue.bytes = 0;
    }
}

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    came: Notify,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, change: impl FnOnce(&mut Queue)) {
        change(&mut self.lock());
        self.came.notify_one();
    }
}

/// The queue itself, without any waiting.
#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Feed>,
    max_events: usize,
    max_bytes: usize,
    /// Of the events in `items`.
    bytes: usize,
    counts: FeedCounts,
    closed: bool,
}

impl Queue {
    fn pop(&mut self) -> Option<Feed> {
        let item = self.items.pop_front();
        if let Some(Feed::Event(event)) = &item {
            self.bytes = self.bytes.saturating_sub(event.held_bytes());
        }
        item
    }

    fn event(&mut self, event: Event) {
        let bytes = event.held_bytes();
        if self.items.len() >= self.max_events || self.bytes + bytes > self.max_bytes {
            return self.lose(1);
        }
        self.bytes += bytes;
        self.counts.events += 1;
        self.items.push_back(Feed::Event(event));
    }

    fn lose(&mut self, more: u64) {
        self.counts.lost += more;
        match self.items.back_mut() {
            Some(Feed::Gap { lost }) => *lost += more,
            _ => {
                self.counts.gaps += 1;
                self.items.push_back(Feed::Gap { lost: more });
            }
        }
    }

    fn news(&mut self, news: Feed) {
        // Past the bound, what is no event at the end gives way to one gap and this.
        let (mut gap, mut gave_way) = (0, false);
        while self.items.len() >= self.max_events {
            match self.items.back() {
                Some(Feed::Gap { lost }) => gap += lost,
                Some(Feed::Connected(_) | Feed::Disconnected { .. }) => {}
                Some(Feed::Event(_)) | None => break,
            }
            gave_way = true;
            self.items.pop_back();
        }
        if gave_way {
            self.items.push_back(Feed::Gap { lost: gap });
        }
        self.items.push_back(news);
    }
}

#[cfg(test)]
#[path = "feed_tests.rs"]
mod tests;
