//! Hours in which something holds: opening hours, shifts.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::id::TimeGroupId;
use super::resource::Kind;
use crate::clock::Millis;

/// Days that are looked at for the next change: a rule comes round in a week, and an exception may stand in its way.
const DAYS_AHEAD_MAX: i32 = 400;

/// Hours of a week, and of days that are not as others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TimeGroup {
    /// IANA name of the zone that the hours are in; the account's when none.
    pub timezone: Option<String>,
    /// The hours of the week. None of them holds on a day with an exception.
    pub rules: Vec<Rule>,
    /// The hours of single days, instead of the week's.
    pub exceptions: Vec<Exception>,
}

impl Kind for TimeGroup {
    type Id = TimeGroupId;
    const NAME: &'static str = "time_group";
    const WORDS: &'static str = "time group";
}

/// Hours of some days of the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// 1 Monday to 7 Sunday, as ISO 8601 counts.
    pub days: BTreeSet<i8>,
    /// When it begins and ends.
    #[serde(flatten)]
    pub hours: Hours,
}

/// Hours of one day; none at all where they begin and end at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// The day.
    pub date: Date,
    /// When it begins and ends.
    #[serde(flatten)]
    pub hours: Hours,
}

/// From a moment of the day up to another; over midnight when that is earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// The first moment.
    pub from: Time,
    /// The first moment after it.
    pub to: Time,
}

impl Hours {
    /// What [`Hours::to`] is at the end of the day: 24:00, which no clock shows.
    pub const END_OF_DAY: Time = Time::MAX;

    /// Whether a time of the day is in it, be it of today or of the day before.
    pub fn has(self, time: Time) -> bool {
        let (from, to) = (self.from, if self.to == Self::END_OF_DAY { Time::midnight() } else { self.to });
        match from.cmp(&to) {
            Ordering::Less => from <= time && time < to,
            Ordering::Equal => from == Time::midnight(),
            Ordering::Greater => from <= time || time < to,
        }
    }

    /// As an interval of the days around it; none when it is empty.
    fn on(self, day: Date) -> Option<(DateTime, DateTime)> {
        if self.from == self.to && self.from != Time::midnight() {
            return None;
        }
        let to = if self.to == Self::END_OF_DAY { Time::midnight() } else { self.to };
        let end = if to > self.from { day } else { day.checked_add(1.day()).ok()? };
        Some((day.to_datetime(self.from), end.to_datetime(to)))
    }
}

impl TimeGroup {
    /// Whether it holds at this moment; `account_zone` is the name of the account's time zone.
    pub fn holds(&self, now: Millis, account_zone: &str) -> bool {
        let Some(local) = self.local(now, account_zone) else { return false };
        self.around(local.date(), -1, 0).any(|(from, to)| from <= local && local < to)
    }

    /// When that changes next; none when it never does.
    pub fn next_change(&self, now: Millis, account_zone: &str) -> Option<Millis> {
        let zone = self.zone(account_zone)?;
        let local = self.local(now, account_zone)?;
        let holds = self.holds(now, account_zone);
        let edges = self.around(local.date(), -1, DAYS_AHEAD_MAX).flat_map(|(from, to)| [from, to]).filter(|edge| *edge > local);
        let mut edges: Vec<_> = edges.collect();
        edges.sort_unstable();
        edges.dedup();
        edges
            .into_iter()
            .filter_map(|edge| zone.to_ambiguous_timestamp(edge).compatible().ok())
            .map(|at| Millis(at.as_millisecond()))
            .find(|at| *at > now && self.holds(*at, account_zone) != holds)
    }

    /// The hours of the week in words: `days 1,2,3 from 09:00 to 17:30 (Asia/Jerusalem)`, 1 for Monday.
    pub fn in_words(&self, account_zone: &str) -> String {
        let rule = |rule: &Rule| {
            let days: Vec<_> = rule.days.iter().map(i8::to_string).collect();
            let to = if rule.hours.to == Hours::END_OF_DAY { "24:00".to_owned() } else { rule.hours.to.strftime("%H:%M").to_string() };
            format!("days {} from {} to {to}", days.join(","), rule.hours.from.strftime("%H:%M"))
        };
        let rules: Vec<_> = self.rules.iter().map(rule).collect();
        let rules = if rules.is_empty() { "none in a week".to_owned() } else { rules.join(" and ") };
        format!("{rules} ({})", self.timezone.as_deref().unwrap_or(account_zone))
    }

    fn zone(&self, account_zone: &str) -> Option<TimeZone> {
        TimeZone::get(self.timezone.as_deref().unwrap_or(account_zone)).ok()
    }

    fn local(&self, now: Millis, account_zone: &str) -> Option<DateTime> {
        let at = Timestamp::from_millisecond(now.0).ok()?;
        Some(self.zone(account_zone)?.to_datetime(at))
    }

