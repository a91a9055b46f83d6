//! What the page loads: a few files of ours, and Swagger UI's.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sha2::{Digest as _, Sha256};
//
use utoipa_swagger_ui::Config;

use super::not_found;

/// Files of ours, and what they are.
const OURS: [(&str, &str, &str); 2] = [
    ("page.js", "text/javascript; charset=utf-8", include_str!("page.js")),
    ("page.css", "text/css; charset=utf-8", include_str!("page.css")),
];
/// The files of Swagger UI that the page needs; it has others, among them a page that says what to show in an inline script.
const SWAGGER_UI: [(&str, &str); 2] =
    [("swagger-ui-bundle.js", "text/javascript; charset=utf-8"), ("swagger-ui.css", "text/css; charset=utf-8")];

/// One file. A browser keeps it and asks whether it is still the same.
pub(super) async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some((kind, bytes, gzip)) = find(&name) else {
        return not_found();
    };
    let tag = format!("\"{}\"", STANDARD_NO_PAD.encode(Sha256::digest(&bytes)));
    let kept = [(header::ETAG, tag.as_str()), (header::CACHE_CONTROL, "no-cache"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    let mut response = (kept, [(header::CONTENT_TYPE, kind)], bytes.into_owned()).into_response();
    if gzip {
        // Swagger UI is kept compressed only; every browser takes it so.
        response.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("gzip"));
    }
    response
}

/// What a file is, its bytes, and whether they are compressed.
fn find(name: &str) -> Option<(&'static str, Cow<'static, [u8]>, bool)> {
    if let Some((_, kind, text)) = OURS.iter().find(|(ours, ..)| *ours == name) {
        return Some((kind, Cow::Borrowed(text.as_bytes()), false));
    }
    let (name, kind) = SWAGGER_UI.iter().find(|(theirs, _)| *theirs == name)?;
    let file = utoipa_swagger_ui::serve(name, Arc::new(Config::default())).ok()??;
    Some((kind, file.bytes, file.gzpipped))
}
