//! `GET /api/user`

use serde_json::{Value, json};

use crate::facade::callcenter::{agent, data, phone};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![search, devices_both_ways];

fn names(users: &Value) -> Vec<&str> {
    users.as_array().unwrap().iter().map(|user| user["username"].as_str().unwrap()).collect()
}

async fn search(w: &mut World) {
    agent(w, "dana").await;
    agent(w, "noam").await;
    let office = json!({"name": "Dana of the office", "username": "office", "password": "Ab123456", "email": "o@mail.com"});
    data(w.post("/api/user", office).await);
    assert_eq!(names(&data(w.get("/api/user?q=DANA").await)), ["dana", "office"]);
    assert_eq!(names(&data(w.get("/api/user/?q=dana&is_agent=0").await)), ["dana", "office"]);
    assert_eq!(names(&data(w.get("/api/user?q=dana&is_agent=1").await)), ["dana"]);
    assert_eq!(names(&data(w.get("/api/user?q=noam@mail").await)), ["noam"]);
    assert_eq!(names(&data(w.get("/api/user?q=nobody").await)), [""; 0]);
}

async fn devices_both_ways(w: &mut World) {
    let (user, device) = (agent(w, "dana").await, phone(w, "1001").await);
    data(w.put(&format!("/api/device/{device}"), json!({"user_id": user, "ring": 2, "delay": 3, "timeout": 20})).await);
    let path = format!("/api/user/{user}");
    let object = json!([{"device_id": device, "ring": 2, "delay": 3, "timeout": 20, "name": "Phone 1001"}]);
    assert_eq!(data(w.get(&path).await)["devices"], object);
    data(w.put("/api/account", json!({"devices_as_rows": true})).await);
    assert_eq!(data(w.get(&path).await)["devices"], json!([[device, 2, 3, 20, "Phone 1001"]]));
}
