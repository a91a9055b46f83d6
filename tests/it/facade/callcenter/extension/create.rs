//! `POST /api/extension`

use serde_json::json;

use crate::facade::callcenter::{agent, data, phone, queue, refusal, resource};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![to_each_target, what_is_refused];

async fn to_each_target(w: &mut World) {
    let (user, device) = (agent(w, "one").await, phone(w, "1001").await);
    let queue = queue(w, "Queue", json!([])).await;
    let mailbox = resource(w, "voicemail", json!({"name": "Box", "number": "8000"})).await;
    for (number, kind, target, id) in [
        ("7001", "internal", "user", user),
        ("7002", "internal", "device", device),
        ("+9723", "did", "queue", queue),
        ("7003", "internal", "voicemail", mailbox),
    ] {
        let made = data(w.post("/api/extension", json!({"number": number, "kind": kind, "target": target, "target_id": id})).await);
        assert_eq!(
            (&made["number"], &made["kind"], &made["target"], &made["target_id"]),
            (&json!(number), &json!(kind), &json!(target), &json!(id))
        );
        assert_eq!(data(w.get(&format!("/api/extension/{}", made["id"])).await), made);
    }
    assert_eq!(data(w.get(&format!("/api/user/{user}")).await)["extensions"], "7001");
    assert_eq!(data(w.get(&format!("/api/cc_queue/{queue}")).await)["dids"], "+9723");
}

async fn what_is_refused(w: &mut World) {
    let user = agent(w, "one").await;
    let good = json!({"number": "7001", "target": "user", "target_id": user});
    for (field, value) in
        [("number", json!("*98")), ("kind", json!("x")), ("target", json!("x")), ("target_id", json!(999_999)), ("target_id", json!("x"))]
    {
        let mut bad = good.clone();
        bad[field] = value;
        assert!(refusal(w.post("/api/extension", bad).await, 400).starts_with(field), "{field}");
    }
    data(w.post("/api/extension", good.clone()).await);
    assert!(refusal(w.post("/api/extension", good).await, 409).contains("number"));
}
