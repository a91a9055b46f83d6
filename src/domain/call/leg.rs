//! The state machine of a leg.

mod record;
mod stay;
mod told;

use serde::{Deserialize, Serialize};

pub use record::LegRecord;
use stay::Stays;
pub use stay::{STAYS_MAX, Stay};

use super::data::{CallData, CallState};
use super::fact::{CallType, Direction, LegFact, LegId, LegInfo, LegTimes, Role, What};
use super::milestone::Milestone;
use crate::clock::Millis;
use crate::domain::event::NewEvent;
use crate::domain::id::{AccountId, DeviceId, QueueId, UserId};

/// What is known of the legs around one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around<'a> {
    /// The first leg of its call, when that is another.
    pub first: Option<&'a LegInfo>,
    /// The leg that it is now bridged to.
    pub peer: Option<&'a LegInfo>,
    /// Whether the fact was worked out after a gap instead of heard.
    pub reconciled: bool,
}

/// One leg, as far as it is known. It is kept as JSON until it ends; a field that a later ccgate adds is empty in what an earlier one kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    id: LegId,
    #[serde(default)]
    info: LegInfo,
    #[serde(default)]
    times: LegTimes,
    #[serde(default)]
    rang_at: Option<Millis>,
    #[serde(default)]
    stays: Stays,
    /// Whether it spoke with somebody before it joined a queue: that was its answer, and no agent's is.
    #[serde(default)]
    answered_before: bool,
    /// The first leg of its call, as it was last known: it may be gone when this one ends.
    #[serde(default)]
    first: Option<Box<LegInfo>>,
    /// Phone and person of the leg that it was last bridged to.
    #[serde(default)]
    peer: Option<(Option<DeviceId>, Option<UserId>)>,
    #[serde(default)]
    with: Option<LegId>,
    #[serde(default)]
    held: bool,
    #[serde(default)]
    ended: Option<End>,
    #[serde(default)]
    destroyed: bool,
    /// The milestones that were told, as [`Milestone::bit`].
    #[serde(default)]
    told: u8,
    /// Whether one of them was worked out after a gap.
    #[serde(default)]
    reconciled: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct End {
    at: Millis,
    cause: String,
}

impl Leg {
    /// A leg of which nothing is known yet.
    pub fn new(id: LegId) -> Self {
        Self {
            id,
            info: LegInfo::default(),
            times: LegTimes::default(),
            rang_at: None,
            stays: Stays::default(),
            answered_before: false,
            first: None,
            peer: None,
            with: None,
            held: false,
            ended: None,
            destroyed: false,
            told: 0,
            reconciled: false,
        }
    }

    /// The state after a fact of this leg, and what is told because of it, in order.
    ///
    /// Nobody is told of a leg without an account, nor of a star code.
    #[must_use]
    pub fn apply(mut self, fact: &LegFact, around: &Around<'_>) -> (Self, Vec<NewEvent>) {
        let known = Milestone::ALL.map(|milestone| self.reached(milestone).is_some());
        self.take_in(fact, around);
        let mut events = Vec::new();
        for (milestone, known) in Milestone::ALL.into_iter().zip(known) {
            let own = Milestone::of(&fact.what, self.is_queue_caller()) == Some(milestone);
            if let Some(at) = self.due(milestone) {
                let reconciled = around.reconciled || (!own && !known);
                events.extend(self.event(milestone, at, reconciled));
                self.told |= milestone.bit();
                self.reconciled |= reconciled;
            }
        }
        (self, events)
    }

    /// Its UUID.
    pub fn id(&self) -> &LegId {
        &self.id
    }

    /// What it is known to be.
    pub fn info(&self) -> &LegInfo {
        &self.info
    }

    /// The first leg of its call; its own UUID when it is that itself.
    pub fn call_id(&self) -> &LegId {
        self.info.call_id.as_ref().unwrap_or(&self.id)
    }

    /// Whether it has not ended.
    pub fn is_up(&self) -> bool {
        self.ended.is_none() && !self.destroyed
    }

    /// Whether nothing more will be heard of it.
    pub fn is_destroyed(&self) -> bool {
        self.destroyed
    }

    /// The first leg of its call, where that is another and was ever known.
    pub fn first(&self) -> Option<&LegInfo> {
        self.first.as_deref()
    }

