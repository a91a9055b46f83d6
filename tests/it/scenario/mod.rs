//! What happens with phones and callers. Each scenario is one function that runs on the simulated switch (`sim_*`) and on a real
//! FreeSWITCH (`live_*`).

mod adoption;
mod agents;
mod away;
mod bad_moments;
mod bulk;
mod busy;
mod call_fields;
mod called;
mod compose_lab;
mod crash;
mod emergency;
mod heal;
mod history;
mod hours;
mod injection;
mod journey;
mod live;
mod missed;
mod originate;
mod outside;
mod queue_call;
mod queue_change;
mod queue_codes;
mod queue_delete;
mod queue_extras;
mod reach;
mod recording;
mod restart;
mod shift;
mod soak;
mod surfaces;
mod takeover;
mod told;
mod toll;
mod users;
mod voicemail;
mod watched;
mod wrap_up;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::harness::World;
use crate::harness::phones::Behaviour;

/// Names the scenarios of a file.
macro_rules! scenarios {
    ($($name:ident),+ $(,)?) => {
        pub(crate) fn trials() -> Vec<libtest_mimic::Trial> {
            use crate::harness::world::Kind;
            vec![$(
                crate::harness::trial(concat!("sim_", stringify!($name)), || async {
                    let mut world = crate::harness::World::on(Kind::Sim).await;
                    $name(&mut world).await;
                    world.stop().await;
                }),
                crate::harness::freeswitch::live(concat!("live_", stringify!($name)), || async {
                    let mut world = crate::harness::World::on(Kind::Live).await;
                    $name(&mut world).await;
                    world.stop().await;
                }),
            )+]
        }
    };
}
use scenarios;

