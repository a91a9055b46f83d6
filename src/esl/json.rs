//! Events as JSON: one object, its members in order, a list where the value is an array, the body under `_body`.

use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::event::{ARRAY_PREFIX, ARRAY_SEPARATOR, EventError};

/// A parsed event, its arrays in the form that the plain event has them in.
#[derive(Debug, Default)]
pub(super) struct JsonEvent {
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

/// Reads the text of a `text/event-json` frame. FreeSWITCH escapes no bytes above 127, so what is no UTF-8 is replaced.
pub(super) fn parse(text: &[u8]) -> Result<JsonEvent, EventError> {
    let text = String::from_utf8_lossy(text);
    let Object(mut headers) =
        serde_json::from_str(&text).map_err(|error| EventError::Json { line: error.line(), column: error.column() })?;
    let body = match headers.iter().position(|(name, _)| name == "_body") {
        Some(at) => {
            let (_, body) = headers.remove(at);
            let length = body.len().to_string();
            if let Some(last) = headers.iter().rposition(|(name, value)| name == "Content-Length" && *value == length) {
                headers.remove(last);
            }
            body
        }
        None => String::new(),
    };
    Ok(JsonEvent { headers, body })
}

/// Writes the text of a `text/event-json` frame.
pub(super) fn render(headers: &[(String, Vec<u8>)], body: &[u8]) -> String {
    // Texts under text keys: there is nothing in it that could fail to serialise.
    serde_json::to_string(&Writing { headers, body }).unwrap_or_default()
}

struct Object(Vec<(String, String)>);

/// A member's value: a text, or a list of texts.
struct Member(String);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut members = Vec::new();
        while let Some((name, Member(value))) = map.next_entry()? {
            members.push((name, value));
        }
        Ok(Object(members))
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MemberVisitor)
    }
}

struct MemberVisitor;

impl<'de> Visitor<'de> for MemberVisitor {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E>(self, value: &str) -> Result<Member, E> {
        Ok(Member(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Member, E> {
        Ok(Member(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Member, A::Error> {
        let mut parts: Vec<String> = Vec::new();
        while let Some(part) = seq.next_element()? {
            parts.push(part);
        }
        Ok(Member(format!("{ARRAY_PREFIX}{}", parts.join(ARRAY_SEPARATOR))))
    }
}

struct Writing<'a> {
    headers: &'a [(String, Vec<u8>)],
    body: &'a [u8],
}

impl Serialize for Writing<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.headers {
            let value = String::from_utf8_lossy(value);
            match value.strip_prefix(ARRAY_PREFIX) {
                Some(parts) => map.serialize_entry(name, &parts.split(ARRAY_SEPARATOR).collect::<Vec<_>>())?,
                None => map.serialize_entry(name, &value)?,
            }
        }
        if !self.body.is_empty() {
            let body = String::from_utf8_lossy(self.body);
            map.serialize_entry("Content-Length", &body.len().to_string())?;
            map.serialize_entry("_body", &body)?;
        }
        map.end()
    }
}
