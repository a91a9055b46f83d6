//! Which numbers outside an account calls, and how much: what stands between a stolen password and a bill.
//!
//! The box has rules for all of its accounts, and each account has its own; a call leaves when both let it. Emergency calls are not asked about.

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::account::Limits;
use super::number::ExtensionNumber;
use super::phone::{Reached, Tariff};
use super::time_group::Hours;
use crate::clock::Millis;

/// Which numbers may be called, and when. By default what people call: fixed, mobile and toll-free numbers of the account's country.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Numbers that cost more than a call: see [`Tariff::Premium`].
    pub premium: bool,
    /// Numbers of other countries than the account's.
    pub international: bool,
    /// Numbers that no plan has: see [`Tariff::Unlisted`].
    pub unlisted: bool,
    /// Other countries that are called as the account's own is (ISO 3166-1 alpha-2).
    pub countries: Vec<String>,
    /// Numbers that are called all the same, by how they begin: `+44` what begins so with the country's code; without `+` what no plan has, as it is
    /// dialled. What is [`Tariff::Premium`] only by a prefix that is longer than the country's code.
    pub allow: Vec<ExtensionNumber>,
    /// The hours of each day, in the account's time zone, in which nothing leaves.
    pub night: Option<Hours>,
}

impl Policy {
    /// The policy that lets everything leave.
    pub fn open() -> Self {
        Self { premium: true, international: true, unlisted: true, ..Self::default() }
    }

    fn admits(&self, number: &Reached, home: &str) -> Result<(), Reason> {
        let lifted = self.allow.iter().filter_map(|prefix| fits(prefix, number)).max();
        let code_len = number.code.map_or(0, |code| code.to_string().len());
        if number.tariff == Tariff::Premium && !self.premium && lifted.is_none_or(|len| len <= code_len) {
            return Err(Reason::Premium);
        }
        if lifted.is_some() {
            return Ok(());
        }
        let near = |country: &str| country == home || self.countries.iter().any(|other| other == country);
        // What has a code and no country is abroad from everywhere.
        if number.code.is_some() && !self.international && !number.country.is_some_and(near) {
            return Err(Reason::International);
        }
        if number.tariff == Tariff::Unlisted && !self.unlisted { Err(Reason::Unlisted) } else { Ok(()) }
    }
}

/// So many digits of the number this prefix names.
fn fits(prefix: &ExtensionNumber, number: &Reached) -> Option<usize> {
    let digits = match prefix.as_str().strip_prefix('+') {
        Some(digits) => number.code.is_some().then_some(digits)?,
        None => number.code.is_none().then_some(prefix.as_str())?,
    };
    (!digits.is_empty() && number.digits.trim_start_matches('+').starts_with(digits)).then_some(digits.len())
}

/// What the operator of the box lets any account do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceiling {
    /// Which numbers.
    pub policy: Policy,
    /// How much, an account.
    pub limits: Limits,
}

impl Default for Ceiling {
    fn default() -> Self {
        Self { policy: Policy::open(), limits: Limits::default() }
    }
}

impl Ceiling {
    /// What of an account's rules is above the box's: the field, and what it may be. It would have no effect.
    pub fn exceeded_by(&self, policy: &Policy, limits: &Limits) -> Option<(&'static str, String)> {
        let flags = [
            ("toll.premium", policy.premium, self.policy.premium),
            ("toll.international", policy.international, self.policy.international),
            ("toll.unlisted", policy.unlisted, self.policy.unlisted),
        ];
        let flag = flags.into_iter().find(|(_, wanted, may)| *wanted && !may).map(|(name, ..)| (name, "false".to_owned()));
        let counts = limits.named().into_iter().zip(self.limits.named());
        let over = |((name, wanted), (_, most)): ((_, Option<u32>), (_, Option<u32>))| {
            most.filter(|most| wanted.is_some_and(|wanted| wanted > *most)).map(|most| (name, format!("at most {most}")))
        };
        flag.or_else(|| counts.filter_map(over).next())
    }
}

/// The rules that hold for an account.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The box's.
    pub ceiling: &'a Ceiling,
    /// The account's own: which numbers.
    pub policy: &'a Policy,
    /// How much.
    pub limits: &'a Limits,
    /// Its country (ISO 3166-1 alpha-2).
    pub country: &'a str,
}

/// What the account has under way, the call that is asked about not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Calls outside that are up.
    pub under_way: u32,
    /// Calls outside that began within the last second.
    pub this_second: u32,
    /// How long was spoken outside since the day began, in milliseconds.
    pub today_ms: i64,
}

/// A moment where the account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The time of the day.
    pub time: Time,
    /// When the day began.
    pub day_began: Millis,
}

