//! Answers as Express gives them: the headers of the document's example, in its spelling.

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    CONTENT_TYPE, ETAG, HeaderName, VARY,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::Serialize;
use sha1::{Digest, Sha1};

/// What any page may ask. Nothing here is authenticated by a cookie, so that no page can use what a browser knows.
const CORS: [(HeaderName, HeaderValue); 5] = [
    (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    (ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST, GET, OPTIONS, PATCH, DELETE")),
    (ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("X-Requested-With, content-type")),
    (ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true")),
    (VARY, HeaderValue::from_static("Origin")),
];

/// A JSON body with its fields in the order in which they are declared, and its ETag.
pub(super) fn json<T: Serialize>(status: StatusCode, body: &T) -> Response {
    let Ok(bytes) = serde_json::to_vec(body) else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let etag = etag(&bytes);
    (status, CORS, [(CONTENT_TYPE, "application/json; charset=utf-8".to_owned()), (ETAG, etag)], Body::from(bytes)).into_response()
}

/// The answer to a browser that asks before it asks.
pub(super) fn preflight() -> Response {
    (StatusCode::OK, CORS).into_response()
}

/// The weak ETag of Express's default, the npm package `etag`: the length in hex, and the first 27 characters of the SHA-1 in base64.
pub fn etag(body: &[u8]) -> String {
    let hash = STANDARD_NO_PAD.encode(Sha1::digest(body));
    format!("W/\"{:x}-{}\"", body.len(), hash.get(..27).unwrap_or(&hash))
}

#[cfg(test)]
mod tests {
    use super::super::error::Failure;
    use super::*;

    #[test]
    fn the_documents_etag_is_of_the_documents_body() {
        let body = serde_json::to_vec(&Failure::NO_BREAK).unwrap();
        assert_eq!(body, br#"{"status":"error","message":"On break is : 0","code":1502}"#);
        assert_eq!(body.len(), 58);
        assert_eq!(etag(&body), r#"W/"3a-Hcwf2RVvHHAHh45ODnXpallkU74""#);
    }
}
