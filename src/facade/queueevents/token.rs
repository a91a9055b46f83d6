//! `POST /oauth/token`: a key for a token that lives an hour, by OAuth 2.0's client credentials (RFC 6749, 4.4), whose errors these are.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::Api;
use crate::domain::AccountId;
use crate::facade::body::whole;
use crate::service::{Error, TOKEN_TTL_S};

/// Where.
pub(super) const PATH: &str = "/oauth/token";
/// The most bytes of a body.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// The client is nobody; it may be told how long to wait.
const INVALID_CLIENT: &str = "invalid_client";

pub(super) async fn issue(State(api): State<Api>, request: Request) -> Response {
    let client = api.proxies.client(request.extensions(), request.headers());
    let basic = basic(request.headers());
    let Some(fields) = fields(request).await else {
        return refused(StatusCode::BAD_REQUEST, "invalid_request", "the body must be a form of at most 64 KiB");
    };
    match fields.get("grant_type").map(String::as_str) {
        Some("client_credentials") => {}
        Some(_) => return refused(StatusCode::BAD_REQUEST, "unsupported_grant_type", "grant_type must be client_credentials"),
        None => return refused(StatusCode::BAD_REQUEST, "invalid_request", "grant_type is required: client_credentials"),
    }
    let sent = || Some((fields.get("client_id")?.clone(), fields.get("client_secret")?.clone()));
    let Some((id, secret)) = basic.or_else(sent) else {
        return refused(StatusCode::BAD_REQUEST, "invalid_request", "client_id and client_secret are required");
    };
    let Ok(account) = id.parse().map(AccountId) else { return nobody(None) };
    match api.service.begin_with_key(account, &secret, client).await {
        Ok(token) => {
            let body = json!({"access_token": token.expose(), "token_type": "Bearer", "expires_in": TOKEN_TTL_S});
            ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
        }
        Err(Error::Unauthorized) => nobody(None),
        Err(Error::Blocked { retry_after_s }) => nobody(Some(retry_after_s)),
        Err(error @ (Error::Permission(_) | Error::Forbidden(_))) => {
            refused(StatusCode::BAD_REQUEST, "unauthorized_client", &error.to_string())
        }
        Err(error) => {
            tracing::error!(%error, "a token could not be made");
            refused(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "try again")
        }
    }
}

async fn fields(request: Request) -> Option<HashMap<String, String>> {
    let body = whole(request.into_body(), MAX_BODY_BYTES).await?;
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).ok()?;
    Some(pairs.into_iter().filter(|(_, text)| !text.is_empty()).collect())
}

/// `client_id` and `client_secret` as RFC 6749 has them in `Authorization: Basic`.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, encoded) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let text = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(encoded.trim()).ok())??;
    let (id, secret) = std::str::from_utf8(&text).ok()?.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

fn nobody(retry_after_s: Option<u64>) -> Response {
    let why = refused(StatusCode::UNAUTHORIZED, INVALID_CLIENT, "client_id must be the account's id, and client_secret an API key of it");
    let mut response = ([(WWW_AUTHENTICATE, "Basic realm=\"ccgate\"")], why).into_response();
    response.headers_mut().extend(retry_after_s.map(|wait_s| (RETRY_AFTER, wait_s.into())));
    response
}

fn refused(status: StatusCode, error: &str, description: &str) -> Response {
    (status, [(CACHE_CONTROL, "no-store")], Json(json!({"error": error, "error_description": description}))).into_response()
}
