//! What the page loads: a few files of ours, and Swagger UI's.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use utoipa_swagger_ui::Config;

use super::super::page::{self, File, SCRIPT, STYLE};

const OURS: [File; 2] = [("page.js", SCRIPT, include_str!("page.js")), ("page.css", STYLE, include_str!("page.css"))];
/// The files of Swagger UI that the page needs; it has others, among them a page that says what to show in an inline script.
const SWAGGER_UI: [(&str, &str); 2] = [("swagger-ui-bundle.js", SCRIPT), ("swagger-ui.css", STYLE)];

/// One file. Swagger UI is kept compressed only; every browser takes it so.
pub(super) async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let theirs = SWAGGER_UI.iter().find(|(theirs, _)| *theirs == name);
    let found = theirs.and_then(|(name, kind)| Some((kind, utoipa_swagger_ui::serve(name, Arc::new(Config::default())).ok()??)));
    match found {
        Some((kind, file)) => page::file(kind, &file.bytes, file.gzpipped, &headers),
        None => page::one_of(&OURS, &name, &headers),
    }
}
