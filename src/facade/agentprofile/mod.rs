//! Agent Profile v2.0, mounted at `/deepcall/api/v2/agentProfile` and without the `/deepcall`.
//!
//! Every method is a POST of a JSON object, whatever its content type says. Every answer of a method is HTTP 200, with the headers of the service
//! that the document shows ([`express`]); what is wrong is told by the code in the body ([`error`]).

mod doc;
pub mod error;
pub mod express;
mod method;
mod request;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{any, options};
use serde::Serialize;

use self::error::Failure;
use self::request::Asked;
use super::auth::TrustedProxies;
use super::openapi::{self, Surface};
use super::route::{Methods, post};
use crate::service::Service;

/// Where the methods are.
const ROOTS: [&str; 2] = ["/deepcall/api/v2/agentProfile", "/api/v2/agentProfile"];
/// What the paths of this facade share.
#[derive(Clone)]
struct Api {
    service: Service,
    proxies: TrustedProxies,
}

/// The paths. The server must give the peer as `ConnectInfo<Peer>`.
pub fn router(service: Service, proxies: TrustedProxies) -> Router {
    let mut router = Router::new();
    for (path, methods) in table() {
        router = methods.besides(|methods| methods.merge(options(preflight)).fallback(not_allowed)).at(router, &path);
    }
    for root in ROOTS {
        router = router.route(root, any(unknown)).route(&format!("{root}/{{*path}}"), any(unknown));
    }
    router.with_state(Api { service, proxies })
}

/// Every method and path that there is.
pub fn routes() -> impl Iterator<Item = (Method, String)> {
    surface().operations.into_iter().map(|(method, path, _)| (method, path))
}

/// What there is, for its OpenAPI document.
pub fn surface() -> Surface {
    let operations = table().into_iter().flat_map(|(path, methods)| methods.described(&path)).collect();
    Surface {
        name: "agent-profile",
        title: "Agent Profile",
        version: "2.0",
        about: doc::ABOUT.to_owned(),
        tags: doc::TAGS.to_vec(),
        keys: vec![openapi::key()],
        keyless: true,
        operations,
    }
}

fn table() -> Vec<(String, Methods<Api>)> {
    let methods = [
        ("agentOnBreak", post(agent_on_break, doc::agent_on_break())),
        ("setWebPingTime", post(set_web_ping_time, doc::set_web_ping_time())),
        ("checkAgentInWrapUp", post(check_agent_in_wrap_up, doc::check_agent_in_wrap_up())),
    ];
    ROOTS.into_iter().flat_map(|root| methods.clone().map(|(name, methods)| (format!("{root}/{name}"), methods))).collect()
}

async fn agent_on_break(State(api): State<Api>, request: Request) -> Response {
    let asked = Asked::read(&api, request, &Failure::NO_MATCH).await;
    answer(async { method::agent_on_break(&api.service, &asked?).await }.await)
}

async fn set_web_ping_time(State(api): State<Api>, request: Request) -> Response {
    let asked = Asked::read(&api, request, &Failure::NO_SESSION).await;
    answer(async { method::set_web_ping_time(&api.service, &asked?).await }.await)
}

async fn check_agent_in_wrap_up(State(api): State<Api>, request: Request) -> Response {
    let asked = Asked::read(&api, request, &Failure::NO_MATCH).await;
    answer(async { method::check_agent_in_wrap_up(&api.service, &asked?).await }.await)
}

/// What a method answers.
#[derive(Serialize)]
struct Success<T> {
    status: &'static str,
    data: T,
}

fn answer<T: Serialize>(outcome: Result<T, Failure>) -> Response {
    match outcome {
        Ok(data) => express::json(StatusCode::OK, &Success { status: "success", data }),
        Err(failure) => express::json(StatusCode::OK, &failure),
    }
}

async fn preflight() -> Response {
    express::preflight()
}

async fn unknown(request: Request) -> Response {
    if request.method() == Method::OPTIONS {
        return express::preflight();
    }
    express::json(StatusCode::NOT_FOUND, &Failure::new(404, "there is no such path"))
}

async fn not_allowed() -> Response {
    express::json(StatusCode::METHOD_NOT_ALLOWED, &Failure::new(405, "this path takes POST only"))
}
