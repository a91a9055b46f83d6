//! How long callers wait from joining a queue until they are put through, by the switch's own clock.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use ccgate::esl::client::{self, ClientConfig, Feed};
use ccgate::esl::command::EventSet;
use ccgate::esl::event::Event;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::sync::DropGuard;

use crate::shared::freeswitch::ESL_PASSWORD;

/// Listens on a connection of its own, until it is dropped.
pub struct Joins {
    heard: Arc<Heard>,
    _until: DropGuard,
}

struct Heard {
    callers: Mutex<HashMap<String, Caller>>,
    /// Callers that were put through, or left without.
    done: watch::Sender<usize>,
    /// Everything that came.
    events: watch::Sender<u64>,
}

/// Microseconds of the switch.
#[derive(Default)]
struct Caller {
    joined: Option<i64>,
    bridged: Option<i64>,
}

impl Joins {
    /// Hears this of the switch.
    pub async fn listen(esl: SocketAddr, events: EventSet) -> Self {
        let stopping = CancellationToken::new();
        let mut config = ClientConfig::new(esl.ip().to_string(), esl.port(), ESL_PASSWORD.into());
        config.subscriptions = events;
        let mut spawned = client::spawn(&config, stopping.clone()).expect("a client");
        spawned.client.connected().await.expect("a connection");
        let heard = Arc::new(Heard { callers: Mutex::default(), done: watch::Sender::new(0), events: watch::Sender::new(0) });
        let hears = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Some(item) = spawned.feed.recv().await {
                match item {
                    Feed::Event(event) => hears.hear(&event),
                    Feed::Gap { lost } => panic!("the benchmark itself lost {lost} events"),
                    Feed::Connected(_) | Feed::Disconnected { .. } => {}
                }
            }
        });
        Self { heard, _until: stopping.drop_guard() }
    }

    /// Only what callers and agents of queues do.
    pub async fn of_queues(esl: SocketAddr) -> Self {
        Self::listen(esl, EventSet::new(&[], &["callcenter::info"]).expect("an event")).await
    }

    /// Waits until so many callers have left their queue.
    pub async fn have_left(&self, callers: usize) {
        self.heard.done.subscribe().wait_for(|done| *done >= callers).await.expect("it listens");
    }

    pub fn events(&self) -> u64 {
        *self.heard.events.borrow()
    }

    /// Milliseconds from join to bridge of those that joined since the last call, in order of size; and how many were never put through.
    pub fn take(&self) -> (Vec<f64>, usize) {
        let callers = std::mem::take(&mut *self.heard.callers.lock().expect("no panic"));
        self.heard.done.send_replace(0);
        let waited = |caller: &Caller| Some((caller.bridged? - caller.joined?) as f64 / 1_000.0);
        let mut waits: Vec<_> = callers.values().filter_map(waited).collect();
        waits.sort_by(f64::total_cmp);
        let without = callers.len() - waits.len();
        (waits, without)
    }
}

impl Heard {
    fn hear(&self, event: &Event) {
        self.events.send_modify(|events| *events += 1);
        let (Some(action), Some(session)) = (event.get("CC-Action"), event.get("CC-Member-Session-UUID")) else { return };
        let at = event.get("Event-Date-Timestamp").and_then(|at| at.parse().ok());
        let mut callers = self.callers.lock().expect("no panic");
        match action.as_ref() {
            "member-queue-start" => callers.entry(session.into_owned()).or_default().joined = at,
            "bridge-agent-start" => callers.entry(session.into_owned()).or_default().bridged = at,
            "member-queue-end" => self.done.send_modify(|done| *done += 1),
            _ => {}
        }
    }
}
