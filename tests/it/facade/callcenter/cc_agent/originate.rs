//! `GET /api/cc_agent/originate`: who is rung and what is refused; answered calls are scenarios of the switch.

use serde_json::json;

use crate::facade::callcenter::{agent, data, phone, queue, refusal, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![an_unregistered_phone, whose_phone, what_is_refused];

async fn an_unregistered_phone(w: &mut World) {
    let device = phone(w, "1001").await;
    let answer = w.get(&format!("/api/cc_agent/originate?device_id={device}&destination=0501234567&cid=5551&lead_id=7")).await;
    assert_eq!((answer.status, &answer.body["success"], &answer.body["Success"]), (200, &json!(false), &json!(false)));
    let cause = answer.body["hangup_cause"].as_str().unwrap();
    assert!(["USER_NOT_REGISTERED", "SUBSCRIBER_ABSENT"].contains(&cause), "{cause}");
    assert_eq!(answer.body["msg"], "the device is not registered");
}

async fn whose_phone(w: &mut World) {
    let (user, device) = seated(w, "1001").await;
    data(w.post("/api/extension", json!({"number": "7001", "target": "user", "target_id": user})).await);
    data(w.post("/api/extension", json!({"number": "7002", "target": "device", "target_id": device})).await);
    for from in [format!("user_id={user}"), "extension=7001".to_owned(), "extension=7002".to_owned()] {
        let answer = w.get(&format!("/api/cc_agent/originate?destination=0501234567&{from}")).await;
        assert!(answer.body.get("hangup_cause").is_some(), "{from}: {}", answer.body);
    }
}

async fn what_is_refused(w: &mut World) {
    let device = phone(w, "1001").await;
    let user = agent(w, "bare").await;
    let queue = queue(w, "Queue", json!([])).await;
    data(w.post("/api/extension", json!({"number": "7001", "target": "queue", "target_id": queue})).await);
    let path = "/api/cc_agent/originate";
    assert_eq!(refusal(w.get(&format!("{path}?device_id={device}")).await, 400), "destination is required");
    assert!(refusal(w.get(&format!("{path}?device_id={device}&destination=1%202")).await, 400).starts_with("destination"));
    assert!(refusal(w.get(&format!("{path}?destination=0501234567&user_id={user}")).await, 409).contains("no device"));
    assert!(refusal(w.get(&format!("{path}?destination=0501234567")).await, 409).contains("no device"));
    assert!(refusal(w.get(&format!("{path}?destination=0501234567&extension=7001")).await, 400).starts_with("extension"));
    refusal(w.get(&format!("{path}?destination=0501234567&extension=7009")).await, 404);
    refusal(w.get(&format!("{path}?destination=0501234567&device_id=999999")).await, 404);
}
