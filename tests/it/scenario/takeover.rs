//! What ccgate finds when it comes back in the middle of calls, and what it makes of answers that it never got.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::missed::{legs, speaking};
use super::surfaces::{boss, update};
use super::{ANSWERS, agent, agent_row, check_in, done, ended, leg_to, queue, scenarios, tiers, waiting};
use crate::harness::phones::Behaviour;
use crate::harness::serve::Ccgate;
use crate::harness::{World, patience};

scenarios![
    calls_are_taken_over,
    both_die_in_a_call,
    the_callcenter_loses_its_database,
    a_click_to_call_whose_socket_is_cut,
    a_pause_whose_answer_is_lost,
];

const CALLER: &str = "972501111111";
const WAITS: &str = "972502222222";

/// How often something is looked at that is not ours.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// One caller speaks with the agent, another one waits; ccgate is killed, and comes back.
async fn calls_are_taken_over(w: &mut World) {
    let secret = w.push_to_sink().await;
    boss(w).await;
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, device).await;
    w.stop_ccgate().await;
    let mut killed = Ccgate::start(w, "");
    killed.listens(w).await;
    let speaks = w.phones.call_in(CALLER, "97237000").await;
    for _ in ["the agent's leg", "the caller's"] {
        w.sink.next("call:answer", &secret).await;
    }
    let waits = w.phones.call_in(WAITS, "97237000").await;
    assert_eq!(w.sink.next("call:start", &secret).await["data"]["cid_num"], WAITS);
    waiting(w, support, 1).await;
    assert_eq!(killed.kill().await, None, "it ran until here");

    w.start_ccgate().await;
    w.reconciled().await;
    assert_eq!(update(w, "action=showstate&agent=1001").await["state"], "in_call");
    let joined_s = joined_s(w, WAITS).await;
    let asked = clock_s(w).await;
    let shown = update(w, "action=showqueue&queue=7000").await;
    let waited_s = shown["waiting"][0]["wait_s"].as_i64().unwrap_or_else(|| panic!("nobody waits: {shown}"));
    assert!((asked - joined_s..=clock_s(w).await - joined_s).contains(&waited_s), "{waited_s} of {shown}");
    let up = done(w.get("/api/cc_agent/active_calls").await);
    let mut states: Vec<_> = up.as_array().into_iter().flatten().map(|leg| leg["state"].clone()).collect();
    states.sort_by_key(Value::to_string);
    assert_eq!(states, ["answered", "answered", "waiting"], "{up}");

    w.phones.hang_up(speaks).await;
    let answer = loop {
        let answer = w.sink.next("call:answer", &secret).await["data"].clone();
        if answer["id"] == answer["call_id"] {
            break answer;
        }
    };
    let wait_s = answer["ts"].as_i64().expect("a time") - joined_s;
    let told_s = answer["cc_wait"].as_i64().unwrap_or_else(|| panic!("no wait: {answer}"));
    assert!((told_s..=told_s + 1).contains(&wait_s), "since it joined it has waited {wait_s} s: {answer}");
    w.phones.hang_up(waits).await;
    w.idle().await;
    ended(w, 4).await;
    each_leg_once(w, 4).await;
}

/// The switch's own clock, in seconds since the epoch.
async fn clock_s(w: &World) -> i64 {
    w.ask_switch("strepoch").await.trim().parse().expect("a time")
}

/// When a caller joined its queue, as the switch has it.
async fn joined_s(w: &World, number: &str) -> i64 {
    let listed = w.ask_switch("json {\"command\": \"callcenter_config\", \"data\": {\"arguments\": \"member list\"}}").await;
    let listed: Value = serde_json::from_str(&listed).expect("a listing");
    let rows = listed["response"].as_array().cloned().unwrap_or_default();
    let row = rows.iter().find(|row| row["cid_number"] == number).unwrap_or_else(|| panic!("{number} is not in {listed}"));
    row["joined_epoch"].as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no time in {row}"))
}

/// So many legs began and ended, each in one event, and each is one record.
async fn each_leg_once(w: &World, count: usize) {
    for name in ["call:start", "call:ring", "call:answer", "call:end"] {
        let mut told: BTreeMap<String, usize> = BTreeMap::new();
        for event in w.told(name).await {
            *told.entry(event["id"].to_string()).or_default() += 1;
        }
        assert!(told.values().all(|times| *times == 1), "{name}: {told:?}");
        assert!(name != "call:end" || told.len() == count, "{name}: {told:?}");
    }
    let records = done(w.get("/api/cdr").await);
    assert_eq!(records.as_array().map(Vec::len), Some(count), "{records}");
}

