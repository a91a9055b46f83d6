//! Which phones can be reached. Events, listings and offers that fail only say that one has to look: what holds is what the switch answers when it
//! is asked for the phone, as an offer asks.

use std::collections::{HashMap, HashSet};
use std::future::pending;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::clock::Millis;
use crate::domain::UserId;

/// The most phones that are remembered; the switch has no more users than the database.
const PHONES_MAX: usize = 100_000;
/// A registration that expired is told of before it is gone. So a phone that can still be called is looked at a second time, after this.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Since when phones can be reached, as far as it was heard. By `user@domain` in lower case.
#[derive(Debug, Default)]
pub(super) struct Reach(Mutex<HashMap<String, Millis>>);

impl Reach {
    /// A phone registered, again or for the first time, or can no longer be reached. Whether that is news: a registration that was refreshed is not.
    pub(super) fn heard(&self, user: &str, domain: &str, reachable: bool, at: Millis) -> bool {
        let (phone, mut phones) = (key(user, domain), self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if !reachable {
            phones.remove(&phone);
            return true;
        }
        let is_news = !phones.contains_key(&phone);
        if phones.len() < PHONES_MAX {
            phones.entry(phone).or_insert(at);
        }
        is_news
    }

    /// Since when it can be reached.
    pub(super) fn since(&self, user: &str, domain: &str) -> Option<Millis> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key(user, domain)).copied()
    }
}

fn key(user: &str, domain: &str) -> String {
    format!("{user}@{domain}").to_ascii_lowercase()
}

/// Agents whose phones are to be looked at: those that came up together, together.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    now: HashSet<UserId>,
    again: HashSet<UserId>,
    again_at: Option<Instant>,
}

impl Doubts {
    /// The phone of this agent may have gone or come back.
    pub(super) fn agent(&mut self, user: UserId) {
        self.now.insert(user);
    }

    /// These were as they should be and are looked at once more.
    pub(super) fn again(&mut self, users: impl IntoIterator<Item = UserId>) {
        self.again.extend(users);
        if !self.again.is_empty() {
            self.again_at.get_or_insert_with(|| Instant::now() + AGAIN_AFTER);
        }
    }

    /// Waits until there are some, and takes them; with each whether this is its first look.
    pub(super) async fn due(&mut self) -> Vec<(UserId, bool)> {
        if self.now.is_empty() {
            match self.again_at {
                Some(at) => sleep_until(at).await,
                None => pending().await,
            }
            self.again_at = None;
            return self.again.drain().map(|user| (user, false)).collect();
        }
        self.now.drain().map(|user| (user, true)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refreshed_registration_is_no_new_one() {
        let reach = Reach::default();
        assert!(reach.heard("1001", "lab.local", true, Millis(1)), "nothing was known of it");
        assert!(!reach.heard("1001", "LAB.local", true, Millis(2)));
        assert_eq!(reach.since("1001", "lab.local"), Some(Millis(1)));
        assert!(reach.heard("1001", "lab.local", false, Millis(3)));
        assert_eq!(reach.since("1001", "lab.local"), None);
        assert!(reach.heard("1001", "lab.local", true, Millis(5)) && !reach.heard("1001", "lab.local", true, Millis(6)));
    }

    #[tokio::test(start_paused = true)]
    async fn phones_are_looked_at_together_and_once_more() {
        let mut doubts = Doubts::default();
        for _ in ["it goes", "it comes back"] {
            doubts.agent(UserId(1));
        }
        assert_eq!(doubts.due().await, [(UserId(1), true)]);
        let since = Instant::now();
        doubts.again([UserId(1)]);
        assert_eq!(doubts.due().await, [(UserId(1), false)]);
        assert_eq!(since.elapsed(), AGAIN_AFTER);
        assert!(tokio::time::timeout(AGAIN_AFTER, doubts.due()).await.is_err(), "twice is enough");
    }
}
