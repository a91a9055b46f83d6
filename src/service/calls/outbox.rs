//! Events on their way to the database. No IO.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::event::NewEvent;

/// Events in one commit.
pub const BATCH_EVENTS_MAX: usize = 256;
/// Events that may wait for a commit; with more, nothing is taken from the switch's feed, which then counts what it loses.
pub const EVENTS_WAITING_MAX: usize = 100_000;
/// The wait before a failed commit is tried again, in milliseconds: the first, and the longest; it doubles in between.
const RETRY_MS: (u64, u64) = (100, 5_000);

/// Events in their order, and how far they are.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: VecDeque<NewEvent>,
    /// Ever put in.
    put: u64,
    /// Committed, or refused for good.
    done: u64,
    /// So many of the first go alone: one of them was refused, and it is not known which.
    alone: usize,
    failures: u32,
}

/// What to do after a failed commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Try again after so many milliseconds.
    RetryAfter(u64),
    /// Try again now: the events go one by one.
    OneByOne,
    /// The one event of the batch was given up: the database will never take it.
    Refused,
}

impl Outbox {
    pub(super) fn put(&mut self, events: Vec<NewEvent>) {
        self.put += events.len() as u64;
        self.waiting.extend(events);
    }

    /// Ever put in.
    pub(super) fn count(&self) -> u64 {
        self.put
    }

    /// How many of them, from the first on, are done.
    pub(super) fn done(&self) -> u64 {
        self.done
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= EVENTS_WAITING_MAX
    }

    /// The next commit's events. They stay here until [`Outbox::committed`].
    pub(super) fn batch(&self) -> Arc<[NewEvent]> {
        let most = if self.alone > 0 { 1 } else { BATCH_EVENTS_MAX };
        self.waiting.iter().take(most).cloned().collect()
    }

    /// The first `events` are in the database.
    pub(super) fn committed(&mut self, events: usize) {
        self.failures = 0;
        self.drop_first(events);
    }

    /// The first `events` could not be committed; `refused` when they never can.
    pub(super) fn failed(&mut self, events: usize, refused: bool) -> Next {
        if refused && events > 1 {
            self.alone = events;
            return Next::OneByOne;
        }
        if refused {
            self.drop_first(events);
            return Next::Refused;
        }
        let (first_ms, longest_ms) = RETRY_MS;
        let wait_ms = first_ms.saturating_mul(1 << self.failures.min(16)).min(longest_ms);
        self.failures += 1;
        Next::RetryAfter(wait_ms)
    }

    /// Whether the last commit failed.
    pub(super) fn is_failing(&self) -> bool {
        self.failures > 0
    }

    fn drop_first(&mut self, events: usize) {
        self.waiting.drain(..events.min(self.waiting.len()));
        self.alone = self.alone.saturating_sub(events);
        self.done += events as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Millis;
    use crate::domain::id::AccountId;

    fn event(at: i64) -> NewEvent {
        NewEvent {
            account_id: AccountId(1),
            name: "call:end",
            at: Millis(at),
            order_key: "x".to_owned(),
            reconciled: false,
            data: serde_json::Value::Null,
        }
    }

    #[test]
    fn a_failed_batch_stays_and_the_wait_grows() {
        let mut outbox = Outbox::default();
        outbox.put((0..3).map(event).collect());
        let waits: Vec<_> = (0..8).map(|_| outbox.failed(3, false)).collect();
        let expected = [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000].map(Next::RetryAfter);
        assert_eq!(waits, expected);
        assert_eq!((outbox.batch().len(), outbox.done()), (3, 0));
        outbox.committed(3);
        assert!(outbox.is_empty() && !outbox.is_failing());
    }

    #[test]
    fn an_event_that_is_refused_takes_no_other_with_it() {
        let mut outbox = Outbox::default();
        outbox.put((0..4).map(event).collect());
        assert_eq!(outbox.failed(3, true), Next::OneByOne);
        assert_eq!(outbox.batch().len(), 1);
        outbox.committed(1);
        assert_eq!(outbox.failed(1, true), Next::Refused);
        assert_eq!(outbox.batch()[0].at, Millis(2));
        outbox.committed(1);
        assert_eq!((outbox.batch().len(), outbox.batch()[0].at, outbox.done()), (1, Millis(3), 3));
    }
}
