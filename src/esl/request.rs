//! What a client sends, seen from the switch's side: a command line, headers, and a body when `Content-Length` says so.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};
use memchr::memchr;

use super::frame::{Decoder, Frame, FrameError, Limits};

/// One command as it is on the wire. [`super::command::Command::parse`] reads those that we can build ourselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request(Frame);

impl Request {
    /// The first line without its line feed, for example `api status`; what is no UTF-8 is replaced.
    pub fn line(&self) -> Cow<'_, str> {
        let head = self.0.head();
        let line = head.get(..memchr(b'\n', head).unwrap_or(head.len())).unwrap_or_default();
        String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// The first header after the command line of that name (in any case), for example `Job-UUID`.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.headers().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Headers after the command line, in their order. They are not percent-encoded.
    pub fn headers(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        let head = self.0.head();
        let after = memchr(b'\n', head).map_or(head.len(), |at| at + 1);
        super::frame::Headers::of(head.get(after..).unwrap_or_default()).map(|(name, value)| {
            let value = value.strip_suffix(b"\r").unwrap_or(value);
            (String::from_utf8_lossy(name), String::from_utf8_lossy(value))
        })
    }

    /// The body, empty when there is none.
    pub fn body(&self) -> Bytes {
        self.0.body_bytes()
    }

    /// The very bytes it came from.
    pub fn encode(&self) -> Bytes {
        self.0.encode()
    }
}

/// Cuts a client's bytes into requests.
#[derive(Debug)]
pub struct RequestDecoder(Decoder);

impl RequestDecoder {
    /// A decoder with the given limits.
    pub fn new(limits: Limits) -> Self {
        Self(Decoder::for_requests(limits))
    }

    /// Takes the next whole request off the front of `buf`; `None` when it is not all there yet.
    ///
    /// # Errors
    /// When the bytes are no request or break a limit; every later call then fails in the same way.
    pub fn decode(&mut self, buf: &mut BytesMut) -> Result<Option<Request>, FrameError> {
        Ok(self.0.decode(buf)?.map(Request))
    }

    /// How many more bytes the request at the front of the buffer needs at least; 0 when that is not known.
    pub fn missing_bytes(&self, buffered: usize) -> usize {
        self.0.missing_bytes(buffered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_no_header() {
        let mut decoder = RequestDecoder::new(Limits::CLIENT);
        let bytes = b"\n\r\nbgapi status\r\nJob-UUID: a\r\n\r\n\nsendevent CUSTOM\nContent-Length: 3\n\n\n\nxapi status: x\n\n";
        for step in 1..bytes.len() {
            let mut buf = BytesMut::new();
            let mut seen = Vec::new();
            for piece in bytes.chunks(step) {
                buf.extend_from_slice(piece);
                while let Some(request) = decoder.decode(&mut buf).unwrap() {
                    seen.push(request);
                }
            }
            let lines: Vec<_> = seen.iter().map(Request::line).collect();
            assert_eq!(lines, ["bgapi status", "sendevent CUSTOM", "api status: x"], "step {step}");
            assert_eq!(seen[0].get("job-uuid").as_deref(), Some("a"));
            assert_eq!(&seen[1].body()[..], b"\n\nx");
            assert_eq!(seen[2].headers().count(), 0);
        }
    }
}
