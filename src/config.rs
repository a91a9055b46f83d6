//! The configuration: a commented TOML file, and the environment over it (`CCGATE__SWITCH__PASSWORD` for `password` in `[switch]`).
//!
//! A key that does not exist is an error that names it, so that a misspelt one is not ignored for a year.

mod error;
mod recordings;
#[cfg(test)]
mod tests;
mod toll;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use config::{Environment, File, FileFormat};
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_with::formats::CommaSeparator;
use serde_with::{PickFirst, Same, StringWithSeparator, serde_as};

pub use self::error::Error;
pub use self::recordings::{RecordingFormat, Recordings};
pub use self::toll::Toll;

/// FreeSWITCH's password as it is shipped, which everybody knows.
pub const SHIPPED_ESL_PASSWORD: &str = "ClueCon";

/// Passwords of the event socket that stand in the files that ccgate or FreeSWITCH comes with. For none, FreeSWITCH takes its own.
const WEAK_ESL_PASSWORDS: [&str; 4] = ["", SHIPPED_ESL_PASSWORD, "change me", "change-this-esl-password"];
/// That of the XML, of those that are long enough.
const WEAK_XML_PASSWORD: &str = "change-this-xml-password";
/// The fewest characters of the password of the XML, so that it cannot be guessed.
pub const XML_PASSWORD_MIN_CHARS: usize = 16;

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The HTTP server.
    #[serde(default)]
    pub http: Http,
    /// The same over TLS.
    #[serde(default)]
    pub https: Option<Https>,
    /// Where data is kept.
    #[serde(default)]
    pub database: Database,
    /// The FreeSWITCH box.
    pub switch: Switch,
    /// What FreeSWITCH says to be let in when it asks for its directory, queues and dialplan.
    pub xml_curl: XmlCurl,
    /// How calls leave, and what callers hear.
    #[serde(default)]
    pub telephony: Telephony,
    /// What no account may call more of.
    #[serde(default)]
    pub toll: Toll,
    /// Recorded calls.
    #[serde(default)]
    pub recordings: Recordings,
    /// Where addresses are.
    #[serde(default)]
    pub geo: Geo,
    /// Event push.
    #[serde(default)]
    pub push: Push,
    /// The API of queue agent events.
    #[serde(default)]
    pub queue_events: QueueEvents,
    /// What is remembered.
    #[serde(default)]
    pub history: History,
    /// What an operator's machinery asks.
    #[serde(default)]
    pub operations: Operations,
    /// Logging.
    #[serde(default)]
    pub log: Log,
}

/// A list: of the environment it is one text.
pub(crate) type Listed<T> = PickFirst<(Same, StringWithSeparator<CommaSeparator, T>)>;

/// `[http]`
#[serde_as]
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Address and port of the API.
    pub listen: SocketAddr,
    /// Networks whose `X-Forwarded-For` is believed.
    #[serde_as(as = "Listed<IpNet>")]
    pub trusted_proxies: Vec<IpNet>,
    /// Connections that each listener of the API takes at a time; who comes then is closed.
    pub connections_max: usize,
    /// The same of one address, of one /64 of IPv6. Trusted proxies may have all.
    pub connections_per_address_max: usize,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            trusted_proxies: Vec::new(),
            connections_max: 10_000,
            connections_per_address_max: 2_000,
        }
    }
}

/// `[https]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Https {
    /// Address and port of the API over TLS, beside `http.listen`.
    #[serde(default = "https_listen")]
    pub listen: SocketAddr,
    /// The certificate in PEM, with those that it was signed by behind it.
    pub certificate: PathBuf,
    /// Its private key in PEM.
    pub key: PathBuf,
}

fn https_listen() -> SocketAddr {
    SocketAddr::from(([0, 0, 0, 0], 8443))
}

/// `[database]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// The SQLite file.
    pub path: PathBuf,
}

impl Default for Database {
    fn default() -> Self {
        Self { path: PathBuf::from("/var/lib/ccgate/ccgate.db") }
    }
}

/// `[switch]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// Host of the event socket.
    #[serde(default = "loopback")]
    pub host: String,
    /// Port of the event socket.
    #[serde(default = "esl_port")]
    pub port: u16,
    /// For `userauth` (`user@domain`); `auth` with the password alone when left out.
    #[serde(default)]
    pub user: Option<String>,
    /// The event socket's password.
    pub password: SecretString,
    /// Lets `serve` start with the password that FreeSWITCH is shipped with, or one of the examples.
    #[serde(default)]
    pub allow_default_esl_password: bool,
    /// Whether ccgate changes anything there.
    #[serde(default)]
    pub mode: Mode,
    /// The folder in which FreeSWITCH keeps the call records that it could not post, as ccgate sees it. None: they stay there.
    #[serde(default)]
    pub cdr_spool: Option<PathBuf>,
}

/// What ccgate does with a switch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Makes it as the database says.
    #[default]
    Manage,
    /// Looks and listens, and changes nothing.
    Observe,
}

fn loopback() -> String {
    "127.0.0.1".to_owned()
}

fn esl_port() -> u16 {
    8021
}

