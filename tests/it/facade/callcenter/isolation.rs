//! Two accounts of one box never see each other.

use serde_json::json;

use super::{agent, data, phone, queue, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![nothing_crosses];

async fn nothing_crosses(w: &mut World) {
    let (user, device) = (agent(w, "mine").await, phone(w, "1001").await);
    let queue = queue(w, "Mine", json!([[user, 4]])).await;
    let extension = json!({"number": "7000", "target": "queue", "target_id": queue});
    let extension = data(w.post("/api/extension", extension).await)["id"].as_i64().unwrap();
    let pause = data(w.get("/api/pause").await)[0]["id"].as_i64().unwrap();
    let list = data(w.post("/api/phone_list", json!({"name": "Mine"})).await)["id"].as_i64().unwrap();
    data(w.post(&format!("/api/phone_list/{list}/lead"), json!({"phone": "0501234567", "lead_id": "04"})).await);
    let other = w.other_account("other.local").await;
    for path in [
        format!("/api/user/{user}"),
        format!("/api/user/{user}/key"),
        format!("/api/user/{user}/queues"),
        format!("/api/device/{device}"),
        format!("/api/extension/{extension}"),
        format!("/api/cc_queue/{queue}"),
        format!("/api/cc_queue/{queue}/users"),
        format!("/api/pause/{pause}"),
        format!("/api/phone_list/{list}"),
        format!("/api/phone_list/{list}/"),
        format!("/api/phone_list/{list}/lead"),
        format!("/api/phone_list/{list}/lead?limit=1"),
        format!("/api/phone_list/{list}/import"),
        format!("/api/cc_agent/checkOut?user_id={user}"),
        format!("/api/cc_agent/checkIn?user_id={user}"),
        format!("/api/cc_agent/setPause?user_id={user}&id=0"),
        format!("/api/cc_agent/checkInDevice?device_id={device}&user_id={user}"),
        format!("/api/cc_agent/originate?destination=1002&device_id={device}"),
        format!("/api/cc_agent/originate?destination=1002&user_id={user}"),
    ] {
        refusal(other.get(&path).await, 404);
    }
    for path in [
        format!("/api/user/{user}"),
        format!("/api/device/{device}"),
        format!("/api/cc_queue/{queue}"),
        format!("/api/extension/{extension}"),
        format!("/api/phone_list/{list}"),
        format!("/api/phone_list/{list}/lead/0501234567"),
    ] {
        refusal(other.put(&path, json!({"name": "Stolen"})).await, 404);
        refusal(other.delete(&path).await, 404);
    }
    let leads = format!("/api/phone_list/{list}/lead");
    refusal(other.post(&leads, json!({"phone": "1"})).await, 404);
    refusal(other.post(&leads, json!([{"phone": "1"}])).await, 404);
    refusal(other.post_raw(&leads, "text/csv", "phone\n1\n").await, 404);
    refusal(other.delete_with(&leads, json!(["0501234567"])).await, 404);
    assert_eq!(data(w.get(&leads).await).as_array().unwrap().len(), 1);
    for (path, body) in [
        ("/api/extension", json!({"number": "7000", "target": "queue", "target_id": queue})),
        ("/api/device", json!({"name": "D", "type": "sip", "username": "1001", "user_id": user})),
        ("/api/cc_queue", json!({"name": "Q", "strategy": "ring-all", "time_base_score": "queue", "users": [[user, 4]]})),
    ] {
        refusal(other.post(path, body).await, 400);
    }
    for path in ["/api/device", "/api/extension", "/api/cc_queue", "/api/phone_list"] {
        assert_eq!(data(other.get(path).await), json!([]));
    }
    // The same names and numbers are free in the other account.
    data(other.post("/api/device", json!({"name": "D", "type": "sip", "username": "1001"})).await);
    data(other.post("/api/cc_queue", json!({"name": "Mine", "strategy": "ring-all", "time_base_score": "queue"})).await);
}
