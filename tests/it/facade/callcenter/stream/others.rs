//! Events that the document does not name.

use serde_json::{Value, json};

use super::super::{PHONE_PASSWORD, data, seated};
use super::listen;
use crate::facade::world_trials;
use crate::harness::World;
use crate::harness::listening::Listening;
use crate::harness::phones::Behaviour;

world_trials![a_wrap_up_and_its_end, a_phone_comes_and_goes, the_switch_goes_and_comes_back];

async fn a_wrap_up_and_its_end(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    let mut listening = listen(w, &format!("?user_id={user}&event=agent:wrapup"), "").await;
    data(w.get(&format!("/api/cc_agent/wrapup?user_id={user}&seconds=60")).await);
    let (begun, told_at) = next(&mut listening).await;
    assert_eq!(begun["user_id"], json!(user));
    let left_s = begun["ends_at"].as_i64().expect("a time") - told_at;
    assert!((58..=62).contains(&left_s), "the switch's clock and ours are the same here: {left_s}");
    data(w.get(&format!("/api/cc_agent/wrapup?user_id={user}&seconds=0")).await);
    let (ended, _) = next(&mut listening).await;
    assert!(ended["ends_at"].as_i64() < begun["ends_at"].as_i64(), "{ended}");
}

async fn a_phone_comes_and_goes(w: &mut World) {
    let (user, device) = seated(w, "1001").await;
    let mut listening = listen(w, "?event=agent:reachable", "").await;
    w.phones.phone("1001", PHONE_PASSWORD, Behaviour::RingOn).await;
    assert_eq!(next(&mut listening).await.0, json!({"user_id": user, "device_id": device, "reachable": 1}));
    w.phones.unregister("1001").await;
    assert_eq!(next(&mut listening).await.0, json!({"user_id": user, "device_id": device, "reachable": 0}));
}

async fn the_switch_goes_and_comes_back(w: &mut World) {
    let mut listening = listen(w, "?event=switch:disconnected,switch:connected", "").await;
    w.take_switch_away_for_a_while().await;
    let gone = listening.next().await.expect("the stream is open");
    assert_eq!((gone.event.as_str(), &gone.data["data"]), ("switch:disconnected", &json!({"switch_id": 1})));
    w.bring_switch_back().await;
    assert_eq!(listening.next().await.expect("the stream is open").event, "switch:connected");
}

/// The data of the next event, and when it happened in seconds.
async fn next(listening: &mut Listening) -> (Value, i64) {
    let heard = listening.next().await.expect("the stream is open");
    (heard.data["data"].clone(), heard.data["ts"].as_i64().expect("a time"))
}
