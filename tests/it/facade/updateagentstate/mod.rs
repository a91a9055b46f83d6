//! UpdateAgentState. A file an action, and what holds for all of them.

mod add;
mod login;
mod pause;
mod remove;
mod showqueue;
mod showqueuestat;
mod showstate;
mod unpause;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::callcenter::{PHONE_PASSWORD, data, queue, seated};
use crate::harness::phones::Behaviour;
use crate::harness::{World, patience};

pub(crate) fn trials() -> Vec<Trial> {
    [
        add::trials(),
        login::trials(),
        pause::trials(),
        remove::trials(),
        showqueue::trials(),
        showqueuestat::trials(),
        showstate::trials(),
        unpause::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Makes the administrator as whom [`ask`] asks.
pub(crate) async fn boss(w: &World) {
    let groups = data(w.get("/api/pgroup?q=Administrator").await);
    let user = json!({
        "name": "Boss", "username": "boss", "email": "boss@mail.com", "password": "Ab123456", "pgroup_id": groups[0]["id"],
    });
    data(w.post("/api/user", user).await);
}

/// Asks as [`boss`].
async fn ask(w: &World, query: &str) -> Value {
    let answer = w.anonymous().get(&format!("/API/UpdateAgentState.php?{query}&username=boss&password=Ab123456")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// `data` of an answer that must be a success.
pub(crate) async fn does(w: &World, query: &str) -> Value {
    let answer = ask(w, query).await;
    assert_eq!(answer["status"], "ok", "{query}: {answer}");
    answer["data"].clone()
}

/// The message of an answer that must be a refusal.
async fn refused(w: &World, query: &str) -> String {
    let answer = ask(w, query).await;
    assert_eq!(answer["status"], "error", "{query}: {answer}");
    answer["message"].as_str().expect("a refusal says why").to_owned()
}

/// An agent on phone 1001 who serves the queues 7000 and 7001, both joined at check-in; the ids of the three.
async fn serving(w: &mut World) -> (i64, i64, i64) {
    let one = numbered(w, "One", "7000").await;
    let two = numbered(w, "Two", "7001").await;
    let (user, device) = seated(w, "1001").await;
    data(w.get(&format!("/api/cc_agent/checkOut?user_id={user}")).await);
    data(w.put(&format!("/api/user/{user}/queues"), json!([[one, 3], [two, 3]])).await);
    data(w.get(&format!("/api/cc_agent/checkInDevice?user_id={user}&device_id={device}")).await);
    boss(w).await;
    (user, one, two)
}

/// The same, with the phone registered.
async fn serving_calls(w: &mut World) -> (i64, i64, i64) {
    let made = serving(w).await;
    w.phones.phone("1001", PHONE_PASSWORD, Behaviour::RingOn).await;
    until_reachable(w, made.0).await;
    made
}

/// Waits until an agent's phone, which has registered, is known to have.
async fn until_reachable(w: &World, user: i64) {
    let mut commits = w.running().store().committed();
    patience("the agent's phone to be known", async {
        while !data(w.get(&format!("/api/user/{user}")).await)["unreachable_since"].is_null() {
            commits.changed().await.expect("ccgate runs");
        }
    })
    .await;
}

/// A queue with an internal number.
async fn numbered(w: &mut World, name: &str, number: &str) -> i64 {
    let id = queue(w, name, json!([])).await;
    let extension = json!({"name": name, "number": number, "kind": "internal", "target": "queue", "target_id": id});
    data(w.post("/api/extension", extension).await);
    id
}

/// What Call Center API v1.3 says of a user: its pause, and the queues that it is joined to.
async fn v1_3(w: &World, user: i64) -> (Value, Value) {
    let shown = data(w.get(&format!("/api/user/{user}")).await);
    (shown["pause_id"].clone(), shown["queues"].clone())
}

/// The agent's row on the switch, and the queues that it has tiers on there.
pub(super) async fn on_switch(w: &World, user: i64) -> (String, Vec<i64>) {
    let agents = w.ask_switch("callcenter_config agent list").await;
    let row = agents.lines().find(|line| line.starts_with(&format!("{user}@"))).unwrap_or_default().to_owned();
    let tiers = w.ask_switch("callcenter_config tier list").await;
    let queue_of = |line: &str| line.contains(&format!("|{user}@")).then(|| line.split('@').next()?.parse().ok())?;
    (row, tiers.lines().filter_map(queue_of).collect())
}
