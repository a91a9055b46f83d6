use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::stream::{self, Stream};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::*;
use crate::clock::{Clock, Millis};
use crate::domain::account::Settings;
use crate::domain::call::LegFact;
use crate::domain::event::NewEvent;
use crate::domain::id::{AccountId, UserId};
use crate::domain::number::Domain;
use crate::domain::text::Label;
use crate::esl::client::{Connected, Feed, Reason};
use crate::esl::event::{Event, EventBuf};
use crate::store;
use crate::switch::fact;

const T0_US: i64 = 1_795_322_082_000_000;
const AGENT: (&str, &str) = ("variable_ccgate_user_id", "7");

/// A channel event at so many milliseconds.
fn said(name: &str, leg: &str, ms: i64, more: &[(&str, &str)]) -> Event {
    let mut made = EventBuf::new(name);
    made.push("Event-Date-Timestamp", (T0_US + ms * 1000).to_string()).push("Unique-ID", leg);
    made.push("Caller-Channel-Created-Time", T0_US.to_string());
    made.push("Call-Direction", "outbound").push("variable_ccgate_account_id", "1").push("variable_ccgate_call_type", "internal");
    for (header, value) in more {
        made.push(header, value);
    }
    Event::from_frame(&made.encode_plain()).unwrap()
}

fn hangup(leg: &str, ms: i64, more: &[(&str, &str)]) -> Event {
    said("CHANNEL_HANGUP_COMPLETE", leg, ms, &[more, &[("Hangup-Cause", "NORMAL_CLEARING")]].concat())
}

fn connected() -> Feed {
    Feed::Connected(Connected { core_uuid: "core".into(), session: 1 })
}

/// A task with everything around it under the test's control.
struct Bench {
    feed: mpsc::UnboundedSender<Feed>,
    board: Arc<CallBoard>,
    news: mpsc::Receiver<SwitchNews>,
    stats: Arc<CallStats>,
    committed: Arc<Mutex<Vec<NewEvent>>>,
    /// So many commits fail.
    broken: Arc<AtomicU32>,
    channels: Arc<Mutex<Vec<LegFact>>>,
    task: JoinHandle<()>,
}

fn stream_of(feed: mpsc::UnboundedReceiver<Feed>) -> impl Stream<Item = Feed> {
    stream::unfold(feed, |mut feed| async move { feed.recv().await.map(|item| (item, feed)) })
}

