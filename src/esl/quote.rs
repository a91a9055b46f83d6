//! Arguments for commands that split their line as `callcenter_config` does: at spaces, with `'` for quotes and `\` as escape.

use super::text::{Text, TextError};

/// The most arguments that `callcenter_config` takes apart; what comes after goes into the last one.
pub const ARGUMENTS_MAX: usize = 8;

/// Why a list of arguments cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    /// A value cannot be on a line at all.
    #[error("argument {index}: {source}")]
    Text {
        /// Which argument, from 0.
        index: usize,
        /// Why.
        source: TextError,
    },
    /// More than [`ARGUMENTS_MAX`].
    #[error("{0} arguments, more than {ARGUMENTS_MAX}")]
    TooMany(usize),
}

/// Writes one argument so that it is read back as exactly `value`: as it is when that is safe, else in quotes.
///
/// # Errors
/// When `value` holds CR, LF or NUL, or is too long.
pub fn quote_arg(value: &str) -> Result<Text, TextError> {
    let value = Text::new(value)?;
    if is_simple(value.as_str()) {
        return Ok(value);
    }
    let mut out = String::with_capacity(value.as_str().len() + 2);
    out.push('\'');
    for char in value.as_str().chars() {
        if matches!(char, '\'' | '\\') {
            out.push('\\');
        }
        out.push(char);
    }
    out.push('\'');
    Text::new(out)
}

/// Writes arguments one after the other, each quoted when it has to be.
///
/// # Errors
/// When one of them cannot be written, or there are more than the switch takes apart.
pub fn join_args(values: &[&str]) -> Result<Text, QuoteError> {
    if values.len() > ARGUMENTS_MAX {
        return Err(QuoteError::TooMany(values.len()));
    }
    let mut out = String::new();
    for (index, value) in values.iter().enumerate() {
        let quoted = quote_arg(value).map_err(|source| QuoteError::Text { index, source })?;
        if index > 0 {
            out.push(' ');
        }
        out.push_str(quoted.as_str());
    }
    Text::new(out).map_err(|source| QuoteError::Text { index: values.len(), source })
}

/// Characters that mean nothing to the switch's splitter; anything else is quoted.
fn is_simple(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@._-:+/*,=#~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the switch does with a line, in two passes: cut at spaces outside of quotes, then take quotes and escapes out of
    /// each piece.
    fn split(line: &str) -> Vec<String> {
        let mut pieces = Vec::new();
        let mut rest = line.chars().peekable();
        while rest.peek().is_some() && pieces.len() < ARGUMENTS_MAX {
            while rest.next_if_eq(&' ').is_some() {}
            let (mut piece, mut quoted) = (String::new(), false);
            while let Some(char) = rest.next() {
                match char {
                    '\\' => {
                        piece.push(char);
                        piece.extend(rest.next());
                    }
                    ' ' if !quoted => break,
                    _ => {
                        quoted ^= char == '\'';
                        piece.push(char);
                    }
                }
            }
            while rest.next_if_eq(&' ').is_some() {}
            pieces.push(clean(&piece));
        }
        pieces
    }

    fn clean(piece: &str) -> String {
        let mut out = String::new();
        let mut chars = piece.chars().peekable();
        let mut quoted = false;
        while let Some(char) = chars.next() {
            let escaped = chars.peek().copied().filter(|_| char == '\\');
            match (char, escaped) {
                (_, Some(next @ ('\'' | '"' | '\\' | 'n' | 'r' | 't' | 's'))) => {
                    chars.next();
                    out.push(match next {
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        's' => ' ',
                        other => other,
                    });
                }
                ('\'', _) if quoted || chars.clone().any(|later| later == '\'') => quoted = !quoted,
                _ => out.push(char),
            }
        }
        out
    }

    proptest! {
        #[test]
        fn arguments_come_back(values in proptest::collection::vec("[^\\r\\n\\x00]{0,12}|[' \\\\nrts\"^]{0,8}", 1..=8)) {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            prop_assert_eq!(split(join_args(&values).unwrap().as_str()), values);
        }
    }

    #[test]
    fn simple_words_stay_bare() {
        let args = join_args(&["agent", "set", "status", "17@lab.local", "On Break"]).unwrap();
        assert_eq!(args.as_str(), "agent set status 17@lab.local 'On Break'");
        assert_eq!(quote_arg("").unwrap().as_str(), "''");
        assert_eq!(quote_arg("^^:a:b").unwrap().as_str(), "'^^:a:b'");
        assert_eq!(quote_arg("it's\\n").unwrap().as_str(), "'it\\'s\\\\n'");
    }

    #[test]
    fn what_cannot_be_written_is_an_error() {
        assert_eq!(join_args(&["a", "b\nc"]), Err(QuoteError::Text { index: 1, source: TextError::LineBreak { at: 1 } }));
        assert_eq!(join_args(&["x"; 9]), Err(QuoteError::TooMany(9)));
    }
}
