//! `action=add`

use serde_json::json;

use super::{boss, does, numbered, on_switch, refused, serving, v1_3};
use crate::facade::callcenter::{agent, data, phone};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![an_agent_who_sits_there, one_who_sits_nowhere, a_number_that_is_nobodys, permissions, refusals];

async fn an_agent_who_sits_there(w: &mut World) {
    let (user, one, two) = serving(w).await;
    let three = numbered(w, "Three", "7002").await;
    let told = w.event_names().await.len();
    for _ in ["once", "again"] {
        let shown = does(w, "action=add&agent=1001&queue=7002&alias=Dana%20Levi").await;
        assert_eq!((&shown["agent"], &shown["alias"]), (&json!("1001"), &json!("Dana Levi")));
        assert_eq!(v1_3(w, user).await.1, json!([one, two, three]));
        assert_eq!(on_switch(w, user).await.1.len(), 3);
        assert_eq!(w.event_names().await[told..], ["queue:join"]);
    }
    assert_eq!(data(w.get(&format!("/api/user/{user}")).await)["name"], "Dana Levi");
    // Assigned by it, as one that the agent may leave.
    assert_eq!(data(w.get(&format!("/api/cc_queue/{three}/users")).await)[0][1], 1);
    does(w, "action=pause&agent=1001&queue=7002").await;
    does(w, "action=add&agent=1001&queue=7002").await;
    assert_eq!(v1_3(w, user).await.1, json!([one, two, three]), "to join it ends the pause in it");
}

/// On its own first phone.
async fn one_who_sits_nowhere(w: &mut World) {
    let (user, device) = (agent(w, "dana").await, phone(w, "1001").await);
    let queue = numbered(w, "One", "7000").await;
    boss(w).await;
    data(w.put(&format!("/api/device/{device}"), json!({ "user_id": user })).await);
    let told = w.event_names().await.len();
    does(w, "action=add&agent=1001&queue=7000").await;
    assert_eq!(v1_3(w, user).await.1, json!([queue]));
    assert_eq!(w.event_names().await[told..], ["agent:checkin", "agent:status", "queue:join"]);
}

async fn a_number_that_is_nobodys(w: &mut World) {
    let queue = numbered(w, "One", "7000").await;
    boss(w).await;
    let shown = does(w, "action=add&agent=0501234567&queue=7000&alias=Noa").await;
    let queues = json!([{"queue": "7000", "paused": false, "reason": null}]);
    assert_eq!((&shown["alias"], &shown["state"], &shown["queues"]), (&json!("Noa"), &json!("ready"), &queues));
    assert_eq!(does(w, "action=add&agent=0507654321&queue=7000").await["alias"], "0507654321");
    let found = data(w.get("/api/user?q=Noa").await);
    let user = found[0]["id"].as_i64().unwrap();
    assert_eq!((&found[0]["is_agent"], &found[0]["permissions"], &found[0]["pgroup_id"]), (&json!(true), &json!({}), &json!(0)));
    let devices = data(w.get(&format!("/api/device?user_id={user}")).await);
    let device = (&devices[0]["type"], &devices[0]["number"], &devices[0]["confirm"], &devices[0]["agent_id"]);
    assert_eq!(device, (&json!("external"), &json!("0501234567"), &json!(true), &json!(user)));
    let (row, tiers) = on_switch(w, user).await;
    assert!(row.contains("|Available|") && row.contains("0501234567") && tiers == [queue], "{row} {tiers:?}");
    // The same number however it is written: no second one is made.
    does(w, "action=pause&agent=%2B972501234567&reason=Lunch").await;
    assert_eq!(v1_3(w, user).await, (json!(2), json!([queue])));
    does(w, "action=add&agent=972-50-123-4567&queue=7000").await;
    assert_eq!(data(w.get("/api/user?q=remote-").await).as_array().unwrap().len(), 2);
    // Who was checked out comes back by its number.
    data(w.get(&format!("/api/cc_agent/checkOut?user_id={user}")).await);
    assert_eq!(does(w, "action=showstate&agent=0501234567").await["state"], "offline");
    assert_eq!(does(w, "action=add&agent=0501234567&queue=7000").await["state"], "ready");
}

async fn permissions(w: &mut World) {
    let (user, _, _) = serving(w).await;
    let other = agent(w, "other").await;
    numbered(w, "Three", "7002").await;
    data(w.put(&format!("/api/user/{user}"), json!({"permissions": {"agents": true}})).await);
    let as_agent = async |query: &str| {
        let answer = w.anonymous().get(&format!("/API/UpdateAgentState.php?{query}&username=1001&password=Ab123456")).await;
        (answer.status, answer.body["status"].clone(), answer.body["message"].as_str().unwrap_or_default().to_owned())
    };
    let users_before = data(w.get("/api/user").await).as_array().unwrap().len();
    for (query, needs) in [
        ("action=add&agent=0501234567&queue=7000", "users"),
        ("action=pause&agent=1001&alias=Me", "users"),
        ("action=showqueue", "queues"),
        ("action=add&agent=1001&queue=7002", "assigned"),
    ] {
        let (status, outcome, why) = as_agent(query).await;
        assert_eq!((status, outcome), (200, json!("error")), "{query}");
        assert!(why.contains(needs), "{query}: {why}");
    }
    assert_eq!(data(w.get("/api/user").await).as_array().unwrap().len(), users_before);
    assert_eq!(v1_3(w, user).await.0, 0, "what is refused changes nothing");
    assert_eq!(as_agent("action=pause&agent=1001").await.1, json!("ok"));
    // Without `agents` it acts on itself only.
    data(w.put(&format!("/api/user/{user}"), json!({"permissions": {}})).await);
    data(w.post("/api/extension", json!({"number": "1500", "kind": "internal", "target": "user", "target_id": other})).await);
    assert_eq!(as_agent("action=unpause&agent=1001").await.1, json!("ok"));
    for action in ["pause", "unpause", "showstate", "remove&queue=7000", "add&queue=7000"] {
        assert!(as_agent(&format!("action={action}&agent=1500")).await.2.contains("agents"), "{action}");
    }
}

async fn refusals(w: &mut World) {
    serving(w).await;
    assert_eq!(refused(w, "action=add&agent=1001").await, "queue is required for this action");
    assert_eq!(refused(w, "action=add&queue=7000").await, "agent is required for this action");
    assert_eq!(refused(w, "action=add&agent=1001&queue=7999").await, "queue not found");
    assert!(refused(w, "action=add&agent=no%20number&queue=7000").await.starts_with("agent may hold only"));
    assert!(refused(w, "action=add&agent=0501234567&queue=7000&alias=%0a%0b").await.starts_with("alias must not"));
    w.take_switch_away().await;
    assert!(refused(w, "action=add&agent=0501234567&queue=7000").await.contains("the switch cannot be reached"));
    assert_eq!(data(w.get("/api/user?q=remote-").await), json!([]), "nothing was made");
}
