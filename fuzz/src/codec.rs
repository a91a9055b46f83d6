//! The event socket's decoder, of what the switch says and of what is said to it.

use bytes::BytesMut;
use ccgate::esl::command::Command;
use ccgate::esl::event::{Event, EventBuf};
use ccgate::esl::frame::{Decoder, Frame, FrameError, Limits};
use ccgate::esl::reply::{ApiReply, CommandReply, DisconnectNotice};
use ccgate::esl::request::{Request, RequestDecoder};

/// Small, so that the limits are met often.
const LIMITS: Limits = Limits { header_bytes: 512, header_count: 16, body_bytes: 4096 };

/// Decodes `data` whole, byte by byte, and in pieces of its own choosing; all three have to agree, on the error too. What was
/// decoded must encode to the bytes it came from.
///
/// # Panics
/// When something does not hold.
pub fn check(data: &[u8]) {
    let (seed, data) = data.split_first().map_or((1, data), |(first, rest)| (usize::from(*first) + 1, rest));
    let whole = frames(data, data.len().max(1));
    assert_eq!(whole, frames(data, 1), "byte by byte");
    assert_eq!(whole, frames(data, seed), "in pieces of {seed}");
    let encoded: Vec<u8> = whole.0.iter().flat_map(|frame| frame.encode().to_vec()).collect();
    assert!(data.starts_with(&encoded), "encodes to other bytes");
    whole.0.iter().for_each(look_at);

    let asked = requests(data, data.len().max(1));
    assert_eq!(asked, requests(data, 1), "requests byte by byte");
    asked.0.iter().for_each(ask_again);
}

/// Everything that can be read out of a frame.
fn look_at(frame: &Frame) {
    drop(ApiReply::from_frame(frame));
    drop(CommandReply::from_frame(frame));
    DisconnectNotice::from_frame(frame);
    let Ok(event) = Event::from_frame(frame) else { return };
    let copy = EventBuf::from(&event);
    let again = Event::from_frame(&copy.encode_plain()).expect("what is encoded decodes");
    // A `%` may not come back (see EventBuf); an empty name comes back as `_undef_`.
    if let Some(name) = event.given("Event-Name").filter(|name| !name.contains('%')) {
        assert_eq!(again.name(), name);
    }
    Event::from_frame(&copy.encode_json()).expect("what is encoded as JSON decodes");
}

/// What we take for a command of ours must be exactly one when it is written again.
fn ask_again(request: &Request) {
    let Some(command) = Command::parse(request) else { return };
    let mut out = BytesMut::new();
    command.encode_into(&mut out);
    let mut decoder = RequestDecoder::new(Limits::CLIENT);
    let again = decoder.decode(&mut out).expect("our own command decodes").expect("our own command is whole");
    assert!(out.is_empty(), "one command became more");
    assert_eq!(Command::parse(&again), Some(command));
}

fn frames(data: &[u8], step: usize) -> (Vec<Frame>, Option<FrameError>) {
    let mut decoder = Decoder::new(LIMITS);
    collect(data, step, |buf| decoder.decode(buf))
}

fn requests(data: &[u8], step: usize) -> (Vec<Request>, Option<FrameError>) {
    let mut decoder = RequestDecoder::new(LIMITS);
    collect(data, step, |buf| decoder.decode(buf))
}

fn collect<T>(
    data: &[u8],
    step: usize,
    mut decode: impl FnMut(&mut BytesMut) -> Result<Option<T>, FrameError>,
) -> (Vec<T>, Option<FrameError>) {
    let (mut buf, mut seen) = (BytesMut::new(), Vec::new());
    for piece in data.chunks(step) {
        buf.extend_from_slice(piece);
        loop {
            match decode(&mut buf) {
                Ok(Some(item)) => seen.push(item),
                Ok(None) => break,
                Err(error) => return (seen, Some(error)),
            }
        }
    }
    (seen, None)
}
