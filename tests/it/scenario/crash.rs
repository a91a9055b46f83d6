//! ccgate is killed at each step of a call's events and started again: every accepted event arrives, one that arrives twice has the same id,
//! and those of a call come in order.
//!
//! The ccgate that is killed is a process, as `ccgate serve` is; the simulated switch goes on without it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ccgate::store::event::{self, Event};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::interval;

use super::missed::{legs, speaking};
use super::{ANSWERS, agent, check_in, done, queue};
use crate::harness::serve::Ccgate;
use crate::harness::{World, patience, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("sim_crash_before_each_commit", || at_each_commit("before")),
        trial("sim_crash_after_each_commit", || at_each_commit("after")),
        trial("sim_crash_in_each_delivery", in_each_delivery),
    ]
}

/// What is told of a call that an agent took.
const CALL: [&str; 6] = ["call:answer", "call:answer", "call:end", "call:end", "call:ring", "call:start"];
/// More commits than such a call has.
const COMMITS_MAX: usize = 60;
/// How often something is looked at that is not ours.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// More events than a test makes.
const EVENTS_MAX: u32 = 10_000;

async fn at_each_commit(step: &str) {
    let (mut w, sink) = with_an_agent().await;
    for time in 1..=COMMITS_MAX {
        w.stop_ccgate().await;
        let mut ccgate = Ccgate::start(&w, &format!("{step}:{time}"));
        let caller = a_call(&mut w, &mut ccgate, &sink).await;
        let survived = ccgate.kill().await.is_none();
        if !w.runs_ccgate() {
            w.start_ccgate().await;
        }
        check(&w, &sink, caller.as_deref()).await;
        if survived {
            assert!(time > CALL.len() / 2, "it was killed {time} times only");
            return w.stop().await;
        }
    }
    panic!("a call of more than {COMMITS_MAX} commits");
}

async fn in_each_delivery() {
    let (mut w, sink) = with_an_agent().await;
    for nth in 1..=CALL.len() {
        w.stop_ccgate().await;
        let before = sink.calls().len();
        sink.answer_until(before + nth - 1);
        let mut ccgate = Ccgate::start(&w, "");
        let caller = a_call(&mut w, &mut ccgate, &sink).await;
        assert_eq!(ccgate.kill().await, None, "it ran until the {nth}th event of the call was under way");
        sink.answer_until(usize::MAX);
        w.start_ccgate().await;
        check(&w, &sink, caller.as_deref()).await;
        let mut calls = sink.state.calls.subscribe();
        let again = calls.wait_for(|calls| calls.len() > before + CALL.len());
        patience("what was under way to be sent again", again).await.expect("the sink lives as long as the test");
    }
    w.stop().await;
}

/// A world with an agent of a queue, whose account's events go to the sink.
async fn with_an_agent() -> (World, Sink) {
    let mut w = World::start().await;
    let sink = Sink::start().await;
    done(w.put("/api/account", json!({ "event_url": sink.url })).await);
    let (user, device) = agent(&mut w, "1001", ANSWERS).await;
    queue(&w, "Support", "7000", &[user]).await;
    check_in(&w, user, device).await;
    (w, sink)
}

/// Somebody calls the queue, speaks with the agent and hangs up; a ccgate that dies before that is started again, without which no phone might
/// be found. Then waits until all of it is told, or ccgate is dead, or the sink keeps it waiting. The caller's leg, if the agent took the call.
async fn a_call(w: &mut World, ccgate: &mut Ccgate, sink: &Sink) -> Option<String> {
    ccgate.listens(w).await;
    let call = w.phones.call_in("972501234567", "97237000").await;
    let mut looks = interval(LOOK_EVERY);
    let caller = patience("the call to be taken or to be over", async {
        loop {
            if ccgate.is_dead() && !w.runs_ccgate() {
                w.start_ccgate().await;
            }
            let legs = legs(w).await;
            if speaking(&legs) || legs.is_empty() {
                return legs.first().and_then(|leg| leg["call_uuid"].as_str()).map(str::to_owned);
            }
            looks.tick().await;
        }
    })
    .await;
    // Without a dialplan it is over already, and nobody is told.
    caller.as_ref()?;
    w.phones.hang_up(call).await;
    w.idle().await;
    patience("all of the call to be told, or ccgate to die", async {
        let of_call = || sink.calls().iter().filter(|event| event["data"]["call_id"].as_str() == caller.as_deref()).count();
        while (w.runs_ccgate() || !ccgate.is_dead()) && !sink.is_waited_for() && of_call() < CALL.len() {
            looks.tick().await;
        }
    })
    .await;
    caller
}

