//! `ccgate check`: what is ready, and what is left to do, from the file to the switch and back.
//!
//! Each line has a code that stays the same, for scripts: `config`, `database`, `https`, `switch`, `modules`, `xml_curl`, `profiles`,
//! `ready`.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{countries, options, say};
use crate::config::{Config, Https, Mode};
use crate::esl::api::{Api, Verb};
use crate::esl::client::{self, Client, ClientConfig, Reason, State};
use crate::esl::text::Text;
use crate::facade::tls::Certificate;
use crate::store::version;
use crate::telemetry;
use crate::xml_curl::PROBE;

/// How long the switch may take to let us in.
const CONNECT_WAIT: Duration = Duration::from_secs(5);
/// What calls need of the switch.
const MODULES: [&str; 9] = [
    "mod_callcenter",
    "mod_sofia",
    "mod_xml_curl",
    "mod_json_cdr",
    "mod_dialplan_xml",
    "mod_dptools",
    "mod_commands",
    "mod_tone_stream",
    "mod_voicemail",
];

/// What looking at it needs (`mode = "observe"`).
const OBSERVED: [&str; 3] = ["mod_callcenter", "mod_sofia", "mod_commands"];

/// One line.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Line {
    code: &'static str,
    ok: bool,
    /// What was found; what to do, when it is not ok.
    message: String,
}

impl Line {
    fn ok(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, ok: true, message: message.into() }
    }

    fn todo(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, ok: false, message: message.into() }
    }
}

/// Prints the lines; whether all are ok.
///
/// # Errors
/// None of its own: what is wrong is a line.
pub async fn run(path: &Path, json: bool) -> anyhow::Result<bool> {
    let lines = check(path).await;
    let ok = lines.iter().all(|line| line.ok);
    if json {
        say(&serde_json::json!({ "ok": ok, "checks": lines }).to_string());
    } else {
        for line in &lines {
            say(&format!("{:<9} {:<5} {}", line.code, if line.ok { "ok" } else { "TO DO" }, line.message));
        }
    }
    Ok(ok)
}

async fn check(path: &Path) -> Vec<Line> {
    let config = match Config::load(path) {
        Ok(config) => config,
        Err(error) => return vec![Line::todo("config", error.to_string())],
    };
    let mut lines = vec![Line::ok("config", path.display().to_string()), database(&config).await];
    if let Err(error) = serves(&config) {
        lines[0] = Line::todo("config", format!("{error:#}"));
    }
    lines.extend(config.https.as_ref().map(https));
    lines.extend(switch(&config).await);
    lines.extend(ready(&config).await);
    lines
}

/// Whether `serve` takes the configuration, as far as that can be known without doing anything.
fn serves(config: &Config) -> anyhow::Result<()> {
    config.check_for_service()?;
    telemetry::filter(&config.log).context("log.filter")?;
    options(config)?;
    countries(config)?;
    Ok(())
}

async fn database(config: &Config) -> Line {
    let path = &config.database.path;
    if !path.exists() {
        return Line::todo("database", format!("{} is not there yet: run ccgate user create --admin", path.display()));
    }
    match version::behind(path).await {
        Ok(0) => Line::ok("database", path.display().to_string()),
        Ok(_) => Line::ok("database", format!("{}, of an earlier version: ccgate serve brings it to its own", path.display())),
        Err(error) => Line::todo("database", format!("{}: {error}", path.display())),
    }
}

fn https(https: &Https) -> Line {
    match Certificate::read(&https.certificate, &https.key) {
        Ok(_) => Line::ok("https", https.certificate.display().to_string()),
        Err(error) => Line::todo("https", error.to_string()),
    }
}

