//! Which calls are recorded, and where: a file by the call's id.

use serde_json::{Value, json};

use super::{ANSWERS, agent, check_in, done, extension, queue, scenarios};
use crate::harness::World;
use crate::harness::phones::Behaviour;

scenarios![a_user_records_its_calls, a_queue_records_or_leaves_it_to_the_agent];

/// Answers, and hangs up after a while: FreeSWITCH throws a recording away in which nothing was heard yet.
const TALKS: Behaviour = Behaviour::Answer { after_ms: 200, talk_ms: Some(1_000) };

/// Waits until both legs of a call are answered; the call's id.
async fn answered(w: &mut World, secret: &str) -> String {
    w.sink.next("call:answer", secret).await;
    w.sink.next("call:answer", secret).await["data"]["call_id"].as_str().expect("a call").to_owned()
}

/// Dials, and waits until the two have talked; the call's id.
async fn talk(w: &mut World, number: &str, secret: &str) -> String {
    w.phones.dial("1001", number).await;
    let id = answered(w, secret).await;
    w.idle().await;
    id
}

async fn overrides(w: &World, user: i64, own: Value) {
    done(w.put(&format!("/api/user/{user}"), own).await);
}

async fn a_user_records_its_calls(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, desk) = agent(w, "1001", ANSWERS).await;
    let (other, _) = agent(w, "1002", TALKS).await;
    extension(w, "2000", "user", other).await;
    check_in(w, user, desk).await;
    w.phones.outside("0501234567", TALKS).await;
    overrides(w, user, json!({"override_device": true, "rec_out_ext": 1})).await;
    let recorded = talk(w, "0501234567", &secret).await;
    w.recorded(&recorded).await;
    let inside = talk(w, "2000", &secret).await;
    assert!(!w.is_recorded(&inside).await, "only calls outside are");
    overrides(w, other, json!({"override_device": true, "user_record": 1})).await;
    let called = talk(w, "2000", &secret).await;
    w.recorded(&called).await;
    overrides(w, user, json!({"override_device": false})).await;
    let off = talk(w, "0501234567", &secret).await;
    assert!(!w.is_recorded(&off).await, "the overrides hold no more");

    overrides(w, user, json!({"override_device": true})).await;
    let clicked = w.get(&format!("/api/cc_agent/originate?user_id={user}&destination=0501234567")).await;
    let id = clicked.body["uuid"].as_str().unwrap_or_else(|| panic!("{}", clicked.body)).to_owned();
    assert_eq!(answered(w, &secret).await, id);
    w.idle().await;
    w.recorded(&id).await;
}

async fn a_queue_records_or_leaves_it_to_the_agent(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", TALKS).await;
    let support = queue(w, "Support", "7000", &[user]).await;
    overrides(w, user, json!({"override_device": true, "rec_inb_ext": 1})).await;
    check_in(w, user, device).await;
    for (record, recorded) in [(json!(null), true), (json!(0), false), (json!(1), true)] {
        done(w.put(&format!("/api/cc_queue/{support}"), json!({"record": record})).await);
        w.phones.call_in("972501234567", "97237000").await;
        let id = answered(w, &secret).await;
        w.idle().await;
        if recorded {
            w.recorded(&id).await;
        } else {
            assert!(!w.is_recorded(&id).await, "the queue says no");
        }
    }
}
