//! `/api/user/{id}/key`

use serde_json::{Value, json};

use crate::facade::callcenter::{agent, data, refusal};
use crate::facade::world_trials;
use crate::harness::{World, patience};

world_trials![shown_once_and_revoked, rotated, in_each_place, last_use];

/// A user with `cc_api`: its id and the path of its keys.
async fn dana(w: &mut World) -> (i64, String) {
    let user = agent(w, "dana").await;
    data(w.put(&format!("/api/user/{user}"), json!({"permissions": {"cc_api": true}})).await);
    (user, format!("/api/user/{user}/key"))
}

fn text(key: &Value) -> String {
    key["key"].as_str().expect("a new key").to_owned()
}

async fn shown_once_and_revoked(w: &mut World) {
    let (user, path) = dana(w).await;
    let made = data(w.post(&path, json!({"name": "CRM"})).await);
    let key = text(&made);
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

/// A second is made and used before the first is revoked: nobody is without one in between.
async fn rotated(w: &mut World) {
    let (user, path) = dana(w).await;
    let user = format!("/api/user/{user}");
    let (old, new) = (data(w.post(&path, json!({"name": "old"})).await), data(w.post(&path, json!({"name": "new"})).await));
    let (by_old, by_new) = (w.with_key(&text(&old)), w.with_key(&text(&new)));
    data(by_old.get(&user).await);
    data(by_new.get(&user).await);
    data(w.delete(&format!("{path}/{}", old["id"])).await);
    assert_eq!(refusal(by_old.get(&user).await, 401), "Unauthorized");
    data(by_new.get(&user).await);
    let names: Vec<Value> = data(w.get(&path).await).as_array().unwrap().iter().map(|key| key["name"].clone()).collect();
    assert_eq!(names, ["new"]);
}

async fn in_each_place(w: &mut World) {
    let (user, path) = dana(w).await;
    let key = text(&data(w.post(&path, json!({})).await));
    let (nobody, path) = (w.anonymous(), format!("/api/user/{user}"));
    data(nobody.get(&format!("{path}?api_key={key}")).await);
    data(nobody.post_form("/api/cc_agent/checkOut", &format!("api_key={key}")).await);
    data(nobody.post("/api/cc_agent/checkOut", json!({"api_key": key})).await);
    data(nobody.with_header("x-api-key", &key).get(&path).await);
    data(nobody.with_header("authorization", &format!("Bearer {key}")).get(&path).await);
    refusal(nobody.with_header("authorization", &format!("Basic {key}")).get(&path).await, 401);
    // The parameter is the document's way, and counts before the headers.
    refusal(nobody.with_header("x-api-key", &key).get(&format!("{path}?api_key=ccg_wrong")).await, 401);
}

async fn last_use(w: &mut World) {
    let (user, path) = dana(w).await;
    let key = text(&data(w.post(&path, json!({})).await));
    let shown = async |w: &World| data(w.get(&path).await)[0]["last_use"].as_i64();
    assert_eq!(shown(w).await, None);
    let mut commits = w.running().store().committed();
    let used_at = ccgate::clock::Clock::system().now().epoch_s();
    data(w.with_key(&key).get(&format!("/api/user/{user}")).await);
    let last = patience("the use to be noted", async {
        loop {
            if let Some(last) = shown(w).await {
                return last;
            }
            commits.changed().await.expect("ccgate runs");
        }
    })
    .await;
    assert!((used_at..=used_at + 60).contains(&last));
}
