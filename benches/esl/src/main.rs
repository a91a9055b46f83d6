//! The event socket's decoder: CPU a message, of ccgate's, of freeswitch-esl-tokio's, and of a scan that decodes nothing.
//!
//! `just bench`, or `cargo run --release` here. An event is owned, decoded, and asked for five headers; a reply gives its text. Each figure is
//! the median of rounds in which the subjects take turns, of the thread's CPU time: what else the machine does hits all of them alike.
//!
//! The peer's decoder is private to its crate, which reads from a TCP socket only, and a socket neither keeps to chunks nor costs less than
//! decoding does. So its modules are compiled into this program as they are (build.rs), with the same optimisation as ccgate's.

// The peer's modules are at the root, because they name each other by `crate::`; so is what they expect there.
include!(concat!(env!("OUT_DIR"), "/peer.rs"));
#[allow(unused_imports, reason = "the peer's modules name them")]
use error::{EslError, EslResult};
#[allow(unused_imports, reason = "the peer's modules name them")]
use freeswitch_types::{LossyValue, LossyValues, commands, event, headers, lookup};

mod corpus;
mod subjects;

use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use self::corpus::{Message, messages};
use self::subjects::Stream;

/// The goals, of every message in every chunk.
const PEER_MIN: f64 = 4.0;
const SCAN_MIN: f64 = 0.3;
/// Of a stream's chunks: some header's length, a packet's payload, a socket's buffer.
const CHUNK_BYTES: [usize; 3] = [7, 1460, 65536];
/// A stream is the same message until it is at least this long.
const STREAM_BYTES: usize = 1_000_000;
const ROUNDS: usize = 41;

fn main() {
    println!("| | chunks | ccgate | freeswitch-esl-tokio | to it | scan | of its rate | every header | a fact |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let (mut events, mut replies) = (Vec::new(), Vec::new());
    for message in messages() {
        for chunk_bytes in CHUNK_BYTES {
            let took = measure(&message, chunk_bytes);
            took.print(message.name, chunk_bytes);
            if message.headers.is_some() { &mut events } else { &mut replies }.push(took);
        }
    }
    let least = |all: &[Took], ratio: fn(&Took) -> f64| all.iter().map(ratio).fold(f64::INFINITY, f64::min);
    let met = [
        goal("events: to freeswitch-esl-tokio's rate, the least", least(&events, Took::to_peer), PEER_MIN),
        goal("events: to the scan's rate, the least", least(&events, Took::to_scan), SCAN_MIN),
        goal("a reply of 1 MB: to freeswitch-esl-tokio's rate, the least", least(&replies, Took::to_peer), PEER_MIN),
        goal("a reply of 1 MB: to the scan's rate, the least", least(&replies, Took::to_scan), SCAN_MIN),
    ];
    assert!(met.into_iter().all(|met| met), "a goal was not met");
}

fn goal(what: &str, value: f64, least: f64) -> bool {
    let met = value >= least;
    println!("| {what} | {value:.2} | at least {least} | {} |", if met { "met" } else { "MISSED" });
    met
}

/// CPU a message, in microseconds: medians.
struct Took {
    ours: f64,
    peer: f64,
    scan: f64,
    every_header: f64,
    fact: f64,
}

impl Took {
    fn to_peer(&self) -> f64 {
        self.peer / self.ours
    }

    fn to_scan(&self) -> f64 {
        self.scan / self.ours
    }

    fn print(&self, name: &str, chunk_bytes: usize) {
        let Self { ours, peer, scan, every_header, fact } = self;
        let (to_peer, to_scan) = (self.to_peer(), self.to_scan());
        print!("| {name} | {chunk_bytes} | {ours:.2} µs | {peer:.2} µs | {to_peer:.1} | {scan:.2} µs | {to_scan:.2} ");
        println!("| {every_header:.2} µs | {fact:.2} µs |");
    }
}

fn measure(message: &Message, chunk_bytes: usize) -> Took {
    let count = STREAM_BYTES.div_ceil(message.bytes.len());
    let bytes = message.bytes.repeat(count);
    let stream = Stream { bytes: &bytes, chunk_bytes, headers: message.headers };
    let found = subjects::ours(&stream);
    assert_eq!(found, subjects::peer(&stream), "{}: the two find the same", message.name);
    assert_eq!(found.messages, count, "{}: all are found", message.name);

    let mut rounds = [(); 5].map(|()| Vec::with_capacity(ROUNDS));
    for _ in 0..ROUNDS {
        rounds[0].push(cpu(|| subjects::ours(black_box(&stream))));
        rounds[1].push(cpu(|| subjects::peer(black_box(&stream))));
        rounds[2].push(cpu(|| subjects::scan(black_box(&stream))));
        rounds[3].push(cpu(|| subjects::every_header(black_box(&stream))));
        rounds[4].push(cpu(|| subjects::fact(black_box(&stream))));
    }
    let [ours, peer, scan, every_header, fact] = rounds.map(|mut took| {
        took.sort_unstable();
        took[took.len() / 2].as_secs_f64() * 1e6 / count as f64
    });
    Took { ours, peer, scan, every_header, fact }
}

/// What this thread's CPU spends on it.
fn cpu<T>(work: impl FnOnce() -> T) -> Duration {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    };
    let before = now();
    black_box(work());
    now() - before
}
