//! The machine's clock is set: by hours, forwards and back. docs/operations.md says what that does.

use std::collections::BTreeSet;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::{CALL, a_call, at_work};
use crate::harness::{HookSink, World, patience, trial};
use crate::scenario::{check_in, done, resource};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("sim_fault_the_clock_is_set", set), trial("sim_fault_what_is_sent_again_is_not_put_off_by_the_clock", sent_again)]
}

const HOURS: i64 = 6 * 3_600;

async fn set() {
    let (mut w, _, user) = at_work().await;
    w.stop_the_clock().await;
    let pause = resource(&w, "pause", json!({"name": "Short", "max_seconds": 600})).await;
    let login = w.anonymous().post("/api/user/login", json!({"username": "agent1001", "password": "Ab123456"})).await;
    let session = format!("/api/cc_agent/state?ssid={}", done(login)["ssid"].as_str().expect("a session"));
    for by in [HOURS, -2 * HOURS, HOURS] {
        done(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id={pause}")).await);
        w.later(by).await;
        // A limit is a moment: after hours it is over; before that moment the pause goes on, and whoever took it ends it.
        let paused = done(w.get("/api/user?is_agent=1").await)[0]["pause_id"] == json!(pause);
        assert_eq!(paused, by < 0, "after {by} s");
        done(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id=0")).await);
        a_call_is_told(&mut w).await;
        done(w.get(&format!("/api/cc_agent/checkOut?user_id={user}")).await);
        check_in(&w, user, 1).await;
        w.reconciled().await;
        assert_eq!(w.anonymous().get(&session).await.status, 200, "a session is of a day, after {by} s");
    }
    let events = done(w.get("/api/event?limit=500").await);
    let events = events.as_array().expect("events");
    let ids: BTreeSet<_> = events.iter().map(|event| event["id"].to_string()).collect();
    assert!(ids.len() == events.len() && events.len() > 3 * CALL.len(), "an id is an event's own: {events:?}");
    let day = w.clock().now().epoch_s() - 86_400;
    no_negative(&done(w.get(&format!("/api/stats/agent?user_id={user}&from={day}")).await));
    w.stop().await;
}

/// What was told of it, in the order of the commits, wherever the clock was.
async fn a_call_is_told(w: &mut World) {
    let before = w.event_names().await.len();
    a_call(w).await;
    let mut commits = w.running().store().committed();
    let told = patience("the call to be told", async {
        loop {
            commits.mark_unchanged();
            let names = w.event_names().await.split_off(before);
            let names: Vec<_> = names.into_iter().filter(|name| name.starts_with("call:")).collect();
            if names.len() >= CALL.len() {
                return names;
            }
            commits.changed().await.expect("ccgate runs");
        }
    });
    assert_eq!(told.await, CALL);
}

fn no_negative(of: &Value) {
    match of {
        Value::Array(all) => all.iter().for_each(no_negative),
        Value::Object(all) => all.values().for_each(no_negative),
        other => assert!(other.as_f64().is_none_or(|number| number >= 0.0), "{other}"),
    }
}

async fn sent_again() {
    let mut w = World::start().await;
    w.stop_the_clock().await;
    let sink = HookSink::start().await;
    done(w.put("/api/account", json!({"event_url": sink.url("/")})).await);
    sink.answer(500);
    let event = done(w.post("/api/event/test", json!({})).await)["id"].as_str().expect("an id").to_owned();
    until(&w, &event, |event| event["attempts"] == json!(1)).await;
    sink.answer(200);
    w.clock().advance_ms(-HOURS * 1_000);
    // With a commit the push looks at the clock; as long as that stands, it is not time.
    done(w.put("/api/account", json!({"name": "Back"})).await);
    let put_back = |event: &Value| event["next_attempt"].as_i64() < Some(w.clock().now().epoch_s() + 10);
    until(&w, &event, put_back).await;
    // Five seconds, and a fifth more with its jitter.
    w.clock().advance_ms(6_000);
    done(w.put("/api/account", json!({"name": "Later"})).await);
    until(&w, &event, |event| event["state"] == "done" && event["attempts"] == json!(2)).await;
    w.stop().await;
}

/// Waits for an event to be so, after whichever commit.
async fn until(w: &World, event: &str, is: impl Fn(&Value) -> bool) {
    let mut commits = w.running().store().committed();
    patience("an event to be sent, or put off", async {
        loop {
            commits.mark_unchanged();
            if is(&done(w.get(&format!("/api/event/{event}")).await)) {
                return;
            }
            commits.changed().await.expect("ccgate runs");
        }
    })
    .await;
}
