//! `[recordings]`

use std::path::PathBuf;

use serde::Deserialize;

/// Where calls are recorded, and for how long they are kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recordings {
    /// The folder into which calls are recorded, as the switch sees it. A file is `<account id>/<year>/<month>/<day>/<name>.<format>` below it.
    pub folder: String,
    /// The same folder as ccgate sees it, which reads and deletes there; the same path when none.
    pub local_folder: Option<PathBuf>,
    /// `wav`, or `mp3` where the switch has mod_shout.
    pub format: RecordingFormat,
    /// Days after which a recording is deleted; 0: never.
    pub keep_days: u32,
}

impl Default for Recordings {
    fn default() -> Self {
        Self { folder: "/var/lib/freeswitch/recordings".to_owned(), local_folder: None, format: RecordingFormat::Wav, keep_days: 90 }
    }
}

/// How recordings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordingFormat {
    /// PCM of 16 bits.
    Wav,
    /// MPEG layer 3.
    Mp3,
}

impl Recordings {
    /// Where ccgate finds what the switch recorded.
    pub fn local_folder(&self) -> PathBuf {
        self.local_folder.clone().unwrap_or_else(|| PathBuf::from(&self.folder))
    }
}
