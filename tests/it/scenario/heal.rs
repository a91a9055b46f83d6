//! What gets stuck on the switch is seen in two looks and cured, and each repair is a row, an event and a count.

use ccgate::domain::event::REPAIR;
use ccgate::domain::repair::Kind;
use serde_json::{Value, json};

use super::{ANSWERS, agent, agent_row, check_in, done, queue, scenarios, waiting};
use crate::harness::phones::Behaviour;
use crate::harness::{World, patience};

scenarios![
    an_agent_and_its_tiers_that_are_stuck,
    what_was_changed_by_hand,
    a_call_outside_queues_that_is_counted_for_ever,
    a_caller_who_lost_its_row,
    a_row_whose_caller_is_gone,
    a_leg_whose_caller_is_gone,
    nobody_is_offered_anything,
];

/// Rings and rings.
const RINGS: Behaviour = Behaviour::RingOn;
const CALLER: &str = "972501234567";

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
    w.phones.call_in(CALLER, "97237000").await;
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

async fn what_was_changed_by_hand(w: &mut World) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, device).await;
    w.reconciled().await;
    let name = format!("{user}@lab.local");
    // By whoever may, it is no repair.
    done(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id=1")).await);
    done(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id=0")).await);
    w.reconciled().await;
    assert_eq!(done(w.get("/api/repair").await), json!([]));
    for command in [
        format!("agent set status {name} 'Logged Out'"),
        format!("agent set state {name} Idle"),
        format!("tier set level {support}@lab.local {name} 7"),
        "agent add 99@lab.local callback".to_owned(),
        "agent add bob@other.net callback".to_owned(),
    ] {
        by_hand(w, &command).await;
    }
    repaired(w, Kind::AgentStatus).await;
    let rows = done(w.get("/api/repair").await);
    let mut kinds: Vec<_> = rows.as_array().expect("rows").iter().map(|row| row["kind"].as_str().expect("a kind")).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["agent_idle", "agent_status", "agent_unknown", "tier_changed"]);
    assert!(agent_row(w, user).await.contains("|Available|Waiting|"));
    assert!(agent_row(w, 99).await.is_empty());
    let agents = w.ask_switch("callcenter_config agent list").await;
    assert!(agents.contains("bob@other.net|"), "what is not ours is left alone: {agents}");
    // Filters and pages.
    let count = async |query: &str| done(w.get(&format!("/api/repair?{query}")).await).as_array().expect("rows").len();
    assert_eq!(
        [count(&format!("user_id={user}")).await, count("user_id=99").await, count(&format!("queue_id={support}")).await],
        [3, 1, 1]
    );
    assert_eq!([count("to=1700000000").await, count("from=1700000000&limit=3").await], [0, 3]);
    let refused = w.get("/api/repair?kind=nonsense").await;
    assert_eq!(refused.status, 400, "{}", refused.body);
}

/// The same leg is tracked twice, which mod_callcenter counts twice and takes back once.
async fn a_call_outside_queues_that_is_counted_for_ever(w: &mut World) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, device).await;
    w.phones.outside("0501234567", ANSWERS).await;
    let call = w.phones.dial("1001", "0501234567").await;
    assert!(w.phones.answered(call).await);
    let channels: Value = serde_json::from_str(&w.ask_switch("show channels as json").await).expect("a listing");
    let legs = channels["rows"].as_array().expect("legs");
    let leg = legs.iter().find(|leg| leg["direction"] == "inbound").expect("the phone's leg")["uuid"].as_str().expect("a uuid");
    w.ask_switch(&format!("uuid_transfer {leg} callcenter_track:{user}@lab.local,park: inline")).await;
    until_counted(w, user, "2").await;
    w.ask_switch(&format!("uuid_kill {leg}")).await;
    until_counted(w, user, "1").await;
    w.idle().await;
    let rows = repaired(w, Kind::ExternalCalls).await;
    assert_eq!((rows.len(), &rows[0]["user_id"]), (1, &json!(user)));
    until_counted(w, user, "0").await;
    w.phones.call_in(CALLER, "97237000").await;
    w.until_event(0, "call:answer").await;
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}

