//! An agent's state, and the rules by which it changes.
//!
//! Every change is a function from the state to the next state and the events that tell of it; a change that changes nothing gives none.
//! The service makes it true on the switch, then commits state and events together.

mod one_queue;
mod star_code;

use std::collections::{BTreeMap, BTreeSet};

use super::event::{AgentEvent, Source};
use super::id::{AccountId, DeviceId, PauseId, QueueId, UserId};
use super::queue::{Mode, Standing};
use super::text::Label;
use crate::clock::Millis;

/// What should be true of one agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// The user it is.
    pub user_id: UserId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The phone it is checked in on; none when checked out.
    pub device_id: Option<DeviceId>,
    /// When it checked in.
    pub checked_in_at: Option<Millis>,
    /// Why it takes no calls.
    pub pause_id: Option<PauseId>,
    /// Since when.
    pub paused_at: Option<Millis>,
    /// The words with which it was paused, where there were any.
    pub pause_note: Option<Label>,
    /// The queues that it is paused in, apart from that, with the words. It is joined to none of them.
    pub paused_in: BTreeMap<QueueId, Option<Label>>,
    /// The queues it is joined to; empty when checked out.
    pub joined: BTreeSet<QueueId>,
    /// The queues of modes 3 and 4 that it joins when their hours begin: those it was joined to when they ended, or would have been at check-in.
    pub awaited: BTreeSet<QueueId>,
    /// Where it checks in, forced, when the call that stands in the way has ended: its own, or that of the agent who sits there.
    pub move_to: Option<DeviceId>,
    /// Who asked for that.
    pub move_by: Source,
    /// Until when it is in wrap-up, where the API set it; otherwise mod_callcenter's own rule holds (trap 5).
    pub wrap_up_until: Option<Millis>,
    /// How often this wrap-up was extended.
    pub snoozes: u32,
    /// Since when its phone cannot be reached, because it is not registered: it is offered nothing meanwhile, paused or not.
    pub unreachable_since: Option<Millis>,
    /// Counts the commits of this row: a change that was worked out from an older one is worked out again.
    pub version: i64,
}

/// Why a change is refused. All but [`Refusal::QueueNotAllowed`] are conflicts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Checked in elsewhere.
    #[error("the user is checked in on another device; check out first or send forceCheckOut=1")]
    OnAnotherDevice,
    /// Somebody else sits there.
    #[error("another agent is checked in on this device; send forceCheckOut=1 to check them out")]
    DeviceTaken,
    /// In a call.
    #[error("the agent is in a call; wait for its end or send forceCheckOut=1, which takes effect then")]
    InCall,
    /// Needs a check-in.
    #[error("the agent is not checked in")]
    NotCheckedIn,
    /// No more snoozes.
    #[error("this wrap-up has been extended as often as max_snooze allows")]
    SnoozesUsedUp,
    /// Not joined.
    #[error("the agent is not joined to queue {0}")]
    NotJoined(QueueId),
    /// A membership of mode 4.
    #[error("the agent always serves queue {0}; change its membership first")]
    AlwaysServes(QueueId),
    /// A queue alone cannot be resumed.
    #[error("the agent is paused in all queues; unpause it without a queue")]
    PausedInAll,
    /// Not assigned, or not for the agent itself to join.
    #[error("queue {0} may not be joined: the agent is not assigned to it, or only a supervisor may join them")]
    QueueNotAllowed(QueueId),
    /// There is nothing that it would serve.
    #[error("there is no queue that the agent may join by itself")]
    NothingToJoin,
    /// The membership is limited to hours, and it is not one of them.
    #[error("queue {queue} can be joined in its hours only: {hours}")]
    OutsideHours {
        /// The queue.
        queue: QueueId,
        /// The hours, in words.
        hours: String,
    },
}

/// A worked-out change: the state after it and what to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The state after it.
    pub after: Agent,
    /// In the order in which they are told; empty when nothing changed.
    pub events: Vec<AgentEvent>,
}

impl Change {
    /// That nothing changes.
    pub fn none(agent: &Agent) -> Self {
        Self { after: agent.clone(), events: Vec::new() }
    }
}

impl Agent {
    /// An agent that was never checked in.
    pub fn new(account_id: AccountId, user_id: UserId) -> Self {
        Self {
            user_id,
            account_id,
            device_id: None,
            checked_in_at: None,
            pause_id: None,
            paused_at: None,
            pause_note: None,
            paused_in: BTreeMap::new(),
            joined: BTreeSet::new(),
            awaited: BTreeSet::new(),
            move_to: None,
            move_by: Source::Api,
            wrap_up_until: None,
            snoozes: 0,
            unreachable_since: None,
            version: 0,
        }
    }

    /// Whether it is checked in.
    pub fn online(&self) -> bool {
        self.device_id.is_some()
    }

