//! The wallboard: `/tv` for the account, `/tv/{queue}` for a queue.
//!
//! The page is the same for everybody; what it shows comes from `/api/wallboard/stream`, to who may see it.

use axum::Router;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;

use super::page::{self, File, SCRIPT, STYLE};

const PAGE: &str = include_str!("page.html");
const FILES: [File; 10] = [
    ("agents.js", SCRIPT, include_str!("agents.js")),
    ("board.js", SCRIPT, include_str!("board.js")),
    ("chart.js", SCRIPT, include_str!("chart.js")),
    ("colour.js", SCRIPT, include_str!("colour.js")),
    ("fit.js", SCRIPT, include_str!("fit.js")),
    ("page.js", SCRIPT, include_str!("page.js")),
    ("rows.js", SCRIPT, include_str!("rows.js")),
    ("time.js", SCRIPT, include_str!("time.js")),
    ("page.css", STYLE, include_str!("page.css")),
    ("parts.css", STYLE, include_str!("parts.css")),
];

/// The pages.
pub fn router() -> Router {
    Router::new().route("/tv", get(show)).route("/tv/", get(show)).route("/tv/{queue}", get(of_queue)).route(
        "/tv/assets/{file}",
        get(|Path(name): Path<String>, headers: HeaderMap| async move { page::one_of(&FILES, &name, &headers) }),
    )
}

async fn show() -> Response {
    page::html(PAGE.to_owned())
}

/// Whether there is the queue is for the API to say, to who may know.
async fn of_queue(Path(queue): Path<String>) -> Response {
    if queue.parse::<i64>().is_ok() { show().await } else { page::not_found("/tv, or /tv/ and a queue's id") }
}
