//! Codes that a phone dials to serve queues and to serve them no longer, and who is told of it.

use serde_json::{Value, json};

use super::{ANSWERS, agent, agent_row, check_in, done, queue, scenarios, tiers};
use crate::harness::{HookSink, World};

scenarios![
    a_phone_logs_in_and_out,
    one_queue_by_its_number,
    who_always_serves_and_who_may_not,
    a_check_in_by_phone_is_told,
    an_api_check_in_is_told,
    a_code_dialled_in_a_call_is_told_as_such,
];

/// The agent's two events, at this server.
async fn hooks(w: &World, sink: &HookSink, kind: &str, user: i64) {
    for (event_type, method) in [("agent-login", "GET"), ("agent-logout", "POST")] {
        let path = format!("/client/{}/agent/{kind}/{user}/event/", w.account_id());
        let made = w.post(&path, json!({"event_type": event_type, "method": method, "url": sink.url("/")})).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }
}

async fn dial(w: &mut World, phone: &str, code: &str) {
    let call = w.phones.dial(phone, code).await;
    w.phones.ended(call).await;
}

/// Status, and who did it, of the next that is told.
async fn next(sink: &mut HookSink) -> (String, String) {
    let heard = sink.next().await;
    (heard.field("agent_status").to_owned(), heard.field("event_source").to_owned())
}

fn is(status: &str, source: &str) -> (String, String) {
    (status.to_owned(), source.to_owned())
}

/// How often it was told that an agent came, and that it went.
async fn told(w: &World) -> (usize, usize) {
    let count = async |name: &str| done(w.get(&format!("/api/event?event={name}")).await).as_array().map_or(0, Vec::len);
    (count("agent:available").await, count("agent:logged_out").await)
}

async fn a_phone_logs_in_and_out(w: &mut World) {
    let mut sink = HookSink::start().await;
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[user]).await;
    let sales = queue(w, "Sales", "7001", &[]).await;
    done(w.post(&format!("/api/user/{user}/queues"), json!([[sales, 1]])).await);
    hooks(w, &sink, "local", user).await;
    // Nobody is checked in on the phone: its owner is now.
    dial(w, "1001", "*45").await;
    let heard = sink.next().await;
    assert_eq!((heard.field("agent_status"), heard.field("event_source")), ("available", "phone"));
    assert_eq!((heard.field("agent_id"), heard.field("extension_name")), (user.to_string().as_str(), "1001@lab.local"));
    assert!(agent_row(w, user).await.contains("|Available|"), "{}", agent_row(w, user).await);
    assert_eq!(tiers(w, user).await, [support, sales], "those that it joins at check-in, and those that it may join");
    dial(w, "1001", "*45").await;
    assert_eq!(told(w).await, (1, 0), "again, and nothing happens");
    // It stays at its phone.
    dial(w, "1001", "*46").await;
    assert_eq!(next(&mut sink).await, is("logged_out", "phone"));
    assert_eq!(tiers(w, user).await, [0_i64; 0]);
    assert_eq!(done(w.get(&format!("/api/device/{device}")).await)["agent_id"], json!(user));
    dial(w, "1001", "*46").await;
    assert_eq!(told(w).await, (1, 1));
    // Who waits is served when the agent is back.
    let call = w.phones.call_in("972501111111", "97237000").await;
    super::waiting(w, support, 1).await;
    dial(w, "1001", "*45").await;
    assert_eq!(next(&mut sink).await, is("available", "phone"));
    assert_eq!(w.sink.next("call:ring", &secret).await["data"]["dst_user_id"], json!(user));
    w.phones.hang_up(call).await;
}

async fn one_queue_by_its_number(w: &mut World) {
    let mut sink = HookSink::start().await;
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[user]).await;
    let sales = queue(w, "Sales", "7001", &[user]).await;
    check_in(w, user, device).await;
    hooks(w, &sink, "local", user).await;
    for (code, serves) in [("*467000", vec![sales]), ("*457000", vec![support, sales]), ("*467001", vec![support])] {
        dial(w, "1001", code).await;
        assert_eq!(tiers(w, user).await, serves, "{code}");
    }
    assert_eq!(told(w).await, (0, 0), "it serves one all the time");
    dial(w, "1001", "*467000").await;
    assert_eq!(next(&mut sink).await, is("logged_out", "phone"));
    dial(w, "1001", "*457001").await;
    assert_eq!(next(&mut sink).await, is("available", "phone"));
    assert_eq!(tiers(w, user).await, [sales]);
    // Codes of the account's own; the others lead nowhere.
    done(w.put("/api/account", json!({"queue_login_code": "*11", "queue_logout_code": "*12"})).await);
    dial(w, "1001", "*12").await;
    assert_eq!(next(&mut sink).await, is("logged_out", "phone"));
    let refused = w.phones.dial("1001", "*45").await;
    assert!(!w.phones.answered(refused).await);
    dial(w, "1001", "*11").await;
    assert_eq!(next(&mut sink).await, is("available", "phone"));
}

