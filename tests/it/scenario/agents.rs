//! Check-in, pauses and queues, with calls under way.

use serde_json::{Value, json};

use super::{ANSWERS, PASSWORD, agent, agent_row, check_in, done, queue, scenarios, tiers, wait_in, waiting};
use crate::harness::World;
use crate::harness::phones::{Behaviour, CallId};

scenarios![
    a_check_in_by_the_api_and_a_move_by_phone,
    a_forced_move_in_a_call,
    a_code_dialled_while_its_agent_talks,
    a_phone_that_registers_later,
    a_forced_check_out_of_who_talks,
    a_pause_while_the_phone_rings,
    a_pause_in_a_call,
    queues_joined_and_left_while_calls_wait,
    modes_of_membership,
    a_check_out_while_the_phone_rings,
];

const NUMBER: &str = "97237000";
const CALLER: &str = "972501111111";
const ANOTHER: &str = "972502222222";

async fn answered(w: &mut World, secret: &str) -> Value {
    w.sink.next("call:answer", secret).await;
    w.sink.next("call:answer", secret).await["data"].clone()
}

/// Ends a call of two legs.
async fn hang_up(w: &mut World, secret: &str, call: CallId) {
    w.phones.hang_up(call).await;
    for _ in ["one leg", "the other"] {
        w.sink.next("call:end", secret).await;
    }
}

/// Whom the next offer is for, and on which phone.
async fn offered(w: &mut World, secret: &str) -> (Value, Value) {
    let ring = w.sink.next("call:ring", secret).await["data"].clone();
    (ring["dst_user_id"].clone(), ring["dst_device_id"].clone())
}

/// For whom offers were made since an event, in order.
fn offers_since(w: &World, seen: usize) -> Vec<Value> {
    let rings = w.sink.seen()[seen..].iter().filter(|event| event["event"] == "call:ring");
    rings.map(|event| event["data"]["dst_user_id"].clone()).collect()
}

async fn a_check_in_by_the_api_and_a_move_by_phone(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, desk) = agent(w, "1001", ANSWERS).await;
    let (_, other) = agent(w, "1002", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, desk).await;
    assert!(agent_row(w, user).await.contains("|Available|Waiting|") && agent_row(w, user).await.contains("]user/1001@lab.local|"));
    assert_eq!(tiers(w, user).await, [support]);
    // A code without force is refused at another phone, one with it moves the agent.
    for (force, moved) in [(0, false), (1, true)] {
        let code = done(w.get(&format!("/api/cc_agent/checkIn?user_id={user}&forceCheckOut={force}")).await);
        let call = w.phones.dial("1002", code.as_str().expect("a code")).await;
        w.phones.ended(call).await;
        assert_eq!(done(w.get(&format!("/api/device/{other}")).await)["agent_id"], if moved { json!(user) } else { json!(null) });
    }
    assert!(agent_row(w, user).await.contains("]user/1002@lab.local|"));
    let call = w.phones.call_in(CALLER, NUMBER).await;
    assert_eq!(offered(w, &secret).await, (json!(user), json!(other)));
    answered(w, &secret).await;
    hang_up(w, &secret, call).await;
    let agents: Vec<_> = w.sink.names().into_iter().filter(|name| !name.starts_with("call:")).collect();
    let entered = ["agent:checkin", "agent:status", "queue:join"];
    let left = ["queue:leave", "agent:checkout", "agent:status"];
    assert_eq!(agents, [entered, left, entered].concat());
}

async fn a_forced_move_in_a_call(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, desk) = agent(w, "1001", ANSWERS).await;
    let (_, other) = agent(w, "1002", ANSWERS).await;
    queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, desk).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    answered(w, &secret).await;
    let path = format!("/api/cc_agent/checkInDevice?user_id={user}&device_id={other}");
    assert_eq!(w.get(&path).await.status, 409);
    done(w.get(&format!("{path}&forceCheckOut=1")).await);
    assert!(agent_row(w, user).await.contains("]user/1001@lab.local|"), "the call goes on where it is");
    w.phones.hang_up(call).await;
    assert_eq!(w.sink.next("agent:checkin", &secret).await["data"]["device_id"], json!(other));
    let next = w.phones.call_in(ANOTHER, NUMBER).await;
    assert_eq!(offered(w, &secret).await, (json!(user), json!(other)));
    w.phones.hang_up(next).await;
}

