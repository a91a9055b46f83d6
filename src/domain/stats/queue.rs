//! What became of the callers of queues.

use std::collections::{BTreeMap, HashMap};

use super::period::Period;
use crate::clock::Millis;
use crate::domain::QueueId;
use crate::domain::call::Left;

/// One caller's stay in one queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StayRow {
    /// The queue.
    pub queue_id: QueueId,
    /// When it joined.
    pub joined_at: Millis,
    /// When an agent was bridged.
    pub served_at: Option<Millis>,
    /// When it left, a served one with the end of its talk; none while it is there.
    pub left_at: Option<Millis>,
    /// How it left.
    pub outcome: Option<Left>,
}

/// The figures of a queue in an interval: of the callers who joined in it, whenever they were answered or left. A caller who joins twice counts
/// twice. Times are milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueFigures {
    /// Callers who joined: the sum of the next five.
    pub offered: u64,
    /// Those to whom an agent was bridged.
    pub answered: u64,
    /// Those who hung up while they waited.
    pub abandoned: u64,
    /// Those whom the queue let go: after `max_wait_time`, or after `max_wait_time_with_no_agent`.
    pub timeouts: u64,
    /// Those who left unanswered in another way: by an exit key, by a transfer, because the queue was deleted or the switch died.
    pub left_otherwise: u64,
    /// Those who wait still.
    pub waiting: u64,
    /// Of the answered, those who waited at most the queue's `sla_answer_time`, as it is set now. None are where it is not set.
    pub answered_in_time: u64,
    /// Of the abandoned, those who waited at most that long.
    pub abandoned_in_time: u64,
    /// The waits of all who wait no longer, added up: from joining to the bridge or to leaving.
    pub wait_ms: i64,
    /// The longest of these waits.
    pub wait_max_ms: i64,
    /// Of the answered, those whose talk has ended.
    pub talks: u64,
    /// Their talks, added up: from the bridge to the end of the call with the agent, holds included.
    pub talk_ms: i64,
}

/// What of a queue decides its service level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceLevel {
    /// 1: answered in time / (answered + abandoned). 2: answered in time / answered. 3: (answered in time + abandoned in time) / offered.
    pub strategy: u32,
    /// Seconds.
    pub answer_time_s: u32,
}

impl QueueFigures {
    /// The part of the callers who were answered in time, from 0 to 1, by the queue's strategy; none where that is a part of nobody. Who timed out,
    /// left otherwise or waits still counts in strategy 3 only.
    pub fn service_level(&self, by: ServiceLevel) -> Option<f64> {
        let (in_time, of) = self.in_time_of(by);
        ratio(in_time, of)
    }

    /// The two counts of which [`QueueFigures::service_level`] is the ratio: those of several queues can be added up.
    pub fn in_time_of(&self, by: ServiceLevel) -> (u64, u64) {
        match by.strategy {
            2 => (self.answered_in_time, self.answered),
            3 => (self.answered_in_time + self.abandoned_in_time, self.offered),
            _ => (self.answered_in_time, self.answered + self.abandoned),
        }
    }

    /// [`QueueFigures::wait_ms`] by the number of those who wait no longer, rounded down; none where there are none.
    pub fn wait_avg_ms(&self) -> Option<i64> {
        average(self.wait_ms, self.offered - self.waiting)
    }

    /// [`QueueFigures::talk_ms`] by [`QueueFigures::talks`], rounded down; none where there are none.
    pub fn talk_avg_ms(&self) -> Option<i64> {
        average(self.talk_ms, self.talks)
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        Self {
            offered: self.offered + other.offered,
            answered: self.answered + other.answered,
            abandoned: self.abandoned + other.abandoned,
            timeouts: self.timeouts + other.timeouts,
            left_otherwise: self.left_otherwise + other.left_otherwise,
            waiting: self.waiting + other.waiting,
            answered_in_time: self.answered_in_time + other.answered_in_time,
            abandoned_in_time: self.abandoned_in_time + other.abandoned_in_time,
            wait_ms: self.wait_ms + other.wait_ms,
            wait_max_ms: self.wait_max_ms.max(other.wait_max_ms),
            talks: self.talks + other.talks,
            talk_ms: self.talk_ms + other.talk_ms,
        }
    }
}

