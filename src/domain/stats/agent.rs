//! What agents did.

use std::collections::BTreeMap;

use super::period::Period;
use super::queue::ratio;
use crate::clock::Millis;
use crate::domain::agent_span::Kind;
use crate::domain::{PauseId, UserId};

/// The hangup causes of an offer that rang until its time was up, or that was picked up and hung up again without the caller, as a mailbox does.
pub const NOT_ANSWERED: [&str; 4] = ["NO_ANSWER", "NO_USER_RESPONSE", "ALLOTTED_TIMEOUT", "NORMAL_CLEARING"];

/// What an agent was for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanRow {
    /// Who.
    pub user_id: UserId,
    /// What.
    pub kind: Kind,
    /// Why, of a pause.
    pub pause_id: Option<PauseId>,
    /// From when on.
    pub begun_at: Millis,
    /// Until when; none when it is still so.
    pub ended_at: Option<Millis>,
}

/// A leg with a user at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegRow {
    /// Who.
    pub user_id: UserId,
    /// What it was for the user.
    pub what: Talk,
    /// When it began.
    pub started_at: Millis,
    /// When the user answered; of an offer, when the caller was put through.
    pub answered_at: Option<Millis>,
    /// When it ended.
    pub ended_at: Option<Millis>,
    /// Whether it ended as an offer does that nobody took: see [`NOT_ANSWERED`].
    pub not_answered: bool,
}

/// What a leg is for the user at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Talk {
    /// An offer of a queue's caller.
    Offer,
    /// A call outside that the user began, by its phone or by click-to-call.
    Outbound,
    /// Any other.
    Other,
}

/// The figures of an agent in an interval. Counts are of legs that began in it; times are milliseconds that lie in it, up to now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentFigures {
    /// Queue callers that its phone was rung for.
    pub offered: u64,
    /// Of these, those that were put through to it. At an agent outside a mailbox may have picked up, which presses no 1.
    pub answered: u64,
    /// Of these, those that rang until their time was up, or at which somebody, or a mailbox, picked up and hung up again, or pressed no 1. Callers who gave up, offers that another agent took, and those that were rejected or
    /// found the phone busy are neither answered nor this.
    pub no_answers: u64,
    /// Calls outside that it began, answered or not.
    pub outbound: u64,
    /// Checked in, pauses included.
    pub checked_in_ms: i64,
    /// In a pause, by its reason.
    pub pauses: BTreeMap<PauseId, i64>,
    /// In wrap-up after queue calls, until its end or until it was cut short.
    pub wrap_up_ms: i64,
    /// Checked in at a phone that could not be reached, paused or not.
    pub unreachable_ms: i64,
    /// Talking to queue callers: from when they were put through to the end of its leg, holds included.
    pub queue_talk_ms: i64,
    /// In its other calls, likewise; from its own answer, so that a click-to-call counts while the other side rings.
    pub other_talk_ms: i64,
    /// In any of these three, or in several at once.
    pub occupied_ms: i64,
}

impl AgentFigures {
    /// In a pause, for whatever reason.
    pub fn paused_ms(&self) -> i64 {
        self.pauses.values().sum()
    }

    /// How much of the time in which it was there for calls it worked: (in a queue call, another one or wrap-up, each moment once) /
    /// (checked in - paused), from 0; none where it was not there. It can be above 1 where an agent talked or wrapped up while it was paused or
    /// checked out.
    pub fn occupancy(&self) -> Option<f64> {
        let ms = |ms: i64| u64::try_from(ms).unwrap_or(0);
        ratio(ms(self.occupied_ms), ms(self.checked_in_ms - self.paused_ms()))
    }

    /// Both together.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for (pause, ms) in &other.pauses {
            *self.pauses.entry(*pause).or_default() += ms;
        }
        Self {
            offered: self.offered + other.offered,
            answered: self.answered + other.answered,
            no_answers: self.no_answers + other.no_answers,
            outbound: self.outbound + other.outbound,
            checked_in_ms: self.checked_in_ms + other.checked_in_ms,
            pauses: self.pauses,
            wrap_up_ms: self.wrap_up_ms + other.wrap_up_ms,
            unreachable_ms: self.unreachable_ms + other.unreachable_ms,
            queue_talk_ms: self.queue_talk_ms + other.queue_talk_ms,
            other_talk_ms: self.other_talk_ms + other.other_talk_ms,
            occupied_ms: self.occupied_ms + other.occupied_ms,
        }
    }
}

/// Takes spans and legs in any order, and has the figures of each agent and interval that had some.
#[derive(Debug)]
pub struct AgentFold<'a> {
    period: &'a Period,
    now: Millis,
    figures: BTreeMap<(UserId, usize), AgentFigures>,
    /// When users were occupied; no two of a user's touch: from when on, and until when.
    occupied: BTreeMap<(UserId, Millis), Millis>,
}

impl<'a> AgentFold<'a> {
    /// Of this period, as it looks at `now`.
    pub fn new(period: &'a Period, now: Millis) -> Self {
        Self { period, now, figures: BTreeMap::new(), occupied: BTreeMap::new() }
    }

