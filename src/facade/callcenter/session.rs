//! `/api/user/login` and `/api/user/logout`.

use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::call::{Call, Visit};
use super::envelope::Reply;
use super::value::{Secret, Text};
use crate::service::{Error, Login};

/// The one path that asks nobody who they are.
pub(super) const LOGIN: &str = "/api/user/login";
/// The name of the cookie.
const COOKIE: &str = "ssid";

/// Whether the request is a login.
pub(super) fn is_login(parts: &Parts) -> bool {
    let path = parts.uri.path();
    parts.method == Method::POST && path.strip_suffix('/').unwrap_or(path) == LOGIN
}

/// The session's id in the cookie. It counts only where the page that asks is ours: a browser sends cookies along with what other pages ask
/// too, and the document changes state by GET.
pub(super) fn cookie(headers: &HeaderMap) -> Option<&str> {
    let same_origin = headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    // No other origin's page may send this header unless the server has agreed to it, which this one does not.
    if !same_origin && !headers.contains_key("x-requested-with") {
        return None;
    }
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    cookies.filter_map(|cookie| cookie.trim().split_once('=')).find(|(name, _)| *name == COOKIE).map(|(_, ssid)| ssid)
}

pub(super) async fn login(visit: Visit) -> Result<Response, Error> {
    let Text(username) = visit.params.need("username")?;
    let Secret(password) = visit.params.need("password")?;
    let Login { user_id, ssid, session_ttl } = visit.service.login(&username, password, visit.client).await?;
    let reply = Reply::data(json!({"user_id": user_id, "ssid": ssid.expose(), "session_ttl": session_ttl}));
    Ok(([(SET_COOKIE, set_cookie(ssid.expose(), session_ttl, visit.https))], reply).into_response())
}

pub(super) async fn logout(call: Call) -> Result<Response, Error> {
    call.service.logout(&call.caller).await?;
    Ok(([(SET_COOKIE, set_cookie("", 0, false))], Reply::done()).into_response())
}

fn set_cookie(ssid: &str, max_age_s: u32, https: bool) -> String {
    let secure = if https { "; Secure" } else { "" };
    format!("{COOKIE}={ssid}; HttpOnly; SameSite=Strict; Path=/; Max-Age={max_age_s}{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(headers: &[(&'static str, &'static str)]) -> Option<String> {
        let headers: HeaderMap =
            headers.iter().map(|&(name, value)| (name.parse::<header::HeaderName>().unwrap(), value.parse().unwrap())).collect();
        cookie(&headers).map(str::to_owned)
    }

    #[test]
    fn a_cookie_counts_for_our_own_pages_only() {
        let sent = ("cookie", "a=b; ssid=secret; c=d");
        assert_eq!(found(&[sent]), None);
        for site in ["cross-site", "same-site", "none"] {
            assert_eq!(found(&[sent, ("sec-fetch-site", site)]), None, "{site}");
        }
        assert_eq!(found(&[sent, ("sec-fetch-site", "same-origin")]).as_deref(), Some("secret"));
        assert_eq!(found(&[sent, ("x-requested-with", "XMLHttpRequest")]).as_deref(), Some("secret"));
        assert_eq!(found(&[("cookie", "xssid=secret"), ("x-requested-with", "a")]), None);
    }

    #[test]
    fn the_cookie_is_secure_where_the_client_came_by_https() {
        assert_eq!(set_cookie("x", 60, false), "ssid=x; HttpOnly; SameSite=Strict; Path=/; Max-Age=60");
        assert_eq!(set_cookie("x", 60, true), "ssid=x; HttpOnly; SameSite=Strict; Path=/; Max-Age=60; Secure");
    }
}
