//! Pauses that end by themselves, and memberships that hold in hours only. The clock stands, and is moved.

use serde_json::{Value, json};

use super::{ANSWERS, agent, agent_row, check_in, done, queue, resource, scenarios, tiers};
use crate::harness::World;

scenarios![
    a_pause_ends_by_itself,
    a_limit_that_changes_counts_for_who_is_paused,
    a_pause_ends_while_nobody_looks,
    hours_begin_and_end,
    what_was_left_by_itself_is_not_joined_again,
    hours_that_change,
    hours_while_nobody_looks,
];

/// Names of events since the first `told`, without those of calls.
async fn told_since(w: &World, told: usize) -> Vec<String> {
    w.event_names().await[told..].iter().filter(|name| !name.starts_with("call:")).cloned().collect()
}

/// A pause that lasts at most so long.
async fn pause(w: &World, max_seconds: u32) -> i64 {
    let pause = json!({"name": "Short", "max_seconds": max_seconds});
    done(w.post("/api/pause", pause).await)["id"].as_i64().expect("an id")
}

async fn shown(w: &World, user: i64, field: &str) -> Value {
    done(w.get(&format!("/api/user/{user}")).await)[field].clone()
}

async fn paused(w: &mut World) -> (i64, i64) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let pause = pause(w, 60).await;
    check_in(w, user, device).await;
    done(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id={pause}")).await);
    (user, pause)
}

async fn a_pause_ends_by_itself(w: &mut World) {
    w.stop_the_clock().await;
    let (user, _) = paused(w).await;
    let told = w.event_names().await.len();
    w.later(59).await;
    assert!(agent_row(w, user).await.contains("|On Break|"));
    w.later(1).await;
    assert!(agent_row(w, user).await.contains("|Available|Waiting|"));
    assert_eq!(shown(w, user, "pause_id").await, json!(0));
    w.later(3_600).await;
    assert_eq!(told_since(w, told).await, ["agent:status"], "told once");
}

