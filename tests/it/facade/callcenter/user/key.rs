//! `/api/user/{id}/key`

use serde_json::json;

use crate::facade::callcenter::{agent, data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![shown_once_and_revoked];

async fn shown_once_and_revoked(w: &mut World) {
    let user = agent(w, "one").await;
    data(w.put(&format!("/api/user/{user}"), json!({"permissions": {"cc_api": true}})).await);
    let path = format!("/api/user/{user}/key");
    let made = data(w.post(&path, json!({"name": "CRM"})).await);
    let key = made["key"].as_str().unwrap().to_owned();
    assert!(key.starts_with("ccg_") && key.len() == 47);
    data(w.with_key(&key).get(&format!("/api/user/{user}")).await);
    let listed = w.get(&path).await;
    assert!(!listed.body.to_string().contains(&key));
    assert_eq!((&listed.body["data"][0]["name"], &listed.body["data"][0]["prefix"]), (&json!("CRM"), &json!(key[..10])));
    data(w.delete(&format!("{path}/{}", made["id"])).await);
    refusal(w.delete(&format!("{path}/{}", made["id"])).await, 404);
    refusal(w.with_key(&key).get(&format!("/api/user/{user}")).await, 401);
    refusal(w.post("/api/user/999999/key", json!({})).await, 404);
}
