//! Call Center API v1.3. A folder a noun, a file a verb; beside them what holds for every path.

mod account;
mod auth;
mod cc_agent;
mod cc_queue;
mod cdr;
mod device;
mod dial_rule;
mod event;
mod examples;
mod extension;
mod group;
mod kept;
mod label;
mod lead;
mod limits;
mod lockout;
mod media;
mod pause;
mod pgroup;
mod phone_list;
mod recording;
mod references;
mod rest;
pub(crate) mod routes;
mod site;
mod stats;
mod stream;
mod time_group;
mod user;
mod voicemail;
mod wallboard;
mod wire;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::harness::api::Api;
use crate::harness::{Answer, World};

pub(crate) fn trials() -> Vec<Trial> {
    [
        account::trials(),
        auth::trials(),
        cc_agent::trials(),
        cc_queue::trials(),
        cdr::trials(),
        device::trials(),
        dial_rule::trials(),
        event::trials(),
        examples::trials(),
        extension::trials(),
        group::trials(),
        kept::trials(),
        label::trials(),
        lead::trials(),
        limits::trials(),
        lockout::trials(),
        media::trials(),
        pause::trials(),
        pgroup::trials(),
        phone_list::trials(),
        recording::trials(),
        references::trials(),
        routes::trials(),
        site::trials(),
        stats::trials(),
        stream::trials(),
        wallboard::trials(),
        time_group::trials(),
        user::trials(),
        voicemail::trials(),
        wire::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The data of an answer that must be a success.
pub(crate) fn data(answer: Answer) -> Value {
    assert_eq!((answer.status, &answer.body["success"]), (200, &json!(true)), "{}", answer.body);
    answer.body["data"].clone()
}

/// The message of an answer that must be a refusal with this status.
pub(crate) fn refusal(answer: Answer, status: u16) -> String {
    assert_eq!((answer.status, &answer.body["success"]), (status, &json!(false)), "{}", answer.body);
    answer.body["msg"].as_str().expect("a refusal says why").to_owned()
}

/// Makes an agent and gives its id.
pub(crate) async fn agent(w: &mut World, username: &str) -> i64 {
    let user = json!({
        "name": format!("Agent {username}"),
        "username": username,
        "password": "Ab123456",
        "email": format!("{username}@mail.com"),
        "is_agent": true,
    });
    data(w.post("/api/user", user).await)["id"].as_i64().expect("an id")
}

/// Every phone's.
pub(in crate::facade) const PHONE_PASSWORD: &str = "phone-secret-12";

/// Makes a SIP phone and gives its id.
pub(crate) async fn phone(w: &mut World, username: &str) -> i64 {
    let device = json!({"name": format!("Phone {username}"), "type": "sip", "username": username, "password": PHONE_PASSWORD});
    data(w.post("/api/device", device).await)["id"].as_i64().expect("an id")
}

/// Makes a queue and gives its id. `users` are rows of memberships.
pub(super) async fn queue(w: &mut World, name: &str, users: Value) -> i64 {
    let queue = json!({"name": name, "strategy": "longest-idle-agent", "time_base_score": "queue", "users": users});
    data(w.post("/api/cc_queue", queue).await)["id"].as_i64().expect("an id")
}

/// Makes what `noun` names and gives its id.
pub(super) async fn resource(w: &mut World, noun: &str, fields: Value) -> i64 {
    data(w.post(&format!("/api/{noun}"), fields).await)["id"].as_i64().expect("an id")
}

/// An agent that is checked in on a phone of its own: their ids.
pub(super) async fn seated(w: &mut World, name: &str) -> (i64, i64) {
    let (user, device) = (agent(w, name).await, phone(w, name).await);
    data(w.get(&format!("/api/cc_agent/checkInDevice?user_id={user}&device_id={device}")).await);
    (user, device)
}

/// A user with a key and these permissions: its id, and a client with its key.
pub(crate) async fn user_with(w: &World, username: &str, permissions: Value) -> (i64, Api) {
    let user = json!({
        "name": username, "username": username, "password": "Ab123456", "email": format!("{username}@mail.com"), "is_agent": true,
        "permissions": permissions,
    });
    let id = data(w.post("/api/user", user).await)["id"].as_i64().expect("an id");
    let key = data(w.post(&format!("/api/user/{id}/key"), json!({})).await)["key"].as_str().expect("a key").to_owned();
    (id, w.with_key(&key))
}
