//! `GET /api/cc_queue/{id}/users`

use serde_json::json;

use crate::facade::callcenter::{agent, data, queue, refusal, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![in_tier_order, with_who_is_joined];

async fn in_tier_order(w: &mut World) {
    let (one, two) = (agent(w, "one").await, agent(w, "two").await);
    let path = format!("/api/cc_queue/{}/users", queue(w, "Queue", json!([[one, 4, 10, 1], [two, 3]])).await);
    let rows = json!([[two, 3, 1, 1, "Agent two", null, false], [one, 4, 10, 1, "Agent one", null, false]]);
    assert_eq!(w.get(&path).await.body, json!({"success": true, "data": rows}));
    refusal(w.get("/api/cc_queue/999999/users").await, 404);
}

async fn with_who_is_joined(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    let path = format!("/api/cc_queue/{}/users", queue(w, "Queue", json!([[user, 4]])).await);
    assert_eq!(data(w.get(&path).await), json!([[user, 4, 1, 1, "Agent 1001", null, true]]));
    data(w.get(&format!("/api/cc_agent/checkOut?user_id={user}")).await);
    assert_eq!(data(w.get(&path).await), json!([[user, 4, 1, 1, "Agent 1001", null, false]]));
}