impl Moment {
    /// In this time zone; in UTC where there is none of that name.
    pub fn in_zone(now: Millis, zone: &str) -> Self {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let local = Timestamp::from_millisecond(now.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone);
        let day_began = local.start_of_day().map_or(now, |day| Millis(day.timestamp().as_millisecond()));
        Self { time: local.time(), day_began }
    }
}

/// Why a number outside is not called, or not now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// [`Policy::premium`]
    Premium,
    /// [`Policy::international`]
    International,
    /// [`Policy::unlisted`]
    Unlisted,
    /// [`Policy::night`]
    Night,
    /// [`Limits::calls_at_once`]
    CallsAtOnce,
    /// [`Limits::calls_per_second`]
    CallsPerSecond,
    /// [`Limits::minutes_per_day`]
    MinutesPerDay,
}

impl Reason {
    /// Its word in metrics and events.
    pub fn name(self) -> &'static str {
        match self {
            Self::Premium => "premium",
            Self::International => "international",
            Self::Unlisted => "unlisted",
            Self::Night => "night",
            Self::CallsAtOnce => "calls_at_once",
            Self::CallsPerSecond => "calls_per_second",
            Self::MinutesPerDay => "minutes_per_day",
        }
    }
}

/// A call outside that the rules do not let leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.in_words())]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// Whether by the box's rules, which no account changes.
    pub by_box: bool,
}

impl Refusal {
    fn in_words(self) -> String {
        let whose = if self.by_box { "this ccgate's ([toll] of its configuration)" } else { "the account's" };
        let lift = |field: &str| {
            let where_ = if self.by_box { "toll" } else { "the account's toll" };
            format!("{field} or allow of {where_} lifts that")
        };
        match self.reason {
            Reason::Premium => format!("{whose} rules bar premium-rate and shared-cost numbers; {}", lift("premium")),
            Reason::International => format!("{whose} rules bar numbers of other countries; {}", lift("international, countries")),
            Reason::Unlisted => format!("{whose} rules bar numbers that no numbering plan has; {}", lift("unlisted")),
            Reason::Night => format!("{whose} rules let no call out in these hours (toll.night)"),
            Reason::CallsAtOnce | Reason::CallsPerSecond | Reason::MinutesPerDay => {
                format!("{whose} limit {} is reached", self.reason.name())
            }
        }
    }
}

impl Rules<'_> {
    /// Whether a number may be called at all.
    ///
    /// # Errors
    /// [`Reason::Premium`], [`Reason::International`], [`Reason::Unlisted`].
    pub fn admit(&self, number: &Reached) -> Result<(), Refusal> {
        self.each(|policy, _| policy.admits(number, self.country))
    }

    /// Whether it may be now.
    ///
    /// # Errors
    /// Any [`Reason`].
    pub fn decide(&self, number: &Reached, at: Moment, usage: Usage) -> Result<(), Refusal> {
        self.admit(number)?;
        self.each(|policy, limits| {
            let reached = |limit: Option<u32>, used: u32| limit.is_some_and(|limit| used >= limit);
            if policy.night.is_some_and(|night| night.has(at.time)) {
                Err(Reason::Night)
            } else if reached(limits.calls_at_once, usage.under_way) {
                Err(Reason::CallsAtOnce)
            } else if reached(limits.calls_per_second, usage.this_second) {
                Err(Reason::CallsPerSecond)
            } else if limits.minutes_per_day.is_some_and(|minutes| usage.today_ms >= i64::from(minutes) * 60_000) {
                Err(Reason::MinutesPerDay)
            } else {
                Ok(())
            }
        })
    }

    /// The minutes that may be spoken in a day; none where neither side says.
    pub fn minutes_per_day(&self) -> Option<u32> {
        self.limits.minutes_per_day.into_iter().chain(self.ceiling.limits.minutes_per_day).min()
    }

    /// Seconds that a call may last which leaves now; none for no end.
    pub fn seconds_left(&self, today_ms: i64) -> Option<u32> {
        let left = i64::from(self.minutes_per_day()?) * 60 - today_ms / 1_000;
        Some(u32::try_from(left.max(1)).unwrap_or(u32::MAX))
    }

    fn each(&self, rule: impl Fn(&Policy, &Limits) -> Result<(), Reason>) -> Result<(), Refusal> {
        let refused = |by_box| move |reason| Refusal { reason, by_box };
        rule(&self.ceiling.policy, &self.ceiling.limits).map_err(refused(true))?;
        rule(self.policy, self.limits).map_err(refused(false))
    }
}

#[cfg(test)]
#[path = "toll_tests.rs"]
mod tests;
