//! `DELETE .../event/{event_id}`

use reqwest::Method;
use serde_json::{Value, json};

use super::{Agent, KINDS, refused, states};
use crate::facade::callcenter::data;
use crate::facade::world_trials;
use crate::harness::{HookSink, World};

world_trials![nothing_more_is_told, what_waits_is_given_up, with_its_agent];

async fn nothing_more_is_told(w: &mut World) {
    let mut sink = HookSink::start().await;
    for kind in KINDS {
        let agent = Agent::new(w, kind).await;
        let id = agent.event(w, "agent-login", "GET", &sink.url("/a")).await;
        agent.event(w, "agent-login", "GET", &sink.url("/b")).await;
        let path = format!("{}{id}", agent.path);
        let deleted = w.delete(&path).await;
        assert_eq!((deleted.status, deleted.body), (204, Value::Null));
        for method in [Method::DELETE, Method::GET] {
            assert_eq!(refused(w, method, &path, Value::Null).await, (404, Value::Null));
        }
        assert_eq!(w.get(&agent.path).await.body.as_array().unwrap().len(), 1);
        let told = states(w, "agent:available").await.len();
        agent.enters(w).await;
        assert_eq!(sink.next().await.path, "/b");
        assert_eq!(states(w, "agent:available").await.len(), told + 1);
    }
}

/// Another one with the same address, which waited behind it, is told.
async fn what_waits_is_given_up(w: &mut World) {
    let mut sink = HookSink::start().await;
    let agent = Agent::new(w, "local").await;
    let id = agent.event(w, "agent-login", "GET", &sink.url("/same?came")).await;
    agent.event(w, "agent-logout", "GET", &sink.url("/same?went")).await;
    // Nothing is sent there any more, and what it has not taken is kept.
    sink.answer(410);
    agent.enters(w).await;
    let heard = sink.next().await;
    assert!(heard.fields.contains_key("came"), "{heard:?}");
    agent.leaves(w).await;
    assert_eq!(states(w, "agent:logged_out").await, [json!("waiting")]);
    sink.answer(200);
    assert_eq!(w.delete(&format!("{}{id}", agent.path)).await.status, 204);
    let heard = sink.next().await;
    assert_eq!((heard.field("agent_status"), heard.fields.contains_key("went")), ("logged_out", true));
    let events = data(w.get("/api/event?event=agent:available").await);
    assert_eq!((&events[0]["state"], &events[0]["last_error"]), (&json!("dead"), &json!("the address was deleted")));
    assert_eq!(events[0]["hook_id"], json!(id));
    let why = w.post(&format!("/api/event/{}/replay", events[0]["id"].as_str().unwrap()), json!({})).await;
    assert_eq!((why.status, &why.body["msg"]), (409, &json!("the address that it was for was deleted")));
}

async fn with_its_agent(w: &mut World) {
    let agent = Agent::new(w, "local").await;
    agent.event(w, "agent-logout", "GET", "http://192.0.2.1/").await;
    agent.enters(w).await;
    data(w.delete(&format!("/api/user/{}", agent.user)).await);
    assert_eq!(refused(w, Method::GET, &agent.path, Value::Null).await, (404, Value::Null));
    assert_eq!(states(w, "agent:logged_out").await, [json!("dead")], "it went with its address");
}
