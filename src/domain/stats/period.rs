//! A stretch of time, and the intervals that it is cut into.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};

use crate::clock::Millis;

/// The most intervals of a period.
pub const INTERVALS_MAX: usize = 2_000;

/// How long intervals are, by the clock and the calendar of a time zone: where clocks change a day has 23 or 25 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// From a quarter to the next.
    QuarterHour,
    /// From a half hour to the next.
    HalfHour,
    /// From an hour to the next.
    Hour,
    /// From midnight to midnight.
    Day,
    /// From Monday to Monday.
    Week,
    /// From the first of a month to the next.
    Month,
}

/// A period, with the edges of its intervals. The first and the last may be shorter than the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// In order, at least two, no two alike.
    edges: Vec<Millis>,
}

/// Why there is no such period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// Nothing is in it.
    #[error("must be after from")]
    Empty,
    /// Too many intervals.
    #[error("would cut the period into more than {INTERVALS_MAX} intervals; ask for longer intervals or a shorter period")]
    TooMany,
    /// Before or after all time.
    #[error("must be a time between the years -9999 and 9999")]
    NoTime,
}

impl Step {
    /// Each of them.
    pub const ALL: [Self; 6] = [Self::QuarterHour, Self::HalfHour, Self::Hour, Self::Day, Self::Week, Self::Month];

    /// The next edge after a moment.
    fn next(self, at: &Zoned) -> Option<Zoned> {
        let by_clock = |minutes: i64| {
            let into_ms = i64::from(at.minute()) % minutes * 60_000 + i64::from(at.second()) * 1_000 + i64::from(at.millisecond());
            at.checked_add((minutes * 60_000 - into_ms).milliseconds()).ok()
        };
        let date = at.date();
        let first = match self {
            Self::QuarterHour => return by_clock(15),
            Self::HalfHour => return by_clock(30),
            Self::Hour => return by_clock(60),
            Self::Day => date.tomorrow().ok()?,
            Self::Week => date.checked_add((7 - i32::from(date.weekday().to_monday_zero_offset())).days()).ok()?,
            Self::Month => date.last_of_month().tomorrow().ok()?,
        };
        // Where a clock goes back over midnight, the midnight of tomorrow may have been.
        [Ok(first), first.tomorrow()]
            .into_iter()
            .flatten()
            .filter_map(|day| day.to_zoned(at.time_zone().clone()).ok())
            .find(|edge| edge > at)
    }
}

impl Period {
    /// From `from` up to, and without, `to`; one interval where no step is given.
    ///
    /// # Errors
    /// See [`PeriodError`].
    pub fn new(from: Millis, to: Millis, step: Option<Step>, zone: &TimeZone) -> Result<Self, PeriodError> {
        let mut at = zoned(from, zone).ok_or(PeriodError::NoTime)?;
        zoned(to, zone).ok_or(PeriodError::NoTime)?;
        if to <= from {
            return Err(PeriodError::Empty);
        }
        let mut edges = vec![from];
        while let Some(next) = step.and_then(|step| step.next(&at)).filter(|next| millis(next) < to) {
            if edges.len() == INTERVALS_MAX {
                return Err(PeriodError::TooMany);
            }
            edges.push(millis(&next));
            at = next;
        }
        edges.push(to);
        Ok(Self { edges })
    }

    /// When the day of a moment began.
    ///
    /// # Errors
    /// [`PeriodError::NoTime`].
    pub fn day_of(now: Millis, zone: &TimeZone) -> Result<Millis, PeriodError> {
        let began = zoned(now, zone).and_then(|now| now.start_of_day().ok());
        began.map(|began| millis(&began)).ok_or(PeriodError::NoTime)
    }

    /// Its first moment.
    pub fn from(&self) -> Millis {
        self.edges[0]
    }

    /// The first moment after it.
    pub fn to(&self) -> Millis {
        self.edges[self.edges.len() - 1]
    }

    /// Its intervals, each from a moment up to another; in order and without gaps.
    pub fn intervals(&self) -> impl ExactSizeIterator<Item = (Millis, Millis)> + '_ {
        self.edges.windows(2).map(|edges| (edges[0], edges[1]))
    }

    /// Which interval a moment is in.
    pub fn interval_of(&self, at: Millis) -> Option<usize> {
        let after = self.edges.partition_point(|edge| *edge <= at);
        (after > 0 && after < self.edges.len()).then(|| after - 1)
    }

    /// How many milliseconds of a stretch of time are in each interval that it touches.
    pub fn cut(&self, from: Millis, to: Millis) -> impl Iterator<Item = (usize, i64)> + '_ {
        let first = self.edges.partition_point(|edge| *edge <= from).saturating_sub(1);
        let intervals = self.edges.windows(2).enumerate().skip(first).take_while(move |(_, edges)| edges[0] < to);
        intervals.map(move |(at, edges)| (at, edges[1].min(to).since(edges[0].max(from)))).filter(|(_, ms)| *ms > 0)
    }
}

fn zoned(at: Millis, zone: &TimeZone) -> Option<Zoned> {
    Timestamp::from_millisecond(at.0).ok().map(|at| at.to_zoned(zone.clone()))
}

