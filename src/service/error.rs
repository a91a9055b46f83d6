//! Why a use case was refused or failed. Each facade maps it to its vendor's body.

use super::outside::Barred;
use crate::domain::Permission;
use crate::domain::agent::Refusal;
use crate::domain::dial_rule::Denied;
use crate::reconcile::outside::NotDialled;
use crate::store;
use crate::switch::Observing;

/// What a verb of [`super::Service`] can come to, other than success.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No key, session or password, a wrong one, or one of a user that is not active.
    #[error("Unauthorized")]
    Unauthorized,
    /// A login that is wrong, whatever is wrong with it.
    #[error("wrong username or password, or the user is not active")]
    WrongLogin,
    /// The caller lacks a permission.
    #[error("this needs the permission {}", .0.name())]
    Permission(Permission),
    /// The caller may act on itself only, or may not hand out what it does not have.
    #[error("{0}")]
    Forbidden(&'static str),
    /// There is no such thing in the caller's account.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// There was such a thing, or could have been; says what became of it.
    #[error("{0}")]
    NotThere(String),
    /// A value that cannot be taken; says what to send instead.
    #[error("{field} {why}")]
    Invalid {
        /// The parameter.
        field: String,
        /// What is wrong and what to do, after the name: `must be ...`.
        why: String,
    },
    /// Another row or state stands in the way.
    #[error("{0}")]
    Conflict(String),
    /// The number may not be called now.
    #[error(transparent)]
    Barred(Barred),
    /// The number may not be called as the dial rule stands.
    #[error(transparent)]
    Denied(Denied),
    /// The rules of agents forbid it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The user cannot check in.
    #[error("the user is not an active agent; set is_agent and active")]
    NotAnAgent,
    /// Too many failures to log in, of this user or from this network.
    #[error("too many failed attempts; try again in {retry_after_s} seconds")]
    Blocked {
        /// How long nothing is tried, in seconds.
        retry_after_s: u64,
    },
    /// Too much at once; ask again.
    #[error("too many requests of this kind at once; try again in a moment")]
    Busy,
    /// The account, or the user, has as many streams open as it may.
    #[error("the {whose} has {most} streams open; close one first")]
    Streams {
        /// Which of the two.
        whose: &'static str,
        /// So many.
        most: usize,
    },
    /// There is no connection to the switch; nothing was changed.
    #[error("the switch cannot be reached; nothing was changed")]
    Away,
    /// The switch refused; nothing was committed.
    #[error("the switch refused: {0}")]
    Switch(String),
    /// A call that was asked for and did not come about.
    #[error("{}", not_answered(hangup_cause))]
    NotAnswered {
        /// FreeSWITCH's name for why, such as `USER_BUSY`.
        hangup_cause: String,
    },
    /// The database failed.
    #[error("{}; look what was changed, and send it again", failed(.0))]
    Store(#[source] store::Error),
    /// Something that cannot happen did; the text is for the log.
    #[error("internal error")]
    Internal(String),
}

/// What a verb answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A bad value of `field`; `why` continues the sentence.
    pub fn invalid(field: impl Into<String>, why: impl ToString) -> Self {
        Self::Invalid { field: field.into(), why: why.to_string() }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Conflict(what) => Self::Conflict(what.to_owned()),
            store::Error::Missing(kind) => Self::NotFound(kind),
            store::Error::Stale => Self::Conflict("it was changed at the same time; try again".to_owned()),
            other => Self::Store(other),
        }
    }
}

impl From<Observing> for Error {
    fn from(observing: Observing) -> Self {
        Self::Conflict(observing.to_string())
    }
}

impl From<NotDialled> for Error {
    fn from(error: NotDialled) -> Self {
        match error {
            NotDialled::Denied(denied) => Self::Denied(denied),
            NotDialled::NoGateway => Self::Conflict(error.to_string()),
        }
    }
}

fn failed(error: &store::Error) -> String {
    error.fault().map_or_else(|| "internal error".to_owned(), |fault| format!("the database failed: {fault}"))
}

fn not_answered(hangup_cause: &str) -> String {
    match hangup_cause {
        "USER_BUSY" => "the device is busy".to_owned(),
        "NO_ANSWER" | "ALLOTTED_TIMEOUT" | "NO_USER_RESPONSE" => "the device did not answer".to_owned(),
        "CALL_REJECTED" => "the call was rejected on the device".to_owned(),
        "USER_NOT_REGISTERED" | "SUBSCRIBER_ABSENT" => "the device is not registered".to_owned(),
        other => format!("the device could not be called: {other}"),
    }
}