    /// Takes a span.
    pub fn add_span(&mut self, span: &SpanRow) {
        self.add_time(span.user_id, span.begun_at, span.ended_at, |figures, ms| match (span.kind, span.pause_id) {
            (Kind::CheckedIn, _) => figures.checked_in_ms += ms,
            (Kind::Paused, pause) => *figures.pauses.entry(pause.unwrap_or(PauseId(0))).or_default() += ms,
            (Kind::WrapUp, _) => figures.wrap_up_ms += ms,
            (Kind::Unreachable, _) => figures.unreachable_ms += ms,
        });
        if span.kind == Kind::WrapUp {
            self.occupy(span.user_id, span.begun_at, span.ended_at);
        }
    }

    /// Takes a leg.
    pub fn add_leg(&mut self, leg: &LegRow) {
        if let Some(interval) = self.period.interval_of(leg.started_at) {
            let figures = self.figures.entry((leg.user_id, interval)).or_default();
            match leg.what {
                Talk::Offer => {
                    figures.offered += 1;
                    figures.answered += u64::from(leg.answered_at.is_some());
                    figures.no_answers += u64::from(leg.answered_at.is_none() && leg.not_answered);
                }
                Talk::Outbound => figures.outbound += 1,
                Talk::Other => {}
            }
        }
        let Some(answered_at) = leg.answered_at else { return };
        self.add_time(leg.user_id, answered_at, leg.ended_at, |figures, ms| match leg.what {
            Talk::Offer => figures.queue_talk_ms += ms,
            Talk::Outbound | Talk::Other => figures.other_talk_ms += ms,
        });
        self.occupy(leg.user_id, answered_at, leg.ended_at);
    }

    /// Joins the stretch with those that it touches.
    fn occupy(&mut self, user: UserId, from: Millis, to: Option<Millis>) {
        let (mut from, mut to) = (from, to.unwrap_or(self.now).min(self.now));
        if from >= to {
            return;
        }
        while let Some((&(_, since), &until)) = self.occupied.range((user, Millis(i64::MIN))..=(user, to)).next_back() {
            if until < from {
                break;
            }
            self.occupied.remove(&(user, since));
            (from, to) = (from.min(since), to.max(until));
        }
        self.occupied.insert((user, from), to);
    }

    fn add_time(&mut self, user: UserId, from: Millis, to: Option<Millis>, add: impl Fn(&mut AgentFigures, i64)) {
        // A wrap-up's end is written in advance.
        let to = to.unwrap_or(self.now).min(self.now);
        for (interval, ms) in self.period.cut(from, to) {
            add(self.figures.entry((user, interval)).or_default(), ms);
        }
    }

