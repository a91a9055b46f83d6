//! `POST /api/cc_queue/{id}/users`

use serde_json::json;

use crate::facade::callcenter::{agent, data, queue, refusal, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![adds_and_changes, agents_follow, refused];

async fn adds_and_changes(w: &mut World) {
    let (one, two) = (agent(w, "one").await, agent(w, "two").await);
    let path = format!("/api/cc_queue/{}/users", queue(w, "Queue", json!([])).await);
    data(w.post(&path, json!({"users": [[one, 4, 10, 1, null]]})).await);
    let both = json!([[two, 3, 1, 1, "Agent two", null, false], [one, 4, 10, 1, "Agent one", null, false]]);
    assert_eq!(data(w.post(&path, json!({"users": format!("[[{two},3]]")})).await), both);
    let changed = json!([[one, 1, 1, 1, "Agent one", null, false], [two, 3, 1, 1, "Agent two", null, false]]);
    assert_eq!(data(w.post(&path, json!([[one, 1]])).await), changed);
}

async fn agents_follow(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    let (path, me) = (format!("/api/cc_queue/{}/users", queue(w, "Queue", json!([])).await), format!("/api/user/{user}"));
    // Joined at check-in, which has been.
    data(w.post(&path, json!({"users": [[user, 3]]})).await);
    assert_eq!(data(w.get(&me).await)["queues"], json!([]));
    data(w.post(&path, json!({"users": [[user, 4]]})).await);
    assert_eq!(data(w.get(&me).await)["queues"].as_array().unwrap().len(), 1);
    assert_eq!(w.event_names().await.iter().filter(|name| *name == "queue:join").count(), 1);
}

async fn refused(w: &mut World) {
    let user = agent(w, "one").await;
    let path = format!("/api/cc_queue/{}/users", queue(w, "Queue", json!([])).await);
    let other = w.other_account("other.local").await;
    let stranger = other.get("/api/user").await.body["data"][0]["id"].clone();
    for (rows, field) in [
        (json!([[999_999, 4]]), "users"),
        (json!([[stranger, 4]]), "users"),
        (json!([[user, 5]]), "users"),
        (json!([[user, 4], [999_999, 4]]), "users"),
        (json!([[user, 4, 1, 1, 999]]), "timegroup_id"),
    ] {
        assert!(refusal(w.post(&path, json!({ "users": rows })).await, 400).starts_with(field), "{rows}");
    }
    assert_eq!(data(w.get(&path).await), json!([]));
    refusal(w.post("/api/cc_queue/999999/users", json!([[user, 4]])).await, 404);
}
