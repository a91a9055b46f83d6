//! Changes of agents, committed with the events that tell of them.

use super::hours::standings;
use crate::clock::Millis;
use crate::domain::agent::Change;
use crate::domain::event::Source;
use crate::domain::{AccountId, Agent, QueueId, UserId, agent_span};
use crate::service::{Result, Service, hooks};
use crate::store::{self, Conn};

/// An agent before and after a commit.
#[derive(Clone, Debug)]
pub struct Saved {
    /// As it was.
    pub before: Agent,
    /// As it is, with its new version.
    pub after: Agent,
}

/// Writes a change, its events, those of the agent's own addresses, and what the agent is from now on for the statistics. None when there is nothing to write.
pub async fn save_in(conn: &mut Conn, before: Agent, change: Change, source: Source, now: Millis) -> Result<Option<Saved>, store::Error> {
    if change.after == before && change.events.is_empty() {
        return Ok(None);
    }
    let version = store::agent::save(conn, &change.after).await?;
    let spans = agent_span::changes(&before, &change.after, now);
    store::agent_span::apply(conn, before.account_id, before.user_id, &spans).await?;
    let events: Vec<_> = change.events.iter().map(|event| event.at(before.account_id, now)).collect();
    store::event::append(conn, &events).await?;
    hooks::tell(conn, &before, &change.after, source, now).await?;
    Ok(Some(Saved { before, after: Agent { version, ..change.after } }))
}

/// A change that nobody is told of.
pub fn quiet(after: Agent) -> Change {
    Change { after, events: Vec::new() }
}

/// Writes what a change of configuration comes to for an agent. Where that is nothing, its row moves on all the same: a live change that is being
/// worked out from what was before is worked out again.
async fn follow_in(conn: &mut Conn, before: Agent, change: Change, now: Millis) -> Result<Option<Saved>> {
    let (account, user) = (before.account_id, before.user_id);
    let saved = save_in(conn, before, change, Source::Api, now).await?;
    if saved.is_none() {
        store::agent::touch(conn, account, user).await?;
    }
    Ok(saved)
}

/// Checks an agent out, as part of a change of configuration.
pub async fn check_out_in(conn: &mut Conn, account: AccountId, user: UserId, now: Millis) -> Result<Option<Saved>> {
    let before = store::agent::get(conn, account, user).await?;
    let change = before.check_out();
    follow_in(conn, before, change, now).await
}

/// Lets an agent leave what it may not serve any more and join what it always serves.
pub async fn memberships_changed_in(conn: &mut Conn, account: AccountId, user: UserId, now: Millis) -> Result<Option<Saved>> {
    let before = store::agent::get(conn, account, user).await?;
    let change = before.settle(&standings(conn, account, user, now).await?);
    follow_in(conn, before, change, now).await
}

/// Ends every membership of a queue, and lets its agents leave it: the queue goes.
pub async fn leave_queue_in(conn: &mut Conn, account: AccountId, queue: QueueId, now: Millis) -> Result<Vec<Saved>> {
    let members = store::membership::of_queue(conn, account, queue).await?;
    store::membership::replace_for_queue(conn, account, queue, &[]).await?;
    let mut saved = Vec::new();
    for member in members {
        saved.extend(memberships_changed_in(conn, account, member.user_id, now).await?);
    }
    Ok(saved)
}

impl Service {
    /// Tells the dialplan who sits where, right after a commit.
    pub(in crate::service) fn publish<'a>(&self, saved: impl Iterator<Item = &'a Saved>) {
        for Saved { before, after } in saved {
            self.reconciler().presence().set(after.user_id, after.device_id, after.version);
            if after.move_to.is_some() {
                self.0.waiting.some(after.account_id);
            }
            let paused = after.paused_at.is_some() && after.paused_at != before.paused_at;
            if paused || after.wrap_up_until != before.wrap_up_until {
                self.look_at_the_time();
            }
        }
    }
}
