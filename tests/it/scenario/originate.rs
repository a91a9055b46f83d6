//! Click-to-call that does not come about: each answer has FreeSWITCH's hangup cause.

use serde_json::json;

use super::{ANSWERS, agent, done, scenarios};
use crate::harness::World;
use crate::harness::phones::Behaviour;

scenarios![originate_to_a_busy_phone, originate_rejected, originate_without_answer, originate_to_an_unregistered_phone];

async fn fails(w: &mut World, behaviour: Behaviour, causes: &[&str]) {
    let (user, device) = agent(w, "1001", behaviour).await;
    // Rings for a second instead of half a minute.
    done(w.put(&format!("/api/device/{device}"), json!({"timeout": 1})).await);
    let answer = w.get(&format!("/api/cc_agent/originate?user_id={user}&destination=15551234567")).await;
    assert_eq!((answer.status, &answer.body["success"], &answer.body["Success"]), (200, &json!(false), &json!(false)), "{}", answer.body);
    let cause = answer.body["hangup_cause"].as_str().unwrap_or_else(|| panic!("no hangup cause: {}", answer.body));
    assert!(causes.contains(&cause), "{cause} is none of {causes:?}");
    assert!(answer.body["msg"].as_str().is_some_and(|msg| !msg.is_empty()), "{}", answer.body);
    w.idle().await;
}

async fn originate_to_a_busy_phone(w: &mut World) {
    fails(w, Behaviour::Busy, &["USER_BUSY"]).await;
}

async fn originate_rejected(w: &mut World) {
    fails(w, Behaviour::Reject, &["CALL_REJECTED"]).await;
}

async fn originate_without_answer(w: &mut World) {
    fails(w, Behaviour::RingOn, &["NO_ANSWER"]).await;
}

async fn originate_to_an_unregistered_phone(w: &mut World) {
    let (user, _) = agent(w, "1001", ANSWERS).await;
    w.phones.unregister("1001").await;
    let answer = w.get(&format!("/api/cc_agent/originate?user_id={user}&destination=15551234567")).await;
    assert_eq!((answer.status, &answer.body["success"]), (200, &json!(false)), "{}", answer.body);
    assert!(
        ["USER_NOT_REGISTERED", "SUBSCRIBER_ABSENT"].contains(&answer.body["hangup_cause"].as_str().unwrap_or_default()),
        "{}",
        answer.body
    );
}