    /// The phone at the other end of its last talk, where that is one of ours.
    pub fn spoke_with(&self) -> Option<DeviceId> {
        self.peer.and_then(|(device, _)| device)
    }

    /// Whether it is on hold.
    pub fn is_held(&self) -> bool {
        self.held
    }

    /// The leg that it speaks with.
    pub fn with(&self) -> Option<&LegId> {
        self.with.as_ref()
    }

    /// Whether its phone rings: the switch calls it, and it is not yet answered.
    pub fn is_ringing(&self) -> bool {
        self.is_up() && self.info.direction == Some(Direction::Outbound) && self.times.answered_at.is_none()
    }

    /// What it does.
    pub fn state(&self) -> CallState {
        let left_queue = self.stays.all().last().is_some_and(|stay| stay.left.is_some());
        match self.answered_at().or(self.times.answered_at.filter(|_| left_queue || !self.is_queue_caller())) {
            _ if self.is_ringing() => CallState::Ringing,
            Some(_) if self.held => CallState::Held,
            Some(_) => CallState::Answered,
            None if self.is_queue_caller() => CallState::Waiting,
            None => CallState::Dialling,
        }
    }

    /// What its next event would tell, were it not the end.
    pub fn data_now(&self, now: Millis) -> CallData {
        self.data(if self.answered_at().is_some() { Milestone::Answer } else { Milestone::Ring }, now)
    }

    /// A caller's stays in queues, in order.
    pub fn stays(&self) -> &[Stay] {
        self.stays.all()
    }

    /// Since when it is up, by the switch's clock.
    pub fn created_at(&self) -> Option<Millis> {
        self.times.created_at
    }

    fn take_in(&mut self, fact: &LegFact, around: &Around<'_>) {
        let at = fact.at;
        self.info = std::mem::take(&mut self.info).learn(&fact.info);
        if around.first.is_some() && around.first != self.first.as_deref() {
            self.first = around.first.cloned().map(Box::new);
        }
        self.times.created_at = self.times.created_at.or(fact.times.created_at);
        match &fact.what {
            What::Created => self.times.created_at = self.times.created_at.or(Some(at)),
            What::Progress => {
                self.times.progress_at = self.times.progress_at.or(fact.times.progress_at).or(Some(at));
                self.rang_at = self.rang_at.or(Some(at));
            }
            What::ProgressMedia if self.info.direction == Some(Direction::Outbound) => self.rang_at = self.rang_at.or(Some(at)),
            What::Answered => self.times.answered_at = self.times.answered_at.or(fact.times.answered_at).or(Some(at)),
            What::Bridged { with } => {
                self.with = Some(with.clone());
                self.peer = self.peer_in(around).or(Some((None, None)));
                self.bridged(fact, around);
            }
            What::Held => self.held = true,
            What::Resumed => self.held = false,
            What::Joined => {
                self.info.role = Some(Role::Member);
                self.answered_before |= self.stays.all().is_empty() && self.is_told(Milestone::Answer);
                self.stays.joined(fact.info.queue_id.or(self.info.queue_id), at);
            }
            What::Left { how, queue_id, joined_at } => {
                self.info.role = Some(Role::Member);
                self.stay_at_least(queue_id.or(self.info.queue_id), joined_at.unwrap_or(at));
                self.stays.left((*how, at), *queue_id, *joined_at, fact.times.served_at.filter(|_| self.ended.is_none()));
            }
            What::HungUp { cause } => self.end(fact, cause),
            What::Destroyed { cause } => {
                self.destroyed = true;
                self.end(fact, cause.as_deref().unwrap_or(UNKNOWN_CAUSE));
            }
            What::Seen { with } => {
                self.with.clone_from(with);
                self.peer = self.peer_in(around);
                self.catch_up(fact);
            }
            What::Unbridged => self.with = None,
            What::ProgressMedia => {}
        }
    }

    fn peer_in(&self, around: &Around<'_>) -> Option<(Option<DeviceId>, Option<UserId>)> {
        around.peer.map(|peer| (peer.device_id, peer.user_id)).or(self.peer)
    }

