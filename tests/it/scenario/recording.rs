//! Which calls are recorded, and where: files by the call's id.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ANSWERS, agent, check_in, done, extension, leg_to, queue, scenarios};
use crate::harness::phones::{Behaviour, CallId};
use crate::harness::recording::hears;
use crate::harness::{Answer, World, patience};

scenarios![
    a_user_records_its_calls,
    a_queue_records_or_leaves_it_to_the_agent,
    each_setting_records_its_own_calls,
    card_numbers_are_not_recorded,
    a_recorded_caller_is_put_through,
    a_recorded_customer_is_put_into_a_queue,
];

/// Answers, and hangs up after a while: FreeSWITCH throws a recording away in which nothing was heard yet.
const TALKS: Behaviour = Behaviour::Answer { after_ms: 200, talk_ms: Some(1_000) };

/// Tones: before a card number is said, in its place, and after it.
const BEFORE: u32 = 440;
const CARD: u32 = 1_000;
const AFTER: u32 = 1_800;

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

/// `rec_out_ext`, `rec_inb_ext` and `user_record` have their tests above.
async fn each_setting_records_its_own_calls(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, desk) = agent(w, "1001", ANSWERS).await;
    let (other, _) = agent(w, "1002", TALKS).await;
    extension(w, "2000", "user", other).await;
    check_in(w, user, desk).await;
    for (who, setting, recorded) in
        [(user, "rec_out_int", true), (other, "rec_inb_int", true), (other, "rec_inb_ext", false), (user, "rec_inb_int", false)]
    {
        overrides(w, who, json!({"override_device": true, setting: 1})).await;
        let id = talk(w, "2000", &secret).await;
        if recorded {
            w.recorded(&id).await;
        } else {
            assert!(!w.is_recorded(&id).await, "{setting} is of other calls");
        }
        overrides(w, who, json!({"override_device": false, setting: 0})).await;
    }
}

async fn set_recording(w: &World, user: i64, query: &str) -> Answer {
    w.get(&format!("/api/cc_agent/setRecording?user_id={user}&{query}")).await
}

/// A queue that records, whose agent is in a call with a caller; the agent, the call and its id.
async fn recorded_call(w: &mut World, secret: &str) -> (i64, CallId, String) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[user]).await;
    done(w.put(&format!("/api/cc_queue/{support}"), json!({"record": 1})).await);
    check_in(w, user, device).await;
    let refused = set_recording(w, user, "state=hold").await;
    assert_eq!((refused.status, &refused.body["msg"]), (409, &json!("the user is in no such call")));
    // Without sound FreeSWITCH records nothing.
    w.phones.speak();
    let call = w.phones.call_in("972501234567", "97237000").await;
    let id = answered(w, secret).await;
    (user, call, id)
}

/// What is said between hold and resume is silence in the file.
async fn card_numbers_are_not_recorded(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, call, id) = recorded_call(w, &secret).await;
    w.play_tone(&id, BEFORE).await;
    done(set_recording(w, user, "state=hold").await);
    done(set_recording(w, user, &format!("state=hold&uuid={id}")).await);
    w.play_tone(&id, CARD).await;
    done(set_recording(w, user, "state=resume").await);
    w.play_tone(&id, AFTER).await;
    let other = set_recording(w, user, "state=hold&uuid=0b0a1d0e-61f9-4a5f-9d2f-4b8e8a0f6a11").await;
    assert_eq!(other.status, 409, "no call of the user's: {}", other.body);
    let stranger = w.other_account("other.local").await;
    let other = stranger.get(&format!("/api/cc_agent/setRecording?user_id={user}&state=hold")).await;
    assert_eq!(other.status, 404, "{}", other.body);
    w.phones.hang_up(call).await;
    let ends = [w.sink.next("call:end", &secret).await, w.sink.next("call:end", &secret).await];
    w.idle().await;
    let file = w.recorded(&id).await;
    for end in ends {
        let leg = end["data"]["id"].as_str().expect("a leg");
        let (status, _, bytes) = w.file(Method::GET, &format!("/api/cdr/recordings/{leg}")).await;
        assert_eq!(status, 200, "any leg of the call leads to it");
        assert!(bytes == std::fs::read(&file).expect("it can be read"));
    }
    assert_eq!([BEFORE, CARD, AFTER].map(|tone| hears(&file, tone)), [true, false, true]);
}