/// A part of a whole, from 0 to 1; none of nothing.
pub fn ratio<T: Into<u64>>(part: T, of: T) -> Option<f64> {
    let (part, of) = (part.into(), of.into());
    #[expect(clippy::cast_precision_loss, reason = "counts and milliseconds stay far below 2^52")]
    (of > 0).then(|| part as f64 / of as f64)
}

fn average(sum: i64, count: u64) -> Option<i64> {
    i64::try_from(count).ok().filter(|count| *count > 0).map(|count| sum / count)
}

/// Takes stays in any order, and has the figures of each queue and interval that had some.
#[derive(Debug)]
pub struct QueueFold<'a> {
    period: &'a Period,
    answer_time_s: HashMap<QueueId, u32>,
    figures: BTreeMap<(QueueId, usize), QueueFigures>,
}

impl<'a> QueueFold<'a> {
    /// Of this period; with the queues' `sla_answer_time`, where it is set.
    pub fn new(period: &'a Period, answer_time_s: HashMap<QueueId, u32>) -> Self {
        Self { period, answer_time_s, figures: BTreeMap::new() }
    }

    /// Takes a stay; one that began at another time does not count.
    pub fn add(&mut self, stay: &StayRow) {
        let Some(interval) = self.period.interval_of(stay.joined_at) else { return };
        let in_time_ms = self.answer_time_s.get(&stay.queue_id).map(|&seconds| i64::from(seconds) * 1_000);
        let figures = self.figures.entry((stay.queue_id, interval)).or_default();
        figures.offered += 1;
        let Some(waited_until) = stay.served_at.or(stay.left_at) else {
            figures.waiting += 1;
            return;
        };
        let wait_ms = waited_until.since(stay.joined_at);
        let in_time = u64::from(in_time_ms.is_some_and(|most| wait_ms <= most));
        figures.wait_ms += wait_ms;
        figures.wait_max_ms = figures.wait_max_ms.max(wait_ms);
        match (stay.served_at, stay.outcome) {
            (Some(served_at), _) => {
                figures.answered += 1;
                figures.answered_in_time += in_time;
                if let Some(left_at) = stay.left_at {
                    figures.talks += 1;
                    figures.talk_ms += left_at.since(served_at);
                }
            }
            (None, Some(Left::Abandoned)) => {
                figures.abandoned += 1;
                figures.abandoned_in_time += in_time;
            }
            (None, Some(Left::Timeout | Left::NoAgentTimeout)) => figures.timeouts += 1,
            (None, Some(Left::Served | Left::Otherwise) | None) => figures.left_otherwise += 1,
        }
    }

