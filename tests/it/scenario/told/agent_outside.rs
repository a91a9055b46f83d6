//! Agents at a number outside: the queue rings them through the carrier, and puts a caller through to who presses 1. What the statistics say of them.

use serde_json::{Value, json};

use super::queue::{CALLER, NUMBER, change, told};
use super::{ANSWERS, agent, as_told, check_in, scenarios};
use crate::harness::World;
use crate::harness::phones::Behaviour;
use crate::scenario::{RING_S, done, queue, resource};

scenarios![
    told_of_an_agent_outside,
    told_of_a_mailbox_of_an_agent_outside,
    told_of_an_agent_outside_that_hangs_up_before_the_key,
    told_of_an_agent_outside_that_rejects,
    told_of_an_agent_outside_that_is_busy,
    told_of_a_caller_that_gives_up_while_an_agent_outside_is_rung,
];

const MOBILE: &str = "0507654321";

/// A queue that rings a mobile first, which does this with its calls, then phone 1002; the secret of what is told, and both agents.
async fn office(w: &mut World, behaviour: Behaviour) -> (String, [i64; 2]) {
    let secret = w.push_to_sink().await;
    let (outside, _) = agent(w, "1001", ANSWERS).await;
    let delays = json!({"no_answer_delay_time": 60, "busy_delay_time": 60, "reject_delay_time": 60, "wrap_up_time": 600});
    done(w.put(&format!("/api/user/{outside}"), delays).await);
    let mobile = resource(w, "device", json!({"name": "Mobile", "type": "external", "number": MOBILE, "user_id": outside})).await;
    let (inside, desk) = agent(w, "1002", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[]).await;
    let users = json!([[outside, 3, 1, 1], [inside, 3, 2, 1]]);
    change(w, support, json!({"strategy": "top-down", "ring_timeout": RING_S, "users": users})).await;
    check_in(w, outside, mobile).await;
    check_in(w, inside, desk).await;
    w.phones.outside(MOBILE, behaviour).await;
    (secret, [outside, inside])
}

/// The mobile does not take the caller, phone 1002 does.
async fn next_agent_answers(w: &mut World, behaviour: Behaviour, no_answers: i64, name: &str) {
    let (secret, [outside, inside]) = office(w, behaviour).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    loop {
        let answer = w.sink.next("call:answer", &secret).await["data"].clone();
        if answer["id"] == answer["call_id"] {
            assert_eq!(answer["dst_user_id"], json!(inside), "nobody was put through before: {answer}");
            break;
        }
    }
    w.phones.hang_up(call).await;
    as_told(w, name, 3).await;
    let took_none = json!({"offered": 1, "answered": 0, "no_answers": no_answers, "queue_talk_ms": 0, "wrap_up_ms": 0});
    assert_eq!(figures(w, outside, &["offered", "answered", "no_answers", "queue_talk_ms", "wrap_up_ms"]).await, took_none);
    assert_eq!(figures(w, inside, &["offered", "answered", "no_answers"]).await, json!({"offered": 1, "answered": 1, "no_answers": 0}));
}

/// What the statistics say of an agent.
async fn figures(w: &World, user: i64, names: &[&str]) -> Value {
    let figures = done(w.get(&format!("/api/stats/agent?user_id={user}")).await)[0].clone();
    names.iter().map(|name| ((*name).to_owned(), figures[*name].clone())).collect()
}

async fn told_of_an_agent_outside(w: &mut World) {
    let (secret, [outside, inside]) = office(w, ANSWERS).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    let answer = w.sink.next("call:answer", &secret).await["data"].clone();
    assert_ne!(answer["id"], answer["call_id"], "nobody is put through yet: {answer}");
    w.ask_switch(&format!("uuid_recv_dtmf {} 1", answer["id"].as_str().expect("a leg"))).await;
    told(w, "call:answer", 1, &secret).await;
    w.phones.hang_up(call).await;
    as_told(w, "an_agent_outside", 2).await;
    assert_eq!(figures(w, outside, &["offered", "answered", "no_answers"]).await, json!({"offered": 1, "answered": 1, "no_answers": 0}));
    assert_eq!(figures(w, inside, &["offered"]).await, json!({"offered": 0}));
}

/// It says what it has to say, and presses nothing.
async fn told_of_a_mailbox_of_an_agent_outside(w: &mut World) {
    next_agent_answers(w, ANSWERS, 1, "a_mailbox_of_an_agent_outside").await;
}

async fn told_of_an_agent_outside_that_hangs_up_before_the_key(w: &mut World) {
    let hangs_up = Behaviour::Answer { after_ms: 200, talk_ms: Some(300) };
    next_agent_answers(w, hangs_up, 1, "an_agent_outside_that_hangs_up_before_the_key").await;
}

async fn told_of_an_agent_outside_that_rejects(w: &mut World) {
    next_agent_answers(w, Behaviour::Reject, 0, "an_agent_outside_that_rejects").await;
}

async fn told_of_an_agent_outside_that_is_busy(w: &mut World) {
    next_agent_answers(w, Behaviour::Busy, 0, "an_agent_outside_that_is_busy").await;
}

async fn told_of_a_caller_that_gives_up_while_an_agent_outside_is_rung(w: &mut World) {
    let (secret, [outside, inside]) = office(w, Behaviour::RingOn).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    told(w, "call:ring", 1, &secret).await;
    w.phones.hang_up(call).await;
    as_told(w, "a_caller_that_gives_up_while_an_agent_outside_is_rung", 2).await;
    let names = ["offered", "answered", "no_answers", "queue_talk_ms"];
    let took_none = json!({"offered": 1, "answered": 0, "no_answers": 0, "queue_talk_ms": 0});
    assert_eq!(figures(w, outside, &names).await, took_none);
    assert_eq!(figures(w, inside, &["offered"]).await, json!({"offered": 0}));
}
