//! The recordings of a real switch, played through decoder, facts and state machine: what customers would have been told.
//!
//! They were made without ccgate, so the account that our dialplan and contacts set is added to each channel here.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod look;
mod recordings;

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use bytes::BytesMut;
use ccgate::clock::{Clock, Millis};
use ccgate::domain::event::NewEvent;
use ccgate::esl::client::{Connected, Feed};
use ccgate::esl::event::{Event, EventBuf};
use ccgate::esl::frame::{Decoder, FrameKind, Limits};
use ccgate::service::calls::{CallBoard, Calls, Look, Seen, Sink, SwitchNews};
use futures_util::stream;
use libtest_mimic::Trial;
use tokio::sync::mpsc;

/// `calls::*`, `sim_look::*` and `live_look::*`
pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = recordings::trials();
    trials.extend(look::trials());
    trials
}

/// What a recording came to.
struct Played {
    events: Vec<NewEvent>,
    news: Vec<SwitchNews>,
    /// Legs in the order in which they came to be: a, b, c...
    letters: HashMap<String, char>,
    /// What the switch itself said at the end of each leg.
    hangups: HashMap<String, Event>,
}

impl Played {
    fn letter(&self, event: &NewEvent, field: &str) -> char {
        let data = event.data.value();
        self.letters.get(data[field].as_str().expect("a leg")).copied().unwrap_or('?')
    }
}

/// The events of a recording, each channel's with the account that it would have.
fn events_in(recording: &str) -> Vec<Event> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/transcripts").join(format!("{recording}.txt"));
    let text = fs::read(&path).expect("the recording is there");
    let mut rest = text.as_slice();
    let mut events = Vec::new();
    let mut decoder = Decoder::new(Limits::SWITCH);
    while !rest.is_empty() {
        // What the client sent is marked, one line at a time; around it are blank lines.
        if rest.starts_with(b"\n") || rest.starts_with(b">>> ") {
            let line = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
            rest = &rest[line..];
            continue;
        }
        let mut buf = BytesMut::from(rest);
        let Some(frame) = decoder.decode(&mut buf).expect("a frame") else { break };
        rest = &rest[frame.wire_bytes()..];
        if frame.kind() == FrameKind::EventPlain {
            events.push(with_account(&Event::from_frame(&frame).expect("an event")));
        }
    }
    events
}

fn with_account(event: &Event) -> Event {
    let mut made = EventBuf::new(&event.name());
    for (name, value) in event.iter().filter(|(name, _)| name != "Event-Name") {
        made.push(&name, value);
    }
    made.push("variable_ccgate_account_id", "1");
    Event::from_frame(&made.encode_plain()).expect("an event")
}

/// Plays a recording through the task as if the switch said it now.
fn play(recording: &str) -> Played {
    let heard = events_in(recording);
    let mut letters = HashMap::new();
    let mut hangups = HashMap::new();
    for event in &heard {
        let leg = event.get("Unique-ID").unwrap_or_default().into_owned();
        match &*event.name() {
            "CHANNEL_CREATE" => {
                let next = char::from(b'a' + u8::try_from(letters.len()).expect("a few legs"));
                letters.entry(leg).or_insert(next);
            }
            "CHANNEL_HANGUP_COMPLETE" => {
                hangups.insert(leg, event.clone());
            }
            _ => {}
        }
    }
    let connected = Feed::Connected(Connected { core_uuid: "core".into(), session: 1 });
    let items: Vec<_> = std::iter::once(connected).chain(heard.into_iter().map(Feed::Event)).collect();
    let committed: Arc<Mutex<Vec<NewEvent>>> = Arc::default();
    let sink: Sink = {
        let committed = Arc::clone(&committed);
        Box::new(move |batch| {
            committed.lock().expect("the list").extend(batch.events.iter().cloned());
            Box::pin(async { Ok(()) })
        })
    };
    let look: Look = Box::new(|_| Box::pin(async { Ok(Seen::default()) }));
    let (tell, mut told) = mpsc::channel(64);
    let calls = Calls::new(Arc::new(CallBoard::default()), Clock::manual(Millis(0)), look, sink, tell);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(calls.run(stream::iter(items)));
    let news = std::iter::from_fn(|| told.try_recv().ok()).collect();
    let events = std::mem::take(&mut *committed.lock().expect("the list"));
    Played { events, news, letters, hangups }
}
