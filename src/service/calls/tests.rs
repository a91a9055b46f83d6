use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::stream::{self, Stream};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::records::Said;
use super::*;
use crate::clock::{Clock, Millis};
use crate::domain::SwitchId;
use crate::domain::account::Settings;
use crate::domain::call::{LegFact, LegId};
use crate::domain::event::NewEvent;
use crate::domain::id::{AccountId, UserId};
use crate::domain::number::Domain;
use crate::domain::text::Label;
use crate::esl::client::{Connected, Feed, Reason};
use crate::esl::event::{Event, EventBuf};
use crate::store;
use crate::switch::cdr::Cdr;
use crate::switch::fact::{self, Fact};

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
    records: mpsc::Sender<Said>,
    task: JoinHandle<()>,
}

fn stream_of(feed: mpsc::UnboundedReceiver<Feed>) -> impl Stream<Item = Feed> {
    stream::unfold(feed, |mut feed| async move { feed.recv().await.map(|item| (item, feed)) })
}

impl Bench {
    fn start() -> Self {
        Self::with(None)
    }

    /// With a folder of records that has to be read when `read` says so.
    fn with(read: Option<watch::Sender<u64>>) -> Self {
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
        let calls = calls.with_records(Second { said, read });
        let task = tokio::spawn(calls.run(stream_of(items)));
        Self { feed, board, news, stats, committed, broken, channels, records, task }
    }

    fn hear(&self, events: impl IntoIterator<Item = Event>) {
        for event in events {
            self.feed.send(Feed::Event(event)).unwrap();
        }
    }

