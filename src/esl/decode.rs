//! The decoder: bytes in, frames out, no IO.
//!
//! It remembers how far it has looked, so that a frame that arrives in many pieces is looked at once, and it checks each
//! header line as it completes, so that a limit stops a peer before the rest of its bytes are kept.

use bytes::{Buf, BytesMut};
use memchr::memchr;

use super::frame::{Frame, FrameKind};
use super::line;

/// How large one frame may be. Past any of these the stream cannot be trusted and the connection has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The header block of a frame, with its blank line, in bytes.
    pub header_bytes: usize,
    /// Header lines in one frame.
    pub header_count: usize,
    /// The body of a frame, in bytes.
    pub body_bytes: usize,
}

impl Limits {
    /// For what a switch sends: a listing of 10,000 agents as JSON is about 7 MB.
    pub const SWITCH: Self = Self { header_bytes: 64 * 1024, header_count: 1024, body_bytes: 16 * 1024 * 1024 };
    /// For what a client sends: commands are lines, events to send are small.
    pub const CLIENT: Self = Self { header_bytes: 64 * 1024, header_count: 256, body_bytes: 1024 * 1024 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::SWITCH
    }
}

/// Why the bytes are not frames. None of these can be recovered from: where the next frame starts is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The header block is larger than allowed.
    #[error("the header block is larger than {limit} bytes")]
    HeaderBytes {
        /// The limit, in bytes.
        limit: usize,
    },
    /// There are more header lines than allowed.
    #[error("more than {limit} header lines")]
    HeaderCount {
        /// The limit, in lines.
        limit: usize,
    },
    /// The body is announced to be larger than allowed.
    #[error("the body is announced with {announced} bytes, more than {limit}")]
    BodyBytes {
        /// What `Content-Length` said, in bytes.
        announced: usize,
        /// The limit, in bytes.
        limit: usize,
    },
    /// A line of the header block is no header.
    #[error("header line {line} has no name or no colon")]
    BadHeader {
        /// Which line, from 1.
        line: usize,
    },
    /// `Content-Length` is no number, or is there twice with two values.
    #[error("header line {line} has a bad Content-Length")]
    BadLength {
        /// Which line, from 1.
        line: usize,
    },
    /// A blank line where a frame should begin.
    #[error("a frame with no header")]
    NoHeader,
}

/// Which side sends the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Switch,
    Client,
}

/// What has been learned of the frame at the start of the buffer.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// Everything before this has been searched for a line feed.
    scanned: usize,
    /// Where the line that is being read begins.
    line_start: usize,
    lines: usize,
    body_len: Option<usize>,
    kind: FrameKind,
    /// Length of the header block with its blank line, once it is complete.
    head_len: Option<usize>,
}

/// Cuts a stream into frames. It owns no bytes: the buffer is the caller's, and only ever grows at its end between calls.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    side: Side,
    progress: Progress,
    failed: Option<FrameError>,
}

impl Decoder {
    /// A decoder for what a switch sends.
    pub fn new(limits: Limits) -> Self {
        Self { limits, side: Side::Switch, progress: Progress::default(), failed: None }
    }

    /// A decoder for what a client sends: the first line is a command and no header, lines may end in CR LF, and blank lines
    /// between commands are skipped, as FreeSWITCH does.
    pub fn for_requests(limits: Limits) -> Self {
        Self { side: Side::Client, ..Self::new(limits) }
    }