pub(crate) fn trials() -> Vec<Trial> {
    [
        adoption::trials(),
        agents::trials(),
        away::trials(),
        bad_moments::trials(),
        bulk::trials(),
        busy::trials(),
        call_fields::trials(),
        called::trials(),
        compose_lab::trials(),
        crash::trials(),
        emergency::trials(),
        heal::trials(),
        history::trials(),
        hours::trials(),
        injection::trials(),
        journey::trials(),
        live::trials(),
        missed::trials(),
        originate::trials(),
        outside::trials(),
        queue_call::trials(),
        queue_change::trials(),
        queue_codes::trials(),
        queue_delete::trials(),
        queue_extras::trials(),
        reach::trials(),
        recording::trials(),
        restart::trials(),
        shift::trials(),
        soak::trials(),
        surfaces::trials(),
        takeover::trials(),
        told::trials(),
        toll::trials(),
        users::trials(),
        voicemail::trials(),
        watched::trials(),
        wrap_up::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Every phone's.
pub(crate) const PASSWORD: &str = "a-phone's-password";
/// How long a phone is called that is to be heard ringing, in seconds: on a busy machine it takes its time to.
pub(crate) const RING_S: u32 = 5;
/// Rings shortly and answers.
pub(crate) const ANSWERS: Behaviour = Behaviour::Answer { after_ms: 200, talk_ms: None };

/// The data of an answer that must be a success, with the switch as told.
pub(crate) fn done(answer: crate::harness::Answer) -> Value {
    assert_eq!((answer.status, &answer.body["success"]), (200, &json!(true)), "{}", answer.body);
    assert_eq!(answer.body.get("applied"), None, "the switch does not have it yet: {}", answer.body);
    answer.body["data"].clone()
}

/// The same of what is only made on the way: where the switch did not have it in time, as on a busy machine, it is waited for.
async fn made(w: &World, answer: crate::harness::Answer) -> Value {
    assert_eq!((answer.status, &answer.body["success"]), (200, &json!(true)), "{}", answer.body);
    if answer.body.get("applied").is_some() {
        w.reconciled().await;
    }
    answer.body["data"].clone()
}

/// Makes an agent with a phone of its own, which registers; their ids.
pub(crate) async fn agent(w: &mut World, phone: &str, behaviour: Behaviour) -> (i64, i64) {
    let user = json!({
        "name": format!("Agent of {phone}"), "username": format!("agent{phone}"), "email": format!("{phone}@example.org"),
        "password": "Ab123456", "is_agent": true,
    });
    let user = made(w, w.post("/api/user", user).await).await["id"].as_i64().expect("an id");
    let device = json!({"name": format!("Phone {phone}"), "type": "sip", "username": phone, "password": PASSWORD, "user_id": user});
    let device = made(w, w.post("/api/device", device).await).await["id"].as_i64().expect("an id");
    w.phones.phone(phone, PASSWORD, behaviour).await;
    (user, device)
}

/// Makes a queue that these agents join at check-in, with an internal number and one for callers from outside.
pub(crate) async fn queue(w: &World, name: &str, number: &str, agents: &[i64]) -> i64 {
    let users: Vec<_> = agents.iter().map(|agent| json!([agent, 3, 1, 1])).collect();
    let queue = json!({"name": name, "strategy": "longest-idle-agent", "time_base_score": "queue", "users": users});
    let queue = made(w, w.post("/api/cc_queue", queue).await).await["id"].as_i64().expect("an id");
    for (kind, number) in [("internal", number.to_owned()), ("did", format!("9723{number}"))] {
        let extension = json!({"name": name, "number": number, "kind": kind, "target": "queue", "target_id": queue});
        made(w, w.post("/api/extension", extension).await).await;
    }
    queue
}

/// Makes one of what is a name and settings; its id.
pub(crate) async fn resource(w: &World, noun: &str, fields: Value) -> i64 {
    made(w, w.post(&format!("/api/{noun}"), fields).await).await["id"].as_i64().expect("an id")
}

/// Checks an agent in on a phone by the API.
pub(crate) async fn check_in(w: &World, user: i64, device: i64) {
    done(w.get(&format!("/api/cc_agent/checkInDevice?user_id={user}&device_id={device}")).await);
}

/// The row of an agent on the switch.
pub(crate) async fn agent_row(w: &World, user: i64) -> String {
    let agents = w.ask_switch("callcenter_config agent list").await;
    agents.lines().find(|line| line.starts_with(&format!("{user}@"))).unwrap_or_default().to_owned()
}

/// The queues that an agent has a tier on, on the switch.
async fn tiers(w: &World, user: i64) -> Vec<i64> {
    let tiers = w.ask_switch("callcenter_config tier list").await;
    let mine = tiers.lines().filter_map(|line| {
        let mut names = line.split('|').map(|name| name.split('@').next().unwrap_or_default());
        let (queue, agent) = (names.next()?, names.next()?);
        (agent == user.to_string()).then(|| queue.parse().expect("a queue's id"))
    });
    let mut queues: Vec<i64> = mine.collect();
    queues.sort_unstable();
    queues
}

/// The leg to a phone or to a number outside, once it is there, as `show channels` has it.
async fn leg_to(w: &World, dest: &str) -> Value {
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
    crate::harness::patience(&format!("a leg to {dest}"), async {
        loop {
            let shown: Value = serde_json::from_str(&w.ask_switch("show channels as json").await).unwrap_or_default();
            let legs = shown["rows"].as_array().cloned().unwrap_or_default();
            // A phone that a click-to-call rang was called as well, and is on its way to the number now.
            let named = |leg: &Value| leg["name"].as_str().is_some_and(|name| name.contains(&format!("/{dest}")));
            if let Some(leg) = legs.into_iter().find(|leg| leg["direction"] == "outbound" && leg["dest"] == dest && named(leg)) {
                return leg;
            }
            looks.tick().await;
        }
    })
    .await
}

/// An internal number.
async fn extension(w: &World, number: &str, target: &str, id: i64) {
    made(w, w.post("/api/extension", json!({"number": number, "kind": "internal", "target": target, "target_id": id})).await).await;
}

/// Waits until so many legs were told to have ended: the switch has none left before ccgate has heard of it.
async fn ended(w: &World, legs: usize) {
    let mut commits = w.running().store().committed();
    crate::harness::patience(&format!("{legs} legs to end"), async {
        while w.event_names().await.iter().filter(|name| *name == "call:end").count() < legs {
            commits.changed().await.expect("ccgate runs");
        }
    })
    .await;
}

/// Waits until so many callers wait in a queue, as the switch counts them.
async fn waiting(w: &World, queue: i64, count: usize) {
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
    crate::harness::patience(&format!("{count} callers to wait in queue {queue}"), async {
        while wait_in(w, queue).await != count {
            looks.tick().await;
        }
    })
    .await;
}

/// How many callers wait in a queue now.
async fn wait_in(w: &World, queue: i64) -> usize {
    let members = w.ask_switch(&format!("callcenter_config queue list members {queue}@lab.local")).await;
    members.lines().filter(|line| line.contains("|Waiting|") || line.contains("|Trying|")).count()
}
