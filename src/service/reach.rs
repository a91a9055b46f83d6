//! Since when phones can be reached, as far as it was heard.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::Millis;

/// The most phones that are remembered; the switch has no more users than the database.
const PHONES_MAX: usize = 100_000;

/// By `user@domain` in lower case.
#[derive(Debug, Default)]
pub(super) struct Reach(Mutex<HashMap<String, Millis>>);

impl Reach {
    /// A phone registered, again or for the first time, or can no longer be reached.
    pub(super) fn heard(&self, user: &str, domain: &str, reachable: bool, at: Millis) {
        let mut phones = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !reachable {
            phones.remove(&key(user, domain));
        } else if phones.len() < PHONES_MAX {
            phones.entry(key(user, domain)).or_insert(at);
        }
    }

    /// Since when it can be reached.
    pub(super) fn since(&self, user: &str, domain: &str) -> Option<Millis> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key(user, domain)).copied()
    }
}

fn key(user: &str, domain: &str) -> String {
    format!("{user}@{domain}").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refreshed_registration_is_no_new_one() {
        let reach = Reach::default();
        reach.heard("1001", "lab.local", true, Millis(1));
        reach.heard("1001", "LAB.local", true, Millis(2));
        assert_eq!(reach.since("1001", "lab.local"), Some(Millis(1)));
        reach.heard("1001", "lab.local", false, Millis(3));
        assert_eq!(reach.since("1001", "lab.local"), None);
    }
}
