//! `PUT /api/cc_queue/{id}/users`

use serde_json::json;

use crate::facade::callcenter::{agent, data, queue, resource, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![the_only_ones, what_was_read_can_be_written, agents_follow];

async fn the_only_ones(w: &mut World) {
    let (one, two) = (agent(w, "one").await, agent(w, "two").await);
    let path = format!("/api/cc_queue/{}/users", queue(w, "Queue", json!([[two, 3]])).await);
    let hours = resource(w, "time_group", json!({"name": "Shift"})).await;
    let row = json!([[one, 1, 2, 3, "Agent one", hours, false]]);
    assert_eq!(data(w.put(&path, json!([[one, 1, 2, 3, hours]])).await), row);
    assert_eq!(data(w.get(&path).await), row);
    assert_eq!(data(w.put(&path, json!({"users": []})).await), json!([]));
}

async fn what_was_read_can_be_written(w: &mut World) {
    let (one, two) = (agent(w, "one").await, agent(w, "two").await);
    let path = format!("/api/cc_queue/{}/users", queue(w, "Queue", json!([[one, 4, 10, 1], [two, 3]])).await);
    let shown = data(w.get(&path).await);
    assert_eq!(data(w.put(&path, json!({"users": shown})).await), shown);
}

async fn agents_follow(w: &mut World) {
    let ((user, _), other) = (seated(w, "1001").await, agent(w, "other").await);
    let queue = queue(w, "Queue", json!([])).await;
    let (path, me) = (format!("/api/cc_queue/{queue}/users"), format!("/api/user/{user}"));
    data(w.put(&path, json!({"users": [[user, 4]]})).await);
    assert_eq!(data(w.get(&me).await)["queues"], json!([queue]));
    assert!(w.ask_switch("callcenter_config tier list").await.contains(&format!("{queue}@lab.local|{user}@lab.local|Ready|1|1")));
    data(w.put(&path, json!({"users": [[user, 4, 7, 2]]})).await);
    assert!(w.ask_switch("callcenter_config tier list").await.contains(&format!("{queue}@lab.local|{user}@lab.local|Ready|2|7")));
    data(w.put(&path, json!({"users": [[other, 4]]})).await);
    assert_eq!(data(w.get(&me).await)["queues"], json!([]));
    assert!(w.event_names().await.ends_with(&["queue:join".to_owned(), "queue:leave".to_owned()]));
}
