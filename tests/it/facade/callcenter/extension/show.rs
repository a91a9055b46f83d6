//! `GET /api/extension/{id}`

use serde_json::json;

use crate::facade::callcenter::{agent, data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![every_field];

async fn every_field(w: &mut World) {
    let user = agent(w, "one").await;
    let made = data(w.post("/api/extension", json!({"number": "7001", "target": "user", "target_id": user})).await);
    let path = format!("/api/extension/{}", made["id"]);
    let mut shown = data(w.get(&path).await);
    for own in ["id", "account_id"] {
        assert!(shown.as_object_mut().unwrap().remove(own).is_some_and(|id| id.is_i64()));
    }
    assert_eq!(shown, json!({"name": "7001", "number": "7001", "kind": "internal", "target": "user", "target_id": user}));
    refusal(w.get("/api/extension/999999").await, 404);
    refusal(w.other_account("other.local").await.get(&path).await, 404);
}
