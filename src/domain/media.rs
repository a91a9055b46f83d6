//! Sounds.

use serde::{Deserialize, Serialize};

use super::id::MediaId;
use super::resource::Kind;

/// A sound, as an administrator names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Media {
    /// A file below the configured folder, as the switch sees it.
    File {
        /// Relative, without `..`.
        path: MediaPath,
    },
    /// Tones, in the language of mod_tone_stream: `%(2000,4000,440,480);loops=-1`.
    Tone {
        /// What comes after `tone_stream://`.
        spec: ToneSpec,
    },
    /// A stream of mod_local_stream by its name: `moh`.
    Stream {
        /// What comes after `local_stream://`.
        spec: StreamName,
    },
}

impl Kind for Media {
    type Id = MediaId;
    const NAME: &'static str = "media";
    const WORDS: &'static str = "media";
}

impl Media {
    /// What the switch plays. `folder` is where its files are.
    ///
    /// Nothing in it is expanded, split or quoted by a dialplan application: the parts hold no `$`, quote, blank, `|`, `!` or backslash.
    pub fn playable(&self, folder: &str) -> String {
        match self {
            Self::File { path } => format!("{}/{}", folder.trim_end_matches('/'), path.as_str()),
            Self::Tone { spec } => format!("tone_stream://{}", spec.as_str()),
            Self::Stream { spec } => format!("local_stream://{}", spec.as_str()),
        }
    }
}

/// Why a text names no sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// Nothing.
    #[error("must not be empty")]
    Empty,
    /// Too long.
    #[error("must have at most {MAX_CHARS} characters")]
    TooLong,
    /// Something else than it may hold.
    #[error("may hold only {0}")]
    Character(&'static str),
    /// It leads out of the folder.
    #[error("must be relative and stay in the folder, without . and ..")]
    Outside,
}

/// The most characters of a path or a spec.
pub const MAX_CHARS: usize = 250;

macro_rules! checked {
    ($(#[$doc:meta])* $name:ident, $allowed:literal, $valid:expr, $also:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses what an API client gave.
            ///
            /// # Errors
            /// See [`MediaError`].
            pub fn parse(text: &str) -> Result<Self, MediaError> {
                if text.is_empty() {
                    return Err(MediaError::Empty);
                }
                if text.len() > MAX_CHARS {
                    return Err(MediaError::TooLong);
                }
                let valid: fn(u8) -> bool = $valid;
                if !text.bytes().all(valid) {
                    return Err(MediaError::Character($allowed));
                }
                let also: fn(&str) -> Result<(), MediaError> = $also;
                also(text)?;
                Ok(Self(text.to_owned()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = MediaError;

            fn try_from(text: String) -> Result<Self, MediaError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(given: $name) -> Self {
                given.0
            }
        }
    };
}

checked!(
    /// A file's path below the media folder: letters, digits, `.`, `_`, `-` and `/`.
    MediaPath,
    "letters, digits, . _ - and /",
    |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/'),
    |text| {
        if text.split('/').any(|part| part.is_empty() || part == "." || part == "..") { Err(MediaError::Outside) } else { Ok(()) }
    }
);

checked!(
    /// Tones: letters, digits and `%(),.;=-+`.
    ToneSpec,
    "letters, digits and % ( ) , . ; = - +",
    |byte| byte.is_ascii_alphanumeric() || b"%(),.;=-+".contains(&byte),
    |_| Ok(())
);

checked!(
    /// The name of a local stream: letters, digits, `.`, `_`, `-` and `/`.
    StreamName,
    "letters, digits, . _ - and /",
    |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/'),
    |_| Ok(())
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_stays_in_its_folder() {
        for wrong in ["", "/etc/passwd", "../x.wav", "a/../../x", "a//b", "a/./b", "a b.wav", "${x}", "a|b", "a\nb"] {
            assert!(MediaPath::parse(wrong).is_err(), "{wrong:?}");
        }
        let file = Media::File { path: MediaPath::parse("hello/world.wav").unwrap() };
        assert_eq!(file.playable("/srv/media/"), "/srv/media/hello/world.wav");
    }

    #[test]
    fn a_tone_is_no_command() {
        for wrong in ["%(1,1,1)${system id}", "a b", "'x'", "x!y", "x|y", "\\"] {
            assert!(ToneSpec::parse(wrong).is_err(), "{wrong:?}");
        }
        let tone = Media::Tone { spec: ToneSpec::parse("%(2000,4000,440,480);loops=-1").unwrap() };
        assert_eq!(tone.playable(""), "tone_stream://%(2000,4000,440,480);loops=-1");
    }
}
