//! `/api/time_group`

use serde_json::json;

use crate::facade::callcenter::rest::{Noun, noun_trials};
use crate::facade::callcenter::{agent, data, queue, refusal, resource};
use crate::harness::World;

const TIME_GROUP: Noun = Noun {
    path: "/api/time_group",
    new: |_| {
        json!({
            "timezone": "Asia/Jerusalem",
            "rules": [{"days": [1, 2, 7], "from": "09:00", "to": "17:30"}],
            "exceptions": [{"date": "2026-12-25", "from": "10:00", "to": "12:00"}],
        })
    },
    change: || {
        json!({
            "timezone": null,
            "rules": [{"days": [5], "from": "22:00:30", "to": "02:00"}, {"days": [6], "from": "00:00", "to": "24:00"}],
            "exceptions": [],
        })
    },
    wrong: || {
        vec![
            ("timezone", json!("Mars")),
            ("rules", json!("always")),
            ("rules", json!([{"days": [8], "from": "09:00", "to": "17:30"}])),
            ("exceptions", json!([{"date": "2026-02-30", "from": "10:00", "to": "12:00"}])),
        ]
    },
    read: &["queues", "agents"],
    write: "queues",
};

noun_trials![TIME_GROUP; stays_while_a_membership_names_it];

async fn stays_while_a_membership_names_it(w: &mut World) {
    let hours = resource(w, "time_group", json!({"name": "Hours"})).await;
    let user = agent(w, "one").await;
    let users = format!("/api/cc_queue/{}/users", queue(w, "Support", json!([[user, 4, 1, 1, hours]])).await);
    let path = format!("/api/time_group/{hours}");
    assert!(refusal(w.delete(&path).await, 409).contains("a member of queue 'Support'"));
    assert!(refusal(w.put(&users, json!([[user, 4, 1, 1, 999_999]])).await, 400).starts_with("timegroup_id"));
    data(w.put(&users, json!([[user, 4]])).await);
    data(w.delete(&path).await);
}
