//! `GET /api/stats/agent`

use serde_json::{Value, json};

use crate::facade::callcenter::{data, refusal, seated, user_with};
use crate::facade::world_trials;
use crate::harness::{World, history};

world_trials![what_an_agent_was, what_an_agent_did, which_agents];

async fn what_an_agent_was(w: &mut World) {
    w.stop_the_clock().await;
    let began = w.clock().now();
    let (user, _) = seated(w, "1001").await;
    let verb = async |w: &World, verb: &str| data(w.get(&format!("/api/cc_agent/{verb}user_id={user}")).await);
    w.later(100).await;
    verb(w, "setPause?id=1&").await;
    w.later(50).await;
    verb(w, "setPause?id=2&").await;
    w.later(20).await;
    verb(w, "setPause?id=0&").await;
    // Its end is after now until it is cut short.
    verb(w, "wrapup?seconds=86400&").await;
    w.later(600).await;
    let report = async |w: &World| {
        data(w.get(&format!("/api/stats/agent?user_id={user}&from={}&to={}", began.epoch_s(), began.epoch_s() + 86_400)).await)[0].clone()
    };
    assert_eq!((&report(w).await["wrap_up_ms"], &report(w).await["checked_in_ms"]), (&json!(600_000), &json!(770_000)));
    // What goes on, goes on over a restart.
    w.restart_ccgate().await;
    w.reconciled().await;
    w.later(30).await;
    verb(w, "wrapup?seconds=0&").await;
    w.later(100).await;
    verb(w, "checkOut?").await;
    w.later(1_000).await;
    let expected = json!({
        "user_id": user, "name": "Agent 1001", "offered": 0, "answered": 0, "no_answers": 0, "outbound": 0, "checked_in_ms": 900_000,
        "paused_ms": 70_000, "pauses": [{"pause_id": 1, "name": "Break", "paused_ms": 50_000}, {"pause_id": 2, "name": "Lunch", "paused_ms": 20_000}],
        "wrap_up_ms": 630_000, "unreachable_ms": 900_000, "queue_talk_ms": 0, "other_talk_ms": 0, "occupancy": 630.0 / 830.0,
    });
    assert_eq!(report(w).await, expected);
}

async fn what_an_agent_did(w: &mut World) {
    w.stop_the_clock().await;
    let began = w.clock().now();
    let (user, _) = seated(w, "1001").await;
    w.later(1_000).await;
    let leg = async |w: &World, uuid: &str, at_s: i64, side: Option<&str>, answered_s: Option<i64>, ended_s: i64, cause: &str| {
        let at = |seconds: i64| began.plus_ms(seconds * 1_000).0;
        let mut columns = json!({"user_id": user, "ended_at": at(ended_s), "hangup_cause": cause, "type": "outbound"});
        if let Some(side) = side {
            (columns["side"], columns["type"]) = (json!(side), json!("queue"));
        }
        if let Some(answered_s) = answered_s {
            columns["answered_at"] = json!(at(answered_s));
        }
        history::leg(w, w.account(), uuid, at(at_s), columns).await;
    };
    let caller = json!({"served_at": began.plus_ms(20_000).0, "agent_id": user});
    history::leg(w, w.account(), "a", began.0, json!({})).await;
    history::stay(w, w.account(), "a", 1, began.0, caller).await;
    leg(w, "a/1", 10, Some("agent"), Some(19), 80, "NORMAL_CLEARING").await;
    leg(w, "b/1", 100, Some("agent"), None, 120, "NO_ANSWER").await;
    leg(w, "c", 200, None, Some(210), 250, "NORMAL_CLEARING").await;
    let whole = data(w.get(&format!("/api/stats/agent?user_id={user}&from={}", began.epoch_s())).await)[0].clone();
    let counts =
        ["offered", "answered", "no_answers", "outbound", "queue_talk_ms", "other_talk_ms"].map(|name| whole[name].as_i64().unwrap());
    assert_eq!(counts, [2, 1, 1, 1, 60_000, 40_000]);
    assert_eq!(whole["occupancy"], json!(0.1));
    let days = data(w.get(&format!("/api/stats/agent?user_id={user}&from={}&interval=15m", began.epoch_s())).await)[0].clone();
    let sum = |name: &str| days["intervals"].as_array().unwrap().iter().map(|one| one[name].as_i64().unwrap()).sum::<i64>();
    assert_eq!((sum("checked_in_ms"), sum("queue_talk_ms"), sum("offered")), (1_000_000, 60_000, 2));
}

async fn which_agents(w: &mut World) {
    let (user, agent) = user_with(w, "agent", json!({"cc_api": true, "agents": true})).await;
    let (hidden, _) = user_with(w, "hidden", json!({"cc_api": true})).await;
    data(w.put(&format!("/api/user/{hidden}"), json!({"in_reports": 0})).await);
    let (gone, _) = user_with(w, "gone", json!({})).await;
    let day = "from=2026-03-29&to=2026-03-29";
    for (uuid, user) in [("a", user), ("b", hidden), ("c", gone)] {
        history::leg(w, w.account(), uuid, 1_774_785_600_000, json!({"user_id": user, "side": "agent"})).await;
    }
    data(w.delete(&format!("/api/user/{gone}")).await);
    let ids = |rows: &Value| {
        rows.as_array().unwrap().iter().map(|row| (row["user_id"].as_i64().unwrap(), row["offered"].clone())).collect::<Vec<_>>()
    };
    // The administrator is no agent, and did nothing.
    assert_eq!(ids(&data(w.get(&format!("/api/stats/agent?{day}")).await)), [(user, json!(1)), (gone, json!(1))]);
    refusal(w.get(&format!("/api/stats/agent?user_id={hidden}&{day}")).await, 404);
    for query in ["", &format!("user_id={user}&")] {
        assert_eq!(ids(&data(agent.get(&format!("/api/stats/agent?{query}{day}")).await)), [(user, json!(1))]);
    }
    assert!(refusal(agent.get(&format!("/api/stats/agent?user_id={hidden}")).await, 403).contains("supervise"));
    let other = w.other_account("other.local").await;
    refusal(other.get(&format!("/api/stats/agent?user_id={user}&{day}")).await, 404);
    assert_eq!(data(other.get(&format!("/api/stats/agent?{day}")).await), json!([]));
}
