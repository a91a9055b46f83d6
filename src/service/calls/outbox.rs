//! Changes of legs on their way to the database. No IO.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use crate::domain::call::Leg;
use crate::domain::event::NewEvent;

/// Changes in one commit.
pub const BATCH_CHANGES_MAX: usize = 256;
/// Changes that may wait for a commit; with more, nothing is taken from the switch's feed, which then counts what it loses.
pub const CHANGES_WAITING_MAX: usize = 100_000;
/// The wait before a failed commit is tried again, in milliseconds: the first, and the longest; it doubles in between.
const RETRY_MS: (u64, u64) = (100, 5_000);

/// What a fact came to: what is told of the leg, and the leg after it. They are committed together or not at all.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    pub(super) leg: Arc<Leg>,
    /// None when only a stay in a queue changed.
    pub(super) events: Vec<NewEvent>,
}

/// What goes into one commit.
#[derive(Debug, Default, PartialEq)]
pub struct Batch {
    /// Told, in order.
    pub events: Vec<NewEvent>,
    /// The legs that they tell of, each once, as it is after them.
    pub legs: Vec<Arc<Leg>>,
}

/// Changes in their order, and how far they are.
#[derive(Debug)]
pub(super) struct Outbox {
    /// See [`CHANGES_WAITING_MAX`].
    most: usize,
    waiting: VecDeque<Change>,
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
    /// Try again now: the changes go one by one.
    OneByOne,
    /// The one change of the batch was given up: the database will never take it.
    Refused,
}

impl Outbox {
    /// One in which at most so many changes wait.
    pub(super) fn of(most: usize) -> Self {
        Self { most, waiting: VecDeque::new(), put: 0, done: 0, alone: 0, failures: 0 }
    }

    pub(super) fn put(&mut self, changes: Vec<Change>) {
        self.put += changes.len() as u64;
        self.waiting.extend(changes);
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
        self.waiting.len() >= self.most
    }

    /// The next commit, and how many changes it takes. They stay here until [`Outbox::committed`].
    pub(super) fn batch(&self) -> (usize, Arc<Batch>) {
        let most = if self.alone > 0 { 1 } else { BATCH_CHANGES_MAX };
        let count = self.waiting.len().min(most);
        let mut batch = Batch::default();
        let mut written = HashSet::new();
        // Of a leg that changed more than once only the last is written.
        for change in self.waiting.iter().take(count).rev() {
            if written.insert(change.leg.id()) {
                batch.legs.push(Arc::clone(&change.leg));
            }
        }
        batch.legs.reverse();
        batch.events.extend(self.waiting.iter().take(count).flat_map(|change| change.events.iter().cloned()));
        (count, Arc::new(batch))
    }

    /// The first `changes` are in the database.
    pub(super) fn committed(&mut self, changes: usize) {
        self.failures = 0;
        self.drop_first(changes);
    }

    /// The first `changes` could not be committed; `refused` when they never can.
    pub(super) fn failed(&mut self, changes: usize, refused: bool) -> Next {
        if refused && changes > 1 {
            self.alone = changes;
            return Next::OneByOne;
        }
        if refused {
            self.drop_first(changes);
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

    fn drop_first(&mut self, changes: usize) {
        self.waiting.drain(..changes.min(self.waiting.len()));
        self.alone = self.alone.saturating_sub(changes);
        self.done += changes as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Millis;
    use crate::domain::call::LegId;
    use crate::domain::id::AccountId;

    fn change(leg: &str, at: i64) -> Change {
        let (order_key, data) = (leg.to_owned(), serde_json::Value::Null.into());
        let event = NewEvent { account_id: AccountId(1), name: "call:end", at: Millis(at), order_key, reconciled: false, data };
        Change { leg: Arc::new(Leg::new(LegId::new(leg))), events: vec![event] }
    }

    fn first_at(outbox: &Outbox) -> Millis {
        outbox.batch().1.events[0].at
    }

    #[test]
    fn a_failed_batch_stays_and_the_wait_grows() {
        let mut outbox = Outbox::of(CHANGES_WAITING_MAX);
        outbox.put((0..3).map(|at| change("x", at)).collect());
        let waits: Vec<_> = (0..8).map(|_| outbox.failed(3, false)).collect();
        let expected = [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000].map(Next::RetryAfter);
        assert_eq!(waits, expected);
        assert_eq!((outbox.batch().0, outbox.done()), (3, 0));
        outbox.committed(3);
        assert!(outbox.is_empty() && !outbox.is_failing());
    }

    #[test]
    fn a_change_that_is_refused_takes_no_other_with_it() {
        let mut outbox = Outbox::of(CHANGES_WAITING_MAX);
        outbox.put((0..4).map(|at| change("x", at)).collect());
        assert_eq!(outbox.failed(3, true), Next::OneByOne);
        assert_eq!(outbox.batch().0, 1);
        outbox.committed(1);
        assert_eq!(outbox.failed(1, true), Next::Refused);
        assert_eq!(first_at(&outbox), Millis(2));
        outbox.committed(1);
        assert_eq!((outbox.batch().0, first_at(&outbox), outbox.done()), (1, Millis(3), 3));
    }

    #[test]
    fn a_leg_is_written_once_a_commit() {
        let mut outbox = Outbox::of(CHANGES_WAITING_MAX);
        outbox.put(vec![change("a", 1), change("b", 2), change("a", 3)]);
        let (count, batch) = outbox.batch();
        let legs: Vec<_> = batch.legs.iter().map(|leg| leg.id().as_str()).collect();
        assert_eq!((count, batch.events.len(), legs), (3, 3, vec!["b", "a"]));
    }
}
