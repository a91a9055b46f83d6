//! A task that follows calls, with everything around it under the test's control.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::stream::{self, Stream};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::clock::{Clock, Millis};
use crate::domain::call::LegId;
use crate::domain::event::NewEvent;
use crate::domain::id::AccountId;
use crate::esl::client::{Connected, Feed};
use crate::esl::event::{Event, EventBuf};
use crate::service::calls::records::Said;
use crate::service::calls::*;
use crate::store;
use crate::switch::Names;
use crate::switch::cdr::Cdr;
use crate::switch::fact::Fact;

pub(super) const T0_US: i64 = 1_795_322_082_000_000;
pub(super) const AGENT: (&str, &str) = ("variable_ccgate_user_id", "7");

/// A channel event at so many milliseconds.
pub(super) fn said(name: &str, leg: &str, ms: i64, more: &[(&str, &str)]) -> Event {
    let mut made = EventBuf::new(name);
    made.push("Event-Date-Timestamp", (T0_US + ms * 1000).to_string()).push("Unique-ID", leg);
    made.push("Caller-Channel-Created-Time", T0_US.to_string());
    made.push("Call-Direction", "outbound").push("variable_ccgate_account_id", "1").push("variable_ccgate_call_type", "internal");
    for (header, value) in more {
        made.push(header, value);
    }
    Event::from_frame(&made.encode_plain()).unwrap()
}

pub(super) fn hangup(leg: &str, ms: i64, more: &[(&str, &str)]) -> Event {
    said("CHANNEL_HANGUP_COMPLETE", leg, ms, &[more, &[("Hangup-Cause", "NORMAL_CLEARING")]].concat())
}

pub(super) fn heartbeat(ms: i64) -> Event {
    said("HEARTBEAT", "", ms, &[])
}

pub(super) fn connected() -> Feed {
    Feed::Connected(Connected { core_uuid: "core".into(), session: 1 })
}

/// Changes that may wait for a commit here.
pub(super) const WAITING_MAX: usize = 1_000;

/// A task with everything around it under the test's control.
pub(super) struct Bench {
    pub(super) feed: mpsc::UnboundedSender<Feed>,
    pub(super) board: Arc<CallBoard>,
    pub(super) news: mpsc::Receiver<SwitchNews>,
    pub(super) stats: Arc<CallStats>,
    pub(super) committed: Arc<Mutex<Vec<NewEvent>>>,
    /// So many commits fail.
    pub(super) broken: Arc<AtomicU32>,
    pub(super) channels: Arc<Mutex<Seen>>,
    pub(super) records: mpsc::Sender<Said>,
    pub(super) task: JoinHandle<()>,
}

pub(super) fn stream_of(feed: mpsc::UnboundedReceiver<Feed>) -> impl Stream<Item = Feed> {
    stream::unfold(feed, |mut feed| async move { feed.recv().await.map(|item| (item, feed)) })
}

impl Bench {
    pub(super) fn start() -> Self {
        Self::with(None)
    }

    /// With a folder of records that has to be read when `read` says so.
    pub(super) fn with(read: Option<watch::Sender<u64>>) -> Self {
        let (feed, items) = mpsc::unbounded_channel();
        let (tell, news) = mpsc::channel(16);
        let board = Arc::new(CallBoard::default());
        let committed: Arc<Mutex<Vec<NewEvent>>> = Arc::default();
        let broken: Arc<AtomicU32> = Arc::default();
        let channels = Arc::new(Mutex::new(Seen { at: Millis(T0_US / 1_000), ..Seen::default() }));
        let look: Look = {
            let channels = Arc::clone(&channels);
            Box::new(move |_| {
                let seen = channels.lock().unwrap().clone();
                Box::pin(async move { Ok(seen) })
            })
        };
        let sink: Sink = {
            let (committed, broken) = (Arc::clone(&committed), Arc::clone(&broken));
            Box::new(move |batch| {
                let events = &batch.events;
                let result = if broken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                    Err(store::Error::Closed)
                } else if events.iter().any(|event| event.account_id == AccountId(404)) {
                    Err(store::Error::Missing("account"))
                } else {
                    committed.lock().unwrap().extend(events.iter().cloned());
                    Ok(())
                };
                Box::pin(async move { result })
            })
        };
        let calls = Calls::new(Arc::clone(&board), Clock::manual(Millis(T0_US / 1000 + 60_000)), look, sink, tell);
        let stats = calls.stats();
        let (records, said) = mpsc::channel(16);
        let calls = calls.with_records(Second { said, read }).with_room_for(WAITING_MAX);
        let task = tokio::spawn(calls.run(stream_of(items)));
        Self { feed, board, news, stats, committed, broken, channels, records, task }
    }

    pub(super) fn hear(&self, events: impl IntoIterator<Item = Event>) {
        for event in events {
            self.feed.send(Feed::Event(event)).unwrap();
        }
    }

    /// The switch posts the record of a leg that ended; the answer comes with its commit.
    pub(super) async fn record(&self, event: &Event, with: Option<&str>) -> oneshot::Receiver<()> {
        let Some(Fact::Leg(fact)) = Fact::of(event, &Names::default()) else { panic!("{event:?} is of no leg") };
        let (done, answered) = oneshot::channel();
        let cdr = Cdr { fact: *fact, with: with.map(LegId::new) };
        self.records.send(Said::Ended(vec![cdr], done)).await.unwrap();
        answered
    }

    /// Lets the task come to rest. The clock is made, and moves on by a moment only.
    pub(super) async fn rest(&self) {
        self.pass(1).await;
    }

    /// Moves the made clock, timer by timer.
    pub(super) async fn pass(&self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }

    pub(super) fn told(&self) -> Vec<String> {
        let committed = self.committed.lock().unwrap();
        committed.iter().map(|event| format!("{} {}", event.name, event.data.value()["id"].as_str().unwrap())).collect()
    }

    pub(super) fn data(&self, at: usize) -> Value {
        self.committed.lock().unwrap()[at].data.value()
    }

    pub(super) fn reconciled(&self, at: usize) -> bool {
        self.committed.lock().unwrap()[at].reconciled
    }

    pub(super) async fn stop(self) -> Vec<NewEvent> {
        drop(self.feed);
        self.task.await.unwrap();
        Arc::into_inner(self.committed).map(|committed| committed.into_inner().unwrap()).unwrap_or_default()
    }
}
