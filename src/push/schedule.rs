//! When a delivery that failed is tried again. Pure.

/// How long after each failed attempt the next one is, in milliseconds. After the last of these attempts has failed too, the delivery is dead.
pub const DELAYS_MS: [i64; 7] = [5_000, 30_000, 120_000, 600_000, 3_600_000, 10_800_000, 28_800_000];

/// The most that jitter adds, in percent of the delay.
pub const JITTER_MAX_PERCENT: i64 = 20;

/// The longest a customer's `Retry-After` is followed, jitter included, in milliseconds: a day.
pub const RETRY_AFTER_MAX_MS: i64 = 86_400_000;

/// Milliseconds from the failure of attempt `attempt` (the first is 1) to the next one; none when it was the last.
///
/// Never earlier than the table says, nor than `retry_after_ms`, nor later than [`RETRY_AFTER_MAX_MS`]. `jitter` is any number: it is spread over
/// 0 to [`JITTER_MAX_PERCENT`] of the delay, which is added.
pub fn delay_ms(attempt: u32, retry_after_ms: Option<i64>, jitter: u32) -> Option<i64> {
    let index = usize::try_from(attempt).ok()?.checked_sub(1)?;
    let planned = *DELAYS_MS.get(index)?;
    let asked = retry_after_ms.unwrap_or(0).clamp(0, RETRY_AFTER_MAX_MS);
    let base = planned.max(asked);
    let most = base * JITTER_MAX_PERCENT / 100;
    Some((base + i64::from(jitter) * most / i64::from(u32::MAX)).min(RETRY_AFTER_MAX_MS))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn without_jitter_it_is_the_table_and_then_the_end() {
        let delays: Vec<_> = (1..).map_while(|attempt| delay_ms(attempt, None, 0)).collect();
        assert_eq!(delays, DELAYS_MS);
        assert_eq!(delay_ms(8, None, 0), None);
        assert_eq!(delay_ms(u32::MAX, Some(1), 0), None);
    }

    #[test]
    fn retry_after_puts_it_off_and_never_forward() {
        assert_eq!(delay_ms(1, Some(60_000), 0), Some(60_000));
        assert_eq!(delay_ms(3, Some(60_000), 0), Some(120_000));
        assert_eq!(delay_ms(1, Some(i64::MAX), 0), Some(RETRY_AFTER_MAX_MS));
        assert_eq!(delay_ms(1, Some(-5), 0), Some(5_000));
    }

    proptest! {
        #[test]
        fn jitter_only_adds(attempt in 1_u32..=7, asked in proptest::option::of(any::<i64>()), jitter: u32) {
            let least = delay_ms(attempt, asked, 0).unwrap();
            let got = delay_ms(attempt, asked, jitter).unwrap();
            prop_assert!(got >= least);
            prop_assert!(got <= least + least * JITTER_MAX_PERCENT / 100);
            prop_assert!(got <= RETRY_AFTER_MAX_MS);
        }
    }
}
