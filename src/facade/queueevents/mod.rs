//! Queue agent events, mounted at `/client/{client_id}/agent/..` and `/oauth/token`: addresses that are told when an agent begins or ends to serve
//! queues. `client_id` is the account's id, `agent_id` a user's, and an event is a [`crate::domain::Hook`].
//!
//! Bodies are JSON objects, whatever their content type says. Errors have a body only where [`error`] gives them one.

mod error;
mod method;
mod token;
mod wire;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::header::ALLOW;
use axum::http::request::Parts as Head;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};

use self::error::Failure;
use self::method::Asked;
use super::auth::{TrustedProxies, header_key};
use crate::domain::hook::Seat;
use crate::domain::{AccountId, HookId, UserId};
use crate::service::access::{Caller, Proof};
use crate::service::hooks::HooksOf;
use crate::service::pace::{Pace, Turn};
use crate::service::{Error, Service};

/// The time in which the limit of requests holds, in milliseconds.
pub const WINDOW_MS: i64 = 3_600_000;
/// Where an agent's events are, as the document writes it; and one of them.
const PATHS: [&str; 2] =
    ["/client/{client_id}/agent/{kind}/{agent_id}/event/", "/client/{client_id}/agent/{kind}/{agent_id}/event/{event_id}"];
/// What the document's paths have for `{kind}`.
const KINDS: [(&str, Seat); 2] = [("local", Seat::Local), ("remote", Seat::Remote)];

/// What the paths of this facade share.
#[derive(Clone)]
struct Api {
    service: Service,
    proxies: TrustedProxies,
    pace: Arc<Pace>,
    per_hour: u32,
}

/// The paths; an account may make `per_hour` requests an hour. The server must give the peer as `ConnectInfo<Peer>`.
pub fn router(service: Service, proxies: TrustedProxies, per_hour: u32) -> Router {
    let [collection, one] = PATHS;
    Router::new()
        .route(collection, any(serve))
        .route(collection.trim_end_matches('/'), any(serve))
        .route(one, any(serve))
        .route(&format!("{one}/"), any(serve))
        .route(token::PATH, post(token::issue).fallback(|| async { not_allowed("POST") }))
        .with_state(Api { service, proxies, pace: Arc::new(Pace::new(WINDOW_MS)), per_hour })
}

/// Every method and path that there is.
pub fn routes() -> impl Iterator<Item = (Method, String)> {
    let of = |path: &'static str, methods: &'static [Method]| {
        let kinds = KINDS.into_iter().map(move |(kind, _)| path.replace("{kind}", kind));
        kinds.flat_map(move |path| methods.iter().map(move |method| (method.clone(), path.clone())))
    };
    let [collection, one] = PATHS;
    of(collection, &[Method::POST, Method::GET])
        .chain(of(one, &[Method::PUT, Method::GET, Method::DELETE]))
        .chain([(Method::POST, token::PATH.to_owned())])
}

type Parts = Result<Path<HashMap<String, String>>, PathRejection>;

/// Who asks, how often it did, and only then for what.
async fn serve(State(api): State<Api>, parts: Parts, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let caller = match admitted(&api, &head).await {
        Ok(caller) => caller,
        Err(failure) => return failure.into_response(),
    };
    let now = api.service.now();
    let turn = api.pace.begin(caller.account_id(), api.per_hour, now);
    let mut response = if turn.fits {
        answer(&api, caller, parts, &head.method, body).await.unwrap_or_else(IntoResponse::into_response)
    } else {
        Failure::RateLimit { retry_after_s: (turn.next_at.since(now) + 999) / 1_000 }.into_response()
    };
    let headers = response.headers_mut();
    headers.extend(rate_headers(api.per_hour, turn));
    response
}

/// `-Reset` is when there is room for another request, in seconds since the epoch.
fn rate_headers(per_hour: u32, turn: Turn) -> [(HeaderName, HeaderValue); 3] {
    let reset_s = (turn.next_at.0 + 999) / 1_000;
    [
        (HeaderName::from_static("x-ratelimit-limit"), per_hour.into()),
        (HeaderName::from_static("x-ratelimit-remaining"), turn.left.into()),
        (HeaderName::from_static("x-ratelimit-reset"), reset_s.into()),
    ]
}

/// A token, or the key that it was made with.
async fn admitted(api: &Api, head: &Head) -> Result<Caller, Failure> {
    let client = api.proxies.client(&head.extensions, &head.headers);
    let sent = header_key(&head.headers).ok_or(Failure::Unauthorized { retry_after_s: None })?;
    let caller = match api.service.authenticate_session(sent).await {
        Ok(caller) if matches!(caller.proof, Proof::Key(_)) => caller,
        Ok(_) | Err(Error::Unauthorized) => api.service.authenticate(sent, client).await?,
        Err(error) => return Err(error.into()),
    };
    api.service.admit(&caller, client)?;
    Ok(caller)
}

async fn answer(api: &Api, caller: Caller, parts: Parts, method: &Method, body: Body) -> Result<Response, Failure> {
    let Path(parts) = parts.map_err(|_| Failure::NotFound)?;
    let id = |name: &str| parts.get(name).and_then(|text| text.parse::<i64>().ok());
    if id("client_id").map(AccountId) != Some(caller.account_id()) {
        return Err(Failure::NoClient);
    }
    let kind = KINDS.into_iter().find(|(kind, _)| parts.get("kind").is_some_and(|sent| sent == kind));
    let (Some((_, seat)), Some(user)) = (kind, id("agent_id").map(UserId)) else { return Err(Failure::NotFound) };
    let (service, of) = (&api.service, HooksOf { user, seat });
    let asked = Asked { service, caller: &caller, of };
    if !parts.contains_key("event_id") {
        return match *method {
            Method::GET | Method::HEAD => asked.list().await,
            Method::POST => asked.create(body).await,
            _ => Ok(not_allowed("GET, POST")),
        };
    }
    let hook = id("event_id").map(HookId).ok_or(Failure::NotFound)?;
    match *method {
        Method::GET | Method::HEAD => asked.show(hook).await,
        Method::PUT => asked.update(hook, body).await,
        Method::DELETE => asked.delete(hook).await,
        _ => Ok(not_allowed("GET, PUT, DELETE")),
    }
}

fn not_allowed(allowed: &'static str) -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, allowed)]).into_response()
}
