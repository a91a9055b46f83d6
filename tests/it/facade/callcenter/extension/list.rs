//! `GET /api/extension`

use serde_json::json;

use crate::facade::callcenter::{agent, data};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![search_and_pages];

async fn search_and_pages(w: &mut World) {
    let user = agent(w, "one").await;
    let mut rows = Vec::new();
    for (name, number) in [("Sales", "7001"), ("Support", "7002"), ("Support at night", "8001")] {
        rows.push(data(w.post("/api/extension", json!({"name": name, "number": number, "target": "user", "target_id": user})).await));
    }
    for (query, expected) in [
        ("", vec![&rows[0], &rows[1], &rows[2]]),
        ("?q=SUPPORT", vec![&rows[1], &rows[2]]),
        ("?q=700", vec![&rows[0], &rows[1]]),
        ("?q=nothing", vec![]),
        ("?q=support&limit=1&offset=1", vec![&rows[2]]),
    ] {
        let listed = w.get(&format!("/api/extension{query}")).await.body;
        assert_eq!(listed["data"], json!(expected), "{query}");
        let total = if query.contains("limit") { json!(2) } else { json!(null) };
        assert_eq!(listed["total"], total, "{query}");
    }
    assert_eq!(data(w.other_account("other.local").await.get("/api/extension").await), json!([]));
}
