//! `/api/user/{id}/queues`

use serde_json::json;

use crate::facade::callcenter::{agent, data, queue, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![the_other_side_of_memberships];

async fn the_other_side_of_memberships(w: &mut World) {
    let user = agent(w, "one").await;
    let (first, second) = (queue(w, "First", json!([])).await, queue(w, "Second", json!([])).await);
    let path = format!("/api/user/{user}/queues");
    assert_eq!(data(w.post(&path, json!({"queues": [[first, 3, 2, 1, null]]})).await), json!([[first, 3, 2, 1, null]]));
    assert_eq!(data(w.post(&path, json!([[second, 1]])).await), json!([[first, 3, 2, 1, null], [second, 1, 1, 1, null]]));
    assert_eq!(data(w.get(&format!("/api/user/{user}")).await)["queue_perms"], data(w.get(&path).await));
    assert_eq!(data(w.put(&path, json!({"queues": [[second, 4]]})).await), json!([[second, 4, 1, 1, null]]));
    assert_eq!(data(w.delete(&format!("{path}?ids={second}")).await), json!([]));
    assert!(refusal(w.post(&path, json!({"queues": [[999_999, 1]]})).await, 400).starts_with("queues"));
    refusal(w.get("/api/user/999999/queues").await, 404);
}
