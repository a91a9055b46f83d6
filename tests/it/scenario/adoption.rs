//! Beside an installation that somebody made by hand: ccgate looks at it, imports it, and takes it over queue by queue.

use ccgate::app::{adopt, diff};
use ccgate::config::Mode;
use ccgate::domain::text::Label;
use ccgate::service::setup::{NewAdmin, create_admin};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::{ANSWERS, done};
use crate::harness::freeswitch::live;
use crate::harness::old_files::PASSWORD;
use crate::harness::world::Kind;
use crate::harness::{World, patience, trial};

/// What changes a switch, as ccgate would say it.
const CHANGES: [&str; 11] = [
    "agent add",
    "agent set",
    "agent del",
    "tier add",
    "tier set",
    "tier del",
    "queue load",
    "queue reload",
    "queue unload",
    "xml_flush_cache",
    "bgapi",
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("sim_an_installation_is_watched_and_taken_over_queue_by_queue", || whole(Kind::Sim)),
        live("live_an_installation_is_watched_and_taken_over_queue_by_queue", || whole(Kind::Live)),
    ]
}

async fn whole(kind: Kind) {
    let mut w = World::beside(kind).await;
    made_by_hand(&mut w).await;
    let before = listed(&w).await;
    watched(&mut w).await;
    assert_eq!(listed(&w).await, before, "something was changed on the switch");
    w.assert_switch_heard_no(&CHANGES).await;
    taken_over(&mut w).await;
    given_back(&mut w).await;
    w.stop().await;
}

/// Two agents with a phone and a queue each; one takes calls, one is paused.
async fn made_by_hand(w: &mut World) {
    for (phone, queue, status) in [("1000", "support", "Available"), ("1001", "sales", "'On Break'")] {
        for command in [
            format!("agent add {phone}@default callback"),
            format!("agent set contact {phone}@default [leg_timeout=20]user/{phone}@lab.local"),
            format!("agent set status {phone}@default {status}"),
            format!("agent set wrap_up_time {phone}@default 1"),
            format!("queue load {queue}@default"),
            format!("tier add {queue}@default {phone}@default 1 2"),
        ] {
            w.ask_switch(&format!("callcenter_config {command}")).await;
        }
        w.phones.phone(phone, PASSWORD, ANSWERS).await;
    }
}

/// What the switch lists of agents, tiers and queues, but for what counts calls and times.
async fn listed(w: &World) -> Vec<String> {
    let mut rows = Vec::new();
    for (list, columns) in [("agent", &[0, 4, 5, 7, 8][..]), ("tier", &[0, 1, 3, 4]), ("queue", &[0, 1, 2, 4])] {
        let text = w.ask_switch(&format!("callcenter_config {list} list")).await;
        let row = |line: &str| columns.iter().map(|at| line.split('|').nth(*at).unwrap_or_default()).collect::<Vec<_>>().join(" ");
        rows.extend(text.lines().filter(|line| line.contains("@default")).map(row));
    }
    rows.sort();
    rows
}

/// The imported agent of this name.
async fn user(w: &World, name: &str) -> Value {
    done(w.get(&format!("/api/user?q={name}@default")).await)[0].clone()
}

async fn watched(w: &mut World) {
    let there = adopt::told(w.config(), &adopt::Options::default()).await.expect("it can be listed");
    assert!(there.contains(&"queue support@default: not imported".to_owned()), "{there:?}");
    let told = adopt::told(w.config(), &adopt::Options::import()).await.expect("it is imported");
    assert_eq!(told.last().unwrap(), "imported 2 agents, 2 queues and 2 phones; nothing was changed on the switch");
    w.observed().await;
    w.until_event(0, "queue:join").await;
    until_told(w, "agent:checkin", 2).await;
    let pauses = w.told("agent:status").await.into_iter().filter(|status| status["pause_id"] != 0).count();
    assert_eq!(pauses, 1, "1001 is on a break");

    let queues = done(w.get("/api/cc_queue").await);
    let support = queues.as_array().unwrap().iter().find(|queue| queue["name"] == "support").expect("it was imported").clone();
    assert_eq!((&support["max_wait_time"], &support["strategy"]), (&json!(120), &json!("longest-idle-agent")), "{support}");
    // A whole call: its events say whose it is, though no channel does.
    let call = w.phones.call_in("972501111111", "97237000").await;
    until_told(w, "call:answer", 2).await;
    let answered = user(w, "1000").await["id"].clone();
    assert!(w.told("call:answer").await.iter().any(|leg| leg["dst_user_id"] == answered), "{:?}", w.told("call:answer").await);
    surfaces(w, &support, &answered).await;
    w.phones.hang_up(call).await;
    until_told(w, "call:end", 2).await;
    assert!(w.told("call:end").await.iter().all(|leg| leg["queue_id"] == support["id"]), "{:?}", w.told("call:end").await);
    let figures = done(w.get("/api/stats/queue").await);
    assert!(figures.to_string().contains("\"answered\":1"), "{figures}");

    for answer in [
        w.put(&format!("/api/cc_queue/{}", support["id"]), json!({"max_wait_time": 60})).await,
        w.get(&format!("/api/cc_agent/setPause?user_id={answered}&id=1")).await,
        w.post("/api/user", json!({"name": "Noa", "username": "noa", "email": "noa@example.org", "password": "Ab123456"})).await,
    ] {
        assert_eq!(answer.status, 409, "{}", answer.body);
        assert!(answer.body.to_string().contains("observe mode"), "{}", answer.body);
    }
    w.idle().await;
}

