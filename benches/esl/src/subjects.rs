//! What is measured: each reads a stream that comes in chunks, and does all that its user needs done.

use std::hint::black_box;

use bytes::BytesMut;
use ccgate::esl::event::Event;
use ccgate::esl::frame::{Decoder, Frame, Limits};
use ccgate::esl::reply::ApiReply;
use ccgate::switch::Names;
use ccgate::switch::fact::Fact;
use freeswitch_types::EventFormat;
use memchr::{memchr, memchr_iter};

use crate::protocol::{EslParser, MessageType};

/// The chunks of a stream, and what is looked up in each message of it.
pub struct Stream<'a> {
    pub bytes: &'a [u8],
    pub chunk_bytes: usize,
    pub headers: Option<[&'static str; 5]>,
}

/// What was found, to be compared: messages, the bytes of what was looked up in them, and of the bodies of replies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub messages: usize,
    pub value_bytes: usize,
}

impl Found {
    fn value(&mut self, value: Option<&str>) {
        self.value_bytes += black_box(value).map_or(0, str::len);
    }
}

/// As in `ccgate::esl::connection`.
const READ_BYTES: usize = 64 * 1024;
const READ_LEAST_BYTES: usize = 4 * 1024;

/// ccgate's decoder.
pub fn ours(stream: &Stream<'_>) -> Found {
    let mut found = Found::default();
    frames(stream, |frame| {
        found.messages += 1;
        match stream.headers {
            Some(headers) => {
                let event = black_box(Event::from_frame(frame).expect("an event"));
                headers.iter().for_each(|name| found.value(event.get(name).as_deref()));
            }
            None => {
                let reply = black_box(ApiReply::from_frame(frame).expect("a reply"));
                found.value(Some(&reply.text()));
            }
        }
    });
    found
}

/// The same when every header of an event is wanted, decoded.
pub fn every_header(stream: &Stream<'_>) -> usize {
    let mut bytes = 0;
    frames(stream, |frame| {
        if let Ok(event) = Event::from_frame(frame) {
            bytes += event.iter().map(|(name, value)| black_box(name).len() + black_box(value).len()).sum::<usize>();
        }
    });
    bytes
}

/// The same up to what the rest of ccgate gets to see, for which some forty headers are looked up.
pub fn fact(stream: &Stream<'_>) -> usize {
    let (mut facts, names) = (0, Names::default());
    frames(stream, |frame| {
        let event = Event::from_frame(frame);
        facts += usize::from(event.is_ok_and(|event| black_box(Fact::of(&event, &names)).is_some()));
    });
    facts
}

/// The frames in a stream, its chunks put into a buffer as `ccgate::esl::connection::Reader` does it.
fn frames(stream: &Stream<'_>, mut take: impl FnMut(&Frame)) {
    let (mut decoder, mut buf) = (Decoder::new(Limits::SWITCH), BytesMut::new());
    for chunk in stream.bytes.chunks(stream.chunk_bytes) {
        let missing = decoder.missing_bytes(buf.len());
        if buf.capacity() - buf.len() < READ_LEAST_BYTES.max(missing).max(chunk.len()) {
            buf.reserve(READ_BYTES.max(missing));
        }
        buf.extend_from_slice(chunk);
        while let Some(frame) = decoder.decode(&mut buf).expect("frames") {
            take(&frame);
        }
    }
}

/// freeswitch-esl-tokio's decoder, as its reader drives it.
pub fn peer(stream: &Stream<'_>) -> Found {
    let (mut parser, mut found) = (EslParser::new(), Found::default());
    for chunk in stream.bytes.chunks(stream.chunk_bytes) {
        parser.add_data(chunk).expect("room");
        while let Some(message) = parser.parse_message().expect("messages") {
            found.messages += 1;
            match (stream.headers, message.message_type) {
                (Some(headers), MessageType::Event) => {
                    let event = black_box(parser.parse_event(message, EventFormat::Plain).expect("an event"));
                    headers.iter().for_each(|name| found.value(event.header_str(name)));
                }
                // What ccgate gives is without the line break at its end.
                _ => found.value(black_box(message).body.as_deref().map(str::trim_end)),
            }
        }
    }
    found
}

/// Every line feed and the first colon of each line: what no decoder can do without. As many as there are.
pub fn scan(stream: &Stream<'_>) -> usize {
    let (mut found, mut in_value) = (0, false);
    for chunk in stream.bytes.chunks(stream.chunk_bytes) {
        let mut start = 0;
        for end in memchr_iter(b'\n', chunk) {
            if !in_value && memchr(b':', &chunk[start..end]).is_some() {
                found += 1;
            }
            (found, start, in_value) = (found + 1, end + 1, false);
        }
        if !in_value && memchr(b':', &chunk[start..]).is_some() {
            (found, in_value) = (found + 1, true);
        }
    }
    found
}
