//! Click-to-call: the device is rung first; when it answers, its leg goes into the dialplan as if it had dialled the destination.

use std::time::Duration;

use uuid::Uuid;

use super::cause::HangupCause;
use super::contact::{CONFIRM_PROMPT, OUTSIDE, endpoint};
use super::spoken::Spoken;
use super::step::Unwritable;
use crate::domain::call::CallType;
use crate::domain::device::Line;
use crate::domain::number::{DialNumber, Domain, Gateway, LeadId};
use crate::domain::{AccountId, Device, UserId};
use crate::esl::command::{Api, Text, Verb};

/// The dialplan context of an account's own phones, and so of the legs that ccgate originates. One for all accounts: the request says whose leg
/// it is (`variable_ccgate_account_id`).
pub const CONTEXT: &str = "ccgate";

/// Seconds for which a device is rung when nothing else is said.
pub const RING_TIMEOUT_S: u32 = 30;

/// How much longer than the device rings the switch may take to say how it ended.
const ANSWER_GRACE: Duration = Duration::from_secs(10);

/// A click-to-call. Every part was parsed; free text is [`Spoken`].
#[derive(Clone, Debug)]
pub struct OriginateRequest {
    /// The uuid that the device's leg gets; chosen before, so that it is never asked for twice.
    pub uuid: Uuid,
    /// The device to ring.
    pub device: Device,
    /// Its account.
    pub account_id: AccountId,
    /// The account's domain.
    pub domain: Domain,
    /// Who sits at the device, if anybody.
    pub user_id: Option<UserId>,
    /// For an external device without a gateway of its own.
    pub gateway: Option<Gateway>,
    /// What is dialled when the device answers.
    pub destination: DialNumber,
    /// Whether that is outside or one of the account's own numbers.
    pub call_type: CallType,
    /// Its country, where it is outside and its number tells (ISO 3166-1 alpha-2).
    pub country: Option<&'static str>,
    /// Number and name that the destination sees.
    pub caller_id: CallerId,
    /// Number and name that the device shows while it rings.
    pub display: CallerId,
    /// Whether the device answers by itself.
    pub auto_answer: bool,
    /// Seconds for which the device is rung, at most [`RING_TIMEOUT_MAX_S`]; [`RING_TIMEOUT_S`] when 0.
    pub timeout_s: u32,
    /// The lead that is called.
    pub lead_id: Option<LeadId>,
    /// Its name, as the account's lists have it.
    pub lead_name: Spoken,
    /// Tags; they stand in `ccgate_tags` with a `;` between them, which is no syntax anywhere.
    pub tags: Vec<Spoken>,
    /// Further channel variables.
    pub variables: Vec<(VariableName, Spoken)>,
}

/// The longest time for which a device is rung, in seconds.
pub const RING_TIMEOUT_MAX_S: u32 = 120;

/// A number and a name, each of which may be left to the switch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallerId {
    /// The number.
    pub number: Option<DialNumber>,
    /// The name.
    pub name: Spoken,
}

/// The name of a channel variable that an API client may set: letters, digits and `_`, after `ext_`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VariableName(String);

impl VariableName {
    /// The most characters it has, without `ext_`.
    pub const MAX_CHARS: usize = 64;

    /// `ext_<name>`; none when the name has other characters, so that nothing but `ext_` variables can be set.
    pub fn ext(name: &str) -> Option<Self> {
        let fits = (1..=Self::MAX_CHARS).contains(&name.len());
        let valid = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        (fits && valid).then(|| Self(format!("ext_{name}")))
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The device answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Its leg: [`OriginateRequest::uuid`].
    pub uuid: Uuid,
}

/// Why nobody answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginateError {
    /// The device did not answer, and why.
    #[error("the device did not answer: {0}")]
    Failed(HangupCause),
    /// No connection to the switch; nothing was asked for.
    #[error("no connection to the switch")]
    Away,
    /// The connection was lost meanwhile, and the leg is not there (any more): it did not answer, or hung up again.
    #[error("the connection to the switch was lost while the device was ringing")]
    Lost,
    /// The switch refused the command.
    #[error("the switch refused: {0}")]
    Refused(String),
    /// Too much at once.
    #[error("too many calls are being originated")]
    Busy,
    /// The command cannot be written.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
}

