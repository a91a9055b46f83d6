//! The files of recorded calls.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::id::AccountId;

/// The most characters of a file's name without its ending: two UUIDs and a dash.
const NAME_MAX_CHARS: usize = 73;

/// Where a recording is kept, below the folder of recordings: `<account id>/<year>/<month>/<day>/<name>.<format>`, the name of letters `a` to `f`,
/// digits and dashes, so that it leads nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecordingFile {
    path: String,
    account: AccountId,
    format: Format,
}

/// How sound is written into a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// PCM of 16 bits.
    #[default]
    Wav,
    /// MPEG layer 3; FreeSWITCH needs mod_shout for it.
    Mp3,
}

/// A path that is none of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a recording is at <account id>/<year>/<month>/<day>/<name>.wav or .mp3")]
pub struct BadRecordingFile;

/// What is known of the recording of a leg.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recorded {
    /// It goes, or went, into this file.
    In(RecordingFile),
    /// It should have been recorded and was not: nothing was heard yet, or the switch could not write the file.
    Not,
}

impl RecordingFile {
    /// Reads what [`RecordingFile::as_str`] writes.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn parse(path: &str) -> Result<Self, BadRecordingFile> {
        let parts: Vec<&str> = path.split('/').collect();
        let &[account, year, month, day, file] = parts.as_slice() else { return Err(BadRecordingFile) };
        let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        let (name, ending) = file.split_once('.').ok_or(BadRecordingFile)?;
        let plain = (1..=NAME_MAX_CHARS).contains(&name.len()) && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'));
        let id: i64 = account.parse().map_err(|_| BadRecordingFile)?;
        let canonical = id > 0 && id.to_string() == account;
        let format = Format::parse(ending).ok_or(BadRecordingFile)?;
        if plain && canonical && digits(year, 4) && digits(month, 2) && digits(day, 2) {
            return Ok(Self { path: path.to_owned(), account: AccountId(id), format });
        }
        Err(BadRecordingFile)
    }

    /// Reads the end of a longer path, whatever folder it begins with; none when it is none of ours.
    pub fn at_end_of(path: &str) -> Option<Self> {
        let (at, _) = path.rmatch_indices('/').nth(4)?;
        Self::parse(path.get(at + 1..)?).ok()
    }

    /// The path below the folder of recordings.
    pub fn as_str(&self) -> &str {
        &self.path
    }

    /// Whose call it is.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// What is in it.
    pub fn format(&self) -> Format {
        self.format
    }
}

impl Format {
    fn parse(text: &str) -> Option<Self> {
        [Self::Wav, Self::Mp3].into_iter().find(|format| format.ending() == text)
    }

    /// How the names of its files end, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Wav => "audio/wav",
            Self::Mp3 => "audio/mpeg",
        }
    }
}

impl fmt::Display for RecordingFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

impl From<RecordingFile> for String {
    fn from(file: RecordingFile) -> Self {
        file.path
    }
}

impl TryFrom<String> for RecordingFile {
    type Error = BadRecordingFile;

    fn try_from(path: String) -> Result<Self, BadRecordingFile> {
        Self::parse(&path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "0b0a1d0e-61f9-4a5f-9d2f-4b8e8a0f6a11";

    #[test]
    fn a_recording_is_below_its_folder() {
        let path = format!("17/2026/11/25/{NAME}-{NAME}.wav");
        let file = RecordingFile::parse(&path).unwrap();
        assert_eq!((file.as_str(), file.account(), file.format()), (path.as_str(), AccountId(17), Format::Wav));
        assert_eq!(RecordingFile::at_end_of(&format!("/var/lib/freeswitch/recordings/{path}")), Some(file));
        assert_eq!(RecordingFile::at_end_of(&format!("/{path}")).unwrap().as_str(), path);
        for bad in [
            String::new(),
            format!("17/2026/11/25/{NAME}"),
            format!("17/2026/11/25/{NAME}.exe"),
            format!("17/2026/11/25/{NAME}.wav.wav"),
            "17/2026/11/25/.wav".to_owned(),
            "17/2026/11/25/...wav".to_owned(),
            format!("17/2026/11/25/../{NAME}.wav"),
            format!("17/2026/11/../{NAME}.wav"),
            format!("../2026/11/25/{NAME}.wav"),
            format!("017/2026/11/25/{NAME}.wav"),
            format!("-17/2026/11/25/{NAME}.wav"),
            format!("/17/2026/11/25/{NAME}.wav"),
            format!("x/17/2026/11/25/{NAME}.wav"),
            format!("17/2026/11/25/{NAME}\0.wav"),
            format!("17/2026/11/25/{}.wav", "a".repeat(NAME_MAX_CHARS + 1)),
        ] {
            assert_eq!(RecordingFile::parse(&bad), Err(BadRecordingFile), "{bad}");
            assert_eq!(serde_json::from_value::<RecordingFile>(bad.clone().into()).ok(), None, "{bad}");
        }
    }
}
