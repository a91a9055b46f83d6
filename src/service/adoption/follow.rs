//! The database follows the switch, for agents that are not managed.

use std::collections::BTreeSet;

use crate::clock::Millis;
use crate::domain::agent::Change;
use crate::domain::event::Source;
use crate::domain::queue::Mode;
use crate::domain::{Agent, Membership, PauseId};
use crate::reconcile::Desired;
use crate::reconcile::follow::{Seen, seen};
use crate::service::agents::changes::{Saved, save_in};
use crate::service::agents::hours::standings;
use crate::service::{Error, Result, Service};
use crate::store::{self, Conn, Store};
use crate::switch::Observed;

impl Service {
    /// Commits what the switch shows of an agent, with the events that tell of it.
    pub(in crate::service) async fn follow(&self, seen: &Seen) -> Result<()> {
        let saved = follow(self.store(), seen).await?;
        self.publish(saved.iter());
        if saved.is_some() {
            // So that what should be is what was seen.
            self.reconciler().wake();
        }
        Ok(())
    }
}

/// The same without a ccgate that runs.
async fn follow(store: &Store, seen: &Seen) -> Result<Option<Saved>> {
    let (seen, now) = (seen.clone(), store.clock().now());
    store.write(move |conn| Box::pin(async move { follow_in(conn, &seen, now).await })).await
}

/// Has the database follow everything that was seen.
///
/// # Errors
/// The database's.
pub async fn follow_all(store: &Store, desired: &Desired, observed: &Observed) -> Result<()> {
    for seen in seen(desired, observed) {
        follow(store, &seen).await?;
    }
    Ok(())
}

async fn follow_in(conn: &mut Conn, seen: &Seen, now: Millis) -> Result<Option<Saved>> {
    let before = store::agent::get(conn, seen.account, seen.agent.user).await?;
    write_memberships(conn, seen).await?;
    let change = worked_out(conn, &before, seen, now).await?;
    Ok(save_in(conn, before, change, Source::Api, now).await?)
}

/// A tier that somebody set is a membership.
async fn write_memberships(conn: &mut Conn, seen: &Seen) -> Result<()> {
    let known = store::membership::of_user(conn, seen.account, seen.agent.user).await?;
    for (queue, tier) in &seen.tiers {
        let before = known.iter().find(|member| member.queue_id == *queue);
        if before.is_some_and(|member| (member.level, member.position) == (tier.level, tier.position)) {
            continue;
        }
        let (mode, timegroup_id) = before.map_or((Mode::Default, None), |member| (member.mode, member.timegroup_id));
        let (user_id, queue_id) = (seen.agent.user, *queue);
        let member = Membership { user_id, queue_id, mode, position: tier.position, level: tier.level, timegroup_id };
        store::membership::upsert(conn, seen.account, &member).await?;
    }
    Ok(())
}

/// What was seen, as the agent would have done it: check-in, queues, pause.
async fn worked_out(conn: &mut Conn, before: &Agent, seen: &Seen, now: Millis) -> Result<Change> {
    let Some(device) = seen.device else { return Ok(before.check_out()) };
    let taken = store::agent::on_device(conn, seen.account, device).await?.is_some_and(|agent| agent.user_id != seen.agent.user);
    if taken {
        // Two agents of one phone: here only one can sit there.
        return Ok(Change::none(before));
    }
    let phone = store::device::get(conn, seen.account, device).await?.ok_or(Error::NotFound("device"))?;
    let memberships = standings(conn, seen.account, seen.agent.user, now).await?;
    // As the switch offers to it, so does it count as reached.
    let Change { after, mut events } = before.reach(true, now);
    let checked_in = after.check_in(device, phone.name.as_str(), &memberships, now);
    events.extend(checked_in.events);
    let queues: BTreeSet<_> = seen.tiers.keys().copied().collect();
    let joined = checked_in.after.set_queues(&queues, &memberships, true)?;
    events.extend(joined.events);
    let pause = if seen.paused { default_pause(conn, seen).await? } else { None };
    let paused = match (pause, joined.after.pause_id) {
        (Some(_), Some(_)) => Change::none(&joined.after),
        (pause, _) => joined.after.set_pause(pause, now)?,
    };
    events.extend(paused.events);
    Ok(Change { after: paused.after, events })
}

/// The switch says no reason.
async fn default_pause(conn: &mut Conn, seen: &Seen) -> Result<Option<PauseId>> {
    let pauses = store::pause::list(conn, seen.account).await?;
    Ok(pauses.iter().find(|pause| pause.is_default).or(pauses.first()).map(|pause| pause.id))
}
