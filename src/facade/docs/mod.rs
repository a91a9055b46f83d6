//! The page at `/docs`: Swagger UI over the surfaces' OpenAPI documents, where each request can be tried on this ccgate.
//!
//! Everything that it loads is in the binary, and its Content-Security-Policy lets it load nothing else: no other host, no inline script, no `eval`.
//! Who tries something says who it is there, as any other client does; the page itself is for everybody and tells nothing about an account.

mod asset;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Swagger UI's pictures are `data:` in its style sheet.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";
const PAGE: &str = include_str!("page.html");

/// Surfaces: the name of each in paths (its document is `/openapi/<name>.json`), and what people call it.
type Surfaces = Arc<[(&'static str, &'static str)]>;

/// The pages of these surfaces (a name and a title each); `/docs` is the first one's.
pub fn router(surfaces: impl IntoIterator<Item = (&'static str, &'static str)>) -> Router {
    Router::new()
        .route("/docs", get(first))
        .route("/docs/", get(first))
        .route("/docs/{surface}", get(page))
        .route("/docs/assets/{file}", get(asset::serve))
        .with_state(surfaces.into_iter().collect::<Surfaces>())
}

async fn first(State(surfaces): State<Surfaces>) -> Response {
    show(&surfaces, |_| true)
}

async fn page(State(surfaces): State<Surfaces>, Path(asked): Path<String>) -> Response {
    show(&surfaces, |name| name == asked)
}

/// The page of the first surface whose name is wanted.
fn show(surfaces: &[(&str, &str)], is_wanted: impl Fn(&str) -> bool) -> Response {
    let Some((shown, title)) = surfaces.iter().find(|(name, _)| is_wanted(name)) else {
        return not_found();
    };
    let link = |(name, title): &(&str, &str)| {
        let current = if name == shown { " aria-current=\"page\"" } else { "" };
        format!("<a href=\"/docs/{name}\"{current}>{title}</a>")
    };
    let links: String = surfaces.iter().map(link).collect();
    let html = PAGE.replace("{name}", shown).replace("{title}", title).replace("{links}", &links);
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, html).into_response()
}

/// Where the pages are, for who looks for them elsewhere below.
fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "there is no such page; see /docs\n").into_response()
}
