//! Changes of agents, committed with the events that tell of them.

use crate::clock::Millis;
use crate::domain::agent::Change;
use crate::domain::{AccountId, Agent, QueueId, UserId};
use crate::service::{Result, Service};
use crate::store::{self, Conn};

/// An agent before and after a commit.
#[derive(Clone, Debug)]
pub struct Saved {
    /// As it was.
    pub before: Agent,
    /// As it is, with its new version.
    pub after: Agent,
}

/// Writes a change and its events. None when there is nothing to write.
pub async fn save_in(conn: &mut Conn, before: Agent, change: Change, now: Millis) -> Result<Option<Saved>, store::Error> {
    if change.after == before && change.events.is_empty() {
        return Ok(None);
    }
    let version = store::agent::save(conn, &change.after).await?;
    let events: Vec<_> = change.events.iter().map(|event| event.at(before.account_id, now)).collect();
    store::event::append(conn, &events).await?;
    Ok(Some(Saved { before, after: Agent { version, ..change.after } }))
}

/// A change that nobody is told of.
pub fn quiet(after: Agent) -> Change {
    Change { after, events: Vec::new() }
}

/// Checks an agent out, as part of a change of configuration.
pub async fn check_out_in(conn: &mut Conn, account: AccountId, user: UserId, now: Millis) -> Result<Option<Saved>> {
    let before = store::agent::get(conn, account, user).await?;
    let change = before.check_out();
    Ok(save_in(conn, before, change, now).await?)
}

/// Lets an agent leave what it may not serve any more and join what it always serves.
pub async fn memberships_changed_in(conn: &mut Conn, account: AccountId, user: UserId, now: Millis) -> Result<Option<Saved>> {
    let before = store::agent::get(conn, account, user).await?;
    let memberships = store::membership::of_user(conn, account, user).await?;
    let change = before.memberships_changed(&memberships);
    Ok(save_in(conn, before, change, now).await?)
}

/// Lets every agent that is joined to a queue leave it: the queue goes.
pub async fn leave_queue_in(conn: &mut Conn, account: AccountId, queue: QueueId, now: Millis) -> Result<()> {
    for before in store::agent::list(conn, account).await? {
        if before.joined.contains(&queue) {
            let memberships = store::membership::of_user(conn, account, before.user_id).await?;
            let rest: Vec<_> = memberships.into_iter().filter(|membership| membership.queue_id != queue).collect();
            let change = before.memberships_changed(&rest);
            save_in(conn, before, change, now).await?;
        }
    }
    Ok(())
}

impl Service {
    /// Tells the dialplan who sits where, right after a commit.
    pub(in crate::service) fn publish<'a>(&self, saved: impl Iterator<Item = &'a Saved>) {
        for Saved { after, .. } in saved {
            self.reconciler().presence().set(after.user_id, after.device_id, after.version);
            if after.move_to.is_some() {
                self.0.waiting.some(after.account_id);
            }
        }
    }
}