    /// The switch posts the record of a leg that ended; the answer comes with its commit.
    async fn record(&self, event: &Event, with: Option<&str>) -> oneshot::Receiver<()> {
        let Some(Fact::Leg(fact)) = Fact::of(event) else { panic!("{event:?} is of no leg") };
        let (done, answered) = oneshot::channel();
        let cdr = Cdr { fact: *fact, with: with.map(LegId::new) };
        self.records.send(Said::Ended(vec![cdr], done)).await.unwrap();
        answered
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
async fn a_leg_that_was_up_before_is_told_of_as_far_as_it_came() {
    let bench = Bench::start();
    let up = said("CHANNEL_DATA", "a", 5_000, &[AGENT, ("Caller-Channel-Answered-Time", "1795322083000000")]);
    *bench.channels.lock().unwrap() = vec![fact::seen(&up).unwrap()];
    bench.feed.send(connected()).unwrap();
    bench.rest().await;
    assert!(bench.board.in_call(UserId(7)));
    assert_eq!((bench.told(), bench.reconciled(0)), (vec!["call:answer a".to_owned()], true));
    bench.hear([hangup("a", 9_000, &[AGENT])]);
    bench.rest().await;
    assert_eq!(bench.told(), ["call:answer a", "call:end a"]);
    assert_eq!((&bench.data(1)["billms"], bench.reconciled(1)), (&Value::from(8_000), false));
}

#[tokio::test(start_paused = true)]
async fn what_the_feed_still_has_of_a_leg_goes_before_its_record() {
    let bench = Bench::start();
    bench.feed.send(connected()).unwrap();
    bench.hear([said("CHANNEL_PROGRESS", "a", 10, &[AGENT])]);
    bench.rest().await;
    let mut answered = bench.record(&hangup("a", 900, &[AGENT]), None).await;
    bench.pass(1_500).await;
    assert!(answered.try_recv().is_err(), "it is not over yet");
    bench.hear([hangup("a", 900, &[AGENT])]);
    bench.rest().await;
    assert_eq!((bench.told(), bench.reconciled(1)), (vec!["call:ring a".to_owned(), "call:end a".to_owned()], false));
    answered.try_recv().unwrap();
    // One that comes later changes nothing.
    let mut again = bench.record(&hangup("a", 950, &[AGENT]), None).await;
    bench.rest().await;
    again.try_recv().unwrap();
    assert_eq!(bench.told().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_nobody_heard_is_told_from_its_records() {
    let bench = Bench::start();
    bench.feed.send(connected()).unwrap();
    bench.rest().await;
    let times = [("Caller-Channel-Progress-Time", "1795322082030000"), ("Caller-Channel-Answered-Time", "1795322083000000")];
    let first = [("Call-Direction", "inbound"), ("variable_ccgate_device_id", "3")];
    let second = [&times[..], &[AGENT, ("variable_ccgate_call_id", "first")]].concat();
    bench.broken.store(1, Ordering::SeqCst);
    let mut later = bench.record(&hangup("second", 900, &second), Some("first")).await;
    let mut earlier = bench.record(&hangup("first", 950, &[&times[1..], &first].concat()), Some("second")).await;
    bench.pass(2_001).await;
    assert!(later.try_recv().is_err() && earlier.try_recv().is_err(), "the commit failed");
    bench.pass(1_000).await;
    later.try_recv().unwrap();
    earlier.try_recv().unwrap();
    assert_eq!(bench.told(), ["call:answer first", "call:end first", "call:ring second", "call:answer second", "call:end second"]);
    assert!((0..5).all(|at| bench.reconciled(at)));
    let (end, other) = (bench.data(1), bench.data(4));
    assert_eq!((&end["dst_user_id"], &end["src_device_id"]), (&Value::from(7), &Value::from(3)), "who speaks with whom is known");
    assert_eq!(
        (&other["src_device_id"], &other["progressms"], &other["call_id"]),
        (&Value::from(3), &Value::from(30), &Value::from("first"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_leg_that_vanished_is_not_given_up_before_the_folder_of_records_was_read() {
    let (ask, mut asked) = watch::channel(0);
    let bench = Bench::with(Some(ask));
    bench.feed.send(connected()).unwrap();
    bench.hear(["recorded", "gone"].map(|leg| said("CHANNEL_PROGRESS", leg, 10, &[AGENT])));
    bench.rest().await;
    bench.feed.send(Feed::Disconnected { reason: Reason::NotYet }).unwrap();
    bench.feed.send(connected()).unwrap();
    bench.pass(60_000).await;
    assert_eq!(bench.told().len(), 2, "the folder was not read yet");
    let times = *asked.borrow_and_update();
    let busy = [("Hangup-Cause", "USER_BUSY")];
    let mut answered = bench.record(&said("CHANNEL_HANGUP_COMPLETE", "recorded", 900, &[&busy[..], &[AGENT]].concat()), None).await;
    bench.records.send(Said::FolderRead(times)).await.unwrap();
    bench.pass(3_000).await;
    answered.try_recv().unwrap();
    assert_eq!(bench.told()[2..], ["call:end recorded", "call:end gone"]);
    assert_eq!(
        (&bench.data(2)["hangup_cause"], &bench.data(3)["hangup_cause"]),
        (&Value::from("USER_BUSY"), &Value::from("NORMAL_UNSPECIFIED"))
    );
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
async fn what_is_told_is_in_the_database_and_the_next_start_goes_on_there() {
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
    let other = [("variable_ccgate_user_id", "8")];
    let rings = [said("CHANNEL_PROGRESS", "a", 10, &[AGENT]), said("CHANNEL_PROGRESS", "b", 20, &other)];
    let first = [&rings[..], &[hangup("a", 900, &[AGENT])]].concat();
    assert_eq!(run_once(&store, first).await, [SwitchNews::CallEnded(UserId(7))]);
    let told = async || {
        let mut read = store.read().await.unwrap();
        let events = store::event::after(&mut read, account, 0, 10).await.unwrap();
        events.iter().map(|event| format!("{} {}", event.name, event.order_key)).collect::<Vec<_>>()
    };
    assert_eq!(told().await, ["call:ring a", "call:ring b", "call:end a"]);
    let again = [&rings[..], &[hangup("a", 950, &[AGENT]), hangup("b", 960, &other)]].concat();
    assert_eq!(run_once(&store, again).await, [SwitchNews::CallEnded(UserId(8))]);
    assert_eq!(told().await[3..], ["call:end b"], "each of the rest is told once");
    let mut read = store.read().await.unwrap();
    assert_eq!(store::leg::open(&mut read, SwitchId(1)).await.unwrap(), []);
}

/// A ccgate that starts, hears these events and stops; its news.
async fn run_once(store: &store::Store, events: Vec<Event>) -> Vec<SwitchNews> {
    let (tell, mut news) = mpsc::channel(16);
    let up = fact::seen(&said("CHANNEL_DATA", "b", 30, &[])).unwrap();
    let look: Look = Box::new(move || {
        let seen = vec![up.clone()];
        Box::pin(async move { Ok(seen) })
    });
    let sink = sink_to(store.clone(), SwitchId(1));
    let mut calls = Calls::new(Arc::default(), Clock::manual(Millis(0)), look, sink, tell);
    calls.resume(store, SwitchId(1)).await.unwrap();
    calls.run(stream::iter([connected()].into_iter().chain(events.into_iter().map(Feed::Event)))).await;
    std::iter::from_fn(|| news.try_recv().ok()).collect()
}
