//! The document's own clients, in docs/examples, run against a ccgate, with the libraries that they use, which are in tests/vendor. Where an interpreter is not
//! on the machine, its test is shown as ignored.

use std::process::Stdio;

use libtest_mimic::Trial;
use serde_json::{Value, json};
use tokio::process::Command;

use super::{error, session};
use crate::facade::callcenter::{data, seated};
use crate::facade::updateagentstate::{boss, does};
use crate::harness::{World, trial};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/examples");
/// Where libraries are.
const VENDOR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vendor");
type Language = (&'static str, &'static [&'static str], fn() -> Trial);

/// A program, what tells whether it is there, and the test that needs it.
const LANGUAGES: [Language; 6] = [
    ("curl", &["--version"], || trial(concat!(module_path!(), "::curl"), || run(&["sh"], ".sh"))),
    ("curl", &["--version"], || trial(concat!(module_path!(), "::update_agent_state"), update_agent_state)),
    ("python3", &["--version"], || trial(concat!(module_path!(), "::python"), || run(&["python3"], ".py"))),
    ("node", &["-e", "fetch"], || trial(concat!(module_path!(), "::javascript"), || run(&["node"], ".js"))),
    ("node", &["-e", "fetch"], || trial(concat!(module_path!(), "::axios"), || run(&["node"], "_axios.js"))),
    ("php", &["--version"], || trial(concat!(module_path!(), "::php"), || run(&PHP, ".php"))),
];

const PHP: [&str; 3] = ["php", "-d", concat!("auto_prepend_file=", env!("CARGO_MANIFEST_DIR"), "/tests/vendor/pear/autoload.php")];

pub(crate) fn trials() -> Vec<Trial> {
    let is_there = |program: &str, args: &[&str]| {
        let tried = std::process::Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    };
    LANGUAGES.into_iter().map(|(program, args, test)| test().with_ignored_flag(!is_there(program, args))).collect()
}

async fn answer(mut command: Command) -> Value {
    let output = command.output().await.expect("the example runs");
    let said = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said} {}", String::from_utf8_lossy(&output.stderr)))
}

async fn run(program: &[&str], ending: &str) {
    let mut w = World::start().await;
    let (user, _) = seated(&mut w, "1001").await;
    let ssid = session(&w, "1001").await;
    let ask = async || {
        let mut command = Command::new(program[0]);
        command.args(&program[1..]).arg(format!("{EXAMPLES}/agent-profile/agent_on_break{ending}"));
        command.env("CCGATE", w.base()).env("SSID", &ssid).env("NO_PROXY", "*").env("NODE_PATH", format!("{VENDOR}/axios"));
        answer(command).await
    };
    assert_eq!(ask().await, error(1502, "On break is : 0"));
    data(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id=1")).await);
    assert_eq!(ask().await["data"]["breakDetail"]["name"], json!("Break"));
    w.stop().await;
}

async fn update_agent_state() {
    let mut w = World::start().await;
    seated(&mut w, "1001").await;
    boss(&w).await;
    let mut command = Command::new("sh");
    command.arg(format!("{EXAMPLES}/update-agent-state/pause.sh")).env("CCGATE", w.base());
    command.env("CCGATE_USER", "boss").env("CCGATE_PASSWORD_MD5", "a0a475cf454cf9a06979034098167b9e");
    command.env("AGENT", "1001").env("NO_PROXY", "*");
    let answer = answer(command).await;
    assert_eq!((&answer["status"], &answer["data"]), (&json!("ok"), &does(&w, "action=showstate&agent=1001").await));
    w.stop().await;
}
