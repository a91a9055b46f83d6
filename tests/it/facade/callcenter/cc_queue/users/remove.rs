//! `DELETE /api/cc_queue/{id}/users`

use serde_json::json;

use crate::facade::callcenter::{agent, data, queue, refusal, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![those_that_are_named, agents_leave];

async fn those_that_are_named(w: &mut World) {
    let (one, two, three) = (agent(w, "one").await, agent(w, "two").await, agent(w, "three").await);
    let path = format!("/api/cc_queue/{}/users", queue(w, "Queue", json!([[one, 4], [two, 4], [three, 4]])).await);
    assert_eq!(data(w.delete(&format!("{path}?ids={one},{two}")).await), json!([[three, 4, 1, 1, "Agent three", null, false]]));
    // Who is no member is not missed.
    assert_eq!(data(w.delete(&format!("{path}?ids[]={one}&ids[]={three}")).await), json!([]));
    assert!(refusal(w.delete(&path).await, 400).starts_with("ids"));
    assert!(refusal(w.delete(&format!("{path}?ids=x")).await, 400).starts_with("ids"));
    refusal(w.delete("/api/cc_queue/999999/users?ids=1").await, 404);
}

async fn agents_leave(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    let path = format!("/api/cc_queue/{}/users", queue(w, "Queue", json!([[user, 4]])).await);
    data(w.delete(&format!("{path}?ids={user}")).await);
    assert_eq!(data(w.get(&format!("/api/user/{user}")).await)["queues"], json!([]));
    assert!(!w.ask_switch("callcenter_config tier list").await.contains(&format!("{user}@lab.local")));
    assert_eq!(w.event_names().await.last().map(String::as_str), Some("queue:leave"));
}
