//! `/api/pgroup`

use serde_json::{Value, json};

use crate::facade::callcenter::auth::keyed;
use crate::facade::callcenter::rest::{Noun, noun_trials};
use crate::facade::callcenter::{agent, data, refusal, resource};
use crate::harness::World;

const PGROUP: Noun = Noun {
    path: "/api/pgroup",
    new: |_| json!({"permissions": {"cc_api": true}}),
    change: || json!({"permissions": {"agents": true, "originate": false}}),
    wrong: || vec![("permissions", json!({"fly": true})), ("permissions", json!("agents"))],
    read: &["users"],
    write: "users",
};

noun_trials![PGROUP; a_new_account_has_four, what_its_users_may, nobody_rises, stays_while_users_are_in_it];

async fn named(w: &World, name: &str) -> Value {
    data(w.get(&format!("/api/pgroup?q={name}")).await)[0].clone()
}

async fn a_new_account_has_four(w: &mut World) {
    let groups = data(w.get("/api/pgroup").await);
    let names: Vec<_> = groups.as_array().unwrap().iter().map(|group| group["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Administrator", "Supervisor", "Agent", "API"]);
    assert_eq!(groups[2]["permissions"], json!({"cc_api": true, "originate": true}));
}

async fn what_its_users_may(w: &mut World) {
    let group = resource(w, "pgroup", json!({"name": "Clerks", "permissions": {"cc_api": true}})).await;
    let (user, key) = keyed(w, json!({"pgroup_id": group})).await;
    assert_eq!(data(w.get(&format!("/api/user/{user}")).await)["pgroup"], "Clerks");
    let clerk = w.with_key(&key);
    refusal(clerk.get("/api/device").await, 403);
    data(w.put(&format!("/api/pgroup/{group}"), json!({"permissions": {"cc_api": 1, "devices": 1}})).await);
    data(clerk.get("/api/device").await);
}

async fn nobody_rises(w: &mut World) {
    let (_, key) = keyed(w, json!({"permissions": {"cc_api": true, "users": true}})).await;
    let clerk = w.with_key(&key);
    refusal(clerk.post("/api/pgroup", json!({"name": "Mine", "permissions": {"settings": true}})).await, 403);
    let mine = data(clerk.post("/api/pgroup", json!({"name": "Mine", "permissions": {"users": true, "settings": false}})).await);
    let path = format!("/api/pgroup/{}", mine["id"]);
    refusal(clerk.put(&path, json!({"name": "More", "permissions": {"settings": true}})).await, 403);
    assert_eq!(data(w.get(&path).await), mine);
    // A group that gives more than he has is not his to change, not even to less.
    let administrator = named(w, "Administrator").await;
    let path = format!("/api/pgroup/{}", administrator["id"]);
    refusal(clerk.put(&path, json!({"permissions": {}})).await, 403);
    assert_eq!(data(w.get(&path).await), administrator);
}

async fn stays_while_users_are_in_it(w: &mut World) {
    let user = format!("/api/user/{}", agent(w, "one").await);
    let group = named(w, "Agent").await["id"].clone();
    data(w.put(&user, json!({"pgroup_id": group})).await);
    let path = format!("/api/pgroup/{group}");
    assert!(refusal(w.delete(&path).await, 409).contains("user 'Agent one'"));
    data(w.put(&user, json!({"pgroup_id": 0})).await);
    data(w.delete(&path).await);
}
