//! `action=pause`

use serde_json::json;

use super::{does, on_switch, refused, serving, serving_calls, v1_3};
use crate::facade::callcenter::{agent, data};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![in_all_queues, in_one_queue, what_ends_a_pause_in_one_queue, kept_over_a_restart, refusals];

async fn in_all_queues(w: &mut World) {
    let (user, one, two) = serving(w).await;
    let told = w.event_names().await.len();
    let queues =
        |reason: &str| json!([{"queue": "7000", "paused": true, "reason": reason}, {"queue": "7001", "paused": true, "reason": reason}]);
    // By its name whatever its case, else the account's default; the words are kept.
    for (query, pause, reason, events) in [
        ("&reason=lunch", 2, "lunch", 1),
        ("", 2, "lunch", 1),
        ("&reason=LUNCH", 2, "LUNCH", 1),
        ("&reason=Flat%20tyre", 1, "Flat tyre", 2),
    ] {
        let shown = does(w, &format!("action=pause&agent=1001{query}")).await;
        assert_eq!((&shown["state"], &shown["reason"], &shown["queues"]), (&json!("paused"), &json!(reason), &queues(reason)));
        assert_eq!(v1_3(w, user).await, (json!(pause), json!([one, two])));
        assert!(on_switch(w, user).await.0.contains("|On Break|"));
        assert_eq!(w.event_names().await[told..], vec!["agent:status"; events], "{query}");
    }
    // Another surface's change shows here.
    data(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id=3")).await);
    assert_eq!(does(w, "action=showstate&agent=1001").await["reason"], "Meeting");
    data(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id=0")).await);
    let shown = does(w, "action=pause&agent=1001").await;
    assert_eq!((&shown["reason"], v1_3(w, user).await.0), (&json!("Break"), json!(1)), "without words the default's name");
}

async fn in_one_queue(w: &mut World) {
    let (user, one, two) = serving_calls(w).await;
    let told = w.event_names().await.len();
    for query in ["&reason=Coaching", "&reason=Coaching", "&reason=Training", ""] {
        let shown = does(w, &format!("action=pause&agent=1001&queue=7000{query}")).await;
        let reason = query.strip_prefix("&reason=").map_or(json!(null), |words| json!(words));
        let queues = json!([{"queue": "7000", "paused": true, "reason": reason}, {"queue": "7001", "paused": false, "reason": null}]);
        assert_eq!((&shown["state"], &shown["reason"], &shown["queues"]), (&json!("ready"), &json!(null), &queues));
    }
    assert_eq!(v1_3(w, user).await, (json!(0), json!([two])));
    assert_eq!(data(w.get(&format!("/api/user/{user}")).await)["queues_paused"], json!([one]));
    let members = data(w.get(&format!("/api/cc_queue/{one}/users")).await);
    assert_eq!(members[0].as_array().unwrap().last().unwrap(), &json!(false), "a member, and not joined: {members}");
    let (row, tiers) = on_switch(w, user).await;
    assert!(row.contains("|Available|") && tiers == [two], "{row} {tiers:?}");
    assert_eq!(w.event_names().await[told..], ["queue:leave"]);
    // By its id as well, and beside a pause in all.
    does(w, "action=pause&agent=1001").await;
    does(w, &format!("action=pause&agent=1001&queue={two}")).await;
    assert_eq!(v1_3(w, user).await, (json!(1), json!([])));
}

async fn what_ends_a_pause_in_one_queue(w: &mut World) {
    let (user, one, two) = serving(w).await;
    let device = data(w.get("/api/device").await)[0]["id"].clone();
    let set_queues = format!("/api/cc_agent/setQueues?user_id={user}&queue_ids=");
    let enter = format!("/api/cc_agent/checkInDevice?user_id={user}&device_id={device}");
    let leave = format!("/api/cc_agent/checkOut?user_id={user}");
    let mine = format!("/api/user/{user}/queues");
    // To ask for it joins it; not to ask for it leaves it, and then there is nothing to resume.
    for (queues, joined) in [(format!("{one},{two}"), json!([one, two])), (two.to_string(), json!([two]))] {
        does(w, "action=pause&agent=1001&queue=7000").await;
        data(w.get(&format!("{set_queues}{queues}")).await);
        does(w, "action=unpause&agent=1001&queue=7000").await;
        assert_eq!(v1_3(w, user).await.1, joined);
    }
    // A new check-in begins anew.
    data(w.get(&format!("{set_queues}{one},{two}")).await);
    does(w, "action=pause&agent=1001&queue=7000").await;
    data(w.get(&leave).await);
    data(w.get(&enter).await);
    assert_eq!(v1_3(w, user).await.1, json!([one, two]));
    // What becomes of the membership: of mode 4 it stays paused, also when other queues are asked for; ended, the pause is too.
    does(w, "action=pause&agent=1001&queue=7000").await;
    data(w.put(&mine, json!([[one, 4], [two, 3]])).await);
    data(w.get(&format!("{set_queues}{two}")).await);
    assert_eq!(v1_3(w, user).await.1, json!([two]));
    data(w.put(&mine, json!([[two, 3]])).await);
    data(w.put(&mine, json!([[one, 3], [two, 3]])).await);
    assert_eq!(data(w.get(&format!("/api/user/{user}")).await)["queues_paused"], json!([]));
    assert!(refused(w, "action=pause&agent=1001&queue=7000").await.contains("not joined"));
}

async fn kept_over_a_restart(w: &mut World) {
    let (user, _, two) = serving(w).await;
    does(w, "action=pause&agent=1001&queue=7000&reason=Coaching").await;
    w.restart_ccgate().await;
    w.restart_switch().await;
    w.reconciled().await;
    assert_eq!(on_switch(w, user).await.1, [two]);
    assert_eq!(does(w, "action=showstate&agent=1001").await["queues"][0]["reason"], "Coaching");
    does(w, "action=unpause&agent=1001&queue=7000").await;
    assert_eq!(on_switch(w, user).await.1.len(), 2);
}

async fn refusals(w: &mut World) {
    let (user, _, _) = serving(w).await;
    agent(w, "out").await;
    data(w.post("/api/extension", json!({"number": "1500", "kind": "internal", "target": "user", "target_id": user})).await);
    assert_eq!(refused(w, "action=pause&agent=1999").await, "agent not found");
    assert_eq!(refused(w, "action=pause&agent=7000").await, "agent not found", "a queue's number is no agent's");
    assert_eq!(refused(w, "action=pause&agent=1001&queue=7999").await, "queue not found");
    assert_eq!(refused(w, "action=pause").await, "agent is required for this action");
    assert!(refused(w, &format!("action=pause&agent=1001&reason={}", "x".repeat(201))).await.starts_with("reason must have at most"));
    data(w.get(&format!("/api/cc_agent/checkOut?user_id={user}")).await);
    for queue in ["", "&queue=7000"] {
        assert_eq!(refused(w, &format!("action=pause&agent=1500{queue}")).await, "the agent is not checked in");
    }
    w.take_switch_away().await;
    assert!(refused(w, "action=pause&agent=1500").await.contains("the switch cannot be reached"));
}