/// The last column.
async fn until_counted(w: &World, user: i64, calls: &str) {
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
    patience(&format!("{calls} calls of {user} outside queues"), async {
        while agent_row(w, user).await.rsplit('|').next() != Some(calls) {
            looks.tick().await;
        }
    })
    .await;
}

async fn a_caller_who_lost_its_row(w: &mut World) {
    let support = queue(w, "Support", "7000", &[]).await;
    w.phones.call_in(CALLER, "97237000").await;
    waiting(w, support, 1).await;
    until_channels(w, &format!("\"application_data\":\"{support}@lab.local\"")).await;
    w.lose_rows(support).await;
    let rows = repaired(w, Kind::CallerLost).await;
    assert_eq!((rows.len(), &rows[0]["queue_id"], &rows[0]["done"]), (1, &json!(support), &json!("sent into the queue again")));
    waiting(w, support, 1).await;
    let (user, device) = agent(w, "1001", ANSWERS).await;
    done(w.put(&format!("/api/cc_queue/{support}"), json!({"users": [[user, 3, 1, 1]]})).await);
    check_in(w, user, device).await;
    w.until_event(0, "call:answer").await;
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}

/// No command takes such a row away: it is told once.
async fn a_row_whose_caller_is_gone(w: &mut World) {
    let support = queue(w, "Support", "7000", &[]).await;
    let gone = "5a7b1f0e-7a52-4b43-9d5c-0c5a1d0e9f11";
    w.leave_row(support, "Answered", gone).await;
    let rows = repaired(w, Kind::MemberGhost).await;
    let expected = (1, &json!(support), &json!(gone), &Value::Null);
    assert_eq!((rows.len(), &rows[0]["queue_id"], &rows[0]["leg"], &rows[0]["done"]), expected);
    w.reconciled().await;
    assert_eq!(repairs(w, Kind::MemberGhost).await.len(), 1);
}

async fn a_leg_whose_caller_is_gone(w: &mut World) {
    let (user, device) = agent(w, "1001", RINGS).await;
    queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, device).await;
    let (leg, gone) = ("5a7b1f0e-7a52-4b43-9d5c-0c5a1d0e9f10", "5a7b1f0e-7a52-4b43-9d5c-0c5a1d0e9f11");
    let variables = format!("origination_uuid={leg},cc_side=agent,cc_member_session_uuid={gone}");
    let rings = format!("originate {{{variables}}}user/1001@lab.local &park()");
    let (answer, rows) = tokio::join!(w.ask_switch(&rings), repaired_once_there(w, leg));
    assert_eq!(answer.trim(), "-ERR ORIGINATOR_CANCEL");
    assert_eq!((rows.len(), &rows[0]["user_id"], &rows[0]["leg"]), (1, &json!(user), &json!(leg)));
    w.idle().await;
}

async fn repaired_once_there(w: &World, leg: &str) -> Vec<Value> {
    until_channels(w, leg).await;
    repaired(w, Kind::LegAlone).await
}

/// Waits until the list of legs, which is late, has this in it.
async fn until_channels(w: &World, text: &str) {
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
    patience(&format!("legs with {text}"), async {
        while !w.ask_switch("show channels as json").await.contains(text) {
            looks.tick().await;
        }
    })
    .await;
}

async fn nobody_is_offered_anything(w: &mut World) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[user]).await;
    w.phones.call_in(CALLER, "97237000").await;
    waiting(w, support, 1).await;
    w.stop_offers(support).await;
    check_in(w, user, device).await;
    let rows = repaired(w, Kind::NoOffers).await;
    assert_eq!((rows.len(), &rows[0]["queue_id"], &rows[0]["done"]), (1, &json!(support), &Value::Null));
    w.reconciled().await;
    assert_eq!(repairs(w, Kind::NoOffers).await.len(), 1, "told once");
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}
