//! `GET /api/cc_agent/checkIn`, and dialling its code.

use serde_json::{Value, json};

use crate::facade::callcenter::{PHONE_PASSWORD, agent, data, phone, refusal, seated};
use crate::facade::world_trials;
use crate::harness::World;
use crate::harness::phones::Behaviour;

world_trials![a_code, dialled_once, in_the_way, wrong_codes];

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

const ANSWERS: Behaviour = Behaviour::Answer { after_ms: 100, talk_ms: None };

async fn code(w: &World, user: i64, force: u8) -> String {
    let code = data(w.get(&format!("/api/cc_agent/checkIn?user_id={user}&forceCheckOut={force}")).await);
    code.as_str().unwrap().to_owned()
}

async fn dial(w: &mut World, phone: &str, code: &str) {
    let call = w.phones.dial(phone, code).await;
    w.phones.ended(call).await;
}

async fn sits_at(w: &World, device: i64) -> Value {
    data(w.get(&format!("/api/device/{device}")).await)["agent_id"].clone()
}

async fn dialled_once(w: &mut World) {
    let (first, second) = (agent(w, "first").await, agent(w, "second").await);
    let (here, there) = (phone(w, "1001").await, phone(w, "1002").await);
    for user in ["1001", "1002"] {
        w.phones.phone(user, PHONE_PASSWORD, ANSWERS).await;
    }
    let (code_of_first, code_of_second) = (code(w, first, 0).await, code(w, second, 0).await);
    dial(w, "1001", &code_of_first).await;
    assert_eq!(sits_at(w, here).await, json!(first));
    // Used up: neither from another phone nor again from this one.
    data(w.get(&format!("/api/cc_agent/checkOut?user_id={first}")).await);
    dial(w, "1002", &code_of_first).await;
    dial(w, "1001", &code_of_first).await;
    assert_eq!((sits_at(w, here).await, sits_at(w, there).await), (json!(null), json!(null)));
    dial(w, "1002", &code_of_second).await;
    assert_eq!(sits_at(w, there).await, json!(second));
}

async fn in_the_way(w: &mut World) {
    let (first, device) = seated(w, "1001").await;
    let second = agent(w, "second").await;
    w.phones.phone("1001", PHONE_PASSWORD, ANSWERS).await;
    let plain = code(w, second, 0).await;
    dial(w, "1001", &plain).await;
    assert_eq!(sits_at(w, device).await, json!(first));
    let forced = code(w, second, 1).await;
    dial(w, "1001", &forced).await;
    assert_eq!(sits_at(w, device).await, json!(second));
    assert_eq!(data(w.get(&format!("/api/user/{first}")).await)["online"], 0);
}

async fn wrong_codes(w: &mut World) {
    let user = agent(w, "one").await;
    let device = phone(w, "1001").await;
    w.phones.phone("1001", PHONE_PASSWORD, ANSWERS).await;
    let right = code(w, user, 0).await;
    let wrong = if right == "**0000" { "**0001" } else { "**0000" };
    for _ in 0..5 {
        dial(w, "1001", wrong).await;
    }
    // Five are enough: the right one does not help any more.
    dial(w, "1001", &right).await;
    assert_eq!(sits_at(w, device).await, json!(null));
}
