//! "Agents", which both documents have, word for word.

use serde_json::json;

use super::get;
use crate::facade::callcenter::{agent, data, phone, queue, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![check_in, check_in_device, check_out, set_pause, set_queues, wrap_up];

/// One document misprints the code as `***9477`.
async fn check_in(w: &mut World) {
    let user = agent(w, "one").await;
    let body = get(w, &format!("/api/cc_agent/checkIn?user_id={user}"), &json!({"success": true, "data": "**9477"})).await;
    let code = body["data"].as_str().unwrap();
    assert!(code.len() == 6 && code.starts_with("**") && code[2..].parse::<u16>().is_ok(), "{code}");
}

/// The example calls checkOut, which is a slip.
async fn check_in_device(w: &mut World) {
    let (user, device) = (agent(w, "one").await, phone(w, "1001").await);
    let body = get(w, &format!("/api/cc_agent/checkInDevice?user_id={user}&device_id={device}"), &json!({"success": true})).await;
    assert_eq!(body, json!({"success": true}));
    assert_eq!(data(w.get(&format!("/api/device/{device}")).await)["agent_id"], json!(user));
}

async fn check_out(w: &mut World) {
    let (user, device) = seated(w, "1001").await;
    assert_eq!(get(w, &format!("/api/cc_agent/checkOut?user_id={user}"), &json!({"success": true})).await, json!({"success": true}));
    assert_eq!(data(w.get(&format!("/api/device/{device}")).await)["agent_id"], json!(null));
}

async fn set_pause(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    for pause in [1, 0] {
        let body = get(w, &format!("/api/cc_agent/setPause?id={pause}&user_id={user}"), &json!({"success": true})).await;
        assert_eq!(body, json!({"success": true}));
        assert_eq!(data(w.get(&format!("/api/user/{user}")).await)["pause_id"], json!(pause));
    }
}

/// The example's path is `/api/setQueues`, the method's is `/api/cc_agent/setQueues`: both are there.
async fn set_queues(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    let id = queue(w, "Training Queue", json!([[user, 1, 10, 1]])).await;
    let example = json!({"success": true, "data": {
        "id": 1, "account_id": 1, "site_id": null, "name": "Training Queue", "tv_name": null, "strategy": "longest-idle-agent", "record": null,
        "users": [[17798, 3, 10, 1, "user name", null, false]],
    }});
    for path in ["/api/setQueues", "/api/cc_agent/setQueues"] {
        let body = get(w, &format!("{path}?queue_ids={id}&user_id={user}"), &example).await;
        assert_eq!(body["data"]["users"], json!([[user, 1, 10, 1, "Agent 1001", null, true]]));
    }
}

async fn wrap_up(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    let body = get(w, &format!("/api/cc_agent/wrapup?user_id={user}&seconds=0"), &json!({"success": true})).await;
    assert_eq!(body, json!({"success": true}));
}
