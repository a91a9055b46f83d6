//! Agent Profile v2.0. A file a method, and what holds for all of them.

mod agent_on_break;
mod check_agent_in_wrap_up;
mod set_web_ping_time;
mod snippets;
mod who;
mod wire;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::callcenter::data;
use crate::harness::World;

pub(crate) fn trials() -> Vec<Trial> {
    [
        agent_on_break::trials(),
        check_agent_in_wrap_up::trials(),
        set_web_ping_time::trials(),
        snippets::trials(),
        who::trials(),
        wire::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The answer of a method.
async fn ask(w: &World, method: &str, body: Value) -> Value {
    let answer = w.anonymous().post(&format!("/deepcall/api/v2/agentProfile/{method}"), body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// `data` of an answer that must be a success.
async fn success(w: &World, method: &str, body: Value) -> Value {
    let answer = ask(w, method, body).await;
    assert_eq!(answer["status"], "success", "{answer}");
    answer["data"].clone()
}

/// A refusal.
fn error(code: u16, message: &str) -> Value {
    json!({"status": "error", "message": message, "code": code})
}

/// A session of a user whose password is that of [`super::callcenter::agent`].
async fn session(w: &World, username: &str) -> String {
    let login = w.anonymous().post("/api/user/login", json!({"username": username, "password": "Ab123456"})).await;
    data(login)["ssid"].as_str().expect("a session").to_owned()
}
