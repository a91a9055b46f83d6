//! What is asked, by whom, of which agent.

use std::sync::Arc;

use axum::extract::Request;
use serde_json::{Map, Value};

use super::Api;
use super::error::{Documented, Failure};
use crate::domain::UserId;
use crate::facade::auth::header_key;
use crate::facade::body::whole;
use crate::service::access::Caller;

/// The most bytes of a body.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// A request that was read and authenticated.
pub(super) struct Asked {
    /// Who asks.
    pub caller: Arc<Caller>,
    /// The agent that is asked about, whom the caller may ask about.
    pub user: UserId,
    /// What was sent.
    pub fields: Map<String, Value>,
}

impl Asked {
    /// Reads a body. `stranger` is what a session is told that there is not.
    ///
    /// # Errors
    /// What the client is told.
    pub(super) async fn read(api: &Api, request: Request, stranger: &Documented) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let bytes = whole(body, MAX_BODY_BYTES).await;
        let bytes = bytes.ok_or_else(|| Failure::new(413, format!("the body must have at most {MAX_BODY_BYTES} bytes")))?;
        let fields: Map<String, Value> =
            serde_json::from_slice(&bytes).map_err(|error| Failure::new(400, format!("the body must be a JSON object: {error}")))?;
        let client = api.proxies.client(&parts.extensions, &parts.headers);
        let caller = match (text(&fields, "ssid"), text(&fields, "token"), header_key(&parts.headers)) {
            (Some(ssid), ..) => api.service.authenticate_session(&ssid).await.map(Arc::new).map_err(|error| refused(error, stranger))?,
            (None, Some(token), _) if text(&fields, "userId").is_some() => api.service.authenticate(&token, client).await?,
            (None, None, Some(key)) => api.service.authenticate(key, client).await?,
            _ => return Err((*stranger).into()),
        };
        api.service.admit(&caller, client)?;
        let user = match text(&fields, "userId") {
            Some(id) => id.parse().map(UserId).map_err(|_| Failure::from(Failure::NO_MATCH))?,
            None => caller.user.id,
        };
        caller.acts_on(Some(user)).map_err(|_| Failure::from(Failure::NO_MATCH))?;
        Ok(Self { caller, user, fields })
    }
}

/// A session that there is not.
fn refused(error: crate::service::Error, stranger: &Documented) -> Failure {
    if matches!(error, crate::service::Error::Unauthorized) { (*stranger).into() } else { error.into() }
}

/// A text or a number that was sent and is not empty.
fn text(fields: &Map<String, Value>, name: &str) -> Option<String> {
    match fields.get(name)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