/// The caller's recording goes on in its file; that of who takes the call is another. Who speaks with the caller then has both hear nothing.
async fn a_recorded_caller_is_put_through(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (other, desk) = agent(w, "1002", ANSWERS).await;
    extension(w, "2000", "user", other).await;
    overrides(w, other, json!({"override_device": true, "user_record": 1})).await;
    check_in(w, other, desk).await;
    let (user, call, id) = recorded_call(w, &secret).await;
    w.play_tone(&id, BEFORE).await;
    let told = w.ask_switch(&format!("uuid_transfer {id} 2000 XML ccgate-exit")).await;
    assert!(told.starts_with("+OK"), "{told}");
    w.sink.next("call:answer", &secret).await;
    w.play_tone(&id, AFTER).await;
    assert_eq!(set_recording(w, user, "state=hold").await.status, 409, "the agent is out of it");
    done(set_recording(w, other, "state=hold").await);
    w.play_tone(&id, CARD).await;
    w.phones.hang_up(call).await;
    w.idle().await;
    w.recorded(&id).await;
    let files = w.recordings_of(&id).await;
    let callers = files.iter().find(|file| file.ends_with(format!("{id}.wav"))).expect("the caller's");
    assert_eq!([BEFORE, CARD, AFTER].map(|tone| hears(callers, tone)), [true, false, true]);
    assert_eq!(files.len(), 2, "{files:?}");
}

/// Both the agent who called it and the queue record: the customer's leg has one file, with all of it.
async fn a_recorded_customer_is_put_into_a_queue(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, desk) = agent(w, "1001", ANSWERS).await;
    overrides(w, user, json!({"override_device": true, "rec_out_ext": 1})).await;
    check_in(w, user, desk).await;
    let (other, seat) = agent(w, "1002", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[other]).await;
    done(w.put(&format!("/api/cc_queue/{support}"), json!({"record": 1})).await);
    check_in(w, other, seat).await;
    w.phones.outside("0501234567", ANSWERS).await;
    w.phones.dial("1001", "0501234567").await;
    let id = answered(w, &secret).await;
    let customer = leg_to(w, "0501234567").await["uuid"].as_str().expect("a leg").to_owned();
    w.ask_switch(&format!("uuid_transfer {customer} 7000")).await;
    until_served(w, &customer).await;
    for state in ["hold", "resume"] {
        done(set_recording(w, other, &format!("state={state}")).await);
    }
    w.ask_switch("hupall NORMAL_CLEARING").await;
    for _ in ["the agent who called", "the customer", "the agent of the queue"] {
        w.sink.next("call:end", &secret).await;
    }
    w.idle().await;
    let file = w.recorded(&id).await;
    assert_eq!((w.recordings_of(&id).await.len(), w.recordings_of(&customer).await), (1, vec![]));
    let (status, _, bytes) = w.file(Method::GET, &format!("/api/cdr/recordings/{customer}")).await;
    assert_eq!((status, bytes), (200, std::fs::read(&file).expect("it can be read")));
}

/// Waits until a caller was put through to an agent of a queue.
async fn until_served(w: &World, caller: &str) {
    let mut commits = w.running().store().committed();
    patience("the caller to be served", async {
        while !done(w.get(&format!("/api/cdr/{caller}")).await)["stays"][0]["served_at"].is_i64() {
            commits.changed().await.expect("ccgate runs");
        }
    })
    .await;
}
