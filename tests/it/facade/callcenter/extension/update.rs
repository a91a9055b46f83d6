//! `PUT /api/extension/{id}`

use serde_json::json;

use crate::facade::callcenter::{agent, data, phone, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![leads_elsewhere];

async fn leads_elsewhere(w: &mut World) {
    let (user, device) = (agent(w, "one").await, phone(w, "1001").await);
    let made = data(w.post("/api/extension", json!({"number": "7001", "target": "user", "target_id": user})).await);
    let path = format!("/api/extension/{}", made["id"]);
    let mut expected = made;
    expected["target"] = json!("device");
    expected["target_id"] = json!(device);
    assert_eq!(data(w.put(&path, json!({"target": "device", "target_id": device})).await), expected);
    assert!(refusal(w.put(&path, json!({"target": "queue"})).await, 400).starts_with("target_id"));
    assert!(refusal(w.put(&path, json!({"target_id": 999_999})).await, 400).starts_with("target_id"));
    assert_eq!(data(w.put(&path, expected.clone()).await), expected);
}
