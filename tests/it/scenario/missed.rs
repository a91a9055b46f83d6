//! What happens on the switch while nobody listens is told when somebody does, once, and marked `reconciled`.

use serde_json::{Value, json};

use super::told::as_told;
use super::{ANSWERS, agent, check_in, leg_to, queue, scenarios};
use crate::harness::World;
use crate::harness::phones::{Behaviour, CallId};

scenarios![
    missed_the_end_of_a_queue_call,
    missed_an_agent_who_took_the_call,
    missed_a_whole_call,
    missed_nothing_of_a_call_in_progress,
    missed_the_first_half_of_a_call,
    missed_the_death_of_the_switch,
    missed_the_end_on_the_event_socket,
];

/// An agent at a phone, its queue, and a caller whom it speaks with.
async fn in_a_queue_call(w: &mut World) -> (String, CallId) {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", ANSWERS).await;
    queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, device).await;
    let caller = w.phones.call_in("972501234567", "97237000").await;
    for _ in 0..2 {
        w.sink.next("call:answer", &secret).await;
    }
    (secret, caller)
}

/// What was told of calls since the first `told` events, as `event hangup_cause`, with a star where it was reconciled.
fn told_since(w: &World, told: usize) -> Vec<String> {
    let calls = w.sink.seen()[told..].iter().filter(|event| event["event"].as_str().is_some_and(|name| name.starts_with("call:")));
    let star = |event: &Value| if event["reconciled"] == json!(true) { "*" } else { "" };
    calls.map(|event| format!("{}{} {}", event["event"].as_str().unwrap_or_default(), star(event), event["data"]["hangup_cause"])).collect()
}

async fn missed_the_end_of_a_queue_call(w: &mut World) {
    let (secret, caller) = in_a_queue_call(w).await;
    let told = w.sink.seen().len();
    w.stop_ccgate().await;
    w.phones.hang_up(caller).await;
    w.idle().await;
    w.until_spooled(2).await;
    w.start_ccgate().await;
    let first = w.sink.next("call:end", &secret).await;
    let second = w.sink.next("call:end", &secret).await;
    assert_eq!(told_since(w, told), ["call:end* \"NORMAL_CLEARING\""; 2]);
    for end in [first, second] {
        let ms = |name: &str| end["data"][name].as_i64().expect("a number");
        assert_eq!(ms("waitms") + ms("billms"), ms("durationms"), "{end}");
        assert!(ms("billms") > 0, "{end}");
    }
    w.until_spooled(0).await;
    as_told(w, "a_queue_call_whose_end_was_missed", 2).await;
}

async fn missed_an_agent_who_took_the_call(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", Behaviour::RingOn).await;
    queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, device).await;
    let caller = w.phones.call_in("972501234567", "97237000").await;
    w.sink.next("call:ring", &secret).await;
    let rings = leg_to(w, "1001").await["uuid"].as_str().expect("a leg").to_owned();
    w.stop_ccgate().await;
    // The first leg ends, another one begins, is answered and ends.
    w.phones.phone("1001", super::PASSWORD, ANSWERS).await;
    w.ask_switch(&format!("uuid_kill {rings} NO_ANSWER")).await;
    w.phones.answered(caller).await;
    bridged(w).await;
    w.phones.hang_up(caller).await;
    w.idle().await;
    w.until_spooled(3).await;
    w.start_ccgate().await;
    for _ in 0..3 {
        w.sink.next("call:end", &secret).await;
    }
    as_told(w, "a_queue_call_of_which_most_was_missed", 3).await;
}

/// Waits until two legs of the switch speak with each other.
async fn bridged(w: &World) {
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
    crate::harness::patience("two legs to speak", async {
        while !speaking(&legs(w).await) {
            looks.tick().await;
        }
    })
    .await;
}

/// The switch's legs, as `show channels` has them.
pub(super) async fn legs(w: &World) -> Vec<Value> {
    let shown: Value = serde_json::from_str(&w.ask_switch("show channels as json").await).unwrap_or_default();
    shown["rows"].as_array().cloned().unwrap_or_default()
}

