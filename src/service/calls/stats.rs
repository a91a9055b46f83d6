//! What the task counts.

use std::sync::atomic::AtomicU64;

use crate::domain::call::Milestone;

/// What the task has done since the start.
#[derive(Debug, Default)]
pub struct CallStats {
    /// Facts of legs.
    pub leg_facts: AtomicU64,
    /// Events committed, in the order of [`Milestone::ALL`].
    pub told: [AtomicU64; Milestone::ALL.len()],
    /// All events committed.
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
