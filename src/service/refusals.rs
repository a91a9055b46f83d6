//! Calls outside that were not let out: each is counted, and the account is told, but not of each, or who tries a thousand numbers would fill the
//! database.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::json;

use super::Service;
use crate::clock::Millis;
use crate::domain::call::LegId;
use crate::domain::event::{NewEvent, REFUSED};
use crate::domain::number::DialNumber;
use crate::domain::{AccountId, DeviceId, UserId};
use crate::store;

/// How long one user's refusals for one reason are told once, in milliseconds.
const TOLD_EVERY_MS: i64 = 60_000;
/// Users and reasons that are remembered for that; of more, refusals are counted only.
const TOLD_MAX: usize = 1_000;
/// Why a call is refused, in the words of metrics and events.
pub const REASONS: [&str; 10] = [
    "premium",
    "international",
    "unlisted",
    "night",
    "calls_at_once",
    "calls_per_second",
    "minutes_per_day",
    DO_NOT_CALL,
    DIAL_RULE,
    UNKNOWN,
];
/// The number is on the account's list.
pub(super) const DO_NOT_CALL: &str = "do_not_call";
/// The dial rule denies it.
pub const DIAL_RULE: &str = "dial_rule";
/// What decides could not be asked.
pub(super) const UNKNOWN: &str = "unknown";

/// A call that was not let out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Whose.
    pub account: AccountId,
    /// The call's first leg.
    pub call: LegId,
    /// The phone that dialled, or that is outside.
    pub device: Option<DeviceId>,
    /// Who is at it.
    pub user: Option<UserId>,
    /// What was dialled.
    pub number: DialNumber,
    /// One of [`REASONS`].
    pub reason: &'static str,
}

/// Whose calls are refused, and for which reason.
type Who = (AccountId, Option<UserId>, &'static str);

/// What was refused so far.
#[derive(Debug, Default)]
pub struct Refusals {
    counts: [AtomicU64; REASONS.len()],
    told: Mutex<HashMap<Who, Told>>,
}

/// When something was last told, and how often it was refused since.
#[derive(Debug)]
struct Told {
    at: Millis,
    since: u64,
}

impl Refusals {
    /// How many calls were refused for each of [`REASONS`].
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        REASONS.into_iter().zip(self.counts.each_ref().map(|count| count.load(Ordering::Relaxed)))
    }

    /// Counts one; how many are to be told, if it is time to.
    fn count(&self, refused: &Refused, now: Millis) -> Option<u64> {
        if let Some(at) = REASONS.iter().position(|reason| *reason == refused.reason) {
            self.counts[at].fetch_add(1, Ordering::Relaxed);
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (refused.account, refused.user, refused.reason);
        if let Some(known) = told.get_mut(&key) {
            known.since += 1;
            if now.since(known.at) < TOLD_EVERY_MS {
                return None;
            }
            known.at = now;
            return Some(std::mem::take(&mut known.since));
        }
        if told.len() >= TOLD_MAX {
            told.retain(|_, known| now.since(known.at) < TOLD_EVERY_MS);
        }
        (told.len() < TOLD_MAX).then(|| {
            told.insert(key, Told { at: now, since: 0 });
            1
        })
    }
}

impl Service {
    /// What was refused so far.
    pub fn refusals(&self) -> &Refusals {
        &self.0.refusals
    }

    /// Counts a call that was not let out, and tells of it in a task of its own: whoever dialled is answered at once.
    pub fn refused(&self, refused: &Refused) {
        let now = self.clock().now();
        let Some(count) = self.0.refusals.count(refused, now) else { return };
        let event = NewEvent {
            account_id: refused.account,
            name: REFUSED,
            at: now,
            order_key: refused.call.to_string(),
            reconciled: false,
            data: json!({
                "user_id": refused.user,
                "device_id": refused.device,
                "number": refused.number,
                "reason": refused.reason,
                "count": count,
            })
            .into(),
        };
        let service = self.clone();
        tokio::spawn(async move {
            let told = service.store().write(move |conn| Box::pin(async move { store::event::append(conn, &[event]).await }));
            if let Err(error) = told.await {
                tracing::warn!(%error, "a refused call could not be told");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(user: i64, reason: &'static str) -> Refused {
        let number = DialNumber::parse("1900123456").unwrap();
        Refused { account: AccountId(1), call: LegId::new("a"), device: None, user: Some(UserId(user)), number, reason }
    }

    #[test]
    fn once_a_minute_for_a_user_and_a_reason() {
        let refusals = Refusals::default();
        let count = |user, reason, now| refusals.count(&refused(user, reason), Millis(now));
        assert_eq!(count(1, "premium", 0), Some(1));
        assert_eq!((count(1, "premium", 1), count(1, "premium", 59_999)), (None, None));
        assert_eq!((count(2, "premium", 2), count(1, "night", 2)), (Some(1), Some(1)), "another user, another reason");
        assert_eq!(count(1, "premium", 60_000), Some(3), "with those that were not told");
        assert_eq!(count(1, "premium", 119_999), None);
        let counted: Vec<_> = refusals.counts().filter(|(_, count)| *count > 0).collect();
        assert_eq!(counted, [("premium", 6), ("night", 1)]);
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let refusals = Refusals::default();
        let most = i64::try_from(TOLD_MAX).unwrap();
        for user in 0..most {
            assert_eq!(refusals.count(&refused(user, "premium"), Millis(0)), Some(1));
        }
        assert_eq!(refusals.count(&refused(most, "premium"), Millis(1)), None);
        assert_eq!(refusals.count(&refused(most, "premium"), Millis(TOLD_EVERY_MS)), Some(1), "the others are forgotten");
    }
}
