//! How long somebody has to wait who keeps failing to say who they are.

use crate::clock::Millis;

/// Failures that cost nothing.
const FREE: u32 = 5;
/// The first wait, in milliseconds; each further failure doubles it.
const FIRST_MS: i64 = 60_000;
/// More doublings are beyond the longest wait.
const DOUBLINGS_MAX: u32 = 6;
/// The longest wait, in milliseconds.
const LONGEST_MS: i64 = 60 * 60_000;
/// One failure is forgotten for each so many milliseconds without one. No shorter than the longest wait, so that nobody gains by it; but an
/// office behind one address, where somebody mistypes each morning, is not shut out in the end.
const FORGET_ONE_MS: i64 = LONGEST_MS;
/// All failures are forgotten so long after the last one, in milliseconds.
pub const FORGET_MS: i64 = 24 * 60 * 60_000;

/// The failures of one name or network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lockout {
    /// How many in a row.
    pub failures: u32,
    /// When the last one was.
    pub last_at: Millis,
}

impl Lockout {
    /// Milliseconds that are left to wait; none when it may try.
    pub fn wait_ms(self, now: Millis) -> Option<i64> {
        let doublings = self.failures.checked_sub(FREE)?;
        let wait_ms = LONGEST_MS.min(FIRST_MS << doublings.min(DOUBLINGS_MAX));
        // Not from the failure's time: a clock that was put back would make it later than now.
        Some(wait_ms - now.since(self.last_at)).filter(|&left_ms| left_ms > 0)
    }

    /// After another failure.
    #[must_use]
    pub fn failed(self, now: Millis) -> Self {
        let quiet_ms = now.since(self.last_at);
        let forgotten = u32::try_from(quiet_ms / FORGET_ONE_MS).unwrap_or(0);
        let before = if quiet_ms >= FORGET_MS { 0 } else { self.failures.saturating_sub(forgotten) };
        Self { failures: before.saturating_add(1), last_at: now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_attempt_waits_a_minute_and_each_later_one_twice_as_long_up_to_an_hour() {
        let (mut lockout, mut now) = (Lockout::default(), Millis(1_000_000));
        for _ in 0..FREE {
            assert_eq!(lockout.wait_ms(now), None);
            lockout = lockout.failed(now);
        }
        for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert_eq!(lockout.wait_ms(now), Some(minutes * 60_000));
            assert_eq!(lockout.wait_ms(now.plus_ms(minutes * 60_000 - 1)), Some(1));
            now = now.plus_ms(minutes * 60_000);
            assert_eq!(lockout.wait_ms(now), None);
            lockout = lockout.failed(now);
        }
        assert_eq!(lockout.wait_ms(now.plus_ms(-6 * LONGEST_MS)), Some(LONGEST_MS), "no longer when the clock is put back");
        assert_eq!(Lockout { failures: u32::MAX, last_at: now }.failed(now).wait_ms(now), Some(LONGEST_MS));
    }

    #[test]
    fn a_failure_is_forgotten_each_hour_and_all_after_a_day() {
        let many = Lockout { failures: 90, last_at: Millis(0) };
        assert_eq!(many.failed(Millis(FORGET_ONE_MS - 1)).failures, 91);
        assert_eq!(many.failed(Millis(2 * FORGET_ONE_MS)).failures, 89);
        assert_eq!(many.failed(Millis(FORGET_MS)).failures, 1);
        let mut office = Lockout::default();
        for morning in 1..100 {
            office = office.failed(Millis(morning * 23 * 60 * 60_000));
        }
        assert!(office.failures < FREE, "{office:?}");
    }
}
