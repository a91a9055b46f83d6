//! Mailboxes of mod_voicemail.

use serde::{Deserialize, Serialize};

use super::id::VoicemailId;
use super::number::ExtensionNumber;
use super::resource::Kind;

/// A mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voicemail {
    /// Its number in the account, which callers to it and mod_voicemail know it by.
    pub number: ExtensionNumber,
    /// What its owner keys in to listen: digits.
    pub password: Pin,
    /// Where new messages are sent.
    pub email: Option<String>,
}

impl Kind for Voicemail {
    type Id = VoicemailId;
    const NAME: &'static str = "voicemail";
    const WORDS: &'static str = "voicemail box";
}

/// A secret of 4 to 16 digits. Not printed; the switch needs it as it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pin(String);

/// That a text is no PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 4 to 16 digits")]
pub struct PinError;

impl Pin {
    /// Parses what an API client gave.
    ///
    /// # Errors
    /// [`PinError`].
    pub fn parse(text: &str) -> Result<Self, PinError> {
        let fits = (4..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if fits { Ok(Self(text.to_owned())) } else { Err(PinError) }
    }

    /// The last eight digits of a number.
    pub fn of_number(number: u32) -> Self {
        Self(format!("{:08}", number % 100_000_000))
    }

    /// The digits.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin(…)")
    }
}

impl TryFrom<String> for Pin {
    type Error = PinError;

    fn try_from(text: String) -> Result<Self, PinError> {
        Self::parse(&text)
    }
}

impl From<Pin> for String {
    fn from(pin: Pin) -> Self {
        pin.0
    }
}
