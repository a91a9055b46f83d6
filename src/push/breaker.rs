//! When an address is left alone. Pure.
//!
//! A dead address costs an attempt's whole wait each time, and a place that others could use. So after some failures in a row, of whichever
//! events, it is sent one event at a time and no oftener than now and then, until one is taken. Meanwhile the others wait where they are:
//! their attempts are not used up.

use crate::clock::Millis;
use crate::store::endpoint::Breaker;

/// Failures in a row after which an address is left alone.
pub const FAILURES_MAX: u32 = 10;
/// How long it is left alone between one attempt and the next, in milliseconds.
pub const PROBE_WAIT_MS: i64 = 10_000;

/// What an attempt that ended at `now` makes of it; none for an address that is well.
pub fn after(before: Option<Breaker>, delivered: bool, now: Millis) -> Option<Breaker> {
    if delivered {
        return None;
    }
    let failures = before.map_or(0, |before| before.failures).saturating_add(1);
    let opened_at = before.and_then(|before| before.opened_at).or((failures >= FAILURES_MAX).then_some(now));
    Some(Breaker { failures, opened_at, probe_at: now.plus_ms(PROBE_WAIT_MS) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_failures_in_a_row_and_closes_with_a_success() {
        let failed = |before, at| after(before, false, Millis(at));
        let mut breaker = None;
        for at in 1..10 {
            breaker = failed(breaker, at);
            assert_eq!(breaker.map(|breaker| (breaker.failures, breaker.opened_at)), Some((u32::try_from(at).unwrap(), None)));
        }
        assert_eq!(after(breaker, true, Millis(10)), None);
        breaker = failed(breaker, 10);
        assert_eq!(breaker, Some(Breaker { failures: 10, opened_at: Some(Millis(10)), probe_at: Millis(10_010) }));
        breaker = failed(breaker, 20_000);
        assert_eq!(breaker, Some(Breaker { failures: 11, opened_at: Some(Millis(10)), probe_at: Millis(30_000) }), "open since the first");
        assert_eq!(after(breaker, true, Millis(40_000)), None);
    }
}
