//! Recorded sessions of a real switch, played to the decoder.

use std::fmt::Write as _;
use std::path::PathBuf;

use bytes::BytesMut;
use ccgate::esl::command::Command;
use ccgate::esl::event::{Event, EventBuf};
use ccgate::esl::frame::{Decoder, Frame, FrameKind, Limits};
use ccgate::esl::reply::{ApiReply, CommandReply, ReplyError};
use ccgate::esl::request::{Request, RequestDecoder};
use libtest_mimic::Trial;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::plain;
use crate::fuzz;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        plain("transcripts::decode_and_encode_to_the_same_bytes", decode_and_encode),
        plain("transcripts::events_are_rebuilt_byte_for_byte", rebuild_events),
        plain("transcripts::any_split_gives_the_same_frames", split_anywhere),
        plain("transcripts::our_commands_are_written_as_recorded", rewrite_commands),
        plain("transcripts::replies_are_classified", classify_replies),
        plain("transcripts::damaged_bytes_break_nothing", damage),
    ]
}

/// One recorded session, sorted into the two directions.
struct Transcript {
    name: String,
    /// Everything the switch sent.
    switch: Vec<u8>,
    /// Everything the client sent.
    client: Vec<u8>,
    /// Which request came after how many frames.
    asked_at: Vec<usize>,
}

impl Transcript {
    /// `>>> ` marks a line of the client; the blank line after it is the client's too, and a body without a line feed at its
    /// end got one from the recorder.
    fn read(name: String, recorded: &[u8]) -> Self {
        let (mut switch, mut client, mut asked_at) = (Vec::new(), Vec::new(), Vec::new());
        let mut decoder = Decoder::new(Limits::SWITCH);
        let (mut rest, mut frames) = (recorded, 0);
        while !rest.is_empty() {
            let unmarked = rest.strip_prefix(b"\n").filter(|after| after.starts_with(b">>> ") || after.is_empty()).unwrap_or(rest);
            if unmarked.is_empty() || unmarked.starts_with(b">>> ") {
                rest = unmarked;
                while let Some(line) = rest.strip_prefix(b">>> ") {
                    let end = line.iter().position(|byte| *byte == b'\n').unwrap();
                    client.extend_from_slice(&line[..=end]);
                    rest = &line[end + 1..];
                }
                if let Some(after) = rest.strip_prefix(b"\n") {
                    client.push(b'\n');
                    rest = after;
                    asked_at.push(frames);
                }
                continue;
            }
            let mut buf = BytesMut::from(rest);
            let frame = decoder.decode(&mut buf).unwrap_or_else(|error| panic!("{name}: {error}"));
            let frame = frame.unwrap_or_else(|| panic!("{name}: cut short"));
            let (wire, after) = rest.split_at(frame.wire_bytes());
            switch.extend_from_slice(wire);
            rest = after;
            frames += 1;
        }
        Self { name, switch, client, asked_at }
    }

    fn frames(&self) -> Vec<Frame> {
        in_pieces(&self.switch, [self.switch.len()].into_iter())
    }

    fn requests(&self) -> Vec<Request> {
        let mut decoder = RequestDecoder::new(Limits::CLIENT);
        let mut buf = BytesMut::from(&self.client[..]);
        std::iter::from_fn(|| decoder.decode(&mut buf).unwrap()).collect()
    }
}

fn all() -> Vec<Transcript> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/transcripts");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| Transcript::read(path.file_stem().unwrap().to_string_lossy().into_owned(), &std::fs::read(path).unwrap());
    paths.into_iter().map(read).collect()
}

fn named(name: &str) -> Transcript {
    all().into_iter().find(|transcript| transcript.name == name).unwrap()
}

/// Decodes with the bytes coming in pieces of these sizes, the rest at once.
fn in_pieces(bytes: &[u8], sizes: impl Iterator<Item = usize>) -> Vec<Frame> {
    let mut decoder = Decoder::new(Limits::SWITCH);
    let (mut buf, mut frames, mut rest) = (BytesMut::new(), Vec::new(), bytes);
    for size in sizes.chain([bytes.len()]) {
        let (piece, after) = rest.split_at(size.min(rest.len()));
        buf.extend_from_slice(piece);
        rest = after;
        while let Some(frame) = decoder.decode(&mut buf).unwrap() {
            frames.push(frame);
        }
    }
    assert!(buf.is_empty(), "{} bytes are no frame", buf.len());
    frames
}

fn decode_and_encode() {
    let transcripts = all();
    assert_eq!(transcripts.len(), 25);
    let mut kinds = [0; 5];
    for transcript in &transcripts {
        let frames = transcript.frames();
        let encoded: Vec<u8> = frames.iter().flat_map(|frame| frame.encode().to_vec()).collect();
        assert!(encoded == transcript.switch, "{}", transcript.name);
        for frame in frames {
            let kind = match frame.kind() {
                FrameKind::AuthRequest => 0,
                FrameKind::CommandReply => 1,
                FrameKind::ApiResponse => 2,
                FrameKind::EventPlain => 3,
                FrameKind::DisconnectNotice => 4,
                other => panic!("{}: {other:?}", transcript.name),
            };
            kinds[kind] += 1;
        }
    }
    // Counted with grep in the recordings.
    assert_eq!(kinds, [25, 76, 224, 445, 2]);
}