async fn a_code_dialled_while_its_agent_talks(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, desk) = agent(w, "1001", ANSWERS).await;
    let (_, other) = agent(w, "1002", ANSWERS).await;
    queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, desk).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    answered(w, &secret).await;
    let code = done(w.get(&format!("/api/cc_agent/checkIn?user_id={user}&forceCheckOut=1")).await);
    let dialled = w.phones.dial("1002", code.as_str().expect("a code")).await;
    w.phones.ended(dialled).await;
    assert_eq!(done(w.get(&format!("/api/device/{desk}")).await)["agent_id"], json!(user), "the call goes on where it is");
    let told = w.event_names().await.len();
    w.phones.hang_up(call).await;
    w.until_event(told, "agent:checkin").await;
    assert_eq!(done(w.get(&format!("/api/device/{other}")).await)["agent_id"], json!(user));
}

/// A check-in does not ask for a registration; the agent cannot be reached until there is one.
async fn a_phone_that_registers_later(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, desk) = agent(w, "1001", ANSWERS).await;
    w.phones.unregister("1001").await;
    let support = queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, desk).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    waiting(w, support, 1).await;
    w.phones.phone("1001", PASSWORD, ANSWERS).await;
    assert_eq!(offered(w, &secret).await, (json!(user), json!(desk)));
    answered(w, &secret).await;
    hang_up(w, &secret, call).await;
}

async fn a_forced_check_out_of_who_talks(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (first, desk) = agent(w, "1001", ANSWERS).await;
    let (second, _) = agent(w, "1002", ANSWERS).await;
    queue(w, "Support", "7000", &[first, second]).await;
    check_in(w, first, desk).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    answered(w, &secret).await;
    let path = format!("/api/cc_agent/checkInDevice?user_id={second}&device_id={desk}");
    assert_eq!(w.get(&path).await.status, 409);
    done(w.get(&format!("{path}&forceCheckOut=1")).await);
    assert_eq!(done(w.get(&format!("/api/user/{first}")).await)["online"], 1);
    let told = w.event_names().await.len();
    w.phones.hang_up(call).await;
    w.until_event(told, "agent:checkin").await;
    assert_eq!(w.event_names().await.iter().filter(|name| *name == "agent:checkout").count(), 1);
    assert_eq!(done(w.get(&format!("/api/user/{first}")).await)["online"], 0);
    let next = w.phones.call_in(ANOTHER, NUMBER).await;
    assert_eq!(offered(w, &secret).await, (json!(second), json!(desk)));
    w.phones.hang_up(next).await;
}

async fn a_pause_while_the_phone_rings(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (first, desk) = agent(w, "1001", Behaviour::RingOn).await;
    let (second, other) = agent(w, "1002", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[first, second]).await;
    check_in(w, first, desk).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    assert_eq!(offered(w, &secret).await, (json!(first), json!(desk)));
    done(w.get(&format!("/api/cc_agent/setPause?user_id={first}&id=1")).await);
    let end = w.sink.next("call:end", &secret).await["data"].clone();
    assert_eq!((&end["dst_user_id"], &end["billms"]), (&json!(first), &json!(0)), "{end}");
    let seen = w.sink.seen().len();
    assert_eq!(wait_in(w, support).await, 1, "the caller stays");
    // The caller's next offer is another's.
    check_in(w, second, other).await;
    answered(w, &secret).await;
    assert_eq!(offers_since(w, seen), [json!(second)]);
    assert!(agent_row(w, first).await.contains("|On Break|Waiting|"), "{}", agent_row(w, first).await);
    // Lifted, it is offered the next one.
    done(w.get(&format!("/api/cc_agent/setPause?user_id={first}&id=0")).await);
    let next = w.phones.call_in(ANOTHER, NUMBER).await;
    assert_eq!(offered(w, &secret).await.0, json!(first));
    w.phones.hang_up(next).await;
    w.phones.hang_up(call).await;
}

async fn a_pause_in_a_call(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (first, desk) = agent(w, "1001", ANSWERS).await;
    let (second, other) = agent(w, "1002", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[first, second]).await;
    check_in(w, first, desk).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    answered(w, &secret).await;
    done(w.get(&format!("/api/cc_agent/setPause?user_id={first}&id=1")).await);
    let waits = w.phones.call_in(ANOTHER, NUMBER).await;
    waiting(w, support, 1).await;
    let seen = w.sink.seen().len();
    hang_up(w, &secret, call).await;
    check_in(w, second, other).await;
    answered(w, &secret).await;
    assert_eq!(offers_since(w, seen), [json!(second)], "the pause holds after the call");
    assert!(agent_row(w, first).await.contains("|On Break|Waiting|"), "{}", agent_row(w, first).await);
    hang_up(w, &secret, waits).await;
}

