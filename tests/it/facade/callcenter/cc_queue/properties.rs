//! What the properties of a queue are on the switch.

use serde_json::{Value, json};

use crate::facade::callcenter::{data, queue, resource};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![as_the_switch_lists_them, strategies, announcements, what_is_not_set];

/// The queue as the switch lists it.
async fn listed(w: &World, queue: i64) -> Value {
    let listing = w.ask_switch(r#"json {"command":"callcenter_config","data":{"arguments":"queue list"}}"#).await;
    let listing: Value = serde_json::from_str(&listing).unwrap();
    let rows = listing["response"].as_array().unwrap();
    rows.iter().find(|row| row["name"] == format!("{queue}@lab.local")).unwrap().clone()
}

/// All in one change, so that it is one reload.
async fn as_the_switch_lists_them(w: &mut World) {
    let id = queue(w, "Queue", json!([])).await;
    let moh = resource(w, "media", json!({"name": "Beep", "kind": "tone", "spec": "%(500,500,440);loops=-1"})).await;
    let table = [
        ("strategy", json!("top-down"), "strategy", json!("top-down")),
        ("time_base_score", json!("system"), "time_base_score", json!("system")),
        ("record", json!(1), "record_template", json!("${ccgate_record_to}")),
        ("max_wait_time", json!(60), "max_wait_time", json!(60)),
        ("max_wait_time_with_no_agent", json!(61), "max_wait_time_with_no_agent", json!(61)),
        ("max_wait_time_with_no_agent_time_reached", json!(62), "max_wait_time_with_no_agent_time_reached", json!(62)),
        ("tier_rules_apply", json!(true), "tier_rules_apply", json!("true")),
        ("tier_rule_wait_second", json!(63), "tier_rule_wait_second", json!(63)),
        ("tier_rule_wait_multiply_level", json!(true), "tier_rule_wait_multiply_level", json!("true")),
        ("tier_rule_no_agent_no_wait", json!(true), "tier_rule_no_agent_no_wait", json!("true")),
        ("discard_abandoned_after", json!(64), "discard_abandoned_after", json!(64)),
        ("abandoned_resume_allowed", json!(true), "abandoned_resume_allowed", json!("true")),
        ("moh_id", json!(moh), "moh_sound", json!("tone_stream://%(500,500,440);loops=-1")),
    ];
    let before = listed(w, id).await;
    let change: serde_json::Map<_, _> = table.iter().map(|(name, value, ..)| ((*name).to_owned(), value.clone())).collect();
    data(w.put(&format!("/api/cc_queue/{id}"), Value::Object(change)).await);
    let after = listed(w, id).await;
    for (name, _, shown, value) in table {
        assert_ne!(before[shown], value, "{name} was so before");
        assert_eq!(after[shown], value, "{name}");
    }
}

/// The vendor's name, and mod_callcenter's.
async fn strategies(w: &mut World) {
    for (ours, theirs) in [
        ("ring-all", "ring-all"),
        ("longest-idle-agent", "longest-idle-agent"),
        ("round-robin", "round-robin"),
        ("top-down", "top-down"),
        ("agent-with-least-talk-time", "agent-with-least-talk-time"),
        ("agent-with-fewest-calls", "agent-with-fewest-calls"),
        ("sequentially-by-agent-order", "sequentially-by-agent-order"),
        ("sequentially-by-next-agent-order", "round-robin"),
        ("random", "random"),
    ] {
        let made = data(w.post("/api/cc_queue", json!({"name": ours, "strategy": ours, "time_base_score": "queue"})).await);
        assert_eq!(made["strategy"], ours);
        assert_eq!(listed(w, made["id"].as_i64().unwrap()).await["strategy"], theirs);
    }
}

/// No listing shows them: what the switch was given does.
async fn announcements(w: &mut World) {
    let id = queue(w, "Queue", json!([])).await;
    let sound = resource(w, "media", json!({"name": "Sorry", "kind": "tone", "spec": "%(200,200,800)"})).await;
    let given = |w: &World, name: &str| {
        let desired = w.running().reconciler().desired();
        desired.queue(&format!("{id}@lab.local")).unwrap().params().get(name).map(str::to_owned)
    };
    assert_eq!(given(w, "announce-sound"), None);
    data(w.put(&format!("/api/cc_queue/{id}"), json!({"announce_id": sound, "announce_frequency": 30})).await);
    assert_eq!(given(w, "announce-sound").as_deref(), Some("tone_stream://%(200,200,800)"));
    assert_eq!(given(w, "announce-frequency").as_deref(), Some("30"));
    assert_eq!(w.heard(&format!("queue reload {id}@lab.local")), 1);
}

async fn what_is_not_set(w: &mut World) {
    let id = queue(w, "Queue", json!([])).await;
    let shown = listed(w, id).await;
    for (name, value) in [
        ("strategy", json!("longest-idle-agent")),
        ("time_base_score", json!("queue")),
        ("max_wait_time", json!(0)),
        ("tier_rules_apply", json!("false")),
        ("skip_agents_with_external_calls", json!("true")),
        ("agent_no_answer_status", json!("On Break")),
    ] {
        assert_eq!(shown[name], value, "{name}");
    }
    assert_eq!(shown.get("record_template"), None);
}
