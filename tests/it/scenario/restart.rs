//! The switch dies in the middle and comes back: ccgate is connected again, and agents, tiers and queues are as desired.

use serde_json::json;

use super::{ANSWERS, agent, done, queue, scenarios};
use crate::harness::World;

scenarios![the_switch_dies_in_a_call, ccgate_restarts];

async fn the_switch_dies_in_a_call(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (first, device) = agent(w, "1001", ANSWERS).await;
    let (second, other) = agent(w, "1002", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[first, second]).await;
    done(w.get(&format!("/api/cc_agent/checkInDevice?user_id={first}&device_id={device}")).await);
    done(w.get(&format!("/api/cc_agent/checkInDevice?user_id={second}&device_id={other}")).await);
    done(w.get(&format!("/api/cc_agent/setPause?user_id={second}&id=1")).await);
    w.phones.call_in("972501234567", "97237000").await;
    w.sink.next("call:answer", &secret).await;

    w.restart_switch().await;
    w.reconciled().await;

    // A queue is gone from mod_callcenter until somebody asks for it; ccgate does.
    let queues = w.ask_switch("callcenter_config queue list").await;
    assert!(queues.contains(&format!("{support}@lab.local|")), "{queues}");
    let tiers = w.ask_switch("callcenter_config tier list").await;
    for user in [first, second] {
        assert!(tiers.contains(&format!("{support}@lab.local|{user}@lab.local|Ready|1|1")), "{tiers}");
    }
    let agents = w.ask_switch("callcenter_config agent list").await;
    let status = |user: i64| agents.lines().find(|line| line.starts_with(&format!("{user}@"))).unwrap_or_default().to_owned();
    assert!(status(first).contains("|Available|Waiting|"), "{agents}");
    assert!(status(second).contains("|On Break|"), "{agents}");
    // And changes reach it.
    assert_eq!(w.get(&format!("/api/cc_agent/setPause?user_id={second}&id=0")).await.body, json!({"success": true}));
    let agents = w.ask_switch("callcenter_config agent list").await;
    let row = agents.lines().find(|line| line.starts_with(&format!("{second}@"))).unwrap_or_default();
    assert!(row.contains("|Available|"), "{agents}");
}

async fn ccgate_restarts(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[user]).await;
    done(w.get(&format!("/api/cc_agent/checkInDevice?user_id={user}&device_id={device}")).await);
    w.sink.next("queue:join", &secret).await;
    let told = w.sink.seen().len();

    w.restart_ccgate().await;
    w.reconciled().await;

    let shown = done(w.get(&format!("/api/user/{user}")).await);
    assert_eq!((&shown["online"], &shown["queues"]), (&json!(1), &json!([support])));
    let call = w.phones.call_in("972501234567", "97237000").await;
    w.sink.next("call:answer", &secret).await;
    w.phones.hang_up(call).await;
    w.sink.next("call:end", &secret).await;
    assert_eq!(w.sink.names()[told..][..2], ["call:start", "call:ring"], "nothing is told twice");
}
