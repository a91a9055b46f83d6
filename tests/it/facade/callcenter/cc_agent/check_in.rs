//! `GET /api/cc_agent/checkIn`: what happens when the code is dialled is a scenario of the switch.

use serde_json::json;

use crate::facade::callcenter::{agent, data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![a_code];

async fn a_code(w: &mut World) {
    let user = agent(w, "one").await;
    let answer = w.get(&format!("/api/cc_agent/checkIn?user_id={user}")).await;
    let code = answer.body["data"].as_str().unwrap().to_owned();
    assert!(code.len() == 6 && code.starts_with("**") && code[2..].bytes().all(|byte| byte.is_ascii_digit()), "{code}");
    assert_eq!(answer.body, json!({"success": true, "data": code}));
    // The administrator is no agent.
    refusal(w.get("/api/cc_agent/checkIn").await, 409);
    refusal(w.get("/api/cc_agent/checkIn?user_id=999999").await, 404);
    data(w.put(&format!("/api/user/{}", w.user_id()), json!({"is_agent": 1})).await);
    data(w.get("/api/cc_agent/checkIn/?forceCheckOut=1").await);
}
