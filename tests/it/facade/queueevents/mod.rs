//! Queue agent events. A file a method, and what holds for all of them.

mod codes;
mod create;
mod delete;
mod delivered;
mod history;
mod list;
mod rate;
mod show;
mod snippets;
mod token;
mod update;
mod who;

use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};

use super::callcenter::{PHONE_PASSWORD, agent, data, phone, queue};
use super::updateagentstate::on_switch;
use crate::harness::World;
use crate::harness::api::Api;
use crate::harness::hook_sink::Heard;
use crate::harness::phones::Behaviour;

pub(crate) fn trials() -> Vec<Trial> {
    [
        codes::trials(),
        create::trials(),
        delete::trials(),
        delivered::trials(),
        history::trials(),
        list::trials(),
        rate::trials(),
        show::trials(),
        snippets::trials(),
        token::trials(),
        update::trials(),
        who::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The document's two kinds of agents.
const KINDS: [&str; 2] = ["local", "remote"];

/// An agent with a phone of its own, a member of a queue of its own which it joins at check-in. It is not checked in.
struct Agent {
    kind: &'static str,
    user: i64,
    device: i64,
    queue: i64,
    /// How it is named in what is told: the field and the value.
    line: (&'static str, &'static str),
    /// Where its events are.
    path: String,
}

impl Agent {
    async fn new(w: &mut World, kind: &'static str) -> Self {
        let user = agent(w, kind).await;
        let (device, line) = match kind {
            "local" => {
                let device = phone(w, "1001").await;
                w.phones.phone("1001", PHONE_PASSWORD, Behaviour::RingOn).await;
                (device, ("extension_name", "1001@lab.local"))
            }
            _ => {
                let mobile = json!({"name": "Mobile", "type": "external", "number": "0501234567"});
                (data(w.post("/api/device", mobile).await)["id"].as_i64().unwrap(), ("agent_number", "0501234567"))
            }
        };
        data(w.put(&format!("/api/device/{device}"), json!({"user_id": user})).await);
        let queue = queue(w, &format!("Queue of {kind}"), json!([[user, 3]])).await;
        Self { kind, user, device, queue, line, path: format!("/client/{}/agent/{kind}/{user}/event/", w.account_id()) }
    }

    /// Makes an event; its id.
    async fn event(&self, w: &World, event_type: &str, method: &str, url: &str) -> i64 {
        let made = w.post(&self.path, json!({"event_type": event_type, "method": method, "url": url})).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.body["id"].as_i64().expect("an id")
    }

    /// Checks in; the switch has it.
    async fn enters(&self, w: &World) {
        data(w.get(&format!("/api/cc_agent/checkInDevice?user_id={}&device_id={}", self.user, self.device)).await);
        let (row, tiers) = on_switch(w, self.user).await;
        assert!(row.contains("|Available|") && tiers == [self.queue], "{row} {tiers:?}");
    }

    /// Checks out; the switch has it.
    async fn leaves(&self, w: &World) {
        data(w.get(&format!("/api/cc_agent/checkOut?user_id={}", self.user)).await);
        let (row, tiers) = on_switch(w, self.user).await;
        assert!(row.contains("|Logged Out|") && tiers.is_empty(), "{row} {tiers:?}");
    }

    /// Whether this is what the document says of the agent.
    fn is_told(&self, heard: &Heard, status: &str, source: &str) {
        let user = self.user.to_string();
        let expected =
            [("agent_id", user.as_str()), ("agent_status", status), ("agent_type", self.kind), self.line, ("event_source", source)];
        let fields: Vec<_> = heard.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut sorted = expected;
        sorted.sort_unstable();
        assert_eq!(fields, sorted);
    }
}

/// A request of its own that must not be a success: its status and body.
async fn refused(api: &Api, method: Method, path: &str, body: Value) -> (u16, Value) {
    let answer = api.call(method, path, &body).await;
    assert!(answer.status >= 400, "{path}: {}", answer.body);
    (answer.status, answer.body)
}

/// How many events of hooks there are of this name, whatever became of them, and in which states the latest come first.
async fn states(w: &World, name: &str) -> Vec<Value> {
    let events = data(w.get(&format!("/api/event?event={name}")).await);
    events.as_array().expect("a list").iter().map(|event| event["state"].clone()).collect()
}

/// A body that is fine.
fn fine() -> Value {
    json!({"event_type": "agent-login", "method": "GET", "url": "https://somehost.com/fordel/show.php"})
}