    /// Takes the next whole frame off the front of `buf`; `None` when it is not all there yet.
    ///
    /// However the bytes are split over calls, the frames are the same.
    ///
    /// # Errors
    /// When the bytes are no frame or break a limit; every later call then fails in the same way.
    pub fn decode(&mut self, buf: &mut BytesMut) -> Result<Option<Frame>, FrameError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.try_decode(buf).inspect_err(|error| self.failed = Some(*error))
    }

    /// How many more bytes the frame at the front of the buffer needs at least; 0 when that is not known.
    pub fn missing_bytes(&self, buffered: usize) -> usize {
        let Progress { head_len, body_len, .. } = self.progress;
        head_len.map_or(0, |head| (head + body_len.unwrap_or(0)).saturating_sub(buffered))
    }

    fn try_decode(&mut self, buf: &mut BytesMut) -> Result<Option<Frame>, FrameError> {
        let head_len = match self.progress.head_len {
            Some(known) => known,
            None => match self.scan_head(buf)? {
                Some(found) => found,
                None => return Ok(None),
            },
        };
        let total = head_len + self.progress.body_len.unwrap_or(0);
        if buf.len() < total {
            return Ok(None);
        }
        let raw = buf.split_to(total).freeze();
        let kind = self.progress.kind;
        self.progress = Progress::default();
        Ok(Some(Frame::from_wire(raw, head_len, kind)))
    }

    /// Looks on from where the last call stopped; the length of the header block when its blank line is there.
    fn scan_head(&mut self, buf: &mut BytesMut) -> Result<Option<usize>, FrameError> {
        if self.side == Side::Client && self.progress.scanned == 0 {
            let blank = buf.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            buf.advance(blank);
        }
        let limit = self.limits.header_bytes;
        while let Some(at) = buf.get(self.progress.scanned..).and_then(|rest| memchr(b'\n', rest)) {
            let end = self.progress.scanned + at;
            let line = buf.get(self.progress.line_start..end).unwrap_or_default();
            let line = if self.side == Side::Client { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
            self.progress.scanned = end + 1;
            self.progress.line_start = end + 1;
            if end + 1 > limit {
                return Err(FrameError::HeaderBytes { limit });
            }
            if line.is_empty() {
                return self.end_head(end + 1).map(Some);
            }
            self.take_line(line)?;
        }
        self.progress.scanned = buf.len();
        if buf.len() > limit { Err(FrameError::HeaderBytes { limit }) } else { Ok(None) }
    }

    fn end_head(&mut self, head_len: usize) -> Result<usize, FrameError> {
        if self.progress.lines == 0 {
            return Err(FrameError::NoHeader);
        }
        self.progress.head_len = Some(head_len);
        Ok(head_len)
    }

    fn take_line(&mut self, line: &[u8]) -> Result<(), FrameError> {
        self.progress.lines += 1;
        let number = self.progress.lines;
        if number > self.limits.header_count {
            return Err(FrameError::HeaderCount { limit: self.limits.header_count });
        }
        if self.side == Side::Client && number == 1 {
            return Ok(());
        }
        let (name, value) = line::header(line).ok_or(FrameError::BadHeader { line: number })?;
        if name.eq_ignore_ascii_case(b"Content-Length") {
            let announced = line::length(value).ok_or(FrameError::BadLength { line: number })?;
            if self.progress.body_len.is_some_and(|before| before != announced) {
                return Err(FrameError::BadLength { line: number });
            }
            let limit = self.limits.body_bytes;
            if announced > limit {
                return Err(FrameError::BodyBytes { announced, limit });
            }
            self.progress.body_len = Some(announced);
        } else if name.eq_ignore_ascii_case(b"Content-Type") && self.side == Side::Switch {
            self.progress.kind = FrameKind::of_content_type(value);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Limits = Limits { header_bytes: 48, header_count: 2, body_bytes: 8 };

    fn first_error(limits: Limits, bytes: &[u8], step: usize) -> Option<FrameError> {
        let mut decoder = Decoder::new(limits);
        let mut buf = BytesMut::new();
        for piece in bytes.chunks(step) {
            buf.extend_from_slice(piece);
            loop {
                match decoder.decode(&mut buf) {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(error) => return Some(error),
                }
            }
        }
        None
    }

    #[test]
    fn each_limit_stops_the_stream_however_it_is_split() {
        let cases: [(&[u8], FrameError); 8] = [
            (b"Content-Length: 9\n\n", FrameError::BodyBytes { announced: 9, limit: 8 }),
            (b"a: 1\nb: 2\nc: 3\n\n", FrameError::HeaderCount { limit: 2 }),
            (&[b'x'; 60], FrameError::HeaderBytes { limit: 48 }),
            (b"a: 0123456789012345678901234567890123456789012345678901234\n\n", FrameError::HeaderBytes { limit: 48 }),
            (b"a: 1\nnothing\n\n", FrameError::BadHeader { line: 2 }),
            (b"Content-Length: x\n\n", FrameError::BadLength { line: 1 }),
            (b"Content-Length: 1\nContent-Length: 2\n\n", FrameError::BadLength { line: 2 }),
            (b"\n", FrameError::NoHeader),
        ];
        for (bytes, expected) in cases {
            for step in [1, 2, 3, 7, bytes.len()] {
                assert_eq!(first_error(SMALL, bytes, step), Some(expected), "{:?} in steps of {step}", String::from_utf8_lossy(bytes));
            }
        }
        assert_eq!(first_error(SMALL, b"a: 1\nContent-Length: 8\n\n12345678", 1), None);
    }

    #[test]
    fn a_failed_decoder_stays_failed() {
        let mut decoder = Decoder::new(SMALL);
        let mut buf = BytesMut::from(&b"\n"[..]);
        assert_eq!(decoder.decode(&mut buf), Err(FrameError::NoHeader));
        let mut good = BytesMut::from(&b"Content-Type: auth/request\n\n"[..]);
        assert_eq!(decoder.decode(&mut good), Err(FrameError::NoHeader));
    }

    #[test]
    fn what_is_missing_is_known_once_the_head_is_there() {
        let mut decoder = Decoder::new(SMALL);
        let mut buf = BytesMut::from(&b"Content-Length: 8\n\n123"[..]);
        assert_eq!(decoder.missing_bytes(buf.len()), 0);
        assert_eq!(decoder.decode(&mut buf), Ok(None));
        assert_eq!(decoder.missing_bytes(buf.len()), 5);
    }
}
