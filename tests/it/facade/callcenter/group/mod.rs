//! `/api/group`

use serde_json::json;

use crate::facade::callcenter::rest::{Noun, noun_trials};
use crate::facade::callcenter::{agent, data, refusal, resource};
use crate::harness::World;

const GROUP: Noun = Noun {
    path: "/api/group",
    new: |_| json!({"user_ids": []}),
    change: || json!({}),
    wrong: || vec![("user_ids", json!("a,b")), ("user_ids", json!([999_999]))],
    read: &["users", "agents"],
    write: "users",
};

noun_trials![GROUP; two_views_of_one_truth, users_of_another_account];

async fn two_views_of_one_truth(w: &mut World) {
    let (one, two) = (agent(w, "one").await, agent(w, "two").await);
    let made = data(w.post("/api/group", json!({"name": "Sales", "user_ids": [two, one]})).await);
    assert_eq!(made["user_ids"], json!([one, two]));
    let (group, sales) = (format!("/api/group/{}", made["id"]), made["id"].clone());
    let user = |id: i64| format!("/api/user/{id}");
    assert_eq!(data(w.get(&user(one)).await)["groups"], json!([sales]));
    // From the users' side.
    let other = resource(w, "group", json!({"name": "Other"})).await;
    data(w.put(&user(one), json!({"groups": [other]})).await);
    assert_eq!(data(w.get(&group).await)["user_ids"], json!([two]));
    let listed = data(w.get("/api/group").await);
    assert_eq!((&listed[0]["user_ids"], &listed[1]["user_ids"]), (&json!([two]), &json!([one])));
    // From the group's; what else a user is in stays.
    assert_eq!(data(w.put(&group, json!({"user_ids": [one]})).await)["user_ids"], json!([one]));
    assert_eq!(data(w.get(&user(one)).await)["groups"], json!([other, sales]));
    assert_eq!(data(w.get(&user(two)).await)["groups"], json!([]));
    assert_eq!(data(w.put(&group, json!({"name": "Renamed"})).await)["user_ids"], json!([one]));
    // Whoever is gone is in no group.
    data(w.delete(&user(one)).await);
    assert_eq!(data(w.get(&group).await)["user_ids"], json!([]));
}

async fn users_of_another_account(w: &mut World) {
    let user = agent(w, "one").await;
    let other = w.other_account("other.local").await;
    assert!(refusal(other.post("/api/group", json!({"name": "G", "user_ids": [user]})).await, 400).starts_with("user_ids"));
    assert_eq!(data(other.get("/api/group").await), json!([]));
    let group = data(other.post("/api/group", json!({"name": "G"})).await)["id"].clone();
    assert!(refusal(other.put(&format!("/api/group/{group}"), json!({"name": "H", "user_ids": user})).await, 400).starts_with("user_ids"));
    assert_eq!(data(w.get(&format!("/api/user/{user}")).await)["groups"], json!([]));
    assert_eq!(data(other.get(&format!("/api/group/{group}")).await)["name"], "G");
}
