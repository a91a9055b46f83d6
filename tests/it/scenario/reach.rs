//! An agent whose phone is not registered is offered nothing, and a pause is another thing (trap 12).

use serde_json::{Value, json};

use super::{ANSWERS, PASSWORD, agent, agent_row, check_in, done, queue, scenarios, waiting};
use crate::harness::phones::Behaviour;
use crate::harness::{World, patience};

scenarios![
    a_phone_that_goes_and_comes_back,
    a_pause_and_a_phone_that_is_gone,
    a_phone_that_goes_while_it_rings,
    a_phone_that_goes_in_a_call,
    a_registration_that_ends_by_itself,
    a_phone_that_goes_while_ccgate_is_away,
    a_phone_at_a_switch_that_restarts,
    an_agent_who_moves_to_a_phone_that_is_there,
];

const NUMBER: &str = "97237000";
const CALLER: &str = "972501111111";

/// An agent of queue 7000 at phone 1001, checked in: its id, the phone's and the queue's.
async fn seated(w: &mut World, behaviour: Behaviour) -> (i64, i64, i64) {
    let (user, device) = agent(w, "1001", behaviour).await;
    let queue = queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, device).await;
    (user, device, queue)
}

/// Waits until the phone of agents was told so often to have gone (0) or come back (1): `0101` for twice.
async fn reachable(w: &World, wanted: &str) {
    let mut commits = w.running().store().committed();
    patience(&format!("phones to go and come back like {wanted}"), async {
        while told(w).await != wanted {
            commits.changed().await.expect("ccgate runs");
        }
    })
    .await;
}

async fn told(w: &World) -> String {
    w.told("agent:reachable").await.iter().map(|event| event["reachable"].to_string()).collect()
}

/// For whom phones rang, in order.
async fn rang(w: &World) -> Vec<Value> {
    let rings = w.told("call:ring").await.into_iter();
    rings.map(|event| event["dst_user_id"].clone()).collect()
}

async fn until_told(w: &World, name: &str, count: usize) {
    let mut commits = w.running().store().committed();
    patience(&format!("{count} of {name}"), async {
        while w.told(name).await.len() < count {
            commits.changed().await.expect("ccgate runs");
        }
    })
    .await;
}

async fn status(w: &World, user: i64) -> &'static str {
    let row = agent_row(w, user).await;
    ["On Break", "Available", "Logged Out"].into_iter().find(|status| row.contains(&format!("|{status}|"))).expect("a status")
}

async fn user_is_unreachable(w: &World, user: i64) -> bool {
    !done(w.get(&format!("/api/user/{user}")).await)["unreachable_since"].is_null()
}

async fn a_phone_that_goes_and_comes_back(w: &mut World) {
    let (user, device, queue) = seated(w, ANSWERS).await;
    assert_eq!((status(w, user).await, user_is_unreachable(w, user).await), ("Available", false));
    w.phones.unregister("1001").await;
    reachable(w, "0").await;
    assert_eq!(w.told("agent:reachable").await[0], json!({"user_id": user, "device_id": device, "reachable": 0}));
    assert_eq!((status(w, user).await, user_is_unreachable(w, user).await), ("On Break", true));
    let call = w.phones.call_in(CALLER, NUMBER).await;
    waiting(w, queue, 1).await;
    // What is true already is done again by nobody.
    w.reconciled().await;
    assert_eq!((told(w).await.as_str(), w.heard("bridge-agent-fail")), ("0", 0));
    w.phones.phone("1001", PASSWORD, ANSWERS).await;
    until_told(w, "call:answer", 2).await;
    assert_eq!((told(w).await.as_str(), rang(w).await, status(w, user).await), ("01", vec![json!(user)], "Available"));
    assert!(!user_is_unreachable(w, user).await);
    // It registers again and again; that is no news.
    w.phones.phone("1001", PASSWORD, ANSWERS).await;
    w.reconciled().await;
    assert_eq!(told(w).await, "01");
    w.phones.hang_up(call).await;
}

