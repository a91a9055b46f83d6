//! `GET /api/cc_agent/checkInDevice`: the contract's table.

use serde_json::json;

use crate::facade::callcenter::{PHONE_PASSWORD, agent, data, phone, queue, refusal, seated};
use crate::facade::world_trials;
use crate::harness::World;
use crate::harness::phones::{Behaviour, CallId};

world_trials![checks_in, again_is_nothing, another_device, device_taken, another_users_device, unknown, in_a_call, the_other_in_a_call];

fn path(user: i64, device: i64) -> String {
    format!("/api/cc_agent/checkInDevice?user_id={user}&device_id={device}")
}

async fn checks_in(w: &mut World) {
    let (user, device) = (agent(w, "one").await, phone(w, "1001").await);
    let always = queue(w, "Always", json!([[user, 4]])).await;
    queue(w, "Free", json!([[user, 1]])).await;
    assert_eq!(w.get(&path(user, device)).await.body, json!({"success": true}));
    let shown = data(w.get(&format!("/api/user/{user}")).await);
    assert_eq!((&shown["online"], &shown["queues"]), (&json!(1), &json!([always])));
    assert_eq!(data(w.get(&format!("/api/device/{device}")).await)["agent_id"], json!(user));
    assert_eq!(w.event_names().await, ["agent:checkin", "agent:status", "queue:join"]);
}

async fn again_is_nothing(w: &mut World) {
    let (user, device) = seated(w, "1001").await;
    let before = w.event_names().await;
    data(w.get(&path(user, device)).await);
    data(w.get(&format!("{}&forceCheckOut=1", path(user, device))).await);
    assert_eq!(w.event_names().await, before);
}

async fn another_device(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    let other = phone(w, "1002").await;
    assert!(refusal(w.get(&path(user, other)).await, 409).contains("forceCheckOut=1"));
    data(w.get(&format!("{}&forceCheckOut=1", path(user, other))).await);
    assert_eq!(data(w.get(&format!("/api/device/{other}")).await)["agent_id"], json!(user));
    let names = w.event_names().await;
    assert!(names.ends_with(&["agent:checkout", "agent:status", "agent:checkin", "agent:status"].map(str::to_owned)), "{names:?}");
}

async fn device_taken(w: &mut World) {
    let (first, device) = seated(w, "1001").await;
    let second = agent(w, "second").await;
    refusal(w.get(&path(second, device)).await, 409);
    data(w.get(&format!("{}&forceCheckOut=1", path(second, device))).await);
    assert_eq!(data(w.get(&format!("/api/device/{device}")).await)["agent_id"], json!(second));
    assert_eq!(data(w.get(&format!("/api/user/{first}")).await)["online"], 0);
}

async fn another_users_device(w: &mut World) {
    let (owner, guest) = (agent(w, "owner").await, agent(w, "guest").await);
    let device = phone(w, "1001").await;
    data(w.put(&format!("/api/device/{device}"), json!({"user_id": owner})).await);
    data(w.get(&path(guest, device)).await);
}

async fn unknown(w: &mut World) {
    let (user, device) = (agent(w, "one").await, phone(w, "1001").await);
    refusal(w.get(&path(999_999, device)).await, 404);
    refusal(w.get(&path(user, 999_999)).await, 404);
    assert!(refusal(w.get(&format!("/api/cc_agent/checkInDevice?user_id={user}")).await, 400).starts_with("device_id is required"));
    let office = json!({"name": "Office", "username": "office", "password": "Ab123456", "email": "o@mail.com"});
    let office = data(w.post("/api/user", office).await)["id"].as_i64().unwrap();
    assert!(refusal(w.get(&path(office, device)).await, 409).contains("is_agent"));
}

const TALKS: Behaviour = Behaviour::Answer { after_ms: 100, talk_ms: None };

/// An agent on a phone that talks to a queue's caller: the agent, the phone, and the call.
async fn talking(w: &mut World) -> (i64, i64, CallId) {
    let secret = w.push_to_sink().await;
    let (user, device) = seated(w, "1001").await;
    let queue = queue(w, "Queue", json!([[user, 4]])).await;
    data(w.post("/api/extension", json!({"number": "97237000", "kind": "did", "target": "queue", "target_id": queue})).await);
    w.phones.phone("1001", PHONE_PASSWORD, TALKS).await;
    let call = w.phones.call_in("972501234567", "97237000").await;
    for _ in ["the agent's leg", "the caller's"] {
        w.sink.next("call:answer", &secret).await;
    }
    (user, device, call)
}

/// Hangs up, and waits until the agent has left its phone.
async fn hang_up_and_wait(w: &mut World, call: CallId, event: &str) {
    let secret = w.push_to_sink().await;
    w.phones.hang_up(call).await;
    w.sink.next(event, &secret).await;
}

async fn in_a_call(w: &mut World) {
    let (user, device, call) = talking(w).await;
    let other = phone(w, "1002").await;
    assert!(refusal(w.get(&path(user, other)).await, 409).contains("in a call"));
    data(w.get(&path(user, device)).await);
    data(w.get(&format!("{}&forceCheckOut=1", path(user, other))).await);
    // The call goes on where it is; the move holds from its end.
    assert_eq!(data(w.get(&format!("/api/device/{device}")).await)["agent_id"], json!(user));
    hang_up_and_wait(w, call, "agent:checkin").await;
    assert_eq!(data(w.get(&format!("/api/device/{device}")).await)["agent_id"], json!(null));
    assert_eq!(data(w.get(&format!("/api/device/{other}")).await)["agent_id"], json!(user));
}

async fn the_other_in_a_call(w: &mut World) {
    let (first, device, call) = talking(w).await;
    let second = agent(w, "second").await;
    refusal(w.get(&path(second, device)).await, 409);
    data(w.get(&format!("{}&forceCheckOut=1", path(second, device))).await);
    assert_eq!(data(w.get(&format!("/api/user/{second}")).await)["online"], 0);
    hang_up_and_wait(w, call, "agent:checkin").await;
    assert_eq!(data(w.get(&format!("/api/device/{device}")).await)["agent_id"], json!(second));
    assert_eq!(data(w.get(&format!("/api/user/{first}")).await)["online"], 0);
}
