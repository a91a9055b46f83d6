//! UpdateAgentState: one path, `/API/UpdateAgentState.php`, and an action in a parameter.
//!
//! Parameters come in the query string or a form body; a later one wins. Each request brings a username and its password, or a key
//! in a header. Every answer is
//! `{"status":"ok","data":..}` or `{"status":"error","message":".."}` with HTTP 200, but 401 where the login is refused.

mod action;
mod doc;
mod params;
mod wire;

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::{Value, json};

use self::params::Params;
use super::auth::{TrustedProxies, header_key};
use super::openapi::{self, Surface};
use super::route::{Methods, get};
use crate::service::access::Caller;
use crate::service::{Error, PasswordGiven, Service};

/// The only path.
pub const PATH: &str = "/API/UpdateAgentState.php";

/// What the path needs.
#[derive(Clone)]
struct Api {
    service: Service,
    proxies: TrustedProxies,
}

/// The path. The server must give the peer as `ConnectInfo<Peer>`.
pub fn router(service: Service, proxies: TrustedProxies) -> Router {
    methods().besides(|methods| methods.fallback(not_allowed)).at(Router::new(), PATH).with_state(Api { service, proxies })
}

/// Every method and path that there is.
pub fn routes() -> impl Iterator<Item = (Method, String)> {
    surface().operations.into_iter().map(|(method, path, _)| (method, path))
}

/// What there is, for its OpenAPI document.
pub fn surface() -> Surface {
    Surface {
        name: "update-agent-state",
        title: "UpdateAgentState",
        version: "1.0",
        about: doc::ABOUT.to_owned(),
        tags: doc::TAGS.to_vec(),
        keys: vec![openapi::key()],
        keyless: true,
        operations: methods().described(PATH),
    }
}

fn methods() -> Methods<Api> {
    get(serve, doc::update_agent_state()).post(serve, doc::update_agent_state()).exactly()
}

async fn serve(State(api): State<Api>, request: Request) -> Response {
    let client = api.proxies.client(request.extensions(), request.headers());
    let key = header_key(request.headers()).map(str::to_owned);
    let params = match Params::read(request).await {
        Ok(params) => params,
        Err(why) => return failure(StatusCode::OK, &why),
    };
    let caller = match (params.get("username"), params.get("password"), key) {
        (Some(username), Some(password), _) => api.service.verify_login(username, given(password), client).await.map(Arc::new),
        (None, None, Some(key)) => by_key(&api.service, &key, client).await,
        _ => return failure(StatusCode::UNAUTHORIZED, "username and password are required"),
    };
    let caller = match caller {
        Ok(caller) => caller,
        Err(error) => return refused_login(&error),
    };
    match action::act(&api.service, &caller, &params).await {
        Ok(data) => Json(json!({"status": "ok", "data": data})).into_response(),
        Err(error) => failure(StatusCode::OK, &said(&error)),
    }
}

/// Not the vendor's: so that one key, given once, tries every API.
async fn by_key(service: &Service, key: &str, client: Option<IpAddr>) -> Result<Arc<Caller>, Error> {
    let caller = service.authenticate(key, client).await?;
    service.admit(&caller, client)?;
    Ok(caller)
}

/// MD5 in hex is of one case. A password that looks like it is none: it has letters of both.
fn given(password: &str) -> PasswordGiven {
    let is_hex = |lower: bool| {
        password.bytes().all(|byte| byte.is_ascii_digit() || (byte.is_ascii_hexdigit() && byte.is_ascii_lowercase() == lower))
    };
    match password.len() == 32 && (is_hex(true) || is_hex(false)) {
        true => PasswordGiven::Md5Hex(password.to_owned()),
        false => PasswordGiven::Plain(password.to_owned()),
    }
}

fn refused_login(error: &Error) -> Response {
    match error {
        Error::WrongLogin | Error::Unauthorized => failure(StatusCode::UNAUTHORIZED, &error.to_string()),
        // Not even looked at: as good as a wrong password.
        Error::Blocked { retry_after_s } => {
            ([(RETRY_AFTER, retry_after_s.to_string())], failure(StatusCode::UNAUTHORIZED, &error.to_string())).into_response()
        }
        other => failure(StatusCode::OK, &said(other)),
    }
}

/// In words; what failed inside is logged, once, here.
fn said(error: &Error) -> String {
    match error {
        Error::NotFound(kind) => return format!("{kind} not found"),
        Error::Store(source) => tracing::error!(error = %source, "a request failed in the database"),
        Error::Internal(what) => tracing::error!(error = %what, "a request failed"),
        _ => {}
    }
    error.to_string()
}

fn failure(status: StatusCode, message: &str) -> Response {
    (status, Json::<Value>(json!({"status": "error", "message": message}))).into_response()
}

async fn not_allowed() -> Response {
    failure(StatusCode::METHOD_NOT_ALLOWED, "this path takes GET and POST only")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn md5_is_told_from_a_password() {
        let is_md5 = |text: &str| matches!(given(text), PasswordGiven::Md5Hex(_));
        for md5 in ["900150983cd24fb0d6963f7d28e17f72", "900150983CD24FB0D6963F7D28E17F72", &"1".repeat(32)] {
            assert!(is_md5(md5), "{md5}");
        }
        for plain in ["900150983cd24fb0d6963f7d28e17F72", "900150983cd24fb0d6963f7d28e17f7", "Ab123456", "900150983cd24fb0d6963f7d28e17f7g"]
        {
            assert!(!is_md5(plain), "{plain}");
        }
    }
}
