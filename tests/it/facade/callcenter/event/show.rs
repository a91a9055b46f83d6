//! `GET /api/event/{id}` and `GET /api/event/{id}/attempts`

use super::*;
use crate::facade::world_trials;

world_trials![an_event_and_its_delivery, unknown];

async fn an_event_and_its_delivery(w: &mut World) {
    let secret = w.push_to_sink().await;
    let id = data(w.post("/api/event/test", json!({})).await)["id"].clone();
    w.sink.next("test", &secret).await;
    let event = until(w, &id, "done").await;
    assert_eq!((&event["attempts"], &event["last_error"]), (&json!(1), &json!(null)));
    assert_eq!(event["data"], json!({"user_id": w.user_id()}));
    let mut made = data(w.get(&format!("/api/event/{}/attempts", id.as_str().unwrap())).await);
    assert!(made[0]["ts"].is_i64() && made[0]["duration_ms"].is_i64());
    made[0]["ts"] = json!(0);
    made[0]["duration_ms"] = json!(0);
    assert_eq!(made, json!([{"attempt": 1, "ts": 0, "duration_ms": 0, "status": 200, "success": true, "error": null}]));

    // An address that is refused: the failure says why, and when it is tried again.
    data(w.put("/api/account", json!({"event_url": "http://192.0.2.1/"})).await);
    let id = data(w.post("/api/event/test", json!({})).await)["id"].clone();
    let path = format!("/api/event/{}/attempts", id.as_str().unwrap());
    let mut commits = w.running().store().committed();
    let made = crate::harness::patience("an attempt", async {
        loop {
            commits.mark_unchanged();
            let made = data(w.get(&path).await);
            if made[0].is_object() {
                return made;
            }
            commits.changed().await.unwrap();
        }
    })
    .await;
    assert_eq!(
        (&made[0]["status"], &made[0]["success"], &made[0]["error"]),
        (&json!(null), &json!(false), &json!("the address is not public"))
    );
    let event = until(w, &id, "pending").await;
    assert_eq!(event["last_error"], "the address is not public");
    assert!(event["next_attempt"].as_i64() > event["ts"].as_i64());
}

async fn unknown(w: &mut World) {
    for path in ["/api/event/1", "/api/event/1/attempts", "/api/event/%00", "/api/event/0190b7a2-0000-7000-8000-000000000000"] {
        assert_eq!(refusal(w.get(path).await, 404), "no such event", "{path}");
    }
    assert_eq!(refusal(w.post("/api/event/1/replay", json!({})).await, 404), "no such event");
}
