//! `PUT .../event/{event_id}`

use reqwest::Method;
use serde_json::{Value, json};

use super::{Agent, KINDS, refused, states};
use crate::facade::callcenter::data;
use crate::facade::world_trials;
use crate::harness::{HookSink, World};

world_trials![each_field_by_itself, another_address_begins_anew];

async fn each_field_by_itself(w: &mut World) {
    let mut sink = HookSink::start().await;
    for kind in KINDS {
        let agent = Agent::new(w, kind).await;
        let id = agent.event(w, "agent-login", "GET", "https://somehost.com/").await;
        let path = format!("{}{id}", agent.path);
        let url = sink.url("/went");
        let mut is = json!({"url": "https://somehost.com/", "id": id, "method": "GET", "event_type": "agent-login"});
        for (field, value) in [("url", &json!(url)), ("method", &json!("POST")), ("event_type", &json!("agent-logout"))] {
            is[field] = value.clone();
            let answer = w.put(&path, json!({field: value})).await;
            assert_eq!((answer.status, &answer.body), (200, &is));
        }
        for same in [json!({}), json!({"url": null, "method": null, "more": 1})] {
            assert_eq!(w.put(&path, same).await.body, is);
        }
        for wrong in [json!({"method": "POST", "url": "no"}), json!({"url": url, "event_type": ""}), json!({"method": 1})] {
            assert_eq!(refused(w, Method::PUT, &path, wrong).await.0, 400);
        }
        assert_eq!(refused(w, Method::PUT, &format!("{}{}", agent.path, id + 1), json!({})).await, (404, Value::Null));
        assert_eq!(w.get(&path).await.body, is, "what is refused changes nothing");
        agent.enters(w).await;
        agent.leaves(w).await;
        let heard = sink.next().await;
        assert_eq!((&heard.method, heard.path.as_str()), (&Method::POST, "/went"));
        agent.is_told(&heard, "logged_out", "api");
    }
    assert_eq!(states(w, "agent:available").await, Vec::<Value>::new(), "no event asks for it any more");
}

/// What an address that was gone had not taken goes to the one that is set, be it the same.
async fn another_address_begins_anew(w: &mut World) {
    let mut sink = HookSink::start().await;
    let agent = Agent::new(w, "local").await;
    let id = agent.event(w, "agent-login", "GET", &sink.url("/gone")).await;
    let path = format!("{}{id}", agent.path);
    sink.answer(410);
    data(w.put("/api/account", json!({"event_names": ["push:disabled"], "event_url": w.sink.url()})).await);
    agent.enters(w).await;
    assert_eq!(sink.next().await.path, "/gone");
    w.until_event(0, "push:disabled").await;
    assert_eq!(w.told("push:disabled").await, [json!({"reason": "the address answered 410 Gone", "hook_id": id})]);
    sink.answer(200);
    w.put(&path, json!({"method": "POST"})).await;
    w.put(&path, json!({"url": sink.url("/back")})).await;
    let heard = sink.next().await;
    assert_eq!((&heard.method, heard.path.as_str()), (&Method::POST, "/back"));
    agent.is_told(&heard, "available", "api");
}
