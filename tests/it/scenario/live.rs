//! A queue call as it is seen while it goes on: on the live stream, and among the active calls.

use serde_json::{Value, json};

use super::{agent, check_in, done, queue, scenarios};
use crate::harness::World;
use crate::harness::listening::Listening;
use crate::harness::phones::Behaviour;

scenarios![a_queue_call_is_seen];

async fn a_queue_call_is_seen(w: &mut World) {
    let (user, device) = agent(w, "1001", Behaviour::Answer { after_ms: 2_000, talk_ms: None }).await;
    let other =
        done(w.post("/api/user", json!({"name": "Other", "username": "other", "password": "Ab123456", "email": "o@example.org"})).await);
    done(w.put(&format!("/api/user/{}", other["id"]), json!({"permissions": {"cc_api": true}})).await);
    let key = done(w.post(&format!("/api/user/{}/key", other["id"]), json!({})).await)["key"].as_str().expect("a key").to_owned();
    let (support, sales) = (queue(w, "Support", "7000", &[user]).await, queue(w, "Sales", "7001", &[]).await);
    let mut listening =
        w.listen(&format!("?queue_id={support}&event=call:start,call:ring,call:answer,call:end"), "").await.ok().expect("a stream");

    let call = w.phones.call_in("972501234567", "97237000").await;
    let start = next(&mut listening, "call:start").await;
    let caller = start["id"].clone();
    assert_eq!(states(w, "").await, [(caller.clone(), json!("waiting"))]);
    let row = done(w.get("/api/cc_agent/active_calls").await)[0].clone();
    for (field, value) in [("id", &caller), ("call_id", &caller), ("type", &json!("queue")), ("queue_id", &json!(support))] {
        assert_eq!(&row[field], value, "{field}: {row}");
    }
    assert_eq!((&row["cid_num"], row.get("hangup_cause")), (&start["cid_num"], None), "{row}");

    check_in(w, user, device).await;
    let offered = next(&mut listening, "call:ring").await["id"].clone();
    let both = |state: &str, callers: &str| vec![(caller.clone(), json!(callers)), (offered.clone(), json!(state))];
    assert_eq!(states(w, "").await, both("ringing", "waiting"));
    next(&mut listening, "call:answer").await;
    next(&mut listening, "call:answer").await;
    assert_eq!(states(w, "").await, both("answered", "answered"));
    assert_eq!(states(w, &format!("?user_id={user}&queue_id={support}")).await, both("answered", "answered"));
    assert_eq!(states(w, &format!("?queue_id={sales}")).await, []);
    assert_eq!(states(w, "?lead_id=7").await, []);
    assert_eq!(done(w.with_key(&key).get("/api/cc_agent/active_calls").await), json!([]), "somebody else's");

    w.phones.hang_up(call).await;
    next(&mut listening, "call:end").await;
    next(&mut listening, "call:end").await;
    assert_eq!(states(w, "").await, []);
}

/// The data of the next event, which is one of these.
async fn next(listening: &mut Listening, name: &str) -> Value {
    let heard = listening.next().await.expect("the stream is open");
    assert_eq!(heard.event, name, "{}", heard.data);
    heard.data["data"].clone()
}

/// The legs that are up, with what they do.
async fn states(w: &World, query: &str) -> Vec<(Value, Value)> {
    let rows = done(w.get(&format!("/api/cc_agent/active_calls{query}")).await);
    rows.as_array().into_iter().flatten().map(|row| (row["uuid"].clone(), row["state"].clone())).collect()
}
