//! How often a pass came to what, since ccgate started.

use std::sync::atomic::{AtomicU64, Ordering};

use super::report::{Outcome, Report};

/// Passes by outcome, and their steps.
#[derive(Debug, Default)]
pub struct Rounds {
    outcomes: [AtomicU64; Outcome::ENDED.len()],
    done: AtomicU64,
    failed: AtomicU64,
}

impl Rounds {
    /// How many passes came out so.
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.place(outcome).map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// Steps that were done.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Steps that were not.
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self, report: &Report) {
        if let Some(count) = self.place(report.outcome) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.done.fetch_add(report.healed as u64, Ordering::Relaxed);
        self.failed.fetch_add(report.failed.len() as u64, Ordering::Relaxed);
    }

    fn place(&self, outcome: Outcome) -> Option<&AtomicU64> {
        Outcome::ENDED.iter().position(|ended| *ended == outcome).map(|place| &self.outcomes[place])
    }
}
