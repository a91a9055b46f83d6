//! `DELETE /api/extension/{id}`

use serde_json::json;

use crate::facade::callcenter::{agent, data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![is_deleted];

async fn is_deleted(w: &mut World) {
    let user = agent(w, "one").await;
    let made = data(w.post("/api/extension", json!({"number": "7001", "target": "user", "target_id": user})).await);
    let path = format!("/api/extension/{}", made["id"]);
    refusal(w.other_account("other.local").await.delete(&path).await, 404);
    assert_eq!(w.delete(&path).await.body, json!({"success": true}));
    refusal(w.delete(&path).await, 404);
    assert_eq!(data(w.get(&format!("/api/user/{user}")).await)["extensions"], "");
}
