//! A user is called, not a queue: its phones ring at once or in turn.

use serde_json::{Value, json};

use super::{ANSWERS, PASSWORD, RING_S, agent, check_in, done, extension, scenarios};
use crate::harness::World;
use crate::harness::phones::Behaviour;

scenarios![phones_ring_at_once_with_their_delays, phones_ring_in_turn, nobody_answers];

/// A caller at phone 1001, and a user at number 2000 who owns phone 1002 with this ring, which rings on, and 1003, which answers; their devices.
async fn office(w: &mut World, first: Value, second: Value) -> (i64, [i64; 2]) {
    let (caller, desk) = agent(w, "1001", ANSWERS).await;
    let (callee, phone) = agent(w, "1002", Behaviour::RingOn).await;
    let other = json!({"name": "Second", "type": "sip", "username": "1003", "password": PASSWORD, "user_id": callee});
    let other = done(w.post("/api/device", other).await)["id"].as_i64().expect("an id");
    w.phones.phone("1003", PASSWORD, ANSWERS).await;
    for (device, ring) in [(phone, first), (other, second)] {
        done(w.put(&format!("/api/device/{device}"), ring).await);
    }
    extension(w, "2000", "user", callee).await;
    check_in(w, caller, desk).await;
    (callee, [phone, other])
}

/// The leg of the next event of this name.
async fn leg(w: &mut World, name: &str, secret: &str) -> Value {
    w.sink.next(name, secret).await["data"].clone()
}

/// The next phone that rings; the caller hears it as well, which is told of its own leg.
async fn ring(w: &mut World, secret: &str) -> Value {
    loop {
        let ring = leg(w, "call:ring", secret).await;
        if ring["id"] != ring["call_id"] {
            return ring;
        }
    }
}

async fn phones_ring_at_once_with_their_delays(w: &mut World) {
    let (_, [phone, other]) = office(w, json!({"ring": 1}), json!({"ring": 0, "delay": 1})).await;
    let secret = w.push_to_sink().await;
    let call = w.phones.dial("1001", "2000").await;
    let first = ring(w, &secret).await;
    assert_eq!(first["dst_device_id"], json!(phone), "the other one waits a second: {first}");
    let second = ring(w, &secret).await;
    assert_eq!(second["dst_device_id"], json!(other), "{second}");
    assert!(!w.sink.names().contains(&"call:end"), "the first still rings: {:?}", w.sink.names());
    assert_eq!(leg(w, "call:answer", &secret).await["dst_device_id"], json!(other));
    assert!(w.phones.answered(call).await);
    let lost = leg(w, "call:end", &secret).await;
    assert_eq!((&lost["id"], &lost["hangup_cause"]), (&first["id"], &json!("LOSE_RACE")), "{lost}");
    w.phones.hang_up(call).await;
}

async fn phones_ring_in_turn(w: &mut World) {
    let (callee, [phone, other]) = office(w, json!({"ring": 1, "timeout": RING_S}), json!({"ring": 2})).await;
    done(w.put(&format!("/api/user/{callee}"), json!({"follow_me": 20})).await);
    let secret = w.push_to_sink().await;
    let call = w.phones.dial("1001", "2000").await;
    let first = ring(w, &secret).await;
    assert_eq!(first["dst_device_id"], json!(phone), "{first}");
    let end = leg(w, "call:end", &secret).await;
    assert_eq!((&end["id"], &end["hangup_cause"]), (&first["id"], &json!("ALLOTTED_TIMEOUT")), "{end}");
    assert!(end["durationms"].as_i64() < Some(15_000), "its own timeout is shorter than a turn: {end}");
    assert_eq!(ring(w, &secret).await["dst_device_id"], json!(other));
    assert!(w.phones.answered(call).await);
    w.phones.hang_up(call).await;
}

async fn nobody_answers(w: &mut World) {
    let (callee, [_, other]) = office(w, json!({"ring": 1}), json!({"ring": 2})).await;
    done(w.put(&format!("/api/user/{callee}"), json!({"call_timeout": 1})).await);
    w.phones.phone("1003", PASSWORD, Behaviour::Busy).await;
    assert!(other > 0);
    let call = w.phones.dial("1001", "2000").await;
    assert!(!w.phones.answered(call).await, "there is no mailbox, so the call ends");
    w.idle().await;
}
