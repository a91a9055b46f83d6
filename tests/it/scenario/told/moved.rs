//! Calls that are transferred, held, or joined. A phone's REFER comes to what `uuid_transfer` does without a context, and one with Replaces to
//! `uuid_bridge` of the two who stay.

use serde_json::{Value, json};

use super::inside::talking;
use super::queue::{CALLER, NUMBER};
use super::{ANSWERS, agent, as_told, check_in, scenarios};
use crate::harness::World;
use crate::scenario::{extension, queue, resource};

scenarios![
    told_of_a_queue_caller_sent_to_a_colleague,
    told_of_a_queue_caller_sent_outside,
    told_of_a_queue_caller_sent_to_another_queue,
    told_of_a_queue_caller_sent_back_to_its_queue,
    told_of_a_caller_from_outside_sent_to_a_colleague,
    told_of_a_customer_sent_to_a_colleague,
    told_of_a_colleague_sent_outside,
    told_of_a_queue_caller_joined_with_a_colleague,
    told_of_a_call_on_hold,
];

pub(super) const CUSTOMER: &str = "0501234567";
const OTHER: &str = "0507654321";

/// Agent 2 at phone 1001 of queue 1, and user 3 at phone 1002 with number 2002; neither hangs up.
pub(super) async fn office(w: &mut World) {
    w.push_to_sink().await;
    let (user, device) = agent(w, "1001", ANSWERS).await;
    queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, device).await;
    let (colleague, desk) = agent(w, "1002", ANSWERS).await;
    extension(w, "2002", "user", colleague).await;
    check_in(w, colleague, desk).await;
    for number in [CUSTOMER, OTHER] {
        w.phones.outside(number, ANSWERS).await;
    }
}

/// The first leg of the last of so many calls, all of which talk.
pub(super) async fn first_leg(w: &World, calls: usize) -> String {
    answered(w, 2 * calls, calls).await;
    let answers = w.told("call:answer").await;
    let mut first: Vec<_> = answers.iter().map(|answer| answer["call_id"].as_str().expect("a leg")).collect();
    first.dedup();
    first.last().expect("it was answered").to_string()
}

/// The leg to a phone or a number, of a call.
pub(super) async fn other_leg(w: &World, call: &str) -> String {
    let answers = w.told("call:answer").await;
    let leg = answers.iter().find(|answer| answer["call_id"] == json!(call) && answer["id"] != json!(call)).expect("it was answered");
    leg["id"].as_str().expect("a leg").to_owned()
}

/// Waits until so many legs were answered, whatever became of them, and so many pairs talk.
pub(super) async fn answered(w: &World, legs: usize, pairs: usize) {
    let mut commits = w.running().store().committed();
    crate::harness::patience(&format!("{legs} answers"), async {
        while w.told("call:answer").await.len() < legs {
            commits.changed().await.expect("ccgate runs");
        }
    })
    .await;
    talking(w, pairs).await;
}

pub(super) async fn end(w: &World, name: &str, legs: usize) {
    w.ask_switch("hupall NORMAL_CLEARING").await;
    as_told(w, name, legs).await;
}

pub(super) async fn served(w: &mut World) -> String {
    office(w).await;
    w.phones.call_in(CALLER, NUMBER).await;
    first_leg(w, 1).await
}

/// Agent 2 speaks with somebody outside who called it; the caller's leg.
pub(super) async fn called(w: &mut World) -> String {
    office(w).await;
    let number = json!({"number": "97232001", "kind": "did", "target": "user", "target_id": 2});
    crate::scenario::done(w.post("/api/extension", number).await);
    w.phones.call_in(CALLER, "97232001").await;
    first_leg(w, 1).await
}

async fn told_of_a_queue_caller_sent_to_a_colleague(w: &mut World) {
    let caller = served(w).await;
    w.ask_switch(&format!("uuid_transfer {caller} 2002")).await;
    answered(w, 3, 1).await;
    end(w, "a_queue_caller_sent_to_a_colleague", 3).await;
}

