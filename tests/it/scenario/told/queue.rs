//! Callers of a queue that an agent serves.

use serde_json::{Value, json};

use super::{ANSWERS, agent, as_told, check_in, scenarios};
use crate::harness::World;
use crate::harness::phones::{Behaviour, CallId};
use crate::scenario::{done, queue, resource, waiting};

scenarios![
    told_of_an_answered_queue_call,
    told_of_an_agent_that_hangs_up,
    told_of_a_queue_called_from_inside,
    told_of_a_caller_without_a_number,
    told_of_a_caller_with_a_name,
    told_of_a_queue_with_announcements,
    told_of_a_phone_with_early_media,
    told_of_a_phone_that_does_not_ring,
    told_of_a_recorded_queue_call,
    told_of_two_queue_calls_at_once,
    told_of_a_click_to_call_to_a_queue,
];

pub(super) const CALLER: &str = "972501234567";
/// The number outside of a queue at 7000.
pub(super) const NUMBER: &str = "97237000";

/// A queue at 7000 with one agent that sits at phone 1001; the secret of what is told, and the queue.
pub(super) async fn office(w: &mut World, behaviour: Behaviour) -> (String, i64) {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", behaviour).await;
    let support = queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, device).await;
    (secret, support)
}

/// Waits for this event of so many legs.
pub(super) async fn told(w: &mut World, name: &str, legs: usize, secret: &str) {
    for _ in 0..legs {
        w.sink.next(name, secret).await;
    }
}

/// A caller is served, and hangs up.
async fn served(w: &mut World, call: CallId, secret: &str) {
    told(w, "call:answer", 2, secret).await;
    w.phones.hang_up(call).await;
}

pub(super) async fn change(w: &World, queue: i64, settings: Value) {
    done(w.put(&format!("/api/cc_queue/{queue}"), settings).await);
}

async fn told_of_an_answered_queue_call(w: &mut World) {
    let (secret, support) = office(w, ANSWERS).await;
    let site = resource(w, "site", json!({"name": "Haifa"})).await;
    change(w, support, json!({ "site_id": site })).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    served(w, call, &secret).await;
    as_told(w, "an_answered_queue_call", 2).await;
}

async fn told_of_an_agent_that_hangs_up(w: &mut World) {
    office(w, Behaviour::Answer { after_ms: 200, talk_ms: Some(500) }).await;
    w.phones.call_in(CALLER, NUMBER).await;
    as_told(w, "an_agent_that_hangs_up", 2).await;
}

async fn told_of_a_queue_called_from_inside(w: &mut World) {
    let (secret, _) = office(w, ANSWERS).await;
    let (user, device) = agent(w, "1002", ANSWERS).await;
    check_in(w, user, device).await;
    let call = w.phones.dial("1002", "7000").await;
    served(w, call, &secret).await;
    as_told(w, "a_queue_called_from_inside", 2).await;
}

async fn told_of_a_caller_without_a_number(w: &mut World) {
    let (secret, _) = office(w, ANSWERS).await;
    let call = w.phones.call_in_as("Anonymous", "anonymous", NUMBER).await;
    served(w, call, &secret).await;
    as_told(w, "a_caller_without_a_number", 2).await;
}

async fn told_of_a_caller_with_a_name(w: &mut World) {
    let (secret, _) = office(w, ANSWERS).await;
    let call = w.phones.call_in_as("Dvořák, 50% שלום", CALLER, NUMBER).await;
    served(w, call, &secret).await;
    as_told(w, "a_caller_with_a_name", 2).await;
}

async fn told_of_a_queue_with_announcements(w: &mut World) {
    let (secret, support) = office(w, ANSWERS).await;
    let tone = resource(w, "media", json!({"name": "Tone", "kind": "tone", "spec": "%(1500,0,440)"})).await;
    change(w, support, json!({"join_announce": tone, "pre_bridge_announce": tone})).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    served(w, call, &secret).await;
    as_told(w, "a_queue_with_announcements", 2).await;
    let [agent, caller] = ["agent", "caller"].map(|who| {
        let mut answers = w.sink.seen().iter().filter(|event| event["event"] == "call:answer").map(|event| event["data"].clone());
        answers.find(|data| (data["id"] == data["call_id"]) == (who == "caller")).expect("both were answered")
    });
    let ms = |data: &Value, name: &str| data[name].as_i64().expect("a number");
    // The caller hears one before it joins, and waits while the agent hears the other.
    assert!(ms(&caller, "waitms") - ms(&agent, "waitms") >= 3_000, "{agent} {caller}");
    assert!(ms(&caller, "waitms") - ms(&caller, "cc_wait") * 1_000 >= 1_500, "the first is not in the queue: {caller}");
    assert!(ms(&caller, "cc_wait") >= 1, "the second is: {caller}");
}

async fn told_of_a_phone_with_early_media(w: &mut World) {
    let (secret, _) = office(w, Behaviour::EarlyMedia { after_ms: 300 }).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    served(w, call, &secret).await;
    as_told(w, "a_phone_with_early_media", 2).await;
}

async fn told_of_a_phone_that_does_not_ring(w: &mut World) {
    let (secret, _) = office(w, Behaviour::NoRing { after_ms: 300 }).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    served(w, call, &secret).await;
    as_told(w, "a_phone_that_does_not_ring", 2).await;
}

async fn told_of_a_recorded_queue_call(w: &mut World) {
    let (secret, support) = office(w, Behaviour::Answer { after_ms: 200, talk_ms: Some(1_000) }).await;
    change(w, support, json!({"record": 1})).await;
    w.phones.call_in(CALLER, NUMBER).await;
    let start = w.sink.next("call:start", &secret).await["data"].clone();
    as_told(w, "a_recorded_queue_call", 2).await;
    w.recorded(start["id"].as_str().expect("a leg")).await;
}

async fn told_of_two_queue_calls_at_once(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (first, desk) = agent(w, "1001", ANSWERS).await;
    let (second, other) = agent(w, "1002", ANSWERS).await;
    queue(w, "Support", "7000", &[first, second]).await;
    check_in(w, first, desk).await;
    let one = w.phones.call_in(CALLER, NUMBER).await;
    told(w, "call:answer", 2, &secret).await;
    let another = w.phones.call_in("12125550123", NUMBER).await;
    told(w, "call:start", 1, &secret).await;
    check_in(w, second, other).await;
    told(w, "call:answer", 2, &secret).await;
    w.phones.hang_up(one).await;
    w.phones.hang_up(another).await;
    as_told(w, "two_queue_calls_at_once", 4).await;
}

/// A phone that was clicked for picks up, and waits then as a caller does.
async fn told_of_a_click_to_call_to_a_queue(w: &mut World) {
    let (secret, support) = office(w, ANSWERS).await;
    let (_, device) = agent(w, "1002", ANSWERS).await;
    let clicked = w.get(&format!("/api/cc_agent/originate?device_id={device}&destination=7000")).await;
    assert!(clicked.body["uuid"].is_string(), "{}", clicked.body);
    told(w, "call:answer", 2, &secret).await;
    waiting(w, support, 0).await;
    w.ask_switch("hupall NORMAL_CLEARING").await;
    as_told(w, "a_click_to_call_to_a_queue", 2).await;
}
