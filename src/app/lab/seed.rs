//! What the lab begins with. It is made through the public API, as an integrator would make it.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, bail};
use serde_json::{Value, json};

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
/// How long they wait before they give up, in milliseconds.
pub(super) const WAITS_MS: Range<u64> = 8_000..40_000;

const AGENTS: [(&str, &str); 3] = [("Dana Levi", "1001"), ("Noam Cohen", "1002"), ("Maya Katz", "1003")];
/// Name, internal number, strategy, and the agents that serve it by their place above.
const QUEUES: [(&str, &str, &str, &[usize]); 2] =
    [("Support", "7000", "longest-idle-agent", &[0, 1, 2]), ("Sales", "7001", "round-robin", &[1, 2])];
/// Of the lab's phones, which are on loopback inside the simulated switch.
const PHONE_PASSWORD: &str = "lab-phone-password";

/// Makes the account, its agents and queues where there are none, and gives the API key.
///
/// # Errors
/// When the folder holds a database that is not the lab's.
pub(super) async fn seed(running: &Running, url: &str, folder: &Path) -> anyhow::Result<String> {
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
    let api = Api { client: reqwest::Client::builder().no_proxy().build()?, url, key: &key };
    let mut agents = Vec::new();
    for (name, phone) in AGENTS {
        let username = name.split(' ').next().unwrap_or(name).to_lowercase();
        let email = format!("{username}@lab.local");
        let user = json!({"name": name, "username": username, "email": email, "password": "Ab123456", "is_agent": true, "wrap_up_time": 3});
        let user = api.post("/api/user", user).await?["data"]["id"].clone();
        let device =
            json!({"name": format!("Phone {phone}"), "type": "sip", "username": phone, "password": PHONE_PASSWORD, "user_id": user});
        api.post("/api/device", device).await?;
        api.post("/api/extension", json!({"name": name, "number": phone, "kind": "internal", "target": "user", "target_id": user})).await?;
        agents.push(user);
    }
    for ((name, number, strategy, members), did) in QUEUES.into_iter().zip(QUEUE_NUMBERS) {
        let users: Vec<_> = members.iter().map(|&place| json!([agents[place], 3, 1, 1])).collect();
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

/// Has the agents' phones register, and checks the agents in.
///
/// # Errors
/// When a phone or a check-in is refused.
pub(super) async fn phones(switch: &Handle, url: &str, key: &str) -> anyhow::Result<()> {
    let api = Api { client: reqwest::Client::builder().no_proxy().build()?, url, key };
    for (after_ms, (_, phone)) in [1_000, 2_000, 3_000].into_iter().zip(AGENTS) {
        let answers = Behaviour::Answer { after_ms, talk_ms: Some(30_000) };
        switch.register(phone, DOMAIN, PHONE_PASSWORD, answers).await.with_context(|| format!("phone {phone} may not register"))?;
    }
    for device in api.get("/api/device").await?["data"].as_array().into_iter().flatten() {
        if let (Some(device), Some(user)) = (device["id"].as_i64(), device["user_id"].as_i64()) {
            api.get(&format!("/api/cc_agent/checkInDevice?user_id={user}&device_id={device}&forceCheckOut=1")).await?;
        }
    }
    Ok(())
}

struct Api<'a> {
    client: reqwest::Client,
    url: &'a str,
    key: &'a str,
}

impl Api<'_> {
    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.send(self.client.get(format!("{}{path}", self.url)), path).await
    }

    async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        let request = self.client.post(format!("{}{path}", self.url)).header("content-type", "application/json");
        self.send(request.body(body.to_string()), path).await
    }

    async fn send(&self, request: reqwest::RequestBuilder, path: &str) -> anyhow::Result<Value> {
        let answer = request.header("x-api-key", self.key).send().await?;
        let body: Value = serde_json::from_slice(&answer.bytes().await?)?;
        if body["success"] != true {
            bail!("{path}: {}", body["msg"]);
        }
        Ok(body)
    }
}
