//! `action=showqueue`. With callers: the scenario `what_is_shown_of_a_queue_call`.

use serde_json::json;

use super::{does, refused, serving};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![one_and_all, refusals];

async fn one_and_all(w: &mut World) {
    let (_, one, two) = serving(w).await;
    does(w, "action=pause&agent=1001&queue=7000&reason=Coaching").await;
    does(w, "action=add&agent=0501234567&queue=7001&alias=Noa").await;
    let all = does(w, "action=showqueue").await;
    assert_eq!(all.as_array().unwrap().len(), 2);
    for (at, number, id, agents) in [(0, "7000", one, &["1001"][..]), (1, "7001", two, &["1001", "0501234567"])] {
        let shown = does(w, &format!("action=showqueue&queue={number}")).await;
        assert_eq!(does(w, &format!("action=showqueue&queue={id}")).await, shown);
        assert_eq!(all[at], shown);
        let named: Vec<_> = shown["agents"].as_array().unwrap().iter().map(|agent| agent["agent"].as_str().unwrap()).collect();
        assert_eq!(named, agents);
        let state = does(w, "action=showstate&agent=1001").await;
        assert_eq!(shown["agents"][0], state);
        let fields = (&shown["queue"], &shown["name"], &shown["strategy"], &shown["waiting"]);
        assert_eq!(fields, (&json!(number), &json!(["One", "Two"][at]), &json!("longest-idle-agent"), &json!([])));
    }
    assert_eq!(all[0]["agents"][0]["queues"][0], json!({"queue": "7000", "paused": true, "reason": "Coaching"}));
}

async fn refusals(w: &mut World) {
    serving(w).await;
    assert_eq!(refused(w, "action=showqueue&queue=7999").await, "queue not found");
    let other = w.other_account("other.local").await;
    let made = other.post("/api/cc_queue", json!({"name": "Theirs", "strategy": "ring-all", "time_base_score": "queue"})).await;
    assert_eq!(refused(w, &format!("action=showqueue&queue={}", made.body["data"]["id"])).await, "queue not found");
    w.take_switch_away().await;
    assert!(refused(w, "action=showqueue").await.contains("the switch cannot be reached"));
}
