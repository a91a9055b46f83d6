//! SIPp as phones of agents and as callers, with the scenarios of `docker/sipp`.

use std::fmt::Write as _;
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use tempfile::TempDir;

use crate::shared::freeswitch::{FreeSwitch, free_port};
use crate::shared::serve::{Agent, DOMAIN, PHONE_PASSWORD, QUEUES, number};

const RING_MS: u64 = 20;
const TALK_MS: u64 = 2_500;
/// Nobody waits so long.
const DAY_MS: u64 = 86_400_000;
const REGISTRATIONS_A_SECOND: usize = 50;

pub fn found() -> bool {
    Command::new("sipp").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// One SIPp for every agent's phone, until it is dropped: it rings shortly, answers, and hangs up after a while.
pub struct Phones {
    process: Child,
    folder: TempDir,
}

impl Phones {
    /// Registers them.
    pub fn register(switch: &FreeSwitch, agents: &[Agent]) -> Self {
        let folder = TempDir::with_prefix("ccgate-bench-").expect("a folder");
        let contact = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let phone = scenario(folder.path(), "answer", &[("RING_MS", RING_MS), ("TALK_MS", TALK_MS)]);
        let mut process = sipp(folder.path(), &phone, contact.port());
        let process = process.spawn().expect("SIPp runs");
        let mut rows = "SEQUENTIAL\n".to_owned();
        for Agent { phone, .. } in agents {
            writeln!(rows, "{phone};{DOMAIN};[authentication username={phone} password={PHONE_PASSWORD}];{contact};3600").expect("text");
        }
        let register = scenario(folder.path(), "register", &[]);
        let mut registering = sipp(folder.path(), &register, free_port());
        registering.arg(switch.sip.to_string()).arg("-inf").arg(input(folder.path(), &rows)).args(["-timeout", "60s", "-timeout_error"]);
        registering.args(["-m", &agents.len().to_string(), "-r", &REGISTRATIONS_A_SECOND.to_string()]);
        let registered = registering.status().expect("SIPp runs");
        assert!(registered.success(), "not every phone registered: {registered}");
        Self { process, folder }
    }

    /// So many callers at this rate, each to the next queue; waits until the last one is gone.
    pub async fn call(&self, switch: &FreeSwitch, calls: usize, a_second: usize) -> ExitStatus {
        let mut rows = "SEQUENTIAL\n".to_owned();
        for caller in 0..1_000 {
            writeln!(rows, "97250{caller:07};127.0.0.1;;{}", number(caller % QUEUES)).expect("text");
        }
        let folder = self.folder.path();
        let caller = scenario(folder, "call", &[("GIVE_UP_MS", 30_000), ("TALK_MS", DAY_MS)]);
        let mut calling = sipp(folder, &caller, free_port());
        calling.arg(switch.external.to_string()).arg("-inf").arg(input(folder, &rows));
        calling.args(["-m", &calls.to_string(), "-r", &a_second.to_string(), "-l", &calls.to_string()]);
        tokio::task::spawn_blocking(move || calling.status().expect("SIPp runs")).await.expect("no panic")
    }
}

impl Drop for Phones {
    fn drop(&mut self) {
        self.process.kill().expect("it can be ended");
        self.process.wait().expect("it can be waited for");
    }
}

fn sipp(folder: &Path, scenario: &Path, port: u16) -> Command {
    let mut command = Command::new("sipp");
    command.arg("-sf").arg(scenario).args(["-i", "127.0.0.1", "-p", &port.to_string(), "-nostdin", "-aa"]);
    let errors = scenario.with_extension("errors");
    command.arg("-trace_err").arg("-error_file").arg(errors);
    let said = File::create(scenario.with_extension("log")).expect("a file");
    command.current_dir(folder).stdin(Stdio::null()).stdout(said).stderr(Stdio::null());
    command
}

/// A scenario with what `docker/*.sh` would put into it.
fn scenario(folder: &Path, name: &str, values: &[(&str, u64)]) -> PathBuf {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("docker/sipp");
    let read = |name: &str| std::fs::read_to_string(templates.join(name)).expect("a scenario");
    let mut text =
        read(&format!("{name}.xml")).replace("  <!-- @TALK@ -->", &read("talk.xml")).replace("@NAME@", "").replace("@PROGRESS@", "ring");
    for (key, value) in values {
        text = text.replace(&format!("@{key}@"), &value.to_string());
    }
    let path = folder.join(format!("{name}.xml"));
    std::fs::write(&path, text).expect("a file");
    path
}

fn input(folder: &Path, rows: &str) -> PathBuf {
    let path = folder.join(format!("{}.csv", free_port()));
    std::fs::write(&path, rows).expect("a file");
    path
}
