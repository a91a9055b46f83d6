//! What the database says after attempts: many in one job.

use std::collections::BTreeMap;

use serde_json::json;

use super::deliver::{Failure, Outcome};
use super::dispatch::Tally;
use super::{breaker, schedule};
use crate::clock::Millis;
use crate::domain::event::{NewEvent, PUSH_DISABLED, PUSH_FAILING, PUSH_RECOVERED};
use crate::store::delivery::{self, Attempt, Due, Then};
use crate::store::endpoint::{self, Address, Standing};
use crate::store::{Conn, Error, event};

/// Attempts in one job.
pub(super) const ATTEMPTS_MAX: usize = 256;

/// Why nothing is sent to an address any more.
const GONE: &str = "the address answered 410 Gone";

/// An attempt that was made.
pub(super) struct Sent {
    pub(super) due: Due,
    /// Where it went: the account may have another address by now.
    pub(super) url: String,
    pub(super) outcome: Outcome,
    pub(super) begun_at: Millis,
    pub(super) ended_at: Millis,
}

/// Records attempts, in the order in which they ended, and what they say of their addresses; and whether anything is due by that, now or later.
pub(super) async fn record(conn: &mut Conn, sent: &[Sent]) -> Result<(Tally, bool), Error> {
    let attempts: Vec<_> = sent.iter().map(Sent::attempt).collect();
    let mut has_more_due = delivery::record(conn, &attempts).await? || attempts.iter().any(|attempt| attempt.then != Then::Done);
    let mut by_address: BTreeMap<Address, Vec<&Sent>> = BTreeMap::new();
    for one in sent {
        by_address.entry(one.due.address).or_default().push(one);
    }
    let addresses: Vec<_> = by_address.keys().copied().collect();
    for before in endpoint::standings(conn, &addresses).await? {
        let to_it = by_address.remove(&before.address).unwrap_or_default();
        has_more_due |= before.breaker.is_some();
        judge(conn, &before, &to_it).await?;
    }
    let mut tally = Tally::default();
    for (one, attempt) in sent.iter().zip(&attempts) {
        *match (&one.outcome, attempt.then) {
            (Outcome::Delivered(_), _) => &mut tally.delivered,
            (Outcome::Gone, _) => &mut tally.gone,
            (_, Then::Dead) => &mut tally.dead,
            _ => &mut tally.failed,
        } += 1;
    }
    Ok((tally, has_more_due))
}

/// Notes how an address does after these attempts, and tells of a change. What went to another address says nothing of this one.
async fn judge(conn: &mut Conn, before: &Standing, sent: &[&Sent]) -> Result<(), Error> {
    let to_this = || sent.iter().filter(|sent| before.url.as_ref() == Some(&sent.url));
    let mut events = Vec::new();
    if let Some(gone) = to_this().find(|sent| sent.outcome == Outcome::Gone)
        && endpoint::disable(conn, before.address, gone.ended_at, GONE).await?
    {
        events.push(gone.tells(PUSH_DISABLED, json!({"reason": GONE})));
    }
    let mut now = before.breaker;
    for sent in to_this().filter(|sent| sent.outcome != Outcome::Gone) {
        let was_open = now.is_some_and(|breaker| breaker.opened_at.is_some());
        now = breaker::after(now, matches!(sent.outcome, Outcome::Delivered(_)), sent.ended_at);
        match now {
            None if was_open => events.push(sent.tells(PUSH_RECOVERED, json!({}))),
            Some(open) if open.opened_at.is_some() && !was_open => {
                events.push(sent.tells(PUSH_FAILING, json!({"failures": open.failures, "reason": sent.error()})));
            }
            _ => {}
        }
    }
    if now != before.breaker {
        endpoint::set_breaker(conn, before.address, now).await?;
    }
    if now.is_none() && events.iter().any(|event| event.name == PUSH_RECOVERED) {
        // What was given hours to wait while the address was dead.
        endpoint::send_at_once(conn, before.address).await?;
    }
    event::append(conn, &events).await
}

impl Sent {
    fn attempt(&self) -> Attempt {
        let then = match &self.outcome {
            Outcome::Delivered(_) => Then::Done,
            // Kept: whether it is sent again is the address's matter.
            Outcome::Gone => Then::RetryAt(self.ended_at),
            Outcome::Failed { retry_after_ms, .. } => {
                let delay_ms = schedule::delay_ms(self.due.attempts.saturating_add(1), *retry_after_ms, rand::random());
                delay_ms.map_or(Then::Dead, |ms| Then::RetryAt(self.ended_at.plus_ms(ms)))
            }
        };
        let status = match self.outcome {
            Outcome::Delivered(status) | Outcome::Failed { failure: Failure::Status(status), .. } => Some(status),
            Outcome::Gone => Some(410),
            Outcome::Failed { .. } => None,
        };
        Attempt {
            account_id: self.due.address.account_id,
            seq: self.due.seq,
            at: self.begun_at,
            duration_ms: self.ended_at.since(self.begun_at),
            status,
            error: self.error(),
            then,
        }
    }

    fn error(&self) -> Option<String> {
        match &self.outcome {
            Outcome::Delivered(_) => None,
            Outcome::Gone => Some("status 410".to_owned()),
            Outcome::Failed { failure, .. } => Some(failure.to_string()),
        }
    }

    /// An event about the address.
    fn tells(&self, name: &'static str, data: serde_json::Value) -> NewEvent {
        let address = self.due.address;
        tracing::warn!(account = %address.account_id, hook = ?address.hook_id, event = name, "the state of an address for events has changed");
        of_address(address, name, self.ended_at, data)
    }
}

/// An event about an address: `hook_id` says which, where it is not the account's own.
pub(super) fn of_address(address: Address, name: &'static str, at: Millis, mut data: serde_json::Value) -> NewEvent {
    if let Some(hook) = address.hook_id {
        data["hook_id"] = json!(hook);
    }
    NewEvent { account_id: address.account_id, name, at, order_key: "push".to_owned(), reconciled: false, data: data.into() }
}
