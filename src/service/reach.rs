//! Since when phones can be reached, as far as it was heard.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use crate::clock::Millis;

/// The most phones that are remembered; the switch has no more users than the database.
const PHONES_MAX: usize = 100_000;

/// By `user@domain` in lower case.
#[derive(Debug, Default)]
pub(super) struct Reach(Mutex<Phones>);

#[derive(Debug, Default)]
struct Phones {
    since: HashMap<String, Millis>,
    /// Those that were heard to go.
    lost: HashSet<String>,
}

impl Reach {
    /// A phone registered, again or for the first time, or can no longer be reached. Whether that is news: one that was never heard to go is not
    /// back.
    pub(super) fn heard(&self, user: &str, domain: &str, reachable: bool, at: Millis) -> bool {
        let (phone, mut phones) = (key(user, domain), self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if !reachable {
            phones.since.remove(&phone);
            return phones.lost.len() < PHONES_MAX && phones.lost.insert(phone);
        }
        let back = phones.lost.remove(&phone);
        if phones.since.len() < PHONES_MAX {
            phones.since.entry(phone).or_insert(at);
        }
        back
    }

    /// Since when it can be reached.
    pub(super) fn since(&self, user: &str, domain: &str) -> Option<Millis> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).since.get(&key(user, domain)).copied()
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
        assert!(!reach.heard("1001", "lab.local", true, Millis(1)));
        assert!(!reach.heard("1001", "LAB.local", true, Millis(2)));
        assert_eq!(reach.since("1001", "lab.local"), Some(Millis(1)));
        assert!(reach.heard("1001", "lab.local", false, Millis(3)) && !reach.heard("1001", "lab.local", false, Millis(4)));
        assert_eq!(reach.since("1001", "lab.local"), None);
        assert!(reach.heard("1001", "lab.local", true, Millis(5)) && !reach.heard("1001", "lab.local", true, Millis(6)));
    }
}
