//! `GET /api/user/logout`

use serde_json::json;

use crate::facade::callcenter::{agent, data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![ends_the_session, needs_one];

async fn ends_the_session(w: &mut World) {
    let id = agent(w, "dana").await;
    let nobody = w.anonymous();
    let mut ssids = Vec::new();
    for _ in 0..2 {
        let session = data(nobody.post("/api/user/login", json!({"username": "dana", "password": "Ab123456"})).await);
        ssids.push(session["ssid"].as_str().unwrap().to_owned());
    }
    let answer = nobody.get(&format!("/api/user/logout?ssid={}", ssids[0])).await;
    assert_eq!((answer.status, answer.body), (200, json!({"success": true})));
    assert_eq!(answer.headers["set-cookie"], "ssid=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    refusal(nobody.get(&format!("/api/user/{id}?ssid={}", ssids[0])).await, 401);
    refusal(nobody.get(&format!("/api/user/logout?ssid={}", ssids[0])).await, 401);
    data(nobody.get(&format!("/api/user/{id}?ssid={}", ssids[1])).await);
}

async fn needs_one(w: &mut World) {
    for client in [w.anonymous(), w.with_key(w.key())] {
        assert_eq!(refusal(client.get("/api/user/logout").await, 401), "Unauthorized");
    }
    // The key is as good as before.
    data(w.get("/api/user").await);
}
