//! What a queue has besides its agents: announcements, music, exits, phones that answer by themselves.

use serde_json::{Value, json};

use super::{ANSWERS, agent, check_in, done, extension, queue, resource, scenarios, waiting};
use crate::harness::World;
use crate::harness::phones::Behaviour;

scenarios![
    announcements_are_heard,
    callers_leave_by_the_exits,
    who_was_served_is_sent_to_no_exit,
    a_transferred_call_is_counted_once,
    a_phone_answers_by_itself,
    music_of_several_sounds,
];

async fn tone(w: &World, ms: u32) -> i64 {
    resource(w, "media", json!({"name": format!("Tone of {ms} ms"), "kind": "tone", "spec": format!("%({ms},0,440)")})).await
}

async fn announcements_are_heard(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[user]).await;
    let sounds = json!({"join_announce": tone(w, 1_500).await, "pre_bridge_announce": tone(w, 2_000).await});
    done(w.put(&format!("/api/cc_queue/{support}"), sounds).await);
    check_in(w, user, device).await;
    let call = w.phones.call_in("972501234567", "97237000").await;
    let agent = w.sink.next("call:answer", &secret).await["data"].clone();
    let caller = w.sink.next("call:answer", &secret).await["data"].clone();
    let (rang, waited) = (agent["waitms"].as_i64().expect("a time"), caller["waitms"].as_i64().expect("a time"));
    assert!(waited - rang >= 3_400, "the caller hears one before it joins, the agent the other before it talks: {agent} {caller}");
    assert!(caller["cc_wait"].as_i64() <= Some(4), "the first is not in the queue: {caller}");
    w.phones.hang_up(call).await;
}

async fn callers_leave_by_the_exits(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, phone) = agent(w, "1001", ANSWERS).await;
    extension(w, "2000", "user", user).await;
    let (other, desk) = agent(w, "1002", ANSWERS).await;
    extension(w, "2001", "user", other).await;
    let support = queue(w, "Support", "7000", &[]).await;
    let exits = json!({"exits": {"timeout": "2000", "keys": {"1": "2001"}}, "max_wait_time": 1});
    done(w.put(&format!("/api/cc_queue/{support}"), exits).await);
    let call = w.phones.call_in("972501234567", "97237000").await;
    let ring = w.sink.next("call:ring", &secret).await["data"].clone();
    assert_eq!((&ring["dst_device_id"], &ring["cid_num"]), (&json!(phone), &json!("972501234567")), "after the time: {ring}");
    w.sink.next("call:answer", &secret).await;
    w.phones.hang_up(call).await;
    w.idle().await;

    done(w.put(&format!("/api/cc_queue/{support}"), json!({"max_wait_time": 60})).await);
    let call = w.phones.call_in("972501234567", "97237000").await;
    let start = w.sink.next("call:start", &secret).await["data"].clone();
    waiting(w, support, 1).await;
    let caller = start["id"].as_str().expect("a uuid").to_owned();
    w.ask_switch(&format!("uuid_recv_dtmf {caller} 2")).await;
    assert_eq!(super::wait_in(w, support).await, 1, "a key that is no exit");
    w.ask_switch(&format!("uuid_recv_dtmf {caller} 1")).await;
    let ring = w.sink.next("call:ring", &secret).await["data"].clone();
    assert_eq!(ring["dst_device_id"], json!(desk), "by the key: {ring}");
    w.phones.hang_up(call).await;
    w.idle().await;

    done(w.put(&format!("/api/cc_queue/{support}"), json!({"exits": {"keys": {"1": "2001"}}, "max_wait_time": 1})).await);
    let call = w.phones.call_in("972501234567", "97237000").await;
    assert!(w.phones.answered(call).await);
    w.phones.ended(call).await;
}

async fn a_phone_answers_by_itself(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", Behaviour::RingOn).await;
    let support = queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, device).await;
    for auto_answer in [true, false] {
        done(w.put(&format!("/api/cc_queue/{support}"), json!({"auto_answer": auto_answer})).await);
        let call = w.phones.call_in("972501234567", "97237000").await;
        let ring = w.sink.next("call:ring", &secret).await["data"].clone();
        assert_eq!(header(w, &ring).await.contains("answer-after=0"), auto_answer, "{ring}");
        w.phones.hang_up(call).await;
        w.idle().await;
    }
}