/// The machine loses its power.
async fn both_die_in_a_call(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (first, device) = agent(w, "1001", ANSWERS).await;
    let (paused, other) = agent(w, "1002", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[first, paused]).await;
    check_in(w, first, device).await;
    check_in(w, paused, other).await;
    done(w.get(&format!("/api/cc_agent/setPause?user_id={paused}&id=1")).await);
    w.stop_ccgate().await;
    let mut killed = Ccgate::start(w, "");
    killed.listens(w).await;
    w.phones.call_in(CALLER, "97237000").await;
    for _ in ["the agent's leg", "the caller's"] {
        w.sink.next("call:answer", &secret).await;
    }
    assert_eq!(killed.kill().await, None, "it ran until here");
    w.restart_switch().await;
    w.start_ccgate().await;
    w.reconciled().await;

    for _ in ["one leg", "the other"] {
        let end = w.sink.next("call:end", &secret).await;
        assert_eq!((&end["data"]["hangup_cause"], &end["reconciled"]), (&json!("NORMAL_UNSPECIFIED"), &json!(true)), "{end}");
    }
    each_leg_once(w, 2).await;
    as_they_were(w, support, first, paused).await;
    // And it goes on.
    let call = w.phones.call_in(WAITS, "97237000").await;
    w.sink.next("call:answer", &secret).await;
    w.phones.hang_up(call).await;
    w.idle().await;
}

/// The switch has the agents with their queue again, one of them on a break.
async fn as_they_were(w: &World, support: i64, ready: i64, paused: i64) {
    let queues = w.ask_switch("callcenter_config queue list").await;
    assert!(queues.contains(&format!("{support}@lab.local|")), "{queues}");
    for (user, shown) in [(ready, "|Available|Waiting|"), (paused, "|On Break|Waiting|")] {
        assert!(agent_row(w, user).await.contains(shown), "{}", agent_row(w, user).await);
        assert_eq!(tiers(w, user).await, [support]);
    }
}

async fn the_callcenter_loses_its_database(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (ready, device) = agent(w, "1001", ANSWERS).await;
    let (paused, other) = agent(w, "1002", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[ready, paused]).await;
    check_in(w, ready, device).await;
    check_in(w, paused, other).await;
    done(w.get(&format!("/api/cc_agent/setPause?user_id={paused}&id=1")).await);

    w.restart_switch_without_its_database().await;
    w.reconciled().await;
    as_they_were(w, support, ready, paused).await;
    let call = w.phones.call_in(CALLER, "97237000").await;
    assert_eq!(w.sink.next("call:answer", &secret).await["data"]["dst_user_id"], json!(ready));
    w.phones.hang_up(call).await;
    w.idle().await;
}

/// The job's end is told on a connection that is no more; nothing is asked for a second time.
async fn a_click_to_call_whose_socket_is_cut(w: &mut World) {
    let (user, _) = agent(w, "1001", Behaviour::Answer { after_ms: 1_000, talk_ms: None }).await;
    w.phones.outside("0501234567", ANSWERS).await;
    let path = format!("/api/cc_agent/originate?user_id={user}&destination=0501234567");
    let cut = async {
        let rings = leg_to(w, "1001").await["uuid"].clone();
        w.wire().cut();
        rings
    };
    let (clicked, rings) = tokio::join!(w.get(&path), cut);
    assert_eq!((clicked.status, &clicked.body["success"], &clicked.body["uuid"]), (200, &json!(true), &rings), "{}", clicked.body);
    assert_eq!(w.heard("bgapi originate"), 1);
    let mut looks = tokio::time::interval(LOOK_EVERY);
    patience("the two to speak", async {
        while !speaking(&legs(w).await) {
            looks.tick().await;
        }
    })
    .await;
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
    ended(w, 2).await;
    each_leg_once(w, 2).await;
}

/// The switch has done what ccgate does not know of, and says that it was not done: then it is taken back.
async fn a_pause_whose_answer_is_lost(w: &mut World) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, device).await;
    let pause = format!("/api/cc_agent/setPause?user_id={user}&id=1");
    let (before, mut looks) = (w.heard("On Break"), tokio::time::interval(LOOK_EVERY));
    w.wire().mute(true);
    let lose = async {
        patience("the switch to have done it", async {
            while !agent_row(w, user).await.contains("|On Break|") {
                looks.tick().await;
            }
        })
        .await;
        w.take_switch_away_for_a_while().await;
        w.wire().mute(false);
    };
    let (answer, ()) = tokio::join!(w.get(&pause), lose);
    assert_eq!((w.heard("On Break"), &answer.body["success"]), (before + 1, &json!(false)), "{}", answer.body);
    w.bring_switch_back().await;
    assert_eq!(done(w.get(&format!("/api/user/{user}")).await)["pause_id"], json!(0));
    assert!(agent_row(w, user).await.contains("|Available|"), "{}", agent_row(w, user).await);
    done(w.get(&pause).await);
    assert!(agent_row(w, user).await.contains("|On Break|"), "{}", agent_row(w, user).await);
}
