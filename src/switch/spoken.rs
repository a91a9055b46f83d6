//! Free text in a dial string.
//!
//! FreeSWITCH reads a dial string in several passes (arguments, braces, variables, and the expansion of `${}`), each with its own escapes, so
//! nothing is escaped: what any of them could take for syntax is left out.

use std::fmt;

/// Text of letters, digits, spaces, `.`, `-` and `_` only, as a channel variable's value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Spoken(String);

impl Spoken {
    /// The most characters it has; the rest is cut.
    pub const MAX_CHARS: usize = 80;

    /// What of `text` is safe, with blanks trimmed and made one; empty when nothing is.
    pub fn new(text: &str) -> Self {
        let kept: String = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '.' | '-' | '_')).collect();
        let words: Vec<&str> = kept.split_whitespace().collect();
        let cut: String = words.join(" ").chars().take(Self::MAX_CHARS).collect();
        Self(cut.trim_end().to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_no_syntax_is_left() {
        assert_eq!(Spoken::new("  Anna  O'Brien, \"Sales\" ").as_str(), "Anna OBrien Sales");
        assert_eq!(Spoken::new("ענת כהן").as_str(), "ענת כהן");
        assert_eq!(Spoken::new("${system(id)}").as_str(), "systemid");
        assert_eq!(Spoken::new("a\n\napi shutdown\\").as_str(), "aapi shutdown");
        assert!(Spoken::new("'\"{}[]<>^,;|&$=").is_empty());
        assert_eq!(Spoken::new(&"x".repeat(500)).as_str().len(), Spoken::MAX_CHARS);
    }
}
