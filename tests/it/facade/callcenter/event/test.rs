//! `POST /api/event/test`

use super::*;
use crate::facade::world_trials;

world_trials![comes_signed_whatever_is_asked_for, needs_an_address];

async fn comes_signed_whatever_is_asked_for(w: &mut World) {
    let secret = w.push_to_sink().await;
    data(w.put("/api/account", json!({"event_names": "call:end"})).await);
    let id = data(w.post("/api/event/test", json!({})).await)["id"].clone();
    let event = w.sink.next("test", &secret).await;
    assert_eq!((&event["id"], &event["data"]), (&id, &json!({"user_id": w.user_id()})));
    assert_eq!(w.sink.names(), ["test"]);
}

async fn needs_an_address(w: &mut World) {
    assert_eq!(refusal(w.post("/api/event/test", json!({})).await, 409), "the account has no event_url; set it first");
}