/// The header by which phones answer, of a leg.
async fn header(w: &World, leg: &Value) -> String {
    w.ask_switch(&format!("uuid_getvar {} sip_h_Call-Info", leg["id"].as_str().expect("a uuid"))).await
}

async fn music_of_several_sounds(w: &mut World) {
    let secret = w.push_to_sink().await;
    let support = queue(w, "Support", "7000", &[]).await;
    let playback = json!([{"media_id": tone(w, 100).await, "times": 2}, {"media_id": tone(w, 200).await, "times": 1}]);
    let music = json!({"music_advanced": true, "audio_playback": playback, "max_wait_time": 5});
    done(w.put(&format!("/api/cc_queue/{support}"), music).await);
    let call = w.phones.call_in("972501234567", "97237000").await;
    let start = w.sink.next("call:start", &secret).await["data"].clone();
    let said = w.ask_switch(&format!("uuid_getvar {} cc_moh_override", start["id"].as_str().expect("a uuid"))).await;
    assert_eq!(said.trim(), "file_string://tone_stream://%(100,0,440)!tone_stream://%(100,0,440)!tone_stream://%(200,0,440)");
    // It is played again and again: the caller waits for its whole time.
    w.phones.ended(call).await;
    let end = w.sink.next("call:end", &secret).await["data"].clone();
    assert_eq!(end["canceled"], "TIMEOUT", "{end}");
}

/// It came by an exit, for which the switch still has the reason, and the second queue has an exit for that too.
async fn who_was_served_is_sent_to_no_exit(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", Behaviour::Answer { after_ms: 200, talk_ms: Some(700) }).await;
    let (other, _) = agent(w, "1002", ANSWERS).await;
    extension(w, "2001", "user", other).await;
    let second = queue(w, "Second", "7001", &[user]).await;
    done(w.put(&format!("/api/cc_queue/{second}"), json!({"exits": {"timeout": "2001"}})).await);
    let first = queue(w, "First", "7000", &[]).await;
    done(w.put(&format!("/api/cc_queue/{first}"), json!({"exits": {"timeout": "7001"}, "max_wait_time": 1})).await);
    check_in(w, user, device).await;
    w.phones.call_in("972501234567", "97237000").await;
    assert_eq!(w.sink.next("call:ring", &secret).await["data"]["dst_user_id"], json!(user));
    w.sink.next("call:end", &secret).await;
    w.sink.next("call:end", &secret).await;
    w.idle().await;
    let rung = w.sink.seen().iter().filter(|event| event["event"] == "call:ring").count();
    assert_eq!(rung, 1, "the agent hung up, and the call was over: {:?}", w.sink.names());
}

/// mod_callcenter counts a tracked leg each time that it is told to, and takes it back once.
async fn a_transferred_call_is_counted_once(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (caller, desk) = agent(w, "1001", ANSWERS).await;
    let (called, phone) = agent(w, "1002", ANSWERS).await;
    let (third, elsewhere) = agent(w, "1003", ANSWERS).await;
    extension(w, "2002", "user", called).await;
    extension(w, "2003", "user", third).await;
    check_in(w, caller, desk).await;
    check_in(w, called, phone).await;
    w.phones.dial("1001", "2002").await;
    let ring = w.sink.next("call:ring", &secret).await["data"].clone();
    assert_eq!(ring["dst_user_id"], json!(called));
    w.sink.next("call:answer", &secret).await;
    let leg = ring["id"].as_str().expect("a leg").to_owned();
    w.ask_switch(&format!("uuid_transfer {leg} 2003 XML default")).await;
    assert_eq!(w.sink.next("call:ring", &secret).await["data"]["dst_device_id"], json!(elsewhere));
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
    let agents = w.ask_switch("callcenter_config agent list").await;
    for user in [caller, called] {
        let row = agents.lines().find(|row| row.starts_with(&format!("{user}@"))).unwrap_or_else(|| panic!("{agents}"));
        assert!(row.ends_with("|0"), "its external_calls_count: {row}");
    }
}
