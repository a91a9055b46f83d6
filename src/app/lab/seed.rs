//! What the lab begins with. It is made through the public API, as an integrator would make it.

use std::path::Path;

use anyhow::Context;
use serde_json::json;

use super::api::Api;
use crate::app::Running;
use crate::domain::account::Settings;
use crate::domain::number::Domain;
use crate::domain::text::Label;
use crate::service::setup::{NewAdmin, create_account, create_admin};
use crate::sim::Handle;
use crate::sim::phones::Behaviour;

/// The SIP domain of the lab's account.
pub(super) const DOMAIN: &str = "lab.local";
/// What callers from outside dial.
pub(super) const QUEUE_NUMBERS: [&str; 2] = ["97237000", "97237001"];

/// Agents that have a name of their own; the others are numbered.
const NAMES: [&str; 3] = ["Dana Levi", "Noam Cohen", "Maya Katz"];
/// The number of the first agent's phone.
const FIRST_PHONE: usize = 1001;
/// The most agents: their numbers have four digits, and those from 7000 on are queues.
pub(super) const AGENTS_MAX: usize = 5_000;
/// Name, internal number, strategy, and the place of the first agent that serves it, as do all after.
const QUEUES: [(&str, &str, &str, usize); 2] = [("Support", "7000", "longest-idle-agent", 0), ("Sales", "7001", "round-robin", 1)];
/// Of the lab's phones, which are on loopback inside the simulated switch.
pub(super) const PHONE_PASSWORD: &str = "lab-phone-password";
/// What a phone does when it rings, until its agent decides otherwise.
pub(super) const BY_ITSELF: Behaviour = Behaviour::Answer { after_ms: 1_000, talk_ms: Some(30_000) };

/// Makes the account, its agents and queues where there are none, and gives the API key.
///
/// # Errors
/// When the folder holds a database that is not the lab's.
pub(super) async fn seed(running: &Running, url: &str, folder: &Path, count: usize) -> anyhow::Result<String> {
    let key_file = folder.join("api_key");
    if let Ok(key) = std::fs::read_to_string(&key_file) {
        return Ok(key.trim().to_owned());
    }
    let account = create_account(running.store(), Label::new("Lab")?, Domain::parse(DOMAIN)?, Settings::default()).await?;
    let admin = NewAdmin {
        name: Label::new("Lab administrator")?,
        username: "admin".to_owned(),
        email: "admin@lab.local".to_owned(),
        password: None,
    };
    let key = create_admin(running.store(), account, admin).await?.key.expose().to_owned();
    let api = Api::new(url, &key)?;
    let mut agents = Vec::new();
    for place in 0..count {
        let phone = (FIRST_PHONE + place).to_string();
        let name = NAMES.get(place).map_or_else(|| format!("Agent {}", place + 1), |name| (*name).to_owned());
        let username = match NAMES.get(place) {
            Some(name) => name.split(' ').next().unwrap_or(name).to_lowercase(),
            None => format!("agent{}", place + 1),
        };
        let email = format!("{username}@lab.local");
        let user = json!({"name": name, "username": username, "email": email, "password": "Ab123456", "is_agent": true, "wrap_up_time": 3});
        let user = api.post("/api/user", user).await?["data"]["id"].clone();
        let device =
            json!({"name": format!("Phone {phone}"), "type": "sip", "username": phone, "password": PHONE_PASSWORD, "user_id": user});
        api.post("/api/device", device).await?;
        api.post("/api/extension", json!({"name": name, "number": phone, "kind": "internal", "target": "user", "target_id": user})).await?;
        agents.push(user);
    }
    for ((name, number, strategy, first), did) in QUEUES.into_iter().zip(QUEUE_NUMBERS) {
        let users: Vec<_> = agents.iter().skip(first).map(|agent| json!([agent, 3, 1, 1])).collect();
        let queue = json!({"name": name, "strategy": strategy, "time_base_score": "queue", "users": users});
        let queue = api.post("/api/cc_queue", queue).await?["data"]["id"].clone();
        for (kind, number) in [("internal", number), ("did", did)] {
            api.post("/api/extension", json!({"name": name, "number": number, "kind": kind, "target": "queue", "target_id": queue}))
                .await?;
        }
    }
    std::fs::write(&key_file, &key).context("the key cannot be kept")?;
    Ok(key)
}

/// One of the lab's agents.
#[derive(Clone, Debug)]
pub(super) struct Agent {
    pub(super) user: i64,
    pub(super) device: i64,
    /// What its phone registers as.
    pub(super) phone: String,
}

/// Has the agents' phones register, and checks the agents in.
///
/// # Errors
/// When a phone or a check-in is refused.
pub(super) async fn phones(switch: &Handle, api: &Api) -> anyhow::Result<Vec<Agent>> {
    let mut agents = Vec::new();
    for device in api.get("/api/device").await?["data"].as_array().into_iter().flatten() {
        let (Some(id), Some(user), Some(phone)) = (device["id"].as_i64(), device["user_id"].as_i64(), device["username"].as_str()) else {
            continue;
        };
        switch.register(phone, DOMAIN, PHONE_PASSWORD, BY_ITSELF).await.with_context(|| format!("phone {phone} may not register"))?;
        api.get(&format!("/api/cc_agent/checkInDevice?user_id={user}&device_id={id}&forceCheckOut=1")).await?;
        agents.push(Agent { user, device: id, phone: phone.to_owned() });
    }
    Ok(agents)
}
