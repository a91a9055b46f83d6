//! The only place that reads the wall clock.
//!
//! Everything that needs "now" is given a [`Clock`], so that a test can make its own and move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Serialize};

/// A point in time: milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// Whole seconds since the Unix epoch, rounded down: the unit of every `ts` a customer sees.
    pub fn epoch_s(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This point in time, `ms` milliseconds later (earlier when negative).
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this; 0 when `earlier` is later.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).max(0)
    }
}

/// Where "now" comes from: the machine, or a test that moves it by hand.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `start` until it is moved with [`Clock::advance_ms`].
    pub fn manual(start: Millis) -> Self {
        Self(Some(Arc::new(AtomicI64::new(start.0))))
    }

    /// The current time.
    pub fn now(&self) -> Millis {
        match &self.0 {
            Some(made) => Millis(made.load(Ordering::SeqCst)),
            #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
            None => Millis(jiff::Timestamp::now().as_millisecond()),
        }
    }

    /// Moves a manual clock; the machine's clock is left alone.
    pub fn advance_ms(&self, ms: i64) {
        if let Some(made) = &self.0 {
            made.fetch_add(ms, Ordering::SeqCst);
        }
    }
}
