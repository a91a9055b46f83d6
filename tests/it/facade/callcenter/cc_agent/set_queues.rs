//! `GET /api/cc_agent/setQueues`, and its alias.

use serde_json::json;

use crate::facade::callcenter::{agent, data, queue, refusal, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![the_whole_set, all_or_nothing, not_checked_in];

async fn the_whole_set(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    let (free, always) = (queue(w, "Free", json!([[user, 1]])).await, queue(w, "Always", json!([[user, 4]])).await);
    let one = data(w.get(&format!("/api/setQueues?queue_ids={free}&user_id={user}")).await);
    assert_eq!((&one["id"], &one["users"]), (&json!(free), &json!([[user, 1, 1, 1, "Agent 1001", null, true]])));
    let several = data(w.get(&format!("/api/cc_agent/setQueues?queue_ids[]={free}&queue_ids[]={always}&user_id={user}")).await);
    assert_eq!(several.as_array().unwrap().len(), 2);
    assert_eq!(data(w.get(&format!("/api/cc_agent/setQueues?queue_ids=&user_id={user}")).await), json!([]));
    // A queue that it always serves stays.
    assert_eq!(data(w.get(&format!("/api/user/{user}")).await)["queues"], json!([always]));
    assert!(refusal(w.get(&format!("/api/cc_agent/setQueues?user_id={user}")).await, 400).starts_with("queue_ids"));
}

async fn all_or_nothing(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    let (free, off) = (queue(w, "Free", json!([[user, 1]])).await, queue(w, "Off", json!([[user, 0]])).await);
    let unassigned = queue(w, "Unassigned", json!([])).await;
    for other in [off, unassigned, 999_999] {
        refusal(w.get(&format!("/api/cc_agent/setQueues?queue_ids={free},{other}&user_id={user}")).await, 403);
        assert_eq!(data(w.get(&format!("/api/user/{user}")).await)["queues"], json!([]));
    }
}

async fn not_checked_in(w: &mut World) {
    let user = agent(w, "one").await;
    let free = queue(w, "Free", json!([[user, 1]])).await;
    refusal(w.get(&format!("/api/cc_agent/setQueues?queue_ids={free}&user_id={user}")).await, 409);
}
