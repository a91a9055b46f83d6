//! `GET /api/cc_queue/{id}`

use serde_json::json;

use crate::facade::callcenter::{agent, data, queue, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![with_what_belongs_to_it, the_documents_record, unknown];

async fn with_what_belongs_to_it(w: &mut World) {
    let user = agent(w, "one").await;
    let id = queue(w, "Queue", json!([[user, 4, 10, 1]])).await;
    for (kind, number) in [("internal", "7000"), ("internal", "7001"), ("did", "97237000")] {
        data(w.post("/api/extension", json!({"number": number, "kind": kind, "target": "queue", "target_id": id})).await);
    }
    let shown = w.get(&format!("/api/cc_queue/{id}")).await;
    assert_eq!((shown.status, &shown.body["success"]), (200, &json!(true)));
    let shown = &shown.body["data"];
    assert_eq!((&shown["id"], &shown["name"]), (&json!(id), &json!("Queue")));
    assert_eq!((&shown["user_ids"], &shown["extensions"], &shown["dids"]), (&json!([user]), &json!("7000,7001"), &json!("97237000")));
    assert_eq!(shown["users"], json!([[user, 4, 10, 1, "Agent one", null, false]]));
}

/// 0, 1, or null where the account's setting holds.
async fn the_documents_record(w: &mut World) {
    let path = format!("/api/cc_queue/{}", queue(w, "Queue", json!([])).await);
    assert_eq!(data(w.get(&path).await)["record"], json!(null));
    for record in [json!(0), json!(1), json!(null)] {
        data(w.put(&path, json!({"record": record})).await);
        assert_eq!(data(w.get(&path).await)["record"], record);
    }
}

async fn unknown(w: &mut World) {
    assert_eq!(refusal(w.get("/api/cc_queue/999999").await, 404), "no such queue");
}