impl Bench {
    fn start() -> Self {
        let (feed, items) = mpsc::unbounded_channel();
        let (tell, news) = mpsc::channel(16);
        let board = Arc::new(CallBoard::default());
        let committed: Arc<Mutex<Vec<NewEvent>>> = Arc::default();
        let broken: Arc<AtomicU32> = Arc::default();
        let channels: Arc<Mutex<Vec<LegFact>>> = Arc::default();
        let look: Look = {
            let channels = Arc::clone(&channels);
            Box::new(move || {
                let seen = channels.lock().unwrap().clone();
                Box::pin(async move { Ok(seen) })
            })
        };
        let sink: Sink = {
            let (committed, broken) = (Arc::clone(&committed), Arc::clone(&broken));
            Box::new(move |events| {
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
        let task = tokio::spawn(calls.run(stream_of(items)));
        Self { feed, board, news, stats, committed, broken, channels, task }
    }

    fn hear(&self, events: impl IntoIterator<Item = Event>) {
        for event in events {
            self.feed.send(Feed::Event(event)).unwrap();
        }
    }

    /// Lets the task come to rest. The clock is made, and moves on by a moment only.
    async fn rest(&self) {
        self.pass(1).await;
    }

    /// Moves the made clock, timer by timer.
    async fn pass(&self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }

    fn told(&self) -> Vec<String> {
        let committed = self.committed.lock().unwrap();
        committed.iter().map(|event| format!("{} {}", event.name, event.data["id"].as_str().unwrap())).collect()
    }

    fn data(&self, at: usize) -> Value {
        self.committed.lock().unwrap()[at].data.clone()
    }

    fn reconciled(&self, at: usize) -> bool {
        self.committed.lock().unwrap()[at].reconciled
    }

    async fn stop(self) -> Vec<NewEvent> {
        drop(self.feed);
        self.task.await.unwrap();
        Arc::into_inner(self.committed).map(|committed| committed.into_inner().unwrap()).unwrap_or_default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_fails_loses_nothing_and_holds_nobody_up() {
    let mut bench = Bench::start();
    bench.feed.send(connected()).unwrap();
    bench.broken.store(3, Ordering::SeqCst);
    bench.hear([said("CHANNEL_CREATE", "a", 0, &[AGENT]), said("CHANNEL_PROGRESS", "a", 10, &[AGENT])]);
    bench.rest().await;
    assert!(bench.board.is_ringing(UserId(7)) && !bench.board.in_call(UserId(7)));
    bench.hear([said("CHANNEL_ANSWER", "a", 500, &[AGENT]), hangup("a", 900, &[AGENT])]);
    bench.rest().await;
    assert!(!bench.board.has_leg(UserId(7)));
    assert_eq!(bench.told(), Vec::<String>::new());
    assert!(bench.news.try_recv().is_err(), "nobody is told before the commit");
    bench.pass(1_000).await;
    assert_eq!(bench.told(), ["call:ring a", "call:answer a", "call:end a"]);
    assert_eq!(bench.news.recv().await, Some(SwitchNews::CallEnded(UserId(7))));
    let stats = &bench.stats;
    assert_eq!((stats.failed_commits.load(Ordering::Relaxed), stats.events.load(Ordering::Relaxed)), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_gone_holds_no_other_up() {
    let bench = Bench::start();
    bench.hear([hangup("a", 900, &[]), hangup("b", 900, &[]), hangup("c", 900, &[])].into_iter().enumerate().map(|(at, event)| {
        if at == 1 {
            let mut made = EventBuf::new("CHANNEL_HANGUP_COMPLETE");
            made.push("Event-Date-Timestamp", T0_US.to_string()).push("Unique-ID", "b").push("variable_ccgate_account_id", "404");
            Event::from_frame(&made.encode_plain()).unwrap()
        } else {
            event
        }
    }));
    bench.rest().await;
    assert_eq!(bench.told(), ["call:end a", "call:end c"]);
    assert_eq!(bench.stats.refused_events.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn legs_that_were_up_before_are_adopted_in_silence() {
    let bench = Bench::start();
    let up = said("CHANNEL_DATA", "a", 5_000, &[AGENT, ("Caller-Channel-Answered-Time", "1795322083000000")]);
    *bench.channels.lock().unwrap() = vec![fact::seen(&up).unwrap()];
    bench.feed.send(connected()).unwrap();
    bench.rest().await;
    assert!(bench.board.in_call(UserId(7)));
    assert_eq!(bench.told(), Vec::<String>::new());
    bench.hear([hangup("a", 9_000, &[AGENT])]);
    bench.rest().await;
    assert_eq!(bench.told(), ["call:end a"]);
    assert_eq!((&bench.data(0)["billms"], bench.reconciled(0)), (&Value::from(8_000), false));
}

#[tokio::test(start_paused = true)]
async fn a_gap_is_filled_from_the_channels_that_there_are() {
    let mut bench = Bench::start();
    bench.feed.send(connected()).unwrap();
    bench.hear(["gone", "late", "stays"].map(|leg| said("CHANNEL_PROGRESS", leg, 10, &[AGENT])));
    bench.rest().await;
    // Only one of the three is still there, answered meanwhile, and there is a new one. Of another the hangup is on its way.
    let answered = ("Caller-Channel-Answered-Time", "1795322083000000");
    let channels = [said("CHANNEL_DATA", "stays", 5_000, &[AGENT, answered]), said("CHANNEL_DATA", "new", 5_000, &[answered])];
    *bench.channels.lock().unwrap() = channels.iter().filter_map(fact::seen).collect();
    bench.feed.send(Feed::Disconnected { reason: Reason::NotYet }).unwrap();
    bench.feed.send(connected()).unwrap();
    bench.hear([hangup("late", 900, &[AGENT]), said("CHANNEL_DESTROY", "late", 910, &[AGENT])]);
    bench.rest().await;
    let mut filled = bench.told().split_off(3);
    filled.sort();
    assert_eq!(filled, ["call:answer new", "call:answer stays", "call:end late"]);
    bench.pass(2_000).await;
    assert_eq!(bench.told().last().unwrap(), "call:end gone");
    let end = bench.data(6);
    assert_eq!((bench.reconciled(6), &end["hangup_cause"]), (true, &Value::from("NORMAL_UNSPECIFIED")));
    // A late word of a leg that is over brings nothing back.
    bench.hear([hangup("gone", 950, &[AGENT]), hangup("late", 950, &[AGENT])]);
    bench.rest().await;
    assert_eq!(bench.told().len(), 7);
    assert!(bench.news.try_recv().is_err(), "one of the user's legs is still up");
    assert!(bench.board.in_call(UserId(7)));
}

#[tokio::test(start_paused = true)]
async fn what_is_left_is_committed_when_the_feed_ends() {
    let bench = Bench::start();
    bench.broken.store(2, Ordering::SeqCst);
    bench.hear([hangup("a", 900, &[])]);
    assert_eq!(bench.stop().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_star_code_puts_nobody_in_a_call() {
    let bench = Bench::start();
    let of_code = |name: &str, more: &[(&str, &str)]| {
        let mut made = EventBuf::new(name);
        made.push("Event-Date-Timestamp", T0_US.to_string()).push("Unique-ID", "a").push("Call-Direction", "inbound");
        made.push("Caller-Destination-Number", "**9477").push("variable_ccgate_account_id", "1").push(AGENT.0, AGENT.1);
        for (header, value) in more {
            made.push(header, value);
        }
        Event::from_frame(&made.encode_plain()).unwrap()
    };
    // The dialplan says what it is only after the leg was created.
    bench.hear([of_code("CHANNEL_CREATE", &[])]);
    bench.rest().await;
    assert_eq!(bench.board.legs(), 0);
    let code = ("variable_ccgate_call_type", "code");
    bench.hear([of_code("CHANNEL_ANSWER", &[code]), of_code("CHANNEL_HANGUP_COMPLETE", &[code])]);
    assert!(bench.stop().await.is_empty());
}

#[tokio::test]
async fn events_are_in_the_database_when_the_service_hears_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let store = store::Store::open(&folder.path().join("ccgate.db"), Clock::manual(Millis(0))).await.unwrap();
    let new = store::account::New {
        name: Label::new("Lab").unwrap(),
        domain: Domain::parse("lab.local").unwrap(),
        event_secret: "whsec_x".into(),
        settings: Settings { event_url: Some("http://127.0.0.1:9/".to_owned()), ..Settings::default() },
    };
    let account = store.write(move |conn| Box::pin(async move { store::account::create(conn, &new).await })).await.unwrap();
    assert_eq!(account, AccountId(1));
    let (tell, mut news) = mpsc::channel(16);
    let look: Look = Box::new(|| Box::pin(async { Ok(Vec::new()) }));
    let calls = Calls::new(Arc::default(), Clock::manual(Millis(0)), look, sink_to(store.clone()), tell);
    let items = [connected(), Feed::Event(said("CHANNEL_PROGRESS", "a", 10, &[AGENT])), Feed::Event(hangup("a", 900, &[AGENT]))];
    calls.run(stream::iter(items)).await;
    assert_eq!(news.recv().await, Some(SwitchNews::CallEnded(UserId(7))));
    let mut read = store.read().await.unwrap();
    let events = store::event::after(&mut read, account, 0, 10).await.unwrap();
    let names: Vec<_> = events.iter().map(|event| (event.name.as_str(), event.order_key.as_str())).collect();
    assert_eq!(names, [("call:ring", "a"), ("call:end", "a")]);
}
