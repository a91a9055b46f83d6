//! Text that is safe to put on a command line of the event socket.
//!
//! A line feed ends a header and a blank line ends a command, so a text that holds one is a way to smuggle a command in. These
//! types cannot hold one; every command is made of them.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// The longest [`Text`], in bytes.
pub const TEXT_MAX_BYTES: usize = 16 * 1024;

/// Why a text cannot go on the wire. It never carries the text itself, which may be a phone number or a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// CR, LF or NUL.
    #[error("byte {at} is a line break or NUL")]
    LineBreak {
        /// Where, from 0, in bytes.
        at: usize,
    },
    /// Longer than [`TEXT_MAX_BYTES`].
    #[error("longer than {TEXT_MAX_BYTES} bytes")]
    TooLong,
    /// Empty where something is needed.
    #[error("empty")]
    Empty,
    /// A space where one word is needed.
    #[error("byte {at} is a space or colon, in a single word")]
    NotAWord {
        /// Where, from 0, in bytes.
        at: usize,
    },
    /// A user of `userauth` is `name@domain`.
    #[error("not a name@domain")]
    NotAUser,
    /// A header that the encoder itself writes.
    #[error("a header that is written by the encoder")]
    ReservedHeader,
}

/// A line of text: no CR, LF or NUL, at most [`TEXT_MAX_BYTES`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Text(String);

impl Text {
    /// # Errors
    /// When it holds what would end the line, or is too long.
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        check(&text)?;
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One word: a [`Text`] that is not empty and has no space and no colon, for example an event's or a header's name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Word(Text);

impl Word {
    /// # Errors
    /// When it is no single word.
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let word = Self::subclass(text)?;
        match word.as_str().find(':') {
            Some(at) => Err(TextError::NotAWord { at }),
            None => Ok(word),
        }
    }

    /// A word that may hold colons, as a subclass does (`callcenter::info`).
    ///
    /// # Errors
    /// When it is no single word.
    pub fn subclass(text: impl Into<String>) -> Result<Self, TextError> {
        let text = Text::new(text)?;
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        match text.as_str().find([' ', '\t']) {
            Some(at) => Err(TextError::NotAWord { at }),
            None => Ok(Self(text)),
        }
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// A password that fits on a line; it does not show in `Debug` and is wiped when dropped.
#[derive(Clone)]
pub struct Password(SecretString);

impl Password {
    /// # Errors
    /// When it is empty or holds what would end the line.
    pub fn new(secret: SecretString) -> Result<Self, TextError> {
        check(secret.expose_secret())?;
        if secret.expose_secret().is_empty() { Err(TextError::Empty) } else { Ok(Self(secret)) }
    }

    /// The password, for the encoder and for the simulated switch that checks it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

impl PartialEq for Password {
    /// In constant time for passwords of the same length.
    fn eq(&self, other: &Self) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.expose().as_bytes(), other.expose().as_bytes()).into()
    }
}

impl Eq for Password {}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<&str> for Text {
    type Error = TextError;

    fn try_from(text: &str) -> Result<Self, TextError> {
        Self::new(text)
    }
}

impl From<uuid::Uuid> for Text {
    fn from(uuid: uuid::Uuid) -> Self {
        Self(uuid.to_string())
    }
}

impl From<Word> for Text {
    fn from(word: Word) -> Self {
        word.0
    }
}

fn check(text: &str) -> Result<(), TextError> {
    if let Some(at) = text.bytes().position(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        return Err(TextError::LineBreak { at });
    }
    if text.len() > TEXT_MAX_BYTES { Err(TextError::TooLong) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_ends_a_line_gets_in() {
        for (text, at) in [("1001\n\napi shutdown", 4), ("\r", 0), ("a\0b", 1)] {
            assert_eq!(Text::new(text), Err(TextError::LineBreak { at }));
            assert_eq!(Word::new(text), Err(TextError::LineBreak { at }));
            assert!(Password::new(text.into()).is_err());
        }
        assert_eq!(Text::new("x".repeat(TEXT_MAX_BYTES + 1)), Err(TextError::TooLong));
        assert!(Text::new("x".repeat(TEXT_MAX_BYTES)).is_ok());
    }

    #[test]
    fn a_word_is_one_word() {
        assert_eq!(Word::new(""), Err(TextError::Empty));
        assert_eq!(Word::new("a b"), Err(TextError::NotAWord { at: 1 }));
        assert_eq!(Word::new("a:b"), Err(TextError::NotAWord { at: 1 }));
        assert!(Word::subclass("callcenter::info").is_ok());
    }

    #[test]
    fn a_password_does_not_show() {
        let password = Password::new("hunter2".into()).unwrap();
        assert_eq!(format!("{password:?}"), "Password(..)");
        assert_eq!(password, Password::new("hunter2".into()).unwrap());
        assert_ne!(password, Password::new("hunter3".into()).unwrap());
    }
}
