//! Wallboards that read as a browser does, and note how far they are behind the switch: from a caller's joining its queue, by the switch's clock, to the first
//! time that it is shown. Clocks are the machine's.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use ccgate::clock::Clock;
use memchr::memmem;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::shared::serve::Ccgate;

/// How long the last caller may take to be shown when nobody calls any more.
const SEEN_WITHIN: Duration = Duration::from_secs(10);
/// The number of a caller but for its place.
const CALLER: &str = "97250";

/// The number of the caller of this place.
pub fn caller(place: usize) -> String {
    format!("{CALLER}{place:07}")
}

/// Open walls.
pub struct Streams {
    reading: JoinSet<HashMap<String, i64>>,
    /// How many callers there are, once that is known.
    all: Arc<watch::Sender<Option<usize>>>,
}

/// What walls showed.
pub struct Seen {
    walls: usize,
    /// Milliseconds behind, of each caller on each wall, the least first.
    behind_ms: Vec<f64>,
}

/// What is read of what a wall shows.
#[derive(Deserialize)]
struct Wall {
    waiting: Vec<Caller>,
}

#[derive(Deserialize)]
struct Caller {
    number: String,
    since_ms: i64,
}

/// Opens walls of the account, and waits until each shows something.
pub async fn open(ccgate: &Ccgate, walls: usize) -> Streams {
    let all = Arc::new(watch::Sender::new(None));
    let mut reading = JoinSet::new();
    for _ in 0..walls {
        let mut answer = ccgate.stream("/api/wallboard/stream").await;
        let first = answer.chunk().await.expect("a stream").expect("a first event");
        reading.spawn(read(answer, first.to_vec(), all.subscribe()));
    }
    Streams { reading, all }
}

impl Streams {
    /// What they showed, once each has shown so many callers, or has had its time.
    pub async fn have_seen(mut self, calls: usize) -> Seen {
        self.all.send_replace(Some(calls));
        let mut seen = Seen { walls: 0, behind_ms: Vec::new() };
        while let Some(behind) = self.reading.join_next().await {
            seen.walls += 1;
            seen.behind_ms.extend(behind.expect("a wall reads").into_values().map(|ms| ms as f64));
        }
        seen.behind_ms.sort_by(f64::total_cmp);
        seen
    }
}

/// Reads until as many callers were shown as there are; how far each was behind.
async fn read(mut answer: reqwest::Response, mut text: Vec<u8>, mut all: watch::Receiver<Option<usize>>) -> HashMap<String, i64> {
    let (clock, mut behind) = (Clock::system(), HashMap::new());
    loop {
        while let Some(end) = memmem::find(&text, b"\n\n") {
            let now = clock.now().0;
            for caller in waiting(&text[..end]) {
                behind.entry(caller.number).or_insert(now - caller.since_ms);
            }
            text.drain(..end + 2);
        }
        let is_done = |all: &Option<usize>| all.is_some_and(|all| behind.len() >= all);
        if is_done(&all.borrow()) {
            return behind;
        }
        let known = all.borrow().is_some();
        let patience = if known { SEEN_WITHIN } else { Duration::MAX };
        tokio::select! {
            piece = timeout(patience, answer.chunk()) => match piece {
                Ok(piece) => text.extend_from_slice(&piece.expect("a stream").expect("the stream goes on")),
                Err(_) => return behind,
            },
            changed = all.changed(), if !known => changed.expect("the benchmark goes on"),
        }
    }
}

/// Who waits, as an event says.
fn waiting(event: &[u8]) -> Vec<Caller> {
    match memmem::find(event, b"wall\ndata:") {
        Some(at) => serde_json::from_slice::<Wall>(&event[at + b"wall\ndata:".len()..]).expect("a wall").waiting,
        None => Vec::new(),
    }
}

impl Seen {
    /// Of all callers on all walls.
    pub fn percentile(&self, percent: usize) -> f64 {
        self.behind_ms[(self.behind_ms.len() * percent / 100).min(self.behind_ms.len() - 1)]
    }

    /// Callers that were not shown, of so many, summed over the walls.
    pub fn missing(&self, calls: usize) -> usize {
        self.walls * calls - self.behind_ms.len()
    }

    pub fn print(&self, what: &str, calls: usize) {
        let [median, p99, most] = [50, 99, 100].map(|percent| self.percentile(percent));
        println!(
            "\n{what}: {calls} callers on {} walls; behind the switch: median {median:.0} ms, p99 {p99:.0} ms, at most {most:.0} ms",
            self.walls
        );
    }
}
