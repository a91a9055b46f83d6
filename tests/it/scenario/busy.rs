//! An agent that is on a call outside its queues is offered nobody until that ends (trap 22).

use serde_json::{Value, json};

use super::{ANSWERS, agent, agent_row, check_in, done, ended, extension, queue, scenarios, waiting};
use crate::harness::{World, patience};

scenarios![
    busy_with_a_number_outside,
    busy_with_a_colleague,
    busy_with_a_click_to_call,
    busy_with_a_caller_from_outside,
    busy_after_a_transfer_of_its_own_leg,
    free_after_a_transfer_of_the_other_leg,
    busy_when_its_phone_is_no_longer_registered,
    busy_when_it_checks_out_and_in_meanwhile,
    free_after_it_was_deleted_meanwhile,
];

const CUSTOMER: &str = "0501234567";
const CALLER: &str = "972501234567";

/// Agent 2 at phone 1001, which comes first, and agent 3 at phone 1002, of queue 1 at 7000; their numbers are 2001 and 2002.
async fn office(w: &mut World) -> i64 {
    let mut agents = Vec::new();
    for phone in ["1001", "1002"] {
        let (user, device) = agent(w, phone, ANSWERS).await;
        extension(w, &format!("2{}", &phone[1..]), "user", user).await;
        agents.push((user, device));
    }
    let support = queue(w, "Support", "7000", &[]).await;
    let users = json!([[agents[0].0, 3, 1, 1], [agents[1].0, 3, 2, 1]]);
    done(w.put(&format!("/api/cc_queue/{support}"), json!({"strategy": "top-down", "users": users})).await);
    for (user, device) in agents {
        check_in(w, user, device).await;
    }
    w.phones.outside(CUSTOMER, ANSWERS).await;
    support
}

/// How many calls outside queues the switch counts of an agent.
async fn count(w: &World, user: i64) -> String {
    let head = w.ask_switch("callcenter_config agent list").await.lines().next().unwrap_or_default().to_owned();
    let column = head.split('|').position(|name| name == "external_calls_count").expect("a column");
    agent_row(w, user).await.split('|').nth(column).unwrap_or_default().to_owned()
}

async fn until_count(w: &World, user: i64, wanted: &str) {
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
    patience(&format!("{wanted} calls of {user} outside queues"), async {
        while count(w, user).await != wanted {
            looks.tick().await;
        }
    })
    .await;
}

/// Waits until so many callers of queues were answered; who answered, in order.
async fn served(w: &World, callers: usize) -> Vec<i64> {
    let mut commits = w.running().store().committed();
    patience(&format!("{callers} callers to be served"), async {
        loop {
            let served: Vec<i64> = agents_rung(w, "call:answer").await;
            if served.len() == callers {
                return served;
            }
            commits.changed().await.expect("ccgate runs");
        }
    })
    .await
}

/// The agents whose phones came to this because of a queue.
async fn agents_rung(w: &World, name: &str) -> Vec<i64> {
    let of_queues = |event: &Value| event["type"] == "queue" && event["id"] != event["call_id"];
    let told = w.told(name).await.into_iter().filter(of_queues);
    told.map(|event| event["dst_user_id"].as_i64().expect("an agent")).collect()
}

/// Agent 2 is on a call: a caller is served by agent 3, the next waits, until `end` ends the call.
async fn not_offered_until(w: &mut World, support: i64, end: &str) {
    until_count(w, 2, "1").await;
    w.phones.call_in(CALLER, "97237000").await;
    assert_eq!(served(w, 1).await, [3], "agent 2 comes first, and is on a call");
    w.phones.call_in(CALLER, "97237000").await;
    waiting(w, support, 1).await;
    assert_eq!((agents_rung(w, "call:ring").await, count(w, 2).await.as_str()), (vec![3], "1"));
    w.ask_switch(end).await;
    assert_eq!(served(w, 2).await, [3, 2]);
    until_count(w, 2, "0").await;
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}

/// What ends the call of the phone that has this device.
fn end_of(device: i64) -> String {
    format!("hupall NORMAL_CLEARING ccgate_device_id {device}")
}

async fn busy_with_a_number_outside(w: &mut World) {
    let support = office(w).await;
    let call = w.phones.dial("1001", CUSTOMER).await;
    assert!(w.phones.answered(call).await);
    not_offered_until(w, support, &end_of(1)).await;
}

/// Both are.
async fn busy_with_a_colleague(w: &mut World) {
    let support = office(w).await;
    let call = w.phones.dial("1002", "2001").await;
    assert!(w.phones.answered(call).await);
    for user in [2, 3] {
        until_count(w, user, "1").await;
    }
    w.phones.call_in(CALLER, "97237000").await;
    waiting(w, support, 1).await;
    assert_eq!(agents_rung(w, "call:ring").await, Vec::<i64>::new());
    w.phones.hang_up(call).await;
    assert_eq!(served(w, 1).await, [2]);
    for user in [2, 3] {
        until_count(w, user, "0").await;
    }
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}

