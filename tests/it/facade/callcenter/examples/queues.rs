//! "Queues".

use serde_json::json;

use super::get;
use crate::facade::callcenter::{agent, data, queue};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![a_new_queue_by_get, the_agents_of_a_queue];

async fn a_new_queue_by_get(w: &mut World) {
    let example = json!({"success": true, "data": {
        "id": 1, "account_id": 1, "site_id": null, "name": "QUEUE-NAME", "tv_name": null, "strategy": "longest-idle-agent", "record": null,
        "time_base_score": "",
    }});
    let path = "/api/cc_queue?name=QUEUE-NAME&strategy=longest-idle-agent&time_base_score=queue";
    let made = get(w, path, &example).await["data"].clone();
    assert_eq!(data(w.get(&format!("/api/cc_queue/{}", made["id"])).await)["name"], "QUEUE-NAME");
}

async fn the_agents_of_a_queue(w: &mut World) {
    let (one, two) = (agent(w, "one").await, agent(w, "two").await);
    let id = queue(w, "Support", json!([[one, 4, 10, 1], [two, 4, 10, 1]])).await;
    let example = json!({"success": true, "data": [[23250, 4, 10, 1, "John Smith", null, false]]});
    let body = get(w, &format!("/api/cc_queue/{id}/users"), &json!({"success": true, "data": null})).await;
    for row in body["data"].as_array().unwrap() {
        super::assert_shape(&example["data"][0], row, "users");
    }
    assert_eq!(body["data"], json!([[one, 4, 10, 1, "Agent one", null, false], [two, 4, 10, 1, "Agent two", null, false]]));
}
