//! What became of attempts since the start.

use std::sync::atomic::{AtomicU64, Ordering};

use super::dispatch::Tally;

/// Attempts by what they came to; counted when they are recorded.
#[derive(Debug, Default)]
pub struct Counts {
    /// See [`Tally::delivered`].
    pub delivered: AtomicU64,
    /// See [`Tally::failed`].
    pub failed: AtomicU64,
    /// See [`Tally::dead`].
    pub dead: AtomicU64,
    /// See [`Tally::gone`].
    pub gone: AtomicU64,
}

impl Counts {
    pub(super) fn add(&self, tally: Tally) {
        let Tally { delivered, failed, dead, gone } = tally;
        for (count, more) in [(&self.delivered, delivered), (&self.failed, failed), (&self.dead, dead), (&self.gone, gone)] {
            count.fetch_add(more.into(), Ordering::Relaxed);
        }
    }
}