async fn busy_with_a_click_to_call(w: &mut World) {
    let support = office(w).await;
    let clicked = w.get(&format!("/api/cc_agent/originate?user_id=2&destination={CUSTOMER}")).await.body;
    let end = format!("uuid_kill {}", clicked["uuid"].as_str().expect("it was answered"));
    not_offered_until(w, support, &end).await;
}

async fn busy_with_a_caller_from_outside(w: &mut World) {
    let support = office(w).await;
    let number = json!({"number": "97232000", "kind": "did", "target": "user", "target_id": 2});
    done(w.post("/api/extension", number).await);
    let call = w.phones.call_in(CALLER, "97232000").await;
    assert!(w.phones.answered(call).await);
    not_offered_until(w, support, &end_of(1)).await;
}

/// The leg of a phone that dialled, once it talks.
async fn talking_leg(w: &World, device: i64) -> String {
    w.told("call:answer").await.into_iter().find(|event| event["src_device_id"] == json!(device)).expect("it talks")["call_id"]
        .as_str()
        .expect("a leg")
        .to_owned()
}

/// It is counted once, whatever the leg goes on to.
async fn busy_after_a_transfer_of_its_own_leg(w: &mut World) {
    let support = office(w).await;
    let call = w.phones.dial("1001", "2002").await;
    assert!(w.phones.answered(call).await);
    w.until_event(0, "call:answer").await;
    until_count(w, 3, "1").await;
    let leg = talking_leg(w, 1).await;
    w.ask_switch(&format!("uuid_transfer {leg} {CUSTOMER} XML default")).await;
    until_count(w, 3, "0").await;
    not_offered_until(w, support, &end_of(1)).await;
}

/// The customer goes on to a colleague, and the agent is free.
async fn free_after_a_transfer_of_the_other_leg(w: &mut World) {
    office(w).await;
    let call = w.phones.dial("1002", "2001").await;
    assert!(w.phones.answered(call).await);
    until_count(w, 2, "1").await;
    w.until_event(0, "call:answer").await;
    let leg = talking_leg(w, 2).await;
    w.ask_switch(&format!("uuid_transfer {leg} {CUSTOMER} XML default")).await;
    until_count(w, 2, "0").await;
    w.phones.call_in(CALLER, "97237000").await;
    assert_eq!((served(w, 1).await, count(w, 3).await.as_str()), (vec![2], "1"));
    w.ask_switch("hupall NORMAL_CLEARING").await;
    until_count(w, 3, "0").await;
    w.idle().await;
}

/// The call outlives the registration.
async fn busy_when_its_phone_is_no_longer_registered(w: &mut World) {
    let support = office(w).await;
    let call = w.phones.dial("1001", CUSTOMER).await;
    assert!(w.phones.answered(call).await);
    until_count(w, 2, "1").await;
    w.phones.unregister("1001").await;
    w.phones.phone("1001", super::PASSWORD, ANSWERS).await;
    not_offered_until(w, support, &end_of(1)).await;
}

/// The change waits for the end of the call, or the count goes on.
async fn busy_when_it_checks_out_and_in_meanwhile(w: &mut World) {
    let support = office(w).await;
    let call = w.phones.dial("1001", CUSTOMER).await;
    assert!(w.phones.answered(call).await);
    until_count(w, 2, "1").await;
    done(w.get("/api/cc_agent/checkOut?user_id=2").await);
    let back = w.get("/api/cc_agent/checkInDevice?user_id=2&device_id=1").await;
    if back.status == 409 {
        done(w.get("/api/cc_agent/checkInDevice?user_id=2&device_id=1&forceCheckOut=1").await);
    }
    not_offered_until(w, support, &end_of(1)).await;
}

/// The switch takes the call back from the count of an agent that is new, which is less than none then; ccgate makes the agent anew.
async fn free_after_it_was_deleted_meanwhile(w: &mut World) {
    let support = office(w).await;
    let call = w.phones.dial("1001", CUSTOMER).await;
    assert!(w.phones.answered(call).await);
    until_count(w, 2, "1").await;
    for active in [0, 1] {
        done(w.put("/api/user/2", json!({ "active": active })).await);
    }
    w.ask_switch(&end_of(1)).await;
    ended(w, 2).await;
    w.idle().await;
    check_in(w, 2, 1).await;
    w.reconciled().await;
    until_count(w, 2, "0").await;
    let call = w.phones.dial("1001", CUSTOMER).await;
    assert!(w.phones.answered(call).await);
    not_offered_until(w, support, &end_of(1)).await;
}