    /// The queues that had callers.
    pub fn queues(&self) -> impl Iterator<Item = QueueId> + '_ {
        let mut last = None;
        self.figures.keys().map(|(queue, _)| *queue).filter(move |queue| last.replace(*queue) != Some(*queue))
    }

    /// The figures of a queue, an interval each.
    pub fn of(&self, queue: QueueId) -> Vec<QueueFigures> {
        (0..self.period.intervals().len()).map(|at| self.figures.get(&(queue, at)).copied().unwrap_or_default()).collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::stats::Step;

    const HOUR_MS: i64 = 3_600_000;
    const SUPPORT: QueueId = QueueId(1);

    fn stay(joined: i64, served: Option<i64>, left: Option<i64>, outcome: Option<Left>) -> StayRow {
        StayRow { queue_id: SUPPORT, joined_at: Millis(joined), served_at: served.map(Millis), left_at: left.map(Millis), outcome }
    }

    fn hours(count: i64, step: Option<Step>) -> Period {
        Period::new(Millis(0), Millis(count * HOUR_MS), step, &TimeZone::UTC).unwrap()
    }

    fn figures(period: &Period, stays: &[StayRow]) -> Vec<QueueFigures> {
        let mut fold = QueueFold::new(period, HashMap::from([(SUPPORT, 20)]));
        stays.iter().for_each(|stay| fold.add(stay));
        fold.of(SUPPORT)
    }

    /// Worked out by hand.
    fn a_morning() -> Vec<StayRow> {
        vec![
            stay(0, Some(10_000), Some(70_000), Some(Left::Served)), // waited 10 s, talked 60 s
            stay(1_000, Some(21_000), Some(81_001), Some(Left::Served)), // waited 20 s: just in time; talked 60.001 s
            stay(2_000, Some(22_001), None, None),                   // waited 20.001 s: too long; talks still
            stay(3_000, None, Some(8_000), Some(Left::Abandoned)),   // gave up after 5 s
            stay(4_000, None, Some(64_000), Some(Left::Abandoned)),  // gave up after 60 s
            stay(5_000, None, Some(305_000), Some(Left::Timeout)),   // let go after 300 s
            stay(6_000, None, Some(16_000), Some(Left::NoAgentTimeout)), // let go after 10 s
            stay(7_000, None, Some(9_000), Some(Left::Otherwise)),   // a key after 2 s
            stay(8_000, None, None, None),                           // waits
            stay(-1, None, Some(5), Some(Left::Abandoned)),          // joined before
            stay(HOUR_MS, None, None, None),                         // joined after
        ]
    }

    #[test]
    fn each_figure_by_hand() {
        let whole = figures(&hours(1, None), &a_morning())[0];
        let expected = QueueFigures {
            offered: 9,
            answered: 3,
            abandoned: 2,
            timeouts: 2,
            left_otherwise: 1,
            waiting: 1,
            answered_in_time: 2,
            abandoned_in_time: 1,
            wait_ms: 10_000 + 20_000 + 20_001 + 5_000 + 60_000 + 300_000 + 10_000 + 2_000,
            wait_max_ms: 300_000,
            talks: 2,
            talk_ms: 120_001,
        };
        assert_eq!(whole, expected);
        assert_eq!((whole.wait_avg_ms(), whole.talk_avg_ms()), (Some(427_001 / 8), Some(60_000)));
        let level = |strategy| whole.service_level(ServiceLevel { strategy, answer_time_s: 20 });
        assert_eq!([level(1), level(2), level(3)], [Some(2.0 / 5.0), Some(2.0 / 3.0), Some(3.0 / 9.0)]);
    }

    #[test]
    fn a_part_of_nobody_is_none() {
        let empty = QueueFigures::default();
        for strategy in 1..=3 {
            assert_eq!(empty.service_level(ServiceLevel { strategy, answer_time_s: 20 }), None);
        }
        assert_eq!((empty.wait_avg_ms(), empty.talk_avg_ms()), (None, None));
        let waiting = figures(&hours(1, None), &[stay(0, None, None, None)])[0];
        assert_eq!(waiting.wait_avg_ms(), None);
        assert_eq!(waiting.service_level(ServiceLevel { strategy: 1, answer_time_s: 20 }), None);
        assert_eq!(waiting.service_level(ServiceLevel { strategy: 3, answer_time_s: 20 }), Some(0.0));
    }

    #[test]
    fn a_caller_belongs_to_the_interval_in_which_it_joined() {
        let across = stay(HOUR_MS - 1, Some(HOUR_MS + 4), Some(3 * HOUR_MS), Some(Left::Served));
        let by_hour = figures(&hours(4, Some(Step::Hour)), &[across]);
        let answered: Vec<_> = by_hour.iter().map(|figures| figures.answered).collect();
        assert_eq!(answered, [1, 0, 0, 0]);
        assert_eq!((by_hour[0].wait_ms, by_hour[0].talk_ms), (5, 2 * HOUR_MS - 4));
    }

    fn any_stay() -> impl Strategy<Value = StayRow> {
        let outcome = prop_oneof![Just(Left::Abandoned), Just(Left::Timeout), Just(Left::NoAgentTimeout), Just(Left::Otherwise)];
        (-HOUR_MS..50 * HOUR_MS, 0..HOUR_MS, 0..HOUR_MS, any::<bool>(), any::<bool>(), outcome).prop_map(
            |(joined, wait, talk, is_served, has_left, outcome)| {
                let served = is_served.then_some(joined + wait);
                let left = has_left.then(|| served.map_or(joined + wait, |at| at + talk));
                let outcome = has_left.then_some(if is_served { Left::Served } else { outcome });
                stay(joined, served, left, outcome)
            },
        )
    }

    proptest! {
        #[test]
        fn the_intervals_add_up_to_the_whole(stays in prop::collection::vec(any_stay(), 0..60), step in 0_usize..6) {
            let whole = figures(&hours(48, None), &stays)[0];
            let parts = figures(&hours(48, Some(Step::ALL[step])), &stays);
            prop_assert_eq!(parts.iter().fold(QueueFigures::default(), QueueFigures::and), whole);
            let sum = whole.answered + whole.abandoned + whole.timeouts + whole.left_otherwise + whole.waiting;
            prop_assert_eq!(sum, whole.offered);
        }
    }
}
