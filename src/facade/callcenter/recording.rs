//! `/api/cdr/recordings/{uuid}`, and the verb by which an agent has its call's recording hear nothing.

use axum::body::Body;
use axum::extract::{Path, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use tower::ServiceExt;
use tower_http::services::ServeFile;
use uuid::Uuid;

use super::call::Call;
use super::envelope::{Answer, Reply};
use super::params::BadParam;
use super::value::Text;
use crate::domain::UserId;
use crate::service::Error;
use crate::service::recordings::Playable;

/// The file, or the part that `Range` asks for.
pub(super) async fn play(call: Call, Path(leg): Path<String>, request: Request) -> Result<Response, Error> {
    let found = call.service.recording(&call.caller, &leg).await?;
    let Ok(response) = ServeFile::new(&found.path).oneshot(request).await;
    if response.status() == StatusCode::NOT_FOUND {
        return Err(Error::NotThere("the recording was deleted just now".to_owned()));
    }
    let mut response = response.map(Body::new);
    let headers = response.headers_mut();
    if headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(found.file.format().media_type()));
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", name(&found))) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

/// What a browser saves it as: the day and the call, as in the folder of recordings.
fn name(found: &Playable) -> String {
    let parts: Vec<&str> = found.file.as_str().split('/').skip(1).take(3).collect();
    format!("{}-{}.{}", parts.join("-"), found.leg, found.file.format().ending())
}

pub(super) async fn delete(call: Call, Path(leg): Path<String>) -> Answer {
    call.service.delete_recording(&call.caller, &leg).await?;
    Ok(Reply::done())
}

/// `state=hold`, then `state=resume`.
pub(super) async fn set(call: Call) -> Answer {
    let user = call.params.get::<Option<UserId>>("user_id")?.flatten().filter(|id| id.0 != 0);
    let Text(state) = call.params.need("state")?;
    let hold = match state.as_str() {
        "hold" => true,
        "resume" => false,
        _ => return Err(BadParam::new("state", "must be hold or resume").into()),
    };
    let leg = match call.params.get::<Option<Text>>("uuid")?.flatten() {
        Some(Text(text)) => Some(text.parse::<Uuid>().map_err(|_| BadParam::new("uuid", "must be the uuid of a call"))?),
        None => None,
    };
    call.service.hold_recording(&call.caller, user, leg, hold).await?;
    Ok(Reply::done())
}
