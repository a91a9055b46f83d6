//! A request, read and authenticated once for every path, and the answer's status where an account wants the old one.

use std::sync::Arc;

use axum::RequestPartsExt;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::envelope::failure;
use super::params::Params;
use super::upload;
use crate::facade::auth::{TrustedProxies, header_key};
use crate::service::access::Caller;
use crate::service::{Error, Service};

/// The most bytes of a body.
pub const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// What the paths of this facade share.
#[derive(Clone)]
pub struct Api {
    /// The use cases.
    pub service: Service,
    /// Whose word on addresses is believed.
    pub proxies: TrustedProxies,
}

/// One authenticated request.
#[derive(Clone)]
pub struct Call {
    /// Who asks.
    pub caller: Arc<Caller>,
    /// What was sent.
    pub params: Arc<Params>,
    /// The use cases.
    pub service: Service,
}

/// Reads and authenticates a request, hands it on, and gives 200 to everything but 401 where the account asks for that.
pub async fn serve(State(api): State<Api>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let (body, left) = upload::divert(&mut parts, body).await;
    let (call, bad) = match read(&api, &parts, body).await {
        Ok(read) => read,
        Err(refused) => return refused,
    };
    let legacy = call.caller.account.settings.legacy_http_status;
    let mut response = match bad {
        Some(bad) => bad,
        None => {
            let mut request = Request::from_parts(parts, left);
            request.extensions_mut().insert(call);
            next.run(request).await
        }
    };
    if legacy && response.status() != StatusCode::UNAUTHORIZED {
        *response.status_mut() = StatusCode::OK;
    }
    response
}

/// The call; beside it the refusal of a caller that may not call, or of a body that cannot be read when the key came outside of it: who asks is
/// answered first.
async fn read(api: &Api, parts: &Parts, body: Body) -> Result<(Call, Option<Response>), Response> {
    let mut params = Params::default();
    let mut bad = params.add_query(parts.uri.query().unwrap_or_default()).err().map(|bad| Error::from(bad).into_response());
    match to_bytes(body, MAX_BODY_BYTES).await {
        Ok(bytes) => {
            let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
            if let Err(error) = params.add_body(content_type, &bytes) {
                bad = bad.or_else(|| Some(Error::from(error).into_response()));
            }
        }
        Err(_) => bad = Some(failure(StatusCode::PAYLOAD_TOO_LARGE, &format!("the body must have at most {MAX_BODY_BYTES} bytes"))),
    }
    let key = params.raw("api_key").and_then(|key| key.as_str()).or_else(|| header_key(&parts.headers));
    let client = api.proxies.client(&parts.extensions, &parts.headers);
    let caller = match key {
        Some(key) => api.service.authenticate(key).await,
        None => Err(Error::Unauthorized),
    };
    let caller = Arc::new(caller.map_err(IntoResponse::into_response)?);
    if let Err(refused) = caller.admit(client) {
        bad = Some(refused.into_response());
    }
    Ok((Call { caller, params: Arc::new(params), service: api.service.clone() }, bad))
}

impl<S: Sync> FromRequestParts<S> for Call {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Error::Unauthorized.into_response())
    }
}

/// The ids of a path. What is no id is as unknown as an id that is not there: 404.
#[derive(Clone, Copy, Debug)]
pub struct Ids<const N: usize>(pub [i64; N]);

impl<const N: usize, S: Send + Sync> FromRequestParts<S> for Ids<N> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let unknown = || Error::NotFound("id").into_response();
        let Path(named) = parts.extract::<Path<Vec<(String, String)>>>().await.map_err(|_| unknown())?;
        let ids: Option<Vec<i64>> = named.iter().map(|(_, text)| text.parse().ok()).collect();
        ids.and_then(|ids| ids.try_into().ok()).map(Self).ok_or_else(unknown)
    }
}
