//! Keys and permissions.

use serde_json::json;

use super::{agent, data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![
    wrong_or_missing,
    three_places,
    inactive_user,
    wrong_address,
    country_without_database,
    needs_cc_api,
    itself_only,
    nobody_changes_who_may_more
];

async fn wrong_or_missing(w: &mut World) {
    let nobody = w.anonymous();
    for path in ["/api/user", "/api/user?api_key=wrong", "/api/cc_agent/checkOut?api_key=", "/api/nothing"] {
        assert_eq!(refusal(nobody.get(path).await, 401), "Unauthorized");
    }
}

async fn three_places(w: &mut World) {
    let key = w.key().to_owned();
    let nobody = w.anonymous();
    data(nobody.get(&format!("/api/user?api_key={key}")).await);
    assert_eq!(nobody.post("/api/device", json!({"api_key": key})).await.status, 400);
    data(w.with_key(&key).get("/api/user").await);
}

/// Makes a user with a key, and gives the id and the key.
pub(super) async fn keyed(w: &mut World, fields: serde_json::Value) -> (i64, String) {
    let mut user = json!({"name": "Keyed", "username": "keyed", "password": "Ab123456", "email": "keyed@mail.com"});
    user.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let user = data(w.post("/api/user", user).await)["id"].as_i64().unwrap();
    let key = data(w.post(&format!("/api/user/{user}/key"), json!({"name": "test"})).await);
    (user, key["key"].as_str().unwrap().to_owned())
}

async fn inactive_user(w: &mut World) {
    let (user, key) = keyed(w, json!({"permissions": {"cc_api": true, "users": true}})).await;
    data(w.with_key(&key).get("/api/user").await);
    data(w.put(&format!("/api/user/{user}"), json!({"active": 0})).await);
    assert_eq!(refusal(w.with_key(&key).get("/api/user").await, 401), "Unauthorized");
}

async fn wrong_address(w: &mut World) {
    let (user, key) = keyed(w, json!({"permissions": {"cc_api": true}, "allowed_ips": "192.0.2.0/24"})).await;
    let path = format!("/api/user/{user}");
    assert!(refusal(w.with_key(&key).get(&path).await, 403).contains("address"));
    data(w.put(&path, json!({"allowed_ips": "192.0.2.0/24,127.0.0.1,::1"})).await);
    data(w.with_key(&key).get(&path).await);
    // The old status is for these refusals too.
    data(w.put("/api/account", json!({"legacy_http_status": true})).await);
    data(w.put(&path, json!({"allowed_ips": "192.0.2.0/24"})).await);
    assert!(refusal(w.with_key(&key).old_status().get(&path).await, 200).contains("address"));
}

async fn country_without_database(w: &mut World) {
    let (user, key) = keyed(w, json!({"permissions": {"cc_api": true}, "geo_limit": "IL,US"})).await;
    assert!(refusal(w.with_key(&key).get(&format!("/api/user/{user}")).await, 403).contains("country database"));
}

async fn needs_cc_api(w: &mut World) {
    let (_, key) = keyed(w, json!({"permissions": {"users": true}})).await;
    assert!(refusal(w.with_key(&key).get("/api/user").await, 403).contains("cc_api"));
}

async fn itself_only(w: &mut World) {
    let (user, key) = keyed(w, json!({"permissions": {"cc_api": true}, "is_agent": true})).await;
    let other = agent(w, "other").await;
    let poor = w.with_key(&key);
    data(poor.get(&format!("/api/user/{user}")).await);
    data(poor.get("/api/cc_agent/checkOut").await);
    data(poor.get(&format!("/api/cc_agent/checkOut?user_id={user}")).await);
    assert!(refusal(poor.get(&format!("/api/cc_agent/checkOut?user_id={other}")).await, 403).contains("agents"));
    assert_eq!(poor.get(&format!("/api/user/{other}")).await.status, 403);
}

async fn nobody_changes_who_may_more(w: &mut World) {
    let admin = w.user_id();
    let (_, key) = keyed(w, json!({"permissions": {"cc_api": true, "users": true}})).await;
    let clerk = w.with_key(&key);
    for change in [json!({"active": 0}), json!({"pgroup_id": 0}), json!({"allowed_ips": "192.0.2.0/24"}), json!({"password": "Ab123456"})] {
        assert!(refusal(clerk.put(&format!("/api/user/{admin}"), change.clone()).await, 403).contains("permissions"), "{change}");
    }
    let first = data(w.get(&format!("/api/user/{admin}/key")).await)[0]["id"].clone();
    refusal(clerk.delete(&format!("/api/user/{admin}/key/{first}")).await, 403);
    data(w.get("/api/user").await);
}
