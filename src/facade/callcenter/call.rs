//! A request, read and authenticated once for every path, and the answer's status where an account wants the old one.

use std::net::IpAddr;
use std::sync::Arc;

use axum::RequestPartsExt;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::envelope::failure;
use super::kept::{Asked, Kept};
use super::params::Params;
use super::session;
use super::upload;
use crate::facade::Meant;
use crate::facade::auth::{TrustedProxies, header_key};
use crate::facade::body::whole;
use crate::service::access::Caller;
use crate::service::{Error, Service};

/// The most bytes of a body.
pub const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// What the paths of this facade share.
#[derive(Clone)]
pub struct Api {
    service: Service,
    /// Whose word on addresses is believed.
    proxies: TrustedProxies,
    /// What was answered and still holds.
    kept: Kept,
}

impl Api {
    /// Nothing was answered yet.
    pub fn new(service: Service, proxies: TrustedProxies) -> Self {
        Self { service, proxies, kept: Kept::default() }
    }
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

/// A request of somebody who has not said who it is.
#[derive(Clone)]
pub(super) struct Visit {
    /// What was sent.
    pub params: Arc<Params>,
    /// The use cases.
    pub service: Service,
    /// Where it comes from; none when that is not known.
    pub client: Option<IpAddr>,
    /// Whether the client came by https.
    pub https: bool,
}

/// Reads and authenticates a request, hands it on, and gives 200 to everything but 401 where the account asks for that.
pub async fn serve(State(api): State<Api>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let (body, left) = upload::divert(&mut parts, body).await;
    let (params, bad) = parameters(&parts, body).await;
    let client = api.proxies.client(&parts.extensions, &parts.headers);
    let run = async |bad: Option<Response>, parts: Parts, left: Body| match bad {
        Some(bad) => bad,
        None => next.run(Request::from_parts(parts, left)).await,
    };
    if session::is_login(&parts) {
        let https = api.proxies.is_https(&parts.extensions, &parts.headers);
        parts.extensions.insert(Visit { params, service: api.service, client, https });
        return run(bad, parts, left).await;
    }
    // Before anything is read: what is read, and what the caller may, is of this version or later.
    let version = api.service.version();
    // Who asks is answered before what is wrong with a body.
    let caller = match authenticate(&api.service, &params, &parts.headers, client).await {
        Ok(caller) => caller,
        Err(refused) => return refused.into_response(),
    };
    let refused = api.service.admit(&caller, client).err().map(IntoResponse::into_response);
    let legacy = caller.account.settings.legacy_http_status;
    let refused = refused.or(bad);
    let asked = Asked::of(&parts, caller.user.id).filter(|_| refused.is_none());
    if let Some(answer) = asked.as_ref().and_then(|asked| api.kept.get(version, asked)) {
        return answer;
    }
    parts.extensions.insert(Call { caller, params, service: api.service });
    let mut response = run(refused, parts, left).await;
    if let Some(asked) = asked {
        response = api.kept.put(version, asked, response).await;
    }
    // A part of a file is no envelope: its status says which bytes it has.
    let is_envelope = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if legacy && is_envelope && response.status() != StatusCode::UNAUTHORIZED {
        let meant = std::mem::replace(response.status_mut(), StatusCode::OK);
        response.extensions_mut().insert(Meant(meant));
    }
    response
}

/// What was sent, and the refusal of what cannot be read of it.
async fn parameters(parts: &Parts, body: Body) -> (Arc<Params>, Option<Response>) {
    let mut params = Params::default();
    let mut bad = params.add_query(parts.uri.query().unwrap_or_default()).err().map(|bad| Error::from(bad).into_response());
    match whole(body, MAX_BODY_BYTES).await {
        Some(bytes) => {
            let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
            if let Err(error) = params.add_body(content_type, &bytes) {
                bad = bad.or_else(|| Some(Error::from(error).into_response()));
            }
        }
        None => bad = Some(failure(StatusCode::PAYLOAD_TOO_LARGE, &format!("the body must have at most {MAX_BODY_BYTES} bytes"))),
    }
    (Arc::new(params), bad)
}

/// Who asks: by a session or a key that it names, else by the cookie that its browser sent along.
async fn authenticate(service: &Service, params: &Params, headers: &HeaderMap, client: Option<IpAddr>) -> Result<Arc<Caller>, Error> {
    let named = |name| params.raw(name).and_then(|text| text.as_str()).filter(|text| !text.is_empty());
    if let Some(ssid) = named("ssid") {
        return service.authenticate_session(ssid).await.map(Arc::new);
    }
    if let Some(key) = named("api_key").or_else(|| header_key(headers).filter(|key| !key.is_empty())) {
        return service.authenticate(key, client).await;
    }
    match session::cookie(headers) {
        Some(ssid) => service.authenticate_session(ssid).await.map(Arc::new),
        None => Err(Error::Unauthorized),
    }
}

impl<S: Sync> FromRequestParts<S> for Call {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Error::Unauthorized.into_response())
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
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

/// An id of a path that is text. One that cannot be read is as unknown as one that is not there: 404.
#[derive(Clone, Debug)]
pub struct TextId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for TextId {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let Path(id) = parts.extract::<Path<String>>().await.map_err(|_| Error::NotFound("id").into_response())?;
        Ok(Self(id))
    }
}
