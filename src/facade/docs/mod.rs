//! The page at `/docs`: Swagger UI over the surfaces' OpenAPI documents, where each request can be tried on this ccgate.
//!
//! Who tries something says who it is there, as any other client does; the page itself is for everybody and tells nothing about an account.

mod asset;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;

use super::page;

const PAGE: &str = include_str!("page.html");

/// Surfaces: the name of each in paths (its document is `/openapi/<name>.json`), and what people call it.
type Surfaces = Arc<[(&'static str, &'static str)]>;

/// The pages of these surfaces (a name and a title each); `/docs` is the first one's.
pub fn router(surfaces: impl IntoIterator<Item = (&'static str, &'static str)>) -> Router {
    Router::new()
        .route("/docs", get(first))
        .route("/docs/", get(first))
        .route("/docs/{surface}", get(of_surface))
        .route("/docs/assets/{file}", get(asset::serve))
        .with_state(surfaces.into_iter().collect::<Surfaces>())
}

async fn first(State(surfaces): State<Surfaces>) -> Response {
    show(&surfaces, |_| true)
}

async fn of_surface(State(surfaces): State<Surfaces>, Path(asked): Path<String>) -> Response {
    show(&surfaces, |name| name == asked)
}

/// The page of the first surface whose name is wanted.
fn show(surfaces: &[(&str, &str)], is_wanted: impl Fn(&str) -> bool) -> Response {
    let Some((shown, title)) = surfaces.iter().find(|(name, _)| is_wanted(name)) else {
        return page::not_found("/docs");
    };
    let link = |(name, title): &(&str, &str)| {
        let current = if name == shown { " aria-current=\"page\"" } else { "" };
        format!("<a href=\"/docs/{name}\"{current}>{title}</a>")
    };
    let links: String = surfaces.iter().map(link).collect();
    page::html(PAGE.replace("{name}", shown).replace("{title}", title).replace("{links}", &links))
}
