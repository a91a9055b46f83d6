//! `ccgate serve` as a process of its own, in place of the world's: what is to be killed.

use std::process::{ExitStatus, Stdio};
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
        let empty = NamedTempFile::new().expect("a file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_ccgate"));
        command.args(["serve", "--config"]).arg(empty.path()).envs(environment(w.config())).env("CCGATE_CRASH", crash);
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn();
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

    /// Ends it with SIGKILL; how it had ended before, if it had.
    pub(crate) async fn kill(mut self) -> Option<ExitStatus> {
        let ended = self.ended();
        self.process.kill().await.expect("it can be ended");
        ended
    }
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
