//! `GET .../event/{event_id}`

use reqwest::Method;
use serde_json::{Value, json};

use super::{Agent, KINDS, refused};
use crate::facade::world_trials;
use crate::harness::{HookSink, World};

world_trials![one_of_the_agent];

async fn one_of_the_agent(w: &mut World) {
    let mut sink = HookSink::start().await;
    let agents = [Agent::new(w, KINDS[0]).await, Agent::new(w, KINDS[1]).await];
    for (agent, other) in [(&agents[0], &agents[1]), (&agents[1], &agents[0])] {
        let id = agent.event(w, "agent-login", "GET", &sink.url("/")).await;
        let shown = json!({"url": sink.url("/"), "id": id, "method": "GET", "event_type": "agent-login"});
        for slash in ["", "/"] {
            let answer = w.get(&format!("{}{id}{slash}", agent.path)).await;
            assert_eq!((answer.status, &answer.body), (200, &shown));
        }
        for path in [format!("{}{id}", other.path), format!("{}{}", agent.path, id + 1), format!("{}x", agent.path)] {
            assert_eq!(refused(w, Method::GET, &path, Value::Null).await, (404, Value::Null), "{path}");
        }
        agent.enters(w).await;
        agent.is_told(&sink.next().await, "available", "api");
    }
}
