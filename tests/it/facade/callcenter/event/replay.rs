//! `POST /api/event/{id}/replay` and `POST /api/event/replay`

use super::*;
use crate::facade::world_trials;

world_trials![one_again, one_that_nobody_wanted, a_range, what_is_refused];

async fn one_again(w: &mut World) {
    let secret = w.push_to_sink().await;
    let id = data(w.post("/api/event/test", json!({})).await)["id"].clone();
    w.sink.next("test", &secret).await;
    until(w, &id, "done").await;
    let path = format!("/api/event/{}", id.as_str().unwrap());
    let again = data(w.post(&format!("{path}/replay"), json!({})).await);
    assert_eq!((&again["id"], &again["state"], &again["attempts"]), (&id, &json!("pending"), &json!(0)));
    assert_eq!(w.sink.next("test", &secret).await["id"], id);
    until(w, &id, "done").await;
    assert_eq!(data(w.get(&format!("{path}/attempts")).await).as_array().unwrap().len(), 2);
}

/// From before there was an address.
async fn one_that_nobody_wanted(w: &mut World) {
    seated(w, "dana").await;
    let id = one(w, "agent:checkin").await["id"].clone();
    let secret = w.push_to_sink().await;
    data(w.post(&format!("/api/event/{}/replay", id.as_str().unwrap()), json!({})).await);
    assert_eq!(w.sink.next("agent:checkin", &secret).await["id"], id);
}

async fn a_range(w: &mut World) {
    let range = async |w: &World, fields: Value| {
        let mut sends = json!({"from": 0, "to": "2100-01-01T00:00:00Z"});
        sends.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        data(w.post("/api/event/replay", sends).await)["replayed"].clone()
    };
    seated(w, "dana").await;
    let secret = w.push_to_sink().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(data(w.post("/api/event/test", json!({})).await)["id"].clone());
        w.sink.next("test", &secret).await;
    }
    until(w, &ids[2], "done").await;
    assert_eq!(range(w, json!({"to": 1_000_000_000})).await, 0);
    assert_eq!(range(w, json!({"state": "dead"})).await, 0);
    assert_eq!(range(w, json!({"event": "test"})).await, 3);
    for id in &ids {
        assert_eq!(w.sink.next("test", &secret).await["id"], *id, "in their order, under their ids");
    }
    until(w, &ids[2], "done").await;
    assert_eq!(range(w, json!({})).await, 3, "what was delivered");
    // What nobody wanted is only sent to who asks for it.
    assert_eq!(range(w, json!({"state": "none", "event": "agent:checkin"})).await, 1);
    w.sink.next("agent:checkin", &secret).await;
}

async fn what_is_refused(w: &mut World) {
    let times = json!({"from": 0, "to": 4_000_000_000_u32});
    let no_url = "the account has no event_url; set it first";
    assert_eq!(refusal(w.post("/api/event/replay", times.clone()).await, 409), no_url);
    seated(w, "dana").await;
    let id = one(w, "agent:checkin").await["id"].clone();
    assert_eq!(refusal(w.post(&format!("/api/event/{}/replay", id.as_str().unwrap()), json!({})).await, 409), no_url);
    w.push_to_sink().await;
    for (field, why) in [("from", "from is required"), ("to", "to is required")] {
        let mut fields = times.clone();
        fields.as_object_mut().unwrap().remove(field);
        assert_eq!(refusal(w.post("/api/event/replay", fields).await, 400), why);
    }
    let mut pending = times;
    pending["state"] = json!("pending");
    assert!(refusal(w.post("/api/event/replay", pending).await, 400).starts_with("state must be done, dead or none"));
}
