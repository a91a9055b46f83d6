//! The page of an agent: `/agent`.
//!
//! It is the same for everybody: it is filled through `/api/cc_agent/state` and the verbs of agents, by who has logged in on it, and asks again whenever
//! `/api/stream` tells of something.

use axum::Router;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;

use super::page::{self, File, SCRIPT, STYLE};

const PAGE: &str = include_str!("page.html");
const FILES: [File; 5] = [
    ("choices.js", SCRIPT, include_str!("choices.js")),
    ("desk.js", SCRIPT, include_str!("desk.js")),
    ("now.js", SCRIPT, include_str!("now.js")),
    ("page.js", SCRIPT, include_str!("page.js")),
    ("page.css", STYLE, include_str!("page.css")),
];

/// The page.
pub fn router() -> Router {
    Router::new().route("/agent", get(show)).route("/agent/", get(show)).route(
        "/agent/assets/{file}",
        get(|Path(name): Path<String>, headers: HeaderMap| async move { page::one_of(&FILES, &name, &headers) }),
    )
}

async fn show() -> Response {
    page::html(PAGE.to_owned())
}
