//! `GET /api/device`

use serde_json::json;

use crate::facade::callcenter::{agent, data, phone};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![search_and_pages];

async fn search_and_pages(w: &mut World) {
    let (owner, desk) = (agent(w, "owner").await, phone(w, "1001").await);
    let mobile = json!({"name": "Mobile", "type": "external", "number": "+972501234567", "user_id": owner});
    let mobile = data(w.post("/api/device", mobile).await)["id"].as_i64().unwrap();
    for (query, expected) in [
        ("", vec![desk, mobile]),
        ("?q=MOBILE", vec![mobile]),
        ("?q=1001", vec![desk]),
        ("?q=97250", vec![mobile]),
        ("?q=nothing", vec![]),
        ("?limit=1&offset=1", vec![mobile]),
    ] {
        let listed = w.get(&format!("/api/device{query}")).await;
        let ids: Vec<_> = listed.body["data"].as_array().unwrap().iter().map(|device| device["id"].as_i64().unwrap()).collect();
        assert_eq!(ids, expected, "{query}");
        let total = if query.contains("limit") { json!(2) } else { json!(null) };
        assert_eq!(listed.body["total"], total, "{query}");
    }
    assert_eq!(data(w.get(&format!("/api/device?user_id={owner}")).await)[0]["id"], json!(mobile));
    assert_eq!(data(w.other_account("other.local").await.get("/api/device").await), json!([]));
}
