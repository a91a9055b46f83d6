//! Whether the switch is there, and why not.

use std::io;
use std::sync::Arc;

use crate::esl::connection::ConnectionError;
use crate::esl::frame::{FrameError, FrameKind};
use crate::esl::reply::ReplyError;

/// A connection to the switch that is good: both sockets are authenticated and the subscription is in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// The switch's Core-UUID; another one than last time means that it was restarted.
    pub core_uuid: Arc<str>,
    /// Counts from 1 with each connection of this client.
    pub session: u64,
}

/// What a client is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Commands can be sent.
    Connected(Connected),
    /// Commands fail at once; the client is trying again, unless it was stopped.
    Disconnected {
        /// Why the last connection ended or did not come about.
        reason: Reason,
    },
}

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// None was made yet.
    #[error("not connected yet")]
    NotYet,
    /// The switch's access list does not allow this address.
    #[error("the switch rejects this address")]
    RudeRejection,
    /// The password, or the user's, is wrong.
    #[error("the switch refuses the password")]
    WrongPassword,
    /// The switch said that it closes the connection.
    #[error("the switch closed the connection with a notice")]
    Notice {
        /// Whether it had gone on for a while after saying so.
        lingered: bool,
    },
    /// Something did not come in time.
    #[error("timed out: {0:?}")]
    Timeout(Deadline),
    /// The socket failed, or could not be made.
    #[error("the socket failed: {0}")]
    Io(io::ErrorKind),
    /// The switch went away without a word.
    #[error("the connection ended")]
    Closed,
    /// What came is not the event socket's protocol.
    #[error("not the event socket's protocol: {0}")]
    Frame(FrameError),
    /// A frame that has no place there, for example a reply that nobody asked for.
    #[error("an unexpected frame of kind {0:?}")]
    Unexpected(FrameKind),
    /// A command that every connection needs was refused.
    #[error("{command} was refused: {error}")]
    Refused {
        /// Which one.
        command: &'static str,
        /// What the switch said.
        error: ReplyError,
    },
    /// This client was told to stop.
    #[error("stopped")]
    Stopped,
}

/// What was waited for in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// The socket to be connected.
    Connect,
    /// Authentication and subscription.
    Handshake,
    /// Anything at all to be read.
    Read,
    /// A HEARTBEAT, although other things came.
    Heartbeat,
    /// The answer to the oldest command.
    Stall,
}

impl From<ConnectionError> for Reason {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::Io(error) => Self::Io(error.kind()),
            ConnectionError::Frame(error) => Self::Frame(error),
            ConnectionError::CutShort { .. } => Self::Closed,
        }
    }
}

impl From<io::Error> for Reason {
    fn from(error: io::Error) -> Self {
        Self::Io(error.kind())
    }
}
