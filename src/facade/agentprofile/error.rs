//! What can be wrong, in the document's words and codes. What it has no code for has the code of the HTTP status that says the same.

use serde::Serialize;

use crate::service::Error;

/// `{"status":"error","message":"..","code":..}`: the document's example, whose ETag proves it; its table names the fields otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    status: &'static str,
    message: String,
    code: u16,
}

/// One of the document's.
#[derive(Clone, Copy, Debug)]
pub struct Documented(pub(super) u16, pub(super) &'static str);

impl Failure {
    /// The agent asked for is not the caller's to ask for, or the caller is nobody.
    pub const NO_MATCH: Documented = Documented(1501, "Agent id not match");
    /// Not on break.
    pub const NO_BREAK: Documented = Documented(1502, "On break is : 0");
    /// No such session.
    pub const NO_SESSION: Documented = Documented(1503, "SSID not valid for setWebPingTime");
    /// Not in wrap-up.
    pub const NO_WRAP_UP: Documented = Documented(1504, "Agent not in wrap time");
    /// `mic_perm` is missing, or neither 0 nor 1.
    pub const NO_MIC_PERM: Documented = Documented(1505, "Missing required parameters:mic_perm");
    /// `ping_time` is no number.
    pub const NO_PING_TIME: Documented = Documented(1506, "Cannot update [ping_time] as it is of incompatible type");

    pub(super) fn new(code: u16, message: impl ToString) -> Self {
        Self { status: "error", message: message.to_string(), code }
    }
}

impl From<Documented> for Failure {
    fn from(Documented(code, message): Documented) -> Self {
        Self::new(code, message)
    }
}

impl Serialize for Documented {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Failure::from(*self).serialize(serializer)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match &error {
            // Who asks for another agent is told no more than who asks for none that there is.
            Error::Unauthorized | Error::WrongLogin | Error::NotFound(_) => Self::NO_MATCH.into(),
            Error::Permission(_) | Error::Forbidden(_) | Error::Barred(_) | Error::Denied(_) => Self::new(403, &error),
            Error::Invalid { .. } => Self::new(400, &error),
            Error::Conflict(_) | Error::NotThere(_) | Error::Refused(_) | Error::NotAnAgent => Self::new(409, &error),
            Error::Blocked { .. } | Error::Streams { .. } | Error::Busy => Self::new(429, &error),
            Error::Away | Error::Switch(_) | Error::NotAnswered { .. } => Self::new(503, &error),
            Error::Store(source) => {
                tracing::error!(error = %source, "a request failed in the database");
                Self::new(500, &error)
            }
            Error::Internal(what) => {
                tracing::error!(error = %what, "a request failed");
                Self::new(500, &error)
            }
        }
    }
}
