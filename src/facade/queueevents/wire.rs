//! An event as it is sent and shown.

use axum::body::Body;
use serde_json::{Map, Value, json};

use super::error::Failure;
use crate::domain::Hook;
use crate::domain::hook::{Method, Tells, URL_MAX_CHARS};
use crate::facade::address::is_address;
use crate::facade::body::whole;

/// The most bytes of a body.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// What the document calls what is told.
pub(super) const TYPES: [(&str, Tells); 2] = [("agent-login", Tells::Available), ("agent-logout", Tells::LoggedOut)];

/// What was sent.
pub(super) struct Fields(Map<String, Value>);

/// A value of a field.
pub(super) trait Field: Sized {
    /// What it must be.
    const MUST_BE: &'static str;

    fn of(text: &str) -> Option<Self>;
}

impl Field for Tells {
    const MUST_BE: &'static str = "agent-login or agent-logout";

    fn of(text: &str) -> Option<Self> {
        TYPES.into_iter().find(|(name, _)| *name == text).map(|(_, tells)| tells)
    }
}

impl Field for Method {
    const MUST_BE: &'static str = "GET or POST";

    fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == text)
    }
}

impl Field for String {
    const MUST_BE: &'static str = "an http or https address of at most 2048 characters: https://example.com/calls";

    fn of(text: &str) -> Option<Self> {
        (text.chars().count() <= URL_MAX_CHARS && is_address(text)).then(|| text.to_owned())
    }
}

impl Fields {
    /// Reads a body.
    ///
    /// # Errors
    /// [`Failure::BadRequest`].
    pub(super) async fn read(body: Body) -> Result<Self, Failure> {
        let bytes = whole(body, MAX_BODY_BYTES).await;
        let bytes = bytes.ok_or_else(|| Failure::BadRequest(format!("the body must have at most {MAX_BODY_BYTES} bytes")))?;
        let fields = serde_json::from_slice(&bytes);
        fields.map(Self).map_err(|error| Failure::BadRequest(format!("the body must be a JSON object: {error}")))
    }

    /// A field; none when it was not sent, or is null.
    ///
    /// # Errors
    /// [`Failure::BadRequest`] for what it cannot be.
    pub(super) fn get<T: Field>(&self, name: &str) -> Result<Option<T>, Failure> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(sent) => sent.as_str().and_then(T::of).map(Some).ok_or_else(|| must_be::<T>(name)),
        }
    }

    /// A field that must have been sent.
    ///
    /// # Errors
    /// [`Failure::BadRequest`].
    pub(super) fn need<T: Field>(&self, name: &str) -> Result<T, Failure> {
        self.get(name)?.ok_or_else(|| must_be::<T>(name))
    }
}

fn must_be<T: Field>(name: &str) -> Failure {
    Failure::BadRequest(format!("{name} must be {}", T::MUST_BE))
}

/// The document's four fields.
pub(super) fn show(hook: &Hook) -> Value {
    let event_type = TYPES.into_iter().find(|(_, tells)| *tells == hook.tells).map(|(name, _)| name);
    json!({"url": hook.url, "id": hook.id, "method": hook.method.name(), "event_type": event_type})
}
