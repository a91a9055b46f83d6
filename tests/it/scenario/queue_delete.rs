//! A queue is deleted while callers are in it.

use serde_json::{Value, json};

use super::{ANSWERS, agent, check_in, done, queue, scenarios, waiting};
use crate::harness::World;

scenarios![
    who_waits_goes_to_the_exit_and_who_talks_goes_on,
    without_an_exit_calls_end,
    an_exit_that_leads_nowhere_is_none,
    a_queue_deleted_while_the_switch_is_away,
];

/// Fails when the switch has the queue.
async fn assert_gone(w: &World, queue: i64) {
    let queues = w.ask_switch("callcenter_config queue list").await;
    assert!(!queues.contains(&format!("{queue}@lab.local|")), "{queues}");
}

async fn delete(w: &World, queue: i64) {
    assert_eq!(w.delete(&format!("/api/cc_queue/{queue}")).await.body, json!({"success": true}));
}

async fn ended(w: &mut World, secret: &str) -> Value {
    w.sink.next("call:end", secret).await["data"].clone()
}

async fn who_waits_goes_to_the_exit_and_who_talks_goes_on(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let (other, desk) = agent(w, "1002", ANSWERS).await;
    let (going, staying) = (queue(w, "Going", "7000", &[user]).await, queue(w, "Staying", "7001", &[other]).await);
    done(w.put(&format!("/api/cc_queue/{going}"), json!({"exits": {"timeout": "7001"}})).await);
    check_in(w, user, device).await;
    let talks = w.phones.call_in("972501111111", "97237000").await;
    let talk = w.sink.next("call:answer", &secret).await["data"]["call_id"].clone();
    w.sink.next("call:answer", &secret).await;
    let mut calls = Vec::new();
    for caller in ["972502222222", "972503333333"] {
        calls.push(w.phones.call_in(caller, "97237000").await);
    }
    waiting(w, going, 2).await;

    delete(w, going).await;

    waiting(w, staying, 2).await;
    assert_gone(w, going).await;
    assert_eq!(done(w.get(&format!("/api/user/{user}")).await)["queues"], json!([]));
    // Another pass, and a call through the module: it has not come back, and the two are served where they are now.
    w.reconciled().await;
    check_in(w, other, desk).await;
    let served = w.sink.next("call:answer", &secret).await["data"].clone();
    assert_eq!((&served["queue_id"], &served["dst_user_id"]), (&json!(staying), &json!(other)), "{served}");
    assert_gone(w, going).await;
    // The conversation of the queue that is gone went on all the time.
    assert!(!w.sink.seen().iter().any(|event| event["event"] == "call:end" && event["data"]["call_id"] == talk), "{:?}", w.sink.names());
    w.phones.hang_up(talks).await;
    let end = ended(w, &secret).await;
    assert_eq!((&end["call_id"], &end["hangup_cause"]), (&talk, &json!("NORMAL_CLEARING")), "{end}");
    for call in calls {
        w.phones.hang_up(call).await;
    }
    w.idle().await;
}

async fn without_an_exit_calls_end(w: &mut World) {
    let secret = w.push_to_sink().await;
    let going = queue(w, "Going", "7000", &[]).await;
    for caller in ["972502222222", "972503333333"] {
        w.phones.call_in(caller, "97237000").await;
    }
    waiting(w, going, 2).await;
    delete(w, going).await;
    for _ in 0..2 {
        assert_eq!(ended(w, &secret).await["hangup_cause"], "NORMAL_TEMPORARY_FAILURE");
    }
    w.idle().await;
    w.reconciled().await;
    assert_gone(w, going).await;
    // Its numbers are gone too: nobody gets in any more.
    assert_eq!(done(w.get("/api/extension").await), json!([]));
}

async fn an_exit_that_leads_nowhere_is_none(w: &mut World) {
    let secret = w.push_to_sink().await;
    let going = queue(w, "Going", "7000", &[]).await;
    // One is the queue's own number, which goes with it, the other there never was.
    done(w.put(&format!("/api/cc_queue/{going}"), json!({"exits": {"timeout": "7000", "keys": {"1": "7999"}}})).await);
    w.phones.call_in("972502222222", "97237000").await;
    waiting(w, going, 1).await;
    delete(w, going).await;
    assert_eq!(ended(w, &secret).await["hangup_cause"], "NORMAL_TEMPORARY_FAILURE");
}

async fn a_queue_deleted_while_the_switch_is_away(w: &mut World) {
    let (going, staying) = (queue(w, "Going", "7000", &[]).await, queue(w, "Staying", "7001", &[]).await);
    done(w.put(&format!("/api/cc_queue/{going}"), json!({"exits": {"no_agent": "7001"}})).await);
    let call = w.phones.call_in("972502222222", "97237000").await;
    waiting(w, going, 1).await;
    w.take_switch_away_for_a_while().await;
    let answer = w.delete(&format!("/api/cc_queue/{going}")).await;
    assert_eq!((answer.status, &answer.body["applied"]), (200, &json!(false)), "{}", answer.body);
    w.bring_switch_back().await;
    waiting(w, staying, 1).await;
    assert_gone(w, going).await;
    w.phones.hang_up(call).await;
}
