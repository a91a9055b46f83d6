//! `GET /api/cc_agent/state`: what an agent does and may do; calls are a test of its page.

use serde_json::json;

use crate::facade::callcenter::{agent, data, phone, queue, refusal, resource, seated, user_with};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![what_it_may_do, what_it_does, whose];

async fn what_it_may_do(w: &mut World) {
    let (user, own) = user_with(w, "dana", json!({"cc_api": true})).await;
    let (device, _) = (phone(w, "1001").await, phone(w, "1002").await);
    data(w.put(&format!("/api/device/{device}"), json!({"user_id": user})).await);
    let other = agent(w, "noam").await;
    data(w.get(&format!("/api/cc_agent/checkInDevice?user_id={other}&device_id={device}")).await);
    for (name, mode) in [("Support", 3), ("Sales", 1), ("Nights", 0)] {
        queue(w, name, json!([[user, mode]])).await;
    }
    let state = data(own.get("/api/cc_agent/state").await);
    assert_eq!(
        (&state["user_id"], &state["name"], &state["state"], &state["device_id"], &state["reachable"], &state["may_dial"]),
        (&json!(user), &json!("dana"), &json!("offline"), &json!(null), &json!(null), &json!(false))
    );
    let phone = json!({"id": device, "name": "Phone 1001", "number": "1001", "registered": false, "taken_by": "Agent noam"});
    assert_eq!(state["devices"], json!([phone]));
    let queues: Vec<_> =
        state["queues"].as_array().expect("a list").iter().map(|row| (&row["name"], &row["mode"], &row["joined"])).collect();
    assert_eq!(queues, [(&json!("Sales"), &json!(1), &json!(false)), (&json!("Support"), &json!(3), &json!(false))]);
}

async fn what_it_does(w: &mut World) {
    let (user, device) = seated(w, "1001").await;
    let (support, _) = (queue(w, "Support", json!([[user, 1]])).await, queue(w, "Sales", json!([[user, 1]])).await);
    let pause = resource(w, "pause", json!({"name": "Training"})).await;
    data(w.put(&format!("/api/user/{user}"), json!({"wrap_up_time": 20, "max_snooze": 2})).await);
    data(w.get(&format!("/api/cc_agent/setQueues?user_id={user}&queue_ids={support}")).await);
    let path = format!("/api/cc_agent/state?user_id={user}");
    let state = data(w.get(&path).await);
    assert_eq!((&state["state"], &state["device_id"], &state["reachable"]), (&json!("unreachable"), &json!(device), &json!(false)));
    data(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id={pause}")).await);
    data(w.get(&format!("/api/cc_agent/wrapup?user_id={user}&seconds=300")).await);
    data(w.get(&format!("/api/cc_agent/wrapup?user_id={user}")).await);
    let state = data(w.get(&path).await);
    assert_eq!((&state["state"], &state["pause_id"], &state["reason"]), (&json!("paused"), &json!(pause), &json!("Training")));
    assert_eq!((&state["wrap_up_time"], &state["snoozes_left"], &state["may_dial"]), (&json!(20), &json!(1), &json!(true)));
    let joined: Vec<_> = state["queues"].as_array().expect("a list").iter().map(|row| (&row["joined"], &row["paused"])).collect();
    assert_eq!(joined, [(&json!(false), &json!(false)), (&json!(true), &json!(true))]);
    assert_eq!((&state["calls"], &state["switch_connected"]), (&json!([]), &json!(true)));
}

async fn whose(w: &mut World) {
    let (other, (_, own)) = (agent(w, "noam").await, user_with(w, "dana", json!({"cc_api": true})).await);
    assert!(refusal(own.get(&format!("/api/cc_agent/state?user_id={other}")).await, 403).contains("agents"));
    refusal(w.get("/api/cc_agent/state?user_id=999999").await, 404);
    // The administrator takes no calls.
    assert!(refusal(w.get("/api/cc_agent/state").await, 409).contains("agent"));
}
