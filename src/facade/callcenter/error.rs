//! From the service's errors to the vendor's bodies. The only such place of this facade, so the match names every case.

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};

use super::envelope::failure;
use crate::domain::agent::Refusal;
use crate::service::Error;
use crate::service::outside::Barred;

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = status(&self);
        match &self {
            Self::Store(source) => tracing::error!(error = %source, "a request failed in the database"),
            Self::Internal(what) => tracing::error!(error = %what, "a request failed"),
            Self::NotAnswered { hangup_cause } => return not_answered(&self, hangup_cause),
            Self::Blocked { retry_after_s } => {
                return ([(RETRY_AFTER, retry_after_s.to_string())], failure(status, &self.to_string())).into_response();
            }
            _ => {}
        }
        failure(status, &self.to_string())
    }
}

fn status(error: &Error) -> StatusCode {
    match error {
        Error::Unauthorized | Error::WrongLogin => StatusCode::UNAUTHORIZED,
        Error::Permission(_)
        | Error::Forbidden(_)
        | Error::Barred(Barred::DoNotCall | Barred::Toll(_))
        | Error::Denied(_)
        | Error::Refused(Refusal::QueueNotAllowed(_)) => StatusCode::FORBIDDEN,
        Error::NotFound(_) | Error::NotThere(_) => StatusCode::NOT_FOUND,
        Error::Invalid { .. } => StatusCode::BAD_REQUEST,
        Error::Conflict(_)
        | Error::NotAnAgent
        | Error::Refused(
            Refusal::OnAnotherDevice
            | Refusal::DeviceTaken
            | Refusal::InCall
            | Refusal::NotCheckedIn
            | Refusal::SnoozesUsedUp
            | Refusal::NotJoined(_)
            | Refusal::AlwaysServes(_)
            | Refusal::PausedInAll
            | Refusal::NothingToJoin
            | Refusal::OutsideHours { .. },
        ) => StatusCode::CONFLICT,
        Error::Busy | Error::Blocked { .. } | Error::Streams { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Away | Error::Switch(_) | Error::Barred(Barred::Unknown) => StatusCode::SERVICE_UNAVAILABLE,
        Error::NotAnswered { .. } => StatusCode::OK,
        Error::Store(_) | Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// An originate that failed on the telephone side is no failure of the request; its example spells `Success`, so both are sent.
fn not_answered(error: &Error, hangup_cause: &str) -> Response {
    let body = serde_json::json!({"success": false, "Success": false, "msg": error.to_string(), "hangup_cause": hangup_cause});
    axum::Json(body).into_response()
}
