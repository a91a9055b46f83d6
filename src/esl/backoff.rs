//! How long to wait before connecting again: full jitter under a doubling ceiling. Pure; the caller brings the randomness.

use rand::{Rng, RngExt};

/// Waits that double up to a cap, each drawn evenly between nothing and its ceiling, so that many clients do not come back in step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    base_ms: u64,
    cap_ms: u64,
    attempt: u32,
}

impl Backoff {
    /// The first wait is at most `base_ms`, none is longer than `cap_ms`.
    pub fn new(base_ms: u64, cap_ms: u64) -> Self {
        Self { base_ms, cap_ms, attempt: 0 }
    }

    /// The longest that the next wait can be, in milliseconds.
    pub fn ceiling_ms(&self) -> u64 {
        let factor = 1_u64.checked_shl(self.attempt).unwrap_or(u64::MAX);
        self.base_ms.saturating_mul(factor).min(self.cap_ms)
    }

    /// The next wait, in milliseconds.
    pub fn next_ms(&mut self, rng: &mut impl Rng) -> u64 {
        let wait_ms = rng.random_range(0..=self.ceiling_ms());
        self.attempt = self.attempt.saturating_add(1);
        wait_ms
    }

    /// Starts over: the connection was good for a while.
    pub fn reset(&mut self) {
        self.attempt = 0;
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn ceilings_double_up_to_the_cap_for_ever() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut backoff = Backoff::new(100, 5000);
        let mut ceilings = Vec::new();
        for _ in 0..200 {
            let ceiling_ms = backoff.ceiling_ms();
            assert!(backoff.next_ms(&mut rng) <= ceiling_ms);
            ceilings.push(ceiling_ms);
        }
        assert_eq!(ceilings.get(..8), Some(&[100, 200, 400, 800, 1600, 3200, 5000, 5000][..]));
        assert_eq!(ceilings.last(), Some(&5000));
        backoff.reset();
        assert_eq!(backoff.ceiling_ms(), 100);
    }

    #[test]
    fn a_seed_repeats_and_waits_spread() {
        let waits = |seed| {
            let (mut rng, mut backoff) = (StdRng::seed_from_u64(seed), Backoff::new(100, 5000));
            (0..50).map(|_| backoff.next_ms(&mut rng)).collect::<Vec<_>>()
        };
        assert_eq!(waits(7), waits(7));
        assert_ne!(waits(7), waits(8));
        let capped = waits(7).split_off(6);
        assert!(capped.iter().any(|wait| *wait < 1500) && capped.iter().any(|wait| *wait > 3500), "{capped:?}");
    }
}
