//! One frame of the event socket: a block of headers, a blank line, and a body when `Content-Length` says so.

use std::borrow::Cow;

use bytes::{BufMut, Bytes, BytesMut};
use memchr::memchr;

pub use super::decode::{Decoder, FrameError, Limits};

/// What the switch says when it closes a connection in order, as recorded.
pub const GOODBYE: &str = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n";
/// What the switch says to an address that its access list does not allow.
pub const RUDE: &str = "Access Denied, go away.\n";

/// What a frame is, from its `Content-Type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FrameKind {
    /// `auth/request`: the switch asks for a password.
    AuthRequest,
    /// `command/reply`: the answer to a command, in `Reply-Text`.
    CommandReply,
    /// `api/response`: the answer to `api`, in the body.
    ApiResponse,
    /// `text/event-plain`: an event as header lines.
    EventPlain,
    /// `text/event-json`: an event as a JSON object.
    EventJson,
    /// `text/disconnect-notice`: the switch is closing, or lingers.
    DisconnectNotice,
    /// `text/rude-rejection`: the access list does not allow this address.
    RudeRejection,
    /// `log/data`: a line of the switch's log.
    LogData,
    /// Anything else, or none.
    #[default]
    Other,
}

impl FrameKind {
    /// The kind that a `Content-Type` value names.
    pub fn of_content_type(value: &[u8]) -> Self {
        match value {
            b"auth/request" => Self::AuthRequest,
            b"command/reply" => Self::CommandReply,
            b"api/response" => Self::ApiResponse,
            b"text/event-plain" => Self::EventPlain,
            b"text/event-json" => Self::EventJson,
            b"text/disconnect-notice" => Self::DisconnectNotice,
            b"text/rude-rejection" => Self::RudeRejection,
            b"log/data" => Self::LogData,
            _ => Self::Other,
        }
    }

    /// Whether a frame of this kind answers a command.
    pub fn is_reply(self) -> bool {
        matches!(self, Self::CommandReply | Self::ApiResponse)
    }
}

/// A whole frame, as it is on the wire. A clone shares the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    raw: Bytes,
    head_len: usize,
    kind: FrameKind,
}

impl Frame {
    /// What this frame is.
    pub fn kind(&self) -> FrameKind {
        self.kind
    }

    /// The first header of that name (in any case), as it is on the wire.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.headers().find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| value)
    }

    /// The first header of that name as text; what is no UTF-8 is replaced.
    pub fn get_str(&self, name: &str) -> Option<Cow<'_, str>> {
        self.get(name).map(String::from_utf8_lossy)
    }

    /// Names and values in their order, as they are on the wire. In a client's frame the command line is left out.
    pub fn headers(&self) -> Headers<'_> {
        Headers { rest: self.head() }
    }

    /// The header block with its blank line.
    pub fn head(&self) -> &[u8] {
        self.raw.get(..self.head_len).unwrap_or_default()
    }

    /// The body, empty when there is none.
    pub fn body(&self) -> &[u8] {
        self.raw.get(self.head_len..).unwrap_or_default()
    }

    /// The body, sharing the frame's bytes.
    pub fn body_bytes(&self) -> Bytes {
        self.raw.slice(self.head_len.min(self.raw.len())..)
    }

    /// The frame's length on the wire, in bytes.
    pub fn wire_bytes(&self) -> usize {
        self.raw.len()
    }

    /// The frame as it is on the wire; a decoded frame gives the very bytes it came from.
    pub fn encode(&self) -> Bytes {
        self.raw.clone()
    }

    /// Appends the frame to `out`.
    pub fn encode_into(&self, out: &mut BytesMut) {
        out.extend_from_slice(&self.raw);
    }

    /// `auth/request`, the first thing a switch says.
    pub fn auth_request() -> Self {
        Self::build(FrameKind::AuthRequest, &[("Content-Type", "auth/request")], b"")
    }

    /// `command/reply` with its text, for example `+OK accepted`.
    pub fn command_reply(text: &str) -> Self {
        Self::command_reply_with(text, &[])
    }

    /// `command/reply` with more headers after `Reply-Text`, for example the `Job-UUID` of a `bgapi`.
    pub fn command_reply_with(text: &str, more: &[(&str, &str)]) -> Self {
        let mut headers = vec![("Content-Type", "command/reply"), ("Reply-Text", text)];
        headers.extend_from_slice(more);
        Self::build(FrameKind::CommandReply, &headers, b"")
    }

    /// `api/response`. As on a real switch an empty answer becomes `-ERR no reply`.
    pub fn api_response(body: &[u8]) -> Self {
        let body: &[u8] = if body.is_empty() { b"-ERR no reply\n" } else { body };
        let length = body.len().to_string();
        Self::build(FrameKind::ApiResponse, &[("Content-Type", "api/response"), ("Content-Length", &length)], body)
    }

    /// `text/disconnect-notice` with its words, [`GOODBYE`] as a rule.
    pub fn disconnect_notice(text: &str) -> Self {
        let length = text.len().to_string();
        let headers = [("Content-Type", "text/disconnect-notice"), ("Content-Length", length.as_str())];
        Self::build(FrameKind::DisconnectNotice, &headers, text.as_bytes())
    }

    /// The notice that the channel is gone and that the switch lingers, `linger_s` seconds (-1: no limit).
    pub fn linger_notice(session: &str, channel: &str, linger_s: i64) -> Self {
        let linger = linger_s.to_string();
        let headers = [
            ("Content-Type", "text/disconnect-notice"),
            ("Controlled-Session-UUID", session),
            ("Content-Disposition", "linger"),
            ("Channel-Name", channel),
            ("Linger-Time", linger.as_str()),
            ("Content-Length", "0"),
        ];
        Self::build(FrameKind::DisconnectNotice, &headers, b"")
    }

    /// `text/rude-rejection`, said in place of `auth/request`.
    pub fn rude_rejection() -> Self {
        let length = RUDE.len().to_string();
        let headers = [("Content-Type", "text/rude-rejection"), ("Content-Length", length.as_str())];
        Self::build(FrameKind::RudeRejection, &headers, RUDE.as_bytes())
    }

    /// An event's frame around its serialised form; `Content-Length` comes first, as on a real switch.
    pub(super) fn event(kind: FrameKind, body: &[u8]) -> Self {
        let length = body.len().to_string();
        let content_type = if kind == FrameKind::EventJson { "text/event-json" } else { "text/event-plain" };
        Self::build(kind, &[("Content-Length", &length), ("Content-Type", content_type)], body)
    }

    /// What the decoder cut off the stream.
    pub(super) fn from_wire(raw: Bytes, head_len: usize, kind: FrameKind) -> Self {
        Self { raw, head_len, kind }
    }

    fn build(kind: FrameKind, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let mut raw = BytesMut::with_capacity(128 + body.len());
        for (name, value) in headers {
            put_line_safe(&mut raw, name);
            raw.put_slice(b": ");
            put_line_safe(&mut raw, value);
            raw.put_u8(b'\n');
        }
        raw.put_u8(b'\n');
        let head_len = raw.len();
        raw.put_slice(body);
        Self { raw: raw.freeze(), head_len, kind }
    }
}

