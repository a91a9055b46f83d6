//! Wrap-up, with the offers that a switch makes after it (trap 5).

use serde_json::{Value, json};

use super::{ANSWERS, agent, agent_row, check_in, done, queue, scenarios, waiting};
use crate::harness::World;
use crate::harness::phones::CallId;

scenarios![
    a_wrap_up_that_is_ended,
    a_wrap_up_that_is_cut_short,
    a_wrap_up_where_there_was_none,
    a_wrap_up_that_is_extended_by_the_default,
    a_wrap_up_that_is_ended_after_a_restart,
    no_wrap_up_after_another_call,
    a_wrap_up_that_ends_by_itself,
    the_rule_is_back_before_the_next_call,
];

/// So long that whoever waits for it waits in vain.
const LONG_S: u32 = 300;

/// An agent with this wrap-up whose first call has ended: its id, the queue's, and when it was.
async fn after_a_call(w: &mut World, secret: &str, overrides: Value) -> (i64, i64, i64) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    done(w.put(&format!("/api/user/{user}"), overrides).await);
    let queue = queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, device).await;
    let call = w.phones.call_in("972501111111", "97237000").await;
    answered(w, secret).await;
    let ended = hang_up(w, secret, call).await;
    (user, queue, ended)
}

async fn answered(w: &mut World, secret: &str) {
    for _ in ["the agent's leg", "the caller's"] {
        w.sink.next("call:answer", secret).await;
    }
}

/// Ends a call; when that was, in epoch seconds.
async fn hang_up(w: &mut World, secret: &str, call: CallId) -> i64 {
    w.phones.hang_up(call).await;
    w.sink.next("call:end", secret).await;
    w.sink.next("call:end", secret).await["ts"].as_i64().expect("epoch seconds")
}

/// Waits until the agent is offered a call; when that was, in epoch seconds.
async fn offered(w: &mut World, secret: &str) -> i64 {
    w.sink.next("call:ring", secret).await["ts"].as_i64().expect("epoch seconds")
}

async fn wrap_up(w: &World, user: i64, seconds: &str) {
    done(w.get(&format!("/api/cc_agent/wrapup?user_id={user}{seconds}")).await);
}

async fn a_wrap_up_that_is_ended(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, queue, _) = after_a_call(w, &secret, json!({"wrap_up_time": LONG_S})).await;
    let second = w.phones.call_in("972502222222", "97237000").await;
    waiting(w, queue, 1).await;
    wrap_up(w, user, "&seconds=0").await;
    offered(w, &secret).await;
    answered(w, &secret).await;
    // The module's own rule is back for this call: a third caller waits for its end.
    let third = w.phones.call_in("972503333333", "97237000").await;
    waiting(w, queue, 1).await;
    hang_up(w, &secret, second).await;
    w.reconciled().await;
    assert!(agent_row(w, user).await.contains(&format!("|{LONG_S}|")), "{}", agent_row(w, user).await);
    waiting(w, queue, 1).await;
    wrap_up(w, user, "&seconds=0").await;
    offered(w, &secret).await;
    answered(w, &secret).await;
    hang_up(w, &secret, third).await;
    let rings = w.sink.names().iter().filter(|name| **name == "call:ring").count();
    assert_eq!(rings, 3, "one offer a caller");
}

async fn a_wrap_up_that_is_cut_short(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, queue, _) = after_a_call(w, &secret, json!({"wrap_up_time": LONG_S})).await;
    let call = w.phones.call_in("972502222222", "97237000").await;
    waiting(w, queue, 1).await;
    wrap_up(w, user, "&seconds=1").await;
    offered(w, &secret).await;
    w.phones.hang_up(call).await;
}

async fn a_wrap_up_where_there_was_none(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, _, ended) = after_a_call(w, &secret, json!({"wrap_up_time": 0})).await;
    wrap_up(w, user, "&seconds=3").await;
    let call = w.phones.call_in("972502222222", "97237000").await;
    let offered = offered(w, &secret).await;
    assert!(offered >= ended + 3, "offered {} s after the call", offered - ended);
    w.phones.hang_up(call).await;
}

