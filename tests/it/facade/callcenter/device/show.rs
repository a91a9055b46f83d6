//! `GET /api/device/{id}`

use serde_json::json;

use crate::facade::callcenter::{data, phone, refusal, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![every_field, who_sits_there, unknown];

async fn every_field(w: &mut World) {
    let device = phone(w, "1001").await;
    let mut shown = data(w.get(&format!("/api/device/{device}")).await);
    let account = shown.as_object_mut().unwrap().remove("account_id");
    assert!(account.is_some_and(|id| id.is_i64()));
    let expected = json!({
        "id": device, "name": "Phone 1001", "type": "sip", "username": "1001", "number": null, "gateway": null, "confirm": null,
        "user_id": null, "ring": 0, "delay": 0, "timeout": 0, "registered": false, "reachable_since": null, "agent_id": null,
    });
    assert_eq!(shown, expected);
}

async fn who_sits_there(w: &mut World) {
    let (user, device) = seated(w, "1001").await;
    let shown = data(w.get(&format!("/api/device/{device}")).await);
    assert_eq!((&shown["agent_id"], &shown["user_id"]), (&json!(user), &json!(null)), "who sits there need not own it");
}

async fn unknown(w: &mut World) {
    let path = format!("/api/device/{}", phone(w, "1001").await);
    refusal(w.get("/api/device/999999").await, 404);
    refusal(w.other_account("other.local").await.get(&path).await, 404);
}
