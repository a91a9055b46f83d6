//! Deliveries that were committed just now and may start at once, handed over in memory, so that nobody has to look for them.
//!
//! What a job queues is noted while it runs, kept by the writer with the job's own result, and shown to the sender after the commit. It is a short
//! cut: the database has the same, and whoever is told that something is missing looks there.

use std::cell::RefCell;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::delivery::Due;

/// Deliveries that wait to be taken over; with more they are to be looked for.
pub const FRESH_MAX: usize = 4096;

tokio::task_local! {
    /// What the job that runs has queued.
    static QUEUED: RefCell<Vec<Due>>;
}

/// What was committed since the last time that somebody asked.
#[derive(Debug, Default)]
pub struct Fresh {
    /// In the order of commits.
    pub due: Vec<Due>,
    /// Whether there was more than could be kept.
    pub is_cut: bool,
}

/// Between the writer and the one who sends. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Handover(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    fresh: Fresh,
    /// Whether anybody takes it.
    is_wanted: bool,
}

impl Handover {
    /// These are committed.
    pub(super) fn put(&self, due: Vec<Due>) {
        let mut inner = self.lock();
        if !inner.is_wanted || inner.fresh.due.len() + due.len() > FRESH_MAX {
            inner.fresh = Fresh { due: Vec::new(), is_cut: true };
        } else {
            inner.fresh.due.extend(due);
        }
    }

    /// See [`super::Store::fresh`].
    pub(super) fn take(&self) -> Fresh {
        let mut inner = self.lock();
        inner.is_wanted = true;
        std::mem::take(&mut inner.fresh)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs a job, and gives what it queued.
pub(super) async fn during<T>(job: impl Future<Output = T>) -> (T, Vec<Due>) {
    let noting = async {
        let result = job.await;
        (result, QUEUED.with(RefCell::take))
    };
    QUEUED.scope(RefCell::default(), noting).await
}

/// The job that runs has queued these, and nothing is before them.
pub(super) fn note(due: impl Iterator<Item = Due>) {
    // Outside of the writer nobody hands anything over.
    let _outside = QUEUED.try_with(|queued| queued.borrow_mut().extend(due));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Millis;
    use crate::domain::AccountId;
    use crate::domain::event::Fields;
    use crate::store::endpoint::Address;

    fn due(count: i64) -> Vec<Due> {
        let one = |seq| Due {
            seq,
            event_id: String::new(),
            address: Address::own(AccountId(1)),
            name: String::new(),
            at: Millis(0),
            order_key: String::new(),
            reconciled: false,
            data: Fields::of(&()),
            attempts: 0,
            is_followed: false,
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn what_nobody_takes_is_not_kept() {
        let handover = Handover::default();
        handover.put(due(1));
        let first = handover.take();
        assert!(first.due.is_empty() && first.is_cut);
        handover.put(due(2));
        let next = handover.take();
        assert!(next.due == due(2) && !next.is_cut);
        let most = i64::try_from(FRESH_MAX).unwrap();
        handover.put(due(most));
        handover.put(due(1));
        let cut = handover.take();
        assert!(cut.due.is_empty() && cut.is_cut);
        assert!(!handover.take().is_cut);
    }
}
