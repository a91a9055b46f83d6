//! Events: what the switch says of its own accord.
//!
//! An [`Event`] shares the bytes of the frame it came in and decodes a header when it is asked for. An [`EventBuf`] is the
//! other direction: headers in order, to be sent.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;

pub use super::event_buf::EventBuf;
use super::frame::{Frame, FrameKind, Headers};
use super::json::{self, JsonEvent};
use super::line;
use super::percent;

/// What the switch writes where a header has no value.
pub const UNDEF: &str = "_undef_";
/// How a value with several parts begins; the parts are joined with [`ARRAY_SEPARATOR`].
pub const ARRAY_PREFIX: &str = "ARRAY::";
/// What stands between the parts of an array value.
pub const ARRAY_SEPARATOR: &str = "|:";

/// About how long a header line is, in bytes: of recorded events 33 to 62. A guess too high costs a growth, one too low some memory for a moment.
const LINE_BYTES: usize = 32;

/// Why a frame is no event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// The frame is of another kind.
    #[error("a frame of kind {0:?} is no event")]
    NotAnEvent(FrameKind),
    /// The header lines of a plain event do not end.
    #[error("the headers of a plain event do not end with a blank line")]
    NoBlankLine,
    /// The body of a JSON event is no object of texts and lists of texts.
    #[error("not the JSON of an event, at line {line} column {column}")]
    Json {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
}

/// One event. A clone shares the bytes.
#[derive(Clone)]
pub struct Event {
    headers: Repr,
    body: Bytes,
}

#[derive(Clone)]
enum Repr {
    Plain(Lines),
    Json(Arc<Vec<(String, String)>>),
}

/// Header lines as they are on the wire, percent-encoded, each with its line feed.
#[derive(Clone)]
struct Lines {
    block: Bytes,
    /// Where each begins, as somebody asks every event for its name, and many for thirty of its hundred lines.
    starts: Arc<[usize]>,
}

impl Lines {
    /// The raw value of the first line that begins with `name` and a colon.
    fn find(&self, name: &str) -> Option<&[u8]> {
        let is_named = |line: &&[u8]| line.get(name.len()) == Some(&b':') && line.starts_with(name.as_bytes());
        let line = self.starts.iter().filter_map(|start| self.block.get(*start..)).find(is_named).filter(|_| !name.is_empty())?;
        let value = line.get(name.len() + 1..)?;
        let value = value.get(value.iter().take_while(|byte| **byte == b' ').count()..)?;
        value.get(..memchr::memchr(b'\n', value).unwrap_or(value.len()))
    }
}

impl Event {
    /// Reads the event in a `text/event-plain` or `text/event-json` frame; nothing is decoded yet when it is plain.
    ///
    /// # Errors
    /// When the frame is no event, or a broken one. The stream is still good: the next frame can be read.
    pub fn from_frame(frame: &Frame) -> Result<Self, EventError> {
        match frame.kind() {
            FrameKind::EventPlain => Self::from_plain(&frame.body_bytes()),
            FrameKind::EventJson => {
                let JsonEvent { headers, body } = json::parse(frame.body())?;
                Ok(Self { headers: Repr::Json(Arc::new(headers)), body: Bytes::from(body) })
            }
            other => Err(EventError::NotAnEvent(other)),
        }
    }

    /// `Event-Name`, for example `CHANNEL_ANSWER`; empty when there is none.
    pub fn name(&self) -> Cow<'_, str> {
        self.get("Event-Name").unwrap_or_default()
    }

    /// `Event-Subclass` of a CUSTOM event, for example `callcenter::info`.
    pub fn subclass(&self) -> Option<Cow<'_, str>> {
        self.get("Event-Subclass")
    }

    /// The first header of exactly that name, decoded; what is no UTF-8 is replaced. `_undef_` is given as it is.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        match &self.headers {
            Repr::Plain(lines) => lines.find(name).map(percent::decode_text),
            Repr::Json(pairs) => find_pair(pairs, name).map(Cow::Borrowed),
        }
    }

    /// Like [`Event::get`], but nothing when the value is empty or `_undef_`.
    pub fn given(&self, name: &str) -> Option<Cow<'_, str>> {
        self.get(name).filter(|value| !value.is_empty() && value != UNDEF)
    }

    /// The first header of that name, decoded, as bytes.
    pub fn get_bytes(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        match &self.headers {
            Repr::Plain(lines) => lines.find(name).map(percent::decode_bytes),
            Repr::Json(pairs) => find_pair(pairs, name).map(|value| Cow::Borrowed(value.as_bytes())),
        }
    }

    /// The parts of an `ARRAY::` value; any other value is its only part.
    pub fn array(&self, name: &str) -> Option<Vec<String>> {
        let value = self.get(name)?;
        Some(match value.strip_prefix(ARRAY_PREFIX) {
            Some(parts) => parts.split(ARRAY_SEPARATOR).map(str::to_owned).collect(),
            None => vec![value.into_owned()],
        })
    }

    /// The event's own body, for example the answer in a BACKGROUND_JOB; empty when there is none.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The event's own body, sharing the frame's bytes.
    pub fn body_bytes(&self) -> Bytes {
        self.body.clone()
    }

    /// Names and decoded values in their order. The `Content-Length` of the event's own body is not among them.
    pub fn iter(&self) -> Iter<'_> {
        match &self.headers {
            Repr::Plain(lines) => Iter::Plain(Headers::of(&lines.block)),
            Repr::Json(pairs) => Iter::Json(pairs.iter()),
        }
    }

    /// About how much memory the event holds on to, in bytes.
    pub fn held_bytes(&self) -> usize {
        let headers = match &self.headers {
            Repr::Plain(lines) => lines.block.len(),
            Repr::Json(pairs) => pairs.iter().map(|(name, value)| name.len() + value.len()).sum(),
        };
        headers + self.body.len()
    }

    fn from_plain(text: &Bytes) -> Result<Self, EventError> {
        let mut starts = Vec::with_capacity(text.len() / LINE_BYTES + 1);
        let mut start = 0;
        let blank = memchr::memchr_iter(b'\n', text).find(|end| {
            let blank = *end == start && start > 0;
            if !blank {
                starts.push(start);
                start = end + 1;
            }
            blank
        });
        let mut head = blank.ok_or(EventError::NoBlankLine)?;
        let body = text.slice(head + 1..);
        if let Some(last) = starts.pop_if(|last| says_length(text.get(*last..head).unwrap_or_default(), body.len())) {
            head = last;
        }
        Ok(Self { headers: Repr::Plain(Lines { block: text.slice(..head), starts: starts.into() }), body })
    }
}