async fn a_wrap_up_that_is_extended_by_the_default(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, _, ended) = after_a_call(w, &secret, json!({"wrap_up_time": 2, "max_snooze": 1})).await;
    wrap_up(w, user, "").await;
    let again = w.get(&format!("/api/cc_agent/wrapup?user_id={user}")).await;
    assert_eq!(again.status, 409, "{}", again.body);
    let call = w.phones.call_in("972502222222", "97237000").await;
    let offered = offered(w, &secret).await;
    // Twice two seconds; both moments are rounded down.
    assert!((ended + 3..ended + LONG_S as i64).contains(&offered), "offered {} s after the call", offered - ended);
    w.phones.hang_up(call).await;
}

async fn a_wrap_up_that_is_ended_after_a_restart(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, queue, _) = after_a_call(w, &secret, json!({"wrap_up_time": LONG_S})).await;
    w.restart_ccgate().await;
    w.reconciled().await;
    let call = w.phones.call_in("972502222222", "97237000").await;
    waiting(w, queue, 1).await;
    wrap_up(w, user, "&seconds=0").await;
    offered(w, &secret).await;
    w.phones.hang_up(call).await;
}

/// Nothing of a queue ended, so nothing is extended that may not be.
async fn no_wrap_up_after_another_call(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", ANSWERS).await;
    done(w.put(&format!("/api/user/{user}"), json!({"wrap_up_time": LONG_S, "max_snooze": 0})).await);
    check_in(w, user, device).await;
    w.phones.outside("0501234567", ANSWERS).await;
    let call = w.phones.dial("1001", "0501234567").await;
    answered(w, &secret).await;
    hang_up(w, &secret, call).await;
    w.idle().await;
    assert_eq!(done(w.get(&format!("/api/stats/agent?user_id={user}")).await)[0]["wrap_up_ms"], 0);
    wrap_up(w, user, "").await;
}

/// It begins, is made longer, ends by itself and is told to have, once; a caller waits for its end, over a restart of ccgate too.
async fn a_wrap_up_that_ends_by_itself(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, queue, ended) = after_a_call(w, &secret, json!({"wrap_up_time": LONG_S})).await;
    let left = async |w: &World| done(w.get(&format!("/api/user/{user}")).await)["wrap_up_left"].as_i64().expect("seconds");
    assert!((1..=i64::from(LONG_S)).contains(&left(w).await), "{}", left(w).await);
    wrap_up(w, user, "&seconds=4").await;
    let second = w.phones.call_in("972502222222", "97237000").await;
    waiting(w, queue, 1).await;
    w.restart_ccgate().await;
    let offered = offered(w, &secret).await;
    answered(w, &secret).await;
    assert_eq!(left(w).await, 0);
    let told: Vec<_> = w.told("agent:wrapup").await.iter().map(|event| event["ends_at"].as_i64().expect("seconds")).collect();
    let [begun, shortened, over] = told[..] else { panic!("{told:?}") };
    assert!(begun >= ended + i64::from(LONG_S) - 1 && shortened == over && offered >= over, "{told:?} {ended} {offered}");
    w.phones.hang_up(second).await;
}

/// The module's rule, which was off for a wrap-up of the API's, is back before the next call, so that nobody has to be there at its bridge.
async fn the_rule_is_back_before_the_next_call(w: &mut World) {
    w.stop_the_clock().await;
    let secret = w.push_to_sink().await;
    let (user, ..) = after_a_call(w, &secret, json!({"wrap_up_time": 7})).await;
    let rule = async |w: &World| agent_row(w, user).await.contains("|7|");
    wrap_up(w, user, "&seconds=0").await;
    assert!(!rule(w).await, "{}", agent_row(w, user).await);
    w.later(4).await;
    assert!(!rule(w).await, "it would hold for the call that is over: {}", agent_row(w, user).await);
    w.later(60).await;
    assert!(rule(w).await, "{}", agent_row(w, user).await);
    w.reconciled().await;
    assert!(rule(w).await);
}