impl std::fmt::Debug for Frame {
    /// The kind and the sizes: a body may hold phone numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frame")
            .field("kind", &self.kind)
            .field("head_bytes", &self.head_len)
            .field("body_bytes", &self.body().len())
            .finish()
    }
}

/// Header lines of a block, one after the other; lines without a colon are passed over.
#[derive(Clone, Debug)]
pub struct Headers<'a> {
    rest: &'a [u8],
}

impl<'a> Headers<'a> {
    /// The header lines in `block`, which need not end with a blank line.
    pub(super) fn of(block: &'a [u8]) -> Self {
        Self { rest: block }
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let end = memchr(b'\n', self.rest).unwrap_or(self.rest.len());
            let (line, rest) = self.rest.split_at(end);
            self.rest = rest.get(1..).unwrap_or_default();
            // Where this runs over a whole event it has to keep up with memchr, so it is written by hand and not with nom.
            if let Some(colon) = memchr(b':', line).filter(|colon| *colon > 0) {
                let (name, value) = line.split_at(colon);
                let value = value.get(1..).unwrap_or_default();
                let spaces = value.iter().take_while(|byte| **byte == b' ').count();
                return Some((name, value.get(spaces..).unwrap_or_default()));
            }
        }
        None
    }
}

/// A header cannot be broken by what is put into it: a line break becomes a space.
fn put_line_safe(out: &mut BytesMut, text: &str) {
    for byte in text.bytes() {
        out.put_u8(if matches!(byte, b'\r' | b'\n') { b' ' } else { byte });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode_one(bytes: &[u8]) -> Frame {
        Decoder::new(Limits::SWITCH).decode(&mut BytesMut::from(bytes)).unwrap().unwrap()
    }

    #[test]
    fn what_we_build_is_what_the_switch_sends() {
        let job = Frame::command_reply_with("+OK Job-UUID: x", &[("Job-UUID", "x")]);
        assert_eq!(&job.encode()[..], b"Content-Type: command/reply\nReply-Text: +OK Job-UUID: x\nJob-UUID: x\n\n");
        assert_eq!(&Frame::api_response(b"").encode()[..], b"Content-Type: api/response\nContent-Length: 14\n\n-ERR no reply\n");
        assert_eq!(Frame::disconnect_notice(GOODBYE).get("Content-Length"), Some(&b"67"[..]));
        for frame in [Frame::auth_request(), job, Frame::rude_rejection(), Frame::linger_notice("a", "b", -1)] {
            let decoded = decode_one(&frame.encode());
            assert_eq!(decoded, frame);
            assert_eq!(decoded.kind(), frame.kind());
        }
    }

    #[test]
    fn a_line_break_cannot_leave_its_header() {
        let frame = Frame::command_reply("+OK\n\nContent-Type: auth/request");
        assert_eq!(frame.get("reply-text"), Some(&b"+OK  Content-Type: auth/request"[..]));
        assert_eq!(decode_one(&frame.encode()), frame);
    }

    #[test]
    fn bytes_that_are_no_text_survive() {
        let frame = decode_one(b"Content-Type: log/data\nUser-Data: \xff\xfe\nContent-Length: 2\n\n\x00\x80");
        assert_eq!(frame.kind(), FrameKind::LogData);
        assert_eq!(frame.get("User-Data"), Some(&b"\xff\xfe"[..]));
        assert_eq!(frame.body(), b"\x00\x80");
        assert_eq!(frame.get("absent"), None);
    }
}