async fn queues_joined_and_left_while_calls_wait(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (first, desk) = agent(w, "1001", ANSWERS).await;
    let (second, other) = agent(w, "1002", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[]).await;
    done(w.put(&format!("/api/cc_queue/{support}/users"), json!([[first, 1, 1, 1], [second, 3, 1, 1]])).await);
    check_in(w, first, desk).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    waiting(w, support, 1).await;
    done(w.get(&format!("/api/cc_agent/setQueues?user_id={first}&queue_ids={support}")).await);
    assert_eq!(w.sink.next("queue:join", &secret).await["data"], json!({"user_id": first, "queues": [support]}));
    assert_eq!(offered(w, &secret).await.0, json!(first));
    answered(w, &secret).await;
    done(w.get(&format!("/api/cc_agent/setQueues?user_id={first}&queue_ids=")).await);
    assert_eq!(w.sink.next("queue:leave", &secret).await["data"], json!({"user_id": first, "queues": [support]}));
    assert_eq!(tiers(w, first).await, [0; 0]);
    let waits = w.phones.call_in(ANOTHER, NUMBER).await;
    waiting(w, support, 1).await;
    let seen = w.sink.seen().len();
    hang_up(w, &secret, call).await;
    check_in(w, second, other).await;
    answered(w, &secret).await;
    assert_eq!(offers_since(w, seen), [json!(second)]);
    hang_up(w, &secret, waits).await;
}

async fn modes_of_membership(w: &mut World) {
    let (user, desk) = agent(w, "1001", ANSWERS).await;
    let mut queues = Vec::new();
    for mode in 0..5 {
        let made = json!({"name": format!("Mode {mode}"), "strategy": "ring-all", "time_base_score": "queue", "users": [[user, mode]]});
        queues.push(done(w.post("/api/cc_queue", made).await)["id"].as_i64().expect("an id"));
    }
    check_in(w, user, desk).await;
    assert_eq!(tiers(w, user).await, queues[3..]);
    // A user by itself: 1 and 3 as it likes, 2 and 0 not, 4 always.
    let key = done(w.post(&format!("/api/user/{user}/key"), json!({"name": "own"})).await)["key"].as_str().expect("a key").to_owned();
    done(w.put(&format!("/api/user/{user}"), json!({"permissions": {"cc_api": true}})).await);
    let own = w.with_key(&key);
    let set = |ids: &[i64]| format!("/api/cc_agent/setQueues?queue_ids={}", ids.iter().map(i64::to_string).collect::<Vec<_>>().join(","));
    done(own.get(&set(&queues[1..2])).await);
    assert_eq!(tiers(w, user).await, [queues[1], queues[4]]);
    for refused in [queues[0], queues[2]] {
        assert_eq!(own.get(&set(&[refused])).await.status, 403);
    }
    assert_eq!(tiers(w, user).await, [queues[1], queues[4]], "all or nothing");
    // A supervisor joins 2, which then stays as long as it is asked for; nobody joins 0.
    done(w.get(&format!("{}&user_id={user}", set(&queues[1..4]))).await);
    assert_eq!(tiers(w, user).await, queues[1..]);
    done(own.get(&set(&queues[2..3])).await);
    assert_eq!(tiers(w, user).await, [queues[2], queues[4]]);
    assert_eq!(w.get(&format!("{}&user_id={user}", set(&queues[..1]))).await.status, 403);
    done(own.get(&set(&[])).await);
    assert_eq!(tiers(w, user).await, queues[4..]);
}

async fn a_check_out_while_the_phone_rings(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, desk) = agent(w, "1001", Behaviour::RingOn).await;
    let support = queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, desk).await;
    let call = w.phones.call_in(CALLER, NUMBER).await;
    offered(w, &secret).await;
    done(w.get(&format!("/api/cc_agent/checkOut?user_id={user}")).await);
    assert_eq!(w.sink.next("call:end", &secret).await["data"]["dst_user_id"], json!(user), "the phone falls silent");
    assert_eq!((wait_in(w, support).await, tiers(w, user).await), (1, vec![]));
    w.phones.hang_up(call).await;
}
