//! What gets stuck on the switch is seen in two looks and cured, and each repair is a row, an event and a count.

use ccgate::domain::event::REPAIR;
use ccgate::domain::repair::Kind;
use serde_json::{Value, json};

use super::{ANSWERS, agent, check_in, done, queue, scenarios};
use crate::harness::{World, patience};

scenarios![an_agent_and_its_tiers_that_are_stuck];

/// Waits until something of this kind was repaired; the rows of it, the latest first.
async fn repaired(w: &World, kind: Kind) -> Vec<Value> {
    let mut commits = w.running().store().committed();
    w.reconciled().await;
    patience(&format!("{} to be repaired", kind.name()), async {
        loop {
            let rows = repairs(w, kind).await;
            if !rows.is_empty() {
                return rows;
            }
            commits.changed().await.expect("ccgate runs");
        }
    })
    .await
}

async fn repairs(w: &World, kind: Kind) -> Vec<Value> {
    let rows = done(w.get(&format!("/api/repair?kind={}", kind.name())).await);
    rows.as_array().expect("rows").clone()
}

/// Does something to the switch behind ccgate's back.
async fn by_hand(w: &World, command: &str) {
    assert_eq!(w.ask_switch(&format!("callcenter_config {command}")).await.trim(), "+OK", "{command}");
}

async fn an_agent_and_its_tiers_that_are_stuck(w: &mut World) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, device).await;
    let name = format!("{user}@lab.local");
    by_hand(w, &format!("agent set state {name} 'In a queue call'")).await;
    by_hand(w, &format!("tier set state {support}@lab.local {name} 'Active Inbound'")).await;
    w.phones.call_in("972501234567", "97237000").await;
    let rows = repaired(w, Kind::AgentStuck).await;
    assert_eq!((rows.len(), &rows[0]["user_id"], &rows[0]["queue_id"]), (1, &json!(user), &Value::Null), "{rows:?}");
    assert_eq!(rows[0]["done"], "set to `Waiting`");
    let rows = repaired(w, Kind::TierStuck).await;
    assert_eq!((rows.len(), &rows[0]["user_id"], &rows[0]["queue_id"]), (1, &json!(user), &json!(support)), "{rows:?}");
    // It is offered the caller who waited, and in that call nothing is touched.
    w.until_event(0, "call:answer").await;
    assert_eq!(w.told(REPAIR).await.iter().map(|told| &told["kind"]).collect::<Vec<_>>(), ["agent_stuck", "tier_stuck"]);
    let counts = w.running().reconciler().repairs();
    assert_eq!([Kind::AgentStuck, Kind::TierStuck, Kind::CallerLost].map(|kind| counts.of(kind)), [1, 1, 0]);
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}
