//! What pages share: how a page and its files are sent, and the files that every page may load, at `/assets`.
//!
//! Everything that a page loads is in the binary, and its Content-Security-Policy lets it load nothing else: no other host, no inline script or style,
//! no `eval`. Who asks for something says who it is there, as any other client of the API does; pages are for everybody and tell nothing of an account.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Pictures may be `data:` in a style sheet.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";
/// Scripts.
pub const SCRIPT: &str = "text/javascript; charset=utf-8";
/// Style sheets.
pub const STYLE: &str = "text/css; charset=utf-8";

/// A file of ours: its name, what it is, and what is in it.
pub type File = (&'static str, &'static str, &'static str);

/// Those of every page.
const SHARED: [File; 5] = [
    ("base.css", STYLE, include_str!("assets/base.css")),
    ("dom.js", SCRIPT, include_str!("assets/dom.js")),
    ("feed.js", SCRIPT, include_str!("assets/feed.js")),
    ("login.js", SCRIPT, include_str!("assets/login.js")),
    ("session.js", SCRIPT, include_str!("assets/session.js")),
];

/// `/assets`
pub fn router() -> Router {
    Router::new()
        .route("/assets/{file}", get(|Path(name): Path<String>, headers: HeaderMap| async move { one_of(&SHARED, &name, &headers) }))
}

/// A page.
pub fn html(text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}

/// The file of this name.
pub fn one_of(files: &[File], name: &str, headers: &HeaderMap) -> Response {
    match files.iter().find(|(ours, ..)| *ours == name) {
        Some((_, kind, text)) => file(kind, text.as_bytes(), false, headers),
        None => not_found("the page that it is of"),
    }
}

/// A file, compressed where that is how it is kept. A browser keeps it and asks whether it is still the same.
pub fn file(kind: &'static str, bytes: &[u8], gzip: bool, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", STANDARD_NO_PAD.encode(Sha256::digest(bytes)));
    let kept = [(header::ETAG, tag.as_str()), (header::CACHE_CONTROL, "no-cache"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    let mut response = (kept, [(header::CONTENT_TYPE, kind)], bytes.to_vec()).into_response();
    if gzip {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// For who looks for a page elsewhere below `/docs` or the like.
pub fn not_found(place: &str) -> Response {
    (StatusCode::NOT_FOUND, format!("there is no such page; see {place}\n")).into_response()
}
