//! `DELETE /api/user/{id}`

use serde_json::json;

use crate::facade::callcenter::{agent, data, refusal, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![checks_out_and_deletes, not_itself, its_id_is_not_given_again];

async fn checks_out_and_deletes(w: &mut World) {
    let (user, device) = seated(w, "1001").await;
    data(w.post("/api/extension", json!({"number": "7000", "target": "user", "target_id": user})).await);
    done(w.delete(&format!("/api/user/{user}")).await);
    refusal(w.get(&format!("/api/user/{user}")).await, 404);
    refusal(w.delete(&format!("/api/user/{user}")).await, 404);
    assert_eq!(data(w.get(&format!("/api/device/{device}")).await)["agent_id"], json!(null));
    // An extension that leads nowhere would lead to whoever gets the id next.
    assert_eq!(data(w.get("/api/extension").await), json!([]));
    assert!(w.event_names().await.ends_with(&["agent:checkout".to_owned(), "agent:status".to_owned()]));
}

async fn not_itself(w: &mut World) {
    let admin = w.user_id();
    refusal(w.delete(&format!("/api/user/{admin}")).await, 409);
    agent(w, "other").await;
}

/// Its calls stay in the history under that id; so do its devices', and the time in a pause under the pause's.
async fn its_id_is_not_given_again(w: &mut World) {
    let (user, device) = seated(w, "1001").await;
    done(w.delete(&format!("/api/user/{user}")).await);
    done(w.delete(&format!("/api/device/{device}")).await);
    let (next_user, next_device) = seated(w, "1002").await;
    assert!(next_user > user && next_device > device, "{next_user} {next_device}");
    let pause = async |name: &str| data(w.post("/api/pause", json!({ "name": name })).await)["id"].as_i64();
    let lunch = pause("Siesta").await;
    done(w.delete(&format!("/api/pause/{}", lunch.expect("an id"))).await);
    assert!(pause("Fire drill").await > lunch);
}

fn done(answer: crate::harness::Answer) {
    assert_eq!(answer.body, json!({"success": true}));
}