impl std::fmt::Debug for Event {
    /// The name only: values may hold phone numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Event").field("name", &self.name()).field("subclass", &self.subclass()).finish_non_exhaustive()
    }
}

/// Headers of an [`Event`], decoded one at a time.
#[derive(Clone)]
pub enum Iter<'a> {
    #[doc(hidden)]
    Plain(Headers<'a>),
    #[doc(hidden)]
    Json(std::slice::Iter<'a, (String, String)>),
}

impl<'a> Iterator for Iter<'a> {
    type Item = (Cow<'a, str>, Cow<'a, [u8]>);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Plain(lines) => lines.next().map(|(name, value)| (String::from_utf8_lossy(name), percent::decode_bytes(value))),
            Self::Json(pairs) => pairs.next().map(|(name, value)| (Cow::Borrowed(name.as_str()), Cow::Borrowed(value.as_bytes()))),
        }
    }
}

impl<'a> IntoIterator for &'a Event {
    type Item = (Cow<'a, str>, Cow<'a, [u8]>);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

fn find_pair<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}

/// Whether a line, with its line feed, only says how long the event's own body is.
fn says_length(line: &[u8], body_len: usize) -> bool {
    let says = line.strip_suffix(b"\n").and_then(line::header).filter(|(name, _)| body_len > 0 && *name == b"Content-Length");
    says.and_then(|(_, value)| line::length(value)) == Some(body_len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Event {
        let mut made = EventBuf::new("BACKGROUND_JOB");
        made.push("Job-UUID", "a-b").push("variable_empty", "").push("variable_x_uuid", "no").push("uuid", "yes");
        made.push("variable_DP_MATCH", "ARRAY::support|:more").body("-ERR SUBSCRIBER_ABSENT\n");
        Event::from_frame(&made.encode_plain()).unwrap()
    }

    #[test]
    fn headers_are_found_whole_and_decoded() {
        let event = job();
        assert_eq!(event.name(), "BACKGROUND_JOB");
        assert_eq!(event.subclass(), None);
        assert_eq!(event.get("uuid").as_deref(), Some("yes"));
        assert_eq!(event.get("UUID"), None);
        assert_eq!(event.get(""), None);
        assert_eq!(event.get("variable_empty").as_deref(), Some(UNDEF));
        assert_eq!(event.given("variable_empty"), None);
        assert_eq!(event.array("variable_DP_MATCH"), Some(vec!["support".to_owned(), "more".to_owned()]));
        assert_eq!(event.array("uuid"), Some(vec!["yes".to_owned()]));
    }

    #[test]
    fn the_nested_body_is_apart_from_the_headers() {
        let event = job();
        assert_eq!(event.body(), b"-ERR SUBSCRIBER_ABSENT\n");
        assert_eq!(event.get("Content-Length"), None);
        assert!(event.iter().all(|(name, _)| name != "Content-Length"));
    }

    #[test]
    fn a_length_that_is_not_the_bodys_is_a_header() {
        let event = |text: &[u8]| Event::from_frame(&Frame::event(FrameKind::EventPlain, text)).unwrap();
        let longer = event(b"a: 1\nContent-Length: 3\n\nb\n");
        assert_eq!((longer.get("Content-Length").as_deref(), longer.body()), (Some("3"), &b"b\n"[..]));
        assert_eq!(event(b"a: 1\nContent-Length: 0\n\n").get("Content-Length").as_deref(), Some("0"));
    }

    #[test]
    fn what_is_no_event_is_refused() {
        assert!(matches!(Event::from_frame(&Frame::auth_request()), Err(EventError::NotAnEvent(FrameKind::AuthRequest))));
        let cut = Frame::event(FrameKind::EventPlain, b"Event-Name: X\n");
        assert!(matches!(Event::from_frame(&cut), Err(EventError::NoBlankLine)));
        let wrong = Frame::event(FrameKind::EventJson, b"{\"a\":1}");
        assert!(matches!(Event::from_frame(&wrong), Err(EventError::Json { .. })));
    }
}
