//! How many calls outside begin within a second.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::clock::Millis;
use crate::domain::AccountId;

/// The window, in milliseconds.
const WINDOW_MS: i64 = 1_000;

/// When the calls of the last second began, by account.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<HashMap<AccountId, VecDeque<Millis>>>);

impl Pace {
    /// Lets a call begin when fewer than `per_second` began within the last second, and counts it.
    pub(super) fn begin(&self, account: AccountId, per_second: u32, now: Millis) -> bool {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let began = accounts.entry(account).or_default();
        while began.front().is_some_and(|first| now.since(*first) >= WINDOW_MS) {
            began.pop_front();
        }
        let fits = began.len() < usize::try_from(per_second).unwrap_or(usize::MAX);
        if fits {
            began.push_back(now);
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_slides() {
        let (pace, account) = (Pace::default(), AccountId(1));
        assert!(pace.begin(account, 2, Millis(0)) && pace.begin(account, 2, Millis(600)));
        assert!(!pace.begin(account, 2, Millis(999)) && pace.begin(AccountId(2), 2, Millis(999)));
        assert!(pace.begin(account, 2, Millis(1_000)) && !pace.begin(account, 2, Millis(1_599)));
        assert!(pace.begin(account, 2, Millis(1_600)));
        assert!(!pace.begin(AccountId(3), 0, Millis(0)));
    }
}
