//! `GET /api/cc_agent/checkOut`

use serde_json::json;

use crate::facade::callcenter::{agent, data, queue, refusal, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![leaves_everything, again_is_nothing];

async fn leaves_everything(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    queue(w, "Queue", json!([[user, 4]])).await;
    data(w.get(&format!("/api/cc_agent/setPause?id=1&user_id={user}")).await);
    assert_eq!(w.get(&format!("/api/cc_agent/checkOut?user_id={user}")).await.body, json!({"success": true}));
    let shown = data(w.get(&format!("/api/user/{user}")).await);
    assert_eq!((&shown["online"], &shown["queues"], &shown["pause_id"]), (&json!(0), &json!([]), &json!(0)));
    assert!(w.event_names().await.ends_with(&["queue:leave", "agent:checkout", "agent:status"].map(str::to_owned)));
}

async fn again_is_nothing(w: &mut World) {
    let user = agent(w, "one").await;
    data(w.get(&format!("/api/cc_agent/checkOut?user_id={user}")).await);
    assert_eq!(w.event_names().await, [""; 0]);
    refusal(w.get("/api/cc_agent/checkOut?user_id=999999").await, 404);
}
