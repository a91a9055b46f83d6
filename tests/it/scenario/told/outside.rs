//! Calls from and to outside, without a queue.

use serde_json::json;

use super::inside::talking;
use super::queue::{CALLER, told};
use super::{ANSWERS, agent, as_told, check_in, scenarios};
use crate::harness::World;
use crate::harness::phones::Behaviour;
use crate::scenario::outside::do_not_call;
use crate::scenario::{PASSWORD, RING_S, done, resource};

scenarios![
    told_of_a_call_from_outside_to_a_user,
    told_of_a_call_from_outside_to_an_agent,
    told_of_phones_that_ring_at_once,
    told_of_phones_that_ring_in_turn,
    told_of_a_call_from_outside_that_nobody_answers,
    told_of_a_call_from_outside_that_ends_in_a_mailbox,
    told_of_a_call_from_outside_to_a_device,
    told_of_a_call_from_outside_to_a_mobile,
    told_of_callers_of_the_country_and_of_none,
    told_of_a_call_to_outside,
    told_of_a_callee_that_hangs_up,
    told_of_a_busy_number,
    told_of_a_number_that_rejects,
    told_of_a_number_that_does_not_answer,
    told_of_a_number_that_is_not_to_be_called,
    told_of_a_number_abroad_by_a_rule,
    told_of_an_emergency_call,
];

const CUSTOMER: &str = "0501234567";
const NUMBER: &str = "97232000";

/// User 2 with phone 1001, called from outside by [`NUMBER`]. One that rings on is called for [`RING_S`].
async fn reached(w: &mut World, behaviour: Behaviour) -> String {
    let secret = w.push_to_sink().await;
    let (user, _) = agent(w, "1001", behaviour).await;
    if behaviour == Behaviour::RingOn {
        done(w.put(&format!("/api/user/{user}"), json!({"call_timeout": RING_S})).await);
    }
    number(w, "user", user).await;
    secret
}

async fn number(w: &World, target: &str, id: i64) {
    let number = json!({"number": NUMBER, "kind": "did", "target": target, "target_id": id});
    done(w.post("/api/extension", number).await);
}

/// A second phone of user 2.
async fn second_phone(w: &mut World, ring: i64, behaviour: Behaviour) {
    let phone = json!({"name": "Second", "type": "sip", "username": "1002", "password": PASSWORD, "user_id": 2, "ring": ring});
    resource(w, "device", phone).await;
    w.phones.phone("1002", PASSWORD, behaviour).await;
}

/// Agent 2 sits at phone 1001.
async fn at_the_desk(w: &mut World) -> String {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", ANSWERS).await;
    check_in(w, user, device).await;
    secret
}