async fn who_always_serves_and_who_may_not(w: &mut World) {
    let mut sink = HookSink::start().await;
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[]).await;
    done(w.post(&format!("/api/user/{user}/queues"), json!([[support, 4]])).await);
    hooks(w, &sink, "local", user).await;
    dial(w, "1001", "*45").await;
    assert_eq!(next(&mut sink).await, is("available", "phone"));
    dial(w, "1001", "*467000").await;
    assert_eq!(tiers(w, user).await, [support], "the one queue it does not leave");
    dial(w, "1001", "*46").await;
    assert_eq!(next(&mut sink).await, is("logged_out", "phone"));
    assert_eq!(done(w.get(&format!("/api/device/{device}")).await)["agent_id"], Value::Null, "all of them by leaving the phone");
    // Who may not join it by itself, and a phone that is nobody's.
    done(w.put(&format!("/api/user/{user}/queues"), json!([[support, 2]])).await);
    dial(w, "1001", "*45").await;
    done(w.put(&format!("/api/user/{user}/queues"), json!([[support, 1]])).await);
    done(w.put(&format!("/api/device/{device}"), json!({"user_id": 0})).await);
    dial(w, "1001", "*45").await;
    assert_eq!(told(w).await, (1, 1));
    assert_eq!(done(w.get(&format!("/api/device/{device}")).await)["agent_id"], Value::Null, "what is refused changes nothing");
}

/// Whoever it moves out of the way is told of too.
async fn a_check_in_by_phone_is_told(w: &mut World) {
    let mut sink = HookSink::start().await;
    let (user, _) = agent(w, "1001", ANSWERS).await;
    let (other, desk) = agent(w, "1002", ANSWERS).await;
    queue(w, "Support", "7000", &[user, other]).await;
    check_in(w, other, desk).await;
    hooks(w, &sink, "local", user).await;
    hooks(w, &sink, "local", other).await;
    let code = done(w.get(&format!("/api/cc_agent/checkIn?user_id={user}&forceCheckOut=1")).await);
    dial(w, "1002", code.as_str().expect("a code")).await;
    let mut heard =
        [sink.next().await, sink.next().await].map(|heard| (heard.field("agent_id").to_owned(), heard.field("event_source").to_owned()));
    heard.sort();
    let mut both = [user, other].map(|user| (user.to_string(), "phone".to_owned()));
    both.sort();
    assert_eq!((heard, told(w).await), (both, (1, 1)));
}

/// By either kind of agent, as the ten methods see it.
async fn an_api_check_in_is_told(w: &mut World) {
    let mut sink = HookSink::start().await;
    let (local, desk) = agent(w, "1001", ANSWERS).await;
    let user = json!({"name": "Noa", "username": "noa", "email": "noa@example.org", "password": "Ab123456", "is_agent": true});
    let remote = done(w.post("/api/user", user).await)["id"].as_i64().expect("an id");
    let mobile = json!({"name": "Mobile", "type": "external", "number": "0501234567", "user_id": remote});
    let mobile = done(w.post("/api/device", mobile).await)["id"].as_i64().expect("an id");
    let support = queue(w, "Support", "7000", &[local, remote]).await;
    for (kind, user, device, field, name) in
        [("local", local, desk, "extension_name", "1001@lab.local"), ("remote", remote, mobile, "agent_number", "0501234567")]
    {
        hooks(w, &sink, kind, user).await;
        check_in(w, user, device).await;
        let heard = sink.next().await;
        assert_eq!((heard.field("agent_status"), heard.field("event_source")), ("available", "api"));
        assert_eq!((heard.field("agent_type"), heard.field(field)), (kind, name));
        assert_eq!(tiers(w, user).await, [support]);
        done(w.get(&format!("/api/cc_agent/checkOut?user_id={user}")).await);
        assert_eq!(next(&mut sink).await, is("logged_out", "api"));
        assert!(agent_row(w, user).await.contains("|Logged Out|"));
    }
}

/// It holds from the call's end, and then nobody dials.
async fn a_code_dialled_in_a_call_is_told_as_such(w: &mut World) {
    let mut sink = HookSink::start().await;
    let secret = w.push_to_sink().await;
    let (user, desk) = agent(w, "1001", ANSWERS).await;
    let (_, other) = agent(w, "1002", ANSWERS).await;
    queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, desk).await;
    let call = w.phones.call_in("972501111111", "97237000").await;
    for _ in ["the caller's leg", "the agent's"] {
        w.sink.next("call:answer", &secret).await;
    }
    // It serves nothing more, and talks.
    done(w.get(&format!("/api/cc_agent/setQueues?user_id={user}&queue_ids=")).await);
    hooks(w, &sink, "local", user).await;
    let code = done(w.get(&format!("/api/cc_agent/checkIn?user_id={user}&forceCheckOut=1")).await);
    dial(w, "1002", code.as_str().expect("a code")).await;
    assert_eq!(told(w).await, (0, 0), "the call goes on");
    w.phones.hang_up(call).await;
    assert_eq!(next(&mut sink).await, is("available", "phone"));
    assert_eq!(done(w.get(&format!("/api/device/{other}")).await)["agent_id"], json!(user));
}
