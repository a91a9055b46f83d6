//! What API clients send, to every route of every surface: an answer that is no failure of ours, and JSON where it says so.
//!
//! The first line is a method and a path as the OpenAPI documents write them, and for a body its content type where that is not JSON; the rest is the
//! body, or a query string that a part of the path may stand before.

use std::sync::OnceLock;

use ccgate::facade::surfaces;
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};

use super::office::{self, Ask};

/// What a client's library would not send as it is.
const ESCAPED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');
/// What forms are.
const FORM: &str = "application/x-www-form-urlencoded";

/// A route's body.
///
/// # Panics
/// When something does not hold.
pub fn bodies(data: &[u8]) {
    let Some((route, rest)) = Route::of(data) else { return };
    answered(Ask { method: route.method, uri: &route.filled(None), kind: Some(route.kind.unwrap_or("application/json")), body: rest });
}

/// A route's query string; for what has a body, a form.
///
/// # Panics
/// When something does not hold.
pub fn queries(data: &[u8]) {
    let Some((route, rest)) = Route::of(data) else { return };
    if matches!(route.method, "POST" | "PUT") {
        return answered(Ask { method: route.method, uri: &route.filled(None), kind: Some(FORM), body: rest });
    }
    let escaped = percent_encode(rest, ESCAPED).to_string();
    let (part, query) = escaped.split_once('?').unwrap_or(("", &escaped));
    let path = route.filled(Some(part).filter(|part| !part.is_empty()));
    answered(Ask { method: route.method, uri: &format!("{path}?{query}"), kind: None, body: b"" });
}

fn answered(ask: Ask<'_>) {
    let what = format!("{} {}", ask.method, ask.uri);
    let Some((status, body)) = office::ask(ask) else { return };
    assert!((200..500).contains(&status) || status == 503, "{what}: {status} {}", String::from_utf8_lossy(&body));
    if body.first().is_some_and(|first| matches!(first, b'{' | b'[')) {
        serde_json::from_slice::<serde::de::IgnoredAny>(&body).expect("JSON");
    }
}

/// What a request is sent to.
struct Route<'a> {
    method: &'a str,
    path: &'a str,
    kind: Option<&'a str>,
}

impl<'a> Route<'a> {
    /// The route that the first line names, and what follows.
    fn of(data: &'a [u8]) -> Option<(Self, &'a [u8])> {
        static ROUTES: OnceLock<Vec<(String, String)>> = OnceLock::new();
        let routes = ROUTES.get_or_init(|| {
            let all = surfaces().into_iter().flat_map(|surface| surface.operations);
            all.map(|(method, path, _)| (method.to_string(), path)).collect()
        });
        let end = data.iter().position(|byte| *byte == b'\n')?;
        let mut words = std::str::from_utf8(&data[..end]).ok()?.splitn(3, ' ');
        let (method, path, kind) = (words.next()?, words.next()?, words.next());
        let known = routes.iter().any(|(known, at)| known == method && at == path);
        known.then(|| (Self { method, path, kind }, &data[end + 1..]))
    }

    /// The path with ids of what there is; the last of them is `last` where that is given.
    fn filled(&self, last: Option<&str>) -> String {
        let parts: Vec<&str> = self.path.split('/').collect();
        let at = parts.iter().rposition(|part| part.starts_with('{'));
        let id = |(index, part): (usize, &&str)| match (*part, last) {
            (_, Some(last)) if Some(index) == at => last.to_owned(),
            ("{agent_id}", _) => office::AGENT.to_string(),
            ("{id}", _) if parts.get(2) == Some(&"user") => office::AGENT.to_string(),
            ("{phone}", _) => office::LEAD.to_owned(),
            (part, _) if part.starts_with('{') => "1".to_owned(),
            (part, _) => part.to_owned(),
        };
        parts.iter().enumerate().map(id).collect::<Vec<_>>().join("/")
    }
}
