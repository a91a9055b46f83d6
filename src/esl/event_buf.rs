//! Events to be sent: what the simulated switch speaks.

use bytes::Bytes;

use super::event::Event;
use super::frame::{Frame, FrameKind};
use super::json;
use super::percent;

/// An event being made: headers in the order they were pushed, and a body.
///
/// Encoding is FreeSWITCH's own, with its two ambiguities: an empty value becomes `_undef_` in the plain form, and a `%`
/// before two of `0-9A-F` is not encoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventBuf {
    headers: Vec<(String, Vec<u8>)>,
    body: Bytes,
}

impl EventBuf {
    /// An event of that name, its first header.
    pub fn new(name: &str) -> Self {
        let mut event = Self::default();
        event.push("Event-Name", name);
        event
    }

    /// A CUSTOM event; as on a real switch its subclass comes first.
    pub fn custom(subclass: &str) -> Self {
        let mut event = Self::default();
        event.push("Event-Subclass", subclass).push("Event-Name", "CUSTOM");
        event
    }

    /// Adds a header at the end. A colon or a line break in the name becomes `_`: names are not encoded on the wire.
    pub fn push(&mut self, name: &str, value: impl AsRef<[u8]>) -> &mut Self {
        let name = if name.is_empty() { "_".to_owned() } else { name.replace([':', '\r', '\n'], "_") };
        self.headers.push((name, value.as_ref().to_vec()));
        self
    }

    /// Sets the first header of that name, or adds it at the end.
    pub fn set(&mut self, name: &str, value: impl AsRef<[u8]>) -> &mut Self {
        match self.headers.iter_mut().find(|(found, _)| found == name) {
            Some((_, old)) => *old = value.as_ref().to_vec(),
            None => {
                self.push(name, value);
            }
        }
        self
    }

    /// Sets the event's own body.
    pub fn body(&mut self, body: impl Into<Bytes>) -> &mut Self {
        self.body = body.into();
        self
    }

    /// The first header of that name.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_slice())
    }

    /// The headers in their order.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    /// The event as the frame that a subscriber to `plain` gets.
    pub fn encode_plain(&self) -> Frame {
        let mut out = Vec::with_capacity(self.headers.len() * 48 + self.body.len());
        for (name, value) in &self.headers {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            if value.is_empty() {
                out.extend_from_slice(super::event::UNDEF.as_bytes());
            } else {
                percent::encode_into(value, &mut out);
            }
            out.push(b'\n');
        }
        if !self.body.is_empty() {
            out.extend_from_slice(format!("Content-Length: {}\n", self.body.len()).as_bytes());
        }
        out.push(b'\n');
        out.extend_from_slice(&self.body);
        Frame::event(FrameKind::EventPlain, &out)
    }

    /// The event as the frame that a subscriber to `json` gets; what is no UTF-8 is replaced.
    pub fn encode_json(&self) -> Frame {
        Frame::event(FrameKind::EventJson, json::render(&self.headers, &self.body).as_bytes())
    }
}

impl From<&Event> for EventBuf {
    fn from(event: &Event) -> Self {
        let mut copy = Self { headers: Vec::new(), body: event.body_bytes() };
        for (name, value) in event {
            // What was empty is `_undef_` on the wire; both encode to the same, and empty is what it was.
            let empty = *value == *super::event::UNDEF.as_bytes();
            copy.push(&name, if empty { &[] } else { value.as_ref() });
        }
        copy
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Values that the wire can carry both ways: not empty, and no `%` (see the type).
    fn header() -> impl Strategy<Value = (String, Vec<u8>)> {
        let value = proptest::collection::vec(any::<u8>().prop_filter("ambiguous", |byte| *byte != b'%'), 1..40);
        ("[A-Za-z_][A-Za-z0-9_.-]{0,20}", value)
    }

    fn made(headers: &[(String, Vec<u8>)], body: &[u8]) -> EventBuf {
        let mut event = EventBuf::new("TEST");
        for (name, value) in headers {
            event.push(name, value);
        }
        event.body(body.to_vec());
        event
    }

    proptest! {
        #[test]
        fn plain_comes_back(headers in proptest::collection::vec(header(), 0..20), body in proptest::collection::vec(any::<u8>(), 0..60)) {
            let event = made(&headers, &body);
            let decoded = Event::from_frame(&event.encode_plain()).unwrap();
            prop_assert_eq!(&EventBuf::from(&decoded), &event);
            prop_assert_eq!(decoded.body(), &body[..]);
            for (name, _) in &headers {
                prop_assert_eq!(decoded.get_bytes(name).unwrap().into_owned(), event.get(name).unwrap());
            }
        }

        #[test]
        fn json_comes_back(headers in proptest::collection::vec(("[A-Za-z-]{1,12}", "\\PC{0,30}|ARRAY::[a-z]{0,3}(\\|:[a-z]{0,3}){0,3}"), 0..20), body in "\\PC{0,60}") {
            let headers: Vec<_> = headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect();
            let event = made(&headers, body.as_bytes());
            let frame = event.encode_json();
            let decoded = Event::from_frame(&frame).unwrap();
            prop_assert_eq!(EventBuf::from(&decoded).encode_json().encode(), frame.encode());
            prop_assert_eq!(decoded.body(), body.as_bytes());
        }
    }

    #[test]
    fn an_array_is_a_list_in_json() {
        let mut event = EventBuf::custom("a::b");
        event.push("variable_DP_MATCH", "ARRAY::x|:y").push("Quote", "\"\\\n\u{1}").body("text");
        let expected = r#"{"Event-Subclass":"a::b","Event-Name":"CUSTOM","variable_DP_MATCH":["x","y"],"Quote":"\"\\\n\u0001","Content-Length":"4","_body":"text"}"#;
        assert_eq!(event.encode_json().body(), expected.as_bytes());
    }

    #[test]
    fn a_name_cannot_break_its_line() {
        let mut event = EventBuf::new("X");
        event.push("a\nContent-Length: 3", "1").set("Event-Name", "Y");
        let decoded = Event::from_frame(&event.encode_plain()).unwrap();
        assert_eq!(decoded.get("a_Content-Length_ 3").as_deref(), Some("1"));
        assert_eq!(decoded.name(), "Y");
    }
}
