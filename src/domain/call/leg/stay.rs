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
            // It was known from a look, or is told again. Whoever joins after it was served was sent back to the queue.
            Some(last) if last.left.is_none() && last.served_at.is_none_or(|served| at < served) && last.is_in(queue_id) => {
                last.queue_id = last.queue_id.or(queue_id);
            }
            Some(last) if full => last.left = None,
            Some(last) => {
                last.close(at);
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

    /// It left `queue_id`. Of a stay that was served the agent's thread tells, maybe when the caller is in its next one already: it is the one that
    /// had begun by `joined_at`, which is in whole seconds. Of any other the caller's own thread tells, before it goes anywhere else.
    pub(super) fn left(
        &mut self,
        (how, at): (Left, Millis),
        queue_id: Option<QueueId>,
        joined_at: Option<Millis>,
        served_at: Option<Millis>,
    ) {
        let begun = |stay: &Stay| joined_at.is_none_or(|joined| stay.joined_at.epoch_s() <= joined.epoch_s());
        let served = |stay: &Stay| how == Left::Served && stay.served_at.is_some() && stay.is_in(queue_id) && begun(stay);
        let place = self.0.iter().rposition(served).or(self.0.len().checked_sub(1));
        let stay = place.and_then(|place| self.0.get_mut(place));
        if let Some(stay) = stay.filter(|stay| stay.left.is_none() && stay.is_in(queue_id)) {
            stay.left = Some((how, at));
            if how == Left::Served {
                stay.served_at = stay.served_at.or(served_at);
            }
        }
    }

    /// Fills in what was missed from what the switch noted, which is of the last queue; `created_at` is the leg's.
    pub(super) fn catch_up(&mut self, times: &LegTimes, queue_id: Option<QueueId>, created_at: Option<Millis>) {
        if let Some(joined_at) = times.joined_at {
            // The switch notes whole seconds.
            let missed = self.0.last().is_none_or(|last| last.joined_at.epoch_s() < joined_at.epoch_s());
            if missed {
                let joined_at = joined_at.max(created_at.unwrap_or(joined_at));
                if let Some(last) = self.0.last_mut() {
                    last.learn(times, (None, Some(joined_at)));
                    last.close(joined_at);
                }
                self.joined(queue_id, joined_at);
            }
        }
        if let Some((last, before)) = self.0.split_last_mut() {
            let left_before = before.last().and_then(|stay| stay.left).map(|(_, left_at)| left_at);
            last.learn(times, (left_before, None));
        }
    }

    /// The leg ended: so did its stay, of which nobody says so then.
    pub(super) fn ended(&mut self, at: Millis) {
        if let Some(stay) = self.0.last_mut() {
            stay.close(at);
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

    /// Whether it may be in that queue, as far as both are known.
    fn is_in(&self, queue_id: Option<QueueId>) -> bool {
        self.queue_id == queue_id || self.queue_id.is_none() || queue_id.is_none()
    }

    /// Fills in what the switch noted, in whole seconds: of this stay, of the one before or of the one after, `between` whose end and beginning it is.
    fn learn(&mut self, times: &LegTimes, (before, after): (Option<Millis>, Option<Millis>)) {
        let since = |noted: Millis, begun: Millis| noted.epoch_s() >= begun.epoch_s();
        let served_at = times.served_at.filter(|noted| since(*noted, self.joined_at) && after.is_none_or(|after| *noted < after));
        if let Some(served_at) = served_at {
            self.served_at = self.served_at.or(Some(served_at.max(self.joined_at)));
            self.agent_id = self.agent_id.or(times.served_by);
        }
        let Some((how, left_at)) = times.left.zip(times.left_at) else { return };
        let begun = if how == Left::Served { self.served_at } else { Some(self.joined_at) };
        let is_its = before.is_none_or(|before| left_at.epoch_s() > before.epoch_s()) && after.is_none_or(|after| left_at <= after);
        if is_its && begun.is_some_and(|begun| since(left_at, begun)) {
            self.left = self.left.or(Some((how, left_at.max(begun.unwrap_or(self.joined_at)))));
        }
    }

    /// It is over, if it was not before.
    fn close(&mut self, at: Millis) {
        let how = if self.served_at.is_some() { Left::Served } else { Left::Otherwise };
        self.left = self.left.or(Some((how, at)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUPPORT: Option<QueueId> = Some(QueueId(1));
    const SALES: Option<QueueId> = Some(QueueId(2));

    fn at(ms: i64) -> Millis {
        Millis(1_000_000 + ms)
    }

    /// Served in the first queue since 1,500 ms after it joined it.
    fn served() -> Stays {
        let mut stays = Stays::default();
        stays.joined(SUPPORT, at(0));
        stays.bridged(at(1_500), Some(UserId(7)));
        stays
    }

    /// A stay's queue, its agent, how it ended and when.
    type Outcome = (Option<QueueId>, Option<i64>, Option<(Left, i64)>);

    /// What each came to, in order.
    fn outcomes(stays: &Stays) -> Vec<Outcome> {
        let left = |stay: &Stay| stay.left.map(|(how, left)| (how, left.since(at(0))));
        stays.all().iter().map(|stay| (stay.queue_id, stay.agent_id.map(i64::from), left(stay))).collect()
    }

    #[test]
    fn a_served_stay_ends_when_the_next_begins_and_its_own_end_comes_late() {
        for queue in [SALES, SUPPORT] {
            let mut stays = served();
            stays.joined(queue, at(4_000));
            stays.left((Left::Served, at(4_090)), SUPPORT, Some(at(0)), Some(at(1_500)));
            assert_eq!(outcomes(&stays), [(SUPPORT, Some(7), Some((Left::Served, 4_000))), (queue, None, None)]);
            stays.bridged(at(5_000), Some(UserId(8)));
            stays.left((Left::Served, at(9_000)), queue, Some(at(4_000)), None);
            assert_eq!(outcomes(&stays)[1], (queue, Some(8), Some((Left::Served, 9_000))));
        }
    }

    #[test]
    fn the_second_stay_of_a_second_is_not_ended_by_the_first_ones_end() {
        let mut stays = Stays::default();
        stays.joined(SUPPORT, at(0));
        stays.bridged(at(100), Some(UserId(7)));
        stays.joined(SUPPORT, at(300));
        stays.left((Left::Served, at(350)), SUPPORT, Some(at(0)), None);
        assert_eq!(outcomes(&stays)[1], (SUPPORT, None, None));
        stays.left((Left::Abandoned, at(900)), SUPPORT, Some(at(0)), None);
        assert_eq!(outcomes(&stays)[1], (SUPPORT, None, Some((Left::Abandoned, 900))));
    }

    #[test]
    fn a_join_that_is_told_again_begins_no_stay() {
        let mut stays = Stays::default();
        let times = LegTimes { joined_at: Some(at(0)), served_at: Some(at(1_500)), served_by: Some(UserId(7)), ..LegTimes::default() };
        stays.catch_up(&times, SUPPORT, None);
        stays.joined(SUPPORT, at(400));
        assert_eq!(outcomes(&stays), [(SUPPORT, Some(7), None)]);
    }

    #[test]
    fn a_caller_that_is_seen_in_its_second_queue_has_left_the_first() {
        let seen = LegTimes { joined_at: Some(at(6_000)), ..LegTimes::default() };
        let left = |times: LegTimes, before: Stays| {
            let mut stays = before;
            stays.catch_up(&times, SALES, None);
            outcomes(&stays)
        };
        let waiting = || {
            let mut stays = Stays::default();
            stays.joined(SUPPORT, at(0));
            stays
        };
        assert_eq!(left(seen, served()), [(SUPPORT, Some(7), Some((Left::Served, 6_000))), (SALES, None, None)]);
        let gave_up = LegTimes { left: Some(Left::Timeout), left_at: Some(at(5_000)), ..seen };
        assert_eq!(left(gave_up, waiting()), [(SUPPORT, None, Some((Left::Timeout, 5_000))), (SALES, None, None)]);
        let was_served = LegTimes { left: Some(Left::Served), served_at: Some(at(2_000)), served_by: Some(UserId(8)), ..seen };
        assert_eq!(left(was_served, waiting()), [(SUPPORT, Some(8), Some((Left::Served, 6_000))), (SALES, None, None)]);
        let went_on = LegTimes { left_at: Some(at(5_000)), ..was_served };
        assert_eq!(left(went_on, waiting())[0], (SUPPORT, Some(8), Some((Left::Served, 5_000))));
        // The agent that is noted, and speaks with it, is of the second.
        let is_served = LegTimes { served_at: Some(at(8_000)), ..was_served };
        assert_eq!(left(is_served, waiting()), [(SUPPORT, None, Some((Left::Otherwise, 6_000))), (SALES, Some(8), None)]);
        let was_both = LegTimes { left_at: Some(at(5_000)), ..is_served };
        assert_eq!(left(was_both, served()), [(SUPPORT, Some(7), Some((Left::Served, 5_000))), (SALES, Some(8), None)]);
    }
}