/// Lifting one does not lift the other, in either order.
async fn a_pause_and_a_phone_that_is_gone(w: &mut World) {
    let (user, ..) = seated(w, ANSWERS).await;
    let pause = async |w: &World, id: i64| drop(done(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id={id}")).await));
    pause(w, 1).await;
    w.phones.unregister("1001").await;
    reachable(w, "0").await;
    pause(w, 0).await;
    w.reconciled().await;
    assert_eq!((status(w, user).await, user_is_unreachable(w, user).await), ("On Break", true));
    pause(w, 1).await;
    w.phones.phone("1001", PASSWORD, ANSWERS).await;
    reachable(w, "01").await;
    w.reconciled().await;
    assert_eq!((status(w, user).await, user_is_unreachable(w, user).await), ("On Break", false));
    assert_eq!(done(w.get(&format!("/api/user/{user}")).await)["pause_id"], 1);
    pause(w, 0).await;
    assert_eq!(status(w, user).await, "Available");
}

/// The caller goes on to the next agent, and nothing is counted.
async fn a_phone_that_goes_while_it_rings(w: &mut World) {
    let (first, desk) = agent(w, "1001", Behaviour::RingOn).await;
    let (second, other) = agent(w, "1002", ANSWERS).await;
    done(w.put(&format!("/api/user/{first}"), json!({"max_no_answer": 1})).await);
    queue(w, "Support", "7000", &[first, second]).await;
    check_in(w, first, desk).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    until_told(w, "call:ring", 1).await;
    check_in(w, second, other).await;
    w.phones.unregister("1001").await;
    until_told(w, "call:answer", 2).await;
    assert_eq!((rang(w).await, told(w).await.as_str()), (vec![json!(first), json!(second)], "0"));
    w.phones.phone("1001", PASSWORD, ANSWERS).await;
    reachable(w, "01").await;
    assert_eq!((status(w, first).await, &done(w.get(&format!("/api/user/{first}")).await)["pause_id"]), ("Available", &json!(0)));
    w.phones.hang_up(call).await;
}

/// The call goes on; nothing is offered after it.
async fn a_phone_that_goes_in_a_call(w: &mut World) {
    let (user, _, queue) = seated(w, ANSWERS).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    until_told(w, "call:answer", 2).await;
    w.ask_switch("sofia profile internal flush_inbound_reg 1001@lab.local").await;
    reachable(w, "0").await;
    let waits = w.phones.call_in("972502222222", NUMBER).await;
    waiting(w, queue, 1).await;
    assert_eq!(w.told("call:end").await.len(), 0);
    w.phones.hang_up(call).await;
    until_told(w, "call:end", 2).await;
    w.reconciled().await;
    assert_eq!((status(w, user).await, rang(w).await.len()), ("On Break", 1));
    w.phones.phone("1001", PASSWORD, ANSWERS).await;
    until_told(w, "call:ring", 2).await;
    w.phones.hang_up(waits).await;
}

/// The switch forgets it; its listing shows it for a while, but nobody can be called there.
async fn a_registration_that_ends_by_itself(w: &mut World) {
    let (user, ..) = seated(w, ANSWERS).await;
    w.ask_switch("sofia profile internal flush_inbound_reg 1001@lab.local").await;
    reachable(w, "0").await;
    assert!(w.ask_switch("show registrations as json").await.contains("\"1001\""));
    for _ in 0..2 {
        w.reconciled().await;
    }
    assert_eq!((told(w).await.as_str(), status(w, user).await), ("0", "On Break"));
    w.phones.phone("1001", PASSWORD, ANSWERS).await;
    reachable(w, "01").await;
    assert_eq!(status(w, user).await, "Available");
}

async fn a_phone_that_goes_while_ccgate_is_away(w: &mut World) {
    let (user, ..) = seated(w, ANSWERS).await;
    w.stop_ccgate().await;
    w.phones.unregister("1001").await;
    w.start_ccgate().await;
    reachable(w, "0").await;
    assert_eq!(status(w, user).await, "On Break");
    w.take_switch_away_for_a_while().await;
    w.phones.phone("1001", PASSWORD, ANSWERS).await;
    w.bring_switch_back().await;
    reachable(w, "01").await;
    assert_eq!(status(w, user).await, "Available");
}

/// Registrations outlive it, and so does who has none.
async fn a_phone_at_a_switch_that_restarts(w: &mut World) {
    let (first, ..) = seated(w, ANSWERS).await;
    let (second, other) = agent(w, "1002", ANSWERS).await;
    check_in(w, second, other).await;
    w.phones.unregister("1002").await;
    reachable(w, "0").await;
    w.restart_switch().await;
    w.reconciled().await;
    assert_eq!((status(w, first).await, status(w, second).await), ("Available", "On Break"));
    w.phones.phone("1002", PASSWORD, ANSWERS).await;
    reachable(w, "01").await;
    assert_eq!((status(w, first).await, status(w, second).await), ("Available", "Available"));
}

async fn an_agent_who_moves_to_a_phone_that_is_there(w: &mut World) {
    let (user, ..) = seated(w, ANSWERS).await;
    let (_, other) = agent(w, "1002", ANSWERS).await;
    w.phones.unregister("1001").await;
    reachable(w, "0").await;
    done(w.get(&format!("/api/cc_agent/checkInDevice?user_id={user}&device_id={other}&forceCheckOut=1")).await);
    assert_eq!((status(w, user).await, user_is_unreachable(w, user).await), ("Available", false));
    // The phone that it has left is nothing to it.
    w.phones.phone("1001", PASSWORD, ANSWERS).await;
    w.reconciled().await;
    assert_eq!(told(w).await, "0");
}
