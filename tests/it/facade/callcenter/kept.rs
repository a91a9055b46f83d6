//! Answers that hold until the next commit: nobody is given one that does not hold any more, or that it may not have.

use serde_json::json;

use super::auth::keyed;
use super::{data, queue, refusal, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![what_was_answered_follows_what_is_changed, who_may_not_ask_any_more, another_account];

async fn what_was_answered_follows_what_is_changed(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    let queue = queue(w, "Queue", json!([[user, 4, 2, 1]])).await;
    let (one, all, list) = (format!("/api/user/{user}"), "/api/user", "/api/cc_queue?limit=100");
    let joined = |list: &serde_json::Value| list[0]["users"][0][6].clone();
    for _ in 0..2 {
        assert_eq!(data(w.get(&one).await)["pause_id"], 0);
        assert_eq!(joined(&data(w.get(list).await)), json!(true));
    }
    let pause = data(w.get("/api/pause").await)[0]["id"].clone();
    data(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id={pause}")).await);
    assert_eq!(data(w.get(&one).await)["pause_id"], pause);
    data(w.put(&one, json!({"name": "Another"})).await);
    assert_eq!(data(w.get(&one).await)["name"], "Another");
    assert!(data(w.get(all).await).as_array().unwrap().iter().any(|user| user["name"] == "Another"));
    assert_eq!(data(w.get(list).await)[0]["users"][0][4], "Another");
    data(w.get(&format!("/api/cc_agent/checkOut?user_id={user}")).await);
    assert_eq!(joined(&data(w.get(list).await)), json!(false));
    data(w.put(&format!("/api/cc_queue/{queue}"), json!({"name": "Sales"})).await);
    assert_eq!(data(w.get(list).await)[0]["name"], "Sales");
}

async fn who_may_not_ask_any_more(w: &mut World) {
    let (user, key) = keyed(w, json!({"permissions": {"cc_api": true, "users": true}})).await;
    let path = format!("/api/user/{}", w.user_id());
    data(w.with_key(&key).get(&path).await);
    data(w.put(&format!("/api/user/{user}"), json!({"permissions": {"cc_api": true, "users": false}})).await);
    refusal(w.with_key(&key).get(&path).await, 403);
    let keys = data(w.get(&format!("/api/user/{user}/key")).await);
    data(w.with_key(&key).get(&format!("/api/user/{user}")).await);
    data(w.delete(&format!("/api/user/{user}/key/{}", keys[0]["id"])).await);
    refusal(w.with_key(&key).get(&format!("/api/user/{user}")).await, 401);
}

async fn another_account(w: &mut World) {
    let path = format!("/api/user/{}", w.user_id());
    data(w.get(&path).await);
    let other = w.other_account("other.local").await;
    refusal(other.get(&path).await, 404);
    assert_eq!(data(other.get("/api/cc_queue?limit=100").await), json!([]));
}
