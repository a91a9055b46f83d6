//! `action=showqueuestat`

use ccgate::clock::{Clock, Millis};
use serde_json::{Value, json};

use super::{boss, does, numbered, refused};
use crate::facade::callcenter::data;
use crate::harness::world::Kind;
use crate::harness::{World, history, trial};

pub(crate) fn trials() -> Vec<libtest_mimic::Trial> {
    vec![trial(concat!(module_path!(), "::todays_figures"), || async {
        let mut world = World::with(Kind::Sim, Clock::manual(Millis(NOON_MS)), |_| {}).await;
        todays_figures(&mut world).await;
        world.stop().await;
    })]
}

/// 2026-03-29 begins then in Berlin, an hour before it does in UTC.
const MIDNIGHT_MS: i64 = 1_774_738_800_000;
const NOON_MS: i64 = MIDNIGHT_MS + 11 * 3_600_000;

/// A caller that joined so long after midnight.
async fn stayed(w: &World, queue: i64, joined_ms: i64, columns: Value) {
    let (uuid, joined_at) = (format!("{queue} {joined_ms}"), MIDNIGHT_MS + joined_ms);
    history::leg(w, w.account(), &uuid, joined_at, json!({})).await;
    history::stay(w, w.account(), &uuid, queue, joined_at, columns).await;
}

async fn todays_figures(w: &mut World) {
    data(w.put("/api/account", json!({"timezone": "Europe/Berlin"})).await);
    let (one, two) = (numbered(w, "One", "7000").await, numbered(w, "Two", "7001").await);
    data(w.put(&format!("/api/cc_queue/{one}"), json!({"sla_answer_time": 10})).await);
    boss(w).await;
    let at = |ms: i64| MIDNIGHT_MS + ms;
    stayed(w, one, -1, json!({"left_at": at(9_000), "outcome": "abandoned"})).await;
    stayed(w, one, 0, json!({"served_at": at(4_400), "left_at": at(64_400), "outcome": "served"})).await;
    stayed(w, one, 1, json!({"served_at": at(20_001), "left_at": at(50_001), "outcome": "served"})).await;
    stayed(w, one, 2, json!({"left_at": at(30_002), "outcome": "abandoned"})).await;
    let figures = json!({
        "queue": "7000", "name": "One", "offered": 3, "answered": 2, "abandoned": 1, "sla_percent": 33.3, "avg_wait_s": 18, "avg_talk_s": 45,
        "max_wait_s": 30,
    });
    let none = json!({
        "queue": "7001", "name": "Two", "offered": 0, "answered": 0, "abandoned": 0, "sla_percent": null, "avg_wait_s": null, "avg_talk_s": null,
        "max_wait_s": 0,
    });
    assert_eq!(does(w, "action=showqueuestat&queue=7000").await, figures);
    assert_eq!(does(w, &format!("action=showqueuestat&queue={two}")).await, none);
    assert_eq!(does(w, "action=showqueuestat").await, json!([figures, none]));
    assert_eq!(refused(w, "action=showqueuestat&queue=7999").await, "queue not found");
}
