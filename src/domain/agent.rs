//! An agent's state, and the rules by which it changes.
//!
//! Every change is a function from the state to the next state and the events that tell of it; a change that changes nothing gives none.
//! The service makes it true on the switch, then commits state and events together.

use std::collections::BTreeSet;

use super::event::AgentEvent;
use super::id::{AccountId, DeviceId, PauseId, QueueId, UserId};
use super::queue::{Membership, Mode};
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
    /// The queues it is joined to; empty when checked out.
    pub joined: BTreeSet<QueueId>,
    /// Where it checks in, forced, when the call that stands in the way has ended: its own, or that of the agent who sits there.
    pub move_to: Option<DeviceId>,
    /// Until when it is in wrap-up, where the API set it; otherwise mod_callcenter's own rule holds (trap 5).
    pub wrap_up_until: Option<Millis>,
    /// How often this wrap-up was extended.
    pub snoozes: u32,
    /// Counts the commits of this row: a change that was worked out from an older one is worked out again.
    pub version: i64,
}

/// Why a change is refused. All but the last two are conflicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
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
    /// Not assigned, or not for the agent itself to join.
    #[error("queue {0} may not be joined: the agent is not assigned to it, or only a supervisor may join them")]
    QueueNotAllowed(QueueId),
}

/// A worked-out change: the state after it and what to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The state after it.
    pub after: Agent,
    /// In the order in which they are told; empty when nothing changed.
    pub events: Vec<AgentEvent>,
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
            joined: BTreeSet::new(),
            move_to: None,
            wrap_up_until: None,
            snoozes: 0,
            version: 0,
        }
    }

    /// Whether it is checked in.
    pub fn online(&self) -> bool {
        self.device_id.is_some()
    }

    /// Checks in on a device that is free. Pauses end; queues of modes 3 and 4 are joined.
    #[must_use]
    pub fn check_in(&self, device: DeviceId, device_name: &str, memberships: &[Membership], now: Millis) -> Change {
        if self.device_id == Some(device) {
            return Change { after: self.clone(), events: Vec::new() };
        }
        let left = self.check_out();
        let joined: BTreeSet<_> = memberships.iter().filter(|m| m.mode.joins_at_check_in()).map(|m| m.queue_id).collect();
        let after = Self { device_id: Some(device), checked_in_at: Some(now), joined: joined.clone(), ..left.after };
        let mut events = left.events;
        events.push(AgentEvent::CheckIn { user_id: self.user_id, device_id: device, device_name: device_name.to_owned() });
        events.push(after.status());
        if !joined.is_empty() {
            events.push(AgentEvent::Join { user_id: self.user_id, queues: joined.into_iter().collect() });
        }
        Change { after, events }
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
            return Ok(Change { after: self.clone(), events: Vec::new() });
        }
        if !self.online() {
            return Err(Refusal::NotCheckedIn);
        }
        let after = Self { pause_id: pause, paused_at: pause.map(|_| now), ..self.clone() };
        let events = vec![after.status()];
        Ok(Change { after, events })
    }

    /// Joins exactly `wanted`: leaves the others, but for those of mode 4. A supervisor may join queues of mode 2.
    ///
    /// # Errors
    /// [`Refusal::NotCheckedIn`]; [`Refusal::QueueNotAllowed`] when one may not be joined, and then nothing changes.
    pub fn set_queues(&self, wanted: &BTreeSet<QueueId>, memberships: &[Membership], supervisor: bool) -> Result<Change, Refusal> {
        if !self.online() {
            return Err(Refusal::NotCheckedIn);
        }
        let mode_of = |queue: QueueId| memberships.iter().find(|m| m.queue_id == queue).map(|m| m.mode);
        for &queue in wanted {
            let allowed = match mode_of(queue) {
                None | Some(Mode::Off) => false,
                Some(Mode::Supervised) => supervisor || self.joined.contains(&queue),
                Some(Mode::Free | Mode::Default | Mode::Always) => true,
            };
            if !allowed {
                return Err(Refusal::QueueNotAllowed(queue));
            }
        }
        let stays = |queue: &&QueueId| mode_of(**queue) == Some(Mode::Always);
        let target: BTreeSet<_> = wanted.iter().chain(self.joined.iter().filter(stays)).copied().collect();
        Ok(self.join_exactly(target))
    }

    /// The state after its memberships changed: queues that it no longer has, or of mode 0, are left, those of mode 4 joined.
    #[must_use]
    pub fn memberships_changed(&self, memberships: &[Membership]) -> Change {
        if !self.online() {
            return Change { after: self.clone(), events: Vec::new() };
        }
        let keeps = |m: &&Membership| m.mode == Mode::Always || (m.mode != Mode::Off && self.joined.contains(&m.queue_id));
        self.join_exactly(memberships.iter().filter(keeps).map(|m| m.queue_id).collect())
    }

    fn join_exactly(&self, target: BTreeSet<QueueId>) -> Change {
        let user_id = self.user_id;
        let joined: Vec<_> = target.difference(&self.joined).copied().collect();
        let left: Vec<_> = self.joined.difference(&target).copied().collect();
        let mut events = Vec::new();
        if !left.is_empty() {
            events.push(AgentEvent::Leave { user_id, queues: left });
        }
        if !joined.is_empty() {
            events.push(AgentEvent::Join { user_id, queues: joined });
        }
        Change { after: Self { joined: target, ..self.clone() }, events }
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
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_000);

    fn member(queue: i64, mode: Mode) -> Membership {
        Membership { user_id: UserId(7), queue_id: QueueId(queue), mode, position: 1, level: 1, timegroup_id: None }
    }

    fn online(queues: &[i64]) -> Agent {
        Agent {
            device_id: Some(DeviceId(1)),
            joined: queues.iter().map(|&id| QueueId(id)).collect(),
            ..Agent::new(AccountId(1), UserId(7))
        }
    }

    fn names(change: &Change) -> Vec<&'static str> {
        change.events.iter().map(AgentEvent::name).collect()
    }

    #[test]
    fn check_in_joins_the_queues_of_modes_3_and_4_only() {
        let modes = [Mode::Off, Mode::Free, Mode::Supervised, Mode::Default, Mode::Always];
        let memberships: Vec<_> = (0..).zip(modes).map(|(id, mode)| member(id, mode)).collect();
        let change = Agent::new(AccountId(1), UserId(7)).check_in(DeviceId(1), "Desk", &memberships, NOW);
        assert_eq!(names(&change), ["agent:checkin", "agent:status", "queue:join"]);
        assert_eq!(change.after.joined, BTreeSet::from([QueueId(3), QueueId(4)]));
        assert_eq!(change.after.check_in(DeviceId(1), "Desk", &memberships, NOW).events, []);
    }

    #[test]
    fn a_move_tells_of_the_check_out_first() {
        let change = online(&[3]).check_in(DeviceId(2), "Hot desk", &[member(3, Mode::Default)], NOW);
        assert_eq!(names(&change), ["queue:leave", "agent:checkout", "agent:status", "agent:checkin", "agent:status", "queue:join"]);
    }

    #[test]
    fn set_queues_keeps_mode_4_and_refuses_all_or_nothing() {
        let memberships = [member(1, Mode::Free), member(2, Mode::Supervised), member(4, Mode::Always)];
        let agent = online(&[1, 4]);
        let all_left = agent.set_queues(&BTreeSet::new(), &memberships, false).unwrap();
        assert_eq!(all_left.after.joined, BTreeSet::from([QueueId(4)]));
        assert_eq!(names(&all_left), ["queue:leave"]);
        let with_supervised = BTreeSet::from([QueueId(1), QueueId(2)]);
        assert_eq!(agent.set_queues(&with_supervised, &memberships, false), Err(Refusal::QueueNotAllowed(QueueId(2))));
        assert_eq!(names(&agent.set_queues(&with_supervised, &memberships, true).unwrap()), ["queue:join"]);
        let unknown = BTreeSet::from([QueueId(9)]);
        assert_eq!(agent.set_queues(&unknown, &memberships, true), Err(Refusal::QueueNotAllowed(QueueId(9))));
    }

    #[test]
    fn a_pause_is_told_once_and_another_reason_changes_it() {
        let paused = online(&[]).set_pause(Some(PauseId(2)), NOW).unwrap();
        assert_eq!(names(&paused), ["agent:status"]);
        assert_eq!(paused.after.set_pause(Some(PauseId(2)), NOW).unwrap().events, []);
        assert_eq!(names(&paused.after.set_pause(Some(PauseId(3)), NOW).unwrap()), ["agent:status"]);
        assert_eq!(Agent::new(AccountId(1), UserId(7)).set_pause(Some(PauseId(2)), NOW), Err(Refusal::NotCheckedIn));
    }

    #[test]
    fn the_contracts_table_of_check_ins() {
        let here = DeviceId(1);
        let out = Agent::new(AccountId(1), UserId(7));
        let elsewhere = Agent { device_id: Some(DeviceId(2)), ..out.clone() };
        let free = Obstacles::default();
        let taken = Obstacles { device_taken: true, ..free };
        let in_call = Obstacles { user_in_call: true, ..free };
        let rows = [
            (&online(&[]), in_call, Ok(Admission::Nothing), Ok(Admission::Nothing)),
            (&out, free, Ok(Admission::Now { evict: false }), Ok(Admission::Now { evict: false })),
            (&elsewhere, free, Err(Refusal::OnAnotherDevice), Ok(Admission::Now { evict: false })),
            (&out, taken, Err(Refusal::DeviceTaken), Ok(Admission::Now { evict: true })),
            (&elsewhere, in_call, Err(Refusal::InCall), Ok(Admission::AfterCall)),
            (&out, Obstacles { occupant_in_call: true, ..taken }, Err(Refusal::InCall), Ok(Admission::AfterCall)),
        ];
        for (agent, obstacles, plain, forced) in rows {
            assert_eq!(admit(agent, here, obstacles, false), plain);
            assert_eq!(admit(agent, here, obstacles, true), forced);
        }
    }
}
