//! `GET /api/cc_agent/wrapup`

use serde_json::json;

use crate::facade::callcenter::{agent, data, refusal, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![set_extended_ended, refused];

async fn set_extended_ended(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    data(w.put(&format!("/api/user/{user}"), json!({"wrap_up_time": 10, "max_snooze": 2})).await);
    let path = format!("/api/cc_agent/wrapup?user_id={user}");
    // Nothing to end.
    data(w.get(&format!("{path}&seconds=0")).await);
    assert_eq!(w.get(&format!("{path}&seconds=30")).await.body, json!({"success": true}));
    data(w.get(&path).await);
    data(w.get(&format!("{path}&seconds=300")).await);
    assert!(refusal(w.get(&path).await, 409).contains("max_snooze"));
    // To cut it short is no snooze.
    data(w.get(&format!("{path}&seconds=5")).await);
    data(w.get(&format!("{path}&seconds=0")).await);
}

async fn refused(w: &mut World) {
    let user = agent(w, "one").await;
    refusal(w.get(&format!("/api/cc_agent/wrapup?user_id={user}&seconds=5")).await, 409);
    assert!(refusal(w.get(&format!("/api/cc_agent/wrapup?user_id={user}&seconds=-1")).await, 400).starts_with("seconds"));
    assert!(refusal(w.get(&format!("/api/cc_agent/wrapup?user_id={user}&seconds=100000")).await, 400).starts_with("seconds"));
}
