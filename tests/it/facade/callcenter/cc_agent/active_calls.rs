//! `GET /api/cc_agent/active_calls`: who may ask for what; calls are a scenario of the switch.

use serde_json::json;

use crate::facade::callcenter::{agent, data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![nobody_speaks, what_is_refused];

async fn nobody_speaks(w: &mut World) {
    assert_eq!(data(w.get("/api/cc_agent/active_calls").await), json!([]));
    assert_eq!(w.get("/api/cc_agent/active_calls?limit=10").await.body["total"], json!(0));
}

async fn what_is_refused(w: &mut World) {
    let path = "/api/cc_agent/active_calls";
    assert_eq!(refusal(w.get(&format!("{path}?user_id=999999")).await, 404), "no such user");
    assert_eq!(refusal(w.get(&format!("{path}?queue_id=999999")).await, 404), "no such queue");
    assert!(refusal(w.get(&format!("{path}?queue_id=x")).await, 400).starts_with("queue_id must be a list of ids"));
    let (own, other) = (agent(w, "own").await, agent(w, "other").await);
    data(w.put(&format!("/api/user/{own}"), json!({"permissions": {"cc_api": true}})).await);
    let key = data(w.post(&format!("/api/user/{own}/key"), json!({})).await)["key"].as_str().expect("a key").to_owned();
    assert_eq!(data(w.with_key(&key).get(&format!("{path}?user_id={own}")).await), json!([]));
    assert!(refusal(w.with_key(&key).get(&format!("{path}?user_id={other}")).await, 403).contains("supervise"));
}
