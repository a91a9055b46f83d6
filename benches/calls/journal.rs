//! A customer's server, and whether what it was told of calls is all and right.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What came, in order.
#[derive(Clone)]
pub struct Journal(Arc<Inner>);

struct Inner {
    url: String,
    told: Mutex<Vec<Value>>,
    /// Callers whose call ended.
    ended: watch::Sender<usize>,
}

/// What is wrong with it, and how many calls are not.
#[derive(Debug, Default)]
pub struct Verdict {
    pub right: usize,
    pub wrong: Vec<String>,
    /// Deliveries of an event that had come.
    pub again: usize,
    /// Events that ccgate found out later than they happened.
    pub reconciled: usize,
}

impl Journal {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let journal = Self(Arc::new(Inner { url, told: Mutex::default(), ended: watch::Sender::new(0) }));
        let app = Router::new().fallback(take).with_state(journal.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        journal
    }

    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Waits until so many callers' calls were told to have ended.
    pub async fn has_ended(&self, calls: usize) {
        self.0.ended.subscribe().wait_for(|ended| *ended >= calls).await.expect("it is there");
    }

    /// What came since the last call.
    pub fn judge(&self) -> Verdict {
        let told = std::mem::take(&mut *self.0.told.lock().expect("no panic"));
        self.0.ended.send_replace(0);
        let (mut ids, mut calls, mut verdict) = (HashSet::new(), BTreeMap::<_, Vec<_>>::new(), Verdict::default());
        for event in &told {
            if !ids.insert(event["id"].as_str()) {
                verdict.again += 1;
                continue;
            }
            verdict.reconciled += usize::from(event["reconciled"] == true);
            if event["event"].as_str().is_some_and(|name| name.starts_with("call:")) {
                calls.entry(event["data"]["call_id"].as_str()).or_default().push(event);
            }
        }
        for (call, events) in calls {
            match judge(&events) {
                Ok(()) => verdict.right += 1,
                Err(why) => verdict.wrong.push(format!("{}: {why}: {:?}", call.unwrap_or_default(), brief(&events))),
            }
        }
        verdict
    }
}

async fn take(State(journal): State<Journal>, body: Bytes) -> StatusCode {
    let event: Value = serde_json::from_slice(&body).expect("an event");
    let caller_ended = event["event"] == "call:end" && event["data"]["id"] == event["data"]["call_id"];
    journal.0.told.lock().expect("no panic").push(event);
    if caller_ended {
        journal.0.ended.send_modify(|ended| *ended += 1);
    }
    StatusCode::NO_CONTENT
}

/// A caller that one agent was offered, who took it: six events, in the order that they have by nature.
fn judge(events: &[&Value]) -> Result<(), &'static str> {
    let (caller, agent): (Vec<&Value>, Vec<&Value>) =
        events.iter().copied().partition(|event| event["data"]["id"] == event["data"]["call_id"]);
    if names(&caller) != ["call:start", "call:answer", "call:end"] {
        return Err("the caller's");
    }
    if names(&agent) != ["call:ring", "call:answer", "call:end"] {
        return Err("the agent's");
    }
    let all_of = |field: &str| agent.iter().all(|event| event["data"][field] == agent[0]["data"][field]);
    if !all_of("id") || !all_of("dst_user_id") || agent[0]["data"]["dst_user_id"].as_i64().is_none() {
        return Err("the agent is not one");
    }
    let place = |name: &str, of_caller: bool| {
        let is = |event: &&Value| event["event"] == name && (event["data"]["id"] == event["data"]["call_id"]) == of_caller;
        events.iter().position(is)
    };
    let in_order = place("call:start", true) < place("call:ring", false) && place("call:answer", false) < place("call:answer", true);
    let talked = caller[2]["data"]["billms"].as_i64().is_some_and(|billms| billms > 0);
    match (in_order, talked) {
        (true, true) => Ok(()),
        (false, _) => Err("the order"),
        (_, false) => Err("the caller talked to nobody"),
    }
}

fn names<'a>(events: &[&'a Value]) -> Vec<&'a str> {
    events.iter().filter_map(|event| event["event"].as_str()).collect()
}

fn brief(events: &[&Value]) -> Vec<String> {
    let leg = |event: &Value| if event["data"]["id"] == event["data"]["call_id"] { "caller" } else { "agent" };
    events.iter().map(|event| format!("{} {}", event["event"].as_str().unwrap_or_default(), leg(event))).collect()
}