/// Whether they are two that speak with each other.
pub(super) fn speaking(legs: &[Value]) -> bool {
    let calls: Vec<_> = legs.iter().filter_map(|leg| leg["call_uuid"].as_str()).filter(|call| !call.is_empty()).collect();
    calls.len() == 2 && calls[0] == calls[1]
}

/// Calls a number outside from the switch itself, as nobody can while ccgate is away; the leg.
async fn call_out(w: &mut World) -> String {
    w.phones.outside("97239876543", ANSWERS).await;
    let account = w.account();
    let vars = format!("ccgate_account_id={account},ccgate_call_type=outbound,ccgate_dst_num=97239876543,ccgate_a2=IL");
    let answer = w.ask_switch(&format!("originate {{{vars}}}sofia/gateway/provider/97239876543 &park()")).await;
    answer.trim().strip_prefix("+OK ").unwrap_or_else(|| panic!("{answer}")).to_owned()
}

async fn missed_a_whole_call(w: &mut World) {
    let secret = w.push_to_sink().await;
    w.stop_ccgate().await;
    let leg = call_out(w).await;
    w.ask_switch(&format!("uuid_kill {leg} NORMAL_CLEARING")).await;
    w.until_spooled(1).await;
    w.start_ccgate().await;
    let end = w.sink.next("call:end", &secret).await;
    assert_eq!(end["data"]["id"], json!(leg));
    as_told(w, "a_call_that_was_missed", 1).await;
    // What is over stays over.
    let told = w.sink.seen().len();
    w.restart_ccgate().await;
    w.reconciled().await;
    let (user, _) = agent(w, "1001", ANSWERS).await;
    check_in_of(w, user).await;
    w.sink.next("agent:checkin", &secret).await;
    assert_eq!(told_since(w, told), [""; 0]);
}

async fn check_in_of(w: &World, user: i64) {
    let devices = super::done(w.get(&format!("/api/device?user_id={user}")).await);
    check_in(w, user, devices[0]["id"].as_i64().expect("a device")).await;
}

async fn missed_nothing_of_a_call_in_progress(w: &mut World) {
    let (secret, caller) = in_a_queue_call(w).await;
    w.restart_ccgate().await;
    w.reconciled().await;
    w.phones.hang_up(caller).await;
    w.sink.next("call:end", &secret).await;
    w.sink.next("call:end", &secret).await;
    as_told(w, "a_queue_call_over_a_restart", 2).await;
}

async fn missed_the_first_half_of_a_call(w: &mut World) {
    let secret = w.push_to_sink().await;
    w.stop_ccgate().await;
    let leg = call_out(w).await;
    w.start_ccgate().await;
    w.sink.next("call:answer", &secret).await;
    w.ask_switch(&format!("uuid_kill {leg} NORMAL_CLEARING")).await;
    w.sink.next("call:end", &secret).await;
    as_told(w, "a_call_whose_begin_was_missed", 1).await;
}

async fn missed_the_death_of_the_switch(w: &mut World) {
    let (secret, _) = in_a_queue_call(w).await;
    let told = w.sink.seen().len();
    w.restart_switch().await;
    w.reconciled().await;
    for _ in 0..2 {
        w.sink.next("call:end", &secret).await;
    }
    assert_eq!(told_since(w, told), ["call:end* \"NORMAL_UNSPECIFIED\""; 2]);
}

async fn missed_the_end_on_the_event_socket(w: &mut World) {
    let (secret, caller) = in_a_queue_call(w).await;
    let told = w.sink.seen().len();
    w.take_switch_away_for_a_while().await;
    w.phones.hang_up(caller).await;
    // The records come over HTTP all the same.
    for _ in 0..2 {
        w.sink.next("call:end", &secret).await;
    }
    w.bring_switch_back().await;
    assert_eq!(told_since(w, told), ["call:end* \"NORMAL_CLEARING\""; 2]);
    as_told(w, "a_queue_call_whose_end_was_missed", 2).await;
}
