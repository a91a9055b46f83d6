//! `POST /api/device`

use serde_json::json;

use crate::facade::callcenter::{agent, data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![a_phone, a_generated_password, an_outside_number, what_is_refused];

async fn a_phone(w: &mut World) {
    let owner = agent(w, "owner").await;
    let device = json!({"name": "Desk", "type": "sip", "username": "1001", "password": "phone-secret-12", "user_id": owner, "ring": 1});
    let made = data(w.post("/api/device", device).await);
    assert!(made.get("password").is_none());
    assert_eq!(
        (&made["type"], &made["username"], &made["user_id"], &made["ring"]),
        (&json!("sip"), &json!("1001"), &json!(owner), &json!(1))
    );
    let shown = w.get(&format!("/api/device/{}", made["id"])).await;
    assert_eq!(shown.body["data"], made);
    assert!(!shown.body.to_string().contains("a1"));
    assert_eq!(data(w.get(&format!("/api/device?user_id={owner}")).await), json!([made]));
}

async fn a_generated_password(w: &mut World) {
    let made = data(w.post("/api/device", json!({"name": "Desk", "username": "1001"})).await);
    assert!(made["password"].as_str().unwrap().len() >= 12);
    assert!(data(w.get(&format!("/api/device/{}", made["id"])).await).get("password").is_none());
}

async fn an_outside_number(w: &mut World) {
    let made = data(w.post("/api/device", json!({"name": "Mobile", "type": "external", "number": "+972501234567", "gateway": "gw"})).await);
    assert_eq!((&made["confirm"], &made["gateway"], &made["username"]), (&json!(true), &json!("gw"), &json!(null)));
}

async fn what_is_refused(w: &mut World) {
    for (device, field) in [
        (json!({"username": "1001"}), "name"),
        (json!({"name": "D", "type": "sip"}), "username"),
        (json!({"name": "D", "type": "external"}), "number"),
        (json!({"name": "D", "type": "pigeon"}), "type"),
        (json!({"name": "D", "username": "1001", "password": "short"}), "password"),
        (json!({"name": "D", "username": "10 01"}), "username"),
        (json!({"name": "D", "username": "1001", "user_id": 999_999}), "user_id"),
    ] {
        assert!(refusal(w.post("/api/device", device).await, 400).starts_with(field), "{field}");
    }
    data(w.post("/api/device", json!({"name": "D", "username": "bob"})).await);
    assert!(refusal(w.post("/api/device", json!({"name": "E", "username": "BOB"})).await, 409).contains("username"));
}
