//! Filters, and who sees what.

use serde_json::{Value, json};

use super::super::{agent, data, queue, refusal};
use super::{commit, listen, next_number};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![filters, what_cannot_be_asked_for, without_supervise, another_account_hears_nothing];

async fn filters(w: &mut World) {
    let (first, second) = (agent(w, "first").await, agent(w, "second").await);
    let (sales, support) = (queue(w, "Sales", json!([])).await, queue(w, "Support", json!([])).await);
    let store = w.running().store();
    let mut by_user = listen(w, &format!("?user_id={first}"), "").await;
    let mut by_queue = listen(w, &format!("?queue_id[]={support}"), "").await;
    let mut by_name = listen(w, "?event=call:ring,queue:join", "").await;
    let mut by_all = listen(w, &format!("?event=agent:status&user_id={first},{second}&queue_id={sales}"), "").await;
    for (n, about) in [
        json!({"user_id": first}),
        json!({"user_id": second, "queues": [sales, support]}),
        json!({"src_user_id": first, "queue_id": sales}),
        json!({"dst_user_id": second, "queue_id": support}),
    ]
    .iter()
    .enumerate()
    {
        commit(store, w.account_id(), n..n + 1, about).await;
    }
    let users = json!([[second, 3]]);
    data(w.post(&format!("/api/cc_queue/{support}/users"), json!({"users": users})).await);
    let device = super::super::phone(w, "1001").await;
    data(w.get(&format!("/api/cc_agent/checkInDevice?user_id={second}&device_id={device}")).await);
    assert_eq!([next_number(&mut by_user).await, next_number(&mut by_user).await], [Some(0), Some(2)]);
    assert_eq!([next_number(&mut by_queue).await, next_number(&mut by_queue).await], [Some(1), Some(3)]);
    assert_eq!([next_number(&mut by_all).await, next_number(&mut by_all).await], [Some(1), Some(2)]);
    for listening in [&mut by_name, &mut by_queue] {
        let join = listening.next().await.expect("the stream is open");
        assert_eq!((join.event.as_str(), &join.data["data"]["queues"]), ("queue:join", &json!([support])));
    }
}

async fn what_cannot_be_asked_for(w: &mut World) {
    assert!(refusal(w.get("/api/stream?event=call:rang").await, 400).starts_with("event must be of the events that there are: call:rang"));
    assert!(refusal(w.get("/api/stream?user_id=x").await, 400).starts_with("user_id must be a list of ids"));
    assert_eq!(refusal(w.get("/api/stream?user_id=999999").await, 404), "no such user");
    assert_eq!(refusal(w.get("/api/stream?queue_id=999999").await, 404), "no such queue");
}

/// An agent hears of itself, and cannot ask for others.
async fn without_supervise(w: &mut World) {
    let (own, other) = (agent(w, "own").await, agent(w, "other").await);
    data(w.put(&format!("/api/user/{own}"), json!({"permissions": {"cc_api": true}})).await);
    let key = data(w.post(&format!("/api/user/{own}/key"), json!({})).await)["key"].as_str().expect("a key").to_owned();
    let mut listening = w.with_key(&key).listen("", "").await.ok().expect("its own stream");
    for (n, about) in [json!({"user_id": other}), json!({"queue_id": 1}), json!({"dst_user_id": own})].iter().enumerate() {
        commit(w.running().store(), w.account_id(), n..n + 1, about).await;
    }
    assert_eq!(next_number(&mut listening).await, Some(2));
    let refused = w.with_key(&key).listen(&format!("?user_id={other}"), "").await.err().expect("another's");
    assert!(refusal(refused, 403).contains("supervise"));
}

async fn another_account_hears_nothing(w: &mut World) {
    let theirs = w.other_account("other.local").await;
    commit(w.running().store(), w.account_id(), 0..1, &Value::Null).await;
    let mine = listen(w, "", "").await.last_id().await;
    let mut listening = theirs.listen("", "").await.ok().expect("a stream");
    let mut resumed = theirs.listen("", &mine).await.ok().expect("a stream");
    assert_eq!(resumed.next().await.expect("a gap").event, "stream:gap", "an id of another account is as unknown as any");
    commit(w.running().store(), w.account_id(), 1..2, &Value::Null).await;
    data(theirs.post("/api/pause", json!({"name": "Tea"})).await);
    commit(w.running().store(), ccgate::domain::AccountId(w.account_id().0 + 1), 9..10, &Value::Null).await;
    assert_eq!([next_number(&mut listening).await, next_number(&mut resumed).await], [Some(9), Some(9)]);
}
