//! `GET /api/cc_agent/setPause`

use serde_json::json;

use crate::facade::callcenter::{agent, data, refusal, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![pauses_and_lifts, refused];

async fn pauses_and_lifts(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    let before = w.event_names().await.len();
    for (id, events) in [(1, 1), (1, 1), (2, 2), (0, 3), (0, 3)] {
        assert_eq!(w.get(&format!("/api/cc_agent/setPause?id={id}&user_id={user}")).await.body, json!({"success": true}));
        assert_eq!(data(w.get(&format!("/api/user/{user}")).await)["pause_id"], id);
        let names = w.event_names().await;
        assert_eq!(names.len() - before, events);
        assert_eq!(names.last().map(String::as_str), Some("agent:status"));
    }
}

async fn refused(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    refusal(w.get(&format!("/api/cc_agent/setPause?id=999999&user_id={user}")).await, 404);
    assert_eq!(refusal(w.get(&format!("/api/cc_agent/setPause?user_id={user}")).await, 400), "id is required");
    let out = agent(w, "out").await;
    refusal(w.get(&format!("/api/cc_agent/setPause?id=1&user_id={out}")).await, 409);
    data(w.get(&format!("/api/cc_agent/setPause?id=0&user_id={out}")).await);
}