    fn bridged(&mut self, fact: &LegFact, around: &Around<'_>) {
        if self.info.role == Some(Role::Member) && self.ended.is_none() {
            self.stay_at_least(self.info.queue_id, fact.times.joined_at.unwrap_or(fact.at));
            self.stays.bridged(fact.at, around.peer.and_then(|peer| peer.user_id));
        }
    }

    /// It is or was in a queue, whether or not it was heard to join one.
    fn stay_at_least(&mut self, queue_id: Option<QueueId>, joined_at: Millis) {
        if self.stays.all().is_empty() {
            self.stays.joined(queue_id, joined_at);
        }
    }

    fn end(&mut self, fact: &LegFact, cause: &str) {
        if self.ended.is_none() {
            self.catch_up(fact);
            let at = fact.times.hung_up_at.unwrap_or(fact.at);
            self.stays.ended(at);
            self.ended = Some(End { at, cause: cause.to_owned() });
        }
    }

    /// Fills in what was missed from what the switch noted. Only where that cannot run ahead of facts that are still to come.
    fn catch_up(&mut self, fact: &LegFact) {
        self.times = self.times.learn(&fact.times);
        self.peer = self.peer.or(self.times.served_by.map(|agent| (None, Some(agent))));
        let rang = match self.info.direction {
            Some(Direction::Outbound) => self.progress_at().or(self.times.media_at),
            _ => self.progress_at(),
        };
        self.rang_at = self.rang_at.or(rang);
        if self.info.role == Some(Role::Member) {
            // A phone that the switch called and put into a queue was answered when it picked up.
            self.answered_before |= self.stays.all().is_empty() && self.info.direction == Some(Direction::Outbound);
            self.stays.catch_up(&fact.times, self.info.queue_id, self.times.created_at);
        }
    }

    /// A caller that waits for an agent, or will: the music that answers it is no answer.
    fn is_queue_caller(&self) -> bool {
        let bound_for_queue = self.info.direction == Some(Direction::Inbound) && self.info.call_type == Some(CallType::Queue);
        !self.stays.all().is_empty() || self.info.role == Some(Role::Member) || bound_for_queue
    }

    /// Whether it is known what kind of leg it is: a caller whom a dialplan has not yet sent anywhere may still turn out to be a queue's.
    fn is_settled(&self) -> bool {
        let LegInfo { call_type, role, direction, .. } = &self.info;
        call_type.is_some() || role.is_some() || *direction != Some(Direction::Inbound) || self.peer.is_some() || self.ended.is_some()
    }

    /// When it was answered, in the sense of `call:answer`.
    fn answered_at(&self) -> Option<Millis> {
        if self.is_queue_caller() && !self.answered_before { self.stays.served_at() } else { self.times.answered_at }
    }

    /// When it came to `milestone`, if that is still to be told.
    fn due(&self, milestone: Milestone) -> Option<Millis> {
        if self.is_told(Milestone::End) || self.is_told(milestone) {
            return None;
        }
        let too_late = milestone == Milestone::Ring && self.is_told(Milestone::Answer);
        self.reached(milestone).filter(|_| !too_late && self.is_settled())
    }

    /// When the 180 was sent or came. The switch notes the one of a leg that it calls for an answered one as that leg's own.
    fn progress_at(&self) -> Option<Millis> {
        self.times.progress_at.filter(|progress| self.times.answered_at.is_none_or(|answered| *progress <= answered))
    }

    fn reached(&self, milestone: Milestone) -> Option<Millis> {
        match milestone {
            Milestone::Start => self.stays.joined_at(),
            Milestone::Ring => self.rang_at.filter(|_| !self.is_queue_caller()),
            Milestone::Answer => self.answered_at(),
            Milestone::End => self.ended.as_ref().map(|end| end.at),
        }
    }

    fn is_told(&self, milestone: Milestone) -> bool {
        self.told & milestone.bit() != 0
    }

    /// Whose it is, as it says itself, else as the first leg of its call does.
    pub fn account_id(&self) -> Option<AccountId> {
        self.info.account_id.or(self.first.as_ref().and_then(|first| first.account_id))
    }
}

/// Where a hangup was not seen.
const UNKNOWN_CAUSE: &str = "NORMAL_UNSPECIFIED";

#[cfg(test)]
#[path = "leg_tests.rs"]
mod tests;
