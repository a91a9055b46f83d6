//! What an agent's addresses are told, and when.

use reqwest::Method;
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use super::{Agent, KINDS, states};
use crate::facade::callcenter::{agent as user, data};
use crate::facade::updateagentstate::{boss, does};
use crate::facade::world_trials;
use crate::harness::{HookSink, World};

world_trials![
    get_is_a_query_string,
    post_is_a_form,
    real_changes_only,
    through_each_surface,
    not_on_the_stream_nor_at_the_accounts_address,
    by_its_extension,
    with_the_switch_away,
];

async fn get_is_a_query_string(w: &mut World) {
    let mut sink = HookSink::start().await;
    let agent = Agent::new(w, "local").await;
    agent.event(w, "agent-login", "GET", &sink.url("/show.php")).await;
    agent.event(w, "agent-login", "GET", &sink.url("/b?key=a%20b&key=c#top")).await;
    agent.enters(w).await;
    let mut heard = [sink.next().await, sink.next().await];
    heard.sort_by(|one, other| other.path.cmp(&one.path));
    let [plain, more] = heard;
    assert_eq!((&plain.method, plain.body.len()), (&Method::GET, 0));
    agent.is_told(&plain, "available", "api");
    assert!(plain.headers.contains_key("webhook-id") && !plain.headers.contains_key("webhook-signature"));
    // What its query has already stays.
    assert_eq!((more.path.as_str(), more.field("key"), more.field("agent_status")), ("/b", "c", "available"));
}

async fn post_is_a_form(w: &mut World) {
    let mut sink = HookSink::start().await;
    let secret = w.push_to_sink().await;
    let agent = Agent::new(w, "remote").await;
    agent.event(w, "agent-logout", "POST", &sink.url("/went")).await;
    agent.enters(w).await;
    agent.leaves(w).await;
    let heard = sink.next().await;
    assert_eq!((&heard.method, &heard.headers["content-type"]), (&Method::POST, &"application/x-www-form-urlencoded".parse().unwrap()));
    agent.is_told(&heard, "logged_out", "api");
    Webhook::new(&secret).unwrap().verify(&heard.body, &heard.headers).expect("signed as the event push is");
}

/// One of each for each time that it begins and ends to serve queues.
async fn real_changes_only(w: &mut World) {
    let agent = Agent::new(w, "local").await;
    let second = super::queue(w, "Second", json!([[agent.user, 1]])).await;
    let hot_desk = super::phone(w, "1002").await;
    for event_type in ["agent-login", "agent-logout"] {
        agent.event(w, event_type, "GET", "http://192.0.2.1/").await;
    }
    let told = async |w: &World| (states(w, "agent:available").await.len(), states(w, "agent:logged_out").await.len());
    let does = async |w: &World, verb: &str| data(w.get(&format!("/api/cc_agent/{verb}user_id={}", agent.user)).await);
    let mut expected = (0, 0);
    for (verb, came, went) in [
        ("checkOut?".to_owned(), 0, 0),
        (format!("checkInDevice?device_id={}&", agent.device), 1, 0),
        (format!("checkInDevice?device_id={}&", agent.device), 0, 0),
        ("setPause?id=1&".to_owned(), 0, 0),
        ("setPause?id=0&".to_owned(), 0, 0),
        (format!("setQueues?queue_ids={},{second}&", agent.queue), 0, 0),
        (format!("setQueues?queue_ids={second}&"), 0, 0),
        ("wrapup?seconds=5&".to_owned(), 0, 0),
        // From one phone to another it serves them all the same.
        (format!("checkInDevice?device_id={hot_desk}&forceCheckOut=1&"), 0, 0),
        ("setQueues?queue_ids=&".to_owned(), 0, 1),
        ("setQueues?queue_ids=&".to_owned(), 0, 0),
        (format!("setQueues?queue_ids={second}&"), 1, 0),
        ("checkOut?".to_owned(), 0, 1),
        ("checkOut?".to_owned(), 0, 0),
    ] {
        does(w, &verb).await;
        expected = (expected.0 + came, expected.1 + went);
        assert_eq!(told(w).await, expected, "{verb}");
    }
    // Configuration: a membership that ends, one of mode 4, a phone and a queue that go.
    does(w, &format!("checkInDevice?device_id={}&", agent.device)).await;
    let queues = format!("/api/user/{}/queues", agent.user);
    data(w.put(&queues, json!([[second, 1]])).await);
    assert_eq!(told(w).await, (3, 3));
    data(w.put(&queues, json!([[second, 4]])).await);
    assert_eq!(told(w).await, (4, 3));
    data(w.delete(&format!("/api/cc_queue/{second}")).await);
    assert_eq!(told(w).await, (4, 4));
    data(w.put(&queues, json!([[agent.queue, 4]])).await);
    data(w.delete(&format!("/api/device/{}", agent.device)).await);
    assert_eq!(told(w).await, (5, 5));
}

