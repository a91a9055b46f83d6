//! `GET /api/cdr/{uuid}`

use serde_json::json;

use crate::facade::callcenter::{data, refusal, user_with};
use crate::facade::world_trials;
use crate::harness::{World, history};

world_trials![a_call_with_its_stays, ones_own];

async fn a_call_with_its_stays(w: &mut World) {
    let account = w.account();
    history::leg(w, account, "a", 1_000, json!({"type": "queue", "queue_id": 6})).await;
    history::stay(w, account, "a", 5, 1_000, json!({"left_at": 31_000, "outcome": "timeout"})).await;
    history::stay(w, account, "a", 6, 31_500, json!({"served_at": 40_000, "left_at": 50_000, "outcome": "served", "agent_id": 7})).await;
    let shown = data(w.get("/api/cdr/a").await);
    assert_eq!((&shown["uuid"], &shown["type"], &shown["started_at"]), (&json!("a"), &json!("queue"), &json!(1)));
    let expected = json!([
        {"queue_id": 5, "joined_at": 1, "served_at": null, "left_at": 31, "outcome": "timeout", "agent_id": null},
        {"queue_id": 6, "joined_at": 31, "served_at": 40, "left_at": 50, "outcome": "served", "agent_id": 7},
    ]);
    assert_eq!(shown["stays"], expected);
    refusal(w.get("/api/cdr/b").await, 404);
    refusal(w.other_account("other.local").await.get("/api/cdr/a").await, 404);
}

async fn ones_own(w: &mut World) {
    let (user, agent) = user_with(w, "agent", json!({"cc_api": true})).await;
    history::leg(w, w.account(), "mine", 1_000, json!({"user_id": user})).await;
    history::leg(w, w.account(), "nobodys", 1_000, json!({})).await;
    assert_eq!(data(agent.get("/api/cdr/mine").await)["uuid"], "mine");
    refusal(agent.get("/api/cdr/nobodys").await, 404);
}