/// What the four surfaces show while 1000 talks to a caller of support, and 1001 is on a break.
async fn surfaces(w: &World, support: &Value, talks: &Value) {
    let name = Label::new("Boss").expect("a name");
    let boss = NewAdmin { name, username: "boss".to_owned(), email: "boss@example.org".to_owned(), password: Some("Ab123456".to_owned()) };
    create_admin(w.running().store(), w.account_id(), boss).await.expect("another administrator");
    let state = async |query: &str| {
        let path = format!("/API/UpdateAgentState.php?{query}&username=boss&password=Ab123456");
        w.anonymous().get(&path).await.body["data"].clone()
    };
    assert_eq!(state("action=showstate&agent=1000").await["state"], "in_call");
    let queue = state(&format!("action=showqueue&queue={}", support["id"])).await;
    assert_eq!((&queue["agents"][0]["state"], &queue["waiting"]), (&json!("in_call"), &json!([])), "{queue}");
    let active = done(w.get("/api/cc_agent/active_calls").await);
    assert!(active.as_array().unwrap().iter().any(|leg| leg["user_id"] == *talks || leg["dst_user_id"] == *talks), "{active}");
    let rests = user(w, "1001").await["id"].clone();
    let asked = json!({"userId": rests.to_string(), "token": w.key()});
    let shown = w.anonymous().post("/deepcall/api/v2/agentProfile/agentOnBreak", asked).await.body;
    assert_eq!(shown["data"]["breakDetail"]["name"], "Break", "{shown}");
}

async fn taken_over(w: &mut World) {
    let before = listed(w).await;
    adopt::told(w.config(), &adopt::Options::queue("sales@default", false)).await.expect("it is taken");
    let plan = diff::told(w.config(), false).await.expect("there is a plan");
    assert!(plan.steps > 0 && plan.lines.iter().all(|line| line.contains("1001@default") || line.contains("sales@default")), "{plan:?}");
    w.start_in(Mode::Manage).await;
    w.reconciled().await;
    assert_eq!(diff::told(w.config(), false).await.expect("there is a plan").steps, 0);

    let (mine, other) = (user(w, "1001").await["id"].clone(), user(w, "1000").await["id"].clone());
    done(w.get(&format!("/api/cc_agent/setPause?user_id={mine}&id=0")).await);
    let queues = done(w.get("/api/cc_queue").await);
    let id = |name: &str| queues.as_array().unwrap().iter().find(|queue| queue["name"] == name).expect("it is there")["id"].clone();
    done(w.put(&format!("/api/cc_queue/{}", id("sales")), json!({"max_wait_time": 60})).await);
    let after = listed(w).await;
    assert!(after.iter().any(|row| row.starts_with("sales@default round-robin") && row.contains("60")) || after != before, "{after:?}");
    let row = |rows: &[String], name: &str| rows.iter().filter(|row| row.contains(name)).cloned().collect::<Vec<_>>();
    assert!(row(&after, "1001@default")[0].contains(" Available "), "{after:?}");
    for name in ["1000@default", "support@default"] {
        assert_eq!(row(&after, name), row(&before, name), "what is not managed was changed");
    }
    for answer in [
        w.get(&format!("/api/cc_agent/setPause?user_id={other}&id=1")).await,
        w.put(&format!("/api/cc_queue/{}", id("support")), json!({"max_wait_time": 60})).await,
    ] {
        assert_eq!(answer.status, 409, "{}", answer.body);
        assert!(answer.body.to_string().contains("ccgate adopt --queue"), "{}", answer.body);
    }
    // What is not managed is followed still.
    let told = w.event_names().await.len();
    w.ask_switch("callcenter_config agent set status 1000@default 'On Break'").await;
    w.until_event(told, "agent:status").await;
    w.reconciled().await;
    assert!(row(&listed(w).await, "1000@default")[0].contains("On Break"));
}

async fn given_back(w: &mut World) {
    adopt::told(w.config(), &adopt::Options::queue("sales@default", true)).await.expect("it is given back");
    w.reconciled().await;
    let told = w.event_names().await.len();
    w.ask_switch("callcenter_config agent set status 1001@default 'Logged Out'").await;
    w.until_event(told, "agent:checkout").await;
    w.reconciled().await;
    let rows = listed(w).await;
    assert!(rows.iter().any(|row| row.starts_with("1001@default") && row.contains("Logged Out")), "{rows:?}");
}

/// Waits until so many events of this name were told.
async fn until_told(w: &World, name: &str, count: usize) {
    let mut commits = w.running().store().committed();
    patience(&format!("{count} times {name}"), async {
        while w.told(name).await.len() < count {
            commits.changed().await.expect("ccgate runs");
        }
    })
    .await;
}