async fn told_of_a_queue_caller_sent_outside(w: &mut World) {
    let caller = served(w).await;
    w.ask_switch(&format!("uuid_transfer {caller} {OTHER}")).await;
    answered(w, 3, 1).await;
    end(w, "a_queue_caller_sent_outside", 3).await;
}

async fn told_of_a_queue_caller_sent_to_another_queue(w: &mut World) {
    let caller = served(w).await;
    let users = json!([[3, 3, 1, 1]]);
    let sales = json!({"name": "Sales", "strategy": "longest-idle-agent", "time_base_score": "queue", "users": users});
    let sales = resource(w, "cc_queue", sales).await;
    extension(w, "7001", "queue", sales).await;
    crate::scenario::done(w.get(&format!("/api/cc_agent/setQueues?user_id=3&queue_ids={sales}")).await);
    w.ask_switch(&format!("uuid_transfer {caller} 7001")).await;
    answered(w, 3, 1).await;
    end(w, "a_queue_caller_sent_to_another_queue", 3).await;
    assert_eq!(stays(w, &caller).await, json!([[1, "served", 2], [sales, "served", 3]]));
}

/// Its agent takes it again.
async fn told_of_a_queue_caller_sent_back_to_its_queue(w: &mut World) {
    let caller = served(w).await;
    w.ask_switch(&format!("uuid_transfer {caller} 7000")).await;
    answered(w, 3, 1).await;
    end(w, "a_queue_caller_sent_back_to_its_queue", 3).await;
    assert_eq!(stays(w, &caller).await, json!([[1, "served", 2], [1, "served", 2]]));
}

/// A caller's stays in queues, in order: which, how it left, and who served it.
async fn stays(w: &World, caller: &str) -> Value {
    let leg = crate::scenario::done(w.get(&format!("/api/cdr/{caller}")).await);
    leg["stays"].as_array().into_iter().flatten().map(|stay| json!([stay["queue_id"], stay["outcome"], stay["agent_id"]])).collect()
}

async fn told_of_a_caller_from_outside_sent_to_a_colleague(w: &mut World) {
    let caller = called(w).await;
    w.ask_switch(&format!("uuid_transfer {caller} 2002")).await;
    answered(w, 3, 1).await;
    end(w, "a_caller_from_outside_sent_to_a_colleague", 3).await;
}

/// The agent had called it.
async fn told_of_a_customer_sent_to_a_colleague(w: &mut World) {
    office(w).await;
    w.phones.dial("1001", CUSTOMER).await;
    let call = first_leg(w, 1).await;
    let customer = other_leg(w, &call).await;
    w.ask_switch(&format!("uuid_transfer {customer} 2002")).await;
    answered(w, 3, 1).await;
    end(w, "a_customer_sent_to_a_colleague", 3).await;
}

async fn told_of_a_colleague_sent_outside(w: &mut World) {
    office(w).await;
    w.phones.dial("1001", "2002").await;
    let call = first_leg(w, 1).await;
    w.ask_switch(&format!("uuid_transfer {call} {OTHER}")).await;
    answered(w, 3, 1).await;
    end(w, "a_colleague_sent_outside", 3).await;
}

/// The agent asks a colleague, then leaves the two alone.
async fn told_of_a_queue_caller_joined_with_a_colleague(w: &mut World) {
    let caller = served(w).await;
    w.phones.dial("1001", "2002").await;
    let asked = first_leg(w, 2).await;
    let colleague = other_leg(w, &asked).await;
    w.ask_switch(&format!("uuid_bridge {caller} {colleague}")).await;
    talking(w, 1).await;
    end(w, "a_queue_caller_joined_with_a_colleague", 4).await;
}

/// Hold is no event; the time counts on.
async fn told_of_a_call_on_hold(w: &mut World) {
    office(w).await;
    w.phones.dial("1001", "2002").await;
    let call = first_leg(w, 1).await;
    talking(w, 1).await;
    for hold in ["", "off "] {
        w.ask_switch(&format!("uuid_hold {hold}{call}")).await;
    }
    end(w, "a_call_on_hold", 2).await;
}