/// The Call Center API, UpdateAgentState and Agent Profile, whose methods change nothing of this, see and change the same.
async fn through_each_surface(w: &mut World) {
    let mut sink = HookSink::start().await;
    boss(w).await;
    for kind in KINDS {
        let agent = Agent::new(w, kind).await;
        agent.event(w, "agent-login", "GET", &sink.url("/")).await;
        agent.event(w, "agent-logout", "POST", &sink.url("/")).await;
        agent.enters(w).await;
        agent.is_told(&sink.next().await, "available", "api");
        let number = if kind == "local" { "1001" } else { "0501234567" };
        does(w, &format!("action=pause&agent={number}&queue={}", agent.queue)).await;
        agent.is_told(&sink.next().await, "logged_out", "api");
        does(w, &format!("action=unpause&agent={number}&queue={}", agent.queue)).await;
        agent.is_told(&sink.next().await, "available", "api");
        let told = states(w, "agent:logged_out").await.len();
        does(w, &format!("action=pause&agent={number}")).await;
        let asks = json!({"userId": agent.user.to_string(), "token": w.key(), "mic_perm": 1});
        for method in ["agentOnBreak", "setWebPingTime", "checkAgentInWrapUp"] {
            w.anonymous().post(&format!("/deepcall/api/v2/agentProfile/{method}"), asks.clone()).await;
        }
        assert_eq!(states(w, "agent:logged_out").await.len(), told, "a pause is none");
        does(w, &format!("action=remove&agent={number}&queue={}", agent.queue)).await;
        agent.is_told(&sink.next().await, "logged_out", "api");
        let answer = w.anonymous().post("/deepcall/api/v2/agentProfile/agentOnBreak", asks).await;
        assert_eq!(answer.body["data"]["on_break"], 1, "paused still: {}", answer.body);
        does(w, &format!("action=add&agent={number}&queue={}", agent.queue)).await;
        agent.is_told(&sink.next().await, "available", "api");
        agent.leaves(w).await;
        agent.is_told(&sink.next().await, "logged_out", "api");
    }
}

async fn not_on_the_stream_nor_at_the_accounts_address(w: &mut World) {
    let mut sink = HookSink::start().await;
    let secret = w.push_to_sink().await;
    let agent = Agent::new(w, "local").await;
    agent.event(w, "agent-login", "GET", &sink.url("/")).await;
    agent.enters(w).await;
    sink.next().await;
    assert_eq!(states(w, "agent:available").await.len(), 1);
    assert!(!w.event_names().await.iter().any(|name| name == "agent:available"), "what the stream is made of");
    w.sink.next("queue:join", &secret).await;
    data(w.post("/api/event/test", json!({})).await);
    w.sink.next("test", &secret).await;
    assert_eq!(w.sink.names(), ["agent:checkin", "agent:status", "queue:join", "test"]);
    let names = w.put("/api/account", json!({"event_names": ["agent:available"]})).await;
    assert_eq!(names.status, 400, "it cannot be asked for there");
}

/// Its own extension, else its phone's, else the phone's name; a guest by where it sits.
async fn by_its_extension(w: &mut World) {
    let mut sink = HookSink::start().await;
    let agent = Agent::new(w, "local").await;
    agent.event(w, "agent-login", "GET", &sink.url("/")).await;
    let extension = |number: &str, target: &str, id: i64| json!({"number": number, "kind": "internal", "target": target, "target_id": id});
    let mut named = Vec::new();
    for made in [None, Some(extension("094", "device", agent.device)), Some(extension("200", "user", agent.user))] {
        if let Some(made) = made {
            data(w.post("/api/extension", made).await);
        }
        agent.enters(w).await;
        named.push(sink.next().await.field("extension_name").to_owned());
        agent.leaves(w).await;
    }
    assert_eq!(named, ["1001@lab.local", "094@lab.local", "200@lab.local"]);
    let guest = user(w, "guest").await;
    data(w.put(&format!("/api/user/{guest}/queues"), json!([[agent.queue, 3]])).await);
    let path = format!("/client/{}/agent/local/{guest}/event/", w.account_id());
    w.post(&path, json!({"event_type": "agent-login", "method": "POST", "url": sink.url("/")})).await;
    data(w.get(&format!("/api/cc_agent/checkInDevice?user_id={guest}&device_id={}", agent.device)).await);
    let heard = sink.next().await;
    assert_eq!((heard.field("agent_id"), heard.field("extension_name")), (guest.to_string().as_str(), "094@lab.local"));
}

/// A live change needs the switch; events can be made and changed all the same.
async fn with_the_switch_away(w: &mut World) {
    let agent = Agent::new(w, "local").await;
    w.take_switch_away().await;
    let id = agent.event(w, "agent-login", "GET", "http://192.0.2.1/").await;
    assert_eq!(w.put(&format!("{}{id}", agent.path), json!({"method": "POST"})).await.body["method"], "POST");
    let refused = w.get(&format!("/api/cc_agent/checkInDevice?user_id={}&device_id={}", agent.user, agent.device)).await;
    assert_eq!((refused.status, states(w, "agent:available").await), (503, Vec::<Value>::new()));
}