    /// The users of whom there is something.
    pub fn users(&self) -> impl Iterator<Item = UserId> + '_ {
        let mut last = None;
        self.figures.keys().map(|(user, _)| *user).filter(move |user| last.replace(*user) != Some(*user))
    }

    /// The figures of a user, an interval each.
    pub fn of(&self, user: UserId) -> Vec<AgentFigures> {
        let mut figures: Vec<_> =
            (0..self.period.intervals().len()).map(|at| self.figures.get(&(user, at)).cloned().unwrap_or_default()).collect();
        for ((_, from), to) in self.occupied.range((user, Millis(i64::MIN))..=(user, Millis(i64::MAX))) {
            for (interval, ms) in self.period.cut(*from, *to) {
                figures[interval].occupied_ms += ms;
            }
        }
        figures
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::stats::Step;

    const HOUR_MS: i64 = 3_600_000;
    const DANA: UserId = UserId(7);

    fn span(kind: Kind, pause: Option<i64>, begun: i64, ended: Option<i64>) -> SpanRow {
        SpanRow { user_id: DANA, kind, pause_id: pause.map(PauseId), begun_at: Millis(begun), ended_at: ended.map(Millis) }
    }

    fn leg(what: Talk, started: i64, answered: Option<i64>, ended: Option<i64>, cause: &str) -> LegRow {
        LegRow {
            user_id: DANA,
            what,
            started_at: Millis(started),
            answered_at: answered.map(Millis),
            ended_at: ended.map(Millis),
            not_answered: NOT_ANSWERED.contains(&cause),
        }
    }

    fn hours(count: i64, step: Option<Step>) -> Period {
        Period::new(Millis(0), Millis(count * HOUR_MS), step, &TimeZone::UTC).unwrap()
    }

    fn figures(period: &Period, now: i64, spans: &[SpanRow], legs: &[LegRow]) -> Vec<AgentFigures> {
        let mut fold = AgentFold::new(period, Millis(now));
        spans.iter().for_each(|span| fold.add_span(span));
        legs.iter().for_each(|leg| fold.add_leg(leg));
        fold.of(DANA)
    }

    #[test]
    fn each_figure_by_hand() {
        let spans = [
            span(Kind::CheckedIn, None, -1_000, Some(1_000_000)), // 1,000 s of it in the hour
            span(Kind::CheckedIn, None, 2_000_000, None),         // up to now: 1,000 s
            span(Kind::Paused, Some(1), 100_000, Some(200_000)),
            span(Kind::Paused, Some(2), 200_000, Some(250_000)),
            span(Kind::Paused, Some(1), 2_900_000, None), // up to now: 100 s
            span(Kind::WrapUp, None, 370_000, Some(390_000)),
            span(Kind::Unreachable, None, 150_000, Some(190_000)),
            span(Kind::WrapUp, None, 2_990_000, Some(3_020_000)), // its end is in the future: 10 s
        ];
        let legs = [
            leg(Talk::Offer, 300_000, Some(310_000), Some(370_000), "NORMAL_CLEARING"), // 60 s
            leg(Talk::Offer, 400_000, None, Some(420_000), "NO_ANSWER"),
            leg(Talk::Offer, 430_000, None, Some(431_000), "CALL_REJECTED"),
            leg(Talk::Offer, 440_000, None, Some(441_000), "LOSE_RACE"),
            leg(Talk::Offer, 450_000, None, Some(451_000), "ORIGINATOR_CANCEL"),
            leg(Talk::Offer, -5_000, Some(-4_000), Some(3_000), "NORMAL_CLEARING"), // began before; 3 s of talk are in the hour
            leg(Talk::Outbound, 500_000, Some(505_000), Some(535_000), "NORMAL_CLEARING"), // 30 s
            leg(Talk::Outbound, 600_000, None, Some(610_000), "USER_BUSY"),
            leg(Talk::Other, 700_000, Some(701_000), Some(702_000), "NORMAL_CLEARING"), // 1 s
            leg(Talk::Other, 2_980_000, Some(2_995_000), None, ""),                     // talks: 5 s
        ];
        let whole = figures(&hours(1, None), 3_000_000, &spans, &legs).remove(0);
        let expected = AgentFigures {
            offered: 5,
            answered: 1,
            no_answers: 1,
            outbound: 2,
            checked_in_ms: 2_000_000,
            pauses: BTreeMap::from([(PauseId(1), 200_000), (PauseId(2), 50_000)]),
            wrap_up_ms: 30_000,
            unreachable_ms: 40_000,
            queue_talk_ms: 63_000,
            other_talk_ms: 36_000,
            // 5 s of the last talk lie in the wrap-up.
            occupied_ms: 124_000,
        };
        assert_eq!(whole, expected);
        assert_eq!(whole.occupancy(), Some(124_000.0 / 1_750_000.0));
    }

    #[test]
    fn a_moment_counts_once_in_whatever_order_legs_come() {
        let talk = |from, to| leg(Talk::Other, from, Some(from), Some(to), "");
        let mut legs = [talk(0, 10), talk(20, 30), talk(5, 21), talk(40, 50), talk(42, 44), talk(50, 60), talk(70, 70)];
        for _ in 0..legs.len() {
            legs.rotate_left(1);
            assert_eq!(figures(&hours(1, None), HOUR_MS, &[span(Kind::WrapUp, None, 55, Some(65))], &legs)[0].occupied_ms, 30 + 25);
        }
    }

    #[test]
    fn who_is_not_there_has_no_occupancy() {
        assert_eq!(AgentFigures::default().occupancy(), None);
        let spans = [span(Kind::CheckedIn, None, 0, None), span(Kind::Paused, Some(1), 0, None)];
        assert_eq!(figures(&hours(1, None), HOUR_MS, &spans, &[])[0].occupancy(), None);
    }

    fn any_span() -> impl Strategy<Value = SpanRow> {
        (-9 * HOUR_MS..60 * HOUR_MS, prop::option::of(0..9 * HOUR_MS), 0_usize..4, 1_i64..4).prop_map(|(begun, length, kind, pause)| {
            let kind = Kind::ALL[kind];
            span(kind, (kind == Kind::Paused).then_some(pause), begun, length.map(|length| begun + length))
        })
    }

    fn any_leg() -> impl Strategy<Value = LegRow> {
        let what = prop_oneof![Just(Talk::Offer), Just(Talk::Outbound), Just(Talk::Other)];
        (what, -HOUR_MS..60 * HOUR_MS, prop::option::of(0..HOUR_MS), prop::option::of(0..HOUR_MS), 0_usize..2).prop_map(
            |(what, started, ringing, talk, cause)| {
                let answered = ringing.map(|ms| started + ms);
                leg(what, started, answered, talk.map(|ms| answered.unwrap_or(started) + ms), ["NO_ANSWER", "USER_BUSY"][cause])
            },
        )
    }

    proptest! {
        #[test]
        fn the_intervals_add_up_to_the_whole(
            spans in prop::collection::vec(any_span(), 0..30), legs in prop::collection::vec(any_leg(), 0..30),
            now in 0..60 * HOUR_MS, step in 0_usize..6,
        ) {
            let whole = figures(&hours(48, None), now, &spans, &legs).remove(0);
            let parts = figures(&hours(48, Some(Step::ALL[step])), now, &spans, &legs);
            prop_assert_eq!(parts.iter().fold(AgentFigures::default(), AgentFigures::and), whole);
        }
    }
}
