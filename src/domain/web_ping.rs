//! Signs of life of an agent's page in a browser.

use crate::clock::Millis;

/// After so long without one, in milliseconds, the page is stale.
pub const STALE_MS: i64 = 60_000;

/// The last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebPing {
    /// As the page says it, in seconds since the epoch; kept as it came.
    pub ping_time: i64,
    /// Whether the page may use the microphone.
    pub mic_perm: bool,
    /// When it came, by our clock: what the page says does not keep it alive.
    pub heard_at: Millis,
}

impl WebPing {
    /// Whether too long has passed since.
    pub fn is_stale(&self, now: Millis) -> bool {
        now.since(self.heard_at) > STALE_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_is_not_too_long() {
        let ping = WebPing { ping_time: 9_999_999_999, mic_perm: true, heard_at: Millis(1_000) };
        assert!(!ping.is_stale(Millis(61_000)) && ping.is_stale(Millis(61_001)) && !ping.is_stale(Millis(0)));
    }
}