/// What a ccgate that runs says of itself; no line where its port is any.
async fn ready(config: &Config) -> Option<Line> {
    let listen = config.operations.listen;
    // An error means that there is one.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let url = format!("http://{listen}/readyz");
    let client = reqwest::Client::builder().no_proxy().build().ok()?;
    let asked = async { client.get(&url).send().await?.text().await };
    let answer = match timeout(CONNECT_WAIT, asked).await {
        _ if listen.port() == 0 => return None,
        Ok(Ok(answer)) => match serde_json::from_str::<serde_json::Value>(&answer) {
            Ok(answer) => answer,
            Err(_) => return Some(Line::todo("ready", format!("something else than ccgate answers at {listen}: set operations.listen"))),
        },
        _ => return Some(Line::todo("ready", format!("nobody answers at {listen}: start ccgate serve, or set operations.listen"))),
    };
    let missing = answer["missing"].as_array().into_iter().flatten().filter_map(serde_json::Value::as_str).collect::<Vec<_>>().join(", ");
    if answer["ready"] == true {
        return Some(Line::ok("ready", format!("ccgate runs, and {listen} answers")));
    }
    Some(Line::todo("ready", format!("ccgate runs and lacks: {missing}; {url} tells more")))
}

async fn switch(config: &Config) -> Vec<Line> {
    let shutdown = CancellationToken::new();
    let mut esl = ClientConfig::new(&config.switch.host, config.switch.port, config.switch.password.clone());
    esl.user.clone_from(&config.switch.user);
    let spawned = match client::spawn(&esl, shutdown.clone()) {
        Ok(spawned) => spawned,
        Err(error) => return vec![Line::todo("switch", format!("switch.password or switch.user: {error}"))],
    };
    let mut lines = vec![connected(config, &spawned.client).await];
    if lines[0].ok {
        let observes = config.switch.mode == Mode::Observe;
        lines.push(modules(&spawned.client, if observes { &OBSERVED } else { &MODULES }).await);
        if !observes {
            lines.push(xml_curl(&spawned.client).await);
        }
        lines.push(profiles(&spawned.client).await);
    }
    shutdown.cancel();
    lines
}

async fn connected(config: &Config, client: &Client) -> Line {
    let at = format!("{}:{}", config.switch.host, config.switch.port);
    let mut states = client.state();
    let settled = |state: &State| match state {
        State::Connected(_) => true,
        State::Disconnected { reason } => *reason != Reason::NotYet,
    };
    let state = match timeout(CONNECT_WAIT, states.wait_for(settled)).await {
        Ok(Ok(state)) => state.clone(),
        _ => return Line::todo("switch", format!("{at} does not answer: is FreeSWITCH running there?")),
    };
    match state {
        State::Connected(connected) => Line::ok("switch", format!("{at}, core {}", connected.core_uuid)),
        State::Disconnected { reason } => {
            let remedy = match reason {
                Reason::WrongPassword => "put the password of event_socket.conf.xml into switch.password",
                Reason::RudeRejection => "let this address in with apply-inbound-acl in event_socket.conf.xml",
                _ => "is FreeSWITCH running there, with mod_event_socket?",
            };
            Line::todo("switch", format!("{at}: {reason}; {remedy}"))
        }
    }
}

/// The answer's text, or none.
async fn ask(client: &Client, verb: Verb, arguments: &str) -> Option<String> {
    let api = Api::new(verb, Text::new(arguments).ok()?);
    Some(client.api(api).await.ok()?.text().trim().to_owned())
}

async fn modules(client: &Client, needed: &[&str]) -> Line {
    let mut missing = Vec::new();
    for &module in needed {
        if ask(client, Verb::ModuleExists, module).await.as_deref() != Some("true") {
            missing.push(module);
        }
    }
    if missing.is_empty() {
        return Line::ok("modules", needed.join(" "));
    }
    Line::todo("modules", format!("load {} in modules.conf.xml", missing.join(", ")))
}

/// Has the switch fetch a document that only ccgate has.
async fn xml_curl(client: &Client) -> Line {
    match ask(client, Verb::XmlLocate, &format!("configuration configuration name {PROBE}")).await {
        Some(found) if found.contains(PROBE) => Line::ok("xml_curl", "the switch is served by ccgate"),
        _ => Line::todo(
            "xml_curl",
            "the switch gets nothing from ccgate: is `ccgate serve` running, and are gateway-url and gateway-credentials of \
             xml_curl.conf.xml those of [http] and [xml_curl]?",
        ),
    }
}

async fn profiles(client: &Client) -> Line {
    match ask(client, Verb::SofiaStatus, "").await {
        Some(status) if status.contains("RUNNING") => Line::ok("profiles", "phones can reach the switch"),
        _ => Line::todo("profiles", "no SIP profile is running: see `sofia status` and the switch's log for a port in use"),
    }
}
