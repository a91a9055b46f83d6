//! Hangup causes.

use std::fmt;

use serde::Serialize;

/// FreeSWITCH's name of why a call ended, such as `USER_BUSY`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct HangupCause(String);

impl HangupCause {
    /// The most characters a cause has.
    pub const MAX_CHARS: usize = 64;

    /// Reads a cause; none when the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = !text.is_empty() && text.len() <= Self::MAX_CHARS;
        let valid = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        (fits && valid).then(|| Self(text.to_owned()))
    }

    /// `NORMAL_CLEARING`: somebody hung up.
    pub fn normal_clearing() -> Self {
        Self("NORMAL_CLEARING".to_owned())
    }

    /// `NORMAL_TEMPORARY_FAILURE`: what callers are told when a queue is gone, and what stands where the switch named no cause.
    pub fn temporary_failure() -> Self {
        Self("NORMAL_TEMPORARY_FAILURE".to_owned())
    }

    /// `ORIGINATOR_CANCEL`: whoever called gave up.
    pub fn originator_cancel() -> Self {
        Self("ORIGINATOR_CANCEL".to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HangupCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_one_upper_case_word() {
        assert_eq!(HangupCause::parse("USER_BUSY\n").unwrap().as_str(), "USER_BUSY");
        for other in ["", "No such channel!", "user_busy", "A B"] {
            assert_eq!(HangupCause::parse(other), None, "{other:?}");
        }
    }
}
