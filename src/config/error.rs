//! What is wrong with a configuration.

use std::path::PathBuf;

use config::ConfigError;

use super::XML_PASSWORD_MIN_CHARS;

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Cannot be read, or says something that there is not.
    #[error("{}: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the key.
        why: ConfigError,
    },
    /// The password that everybody knows.
    #[error(
        "switch.password is FreeSWITCH's shipped password, or one of the examples: change it on the switch and here, or set \
         switch.allow_default_esl_password = true"
    )]
    ShippedPassword,
    /// It stands in dial strings and arguments of applications.
    #[error("{0} must not be empty, and must hold no blanks, commas, quotes, |, brackets or braces but those of ${{name}}")]
    Path(&'static str),
    /// ccgate finds the files again by it.
    #[error(
        "recordings.folder must be an absolute path without ${{...}} and without a slash at its end, such as /var/lib/freeswitch/recordings"
    )]
    RecordingsFolder,
    /// A key of before.
    #[error("telephony.recordings is no longer: set `folder` in [recordings], and `local_folder` where ccgate sees it at another path")]
    RecordingsMoved,
    /// Whoever knows it is given what phones register with. Tries are not limited: a limit would stop the phones with whoever guesses.
    #[error(
        "xml_curl.password is the example's or has fewer than {XML_PASSWORD_MIN_CHARS} characters: choose one, such as `openssl rand -hex 16` \
         gives, here and in xml_curl.conf.xml"
    )]
    WeakXmlPassword,
}
