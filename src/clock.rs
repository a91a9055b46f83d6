//! The only place that reads the wall clock.
//!
//! Everything that needs "now" is given a [`Clock`], so that a test can make its own and move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

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

/// Where "now" comes from. Clones go together.
#[derive(Clone, Debug, Default)]
pub struct Clock(Source);

#[derive(Clone, Debug, Default)]
enum Source {
    /// The machine.
    #[default]
    Machine,
    /// A test that moves it by hand.
    Hand(Arc<AtomicI64>),
    /// The machine, so many times as fast since a moment.
    Faster { since: Millis, speed: f64 },
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::Machine)
    }

    /// The machine's clock, which from now on goes `speed` times as fast.
    pub fn faster(speed: f64) -> Self {
        let machine = Self::system();
        // With the machine's own speed it follows the machine also when that is set.
        if (speed - 1.0).abs() < f64::EPSILON { machine } else { Self(Source::Faster { since: machine.now(), speed }) }
    }

    /// A clock that stands at `start` until it is moved with [`Clock::advance_ms`].
    pub fn manual(start: Millis) -> Self {
        Self(Source::Hand(Arc::new(AtomicI64::new(start.0))))
    }

    /// The current time.
    pub fn now(&self) -> Millis {
        match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
            Source::Machine => Millis(jiff::Timestamp::now().as_millisecond()),
            Source::Hand(made) => Millis(made.load(Ordering::SeqCst)),
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "the days of a lab, in milliseconds")]
            Source::Faster { since, speed } => since.plus_ms((Self::system().now().since(*since) as f64 * speed) as i64),
        }
    }

    /// How long a timer has to wait until it is `at`; a clock that is moved by hand may be there before.
    pub fn until(&self, at: Millis) -> Duration {
        let wait = Duration::from_millis(u64::try_from(at.since(self.now())).unwrap_or(0));
        match self.0 {
            Source::Faster { speed, .. } => wait.div_f64(speed),
            Source::Machine | Source::Hand(_) => wait,
        }
    }

    /// Moves a manual clock; the machine's clock is left alone.
    pub fn advance_ms(&self, ms: i64) {
        if let Source::Hand(made) = &self.0 {
            made.fetch_add(ms, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_a_timer_has_to_wait() {
        let minute = |clock: &Clock| clock.until(clock.now().plus_ms(60_000));
        let clock = Clock::manual(Millis(0));
        assert_eq!((minute(&clock), clock.until(Millis(-1))), (Duration::from_mins(1), Duration::ZERO));
        assert!(minute(&Clock::faster(60.0)) <= Duration::from_secs(1));
        assert!(Clock::faster(1.0).now() >= Clock::faster(0.01).now(), "a slower one falls behind");
    }
}
