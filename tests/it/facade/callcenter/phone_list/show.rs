//! `GET /api/phone_list/{id}`, which is not `GET /api/phone_list/{id}/`

use serde_json::json;

use crate::facade::callcenter::{data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![the_slash_makes_the_difference];

async fn the_slash_makes_the_difference(w: &mut World) {
    let made = data(w.post("/api/phone_list", json!({"name": "Leads"})).await);
    let path = format!("/api/phone_list/{}", made["id"]);
    data(w.post(&format!("{path}/lead"), json!({"phone": "972501234567"})).await);
    assert_eq!(data(w.get(&path).await), json!({"id": made["id"], "account_id": made["account_id"], "name": "Leads", "list_rows": 1}));
    assert_eq!(data(w.get(&format!("{path}/")).await)[0]["phone"], "972501234567");
    for path in ["/api/phone_list/999999", "/api/phone_list/999999/", "/api/phone_list/x", "/api/phone_list/x/"] {
        refusal(w.get(path).await, 404);
    }
    refusal(w.post(&path, json!({})).await, 405);
}
