//! The customer of a box and its settings.

use serde::{Deserialize, Serialize};

use super::dial_rule::DialRule;
use super::emergency;
use super::id::{AccountId, DialRuleId, PhoneListId};
use super::number::{Domain, ExtensionNumber, StarCode};
use super::resource::{Reference, refer};
use super::text::Label;
use super::toll::Policy;

/// A customer of this box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: Label,
    /// The SIP domain of its phones; the part after `@` in every name on the switch.
    pub domain: Domain,
    /// The rest.
    pub settings: Settings,
}

impl Account {
    /// Numbers that a phone reaches whatever else is set, at least one: the account's own, else its country's.
    pub fn emergency_numbers(&self) -> Vec<&str> {
        let own = &self.settings.emergency_numbers;
        if own.is_empty() {
            emergency::numbers(&self.settings.country).collect()
        } else {
            own.iter().map(ExtensionNumber::as_str).collect()
        }
    }
}

/// What an account sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// IANA name of its time zone.
    pub timezone: String,
    /// ISO 3166-1 alpha-2 code of its country.
    pub country: String,
    /// Where events are posted; none when they are not.
    pub event_url: Option<String>,
    /// Which events are posted; all that the document names when empty.
    pub event_names: Vec<String>,
    /// The emergency numbers, where they are not the country's: ask [`Account::emergency_numbers`].
    pub emergency_numbers: Vec<ExtensionNumber>,
    /// The list of numbers that are not called.
    pub dnc_list_id: Option<PhoneListId>,
    /// How numbers outside are dialled, where the user has no rule of its own; any number through the configured gateway when none.
    pub dr_id: Option<DialRuleId>,
    /// How much may be called outside.
    pub limits: Limits,
    /// Which numbers outside may be called.
    pub toll: Policy,
    /// Whether a phone with nobody checked in may dial.
    pub dial_without_checkin: bool,
    /// What a phone dials to serve queues; the number of one queue may follow. None: there is no such code.
    pub queue_login_code: Option<StarCode>,
    /// What it dials to serve them no longer.
    pub queue_logout_code: Option<StarCode>,
    /// Whether a user's devices are rows instead of objects.
    pub devices_as_rows: bool,
    /// Whether every status but 401 is 200.
    pub legacy_http_status: bool,
    /// Defaults of the users' overrides.
    pub defaults: Overrides,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timezone: "UTC".to_owned(),
            country: "IL".to_owned(),
            event_url: None,
            event_names: Vec::new(),
            emergency_numbers: Vec::new(),
            dnc_list_id: None,
            dr_id: None,
            limits: Limits::default(),
            toll: Policy::default(),
            dial_without_checkin: false,
            queue_login_code: StarCode::parse("*45").ok(),
            queue_logout_code: StarCode::parse("*46").ok(),
            devices_as_rows: false,
            legacy_http_status: false,
            defaults: Overrides::default(),
        }
    }
}

/// What a phone asks for with a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueCode {
    /// To serve queues.
    LogIn,
    /// To serve them no longer.
    LogOut,
}

/// What is dialled to listen to one's own mailbox.
pub const LISTEN_CODE: &str = "*97";

impl Settings {
    /// The code that was dialled, and what follows it.
    pub fn queue_code<'a>(&self, dialled: &'a str) -> Option<(QueueCode, &'a str)> {
        let codes = [(QueueCode::LogIn, &self.queue_login_code), (QueueCode::LogOut, &self.queue_logout_code)];
        codes.into_iter().find_map(|(asks, code)| Some((asks, dialled.strip_prefix(code.as_ref()?.as_str())?)))
    }

    /// Whether one of the codes has no digit, or begins another, so that it could not be told what was dialled.
    pub fn codes_are_mistakable(&self) -> bool {
        let own = [&self.queue_login_code, &self.queue_logout_code];
        let codes: Vec<_> = own.into_iter().flatten().map(StarCode::as_str).collect();
        let begins = |at: usize, code: &str| codes.iter().enumerate().any(|(other_at, other)| other_at != at && other.starts_with(code));
        codes.iter().enumerate().any(|(at, code)| code.len() < 2 || LISTEN_CODE.starts_with(code) || begins(at, code))
    }

    /// Which resources they name.
    pub fn references(&self) -> Vec<Reference> {
        refer::<DialRule>("dr_id", self.dr_id).collect()
    }
}

/// How much an account may call outside; none for no limit. Emergency numbers pass and do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Calls that are up at once.
    pub calls_at_once: Option<u32>,
    /// Calls that begin within one second.
    pub calls_per_second: Option<u32>,
    /// Minutes that are spoken in a day of the account's time zone.
    pub minutes_per_day: Option<u32>,
}

impl Limits {
    /// Each with its name in the API.
    pub fn named(&self) -> [(&'static str, Option<u32>); 3] {
        [
            ("limits.calls_at_once", self.calls_at_once),
            ("limits.calls_per_second", self.calls_per_second),
            ("limits.minutes_per_day", self.minutes_per_day),
        ]
    }
}

/// What a user may override of the account's defaults. Seconds, but for the two counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Overrides {
    /// Seconds a session lives; 0 or none: a day.
    pub session_ttl: Option<u32>,
    /// How often a wrap-up may be extended.
    pub max_snooze: Option<u32>,
    /// Seconds of wrap-up after a queue call.
    pub wrap_up_time: Option<u32>,
    /// Seconds without offers after a no-answer.
    pub no_answer_delay_time: Option<u32>,
    /// Seconds without offers after a rejected offer.
    pub reject_delay_time: Option<u32>,
    /// Seconds without offers after a busy phone.
    pub busy_delay_time: Option<u32>,
    /// No-answers in a row after which the agent is paused; 0 for never.
    pub max_no_answer: Option<u32>,
}

impl Overrides {
    /// These, with `defaults` where nothing is set.
    #[must_use]
    pub fn or(self, defaults: Self) -> Self {
        Self {
            session_ttl: self.session_ttl.or(defaults.session_ttl),
            max_snooze: self.max_snooze.or(defaults.max_snooze),
            wrap_up_time: self.wrap_up_time.or(defaults.wrap_up_time),
            no_answer_delay_time: self.no_answer_delay_time.or(defaults.no_answer_delay_time),
            reject_delay_time: self.reject_delay_time.or(defaults.reject_delay_time),
            busy_delay_time: self.busy_delay_time.or(defaults.busy_delay_time),
            max_no_answer: self.max_no_answer.or(defaults.max_no_answer),
        }
    }
}
