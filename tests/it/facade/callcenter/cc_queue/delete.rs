//! `DELETE /api/cc_queue/{id}`

use serde_json::json;

use crate::facade::callcenter::{data, queue, refusal, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![agents_leave];

async fn agents_leave(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    let queue = queue(w, "Queue", json!([[user, 4]])).await;
    assert_eq!(data(w.get(&format!("/api/user/{user}")).await)["queues"], json!([queue]));
    assert_eq!(w.delete(&format!("/api/cc_queue/{queue}")).await.body, json!({"success": true}));
    assert_eq!(data(w.get(&format!("/api/user/{user}")).await)["queues"], json!([]));
    refusal(w.get(&format!("/api/cc_queue/{queue}")).await, 404);
    assert_eq!(w.event_names().await.last().map(String::as_str), Some("queue:leave"));
}