/// `[xml_curl]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct XmlCurl {
    /// User of the Basic authentication.
    #[serde(default = "xml_user")]
    pub user: String,
    /// Its password.
    pub password: SecretString,
    /// The folder of what FreeSWITCH goes on with while ccgate is away (`ccgate_snapshot` of vars.xml), as ccgate sees it. None: it goes on with
    /// what it has cached.
    #[serde(default)]
    pub snapshot_folder: Option<PathBuf>,
}

fn xml_user() -> String {
    "freeswitch".to_owned()
}

/// `[telephony]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Telephony {
    /// The gateway of the switch through which calls leave.
    pub gateway: String,
    /// What waiting callers hear where a queue names no music: anything FreeSWITCH can play.
    pub music: String,
    /// The folder of the accounts' sound files, as the switch sees it.
    pub media_folder: String,
    /// Gone: see [`Recordings`]. Read only to say so.
    pub recordings: Option<IgnoredAny>,
}

impl Default for Telephony {
    fn default() -> Self {
        Self {
            gateway: "provider".to_owned(),
            music: "tone_stream://%(2000,4000,440,480);loops=-1".to_owned(),
            media_folder: "/var/lib/ccgate/media".to_owned(),
            recordings: None,
        }
    }
}

/// `[geo]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Geo {
    /// A country or city database in MaxMind's format. None: users that are limited to countries are refused everywhere.
    pub database: Option<PathBuf>,
}

/// `[push]`
#[serde_as]
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Push {
    /// Private networks to which events may be sent all the same.
    #[serde_as(as = "Listed<IpNet>")]
    pub allow_cidrs: Vec<IpNet>,
    /// Days for which events are kept once they are delivered or given up.
    pub retention_days: u32,
}

impl Default for Push {
    fn default() -> Self {
        Self { allow_cidrs: Vec::new(), retention_days: 30 }
    }
}

/// `[queue_events]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueueEvents {
    /// Requests of an account within an hour; more are refused.
    pub requests_per_hour: u32,
}

impl Default for QueueEvents {
    fn default() -> Self {
        Self { requests_per_hour: 3_600 }
    }
}

/// `[history]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct History {
    /// Days for which calls, stays in queues, what agents were and repairs of the switch are kept; 0 for ever.
    pub keep_days: u32,
}

impl Default for History {
    fn default() -> Self {
        Self { keep_days: 365 }
    }
}

/// `[operations]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Operations {
    /// Address and port of `/livez`, `/readyz` and `/metrics`, for which nobody needs a key.
    pub listen: SocketAddr,
}

impl Default for Operations {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 9180)) }
    }
}

/// `[log]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// As in `RUST_LOG`: `info`, `ccgate=debug,info`.
    pub filter: String,
    /// Lines of text, or of JSON.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: LogFormat::Text }
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Config {
    /// Reads `path`, and the environment over it.
    ///
    /// # Errors
    /// [`Error::File`] names the file and the key.
    pub fn load(path: &Path) -> Result<Self, Error> {
        Self::from_sources(path, Environment::default())
    }

    fn from_sources(path: &Path, environment: Environment) -> Result<Self, Error> {
        // Everything there is text until its key's type is known: a password of digits stays as it is.
        let environment = environment.prefix("CCGATE").prefix_separator("__").separator("__");
        config::Config::builder()
            .add_source(File::new(&path.to_string_lossy(), FileFormat::Toml))
            .add_source(environment)
            .build()
            .and_then(config::Config::try_deserialize)
            .map_err(|why| Error::File { path: path.to_owned(), why })
    }

    /// What `serve` insists on beyond a readable file.
    ///
    /// # Errors
    /// [`Error::ShippedPassword`], [`Error::WeakXmlPassword`], [`Error::Path`], [`Error::RecordingsFolder`], [`Error::RecordingsMoved`].
    pub fn check_for_service(&self) -> Result<(), Error> {
        for (key, path) in [("telephony.media_folder", &self.telephony.media_folder), ("recordings.folder", &self.recordings.folder)] {
            if !is_path(path) {
                return Err(Error::Path(key));
            }
        }
        let folder = &self.recordings.folder;
        if !folder.starts_with('/') || folder.ends_with('/') || folder.contains('$') {
            return Err(Error::RecordingsFolder);
        }
        if self.telephony.recordings.is_some() {
            return Err(Error::RecordingsMoved);
        }
        let xml_password = self.xml_curl.password.expose_secret();
        if xml_password == WEAK_XML_PASSWORD || xml_password.chars().count() < XML_PASSWORD_MIN_CHARS {
            return Err(Error::WeakXmlPassword);
        }
        let shipped = WEAK_ESL_PASSWORDS.contains(&self.switch.password.expose_secret());
        if shipped && !self.switch.allow_default_esl_password { Err(Error::ShippedPassword) } else { Ok(()) }
    }
}

/// Whether a path survives the passes in which FreeSWITCH reads what an application is given.
fn is_path(path: &str) -> bool {
    let without_names = path.replace("${", "").replace('}', "");
    let balanced = path.matches("${").count() == path.matches('}').count();
    let plain = |c: char| c.is_alphanumeric() || "/._-:%+=()".contains(c);
    balanced && !without_names.is_empty() && without_names.chars().all(plain)
}
