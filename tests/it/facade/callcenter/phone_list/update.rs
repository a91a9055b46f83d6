//! `PUT /api/phone_list/{id}`

use serde_json::json;

use crate::facade::callcenter::{data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![only_what_is_sent];

async fn only_what_is_sent(w: &mut World) {
    let made = data(w.post("/api/phone_list", json!({"name": "Leads"})).await);
    let path = format!("/api/phone_list/{}", made["id"]);
    assert_eq!(data(w.put(&path, json!({"list_rows": 5, "id": 9})).await), made);
    // With the slash too: only GET knows the difference.
    assert_eq!(data(w.put(&format!("{path}/"), json!({"name": "Renamed"})).await)["name"], "Renamed");
    assert!(refusal(w.put(&path, json!({"name": ""})).await, 400).starts_with("name"));
    assert_eq!(data(w.get(&path).await)["name"], "Renamed");
    refusal(w.put("/api/phone_list/999999", json!({"name": "A"})).await, 404);
}
