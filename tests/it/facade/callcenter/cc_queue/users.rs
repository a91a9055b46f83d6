//! `/api/cc_queue/{id}/users`

use serde_json::json;

use crate::facade::callcenter::{agent, data, queue, refusal, resource, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![rest, agents_follow];

async fn rest(w: &mut World) {
    let (one, two) = (agent(w, "one").await, agent(w, "two").await);
    let path = format!("/api/cc_queue/{}/users", queue(w, "Queue", json!([])).await);
    assert_eq!(data(w.get(&path).await), json!([]));
    data(w.post(&path, json!({"users": [[one, 4, 10, 1, null]]})).await);
    let both = json!([[two, 3, 1, 1, "Agent two", null, false], [one, 4, 10, 1, "Agent one", null, false]]);
    assert_eq!(data(w.post(&path, json!({"users": format!("[[{two},3]]")})).await), both);
    // What a list shows may be written as it is.
    assert_eq!(data(w.put(&path, json!({"users": both})).await), both);
    let hours = resource(w, "time_group", json!({"name": "Hours"})).await;
    assert_eq!(data(w.put(&path, json!([[one, 1, 2, 3, hours]])).await), json!([[one, 1, 2, 3, "Agent one", hours, false]]));
    assert_eq!(data(w.delete(&format!("{path}?ids={one},{two}")).await), json!([]));
    assert!(refusal(w.delete(&path).await, 400).starts_with("ids"));
    refusal(w.get("/api/cc_queue/999999/users").await, 404);
}

async fn agents_follow(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    let queue = queue(w, "Queue", json!([])).await;
    let (path, me) = (format!("/api/cc_queue/{queue}/users"), format!("/api/user/{user}"));
    data(w.post(&path, json!({"users": [[user, 3]]})).await);
    assert_eq!(data(w.get(&me).await)["queues"], json!([]));
    data(w.put(&path, json!({"users": [[user, 4]]})).await);
    assert_eq!(data(w.get(&me).await)["queues"], json!([queue]));
    assert_eq!(data(w.get(&path).await), json!([[user, 4, 1, 1, "Agent 1001", null, true]]));
    data(w.delete(&format!("{path}?ids[]={user}")).await);
    assert_eq!(data(w.get(&me).await)["queues"], json!([]));
    assert!(w.event_names().await.ends_with(&["queue:join".to_owned(), "queue:leave".to_owned()]));
}