impl OriginateRequest {
    /// Seconds for which the device rings.
    pub fn ring_s(&self) -> u32 {
        if self.timeout_s == 0 { RING_TIMEOUT_S } else { self.timeout_s.min(RING_TIMEOUT_MAX_S) }
    }

    /// How long its end may take.
    pub fn deadline(&self) -> Duration {
        Duration::from_secs(u64::from(self.ring_s())) + ANSWER_GRACE
    }

    /// The command.
    ///
    /// # Errors
    /// When it cannot be written: too long.
    pub fn api(&self) -> Result<Api, Unwritable> {
        let variables: Vec<String> =
            self.channel_variables().into_iter().map(|(name, value)| format!("{name}={}", quoted(&value))).collect();
        let endpoint = endpoint(&self.device, &self.domain, self.gateway.as_ref());
        let args = format!("{{{}}}{endpoint} {} XML {CONTEXT}", variables.join(","), self.destination);
        Ok(Api::new(Verb::Originate, Text::new(args)?))
    }

    fn channel_variables(&self) -> Vec<(&str, String)> {
        let mut set: Vec<(&str, String)> = vec![
            ("origination_uuid", self.uuid.to_string()),
            ("originate_timeout", self.ring_s().to_string()),
            ("ignore_early_media", "true".to_owned()),
            ("ccgate_call_id", self.uuid.to_string()),
            ("ccgate_call_type", self.call_type.as_str().to_owned()),
            ("ccgate_account_id", self.account_id.to_string()),
            ("ccgate_device_id", self.device.id.to_string()),
            ("ccgate_dst_num", self.destination.to_string()),
        ];
        let mut text = |name: &'static str, value: Option<String>| {
            if let Some(value) = value {
                set.push((name, value));
            }
        };
        let spoken = |value: &Spoken| (!value.is_empty()).then(|| value.to_string());
        let number = |value: &Option<DialNumber>| value.as_ref().map(ToString::to_string);
        text("ccgate_user_id", self.user_id.map(|id| id.to_string()));
        text("ccgate_lead_id", self.lead_id.as_ref().map(ToString::to_string));
        text("ccgate_a2", self.country.map(str::to_owned));
        text("ccgate_lead_name", spoken(&self.lead_name));
        let tags: Vec<&str> = self.tags.iter().map(Spoken::as_str).filter(|tag| !tag.is_empty()).collect();
        text("ccgate_tags", (!tags.is_empty()).then(|| tags.join(";")));
        // The device shows whom it is about to call when nothing else was asked for. A number without a name is its own name: left to itself the
        // switch takes "Outbound Call".
        let shown = number(&self.display.number).or_else(|| Some(self.destination.to_string()));
        text("origination_caller_id_name", spoken(&self.display.name).or_else(|| shown.clone()));
        text("origination_caller_id_number", shown);
        let own = match &self.device.line {
            Line::Sip { username, .. } => username.to_string(),
            Line::External { number, .. } => number.to_string(),
        };
        let seen = number(&self.caller_id.number).or(Some(own));
        text("effective_caller_id_name", spoken(&self.caller_id.name).or_else(|| seen.clone()));
        text("effective_caller_id_number", seen);
        text("sip_auto_answer", self.auto_answer.then(|| "true".to_owned()));
        if let Line::External { confirm, .. } = self.device.line {
            text(OUTSIDE, Some("true".to_owned()));
            text("group_confirm_key", confirm.then(|| "1".to_owned()));
            text("group_confirm_file", confirm.then(|| CONFIRM_PROMPT.to_owned()));
        }
        set.extend(self.variables.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name.as_str(), value.to_string())));
        set
    }
}

/// A value as the command's first splitter wants it: at spaces, but for those in quotes. The values hold no quote.
fn quoted(value: &str) -> String {
    if value.contains(' ') { format!("'{value}'") } else { value.to_owned() }
}

#[cfg(test)]
#[path = "originate_tests.rs"]
mod tests;
