//! `POST /api/phone_list`

use serde_json::json;

use crate::facade::callcenter::{data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![an_empty_list, needs_a_name, needs_the_permission];

async fn an_empty_list(w: &mut World) {
    let answer = w.post("/api/phone_list", json!({"name": " Leads ", "id": 77, "list_rows": 9})).await;
    assert_eq!(answer.status, 200);
    let made = &answer.body["data"];
    assert_eq!((&answer.body["success"], &answer.body["Success"]), (&json!(true), &json!(true)));
    assert_eq!((&made["name"], &made["list_rows"]), (&json!("Leads"), &json!(0)));
    assert_ne!(made["id"], 77, "the id is read only");
    assert_eq!(data(w.get(&format!("/api/phone_list/{}", made["id"])).await), *made);
}

async fn needs_a_name(w: &mut World) {
    for body in [json!({}), json!({"name": ""}), json!({"name": "a\nb"})] {
        assert!(refusal(w.post("/api/phone_list", body).await, 400).starts_with("name"));
    }
    assert_eq!(data(w.get("/api/phone_list").await), json!([]));
}

async fn needs_the_permission(w: &mut World) {
    let list = data(w.post("/api/phone_list", json!({"name": "Leads"})).await)["id"].clone();
    let user = json!({"name": "A", "username": "a", "password": "Ab123456", "email": "a@mail.com", "permissions": {"cc_api": true}});
    let user = data(w.post("/api/user", user).await)["id"].clone();
    let key = data(w.post(&format!("/api/user/{user}/key"), json!({"name": "k"})).await)["key"].as_str().unwrap().to_owned();
    let powerless = w.with_key(&key);
    let lead = format!("/api/phone_list/{list}/lead");
    for path in ["/api/phone_list", &format!("/api/phone_list/{list}"), &format!("/api/phone_list/{list}/"), &lead] {
        refusal(powerless.get(path).await, 403);
    }
    refusal(powerless.get(&format!("/api/phone_list/{list}/import")).await, 403);
    refusal(powerless.post("/api/phone_list", json!({"name": "B"})).await, 403);
    refusal(powerless.post(&lead, json!({"phone": "1"})).await, 403);
    refusal(powerless.post(&lead, json!([{"phone": "1"}])).await, 403);
    refusal(powerless.delete_with(&lead, json!(["1"])).await, 403);
    refusal(powerless.put(&format!("{lead}/1"), json!({})).await, 403);
    refusal(powerless.delete(&format!("{lead}/1")).await, 403);
    refusal(powerless.put(&format!("/api/phone_list/{list}"), json!({"name": "B"})).await, 403);
    refusal(powerless.delete(&format!("/api/phone_list/{list}")).await, 403);
    assert_eq!(data(w.get(&lead).await), json!([]));
}
