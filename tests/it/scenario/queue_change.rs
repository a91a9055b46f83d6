//! A queue is changed while callers wait in it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::{agent, check_in, done, queue, resource, scenarios, wait_in, waiting};
use crate::harness::World;
use crate::harness::phones::Behaviour;

scenarios![
    ten_callers_wait_through_five_changes,
    changes_at_once_are_few_reloads,
    a_storm_of_changes_loses_no_caller,
    a_wrong_value_changes_nothing,
];

/// Answers, says what is to be said, and hangs up.
const QUICK: Behaviour = Behaviour::Answer { after_ms: 50, talk_ms: Some(200) };

/// The queue as the switch lists it.
async fn listed(w: &World, queue: i64) -> Value {
    let listing = w.ask_switch(r#"json {"command":"callcenter_config","data":{"arguments":"queue list"}}"#).await;
    let listing: Value = serde_json::from_str(&listing).expect("a listing");
    let rows = listing["response"].as_array().expect("rows");
    rows.iter().find(|row| row["name"] == format!("{queue}@lab.local")).expect("the queue is loaded").clone()
}

async fn ten_callers_wait_through_five_changes(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", QUICK).await;
    let support = queue(w, "Support", "7000", &[user]).await;
    let beep = resource(w, "media", json!({"name": "Beep", "kind": "tone", "spec": "%(500,500,440);loops=-1"})).await;
    check_in(w, user, device).await;
    done(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id=1")).await);
    let mut callers = Vec::new();
    for caller in 0..10 {
        callers.push(w.phones.call_in(&format!("97250000000{caller}"), "97237000").await);
    }
    waiting(w, support, 10).await;
    for (change, shown, value) in [
        (json!({"strategy": "ring-all"}), "strategy", json!("ring-all")),
        (json!({"max_wait_time": 3_000}), "max_wait_time", json!(3_000)),
        (json!({"moh_id": beep}), "moh_sound", json!("tone_stream://%(500,500,440);loops=-1")),
        (json!({"strategy": "round-robin", "discard_abandoned_after": 30}), "discard_abandoned_after", json!(30)),
        (json!({"strategy": "top-down", "moh_id": null}), "strategy", json!("top-down")),
    ] {
        done(w.put(&format!("/api/cc_queue/{support}"), change).await);
        assert_eq!(listed(w, support).await[shown], value);
        assert_eq!(wait_in(w, support).await, 10, "a caller was lost");
    }
    done(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id=0")).await);
    let mut served = BTreeSet::new();
    while served.len() < 10 {
        let answer = w.sink.next("call:answer", &secret).await["data"].clone();
        assert_eq!(answer["dst_user_id"], json!(user), "{answer}");
        served.insert(answer["call_id"].to_string());
    }
    w.idle().await;
    let starts = w.sink.names().iter().filter(|name| **name == "call:start").count();
    assert_eq!(starts, 10, "nobody joined twice");
}

async fn changes_at_once_are_few_reloads(w: &mut World) {
    let support = queue(w, "Support", "7000", &[]).await;
    let call = w.phones.call_in("972502222222", "97237000").await;
    waiting(w, support, 1).await;
    let path = format!("/api/cc_queue/{support}");
    let changes = (1..=5).map(|n| w.put(&path, json!({"max_wait_time": 1_000 * n})));
    for answer in futures_util::future::join_all(changes).await {
        done(answer);
    }
    w.reconciled().await;
    let reloads = w.heard(&format!("queue reload {support}@lab.local"));
    assert!((1..=2).contains(&reloads), "five changes were {reloads} reloads");
    assert_eq!(wait_in(w, support).await, 1);
    w.phones.hang_up(call).await;
}

/// Fifty changes in five gusts: in the first one everybody waits, in the others callers come, are offered and talk.
async fn a_storm_of_changes_loses_no_caller(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (first, desk) = agent(w, "1001", QUICK).await;
    let (second, other) = agent(w, "1002", QUICK).await;
    let support = queue(w, "Support", "7000", &[first, second]).await;
    let path = format!("/api/cc_queue/{support}");
    for (user, device) in [(first, desk), (second, other)] {
        check_in(w, user, device).await;
        done(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id=1")).await);
    }
    let (mut callers, begun) = (0, Instant::now());
    for gust in 0..5 {
        for _ in 0..if gust == 0 { 8 } else { 2 } {
            w.phones.call_in(&format!("9725000000{callers:02}"), "97237000").await;
            callers += 1;
        }
        if gust == 0 {
            waiting(w, support, callers).await;
        }
        let strategies = ["ring-all", "round-robin", "top-down", "longest-idle-agent", "random"];
        let changes = (0..10).map(|n| w.put(&path, json!({"strategy": strategies[n % 5], "max_wait_time": 1_000 + 10 * gust + n})));
        for answer in futures_util::future::join_all(changes).await {
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
        if gust == 0 {
            assert_eq!(wait_in(w, support).await, callers, "a caller was lost");
            for user in [first, second] {
                done(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id=0")).await);
            }
        }
    }
    w.reconciled().await;
    let reloads = w.heard(&format!("queue reload {support}@lab.local"));
    let most = 1 + begun.elapsed().as_secs();
    assert!((1..=most).contains(&(reloads as u64)), "{reloads} reloads where one a second makes {most}");
    let mut served = BTreeSet::new();
    while served.len() < callers {
        served.insert(w.sink.next("call:answer", &secret).await["data"]["call_id"].to_string());
    }
    w.idle().await;
    let starts = w.sink.names().iter().filter(|name| **name == "call:start").count();
    assert_eq!(starts, callers, "nobody joined twice");
}

async fn a_wrong_value_changes_nothing(w: &mut World) {
    let support = queue(w, "Support", "7000", &[]).await;
    let call = w.phones.call_in("972502222222", "97237000").await;
    waiting(w, support, 1).await;
    let (path, before) = (format!("/api/cc_queue/{support}"), listed(w, support).await);
    let shown = done(w.get(&path).await);
    for wrong in [json!({"strategy": "ring-all", "max_wait_time": -1}), json!({"strategy": "ring-all", "moh_id": 999_999})] {
        assert_eq!(w.put(&path, wrong).await.status, 400);
    }
    w.reconciled().await;
    assert_eq!((done(w.get(&path).await), listed(w, support).await), (shown, before));
    assert_eq!(w.heard(&format!("queue reload {support}@lab.local")), 0);
    w.phones.hang_up(call).await;
}