fn millis(at: &Zoned) -> Millis {
    Millis(at.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn at(text: &str, name: &str) -> Millis {
        let zoned: Zoned = format!("{text}[{name}]").parse().unwrap();
        Millis(zoned.timestamp().as_millisecond())
    }

    /// The lengths of the intervals, in minutes.
    fn minutes(from: &str, to: &str, step: Step, name: &str) -> Vec<i64> {
        let period = Period::new(at(from, name), at(to, name), Some(step), &zone(name)).unwrap();
        period.intervals().map(|(from, to)| to.since(from) / 60_000).collect()
    }

    #[test]
    fn days_are_as_long_as_their_clocks_say() {
        // Berlin's clocks go forward on 2026-03-29 and back on 2026-10-25, Jerusalem's back on the same day at two.
        assert_eq!(minutes("2026-03-28T00:00", "2026-03-31T00:00", Step::Day, "Europe/Berlin"), [24 * 60, 23 * 60, 24 * 60]);
        assert_eq!(minutes("2026-10-24T00:00", "2026-10-27T00:00", Step::Day, "Europe/Berlin"), [24 * 60, 25 * 60, 24 * 60]);
        assert_eq!(minutes("2026-10-25T00:00", "2026-10-26T00:00", Step::Hour, "Europe/Berlin").len(), 25);
        assert_eq!(minutes("2026-03-29T00:00", "2026-03-30T00:00", Step::HalfHour, "Europe/Berlin").len(), 46);
        // Beirut's midnight of that day is never shown by a clock, Lord Howe's clocks move by half an hour.
        assert_eq!(minutes("2026-03-28T00:00", "2026-03-30T00:00", Step::Day, "Asia/Beirut"), [24 * 60, 23 * 60]);
        assert_eq!(minutes("2026-04-05T00:00", "2026-04-06T00:00", Step::Day, "Australia/Lord_Howe"), [24 * 60 + 30]);
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        // 2026-11-25 is a Wednesday.
        assert_eq!(minutes("2026-11-25T12:00", "2026-12-02T00:00", Step::Week, "UTC"), [4 * 1_440 + 720, 2 * 1_440]);
        assert_eq!(minutes("2026-01-31T00:00", "2026-03-02T00:00", Step::Month, "UTC"), [1_440, 28 * 1_440, 1_440]);
        assert_eq!(minutes("2026-11-25T12:10", "2026-11-25T13:00", Step::QuarterHour, "Asia/Kathmandu"), [5, 15, 15, 15]);
    }

    #[test]
    fn what_is_no_period() {
        let utc = TimeZone::UTC;
        assert_eq!(Period::new(Millis(5), Millis(5), None, &utc), Err(PeriodError::Empty));
        assert_eq!(Period::new(Millis(0), Millis(i64::MAX), None, &utc), Err(PeriodError::NoTime));
        let hours = |count: i64| Period::new(Millis(0), Millis(count * HOUR_MS), Some(Step::Hour), &utc);
        assert_eq!(hours(2_000).map(|period| period.intervals().len()), Ok(2_000));
        assert_eq!(hours(2_001), Err(PeriodError::TooMany));
    }

    #[test]
    fn a_moment_is_in_one_interval() {
        let period = Period::new(Millis(0), Millis(2 * HOUR_MS), Some(Step::Hour), &TimeZone::UTC).unwrap();
        let of = |at| period.interval_of(Millis(at));
        assert_eq!([of(-1), of(0), of(HOUR_MS - 1), of(HOUR_MS), of(2 * HOUR_MS)], [None, Some(0), Some(0), Some(1), None]);
    }

    #[test]
    fn a_stretch_is_cut_at_the_edges() {
        let period = Period::new(Millis(0), Millis(2 * HOUR_MS), Some(Step::Hour), &TimeZone::UTC).unwrap();
        let cut = |from, to| period.cut(Millis(from), Millis(to)).collect::<Vec<_>>();
        assert_eq!(cut(-5, 5), [(0, 5)]);
        assert_eq!(cut(HOUR_MS - 5, HOUR_MS + 7), [(0, 5), (1, 7)]);
        assert_eq!(cut(-9, 9 * HOUR_MS), [(0, HOUR_MS), (1, HOUR_MS)]);
        assert_eq!(cut(7, 7), []);
        assert_eq!(cut(9 * HOUR_MS, 10 * HOUR_MS), []);
        assert_eq!(cut(-9, -5), []);
    }

    proptest! {
        #[test]
        fn intervals_have_no_gaps_and_no_end_of_their_own(
            from in 0_i64..2_000_000_000, length_s in 1_i64..4_000_000, step in 0_usize..6,
            name in prop_oneof![Just("Asia/Jerusalem"), Just("America/Havana"), Just("Asia/Beirut"), Just("Australia/Lord_Howe")],
        ) {
            let (from, to) = (Millis(from * 1_000), Millis((from + length_s) * 1_000));
            let Ok(period) = Period::new(from, to, Some(Step::ALL[step]), &zone(name)) else {
                prop_assert!(length_s > 15 * 60 * 1_990);
                return Ok(());
            };
            prop_assert!(period.edges.is_sorted_by(|one, next| one < next));
            prop_assert_eq!((period.from(), period.to()), (from, to));
            prop_assert_eq!(period.cut(from, to).map(|(_, ms)| ms).sum::<i64>(), length_s * 1_000);
        }
    }
}
