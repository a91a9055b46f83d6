//! mod_json_cdr's records of legs that ended.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Sources;
use super::auth::TheSwitch;
use crate::switch::cdr;

/// 200 when what the record tells is committed. To anything else the switch keeps the record in its folder (`err-log-dir`), from where it
/// is read again.
pub(super) async fn take(State(sources): State<Sources>, _: TheSwitch, body: Bytes) -> Response {
    let cdr = match cdr::read(&body, (sources.desired)().names()) {
        Ok(cdr) => cdr,
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    if (sources.record)(cdr).await { StatusCode::OK.into_response() } else { StatusCode::SERVICE_UNAVAILABLE.into_response() }
}
