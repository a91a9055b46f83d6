//! Callers that leave a queue unserved.

use serde_json::json;

use super::inside::talking;
use super::queue::{CALLER, NUMBER, change, office, told};
use super::{ANSWERS, agent, as_told, check_in, scenarios};
use crate::harness::World;
use crate::harness::phones::Behaviour;
use crate::scenario::{extension, queue, resource, waiting};

scenarios![
    told_of_a_caller_that_gives_up,
    told_of_a_caller_that_gives_up_while_a_phone_rings,
    told_of_a_caller_that_gives_up_before_it_joins,
    told_of_a_caller_that_waits_too_long,
    told_of_a_caller_that_waits_too_long_and_goes_on,
    told_of_a_queue_without_agents,
    told_of_a_queue_without_agents_and_its_exit,
    told_of_a_caller_that_leaves_by_a_key,
    told_of_a_caller_in_its_second_queue,
    told_of_a_caller_that_is_sent_elsewhere,
    told_of_a_queue_that_is_deleted,
    told_of_a_queue_that_is_deleted_with_its_exit,
];

/// Puts phone 1002 at number 2000, and this into the queue's settings; the secret, and the queue.
async fn alone(w: &mut World, settings: serde_json::Value) -> (String, i64) {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1002", ANSWERS).await;
    check_in(w, user, device).await;
    extension(w, "2000", "user", user).await;
    let support = queue(w, "Support", "7000", &[]).await;
    change(w, support, settings).await;
    (secret, support)
}

async fn told_of_a_caller_that_gives_up(w: &mut World) {
    let (_, support) = alone(w, json!({})).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    waiting(w, support, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_caller_that_gives_up", 1).await;
}

async fn told_of_a_caller_that_gives_up_while_a_phone_rings(w: &mut World) {
    let (secret, _) = office(w, Behaviour::RingOn).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    told(w, "call:ring", 1, &secret).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_caller_that_gives_up_while_a_phone_rings", 2).await;
}

/// It was answered, and hears an announcement that does not end.
async fn told_of_a_caller_that_gives_up_before_it_joins(w: &mut World) {
    let tone = resource(w, "media", json!({"name": "Tone", "kind": "tone", "spec": "%(600000,0,440)"})).await;
    alone(w, json!({ "join_announce": tone })).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    assert!(w.phones.answered(call).await);
    w.phones.hang_up(call).await;
    as_told(w, "a_caller_that_gives_up_before_it_joins", 1).await;
}

async fn told_of_a_caller_that_waits_too_long(w: &mut World) {
    alone(w, json!({"max_wait_time": 1})).await;
    w.phones.call_in(CALLER, NUMBER).await;
    as_told(w, "a_caller_that_waits_too_long", 1).await;
}

async fn told_of_a_caller_that_waits_too_long_and_goes_on(w: &mut World) {
    alone(w, json!({"max_wait_time": 1, "exits": {"timeout": "2000"}})).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    talking(w, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_caller_that_waits_too_long_and_goes_on", 2).await;
}

async fn told_of_a_queue_without_agents(w: &mut World) {
    alone(w, json!({"max_wait_time_with_no_agent": 1, "max_wait_time_with_no_agent_time_reached": 1})).await;
    w.phones.call_in(CALLER, NUMBER).await;
    as_told(w, "a_queue_without_agents", 1).await;
}

async fn told_of_a_queue_without_agents_and_its_exit(w: &mut World) {
    let limits = json!({
        "max_wait_time_with_no_agent": 1, "max_wait_time_with_no_agent_time_reached": 1, "exits": {"no_agent": "2000"},
    });
    alone(w, limits).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    talking(w, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_queue_without_agents_and_its_exit", 2).await;
}

async fn told_of_a_caller_that_leaves_by_a_key(w: &mut World) {
    let (secret, support) = alone(w, json!({"exits": {"keys": {"1": "2000"}}})).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    waiting(w, support, 1).await;
    let start = w.sink.next("call:start", &secret).await["data"].clone();
    w.ask_switch(&format!("uuid_recv_dtmf {} 1", start["id"].as_str().expect("a leg"))).await;
    talking(w, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_caller_that_leaves_by_a_key", 2).await;
}

async fn told_of_a_caller_in_its_second_queue(w: &mut World) {
    let (secret, _) = alone(w, json!({"max_wait_time": 1, "exits": {"timeout": "7001"}})).await;
    let (user, device) = agent(w, "1003", ANSWERS).await;
    let second = queue(w, "Second", "7001", &[user]).await;
    let site = resource(w, "site", json!({"name": "Haifa"})).await;
    change(w, second, json!({ "site_id": site })).await;
    check_in(w, user, device).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    told(w, "call:answer", 2, &secret).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_caller_in_its_second_queue", 2).await;
}

/// BREAK_OUT to the switch, but nobody gave up.
async fn told_of_a_caller_that_is_sent_elsewhere(w: &mut World) {
    let (secret, support) = alone(w, json!({})).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    waiting(w, support, 1).await;
    let start = w.sink.next("call:start", &secret).await["data"].clone();
    w.ask_switch(&format!("uuid_transfer {} 2000 XML ccgate-exit", start["id"].as_str().expect("a leg"))).await;
    talking(w, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_caller_that_is_sent_elsewhere", 2).await;
}

async fn told_of_a_queue_that_is_deleted(w: &mut World) {
    let (_, support) = alone(w, json!({})).await;
    w.phones.call_in(CALLER, NUMBER).await;
    waiting(w, support, 1).await;
    assert_eq!(w.delete(&format!("/api/cc_queue/{support}")).await.status, 200);
    as_told(w, "a_queue_that_is_deleted", 1).await;
}

async fn told_of_a_queue_that_is_deleted_with_its_exit(w: &mut World) {
    let (_, support) = alone(w, json!({"exits": {"timeout": "2000"}})).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    waiting(w, support, 1).await;
    assert_eq!(w.delete(&format!("/api/cc_queue/{support}")).await.status, 200);
    talking(w, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_queue_that_is_deleted_with_its_exit", 2).await;
}
