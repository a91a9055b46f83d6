//! `GET .../event/`

use serde_json::json;

use super::{Agent, KINDS};
use crate::facade::world_trials;
use crate::harness::{HookSink, World};

world_trials![an_array_of_the_agents_own];

/// And each of them is told.
async fn an_array_of_the_agents_own(w: &mut World) {
    let mut sink = HookSink::start().await;
    let agents = [Agent::new(w, KINDS[0]).await, Agent::new(w, KINDS[1]).await];
    for agent in &agents {
        assert_eq!(w.get(&agent.path).await.body, json!([]));
        let (came, went) = (sink.url("/came"), sink.url("/went"));
        let first = agent.event(w, "agent-login", "POST", &came).await;
        let second = agent.event(w, "agent-logout", "GET", &went).await;
        let all = w.get(&agent.path).await;
        let rows = json!([
            {"url": came, "id": first, "method": "POST", "event_type": "agent-login"},
            {"url": went, "id": second, "method": "GET", "event_type": "agent-logout"},
        ]);
        assert_eq!((all.status, &all.body), (200, &rows));
        agent.enters(w).await;
        let heard = sink.next().await;
        assert_eq!(heard.path, "/came");
        agent.is_told(&heard, "available", "api");
        agent.leaves(w).await;
        let heard = sink.next().await;
        assert_eq!(heard.path, "/went");
        agent.is_told(&heard, "logged_out", "api");
    }
}
