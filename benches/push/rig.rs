//! A store, the task that follows the calls, and the event push, without a switch: what it would say is said here.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ccgate::clock::{Clock, Millis};
use ccgate::domain::account::Settings;
use ccgate::domain::event::NewEvent;
use ccgate::domain::number::Domain;
use ccgate::domain::text::Label;
use ccgate::domain::{AccountId, SwitchId};
use ccgate::esl::client::{Connected, Feed};
use ccgate::esl::event::{Event, EventBuf};
use ccgate::push;
use ccgate::service::calls::{CallBoard, CallStats, Calls, LEGS_MAX, Look, Seen, sink_to};
use ccgate::store::{Store, account, event};
use futures_util::stream;
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// News that nobody reads are dropped.
const NEWS_MAX: usize = 16;
/// How often it is looked whether everything is durable.
const POLL: Duration = Duration::from_millis(1);

pub struct Rig {
    store: Store,
    accounts: Vec<AccountId>,
    feed: mpsc::UnboundedSender<Feed>,
    stopping: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    folder: TempDir,
    legs: AtomicUsize,
}

/// What was made durable.
pub struct Done {
    pub events: u64,
    pub commits: u64,
    pub seconds: f64,
}

impl Done {
    pub fn a_second(&self) -> f64 {
        self.events as f64 / self.seconds
    }

    pub fn events_a_commit(&self) -> f64 {
        self.events as f64 / self.commits as f64
    }
}

impl Rig {
    /// So many accounts, each with the address that `url` gives.
    pub async fn new(accounts: usize, url: impl Fn(usize) -> String) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("ccgate.db"), Clock::system()).await.expect("a database");
        let mut ids = Vec::new();
        for n in 0..accounts {
            let new = account::New {
                name: Label::new("Account").expect("a name"),
                domain: Domain::parse(&format!("a{n}.example")).expect("a domain"),
                event_secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3".into(),
                settings: Settings { event_url: Some(url(n)), ..Settings::default() },
            };
            ids.push(store.write(move |conn| Box::pin(async move { account::create(conn, &new).await })).await.expect("an account"));
        }
        let stopping = CancellationToken::new();
        let (feed, items) = mpsc::unbounded_channel();
        let calls = spawn_calls(&store, stream::unfold(items, |mut items| async move { items.recv().await.map(|item| (item, items)) }));
        let config = push::Config { allow_cidrs: vec!["127.0.0.0/8".parse().expect("a network")], ..push::Config::default() };
        let run = push::task::run(store.clone(), config, Arc::default(), Clock::system(), stopping.clone());
        let pushing = tokio::spawn(async move { run.await.expect("a client") });
        Self { store, accounts: ids, feed, stopping, tasks: vec![calls, pushing], folder, legs: AtomicUsize::new(0) }
    }

    /// How many accounts there are.
    pub fn accounts(&self) -> usize {
        self.accounts.len()
    }

    /// Says that a phone of the account rings; gives the leg.
    pub fn ring(&self, account: usize) -> String {
        let count = self.legs.fetch_add(1, Ordering::Relaxed);
        assert!(count < LEGS_MAX, "more legs than ccgate follows, which would wait for ever: fewer seconds");
        let leg = leg(count);
        let said = said("CHANNEL_PROGRESS", &leg, self.accounts[account % self.accounts.len()]);
        self.feed.send(Feed::Event(said)).expect("the task runs");
        leg
    }

    /// Says all that there is to say of so many calls, as fast as it is taken, and waits until it is in the database. Nothing is sent.
    pub async fn tell_all(&self, calls_count: usize) -> Done {
        self.stopping.cancel();
        let account = self.accounts[0];
        let steps = ["CHANNEL_PROGRESS", "CHANNEL_ANSWER", "CHANNEL_HANGUP_COMPLETE"];
        // A thousand calls at a time, so that their events are mixed as they come from a switch.
        let mut said_all = Vec::with_capacity(calls_count * steps.len());
        for some in (0..calls_count).step_by(1_000) {
            for step in steps {
                said_all.extend((some..(some + 1_000).min(calls_count)).map(|call| Feed::Event(said(step, &leg(call), account))));
            }
        }
        let begun = Instant::now();
        let (calls, stats) = calls_task(&self.store, stream::StreamExt::chain(stream::iter(said_all), stream::pending()));
        let all = (calls_count * steps.len()) as u64;
        tokio::select! {
            () = calls => {}
            () = async { while stats.events.load(Ordering::Relaxed) < all { tokio::time::sleep(POLL).await; } } => {}
        }
        let seconds = begun.elapsed().as_secs_f64();
        Done { events: stats.events.load(Ordering::Relaxed), commits: stats.commits.load(Ordering::Relaxed), seconds }
    }

    /// Milliseconds of single commits of one event, one after the other.
    pub async fn single_commits(&self, count: usize) -> Vec<f64> {
        let mut took = Vec::new();
        for n in 0..count {
            // One that nobody asked for.
            let told = NewEvent {
                account_id: self.accounts[0],
                name: "agent:reachable",
                at: Millis(1),
                order_key: format!("single {n}"),
                reconciled: false,
                data: json!({"user_id": 1}).into(),
            };
            let begun = Instant::now();
            self.store.write(move |conn| Box::pin(async move { event::append(conn, &[told]).await })).await.expect("a commit");
            took.push(begun.elapsed().as_secs_f64() * 1_000.0);
        }
        took
    }

    /// Ends it, and gives the database and the folder that it is in.
    pub async fn close(self) -> (PathBuf, TempDir) {
        self.stopping.cancel();
        drop(self.feed);
        for task in self.tasks {
            task.await.expect("no panic");
        }
        self.store.close().await;
        (self.folder.path().join("ccgate.db"), self.folder)
    }
}

fn spawn_calls(store: &Store, feed: impl stream::Stream<Item = Feed> + Send + 'static) -> JoinHandle<()> {
    tokio::spawn(calls_task(store, feed).0)
}

/// Follows calls until the feed ends; and what it has done.
fn calls_task<F>(store: &Store, feed: F) -> (impl Future<Output = ()> + Send + use<F>, Arc<CallStats>)
where
    F: stream::Stream<Item = Feed> + Send,
{
    let (tell, _) = mpsc::channel(NEWS_MAX);
    let look: Look = Box::new(|_| Box::pin(async { Ok(Seen::default()) }));
    let calls = Calls::new(Arc::new(CallBoard::default()), Clock::system(), look, sink_to(store.clone(), SwitchId(1)), tell);
    let stats = calls.stats();
    let connected = Feed::Connected(Connected { core_uuid: "core".into(), session: 1 });
    (calls.run(stream::StreamExt::chain(stream::iter([connected]), feed)), stats)
}

fn leg(number: usize) -> String {
    format!("0190b7a2-0000-7000-8000-{number:012x}")
}

/// What a switch says of a channel, with as many headers as matter.
fn said(name: &str, leg: &str, account: AccountId) -> Event {
    let mut made = EventBuf::new(name);
    made.push("Event-Date-Timestamp", "1795322082000000").push("Unique-ID", leg).push("Caller-Channel-Created-Time", "1795322081000000");
    made.push("Call-Direction", "outbound").push("variable_ccgate_call_type", "internal");
    made.push("variable_ccgate_account_id", account.to_string())
        .push("variable_ccgate_user_id", "7")
        .push("variable_ccgate_device_id", "9");
    made.push("Caller-Caller-ID-Number", "972501234567").push("Caller-Caller-ID-Name", "Somebody").push("Hangup-Cause", "NORMAL_CLEARING");
    Event::from_frame(&made.encode_plain()).expect("an event")
}
