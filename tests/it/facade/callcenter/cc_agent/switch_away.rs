//! The contract's first table: with the switch away, configuration is stored and live verbs change nothing.

use serde_json::json;

use crate::facade::callcenter::{agent, data, phone, refusal, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![configuration_is_stored, live_verbs_are_refused];

async fn configuration_is_stored(w: &mut World) {
    w.take_switch_away().await;
    let user = json!({"name": "One", "username": "one", "password": "Ab123456", "email": "one@mail.com", "is_agent": true});
    let answer = w.post("/api/user", user).await;
    assert_eq!((answer.status, &answer.body["success"], &answer.body["applied"]), (200, &json!(true), &json!(false)));
    let id = answer.body["data"]["id"].as_i64().unwrap();
    assert_eq!(w.put(&format!("/api/user/{id}"), json!({"name": "Two"})).await.body["applied"], json!(false));
    let shown = w.get(&format!("/api/user/{id}")).await;
    assert_eq!((&shown.body["data"]["name"], shown.body.get("applied")), (&json!("Two"), None));
}

async fn live_verbs_are_refused(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    let (out, device) = (agent(w, "out").await, phone(w, "1002").await);
    let (before, events) = (data(w.get(&format!("/api/user/{user}")).await), w.event_names().await);
    w.take_switch_away().await;
    for path in [
        format!("checkIn?user_id={out}"),
        format!("checkInDevice?user_id={out}&device_id={device}"),
        format!("checkOut?user_id={user}"),
        format!("setPause?id=1&user_id={user}"),
        format!("setQueues?queue_ids=&user_id={user}"),
        format!("wrapup?seconds=5&user_id={user}"),
        format!("originate?destination=0501234567&device_id={device}"),
    ] {
        assert!(refusal(w.get(&format!("/api/cc_agent/{path}")).await, 503).contains("switch"), "{path}");
    }
    assert_eq!(data(w.get(&format!("/api/user/{user}")).await), before);
    assert_eq!(w.event_names().await, events);
}
