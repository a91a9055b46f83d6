//! Parameters: the query string, then a form body.

use std::collections::HashMap;

use axum::extract::Request;

use crate::domain::text::Label;
use crate::facade::body::whole;
use crate::service::Error;

/// The most bytes of a body.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// What was sent, by name. An empty value counts as none.
pub(super) struct Params(HashMap<String, String>);

impl Params {
    /// Reads a request.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(super) async fn read(request: Request) -> Result<Self, String> {
        let (parts, body) = request.into_parts();
        let body = whole(body, MAX_BODY_BYTES).await.ok_or_else(|| format!("the body must have at most {MAX_BODY_BYTES} bytes"))?;
        let mut named = HashMap::new();
        for encoded in [parts.uri.query().unwrap_or_default().as_bytes(), &body] {
            let pairs: Vec<(String, String)> =
                serde_urlencoded::from_bytes(encoded).map_err(|_| "parameters must be URL-encoded UTF-8".to_owned())?;
            named.extend(pairs.into_iter().filter(|(_, text)| !text.is_empty()));
        }
        Ok(Self(named))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// # Errors
    /// [`Error::Invalid`] when it was not sent.
    pub(super) fn need(&self, name: &str) -> Result<&str, Error> {
        self.get(name).ok_or_else(|| Error::invalid(name, "is required for this action"))
    }

    /// # Errors
    /// [`Error::Invalid`] for what is too long, or has control characters in it.
    pub(super) fn label(&self, name: &str) -> Result<Option<Label>, Error> {
        self.get(name).map(|text| Label::new(text).map_err(|error| Error::invalid(name, error))).transpose()
    }
}
