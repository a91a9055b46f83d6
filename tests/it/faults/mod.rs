//! What is taken from ccgate while it works: its disk, its database, its descriptors, its parts, the time. Whoever asks is told what is wrong, nothing that
//! was accepted is lost, and when the fault is gone everything goes on without a restart.
//!
//! Where it is the machine's to take, ccgate is a process of its own, `ccgate serve`, beside the simulated switch.

mod clock;
mod database_gone;
mod descriptors;
mod disk_full;
mod locked;
mod log;
mod panics;

use libtest_mimic::Trial;
use serde_json::json;

use crate::harness::{World, patience};
use crate::scenario::{ANSWERS, agent, check_in, queue};

pub(crate) fn trials() -> Vec<Trial> {
    [
        clock::trials(),
        database_gone::trials(),
        descriptors::trials(),
        disk_full::trials(),
        locked::trials(),
        log::trials(),
        panics::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What is told of a call that an agent takes and the caller ends.
const CALL: [&str; 6] = ["call:start", "call:ring", "call:answer", "call:answer", "call:end", "call:end"];

/// A world with an agent at work whose account's events go to the sink; the secret that signs them, and the agent's id.
async fn at_work() -> (World, String, i64) {
    let mut w = World::start().await;
    let secret = w.push_to_sink().await;
    let (user, device) = agent(&mut w, "1001", ANSWERS).await;
    queue(&w, "Support", "7000", &[user]).await;
    check_in(&w, user, device).await;
    w.sink.next("agent:checkin", &secret).await;
    (w, secret, user)
}

/// Somebody calls, speaks with the agent and hangs up; of which nobody may hear for now.
async fn a_call(w: &mut World) {
    let call = w.phones.call_in("972501234567", "97237000").await;
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
    patience("the agent to take the call", async {
        while !w.ask_switch("callcenter_config queue list members 1@lab.local").await.contains("|Answered|") {
            looks.tick().await;
        }
    })
    .await;
    w.phones.hang_up(call).await;
    w.idle().await;
}

/// Waits until a call was told whole and in order, with nothing told twice.
async fn told(w: &mut World, secret: &str) {
    let before = w.sink.seen().len();
    for _ in 0..2 {
        w.sink.next("call:end", secret).await;
    }
    let events = &w.sink.seen()[before..];
    let names: Vec<_> = events.iter().filter_map(|event| event["event"].as_str()).filter(|name| name.starts_with("call:")).collect();
    assert_eq!(names, CALL);
    assert!(events.iter().all(|event| event["data"]["call_id"].is_null() || event["data"]["queue_id"] == json!(1)), "{events:?}");
}
