//! From nothing to a customer's URL: one agent, one queue, one call, and a click-to-call.

use serde_json::{Value, json};

use super::{ANSWERS, PASSWORD, agent, done, queue, scenarios};
use crate::harness::World;

scenarios![journey];

const CALLER: &str = "972501234567";
const CUSTOMER: &str = "0541234567";

async fn journey(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let queue = queue(w, "Support", "7000", &[user]).await;
    assert!(!w.phones.try_phone("1001", "another password", ANSWERS).await, "a phone with a wrong password must not register");
    w.phones.phone("1001", PASSWORD, ANSWERS).await;

    check_in_by_phone(w, &secret, user, device, queue).await;
    answer_a_caller(w, &secret, user, device, queue).await;
    click_to_call(w, &secret, user, device).await;

    let told: Vec<_> = w.sink.seen().iter().map(|event| event["id"].as_str().expect("an id")).collect();
    let once: std::collections::BTreeSet<_> = told.iter().collect();
    assert_eq!(once.len(), told.len(), "an event was told twice: {:?}", w.sink.names());
}

async fn check_in_by_phone(w: &mut World, secret: &str, user: i64, device: i64, queue: i64) {
    let code = done(w.get(&format!("/api/cc_agent/checkIn?user_id={user}")).await);
    let code = code.as_str().expect("a code").to_owned();
    assert!(code.starts_with("**") && code.len() == 6, "{code}");
    let call = w.phones.dial("1001", &code).await;
    let told = w.sink.next("agent:checkin", secret).await;
    assert_eq!(told["data"], json!({"user_id": user, "device_id": device, "device_name": "Phone 1001"}));
    let told = w.sink.next("queue:join", secret).await;
    assert_eq!(told["data"], json!({"user_id": user, "queues": [queue]}));
    w.phones.ended(call).await;
    assert_eq!(done(w.get(&format!("/api/user/{user}")).await)["online"], 1);
    // What the API says is what the switch does.
    let listed = w.ask_switch("callcenter_config agent list").await;
    let row = listed.lines().find(|line| line.starts_with(&format!("{user}@"))).unwrap_or_else(|| panic!("no such agent: {listed}"));
    assert!(row.contains("|Available|Waiting|"), "{row}");
}

async fn answer_a_caller(w: &mut World, secret: &str, user: i64, device: i64, queue: i64) {
    let call = w.phones.call_in(CALLER, "97237000").await;
    let start = w.sink.next("call:start", secret).await["data"].clone();
    assert_eq!((&start["type"], &start["queue_id"], &start["cid_num"]), (&json!("queue"), &json!(queue), &json!(CALLER)), "{start}");
    assert_eq!((&start["id"], &start["dst_num"]), (&start["call_id"], &json!("97237000")), "{start}");
    let ring = w.sink.next("call:ring", secret).await["data"].clone();
    assert_eq!((&ring["call_id"], &ring["dst_user_id"]), (&start["call_id"], &json!(user)), "{ring}");
    assert_eq!(ring["dst_device_id"], json!(device), "{ring}");
    for _ in ["the agent's leg", "the caller's"] {
        assert_eq!(w.sink.next("call:answer", secret).await["data"]["call_id"], start["call_id"]);
    }
    w.phones.hang_up(call).await;
    for _ in ["one leg", "the other"] {
        let end = w.sink.next("call:end", secret).await["data"].clone();
        assert_eq!((&end["call_id"], &end["hangup_cause"]), (&start["call_id"], &json!("NORMAL_CLEARING")), "{end}");
        assert!(end["durationms"].as_i64() >= end["billms"].as_i64() && end["billms"].as_i64() > Some(0), "{end}");
    }
    let names = call_names(w.sink.seen(), &start["call_id"]);
    assert_eq!(names, ["call:start", "call:ring", "call:answer", "call:answer", "call:end", "call:end"]);
}

async fn click_to_call(w: &mut World, secret: &str, user: i64, device: i64) {
    w.phones.outside(CUSTOMER, ANSWERS).await;
    let answer = w.get(&format!("/api/cc_agent/originate?user_id={user}&destination={CUSTOMER}&lead_id=47")).await;
    assert_eq!((answer.status, &answer.body["success"], &answer.body["Success"]), (200, &json!(true), &json!(true)), "{}", answer.body);
    let call = answer.body["uuid"].clone();
    let ring = w.sink.next("call:ring", secret).await["data"].clone();
    assert_eq!((&ring["id"], &ring["call_id"]), (&call, &call), "the phone rings first: {ring}");
    assert_eq!((&ring["lead_id"], &ring["type"]), (&json!("47"), &json!("outbound")), "{ring}");
    let answered = w.sink.next("call:answer", secret).await["data"].clone();
    assert_eq!((&answered["id"], &answered["src_device_id"]), (&call, &json!(device)), "{answered}");
    let answered = w.sink.next("call:answer", secret).await["data"].clone();
    assert_eq!((&answered["call_id"], &answered["dst_num"]), (&call, &json!(CUSTOMER)), "then the destination: {answered}");
    w.ask_switch(&format!("uuid_kill {} NORMAL_CLEARING", call.as_str().expect("a uuid"))).await;
    for _ in ["one leg", "the other"] {
        assert_eq!(w.sink.next("call:end", secret).await["data"]["call_id"], call);
    }
}

/// The names of the events of one call, in order.
fn call_names(seen: &[Value], call: &Value) -> Vec<String> {
    seen.iter()
        .filter(|event| event["data"]["call_id"] == *call)
        .map(|event| event["event"].as_str().unwrap_or_default().to_owned())
        .collect()
}
