//! Calls between phones of the account.

use serde_json::json;

use super::queue::told;
use super::{ANSWERS, agent, as_told, check_in, scenarios};
use crate::harness::phones::Behaviour;
use crate::harness::{World, patience};
use crate::scenario::{PASSWORD, RING_S, done, extension, resource};

scenarios![
    told_of_a_colleague,
    told_of_a_colleague_that_hangs_up,
    told_of_a_colleague_elsewhere,
    told_of_a_busy_colleague,
    told_of_a_colleague_that_rejects,
    told_of_a_colleague_that_does_not_answer,
    told_of_a_colleague_without_a_phone,
    told_of_a_caller_inside_that_gives_up,
    told_of_a_colleague_with_a_mailbox,
    told_of_a_mailbox,
    told_of_who_listens_to_its_mailbox,
    told_of_a_phone_without_an_agent,
    told_of_a_number_that_is_none,
];

/// Agent 2 sits at phone 1001; user 3 has phone 1002 and number 2000. One that rings on is called for [`RING_S`].
pub(super) async fn office(w: &mut World, behaviour: Behaviour) -> String {
    let secret = w.push_to_sink().await;
    let (caller, desk) = agent(w, "1001", ANSWERS).await;
    let (callee, _) = agent(w, "1002", behaviour).await;
    if behaviour == Behaviour::RingOn {
        done(w.put(&format!("/api/user/{callee}"), json!({"call_timeout": RING_S})).await);
    }
    extension(w, "2000", "user", callee).await;
    check_in(w, caller, desk).await;
    secret
}

/// Waits until so many pairs of legs talk: an answer is told before.
pub(super) async fn talking(w: &World, pairs: usize) {
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
    patience(&format!("{pairs} bridges"), async {
        while w.ask_switch("show bridged_calls").await.lines().last() != Some(&format!("{pairs} total.")) {
            looks.tick().await;
        }
    })
    .await;
}

/// Phone 1001 calls 2000, which does not take the call.
async fn not_answered(w: &mut World, behaviour: Behaviour, name: &str) {
    office(w, behaviour).await;
    let call = w.phones.dial("1001", "2000").await;
    assert!(!w.phones.answered(call).await);
    as_told(w, name, 2).await;
}

async fn told_of_a_colleague(w: &mut World) {
    office(w, ANSWERS).await;
    let call = w.phones.dial("1001", "2000").await;
    assert!(w.phones.answered(call).await);
    talking(w, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_colleague", 2).await;
}

async fn told_of_a_colleague_that_hangs_up(w: &mut World) {
    office(w, Behaviour::Answer { after_ms: 200, talk_ms: Some(400) }).await;
    w.phones.dial("1001", "2000").await;
    as_told(w, "a_colleague_that_hangs_up", 2).await;
}

/// At a phone that nobody owns; its own phone rings as well, and is late.
async fn told_of_a_colleague_elsewhere(w: &mut World) {
    office(w, Behaviour::RingOn).await;
    let desk = json!({"name": "Desk", "type": "sip", "username": "1003", "password": PASSWORD});
    let desk = resource(w, "device", desk).await;
    w.phones.phone("1003", PASSWORD, Behaviour::Answer { after_ms: 400, talk_ms: None }).await;
    check_in(w, 3, desk).await;
    done(w.put("/api/user/3", json!({"call_timeout": 60})).await);
    let call = w.phones.dial("1001", "2000").await;
    talking(w, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_colleague_elsewhere", 3).await;
}

async fn told_of_a_busy_colleague(w: &mut World) {
    not_answered(w, Behaviour::Busy, "a_busy_colleague").await;
}

async fn told_of_a_colleague_that_rejects(w: &mut World) {
    not_answered(w, Behaviour::Reject, "a_colleague_that_rejects").await;
}

async fn told_of_a_colleague_that_does_not_answer(w: &mut World) {
    not_answered(w, Behaviour::RingOn, "a_colleague_that_does_not_answer").await;
}

async fn told_of_a_colleague_without_a_phone(w: &mut World) {
    office(w, ANSWERS).await;
    w.phones.unregister("1002").await;
    let call = w.phones.dial("1001", "2000").await;
    assert!(!w.phones.answered(call).await);
    as_told(w, "a_colleague_without_a_phone", 1).await;
}

async fn told_of_a_caller_inside_that_gives_up(w: &mut World) {
    let secret = office(w, Behaviour::RingOn).await;
    done(w.put("/api/user/3", json!({"call_timeout": 60})).await);
    let call = w.phones.dial("1001", "2000").await;
    told(w, "call:ring", 2, &secret).await;
    w.phones.give_up(call).await;
    as_told(w, "a_caller_inside_that_gives_up", 2).await;
}

/// Number 300.
async fn mailbox(w: &World) -> i64 {
    resource(w, "voicemail", json!({"name": "Box", "number": "300", "password": "4711"})).await
}

async fn told_of_a_colleague_with_a_mailbox(w: &mut World) {
    w.phones.speak();
    office(w, Behaviour::RingOn).await;
    let mailbox = mailbox(w).await;
    done(w.put("/api/user/3", json!({ "vm_id": mailbox })).await);
    let call = w.phones.dial("1001", "2000").await;
    assert!(w.phones.answered(call).await);
    // The caller says nothing, and the mailbox lets it go.
    w.phones.ended(call).await;
    as_told(w, "a_colleague_with_a_mailbox", 2).await;
}

async fn told_of_a_mailbox(w: &mut World) {
    office(w, ANSWERS).await;
    let mailbox = mailbox(w).await;
    extension(w, "2300", "voicemail", mailbox).await;
    let call = w.phones.dial("1001", "2300").await;
    assert!(w.phones.answered(call).await);
    w.phones.hang_up(call).await;
    as_told(w, "a_mailbox", 1).await;
}

async fn told_of_who_listens_to_its_mailbox(w: &mut World) {
    office(w, ANSWERS).await;
    let mailbox = mailbox(w).await;
    done(w.put("/api/user/2", json!({ "vm_id": mailbox })).await);
    let call = w.phones.dial("1001", "*97").await;
    assert!(w.phones.answered(call).await);
    w.phones.hang_up(call).await;
    as_told(w, "who_listens_to_its_mailbox", 1).await;
}

/// Nobody sits at the phone; it is user 3's.
async fn told_of_a_phone_without_an_agent(w: &mut World) {
    office(w, ANSWERS).await;
    for number in ["2000", "0501234567", "*72"] {
        let call = w.phones.dial("1002", number).await;
        assert!(!w.phones.answered(call).await, "{number}");
        w.idle().await;
    }
    done(w.put("/api/account", json!({"dial_without_checkin": true})).await);
    let number = json!({"number": "2001", "kind": "internal", "target": "device", "target_id": 1});
    done(w.post("/api/extension", number).await);
    let call = w.phones.dial("1002", "2001").await;
    assert!(w.phones.answered(call).await);
    talking(w, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_phone_without_an_agent", 5).await;
}

async fn told_of_a_number_that_is_none(w: &mut World) {
    office(w, ANSWERS).await;
    let call = w.phones.dial("1001", "*72").await;
    assert!(!w.phones.answered(call).await);
    as_told(w, "a_number_that_is_none", 1).await;
}
