//! Callers of a queue that are offered to more agents than one.

use serde_json::json;

use super::queue::{CALLER, NUMBER, change, office, told};
use super::{ANSWERS, agent, as_told, check_in, scenarios};
use crate::harness::World;
use crate::harness::phones::Behaviour;
use crate::scenario::{RING_S, done, queue, waiting};

scenarios![
    told_of_an_offer_that_is_not_answered,
    told_of_an_offer_that_finds_a_busy_phone,
    told_of_an_offer_that_is_rejected,
    told_of_a_phone_that_is_gone,
    told_of_a_race,
    told_of_a_race_that_nobody_runs,
    told_of_an_agent_paused_while_its_phone_rings,
    told_of_an_agent_checked_out_while_its_phone_rings,
];

/// A queue that rings its agents by this strategy, phone 1001 before 1002; the secret.
async fn two_agents(w: &mut World, strategy: &str, first: Behaviour, second: Behaviour) -> String {
    let secret = w.push_to_sink().await;
    let mut users = Vec::new();
    for (phone, behaviour) in [("1001", first), ("1002", second)] {
        let (user, device) = agent(w, phone, behaviour).await;
        let delays = json!({"no_answer_delay_time": 60, "busy_delay_time": 60, "reject_delay_time": 60});
        done(w.put(&format!("/api/user/{user}"), delays).await);
        users.push((user, device));
    }
    let support = queue(w, "Support", "7000", &[]).await;
    let rows: Vec<_> = users.iter().zip(1..).map(|((user, _), position)| json!([user, 3, position, 1])).collect();
    let ring_timeout = if strategy != "ring-all" && first == Behaviour::RingOn { RING_S } else { 30 };
    change(w, support, json!({"strategy": strategy, "ring_timeout": ring_timeout, "users": rows})).await;
    for (user, device) in users {
        check_in(w, user, device).await;
    }
    secret
}

/// The first agent does not take the call, the second does, and the caller hangs up.
async fn second_answers(w: &mut World, first: Behaviour, name: &str) {
    let secret = two_agents(w, "top-down", first, ANSWERS).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    told(w, "call:answer", 2, &secret).await;
    w.phones.hang_up(call).await;
    as_told(w, name, 3).await;
}

async fn told_of_an_offer_that_is_not_answered(w: &mut World) {
    second_answers(w, Behaviour::RingOn, "an_offer_that_is_not_answered").await;
}

async fn told_of_an_offer_that_finds_a_busy_phone(w: &mut World) {
    second_answers(w, Behaviour::Busy, "an_offer_that_finds_a_busy_phone").await;
}

async fn told_of_an_offer_that_is_rejected(w: &mut World) {
    second_answers(w, Behaviour::Reject, "an_offer_that_is_rejected").await;
}

/// No leg comes of an offer to a phone that is not registered.
async fn told_of_a_phone_that_is_gone(w: &mut World) {
    let secret = two_agents(w, "top-down", ANSWERS, ANSWERS).await;
    w.phones.unregister("1001").await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    told(w, "call:answer", 2, &secret).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_phone_that_is_gone", 2).await;
}

async fn told_of_a_race(w: &mut World) {
    let secret = two_agents(w, "ring-all", Behaviour::RingOn, Behaviour::Answer { after_ms: 500, talk_ms: None }).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    told(w, "call:answer", 2, &secret).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_race", 3).await;
}

async fn told_of_a_race_that_nobody_runs(w: &mut World) {
    let secret = two_agents(w, "ring-all", Behaviour::RingOn, Behaviour::RingOn).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    told(w, "call:ring", 2, &secret).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_race_that_nobody_runs", 3).await;
}

async fn told_of_an_agent_paused_while_its_phone_rings(w: &mut World) {
    let (secret, support) = office(w, Behaviour::RingOn).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    let ring = w.sink.next("call:ring", &secret).await["data"].clone();
    done(w.get(&format!("/api/cc_agent/setPause?user_id={}&id=1", ring["dst_user_id"])).await);
    told(w, "call:end", 1, &secret).await;
    waiting(w, support, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "an_agent_paused_while_its_phone_rings", 2).await;
}

/// Another agent takes the phone over by force, and the call with it.
async fn told_of_an_agent_checked_out_while_its_phone_rings(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (first, desk) = agent(w, "1001", Behaviour::RingOn).await;
    let (second, _) = agent(w, "1002", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[first]).await;
    check_in(w, first, desk).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    told(w, "call:ring", 1, &secret).await;
    done(w.get(&format!("/api/cc_agent/checkInDevice?user_id={second}&device_id={desk}&forceCheckOut=1")).await);
    told(w, "call:end", 1, &secret).await;
    waiting(w, support, 1).await;
    w.phones.hang_up(call).await;
    as_told(w, "an_agent_checked_out_while_its_phone_rings", 2).await;
}
