//! `action=unpause`

use serde_json::json;

use super::{does, on_switch, refused, serving, serving_calls, v1_3};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![in_all_queues, in_one_queue, refusals];

async fn in_all_queues(w: &mut World) {
    let (user, one, two) = serving_calls(w).await;
    does(w, "action=pause&agent=1001&queue=7000").await;
    does(w, "action=pause&agent=1001").await;
    let told = w.event_names().await.len();
    for _ in ["once", "again"] {
        let shown = does(w, "action=unpause&agent=1001").await;
        let queues = json!([{"queue": "7000", "paused": false, "reason": null}, {"queue": "7001", "paused": false, "reason": null}]);
        assert_eq!((&shown["reason"], &shown["queues"]), (&json!(null), &queues), "those in single queues end too");
        assert_eq!(v1_3(w, user).await, (json!(0), json!([one, two])));
        let (row, tiers) = on_switch(w, user).await;
        assert!(row.contains("|Available|") && tiers.len() == 2, "{row} {tiers:?}");
        assert_eq!(w.event_names().await[told..], ["agent:status", "queue:join"]);
    }
}

async fn in_one_queue(w: &mut World) {
    let (user, one, two) = serving(w).await;
    for queue in ["7000", "7001"] {
        does(w, &format!("action=pause&agent=1001&queue={queue}")).await;
    }
    let told = w.event_names().await.len();
    for _ in ["once", "again"] {
        does(w, "action=unpause&agent=1001&queue=7001").await;
        assert_eq!(v1_3(w, user).await, (json!(0), json!([two])));
        assert_eq!(on_switch(w, user).await.1, [two]);
        assert_eq!(w.event_names().await[told..], ["queue:join"]);
    }
    does(w, "action=unpause&agent=1001&queue=7000").await;
    assert_eq!(v1_3(w, user).await.1, json!([one, two]));
}

async fn refusals(w: &mut World) {
    let (user, _, two) = serving(w).await;
    does(w, "action=pause&agent=1001&queue=7000").await;
    does(w, "action=pause&agent=1001").await;
    for queue in ["7000", "7001"] {
        let why = refused(w, &format!("action=unpause&agent=1001&queue={queue}")).await;
        assert_eq!(why, "the agent is paused in all queues; unpause it without a queue");
    }
    assert_eq!(v1_3(w, user).await, (json!(1), json!([two])));
    assert_eq!(refused(w, "action=unpause&agent=1999").await, "agent not found");
}