    /// Whether it is checked in and joined to a queue.
    pub fn serves(&self) -> bool {
        self.online() && !self.joined.is_empty()
    }

    /// Whether callers may be offered to it, wrap-up aside.
    pub fn takes_offers(&self) -> bool {
        self.online() && self.pause_id.is_none() && self.unreachable_since.is_none()
    }

    /// Checks in on a device that is free. Pauses end; queues of modes 3 and 4 are joined, at once or when their hours begin.
    #[must_use]
    pub fn check_in(&self, device: DeviceId, device_name: &str, memberships: &[Standing], now: Millis) -> Change {
        if self.device_id == Some(device) {
            return Change::none(self);
        }
        let Change { after: left, mut events } = self.check_out();
        let awaited = memberships.iter().filter(|one| one.mode().joins_at_check_in()).map(|one| one.queue_id()).collect();
        let entered = Self { device_id: Some(device), checked_in_at: Some(now), awaited, ..left };
        events.push(AgentEvent::CheckIn { user_id: self.user_id, device_id: device, device_name: device_name.to_owned() });
        events.push(entered.status());
        let joined = entered.settle(memberships);
        events.extend(joined.events);
        Change { after: joined.after, events }
    }

    /// Checks out: leaves every queue, ends a pause.
    #[must_use]
    pub fn check_out(&self) -> Change {
        let mut after = Self::new(self.account_id, self.user_id);
        after.version = self.version;
        let mut events = Vec::new();
        if self.online() {
            if !self.joined.is_empty() {
                events.push(AgentEvent::Leave { user_id: self.user_id, queues: self.joined.iter().copied().collect() });
            }
            events.push(AgentEvent::CheckOut { user_id: self.user_id });
            events.push(after.status());
        }
        Change { after, events }
    }

    /// Pauses for a reason, or makes available again. Needs no check-in to end a pause.
    ///
    /// # Errors
    /// [`Refusal::NotCheckedIn`] when there is nothing to pause.
    pub fn set_pause(&self, pause: Option<PauseId>, now: Millis) -> Result<Change, Refusal> {
        if self.pause_id == pause {
            return Ok(Change::none(self));
        }
        let Some(pause) = pause else { return Ok(self.resume()) };
        if !self.online() {
            return Err(Refusal::NotCheckedIn);
        }
        let after = Self { pause_id: Some(pause), paused_at: Some(now), pause_note: None, ..self.clone() };
        Ok(Change { events: vec![after.status()], after })
    }

    /// Ends a pause, if it is in one.
    #[must_use]
    pub fn resume(&self) -> Change {
        if self.pause_id.is_none() {
            return Change::none(self);
        }
        let after = Self { pause_id: None, paused_at: None, pause_note: None, ..self.clone() };
        Change { events: vec![after.status()], after }
    }

    /// Its phone can be reached from now on, or can no longer. A pause stays as it is.
    #[must_use]
    pub fn reach(&self, reachable: bool, now: Millis) -> Change {
        let Some(device_id) = self.device_id.filter(|_| reachable == self.unreachable_since.is_some()) else { return Change::none(self) };
        let after = Self { unreachable_since: (!reachable).then_some(now), ..self.clone() };
        let told = AgentEvent::Reachable { user_id: self.user_id, device_id, reachable: u8::from(reachable) };
        Change { after, events: vec![told] }
    }

    /// Joins exactly `wanted`: leaves the others, but for those of mode 4. A supervisor may join queues of mode 2. What is awaited stays awaited,
    /// as it cannot be asked for now, unless nothing at all is wanted. A pause in a queue that is joined, or left, is over.
    ///
    /// # Errors
    /// [`Refusal::NotCheckedIn`]; [`Refusal::QueueNotAllowed`] and [`Refusal::OutsideHours`] when one may not be joined, and then nothing changes.
    pub fn set_queues(&self, wanted: &BTreeSet<QueueId>, memberships: &[Standing], supervisor: bool) -> Result<Change, Refusal> {
        if !self.online() {
            return Err(Refusal::NotCheckedIn);
        }
        let standing = |queue: QueueId| memberships.iter().find(|one| one.queue_id() == queue);
        for &queue in wanted {
            self.may_join(queue, standing(queue), supervisor)?;
        }
        let always = |queue: &&QueueId| standing(**queue).is_some_and(|one| one.mode() == Mode::Always);
        let mut next = self.clone();
        next.paused_in.retain(|queue, _| !wanted.contains(queue) && always(&queue));
        let joined: BTreeSet<_> = wanted.iter().chain(self.joined.iter().filter(always)).copied().collect();
        let stays = |queue: &&QueueId| !joined.contains(*queue) && (!wanted.is_empty() || always(queue));
        let awaited = self.awaited.iter().filter(stays).copied().collect();
        Ok(next.join_exactly(joined, awaited))
    }