/// Waits until every event of a call that was accepted has arrived, and all of `caller`'s call; then compares what arrived with what was accepted.
async fn check(w: &World, sink: &Sink, caller: Option<&str>) {
    let mut looks = interval(LOOK_EVERY);
    let accepted = patience(&format!("every event to arrive, and those of {caller:?}"), async {
        loop {
            let accepted = accepted(w).await;
            let arrived: BTreeSet<_> = sink.calls().iter().map(id).collect();
            let ends = |event: &&Event| event.name == "call:end" && Some(event.order_key.as_str()) == caller;
            let complete = caller.is_none() || accepted.iter().filter(ends).count() >= 2;
            if complete && accepted.iter().all(|event| arrived.contains(&event.id)) {
                return accepted;
            }
            looks.tick().await;
        }
    })
    .await;
    let mut posts: BTreeMap<String, Value> = BTreeMap::new();
    let mut firsts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for post in sink.calls() {
        let call = post["data"]["call_id"].as_str().expect("a call").to_owned();
        match posts.insert(id(&post), post.clone()) {
            None => firsts.entry(call).or_default().push(id(&post)),
            Some(before) => assert_eq!(before, post, "an event that arrives again is the same"),
        }
    }
    let mut calls: BTreeMap<String, Vec<&Event>> = BTreeMap::new();
    for event in &accepted {
        calls.entry(event.order_key.clone()).or_default().push(event);
    }
    for (call, events) in &calls {
        let ids: Vec<_> = events.iter().map(|event| event.id.clone()).collect();
        assert_eq!(firsts.get(call), Some(&ids), "they come in order");
        let mut names: Vec<_> = events.iter().map(|event| event.name.as_str()).collect();
        names.sort_unstable();
        let told = |wanted: &str| names.iter().filter(|name| **name == wanted).count();
        assert!(told("call:start") <= told("call:end"), "{names:?}");
        assert!(Some(call.as_str()) != caller || names == CALL, "{names:?}");
    }
    assert!(caller.is_none_or(|caller| calls.contains_key(caller)), "nothing is told of {caller:?}");
}

/// The events of calls that ccgate has committed.
async fn accepted(w: &World) -> Vec<Event> {
    let mut conn = w.running().store().read().await.expect("the database can be read");
    let mut events = event::after(&mut conn, w.account(), 0, EVENTS_MAX).await.expect("events can be read");
    events.retain(|event| event.name.starts_with("call:"));
    events
}

fn id(event: &Value) -> String {
    event["id"].as_str().expect("an id").to_owned()
}

/// A customer's URL that can keep ccgate waiting.
struct Sink {
    url: String,
    state: Arc<SinkState>,
}

struct SinkState {
    /// The events of calls that came, as they came.
    calls: watch::Sender<Vec<Value>>,
    /// How many of them are answered.
    answered: watch::Sender<usize>,
}

impl Sink {
    async fn start() -> Self {
        let state = Arc::new(SinkState { calls: watch::Sender::new(Vec::new()), answered: watch::Sender::new(usize::MAX) });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/events", listener.local_addr().expect("an address"));
        let router = Router::new().route("/events", post(take)).with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, state }
    }

    fn calls(&self) -> Vec<Value> {
        self.state.calls.borrow().clone()
    }

    /// Answers so many events of calls in all, and keeps ccgate waiting with the others.
    fn answer_until(&self, count: usize) {
        self.state.answered.send_replace(count);
    }

    /// Whether ccgate is kept waiting.
    fn is_waited_for(&self) -> bool {
        self.state.calls.borrow().len() > *self.state.answered.borrow()
    }
}

async fn take(State(state): State<Arc<SinkState>>, body: String) -> StatusCode {
    let event: Value = serde_json::from_str(&body).expect("an event is JSON");
    if event["event"].as_str().is_some_and(|name| name.starts_with("call:")) {
        let mut place = 0;
        state.calls.send_modify(|calls| {
            calls.push(event);
            place = calls.len();
        });
        let answers = state.answered.subscribe().wait_for(|count| *count >= place).await.is_ok();
        assert!(answers, "the sink lives as long as the test");
    }
    StatusCode::OK
}
