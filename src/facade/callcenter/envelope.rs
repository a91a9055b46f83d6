//! The envelope of every answer: `{"success":true,"data":..}` or `{"success":false,"msg":".."}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use crate::service;

/// What a handler answers.
pub(super) type Answer = Result<Reply, service::Error>;

/// A success.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reply(Map<String, Value>);

impl Reply {
    /// Without data.
    pub(super) fn done() -> Self {
        Self(Map::from_iter([("success".to_owned(), Value::Bool(true))]))
    }

    /// With data.
    pub(super) fn data(data: Value) -> Self {
        Self::done().with("data", data)
    }

    /// Another field of the envelope.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// Says `"applied":false` while the switch does not have the change yet.
    #[must_use]
    pub(super) fn applied(self, applied: service::Applied) -> Self {
        if applied.0 { self } else { self.with("applied", false) }
    }

    /// Sends `Success` as well, where an example of the document spells it so.
    #[must_use]
    pub(super) fn both_spellings(self) -> Self {
        let success = self.0.get("success").cloned().unwrap_or(Value::Bool(true));
        self.with("Success", success)
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        Json(Value::Object(self.0)).into_response()
    }
}

/// Any refusal, in the envelope.
pub(super) fn failure(status: StatusCode, msg: &str) -> Response {
    let body = serde_json::json!({"success": false, "msg": msg});
    (status, Json(body)).into_response()
}
