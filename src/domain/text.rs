//! Text that a person typed, made harmless once, at the edge.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A name or label: 1 to [`Label::MAX_CHARS`] characters, no control characters, trimmed.
///
/// It may hold quotes, braces and `${}`: it is shown, stored and written as XML by a library, and never becomes part of a command.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Label(String);

/// Why a text is no label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// Nothing, or only blanks.
    #[error("must not be empty")]
    Empty,
    /// Longer than [`Label::MAX_CHARS`].
    #[error("must have at most {} characters", Label::MAX_CHARS)]
    TooLong,
    /// A line break, NUL or another control character.
    #[error("must not contain line breaks or other control characters")]
    Control,
}

impl Label {
    /// The most characters a label has.
    pub const MAX_CHARS: usize = 200;

    /// Checks and trims `text`.
    ///
    /// # Errors
    /// See [`LabelError`].
    pub fn new(text: &str) -> Result<Self, LabelError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(LabelError::Empty);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(LabelError::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(LabelError::Control);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for Label {
    type Error = LabelError;

    fn try_from(text: String) -> Result<Self, LabelError> {
        Self::new(&text)
    }
}

impl From<Label> for String {
    fn from(label: Label) -> Self {
        label.0
    }
}
