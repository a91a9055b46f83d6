//! What can be wrong, and what is answered: `{"status":".."}`, or nothing at all.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::service::Error;

/// Why there is no success.
#[derive(Debug)]
pub(super) enum Failure {
    /// No key or token, a wrong one, or (with a time to wait) one that was not looked at because there were too many wrong ones.
    Unauthorized { retry_after_s: Option<u64> },
    /// It may not.
    Denied,
    /// The agent has as many events as it may.
    Limit,
    /// There is no such client, or it is another's.
    NoClient,
    /// There is nothing else of that kind, or the agent is of the other.
    NotFound,
    /// What was sent; says what to send instead.
    BadRequest(String),
    /// Too many requests.
    RateLimit { retry_after_s: i64 },
    /// Something stands in the way, for now.
    Unavailable(StatusCode, String),
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = |code: StatusCode, word: &str| (code, Json(json!({"status": word}))).into_response();
        match self {
            Self::Unauthorized { retry_after_s } => {
                let mut response = (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")]).into_response();
                response.headers_mut().extend(retry_after_s.map(|wait_s| (RETRY_AFTER, wait_s.into())));
                response
            }
            Self::Denied => status(StatusCode::FORBIDDEN, "access_denied"),
            Self::Limit => status(StatusCode::FORBIDDEN, "limit_exceeded"),
            Self::NoClient => status(StatusCode::NOT_FOUND, "client_not_found"),
            Self::NotFound => StatusCode::NOT_FOUND.into_response(),
            Self::BadRequest(message) => {
                (StatusCode::BAD_REQUEST, Json(json!({"status": "bad_request", "message": message}))).into_response()
            }
            Self::RateLimit { retry_after_s } => {
                ([(RETRY_AFTER, retry_after_s.to_string())], status(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded")).into_response()
            }
            Self::Unavailable(code, message) => (code, Json(json!({"status": "error", "message": message}))).into_response(),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match &error {
            Error::Unauthorized | Error::WrongLogin => Self::Unauthorized { retry_after_s: None },
            Error::Blocked { retry_after_s } => Self::Unauthorized { retry_after_s: Some(*retry_after_s) },
            Error::Permission(_) | Error::Forbidden(_) | Error::Barred(_) | Error::Denied(_) => Self::Denied,
            Error::NotFound(_) | Error::NotThere(_) => Self::NotFound,
            Error::Invalid { .. } => Self::BadRequest(error.to_string()),
            Error::Conflict(_) | Error::Refused(_) | Error::NotAnAgent => Self::Unavailable(StatusCode::CONFLICT, error.to_string()),
            Error::Streams { .. } | Error::Busy | Error::Away | Error::Switch(_) | Error::NotAnswered { .. } => {
                Self::Unavailable(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
            }
            Error::Store(source) => {
                tracing::error!(error = %source, "a request failed in the database");
                Self::Unavailable(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
            }
            Error::Internal(what) => {
                tracing::error!(error = %what, "a request failed");
                Self::Unavailable(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
            }
        }
    }
}
