//! Queue agent events, mounted at `/client/{client_id}/agent/..` and `/oauth/token`: addresses that are told when an agent begins or ends to serve
//! queues. `client_id` is the account's id, `agent_id` a user's, and an event is a [`crate::domain::Hook`].
//!
//! Bodies are JSON objects, whatever their content type says. Errors have a body only where `error` gives them one.

mod doc;
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

use self::error::Failure;
use self::method::Asked;
use super::auth::{TrustedProxies, header_key};
use super::openapi::Surface;
use super::route::{Methods, get, post};
use crate::domain::hook::Seat;
use crate::domain::{AccountId, HookId, UserId};
use crate::service::access::Caller;
use crate::service::hooks::HooksOf;
use crate::service::pace::{Pace, Turn};
use crate::service::{Error, Service};

/// The time in which the limit of requests holds, in milliseconds.
pub const WINDOW_MS: i64 = 3_600_000;
/// What the document's paths have between `agent` and the agent's id.
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
    let state = Api { service, proxies, pace: Arc::new(Pace::new(WINDOW_MS)), per_hour };
    table().into_iter().fold(Router::new(), |router, (path, methods)| methods.at(router, path.trim_end_matches('/'))).with_state(state)
}

/// Every method and path that there is.
pub fn routes() -> impl Iterator<Item = (Method, String)> {
    surface().operations.into_iter().map(|(method, path, _)| (method, path))
}

/// What there is, for its OpenAPI document.
pub fn surface() -> Surface {
    Surface {
        name: "queue-agent-events",
        title: "Queue agent events",
        version: "1.0",
        about: doc::ABOUT.to_owned(),
        tags: doc::TAGS.to_vec(),
        keys: doc::keys(),
        keyless: false,
        operations: table().into_iter().flat_map(|(path, methods)| methods.described(&path)).collect(),
    }
}

/// The paths as the document writes them.
fn table() -> Vec<(String, Methods<Api>)> {
    let of = |(kind, _)| {
        let all = format!("/client/{{client_id}}/agent/{kind}/{{agent_id}}/event/");
        let one = format!("{all}{{event_id}}");
        let one_methods = get(serve, doc::show(kind)).put(serve, doc::update(kind)).delete(serve, doc::delete(kind));
        [
            (all, others(post(serve, doc::create(kind)).get(serve, doc::list(kind)), "GET, POST")),
            (one, others(one_methods, "GET, PUT, DELETE")),
        ]
    };
    let token = (token::PATH.to_owned(), others(post(token::issue, doc::token()), "POST"));
    KINDS.into_iter().flat_map(of).chain([token]).collect()
}

/// With what other methods are told.
fn others(methods: Methods<Api>, allowed: &'static str) -> Methods<Api> {
    methods.besides(|methods| methods.fallback(async move || (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, allowed)])))
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
        answer(&api, caller, parts, &head, body).await.unwrap_or_else(IntoResponse::into_response)
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
async fn admitted(api: &Api, head: &Head) -> Result<Arc<Caller>, Failure> {
    let client = api.proxies.client(&head.extensions, &head.headers);
    let sent = header_key(&head.headers).ok_or(Failure::Unauthorized { retry_after_s: None })?;
    let caller = match api.service.authenticate_session(sent).await {
        Ok(caller) if caller.proof.is_of_key() => Arc::new(caller),
        Ok(_) | Err(Error::Unauthorized) => api.service.authenticate(sent, client).await?,
        Err(error) => return Err(error.into()),
    };
    api.service.admit(&caller, client)?;
    Ok(caller)
}

async fn answer(api: &Api, caller: Arc<Caller>, parts: Parts, head: &Head, body: Body) -> Result<Response, Failure> {
    let Path(parts) = parts.map_err(|_| Failure::NotFound)?;
    let id = |name: &str| parts.get(name).and_then(|text| text.parse::<i64>().ok());
    if id("client_id").map(AccountId) != Some(caller.account_id()) {
        return Err(Failure::NoClient);
    }
    let kind = KINDS.into_iter().find(|(kind, _)| head.uri.path().split('/').nth(4) == Some(*kind));
    let (Some((_, seat)), Some(user)) = (kind, id("agent_id").map(UserId)) else { return Err(Failure::NotFound) };
    let (service, of) = (&api.service, HooksOf { user, seat });
    let asked = Asked { service, caller: &caller, of };
    if !parts.contains_key("event_id") {
        return if head.method == Method::POST { asked.create(body).await } else { asked.list().await };
    }
    let hook = id("event_id").map(HookId).ok_or(Failure::NotFound)?;
    match head.method {
        Method::PUT => asked.update(hook, body).await,
        Method::DELETE => asked.delete(hook).await,
        _ => asked.show(hook).await,
    }
}