    /// The state as its memberships stand now, after one of them changed or the hours of one began or ended: queues that it no longer has, of mode
    /// 0 or outside their hours are left, those of mode 4 joined, and those that were left because of their hours joined again.
    #[must_use]
    pub fn settle(&self, memberships: &[Standing]) -> Change {
        if !self.online() {
            return Change::none(self);
        }
        let (mut joined, mut awaited, mut next) = (BTreeSet::new(), BTreeSet::new(), Self { paused_in: BTreeMap::new(), ..self.clone() });
        for one in memberships {
            let (queue, comes_back) = (one.queue_id(), one.mode().joins_at_check_in());
            if let Some(note) = self.paused_in.get(&queue).filter(|_| one.mode() != Mode::Off) {
                next.paused_in.insert(queue, note.clone());
                continue;
            }
            let awaits = comes_back && (one.mode() == Mode::Always || self.awaited.contains(&queue));
            if one.mode() == Mode::Off || !(awaits || self.joined.contains(&queue)) {
                continue;
            }
            match &one.closed {
                None => drop(joined.insert(queue)),
                Some(_) if comes_back => drop(awaited.insert(queue)),
                Some(_) => {}
            }
        }
        next.join_exactly(joined, awaited)
    }

    /// When its pause ends by itself, where the pause lasts at most `max_seconds`; 0 for any time.
    pub fn pause_ends_at(&self, max_seconds: u32) -> Option<Millis> {
        let began = self.pause_id.and(self.paused_at).filter(|_| max_seconds > 0)?;
        Some(began.plus_ms(i64::from(max_seconds) * 1_000))
    }

    fn may_join(&self, queue: QueueId, standing: Option<&Standing>, supervisor: bool) -> Result<(), Refusal> {
        let one = standing.filter(|one| match one.mode() {
            Mode::Off => false,
            Mode::Supervised => supervisor || self.joined.contains(&queue) || self.paused_in.contains_key(&queue),
            Mode::Free | Mode::Default | Mode::Always => true,
        });
        match one.map(|one| &one.closed) {
            None => Err(Refusal::QueueNotAllowed(queue)),
            Some(Some(hours)) => Err(Refusal::OutsideHours { queue, hours: hours.clone() }),
            Some(None) => Ok(()),
        }
    }

    fn join_exactly(&self, joined: BTreeSet<QueueId>, awaited: BTreeSet<QueueId>) -> Change {
        let user_id = self.user_id;
        let (newly, left): (Vec<_>, Vec<_>) =
            (joined.difference(&self.joined).copied().collect(), self.joined.difference(&joined).copied().collect());
        let mut events = Vec::new();
        if !left.is_empty() {
            events.push(AgentEvent::Leave { user_id, queues: left });
        }
        if !newly.is_empty() {
            events.push(AgentEvent::Join { user_id, queues: newly });
        }
        Change { after: Self { joined, awaited, ..self.clone() }, events }
    }

    /// `agent:status` for this state.
    pub fn status(&self) -> AgentEvent {
        let calls = u8::from(self.online());
        AgentEvent::Status { user_id: self.user_id, activity_id: calls, pause_id: self.pause_id.map_or(0, |id| id.0), in_calls: calls }
    }
}

/// Who and what stands in the way of a check-in on a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Obstacles {
    /// The user is in a call.
    pub user_in_call: bool,
    /// Another agent is checked in on the device.
    pub device_taken: bool,
    /// That agent is in a call.
    pub occupant_in_call: bool,
}

/// What a check-in on a device comes to: the table of the contract, whichever way it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// The user is there already.
    Nothing,
    /// It may check in now; `evict` says that the other agent is checked out first.
    Now {
        /// Whether another agent is checked out.
        evict: bool,
    },
    /// It holds from the end of the call.
    AfterCall,
}

/// Decides a check-in of `agent` on `device`.
///
/// # Errors
/// The conflict, where `force` was not given.
pub fn admit(agent: &Agent, device: DeviceId, obstacles: Obstacles, force: bool) -> Result<Admission, Refusal> {
    if agent.device_id == Some(device) {
        return Ok(Admission::Nothing);
    }
    let in_call = obstacles.user_in_call || obstacles.occupant_in_call;
    if force {
        return Ok(if in_call { Admission::AfterCall } else { Admission::Now { evict: obstacles.device_taken } });
    }
    if in_call {
        return Err(Refusal::InCall);
    }
    if agent.online() {
        return Err(Refusal::OnAnotherDevice);
    }
    if obstacles.device_taken {
        return Err(Refusal::DeviceTaken);
    }
    Ok(Admission::Now { evict: false })
}

#[cfg(test)]
#[path = "agent_tests.rs"]
mod tests;
