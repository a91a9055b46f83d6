//! `checkAgentInWrapUp`. After a call: the scenario `what_is_shown_of_a_queue_call`.

use serde_json::json;

use super::{ask, error, session, success};
use crate::facade::callcenter::{agent, data, seated};
use crate::facade::world_trials;
use crate::harness::{World, history};

world_trials![in_a_wrap_up_that_the_api_set, after_a_call, not_checked_in];

async fn in_a_wrap_up_that_the_api_set(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    let asked = json!({"ssid": session(w, "1001").await});
    let not = error(1504, "Agent not in wrap time");
    assert_eq!(ask(w, "checkAgentInWrapUp", asked.clone()).await, not);
    data(w.get(&format!("/api/cc_agent/wrapup?user_id={user}&seconds=80000")).await);
    let shown = success(w, "checkAgentInWrapUp", asked.clone()).await;
    let (ends, left) = (shown["wrapETime"].as_i64().unwrap(), shown["currentDuration"].as_i64().unwrap());
    assert!((1..=80_000).contains(&left) && ends > 80_000, "{shown}");
    assert_eq!(shown, json!({"response": 1, "wrapETime": ends, "currentDuration": left, "callId": null, "cNumber": null}));
    data(w.get(&format!("/api/cc_agent/wrapup?user_id={user}&seconds=0")).await);
    assert_eq!(ask(w, "checkAgentInWrapUp", asked).await, not);
}

async fn after_a_call(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    data(w.put(&format!("/api/user/{user}"), json!({"wrap_up_time": 80_000})).await);
    let asked = json!({"ssid": session(w, "1001").await});
    let ended = w.clock().now().plus_ms(-10_000);
    let leg = json!({"user_id": user, "side": "agent", "answered_at": ended.0 - 5_000, "ended_at": ended.0});
    history::leg(w, w.account(), "call", ended.0 - 9_000, json!({})).await;
    history::stay(w, w.account(), "call", 1, ended.0 - 9_000, json!({"served_at": ended.0 - 5_000, "agent_id": user})).await;
    history::leg(w, w.account(), "call/agent", ended.0 - 9_000, leg).await;
    let mut shown = success(w, "checkAgentInWrapUp", asked).await;
    let left = shown.as_object_mut().unwrap().remove("currentDuration").unwrap().as_i64().unwrap();
    assert!((1..=79_990).contains(&left), "{left}");
    let ends = ended.epoch_s() + 80_000;
    assert_eq!(shown, json!({"response": 1, "wrapETime": ends, "callId": "call", "cNumber": "0501234567"}));
}

async fn not_checked_in(w: &mut World) {
    agent(w, "dana").await;
    assert_eq!(ask(w, "checkAgentInWrapUp", json!({"ssid": session(w, "dana").await})).await, error(1504, "Agent not in wrap time"));
}