async fn told_of_a_call_from_outside_to_a_user(w: &mut World) {
    reached(w, ANSWERS).await;
    let call = w.phones.call_in_as("Anna", CALLER, NUMBER).await;
    assert!(w.phones.answered(call).await);
    talking(w, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_call_from_outside_to_a_user", 2).await;
}

async fn told_of_a_call_from_outside_to_an_agent(w: &mut World) {
    reached(w, Behaviour::Answer { after_ms: 200, talk_ms: Some(400) }).await;
    check_in(w, 2, 1).await;
    w.phones.call_in(CALLER, NUMBER).await;
    as_told(w, "a_call_from_outside_to_an_agent", 2).await;
}

async fn told_of_phones_that_ring_at_once(w: &mut World) {
    reached(w, Behaviour::RingOn).await;
    done(w.put("/api/user/2", json!({"call_timeout": 20})).await);
    second_phone(w, 1, Behaviour::Answer { after_ms: 400, talk_ms: None }).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    talking(w, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "phones_that_ring_at_once", 3).await;
}

async fn told_of_phones_that_ring_in_turn(w: &mut World) {
    reached(w, Behaviour::RingOn).await;
    done(w.put("/api/user/2", json!({"call_timeout": 20, "follow_me": 1})).await);
    second_phone(w, 2, ANSWERS).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    talking(w, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "phones_that_ring_in_turn", 3).await;
}

async fn told_of_a_call_from_outside_that_nobody_answers(w: &mut World) {
    reached(w, Behaviour::RingOn).await;
    second_phone(w, 1, Behaviour::Reject).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    assert!(!w.phones.answered(call).await);
    as_told(w, "a_call_from_outside_that_nobody_answers", 3).await;
}

async fn told_of_a_call_from_outside_that_ends_in_a_mailbox(w: &mut World) {
    w.phones.speak();
    reached(w, Behaviour::Busy).await;
    let mailbox = resource(w, "voicemail", json!({"name": "Box", "number": "300", "password": "4711"})).await;
    done(w.put("/api/user/2", json!({ "vm_id": mailbox })).await);
    let call = w.phones.call_in(CALLER, NUMBER).await;
    assert!(w.phones.answered(call).await);
    // The caller says nothing, and the mailbox lets it go.
    w.phones.ended(call).await;
    as_told(w, "a_call_from_outside_that_ends_in_a_mailbox", 2).await;
}

async fn told_of_a_call_from_outside_to_a_device(w: &mut World) {
    let (_, device) = agent(w, "1001", ANSWERS).await;
    number(w, "device", device).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    assert!(w.phones.answered(call).await);
    talking(w, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_call_from_outside_to_a_device", 2).await;
}

/// Rung through the carrier; it presses 1 before the caller is put through.
async fn told_of_a_call_from_outside_to_a_mobile(w: &mut World) {
    let secret = w.push_to_sink().await;
    let mobile = json!({"name": "Mobile", "type": "external", "number": "0507654321", "user_id": w.user_id()});
    let mobile = resource(w, "device", mobile).await;
    number(w, "device", mobile).await;
    w.phones.outside("0507654321", ANSWERS).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    let answer = w.sink.next("call:answer", &secret).await["data"].clone();
    w.ask_switch(&format!("uuid_recv_dtmf {} 1", answer["id"].as_str().expect("a leg"))).await;
    talking(w, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_call_from_outside_to_a_mobile", 2).await;
}

/// The country of the account tells how a number without a country is read; a number that hides or makes no sense has no country.
async fn told_of_callers_of_the_country_and_of_none(w: &mut World) {
    reached(w, Behaviour::Busy).await;
    for caller in ["0501234567", "+442079460958", "anonymous", "12", "00"] {
        let call = w.phones.call_in(caller, NUMBER).await;
        assert!(!w.phones.answered(call).await);
        w.idle().await;
    }
    done(w.put("/api/account", json!({"country": "GB"})).await);
    let call = w.phones.call_in("02079460958", NUMBER).await;
    assert!(!w.phones.answered(call).await);
    as_told(w, "callers_of_the_country_and_of_none", 12).await;
}

async fn told_of_a_call_to_outside(w: &mut World) {
    at_the_desk(w).await;
    w.phones.outside(CUSTOMER, ANSWERS).await;
    let call = w.phones.dial("1001", CUSTOMER).await;
    assert!(w.phones.answered(call).await);
    talking(w, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_call_to_outside", 2).await;
}

async fn told_of_a_callee_that_hangs_up(w: &mut World) {
    at_the_desk(w).await;
    w.phones.outside(CUSTOMER, Behaviour::Answer { after_ms: 200, talk_ms: Some(400) }).await;
    w.phones.dial("1001", CUSTOMER).await;
    as_told(w, "a_callee_that_hangs_up", 2).await;
}

async fn not_answered(w: &mut World, behaviour: Behaviour, name: &str) {
    at_the_desk(w).await;
    w.phones.outside(CUSTOMER, behaviour).await;
    let call = w.phones.dial("1001", CUSTOMER).await;
    assert!(!w.phones.answered(call).await);
    as_told(w, name, 2).await;
}

async fn told_of_a_busy_number(w: &mut World) {
    not_answered(w, Behaviour::Busy, "a_busy_number").await;
}

async fn told_of_a_number_that_rejects(w: &mut World) {
    not_answered(w, Behaviour::Reject, "a_number_that_rejects").await;
}

async fn told_of_a_number_that_does_not_answer(w: &mut World) {
    let secret = at_the_desk(w).await;
    w.phones.outside(CUSTOMER, Behaviour::RingOn).await;
    let call = w.phones.dial("1001", CUSTOMER).await;
    told(w, "call:ring", 2, &secret).await;
    w.phones.give_up(call).await;
    as_told(w, "a_number_that_does_not_answer", 2).await;
}

/// No leg rings; the phone's own is told to end.
async fn told_of_a_number_that_is_not_to_be_called(w: &mut World) {
    at_the_desk(w).await;
    do_not_call(w, CUSTOMER).await;
    let call = w.phones.dial("1001", CUSTOMER).await;
    assert!(!w.phones.answered(call).await);
    as_told(w, "a_number_that_is_not_to_be_called", 1).await;
}

/// What was dialled is told, not what leaves.
async fn told_of_a_number_abroad_by_a_rule(w: &mut World) {
    at_the_desk(w).await;
    let rule = json!({"name": "Outside line", "strip": 1, "caller_number": "97237654321"});
    let rule = resource(w, "dial_rule", rule).await;
    done(w.put("/api/account", json!({"dr_id": rule, "toll": {"international": true}})).await);
    w.phones.outside("0014155552671", ANSWERS).await;
    let call = w.phones.dial("1001", "90014155552671").await;
    assert!(w.phones.answered(call).await);
    talking(w, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_number_abroad_by_a_rule", 2).await;
}

async fn told_of_an_emergency_call(w: &mut World) {
    w.push_to_sink().await;
    agent(w, "1001", ANSWERS).await;
    w.phones.outside("112", ANSWERS).await;
    let call = w.phones.dial("1001", "112").await;
    assert!(w.phones.answered(call).await);
    talking(w, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "an_emergency_call", 2).await;
}