async fn a_limit_that_changes_counts_for_who_is_paused(w: &mut World) {
    w.stop_the_clock().await;
    let (user, pause) = paused(w).await;
    done(w.put(&format!("/api/pause/{pause}"), json!({"max_seconds": 120})).await);
    w.later(90).await;
    assert_eq!(shown(w, user, "pause_id").await, json!(pause));
    // Shorter than it lasts already: it ends at once.
    done(w.put(&format!("/api/pause/{pause}"), json!({"max_seconds": 30})).await);
    w.later(0).await;
    assert_eq!(shown(w, user, "pause_id").await, json!(0));
    // A limit of none, and another reason, which begins anew.
    done(w.put(&format!("/api/pause/{pause}"), json!({"max_seconds": 60})).await);
    done(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id=1")).await);
    w.later(7_200).await;
    assert_eq!(shown(w, user, "pause_id").await, json!(1));
    done(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id={pause}")).await);
    w.later(59).await;
    assert_eq!(shown(w, user, "pause_id").await, json!(pause));
    w.later(1).await;
    assert_eq!(shown(w, user, "pause_id").await, json!(0));
}

/// Over a restart of ccgate, and with the switch away.
async fn a_pause_ends_while_nobody_looks(w: &mut World) {
    w.stop_the_clock().await;
    let (user, pause) = paused(w).await;
    let told = w.event_names().await.len();
    w.clock().advance_ms(61_000);
    w.restart_ccgate().await;
    w.reconciled().await;
    w.until_event(told, "agent:status").await;
    assert!(agent_row(w, user).await.contains("|Available|"));
    done(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id={pause}")).await);
    let told = w.event_names().await.len();
    w.take_switch_away_for_a_while().await;
    w.later(61).await;
    assert_eq!(shown(w, user, "pause_id").await, json!(pause), "nothing is said that is not true on the switch");
    w.bring_switch_back().await;
    w.until_event(told, "agent:status").await;
    assert!(agent_row(w, user).await.contains("|Available|"));
    w.later(0).await;
    assert_eq!(told_since(w, told).await, ["agent:status"]);
}

/// Hours that begin with the minute after this one, and last for two.
fn hours(w: &World) -> Value {
    let minute = |ahead: i64| {
        let minutes = w.clock().now().epoch_s().div_euclid(60) + ahead;
        format!("{:02}:{:02}", minutes.div_euclid(60).rem_euclid(24), minutes.rem_euclid(60))
    };
    let rule = json!({"days": [1, 2, 3, 4, 5, 6, 7], "from": minute(1), "to": minute(3)});
    json!({"name": "Shift", "rules": [rule]})
}

/// An agent that serves a queue of each of these modes in these hours, and one always: its id, its phone's, and the queues'.
async fn limited(w: &mut World, hours: i64, modes: &[u8]) -> (i64, i64, Vec<i64>, i64) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let mut queues = Vec::new();
    for mode in modes {
        let users = json!([[user, mode, 1, 1, hours]]);
        let made = json!({"name": format!("Mode {mode}"), "strategy": "ring-all", "time_base_score": "queue", "users": users});
        queues.push(done(w.post("/api/cc_queue", made).await)["id"].as_i64().expect("an id"));
    }
    let always = queue(w, "Always", "7000", &[user]).await;
    (user, device, queues, always)
}

async fn hours_begin_and_end(w: &mut World) {
    w.stop_the_clock().await;
    let group = resource(w, "time_group", hours(w)).await;
    let (user, device, queues, always) = limited(w, group, &[1, 2, 3, 4]).await;
    check_in(w, user, device).await;
    assert_eq!(tiers(w, user).await, [always], "outside its hours a check-in joins nothing");
    let refused = w.get(&format!("/api/cc_agent/setQueues?user_id={user}&queue_ids={always},{}", queues[0])).await;
    assert_eq!(refused.status, 409);
    assert!(refused.body["msg"].as_str().is_some_and(|msg| msg.contains("days 1,2,3,4,5,6,7 from ")), "{}", refused.body);
    let told = w.event_names().await.len();
    w.later(60).await;
    assert_eq!(tiers(w, user).await, [queues[2], queues[3], always]);
    assert_eq!(told_since(w, told).await, ["queue:join"]);
    // The others can be joined now.
    done(w.get(&format!("/api/cc_agent/setQueues?user_id={user}&queue_ids={},{},{},{always}", queues[0], queues[1], queues[2])).await);
    assert_eq!(tiers(w, user).await.len(), 5);
    let told = w.event_names().await.len();
    w.later(120).await;
    assert_eq!(tiers(w, user).await, [always]);
    assert_eq!(shown(w, user, "queues").await, json!([always]));
    let joined = done(w.get(&format!("/api/cc_queue/{}/users", queues[3])).await)[0][6].clone();
    assert_eq!(joined, json!(false));
    assert_eq!(told_since(w, told).await, ["queue:leave"]);
    // A day later: what joins by itself does so again.
    w.later(86_400 - 120).await;
    assert_eq!(tiers(w, user).await, [queues[2], queues[3], always]);
    assert_eq!(told_since(w, told).await, ["queue:leave", "queue:join"]);
}

async fn what_was_left_by_itself_is_not_joined_again(w: &mut World) {
    w.stop_the_clock().await;
    let group = resource(w, "time_group", hours(w)).await;
    let (user, device, queues, always) = limited(w, group, &[3, 4]).await;
    w.later(60).await;
    check_in(w, user, device).await;
    done(w.get(&format!("/api/cc_agent/setQueues?user_id={user}&queue_ids={always}")).await);
    assert_eq!(tiers(w, user).await, [queues[1], always]);
    w.later(120).await;
    assert_eq!(tiers(w, user).await, [always]);
    w.later(86_400 - 120).await;
    assert_eq!(tiers(w, user).await, [queues[1], always], "mode 3 was left, mode 4 cannot be");
    // The next check-in begins anew.
    done(w.get(&format!("/api/cc_agent/checkOut?user_id={user}")).await);
    check_in(w, user, device).await;
    assert_eq!(tiers(w, user).await, [queues[0], queues[1], always]);
}

async fn hours_that_change(w: &mut World) {
    w.stop_the_clock().await;
    let group = resource(w, "time_group", hours(w)).await;
    let (user, device, queues, always) = limited(w, group, &[4]).await;
    check_in(w, user, device).await;
    let (path, told) = (format!("/api/cc_queue/{}/users", queues[0]), w.event_names().await.len());
    // A membership without hours, with them, and in hours that hold.
    done(w.put(&path, json!([[user, 4]])).await);
    assert_eq!(tiers(w, user).await, [queues[0], always]);
    done(w.put(&path, json!([[user, 4, 1, 1, group]])).await);
    assert_eq!(tiers(w, user).await, [always]);
    let all_day = json!({"rules": [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "24:00"}]});
    done(w.put(&format!("/api/time_group/{group}"), all_day).await);
    w.until_event(told + 2, "queue:join").await;
    assert_eq!(tiers(w, user).await, [queues[0], always]);
    assert_eq!(told_since(w, told).await, ["queue:join", "queue:leave", "queue:join"]);
}

/// Over a restart of ccgate, and with the switch away.
async fn hours_while_nobody_looks(w: &mut World) {
    w.stop_the_clock().await;
    let group = resource(w, "time_group", hours(w)).await;
    let (user, device, queues, always) = limited(w, group, &[3]).await;
    check_in(w, user, device).await;
    let told = w.event_names().await.len();
    w.clock().advance_ms(60_000);
    w.restart_ccgate().await;
    w.reconciled().await;
    w.until_event(told, "queue:join").await;
    assert_eq!(tiers(w, user).await, [queues[0], always]);
    w.take_switch_away_for_a_while().await;
    w.later(120).await;
    assert_eq!(shown(w, user, "queues").await, json!([queues[0], always]));
    w.bring_switch_back().await;
    w.until_event(told + 1, "queue:leave").await;
    assert_eq!(tiers(w, user).await, [always]);
    assert_eq!(told_since(w, told).await, ["queue:join", "queue:leave"]);
}
