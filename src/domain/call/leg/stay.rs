//! A caller's stays in queues.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::domain::call::fact::{Left, LegTimes};
use crate::domain::id::{QueueId, UserId};

/// Stays that are kept of one caller; one that goes round and round after that stays in the last.
pub const STAYS_MAX: usize = 64;

/// From joining a queue to leaving it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stay {
    /// Which queue; none when it is not ours.
    pub queue_id: Option<QueueId>,
    /// When it joined.
    pub joined_at: Millis,
    /// When it was bridged to an agent.
    pub served_at: Option<Millis>,
    /// The agent.
    pub agent_id: Option<UserId>,
    /// How it left, and when: after the agent's call, when it was served.
    pub left: Option<(Left, Millis)>,
}

/// All of one caller's, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Stays(Vec<Stay>);

impl Stays {
    pub(super) fn all(&self) -> &[Stay] {
        &self.0
    }

    pub(super) fn joined(&mut self, queue_id: Option<QueueId>, at: Millis) {
        let full = self.0.len() >= STAYS_MAX;
        match self.0.last_mut() {
            // It was known from a look, or is told again.
            Some(last) if last.left.is_none() && (last.queue_id == queue_id || last.queue_id.is_none() || queue_id.is_none()) => {
                last.queue_id = last.queue_id.or(queue_id);
            }
            Some(last) if full => last.left = None,
            Some(last) => {
                last.left = last.left.or(Some((Left::Otherwise, at)));
                self.0.push(Stay::new(queue_id, at));
            }
            None => self.0.push(Stay::new(queue_id, at)),
        }
    }

    /// Whoever speaks with a caller that has left the queue is no agent of it.
    pub(super) fn bridged(&mut self, at: Millis, agent_id: Option<UserId>) {
        if let Some(stay) = self.0.last_mut().filter(|stay| stay.left.is_none() && stay.served_at.is_none()) {
            stay.served_at = Some(at);
            stay.agent_id = agent_id;
        }
    }

    pub(super) fn left(&mut self, how: Left, at: Millis, served_at: Option<Millis>) {
        if let Some(stay) = self.0.last_mut() {
            stay.left = stay.left.or(Some((how, at)));
            if how == Left::Served {
                stay.served_at = stay.served_at.or(served_at);
            }
        }
    }

    /// Fills in what was missed from what the switch noted, which is of the last queue; `created_at` is the leg's.
    pub(super) fn catch_up(&mut self, times: &LegTimes, queue_id: Option<QueueId>, created_at: Option<Millis>, at: Millis) {
        if let Some(joined_at) = times.joined_at {
            // The switch notes whole seconds.
            let missed = self.0.last().is_none_or(|last| last.left.is_some() && last.joined_at.epoch_s() < joined_at.epoch_s());
            if missed {
                self.joined(queue_id, joined_at.max(created_at.unwrap_or(joined_at)));
            }
        }
        let Some(stay) = self.0.last_mut() else { return };
        // What was noted of the queue before is still there.
        let of_this = |noted: &Millis| noted.epoch_s() >= stay.joined_at.epoch_s();
        if let Some(served_at) = times.served_at.filter(of_this) {
            stay.served_at = stay.served_at.or(Some(served_at.max(stay.joined_at)));
            stay.agent_id = stay.agent_id.or(times.served_by);
        }
        let left_at = times.left_at.unwrap_or(at);
        if let Some(how) = times.left.filter(|how| of_this(&left_at) && (*how != Left::Served || stay.served_at.is_some())) {
            stay.left = stay.left.or(Some((how, left_at.max(stay.joined_at))));
        }
    }

    /// The leg ended: so did its stay, of which nobody says so then.
    pub(super) fn ended(&mut self, at: Millis) {
        if let Some(stay) = self.0.last_mut() {
            let how = if stay.served_at.is_some() { Left::Served } else { Left::Otherwise };
            stay.left = stay.left.or(Some((how, at)));
        }
    }

    /// When it joined its first queue.
    pub(super) fn joined_at(&self) -> Option<Millis> {
        self.0.first().map(|stay| stay.joined_at)
    }

    /// When its first agent answered.
    pub(super) fn served_at(&self) -> Option<Millis> {
        self.0.iter().find_map(|stay| stay.served_at)
    }

    /// How it left its last queue, and when.
    pub(super) fn last_left(&self) -> Option<(Left, Millis)> {
        self.0.last().and_then(|stay| stay.left)
    }
}

impl From<Vec<Stay>> for Stays {
    fn from(stays: Vec<Stay>) -> Self {
        Self(stays)
    }
}

impl Stay {
    fn new(queue_id: Option<QueueId>, joined_at: Millis) -> Self {
        Self { queue_id, joined_at, served_at: None, agent_id: None, left: None }
    }
}