fn rebuild_events() {
    for transcript in all() {
        for frame in transcript.frames().into_iter().filter(|frame| frame.kind() == FrameKind::EventPlain) {
            let event = Event::from_frame(&frame).unwrap();
            let built = EventBuf::from(&event);
            let encoded = built.encode_plain();
            let shown = || String::from_utf8_lossy(&encoded.encode()).into_owned();
            assert!(encoded.encode() == frame.encode(), "{} {}: {}", transcript.name, event.name(), shown());
            // The same event in the other format says the same.
            let json = Event::from_frame(&built.encode_json()).unwrap();
            for (name, value) in &built_headers(&built) {
                assert_eq!(json.get(name).as_deref(), Some(value.as_str()), "{name}");
                assert_eq!(json.given(name), event.given(name), "{name}");
            }
            assert_eq!(json.body(), event.body());
        }
    }
}

fn built_headers(event: &EventBuf) -> Vec<(String, String)> {
    event.headers().map(|(name, value)| (name.to_owned(), String::from_utf8_lossy(value).into_owned())).collect()
}

fn split_anywhere() {
    for transcript in all() {
        let bytes_one_by_one = in_pieces(&transcript.switch, std::iter::repeat_n(1, transcript.switch.len()));
        assert!(bytes_one_by_one == transcript.frames(), "{}", transcript.name);
    }
    let commands = named("commands");
    let whole = commands.frames();
    for at in 0..2000 {
        assert!(in_pieces(&commands.switch, [at].into_iter()) == whole, "split at {at}");
    }
    let call = named("queue-call-answered");
    let whole = call.frames();
    let sizes = prop::collection::vec(prop_oneof![0_usize..4, 0_usize..100, 0_usize..9000], 1..60);
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(64) });
    runner
        .run(&sizes, |sizes| {
            prop_assert!(in_pieces(&call.switch, sizes.into_iter().cycle().take(400)) == whole);
            Ok(())
        })
        .unwrap();
}

fn rewrite_commands() {
    let (mut ours, mut others) = (0, Vec::new());
    for transcript in all() {
        for request in transcript.requests() {
            let Some(command) = Command::parse(&request) else {
                others.push(request.line().into_owned());
                continue;
            };
            ours += 1;
            let mut out = BytesMut::new();
            command.encode_into(&mut out);
            assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&request.encode()), "{}", transcript.name);
        }
    }
    others.sort();
    others.dedup();
    // What was sent to see it refused, what asks for an id of the switch's choosing, and what has no use here.
    let expected = [
        "api nosuchcommand",
        r#"api json {"command":"status"}"#,
        "bgapi",
        "bgapi status",
        "bogus",
        "divert_events on",
        "event plain CUSTOM ccgate::checkin sofia::register",
        "getvar x",
        "myevents",
    ];
    let mut expected: Vec<&str> = expected.into_iter().filter(|line| !line.contains("ccgate::checkin")).collect();
    expected.sort_unstable();
    assert_eq!(others, expected);
    assert!(ours > 250, "{ours} commands of ours");
}

/// Every command of `commands.txt` with how its answer was taken. Read it once when it changes.
fn classify_replies() {
    let commands = named("commands");
    let frames = commands.frames();
    let mut table = String::new();
    for (request, at) in commands.requests().iter().zip(&commands.asked_at) {
        let (line, answer) = (request.line(), &frames[*at]);
        let taken = if line.starts_with("api ") {
            ApiReply::from_frame(answer).map(|reply| reply.ok_text().map_or("data".to_owned(), |text| format!("ok {text}")))
        } else {
            CommandReply::from_frame(answer).map(|reply| format!("ok {}", reply.text()))
        };
        let taken = match taken {
            Ok(good) => good,
            Err(ReplyError::Usage(_)) => "Usage".to_owned(),
            Err(refused) => format!("{refused:?}"),
        };
        writeln!(table, "{line:.100} -> {taken}").unwrap();
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("commands", table);
    });
}

/// Bytes that are nearly right, and bytes that are not.
fn damage() {
    let transcripts = all();
    let recorded: Vec<&[u8]> = transcripts.iter().flat_map(|transcript| [&transcript.switch[..], &transcript.client[..]]).collect();
    let at = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_usize..600);
    let edits = prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![any::<u8>(), Just(b'\n'), Just(b':')]), 0..6);
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(400) });
    runner
        .run(&(at, edits), |((which, from, length), edits)| {
            let source = which.get(&recorded);
            let from = from.index(source.len());
            let mut bytes = source[from..(from + length).min(source.len())].to_vec();
            for (index, byte) in edits.into_iter().filter(|_| length > 0) {
                let index = index.index(bytes.len());
                bytes[index] = byte;
            }
            fuzz::codec::check(&bytes);
            Ok(())
        })
        .unwrap();
}
