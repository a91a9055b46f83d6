//! Numbers that are dialled. They are parsed once, at the edge, and can hold nothing a dial string would take for syntax.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Nothing to dial.
    #[error("must not be empty")]
    Empty,
    /// Longer than a number can be.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// Something that is not dialled.
    #[error("may hold only {0}")]
    Character(&'static str),
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident, $max:expr, $allowed:expr, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The most characters it has.
            pub const MAX_CHARS: usize = $max;

            /// Parses what a caller or an API client gave.
            ///
            /// # Errors
            /// See [`NumberError`].
            pub fn parse(text: &str) -> Result<Self, NumberError> {
                if text.is_empty() {
                    return Err(NumberError::Empty);
                }
                if text.len() > Self::MAX_CHARS {
                    return Err(NumberError::TooLong(Self::MAX_CHARS));
                }
                let valid: fn(usize, u8) -> bool = $valid;
                if !text.bytes().enumerate().all(|(at, byte)| valid(at, byte)) {
                    return Err(NumberError::Character($allowed));
                }
                Ok(Self(text.to_owned()))
            }

            /// The number as it is dialled.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NumberError;

            fn try_from(text: String) -> Result<Self, NumberError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(number: $name) -> Self {
                number.0
            }
        }
    };
}

number!(
    /// A destination as `originate` takes it: digits, `*`, `#`, and one leading `+`.
    DialNumber,
    32,
    "digits, *, # and a leading +",
    |at, byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'#') || (at == 0 && byte == b'+')
);

number!(
    /// The number of an extension or a DID: digits, and one leading `+`. Star codes are ccgate's own, so no `*`.
    ExtensionNumber,
    32,
    "digits and a leading +",
    |at, byte| byte.is_ascii_digit() || (at == 0 && byte == b'+')
);

number!(
    /// A code of the account's that a phone dials: `*` and digits.
    StarCode,
    6,
    "a * and then digits",
    |at, byte| if at == 0 { byte == b'*' } else { byte.is_ascii_digit() }
);

number!(
    /// A SIP user name: letters, digits, `.`, `_` and `-`. It stands in `user/<name>@<domain>`.
    SipUser,
    64,
    "letters, digits, . _ and -",
    |_, byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
);

number!(
    /// A SIP domain: letters, digits, `.` and `-`.
    Domain,
    253,
    "letters, digits, . and -",
    |_, byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')
);

number!(
    /// The customer's own id of a lead: letters, digits, `.`, `_` and `-`. "04" stays "04".
    LeadId,
    64,
    "letters, digits, . _ and -",
    |_, byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
);

number!(
    /// A phone number as lists keep it: digits only, with the country's code in front where [`super::phone`] could tell it.
    Phone,
    32,
    "digits",
    |_, byte| byte.is_ascii_digit()
);

number!(
    /// The name of a gateway of the switch's configuration.
    Gateway,
    64,
    "letters, digits, . _ and -",
    |_, byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_cannot_carry_dial_string_syntax() {
        for hostile in [
            "",
            "1001\n\napi shutdown",
            "{x=y}1001",
            "1001,1002",
            "1001|1002",
            "&system(id)",
            "${system id}",
            "[a=b]1",
            "1 2",
            "1:_:2",
            "1001\r",
            "1001\0",
            "^^,1",
            "user/1001",
            "1001@host",
            "++1",
            "1+1",
            "'1'",
            "\\1",
            "١٢٣",
        ] {
            assert!(DialNumber::parse(hostile).is_err(), "{hostile:?} was taken for a number");
        }
        for fine in ["1001", "+972501234567", "**9477", "#31#5551"] {
            assert_eq!(DialNumber::parse(fine).unwrap().as_str(), fine);
        }
    }
}
