//! How often a phone may dial codes that are wrong: there are only ten thousand of them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::Millis;
use crate::domain::DeviceId;

/// Wrong codes within the window, after which the phone has to wait for its end.
const WRONG_MAX: u32 = 5;
/// How long they count, in milliseconds.
const WINDOW_MS: i64 = 5 * 60 * 1_000;
/// Phones that are remembered; those whose window is over are forgotten first.
const DEVICES_MAX: usize = 10_000;

/// Wrong codes by phone.
#[derive(Debug, Default)]
pub(in crate::service) struct WrongCodes(Mutex<HashMap<DeviceId, Window>>);

#[derive(Clone, Copy, Debug)]
struct Window {
    since: Millis,
    count: u32,
}

impl WrongCodes {
    /// Whether the phone has to wait.
    pub(in crate::service) fn blocked(&self, device: DeviceId, now: Millis) -> bool {
        let windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        windows.get(&device).is_some_and(|window| now.since(window.since) < WINDOW_MS && window.count >= WRONG_MAX)
    }

    /// A wrong one was dialled.
    pub(in crate::service) fn wrong(&self, device: DeviceId, now: Millis) {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= DEVICES_MAX {
            windows.retain(|_, window| now.since(window.since) < WINDOW_MS);
        }
        let window = windows.entry(device).or_insert(Window { since: now, count: 0 });
        if now.since(window.since) >= WINDOW_MS {
            *window = Window { since: now, count: 0 };
        }
        window.count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_wrong_codes_block_a_phone_for_a_while() {
        let (codes, phone, other) = (WrongCodes::default(), DeviceId(1), DeviceId(2));
        for _ in 0..WRONG_MAX {
            assert!(!codes.blocked(phone, Millis(0)));
            codes.wrong(phone, Millis(0));
        }
        assert!(codes.blocked(phone, Millis(WINDOW_MS - 1)) && !codes.blocked(other, Millis(0)));
        assert!(!codes.blocked(phone, Millis(WINDOW_MS)));
        codes.wrong(phone, Millis(WINDOW_MS));
        assert!(!codes.blocked(phone, Millis(WINDOW_MS)));
    }
}
