//! `action=remove`

use serde_json::json;

use super::{does, on_switch, refused, serving, v1_3};
use crate::facade::callcenter::data;
use crate::facade::world_trials;
use crate::harness::World;

world_trials![one_queue_and_no_other, refusals];

async fn one_queue_and_no_other(w: &mut World) {
    let (user, one, two) = serving(w).await;
    let told = w.event_names().await.len();
    for _ in ["once", "again"] {
        let shown = does(w, "action=remove&agent=1001&queue=7000").await;
        assert_eq!(shown["queues"], json!([{"queue": "7001", "paused": false, "reason": null}]));
        assert_eq!(v1_3(w, user).await.1, json!([two]));
        assert_eq!(on_switch(w, user).await.1, [two]);
        assert_eq!(w.event_names().await[told..], ["queue:leave"]);
    }
    assert_eq!(data(w.get(&format!("/api/cc_queue/{one}/users")).await)[0][0], json!(user), "the membership stays");
    does(w, "action=add&agent=1001&queue=7000").await;
    assert_eq!(v1_3(w, user).await.1, json!([one, two]));
}

async fn refusals(w: &mut World) {
    let (user, one, two) = serving(w).await;
    assert_eq!(refused(w, "action=remove&agent=1001").await, "queue is required for this action");
    assert_eq!(refused(w, "action=remove&agent=1999&queue=7000").await, "agent not found");
    data(w.put(&format!("/api/user/{user}/queues"), json!([[one, 4], [two, 3]])).await);
    assert!(refused(w, "action=remove&agent=1001&queue=7000").await.contains("always serves"));
    assert_eq!(v1_3(w, user).await.1, json!([one, two]));
}