    /// The intervals that begin on the days from `first` to `last`, counted from `day`.
    fn around(&self, day: Date, first: i32, last: i32) -> impl Iterator<Item = (DateTime, DateTime)> {
        let days = (first..=last).filter_map(move |offset| day.checked_add(offset.days()).ok());
        days.flat_map(|day| self.hours_of(day).into_iter().filter_map(move |hours| hours.on(day)))
    }

    fn hours_of(&self, day: Date) -> Vec<Hours> {
        let exceptions: Vec<_> =
            self.exceptions.iter().filter(|exception| exception.date == day).map(|exception| exception.hours).collect();
        if !exceptions.is_empty() {
            // An exception without hours closes the day: from midnight to midnight it would be open all day.
            return exceptions.into_iter().filter(|hours| hours.from != hours.to).collect();
        }
        let weekday = day.weekday().to_monday_one_offset();
        self.rules.iter().filter(|rule| rule.days.contains(&weekday)).map(|rule| rule.hours).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Millis {
        let zoned: jiff::Zoned = format!("{text}[Asia/Jerusalem]").parse().unwrap();
        Millis(zoned.timestamp().as_millisecond())
    }

    fn group() -> TimeGroup {
        let text = r#"{"rules":[{"days":[7,1,2,3,4],"from":"09:00:00","to":"17:30:00"},{"days":[4],"from":"22:00:00","to":"02:00:00"}],
            "exceptions":[{"date":"2026-11-25","from":"10:00:00","to":"12:00:00"},{"date":"2026-11-26","from":"00:00:00","to":"00:00:00"}]}"#;
        serde_json::from_str(text).unwrap()
    }

    fn holds(text: &str) -> bool {
        group().holds(at(text), "Asia/Jerusalem")
    }

    #[test]
    fn days_hours_nights_and_exceptions() {
        // 2026-11-22 is a Sunday.
        assert!(holds("2026-11-22T09:00") && holds("2026-11-22T17:29") && !holds("2026-11-22T17:30") && !holds("2026-11-22T08:59"));
        assert!(!holds("2026-11-27T12:00"), "a Friday");
        assert!(!holds("2026-11-25T09:30") && holds("2026-11-25T11:00") && !holds("2026-11-25T13:00"), "another day's hours");
        assert!(!holds("2026-11-26T12:00") && !holds("2026-11-26T23:00"), "closed");
        assert!(holds("2026-11-19T23:00") && holds("2026-11-20T01:59") && !holds("2026-11-20T02:00"), "over midnight");
    }

    #[test]
    fn midnight_to_midnight_is_the_whole_day() {
        let all: TimeGroup = serde_json::from_str(r#"{"rules":[{"days":[1],"from":"00:00:00","to":"00:00:00"}]}"#).unwrap();
        assert!(all.holds(at("2026-11-23T00:00"), "Asia/Jerusalem") && all.holds(at("2026-11-23T23:59"), "Asia/Jerusalem"));
        assert!(!all.holds(at("2026-11-24T00:00"), "Asia/Jerusalem"));
    }

    #[test]
    fn an_exception_may_open_the_whole_day() {
        let hours = Hours { from: Time::midnight(), to: Hours::END_OF_DAY };
        let exceptions = vec![Exception { date: "2026-11-27".parse().unwrap(), hours }];
        let open = TimeGroup { exceptions, ..group() };
        assert!(open.holds(at("2026-11-27T00:00"), "Asia/Jerusalem") && open.holds(at("2026-11-27T23:59"), "Asia/Jerusalem"));
        assert!(!open.holds(at("2026-11-28T00:00"), "Asia/Jerusalem"));
        assert_eq!(open.next_change(at("2026-11-27T10:00"), "Asia/Jerusalem"), Some(at("2026-11-28T00:00")));
    }

    #[test]
    fn the_next_change_is_seen_coming() {
        let next = |text| group().next_change(at(text), "Asia/Jerusalem");
        assert_eq!(next("2026-11-22T10:00"), Some(at("2026-11-22T17:30")));
        assert_eq!(next("2026-11-24T18:00"), Some(at("2026-11-25T10:00")));
        assert_eq!(next("2026-11-25T13:00"), Some(at("2026-11-29T09:00")), "over the closed day and the weekend");
        assert_eq!(TimeGroup::default().next_change(at("2026-11-22T10:00"), "UTC"), None);
        assert!(!TimeGroup::default().holds(at("2026-11-22T10:00"), "UTC"), "no rules, no hours");
    }

    #[test]
    fn in_words() {
        let words = group().in_words("Asia/Jerusalem");
        assert_eq!(words, "days 1,2,3,4,7 from 09:00 to 17:30 and days 4 from 22:00 to 02:00 (Asia/Jerusalem)");
        assert_eq!(TimeGroup::default().in_words("UTC"), "none in a week (UTC)");
    }

    #[test]
    fn a_zone_of_its_own() {
        let utc = TimeGroup { timezone: Some("UTC".to_owned()), ..group() };
        assert!(!utc.holds(at("2026-11-22T09:00"), "Asia/Jerusalem") && utc.holds(at("2026-11-22T19:00"), "Asia/Jerusalem"));
    }
}
