//! `GET /api/cc_agent/checkInDevice`: the contract's table, but for the rows that need a call.

use serde_json::json;

use crate::facade::callcenter::{agent, data, phone, queue, refusal, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![checks_in, again_is_nothing, another_device, device_taken, another_users_device, unknown];

fn path(user: i64, device: i64) -> String {
    format!("/api/cc_agent/checkInDevice?user_id={user}&device_id={device}")
}

async fn checks_in(w: &mut World) {
    let (user, device) = (agent(w, "one").await, phone(w, "1001").await);
    let always = queue(w, "Always", json!([[user, 4]])).await;
    queue(w, "Free", json!([[user, 1]])).await;
    assert_eq!(w.get(&path(user, device)).await.body, json!({"success": true}));
    let shown = data(w.get(&format!("/api/user/{user}")).await);
    assert_eq!((&shown["online"], &shown["queues"]), (&json!(1), &json!([always])));
    assert_eq!(data(w.get(&format!("/api/device/{device}")).await)["agent_id"], json!(user));
    assert_eq!(w.event_names().await, ["agent:checkin", "agent:status", "queue:join"]);
}

async fn again_is_nothing(w: &mut World) {
    let (user, device) = seated(w, "1001").await;
    let before = w.event_names().await;
    data(w.get(&path(user, device)).await);
    data(w.get(&format!("{}&forceCheckOut=1", path(user, device))).await);
    assert_eq!(w.event_names().await, before);
}

async fn another_device(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    let other = phone(w, "1002").await;
    assert!(refusal(w.get(&path(user, other)).await, 409).contains("forceCheckOut=1"));
    data(w.get(&format!("{}&forceCheckOut=1", path(user, other))).await);
    assert_eq!(data(w.get(&format!("/api/device/{other}")).await)["agent_id"], json!(user));
    let names = w.event_names().await;
    assert!(names.ends_with(&["agent:checkout", "agent:status", "agent:checkin", "agent:status"].map(str::to_owned)), "{names:?}");
}

async fn device_taken(w: &mut World) {
    let (first, device) = seated(w, "1001").await;
    let second = agent(w, "second").await;
    refusal(w.get(&path(second, device)).await, 409);
    data(w.get(&format!("{}&forceCheckOut=1", path(second, device))).await);
    assert_eq!(data(w.get(&format!("/api/device/{device}")).await)["agent_id"], json!(second));
    assert_eq!(data(w.get(&format!("/api/user/{first}")).await)["online"], 0);
}

async fn another_users_device(w: &mut World) {
    let (owner, guest) = (agent(w, "owner").await, agent(w, "guest").await);
    let device = phone(w, "1001").await;
    data(w.put(&format!("/api/device/{device}"), json!({"user_id": owner})).await);
    data(w.get(&path(guest, device)).await);
}

async fn unknown(w: &mut World) {
    let (user, device) = (agent(w, "one").await, phone(w, "1001").await);
    refusal(w.get(&path(999_999, device)).await, 404);
    refusal(w.get(&path(user, 999_999)).await, 404);
    assert!(refusal(w.get(&format!("/api/cc_agent/checkInDevice?user_id={user}")).await, 400).starts_with("device_id is required"));
    let office = json!({"name": "Office", "username": "office", "password": "Ab123456", "email": "o@mail.com"});
    let office = data(w.post("/api/user", office).await)["id"].as_i64().unwrap();
    assert!(refusal(w.get(&path(office, device)).await, 409).contains("is_agent"));
}
