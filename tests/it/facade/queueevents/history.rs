//! What is told goes the way of the event push: tried again, looked up, sent again, and to no private address.

use ccgate::clock::Clock;
use libtest_mimic::Trial;
use serde_json::json;

use super::{Agent, states};
use crate::facade::callcenter::data;
use crate::harness::world::Kind;
use crate::harness::{HookSink, World, patience, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(concat!(module_path!(), "::attempts_and_replay"), || async {
            let clock = Clock::manual(Clock::system().now());
            let mut world = World::with(Kind::Sim, clock, |_| {}).await;
            attempts_and_replay(&mut world).await;
            world.stop().await;
        }),
        trial(concat!(module_path!(), "::private_addresses"), || async {
            let clock = Clock::manual(Clock::system().now());
            let mut world = World::with(Kind::Sim, clock, |config| config.push.allow_cidrs.clear()).await;
            private_addresses(&mut world).await;
            world.stop().await;
        }),
    ]
}

/// Waits until the latest event of this name has failed once, and is not tried again while the clock stands; that event.
async fn failed(w: &World, name: &str) -> serde_json::Value {
    let mut commits = w.running().store().committed();
    patience("an attempt to fail", async {
        loop {
            commits.mark_unchanged();
            let event = data(w.get(&format!("/api/event?event={name}")).await)[0].clone();
            if event["attempts"] == 1 {
                return event;
            }
            commits.changed().await.expect("ccgate runs");
        }
    })
    .await
}

async fn attempts_and_replay(w: &mut World) {
    let mut sink = HookSink::start().await;
    let agent = Agent::new(w, "local").await;
    let hook = agent.event(w, "agent-login", "GET", &sink.url("/")).await;
    sink.answer(500);
    agent.enters(w).await;
    let first = sink.next().await;
    let event = failed(w, "agent:available").await;
    let expected = json!({"agent_id": agent.user, "agent_status": "available", "agent_type": "local", "extension_name": "1001@lab.local", "event_source": "api"});
    assert_eq!((&event["data"], &event["hook_id"], &event["last_error"]), (&expected, &json!(hook), &json!("status 500")));
    assert_eq!((&event["state"], &event["order_key"]), (&json!("pending"), &json!(format!("hook:{hook}"))));
    let id = event["id"].as_str().unwrap();
    assert_eq!(first.headers["webhook-id"], id);
    sink.answer(200);
    data(w.post(&format!("/api/event/{id}/replay"), json!({})).await);
    assert_eq!(sink.next().await.headers["webhook-id"], id, "the same over its attempts");
    let mut commits = w.running().store().committed();
    patience("it to be delivered", async {
        while states(w, "agent:available").await != [json!("done")] {
            commits.changed().await.expect("ccgate runs");
        }
    })
    .await;
    let attempts = data(w.get(&format!("/api/event/{id}/attempts")).await);
    let statuses: Vec<_> = attempts.as_array().unwrap().iter().map(|attempt| attempt["status"].clone()).collect();
    assert_eq!(statuses, [json!(500), json!(200)]);
    data(w.post(&format!("/api/event/{id}/replay"), json!({})).await);
    assert_eq!(sink.next().await.headers["webhook-id"], id);
    // A range is of the account's own address.
    data(w.put("/api/account", json!({"event_url": w.sink.url()})).await);
    let replayed = data(w.post("/api/event/replay", json!({"from": 0, "to": 4_000_000_000_u32, "event": "agent:available"})).await);
    assert_eq!(replayed, json!({"replayed": 0}));
}

async fn private_addresses(w: &mut World) {
    let agent = Agent::new(w, "local").await;
    agent.event(w, "agent-login", "POST", "http://127.0.0.1:9/").await;
    agent.enters(w).await;
    assert_eq!(failed(w, "agent:available").await["last_error"], "the address is not public");
}
