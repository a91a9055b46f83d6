//! A pause at a bad moment: what rings is withdrawn once, the caller goes on to the next agent, and nobody is offered again who is paused.

use ccgate::domain::UserId;
use serde_json::{Value, json};

use super::{ANSWERS, agent, agent_row, check_in, done, queue, scenarios, wait_in};
use crate::harness::phones::Behaviour;
use crate::harness::{World, patience};

scenarios![
    a_pause_while_all_phones_ring,
    a_check_out_while_all_phones_ring,
    a_user_that_is_switched_off_while_all_phones_ring,
    a_user_that_is_deleted_while_all_phones_ring,
    a_pause_of_the_only_agent_while_it_rings,
    a_pause_of_an_agent_outside_who_is_asked_for_a_key,
    an_offer_while_a_pause_is_being_lifted,
];

const NUMBER: &str = "97237000";
const CALLER: &str = "972501111111";

/// Waits until so many of these were told, and gives them.
async fn told(w: &World, name: &str, count: usize) -> Vec<Value> {
    let mut commits = w.running().store().committed();
    patience(&format!("{count} of {name}"), async {
        loop {
            let told = w.told(name).await;
            if told.len() >= count {
                return told;
            }
            commits.changed().await.expect("ccgate runs");
        }
    })
    .await
}

fn agents(events: &[Value]) -> Vec<i64> {
    let mut agents: Vec<_> = events.iter().filter_map(|event| event["dst_user_id"].as_i64()).collect();
    agents.sort_unstable();
    agents
}

async fn pause(w: &World, user: i64, id: i64) {
    done(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id={id}")).await);
}

/// Two agents whose phones ring at once for a caller; their ids and the queue's.
async fn all_ring(w: &mut World) -> (i64, i64, i64) {
    let (first, desk) = agent(w, "1001", Behaviour::RingOn).await;
    let (second, other) = agent(w, "1002", Behaviour::RingOn).await;
    let queue = queue(w, "Support", "7000", &[first, second]).await;
    done(w.put(&format!("/api/cc_queue/{queue}"), json!({"strategy": "ring-all"})).await);
    check_in(w, first, desk).await;
    check_in(w, second, other).await;
    w.phones.call_in(CALLER, NUMBER).await;
    assert_eq!(agents(&told(w, "call:ring", 2).await), [first, second]);
    (first, second, queue)
}

async fn withdrawn(w: &World, user: i64, queue: i64) {
    let ended = told(w, "call:end", 1).await;
    assert_eq!((agents(&ended), &ended[0]["hangup_cause"]), (vec![user], &json!("ORIGINATOR_CANCEL")));
    assert_eq!(wait_in(w, queue).await, 1, "the caller waits on");
}

/// mod_callcenter leaves such an offer alone; the other phone rings on.
async fn a_pause_while_all_phones_ring(w: &mut World) {
    let (first, second, queue) = all_ring(w).await;
    pause(w, first, 1).await;
    withdrawn(w, first, queue).await;
    w.reconciled().await;
    assert_eq!((w.told("call:ring").await.len(), w.told("call:end").await.len()), (2, 1), "no second offer, and agent {second} rings on");
    assert!(agent_row(w, first).await.contains("|On Break|"), "{}", agent_row(w, first).await);
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}

async fn a_check_out_while_all_phones_ring(w: &mut World) {
    let (first, _, queue) = all_ring(w).await;
    done(w.get(&format!("/api/cc_agent/checkOut?user_id={first}")).await);
    withdrawn(w, first, queue).await;
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}

async fn a_user_that_is_switched_off_while_all_phones_ring(w: &mut World) {
    let (first, _, queue) = all_ring(w).await;
    done(w.put(&format!("/api/user/{first}"), json!({"active": false})).await);
    withdrawn(w, first, queue).await;
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}

async fn a_user_that_is_deleted_while_all_phones_ring(w: &mut World) {
    let (first, _, queue) = all_ring(w).await;
    done(w.delete(&format!("/api/user/{first}")).await);
    withdrawn(w, first, queue).await;
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}

/// Its caller waits until it comes back, and is then offered once more.
async fn a_pause_of_the_only_agent_while_it_rings(w: &mut World) {
    let (user, desk) = agent(w, "1001", Behaviour::RingOn).await;
    let queue = queue(w, "Support", "7000", &[user]).await;
    done(w.put(&format!("/api/user/{user}"), json!({"max_no_answer": 1})).await);
    check_in(w, user, desk).await;
    w.phones.call_in(CALLER, NUMBER).await;
    told(w, "call:ring", 1).await;
    pause(w, user, 1).await;
    withdrawn(w, user, queue).await;
    w.reconciled().await;
    assert_eq!(w.told("call:ring").await.len(), 1, "it is paused");
    pause(w, user, 0).await;
    assert_eq!(agents(&told(w, "call:ring", 2).await), [user, user]);
    w.reconciled().await;
    assert_eq!(done(w.get(&format!("/api/user/{user}")).await)["pause_id"], 0, "a withdrawn offer is no no-answer");
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}

/// It has picked up and hears the tones; the caller goes on to the next agent.
async fn a_pause_of_an_agent_outside_who_is_asked_for_a_key(w: &mut World) {
    let (outside, _) = agent(w, "1001", ANSWERS).await;
    let (second, desk) = agent(w, "1002", ANSWERS).await;
    let mobile = json!({"name": "Mobile", "type": "external", "number": "0501234567"});
    let mobile = done(w.post("/api/device", mobile).await)["id"].as_i64().expect("an id");
    w.phones.outside("0501234567", ANSWERS).await;
    queue(w, "Support", "7000", &[outside, second]).await;
    check_in(w, outside, mobile).await;
    w.phones.call_in(CALLER, NUMBER).await;
    told(w, "call:answer", 1).await;
    check_in(w, second, desk).await;
    assert_eq!(w.told("call:answer").await.len(), 1, "it hears the tones");
    pause(w, outside, 1).await;
    let ended = told(w, "call:end", 1).await;
    assert_eq!((agents(&ended), &ended[0]["billms"].as_i64().is_some()), (vec![outside], &true));
    assert_eq!(agents(&told(w, "call:answer", 3).await), [outside, second, second]);
    assert_eq!(agents(&w.told("call:ring").await), [outside, second], "one offer each");
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}

/// A live change is on the switch before it is in the database; what rings in between is meant.
async fn an_offer_while_a_pause_is_being_lifted(w: &mut World) {
    let (user, desk) = agent(w, "1001", ANSWERS).await;
    queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, desk).await;
    pause(w, user, 1).await;
    let hold = w.running().reconciler().hold(&[UserId(user)]);
    w.ask_switch(&format!("callcenter_config agent set status {user}@lab.local Available")).await;
    w.phones.call_in(CALLER, NUMBER).await;
    assert_eq!(agents(&told(w, "call:answer", 2).await), [user, user], "the agent's leg, and the caller's that reached it");
    assert_eq!((w.told("call:ring").await.len(), w.told("call:end").await.len()), (1, 0), "one offer, which is not withdrawn");
    drop(hold);
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}
