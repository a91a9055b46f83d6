//! What an operator sees of a queue call.

use super::{agent, check_in, done, queue, scenarios};
use crate::harness::phones::Behaviour;
use crate::harness::{World, patience};

scenarios![an_operator_sees_a_call];

/// A sample of `/metrics`.
async fn sample(w: &World, name: &str) -> f64 {
    let page = reqwest::get(format!("http://{}/metrics", w.running().operations())).await.expect("it answers");
    let page = page.text().await.expect("it is text");
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {page}")).parse().expect("a number")
}

async fn an_operator_sees_a_call(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", Behaviour::RingOn).await;
    queue(w, "Support", "7000", &[user]).await;
    let ready = reqwest::get(format!("http://{}/readyz", w.running().operations())).await.expect("it answers");
    assert_eq!(ready.status(), 200, "{}", ready.text().await.unwrap_or_default());
    assert_eq!(sample(w, "ccgate_switch_connected").await, 1.0);
    let call = w.phones.call_in("972501234567", "97237000").await;
    w.sink.next("call:start", &secret).await;
    assert_eq!(sample(w, "ccgate_callers_waiting").await, 1.0);
    check_in(w, user, device).await;
    w.sink.next("call:ring", &secret).await;
    assert_eq!(sample(w, "ccgate_agents{state=\"ringing\"}").await, 1.0);
    w.phones.hang_up(call).await;
    w.sink.next("call:end", &secret).await;
    w.sink.next("call:end", &secret).await;
    assert_eq!(sample(w, "ccgate_callers_waiting").await, 0.0);
    assert_eq!(sample(w, "ccgate_call_events_total{name=\"call:end\"}").await, 2.0);
    // What became of the last of them is recorded with the next commit of something else.
    let mut commits = w.running().store().committed();
    patience("every event to be recorded as delivered", async {
        while sample(w, "ccgate_deliveries{state=\"pending\"}").await > 0.0 {
            commits.changed().await.expect("ccgate runs");
        }
    })
    .await;
    assert!(sample(w, "ccgate_delivery_attempts_total{outcome=\"delivered\"}").await >= 4.0);
    done(w.get("/api/user").await);
    assert!(sample(w, "ccgate_switch_command_seconds_count").await > 0.0);
}
