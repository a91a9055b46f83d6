//! The document's own snippet, in docs/examples, and how its event is made. Where an interpreter is not on the machine, its test is shown as ignored.

use std::process::Stdio;

use libtest_mimic::Trial;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use super::{Agent, states};
use crate::harness::{World, patience, ports, trial};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/examples/queue-agent-events");

pub(crate) fn trials() -> Vec<Trial> {
    let is_there = |program: &str| {
        let tried = std::process::Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    };
    let curl = trial(concat!(module_path!(), "::curl"), || async {
        let mut w = World::start().await;
        let agent = Agent::new(&mut w, "local").await;
        let made = add(&w, &agent, "https://somehost.com/fordel/show.php").await;
        assert_eq!((&made["event_type"], w.get(&agent.path).await.body), (&"agent-login".into(), Value::Array(vec![made.clone()])));
        w.stop().await;
    });
    let php = trial(concat!(module_path!(), "::php"), php);
    vec![curl.with_ignored_flag(!is_there("curl")), php.with_ignored_flag(!(is_there("php") && is_there("curl")))]
}

/// Makes the document's event.
async fn add(w: &World, agent: &Agent, url: &str) -> Value {
    let mut command = Command::new("sh");
    command.arg(format!("{EXAMPLES}/add_event.sh")).env("CCGATE", w.base()).env("CLIENT_ID", w.account_id().to_string());
    command.env("API_KEY", w.key()).env("AGENT_ID", agent.user.to_string()).env("URL", url).env("NO_PROXY", "*");
    let output = command.output().await.expect("the example runs");
    let said = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said} {}", String::from_utf8_lossy(&output.stderr)))
}

/// The document's script, served by PHP itself, logs what the document says.
async fn php() {
    let mut w = World::start().await;
    let agent = Agent::new(&mut w, "local").await;
    let port = ports::free();
    let mut server = Command::new("php");
    server.args(["-S", &format!("127.0.0.1:{port}"), "-t", EXAMPLES]).stderr(Stdio::piped()).stdout(Stdio::null()).kill_on_drop(true);
    let mut server = server.spawn().expect("PHP serves");
    let mut log = BufReader::new(server.stderr.take().expect("it is piped")).lines();
    let mut until = async |text: &str| {
        patience(text, async {
            loop {
                let line = log.next_line().await.expect("a log").expect("PHP goes on");
                if line.contains(text) {
                    return;
                }
            }
        })
        .await;
    };
    until("started").await;
    add(&w, &agent, &format!("http://127.0.0.1:{port}/show.php")).await;
    agent.enters(&w).await;
    until("------").await;
    assert_eq!(states(&w, "agent:available").await.len(), 1);
    until("agent_status => available").await;
    server.kill().await.expect("PHP ends");
    w.stop().await;
}
