//! Queue calls that nobody takes, and agents that are not to be offered any.

use serde_json::json;

use super::{ANSWERS, agent, done, queue, scenarios};
use crate::harness::World;
use crate::harness::phones::Behaviour;

scenarios![a_caller_gives_up, a_paused_agent_is_not_offered, an_agent_that_does_not_answer_is_paused];

async fn a_caller_gives_up(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", Behaviour::RingOn).await;
    queue(w, "Support", "7000", &[user]).await;
    done(w.get(&format!("/api/cc_agent/checkInDevice?user_id={user}&device_id={device}")).await);
    let call = w.phones.call_in("972501234567", "97237000").await;
    assert!(w.phones.answered(call).await, "the switch answers to play music");
    let ring = w.sink.next("call:ring", &secret).await["data"].clone();
    w.phones.hang_up(call).await;
    let mut ends = [w.sink.next("call:end", &secret).await, w.sink.next("call:end", &secret).await].map(|end| end["data"].clone());
    ends.sort_by_key(|end| end["id"] == ring["call_id"]);
    let [offered, waiting] = ends;
    assert_eq!((&offered["id"], &offered["billms"]), (&ring["id"], &json!(0)), "{offered}");
    assert_eq!((&waiting["canceled"], &waiting["billms"]), (&json!("BREAK_OUT"), &json!(0)), "{waiting}");
    assert!(!w.sink.names().contains(&"call:answer"), "{:?}", w.sink.names());
}

async fn a_paused_agent_is_not_offered(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (paused, first) = agent(w, "1001", ANSWERS).await;
    let (ready, second) = agent(w, "1002", ANSWERS).await;
    queue(w, "Support", "7000", &[paused, ready]).await;
    for (user, device) in [(paused, first), (ready, second)] {
        done(w.get(&format!("/api/cc_agent/checkInDevice?user_id={user}&device_id={device}")).await);
    }
    done(w.get(&format!("/api/cc_agent/setPause?user_id={paused}&id=1")).await);
    for _ in 0..2 {
        let call = w.phones.call_in("972501234567", "97237000").await;
        assert_eq!(w.sink.next("call:ring", &secret).await["data"]["dst_user_id"], json!(ready));
        w.sink.next("call:answer", &secret).await;
        w.phones.hang_up(call).await;
        w.sink.next("call:end", &secret).await;
        w.sink.next("call:end", &secret).await;
    }
}

async fn an_agent_that_does_not_answer_is_paused(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", Behaviour::RingOn).await;
    done(w.put(&format!("/api/user/{user}"), json!({"max_no_answer": 1, "no_answer_delay_time": 1})).await);
    let queue = queue(w, "Support", "7000", &[user]).await;
    done(w.put(&format!("/api/cc_queue/{queue}"), json!({"ring_timeout": 1})).await);
    done(w.get(&format!("/api/cc_agent/checkInDevice?user_id={user}&device_id={device}")).await);
    w.sink.next("agent:status", &secret).await;
    let call = w.phones.call_in("972501234567", "97237000").await;
    let pause = w.sink.next("agent:status", &secret).await["data"]["pause_id"].clone();
    let pauses = done(w.get("/api/pause").await);
    let reason = pauses.as_array().into_iter().flatten().find(|row| row["id"] == pause).map(|row| row["name"].clone());
    assert_eq!(reason, Some(json!("No answer")), "{pauses}");
    // The agent lifts it, and is offered the caller that still waits.
    done(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id=0")).await);
    assert_eq!(w.sink.next("call:ring", &secret).await["data"]["dst_user_id"], json!(user));
    w.phones.hang_up(call).await;
}
