//! `POST /api/cc_queue`, and the GET of the document's example.

use serde_json::json;

use crate::facade::callcenter::{agent, data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![the_documents_get, what_is_required, every_strategy, with_users];

/// The document's table, but for `users`, which a queue shows too.
const FIELDS: [&str; 36] = [
    "id",
    "account_id",
    "site_id",
    "name",
    "tv_name",
    "strategy",
    "record",
    "time_base_score",
    "max_wait_time",
    "max_wait_time_with_no_agent",
    "max_wait_time_with_no_agent_time_reached",
    "tier_rules_apply",
    "tier_rule_wait_second",
    "tier_rule_no_agent_no_wait",
    "discard_abandoned_after",
    "abandoned_resume_allowed",
    "tier_rule_wait_multiply_level",
    "announce_id",
    "announce_frequency",
    "moh_id",
    "sla_strategy",
    "sla_answer_time",
    "auto_answer",
    "pre_bridge_announce",
    "join_announce",
    "exits",
    "ring_timeout",
    "background_color",
    "font_color",
    "labels",
    "avg_wait_range",
    "audio_playback",
    "music_advanced",
    "user_ids",
    "extensions",
    "users",
];

async fn the_documents_get(w: &mut World) {
    let queue = data(w.get("/api/cc_queue?name=QUEUE-NAME&strategy=longest-idle-agent&time_base_score=system").await);
    for field in FIELDS {
        assert!(queue.get(field).is_some(), "{field} is missing");
    }
    assert_eq!((&queue["name"], &queue["site_id"], &queue["tv_name"]), (&json!("QUEUE-NAME"), &json!(null), &json!(null)));
    // Two of the three are a list.
    assert_eq!(data(w.get("/api/cc_queue?name=X&strategy=ring-all").await).as_array().unwrap().len(), 1);
    assert!(refusal(w.get("/api/cc_queue?name=QUEUE-NAME&strategy=ring-all&time_base_score=system").await, 409).contains("name"));
}

async fn what_is_required(w: &mut World) {
    for field in ["name", "strategy", "time_base_score"] {
        let mut queue = json!({"name": "Q", "strategy": "ring-all", "time_base_score": "queue"});
        queue.as_object_mut().unwrap().remove(field);
        assert_eq!(refusal(w.post("/api/cc_queue", queue).await, 400), format!("{field} is required"));
    }
}

async fn every_strategy(w: &mut World) {
    for strategy in [
        "ring-all",
        "longest-idle-agent",
        "round-robin",
        "top-down",
        "agent-with-least-talk-time",
        "agent-with-fewest-calls",
        "sequentially-by-agent-order",
        "sequentially-by-next-agent-order",
        "random",
    ] {
        let made = data(w.post("/api/cc_queue", json!({"name": strategy, "strategy": strategy, "time_base_score": "queue"})).await);
        assert_eq!(made["strategy"], strategy);
    }
    let unknown = json!({"name": "Q", "strategy": "ring-progressively", "time_base_score": "queue"});
    assert!(refusal(w.post("/api/cc_queue", unknown).await, 400).starts_with("strategy must be ring-all"));
}

async fn with_users(w: &mut World) {
    let user = agent(w, "one").await;
    let made = json!({"name": "Q", "strategy": "ring-all", "time_base_score": "queue", "users": [[user, 4, 10, 1, null]]});
    let made = data(w.post("/api/cc_queue", made).await);
    assert_eq!((&made["users"], &made["user_ids"]), (&json!([[user, 4, 10, 1, "Agent one", null, false]]), &json!([user])));
    let unknown = json!({"name": "R", "strategy": "ring-all", "time_base_score": "queue", "users": [[999_999, 4]]});
    assert!(refusal(w.post("/api/cc_queue", unknown).await, 400).starts_with("users"));
    assert_eq!(data(w.get("/api/cc_queue?q=r").await), json!([]));
}
