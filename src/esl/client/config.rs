//! What a client is told: where the switch is, what to hear, and every limit.

use std::time::Duration;

use secrecy::SecretString;

use crate::esl::command::{Command, EventSet, Format, Password, Text, TextError, Word};
use crate::esl::frame::Limits;

/// The most commands of a bulk that may be without an answer; a user's command waits for no more than these.
pub const BULK_WINDOW: usize = 32;

/// How to reach one switch, and what to hear from it.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// The switch's host name or address.
    pub host: String,
    /// Its event socket's port.
    pub port: u16,
    /// `name@domain` for `userauth`; without one the switch's own password is used. The user needs `global_getvar` among its
    /// commands, and HEARTBEAT and BACKGROUND_JOB among its events.
    pub user: Option<String>,
    /// The password.
    pub password: SecretString,
    /// How events are written.
    pub format: Format,
    /// What to hear. HEARTBEAT and BACKGROUND_JOB are added: the client needs them itself.
    pub subscriptions: EventSet,
    /// Only events with one of these headers and values, when there are any. They have to let HEARTBEAT and BACKGROUND_JOB by.
    pub filters: Vec<(Word, Text)>,
    /// Every limit.
    pub limits: ClientLimits,
    /// Where the jitter of reconnecting starts from.
    pub seed: u64,
}

impl ClientConfig {
    /// A client with the switch's own password, no subscription of its own and the usual limits.
    pub fn new(host: impl Into<String>, port: u16, password: SecretString) -> Self {
        Self {
            host: host.into(),
            port,
            user: None,
            password,
            format: Format::Plain,
            subscriptions: EventSet::default(),
            filters: Vec::new(),
            limits: ClientLimits::default(),
            seed: rand::random(),
        }
    }

    pub(super) fn auth(&self) -> Result<Command, TextError> {
        let password = Password::new(self.password.clone())?;
        match &self.user {
            Some(user) => Command::user_auth(user, password),
            None => Ok(Command::Auth(password)),
        }
    }

    pub(super) fn event_set(&self) -> Result<EventSet, TextError> {
        Ok(self.subscriptions.clone().with(Word::new("BACKGROUND_JOB")?).with(Word::new("HEARTBEAT")?))
    }
}

/// Every limit of a client, by name and unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientLimits {
    /// How large a frame may be.
    pub frame: Limits,
    /// To connect one socket, in milliseconds.
    pub connect_ms: u64,
    /// To authenticate and subscribe on one socket, in milliseconds.
    pub handshake_ms: u64,
    /// For the answer to a command, in milliseconds. The caller is told; the answer still has its place.
    pub reply_ms: u64,
    /// Without an answer to the oldest command for so long, in milliseconds, the connection is given up.
    pub stall_ms: u64,
    /// With nothing read for so long, in milliseconds, a connection is given up. The switch sends a HEARTBEAT every 20 s.
    pub read_ms: u64,
    /// With no HEARTBEAT for so long, in milliseconds, it is given up, whatever else came.
    pub heartbeat_ms: u64,
    /// Commands without an answer on one connection.
    pub in_flight_commands: usize,
    /// Commands that wait to be written, for each of the two priorities.
    pub queued_commands: usize,
    /// Background jobs that are waited for.
    pub jobs: usize,
    /// Events that wait for a slow consumer.
    pub feed_events: usize,
    /// Bytes of events that wait for a slow consumer.
    pub feed_bytes: usize,
    /// The longest first wait before connecting again, in milliseconds.
    pub backoff_base_ms: u64,
    /// The longest wait of all, in milliseconds.
    pub backoff_cap_ms: u64,
}

impl Default for ClientLimits {
    fn default() -> Self {
        Self {
            frame: Limits::SWITCH,
            connect_ms: 3_000,
            handshake_ms: 5_000,
            reply_ms: 10_000,
            stall_ms: 30_000,
            read_ms: 45_000,
            heartbeat_ms: 65_000,
            in_flight_commands: 256,
            queued_commands: 1024,
            jobs: 1024,
            feed_events: 16_384,
            feed_bytes: 64 * 1024 * 1024,
            backoff_base_ms: 100,
            backoff_cap_ms: 5_000,
        }
    }
}

impl ClientLimits {
    pub(super) fn reply(&self) -> Duration {
        Duration::from_millis(self.reply_ms)
    }
}
