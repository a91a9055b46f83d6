//! `ccgate serve` as a process of its own, in place of the world's: what is to be killed.

use std::fs::File;
use std::path::Path;
use std::process::{ExitStatus, Output, Stdio};
use std::time::Duration;

use ccgate::config::Config;
use secrecy::ExposeSecret as _;
use tempfile::NamedTempFile;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::interval;

use super::{World, patience};

/// How often it is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// `ccgate serve`, ended when it is dropped.
pub(crate) struct Ccgate {
    process: Child,
    /// An empty file, which it reads when it starts.
    _config: NamedTempFile,
}

impl Ccgate {
    /// In place of the world's own, with what `CCGATE_CRASH` says.
    pub(crate) fn start(w: &World, crash: &str) -> Self {
        Self::with(w, Stdio::null(), &[("CCGATE_CRASH", crash)])
    }

    /// In place of the world's own, with everything that it logs in this file, as JSON.
    pub(crate) fn logging(w: &World, file: &Path) -> Self {
        let log = File::create(file).expect("a file for the log");
        Self::with(w, log.into(), &[("CCGATE__LOG__FORMAT", "json"), ("CCGATE__LOG__FILTER", "debug")])
    }

    fn with(w: &World, log: Stdio, more: &[(&str, &str)]) -> Self {
        let (mut command, empty) = command(w, "serve");
        let process = command.envs(more.iter().copied()).stdout(Stdio::null()).stderr(log).kill_on_drop(true).spawn();
        Self { process: process.expect("ccgate starts"), _config: empty }
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
    pub(crate) async fn terminate(mut self) -> ExitStatus {
        let id = self.process.id().expect("it runs").to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.expect("there is a kill").success());
        patience("ccgate to end", self.process.wait()).await.expect("it can be waited for")
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
    let mut command = Command::new(env!("CARGO_BIN_EXE_ccgate"));
    command.args([verb, "--config"]).arg(empty.path()).envs(environment(w.config())).stdin(Stdio::null());
    (command, empty)
}

/// A configuration as `ccgate serve` takes it from the environment.
fn environment(config: &Config) -> Vec<(&'static str, String)> {
    let Config { http, database, switch, xml_curl, .. } = config;
    let spool = switch.cdr_spool.as_ref().expect("there is a folder");
    vec![
        ("CCGATE__HTTP__LISTEN", http.listen.to_string()),
        ("CCGATE__DATABASE__PATH", database.path.display().to_string()),
        ("CCGATE__SWITCH__HOST", switch.host.clone()),
        ("CCGATE__SWITCH__PORT", switch.port.to_string()),
        ("CCGATE__SWITCH__PASSWORD", switch.password.expose_secret().to_owned()),
        ("CCGATE__SWITCH__CDR_SPOOL", spool.display().to_string()),
        ("CCGATE__XML_CURL__PASSWORD", xml_curl.password.expose_secret().to_owned()),
        ("CCGATE__OPERATIONS__LISTEN", "127.0.0.1:0".to_owned()),
        ("CCGATE__PUSH__ALLOW_CIDRS", "127.0.0.0/8".to_owned()),
    ]
}
