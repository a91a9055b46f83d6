//! What a client counts.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::histogram::Histogram;

/// What the client of one switch has done since the start.
#[derive(Debug)]
pub struct ClientCounts {
    /// From the moment a command of somebody who waits was written to its answer, in seconds.
    pub user_seconds: Histogram,
    /// The same of the commands of a bulk.
    pub bulk_seconds: Histogram,
    /// Commands that had no answer in time.
    pub late: AtomicU64,
    /// Connections made.
    pub connections: AtomicU64,
}

/// What came over the connection for events since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedCounts {
    /// Events that the consumer has, or that wait for it.
    pub events: u64,
    /// Events that it was too slow for, or that could not be read.
    pub lost: u64,
    /// The gaps in their place.
    pub gaps: u64,
}

/// Limits of the ranges in which times of commands are counted, in seconds: from a command that looks something up to the one that is given up.
const SECONDS: [f64; 11] = [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

impl Default for ClientCounts {
    fn default() -> Self {
        let seconds = || Histogram::new(SECONDS);
        Self { user_seconds: seconds(), bulk_seconds: seconds(), late: AtomicU64::new(0), connections: AtomicU64::new(0) }
    }
}
