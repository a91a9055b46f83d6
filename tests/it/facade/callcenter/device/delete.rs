//! `DELETE /api/device/{id}`

use serde_json::json;

use crate::facade::callcenter::{data, refusal, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![checks_out_who_sits_there];

async fn checks_out_who_sits_there(w: &mut World) {
    let (user, device) = seated(w, "1001").await;
    data(w.post("/api/extension", json!({"number": "7000", "target": "device", "target_id": device})).await);
    assert_eq!(w.delete(&format!("/api/device/{device}")).await.body, json!({"success": true}));
    refusal(w.get(&format!("/api/device/{device}")).await, 404);
    assert_eq!(data(w.get(&format!("/api/user/{user}")).await)["online"], 0);
    assert_eq!(data(w.get("/api/extension").await), json!([]));
}
