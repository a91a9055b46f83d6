//! `ccgate serve` as a process of its own, in place of the world's: what is to be killed, or to go without.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitStatus, Output, Stdio};
use std::time::Duration;

use ccgate::config::Config;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tempfile::NamedTempFile;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::interval;

use super::{World, patience};

/// Everything, as JSON.
const LOG: [(&str, &str); 2] = [("CCGATE__LOG__FORMAT", "json"), ("CCGATE__LOG__FILTER", "debug")];
/// As many descriptors as a process has that nobody gave more.
const DESCRIPTORS: &str = "1024";
/// How often it is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// `ccgate serve`, ended when it is dropped.
pub(crate) struct Ccgate {
    process: Child,
    operations: SocketAddr,
    /// An empty file, which it reads when it starts.
    _config: NamedTempFile,
}

/// What the kernel gives a process no more than so much of; as much as there is when none.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    /// The length of any file that it writes to, in bytes.
    FileBytes(Option<u32>),
    /// Descriptors.
    Descriptors(Option<u32>),
}

impl Ccgate {
    /// In place of the world's own, with what `CCGATE_CRASH` says.
    pub(crate) fn start(w: &World, crash: &str) -> Self {
        Self::with(w, Stdio::null(), &[("CCGATE_CRASH", crash)])
    }

    /// In place of the world's own, with everything that it logs in this file, as JSON.
    pub(crate) fn logging(w: &World, file: &Path) -> Self {
        Self::logging_to(w, File::create(file).expect("a file for the log").into())
    }

    /// The same with everything that it logs there.
    pub(crate) fn logging_to(w: &World, log: Stdio) -> Self {
        Self::with(w, log, &LOG)
    }

    /// The same with a part that panics.
    pub(crate) fn panicking(w: &World, file: &Path, part: &str) -> Self {
        let log = File::create(file).expect("a file for the log");
        Self::with(w, log.into(), &[LOG[0], LOG[1], ("CCGATE_CRASH", &format!("panic:{part}"))])
    }

    fn with(w: &World, log: Stdio, more: &[(&str, &str)]) -> Self {
        let operations = SocketAddr::from(([127, 0, 0, 1], super::ports::free()));
        let (mut command, empty) = command(w, "serve");
        command.envs(more.iter().copied()).env("CCGATE__OPERATIONS__LISTEN", operations.to_string());
        let process = command.stdout(Stdio::null()).stderr(log).kill_on_drop(true).spawn();
        Self { process: process.expect("ccgate starts"), operations, _config: empty }
    }

    /// Nobody reads what it says on standard error any more.
    pub(crate) fn hear_no_more(&mut self) {
        drop(self.process.stderr.take());
    }

    /// What `/readyz` answers.
    pub(crate) async fn readyz(&self) -> (u16, Value) {
        let answer = reqwest::get(format!("http://{}/readyz", self.operations)).await.expect("the operator's listener answers");
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.expect("it is text")).expect("it is JSON"))
    }

    /// Waits until it has everything that calls need.
    pub(crate) async fn is_ready(&mut self, w: &World) {
        self.listens(w).await;
        let mut looks = interval(LOOK_EVERY);
        patience("ccgate to be ready", async {
            while self.readyz().await.0 != 200 {
                looks.tick().await;
            }
        })
        .await;
    }

    /// Gives it no more than this, from now on.
    pub(crate) async fn limit(&self, limit: Limit) {
        let (what, most) = match limit {
            Limit::FileBytes(most) => ("fsize", most),
            Limit::Descriptors(most) => ("nofile", most),
        };
        let most =
            most.map_or_else(|| if what == "nofile" { DESCRIPTORS.to_owned() } else { "unlimited".to_owned() }, |most| most.to_string());
        let id = self.process.id().expect("it runs").to_string();
        let set = Command::new("prlimit").args(["--pid", &id, &format!("--{what}={most}:")]).status().await;
        assert!(set.expect("there is util-linux").success());
    }

    /// Waits for its end.
    pub(crate) async fn ends(mut self) -> ExitStatus {
        patience("ccgate to end", self.process.wait()).await.expect("it can be waited for")
    }

    pub(crate) fn is_dead(&mut self) -> bool {
        self.ended().is_some()
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().expect("it can be asked for")
    }

    /// Waits until it listens, or is dead.
    pub(crate) async fn listens(&mut self, w: &World) {
        let mut looks = interval(LOOK_EVERY);
        patience("ccgate to listen", async {
            while TcpStream::connect(w.config().http.listen).await.is_err() && !self.is_dead() {
                looks.tick().await;
            }
        })
        .await;
    }

    /// Ends it as systemd does, and waits for its end.
    pub(crate) async fn terminate(self) -> ExitStatus {
        let id = self.process.id().expect("it runs").to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.expect("there is a kill").success());
        self.ends().await
    }

    /// Ends it with SIGKILL; how it had ended before, if it had.
    pub(crate) async fn kill(mut self) -> Option<ExitStatus> {
        let ended = self.ended();
        self.process.kill().await.expect("it can be ended");
        ended
    }
}

/// What a command of ccgate's says, beside or in place of the world's own, with its configuration.
pub(crate) async fn say(w: &World, verb: &str, arguments: &[&Path]) -> Output {
    let (mut command, _empty) = command(w, verb);
    patience(verb, command.args(arguments).output()).await.expect("it starts")
}

fn command(w: &World, verb: &str) -> (Command, NamedTempFile) {
    let empty = NamedTempFile::new().expect("a file");
    // A process is killed for writing beyond its limit where nobody says otherwise; on a disk that is full it is not.
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_ccgate"), verb, "--config"])
        .arg(empty.path())
        .envs(environment(w.config()))
        .stdin(Stdio::null());
    (command, empty)
}

/// A configuration as `ccgate serve` takes it from the environment.
fn environment(config: &Config) -> Vec<(&'static str, String)> {
    let Config { http, database, switch, xml_curl, .. } = config;
    let snapshot = xml_curl.snapshot_folder.as_ref().expect("there is a folder");
    let spool = switch.cdr_spool.as_ref().expect("there is a folder");
    vec![
        ("CCGATE__HTTP__LISTEN", http.listen.to_string()),
        ("CCGATE__DATABASE__PATH", database.path.display().to_string()),
        ("CCGATE__SWITCH__HOST", switch.host.clone()),
        ("CCGATE__SWITCH__PORT", switch.port.to_string()),
        ("CCGATE__SWITCH__PASSWORD", switch.password.expose_secret().to_owned()),
        ("CCGATE__SWITCH__CDR_SPOOL", spool.display().to_string()),
        ("CCGATE__XML_CURL__PASSWORD", xml_curl.password.expose_secret().to_owned()),
        ("CCGATE__XML_CURL__SNAPSHOT_FOLDER", snapshot.display().to_string()),
        ("CCGATE__OPERATIONS__LISTEN", "127.0.0.1:0".to_owned()),
        ("CCGATE__PUSH__ALLOW_CIDRS", "127.0.0.0/8".to_owned()),
    ]
}
