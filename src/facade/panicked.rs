//! What is answered when a handler panics: the connection stays, and whoever asked learns that nothing can be said of the change.

use std::any::Any;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

/// What happened, in words.
const TEXT: &str = "internal error; look what was changed, and send it again";

/// The answer. It has the fields by which each vendor's clients know a failure. The panic itself is on standard error already; here it gets a line of
/// the log, without what was said by it, which may hold anything.
pub fn answer(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a request failed: its handler panicked");
    let body = json!({"success": false, "msg": TEXT, "status": "error", "message": TEXT});
    (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::extract::Request;
    use axum::routing::get;
    use tower::ServiceExt as _;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_for() {
        let router = Router::new().route("/", get(async || -> StatusCode { panic!("a secret") })).layer(CatchPanicLayer::custom(answer));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body: serde_json::Value = serde_json::from_slice(&to_bytes(response.into_body(), 1_024).await.unwrap()).unwrap();
        assert_eq!(
            (&body["success"], &body["msg"], &body["status"], &body["message"]),
            (&json!(false), &json!(TEXT), &json!("error"), &json!(TEXT))
        );
    }
}
