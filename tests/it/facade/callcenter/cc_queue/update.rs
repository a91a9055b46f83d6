//! `PUT /api/cc_queue/{id}`

use serde_json::json;

use crate::facade::callcenter::{data, queue, refusal, resource};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![every_field, only_what_is_sent, bad_values];

async fn every_field(w: &mut World) {
    let path = format!("/api/cc_queue/{}", queue(w, "Queue", json!([])).await);
    let site = resource(w, "site", json!({"name": "Site"})).await;
    let (red, blue) = (resource(w, "label", json!({"name": "Red"})).await, resource(w, "label", json!({"name": "Blue"})).await);
    let media = resource(w, "media", json!({"name": "Music", "kind": "stream", "spec": "moh"})).await;
    let fields = json!({
        "name": "Other", "site_id": site, "tv_name": "TV", "strategy": "random", "record": 1, "time_base_score": "system", "max_wait_time": 60,
        "max_wait_time_with_no_agent": 61, "max_wait_time_with_no_agent_time_reached": 62, "tier_rules_apply": true,
        "tier_rule_wait_second": 63, "tier_rule_no_agent_no_wait": true, "discard_abandoned_after": 64, "abandoned_resume_allowed": true,
        "tier_rule_wait_multiply_level": true, "announce_id": media, "announce_frequency": 65, "moh_id": media, "sla_strategy": 2,
        "sla_answer_time": 20, "auto_answer": true, "pre_bridge_announce": media, "join_announce": media,
        "exits": {"timeout": "7000", "no_agent": null, "keys": {"1": "7001"}}, "ring_timeout": 15, "background_color": "#1a2b3c",
        "font_color": "white", "labels": [red, blue], "avg_wait_range": 30, "audio_playback": [{"media_id": media, "times": 2}], "music_advanced": true,
    });
    let after = data(w.put(&path, fields.clone()).await);
    for (name, value) in fields.as_object().unwrap() {
        assert_eq!(&after[name], value, "{name}");
    }
    assert_eq!(data(w.put(&path, after.clone()).await), after);
    assert_eq!(data(w.put(&path, json!({"record": "", "exits": null})).await)["record"], json!(null));
}

async fn only_what_is_sent(w: &mut World) {
    let path = format!("/api/cc_queue/{}", queue(w, "Queue", json!([])).await);
    let mut expected = data(w.get(&path).await);
    expected["max_wait_time"] = json!(30);
    assert_eq!(data(w.put(&path, json!({"max_wait_time": "30", "user_ids": [1], "id": 7, "extensions": "1"})).await), expected);
    refusal(w.put("/api/cc_queue/999999", json!({"name": "X"})).await, 404);
}

async fn bad_values(w: &mut World) {
    let path = format!("/api/cc_queue/{}", queue(w, "Queue", json!([])).await);
    for (field, value) in [
        ("max_wait_time", json!(-1)),
        ("sla_strategy", json!(4)),
        ("exits", json!({"timeout": "*98"})),
        ("exits", json!({"keys": {"12": "7000"}})),
        ("exits", json!("7000")),
        ("audio_playback", json!({"media_id": 1})),
        ("background_color", json!("url(x)")),
        ("labels", json!("a")),
        ("users", json!([[1, 4], [1, 4]])),
        ("users", json!([[1]])),
        ("users", json!([[1, 4, 0]])),
    ] {
        assert!(refusal(w.put(&path, json!({field: value})).await, 400).starts_with(field), "{field} {value}");
    }
}
