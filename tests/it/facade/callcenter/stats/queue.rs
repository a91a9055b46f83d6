//! `GET /api/stats/queue`

use serde_json::{Value, json};

use crate::facade::callcenter::{data, queue, refusal, user_with};
use crate::facade::world_trials;
use crate::harness::{World, history};

world_trials![figures_and_intervals, a_day_in_its_time_zone, which_queues, what_is_refused];

/// 2026-03-29 in Berlin, a day of 23 hours, begins then.
const MIDNIGHT_MS: i64 = 1_774_738_800_000;
const HOUR_MS: i64 = 3_600_000;

/// A caller that joined so long after midnight: served, and left, so long after that.
async fn stayed(w: &World, queue: i64, joined_ms: i64, served_ms: Option<i64>, left_ms: i64, outcome: &str) {
    let (uuid, joined_at) = (format!("{queue} {joined_ms}"), MIDNIGHT_MS + joined_ms);
    history::leg(w, w.account(), &uuid, joined_at, json!({})).await;
    let times = json!({"served_at": served_ms.map(|ms| joined_at + ms), "left_at": joined_at + left_ms, "outcome": outcome});
    let times: Value =
        times.as_object().unwrap().iter().filter(|(_, at)| !at.is_null()).map(|(name, at)| (name.clone(), at.clone())).collect();
    history::stay(w, w.account(), &uuid, queue, joined_at, times).await;
}

async fn figures_and_intervals(w: &mut World) {
    let support = queue(w, "Support", json!([])).await;
    data(w.put(&format!("/api/cc_queue/{support}"), json!({"sla_strategy": 3, "sla_answer_time": 10})).await);
    stayed(w, support, 0, Some(10_000), 70_000, "served").await;
    stayed(w, support, 1, Some(10_001), 30_001, "served").await;
    stayed(w, support, 2, None, 5_000, "abandoned").await;
    stayed(w, support, 3 * HOUR_MS, None, 60_000, "timeout").await;
    stayed(w, support, 23 * HOUR_MS, None, 60_000, "abandoned").await;
    let answer =
        w.get(&format!("/api/stats/queue?queue_id={support}&from=2026-03-29&to=2026-03-29&timezone=Europe/Berlin&interval=hour")).await;
    let hours = (MIDNIGHT_MS / 1_000, MIDNIGHT_MS / 1_000 + 23 * 3_600);
    assert_eq!(
        (&answer.body["from"], &answer.body["to"], &answer.body["timezone"]),
        (&json!(hours.0), &json!(hours.1), &json!("Europe/Berlin"))
    );
    let mut report = data(answer)[0].clone();
    let intervals = report.as_object_mut().unwrap().remove("intervals").unwrap();
    let expected = json!({
        "queue_id": support, "name": "Support", "sla_strategy": 3, "sla_answer_time": 10, "offered": 4, "answered": 2, "abandoned": 1, "timeouts": 1,
        "left_otherwise": 0, "waiting": 0, "answered_in_time": 1, "abandoned_in_time": 1, "service_level": 0.5,
        "wait_avg_ms": 85_001 / 4, "wait_max_ms": 60_000, "talk_ms": 80_000, "talk_avg_ms": 40_000,
    });
    assert_eq!(report, expected);
    let intervals = intervals.as_array().unwrap();
    let offered: Vec<_> = intervals.iter().map(|one| one["offered"].as_i64().unwrap()).collect();
    assert_eq!((offered.len(), &offered[..5]), (23, &[3, 0, 0, 1, 0][..]));
    assert_eq!((&intervals[1]["from"], &intervals[1]["service_level"]), (&json!(hours.0 + 3_600), &json!(null)));
}

async fn a_day_in_its_time_zone(w: &mut World) {
    data(w.put("/api/account", json!({"timezone": "Europe/Berlin"})).await);
    let support = queue(w, "Support", json!([])).await;
    stayed(w, support, -1, None, 60_000, "abandoned").await;
    stayed(w, support, 0, None, 60_000, "abandoned").await;
    stayed(w, support, 23 * HOUR_MS, None, 60_000, "abandoned").await;
    let days = data(w.get("/api/stats/queue?from=2026-03-28&to=2026-03-30&interval=day").await)[0]["intervals"].clone();
    let days: Vec<_> = days
        .as_array()
        .unwrap()
        .iter()
        .map(|day| (day["offered"].clone(), day["to"].as_i64().unwrap() - day["from"].as_i64().unwrap()))
        .collect();
    assert_eq!(days, [(json!(1), 24 * 3_600), (json!(1), 23 * 3_600), (json!(1), 24 * 3_600)]);
    // Today, up to now, when nothing is said.
    let today = w.get("/api/stats/queue").await.body;
    assert_eq!(
        (&today["data"][0]["offered"], &today["to"]),
        (&json!(0), &json!(w.clock().now().epoch_s().max(today["to"].as_i64().unwrap())))
    );
    assert_eq!(today["data"][0].get("intervals"), None);
}

async fn which_queues(w: &mut World) {
    let (support, sales) = (queue(w, "Support", json!([])).await, queue(w, "Sales", json!([])).await);
    stayed(w, support, 0, None, 1_000, "abandoned").await;
    data(w.delete(&format!("/api/cc_queue/{support}")).await);
    let day = "from=2026-03-29&to=2026-03-29&timezone=Europe/Berlin";
    let ids = |rows: &Value| {
        rows.as_array().unwrap().iter().map(|row| (row["queue_id"].as_i64().unwrap(), row["name"].clone())).collect::<Vec<_>>()
    };
    let all = data(w.get(&format!("/api/stats/queue?{day}")).await);
    assert_eq!(ids(&all), [(support, json!(null)), (sales, json!("Sales"))]);
    assert_eq!((&all[0]["abandoned"], &all[0]["service_level"], &all[0]["answered_in_time"]), (&json!(1), &json!(null), &json!(null)));
    let another_day = data(w.get("/api/stats/queue?from=2026-03-25&to=2026-03-26").await);
    assert_eq!(ids(&another_day), [(sales, json!("Sales"))], "one that is gone and had no callers then is not shown");
    let named = data(w.get(&format!("/api/stats/queue?queue_id[]={sales}&queue_id[]={support}&{day}")).await);
    assert_eq!(ids(&named), ids(&all));
    refusal(w.get(&format!("/api/stats/queue?queue_id={}", sales + 1)).await, 404);
    let other = w.other_account("other.local").await;
    refusal(other.get(&format!("/api/stats/queue?queue_id={sales}")).await, 404);
    refusal(other.get(&format!("/api/stats/queue?queue_id={support}&{day}")).await, 404);
    assert_eq!(data(other.get(&format!("/api/stats/queue?{day}")).await), json!([]));
}

async fn what_is_refused(w: &mut World) {
    for (query, name) in [
        ("interval=minute", "interval"),
        ("from=2026-01-01&to=2026-12-31&interval=15m", "interval"),
        ("from=2026-01-02&to=2026-01-01", "to"),
        ("from=x", "from"),
        ("queue_id=x", "queue_id"),
        ("timezone=Mars", "timezone"),
    ] {
        let why = refusal(w.get(&format!("/api/stats/queue?{query}")).await, 400);
        assert!(why.starts_with(&format!("{name} ")), "{query}: {why}");
    }
    let (_, agent) = user_with(w, "agent", json!({"cc_api": true, "queues": true})).await;
    assert!(refusal(agent.get("/api/stats/queue").await, 403).contains("supervise"));
}
