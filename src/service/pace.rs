//! How much an account does within a time that slides along: calls outside that begin, requests.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::clock::Millis;
use crate::domain::AccountId;

/// When everything of the last window began, by account.
#[derive(Debug)]
pub struct Pace {
    window_ms: i64,
    accounts: Mutex<HashMap<AccountId, VecDeque<Millis>>>,
}

/// How an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Whether it may, and was counted.
    pub fits: bool,
    /// How many more may begin.
    pub left: u32,
    /// When the oldest that counts does so no longer, and there is room for another.
    pub next_at: Millis,
}

impl Pace {
    /// With windows of so many milliseconds.
    pub fn new(window_ms: i64) -> Self {
        Self { window_ms, accounts: Mutex::default() }
    }

    /// How many began within the last window.
    pub fn count(&self, account: AccountId, now: Millis) -> u32 {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = |began: &VecDeque<Millis>| began.iter().filter(|began| now.since(**began) < self.window_ms).count();
        accounts.get(&account).map_or(0, |began| u32::try_from(recent(began)).unwrap_or(u32::MAX))
    }

    /// Lets something begin when fewer than `most` began within the last window, and counts it.
    pub fn begin(&self, account: AccountId, most: u32, now: Millis) -> Turn {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let began = accounts.entry(account).or_default();
        // What began later than now began before the clock was put back.
        while began.front().is_some_and(|first| now.since(*first) >= self.window_ms || *first > now) {
            began.pop_front();
        }
        let left = |began: &VecDeque<Millis>| most.saturating_sub(u32::try_from(began.len()).unwrap_or(u32::MAX));
        let fits = left(began) > 0;
        if fits {
            began.push_back(now);
        }
        Turn { fits, left: left(began), next_at: began.front().copied().unwrap_or(now).plus_ms(self.window_ms) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_slides() {
        let (pace, account) = (Pace::new(1_000), AccountId(1));
        let turn = |fits, left, next_at| Turn { fits, left, next_at: Millis(next_at) };
        assert_eq!(pace.begin(account, 2, Millis(0)), turn(true, 1, 1_000));
        assert_eq!(pace.begin(account, 2, Millis(600)), turn(true, 0, 1_000));
        assert_eq!(pace.begin(account, 2, Millis(999)), turn(false, 0, 1_000));
        assert!(pace.begin(AccountId(2), 2, Millis(999)).fits);
        assert_eq!(pace.begin(account, 2, Millis(1_000)), turn(true, 0, 1_600));
        assert!(!pace.begin(account, 2, Millis(1_599)).fits);
        assert_eq!(pace.begin(account, 2, Millis(1_600)), turn(true, 0, 2_000));
        assert_eq!(pace.begin(account, 2, Millis(-9_000)), turn(true, 1, -8_000), "the clock was put back");
        assert_eq!(pace.begin(AccountId(3), 0, Millis(0)), turn(false, 0, 1_000));
    }
}
