//! `PUT /api/device/{id}`

use serde_json::json;

use crate::facade::callcenter::{data, phone, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![only_what_is_sent, a_new_username_needs_a_password, what_was_read_can_be_written];

async fn only_what_is_sent(w: &mut World) {
    let path = format!("/api/device/{}", phone(w, "1001").await);
    let mut expected = data(w.get(&path).await);
    expected["name"] = json!("Other");
    assert_eq!(data(w.put(&path, json!({"name": "Other"})).await), expected);
    assert!(refusal(w.put(&path, json!({"type": "external", "number": "1"})).await, 400).starts_with("type"));
}

async fn a_new_username_needs_a_password(w: &mut World) {
    let path = format!("/api/device/{}", phone(w, "1001").await);
    assert!(refusal(w.put(&path, json!({"username": "1002"})).await, 400).starts_with("password is required with a new username"));
    let changed = data(w.put(&path, json!({"username": "1002", "password": "another-secret"})).await);
    assert_eq!(changed["username"], "1002");
    data(w.put(&path, json!({"password": "third-secret-12"})).await);
}

async fn what_was_read_can_be_written(w: &mut World) {
    let sip = format!("/api/device/{}", phone(w, "1001").await);
    let mobile = data(w.post("/api/device", json!({"name": "Mobile", "type": "external", "number": "+972501234567"})).await)["id"].clone();
    for path in [sip, format!("/api/device/{mobile}")] {
        let shown = data(w.get(&path).await);
        assert_eq!(data(w.put(&path, shown.clone()).await), shown);
    }
}
