//! A real FreeSWITCH with `freeswitch-conf/`, its folders and ports its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use libtest_mimic::Trial;
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval};

use super::process::{Process, on_path};
use super::{patience, ports};

/// The password of its event socket.
pub(crate) const ESL_PASSWORD: &str = "a-password-of-the-tests";
/// How often a switch that starts is tried.
const TRY_EVERY: Duration = Duration::from_millis(50);

/// Where a FreeSWITCH is: `CCGATE_FREESWITCH` (the program), else the one on the path.
pub(crate) fn find() -> Option<PathBuf> {
    match std::env::var_os("CCGATE_FREESWITCH") {
        Some(program) => Some(PathBuf::from(program)).filter(|program| program.is_file()),
        None => on_path("freeswitch"),
    }
}

/// A test that needs one, and SIPp. Without them it is listed as ignored, but fails where `CCGATE_LIVE=1` says that they must be there.
pub(crate) fn live<F>(name: impl Into<String>, test: fn() -> F) -> Trial
where
    F: Future<Output = ()> + 'static,
{
    let wanted = std::env::var("CCGATE_LIVE").is_ok_and(|value| value == "1");
    let missing = find().is_none() || !super::sipp::found();
    super::trial(name, test).with_ignored_flag(missing && !wanted)
}

/// Folders that it shares with ccgate.
#[derive(Clone, Copy)]
pub(crate) struct Shared<'a> {
    /// Of the records of calls that it could not post.
    pub(crate) spool: &'a Path,
    /// Of what it goes on with without ccgate.
    pub(crate) snapshot: &'a Path,
}

/// One that runs, until it is dropped.
pub(crate) struct FreeSwitch {
    /// Before its folder, so that it is ended before that is removed.
    process: Option<Process>,
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
    esl: SocketAddr,
    sip: SocketAddr,
    external: SocketAddr,
    carrier: SocketAddr,
}

impl FreeSwitch {
    /// Starts one with its event socket at `esl` that asks `xml_url` with the user `freeswitch` and this password, and waits until
    /// mod_callcenter is loaded.
    pub(crate) async fn start(esl: SocketAddr, xml_url: &str, xml_password: &str) -> Self {
        Self::start_with(esl, xml_url, xml_password, None).await
    }

    /// The same with folders that it shares with ccgate.
    pub(crate) async fn start_with(esl: SocketAddr, xml_url: &str, xml_password: &str, shared: Option<Shared<'_>>) -> Self {
        let program = find().expect("a FreeSWITCH; live tests are not listed as run without one");
        let folder = TempDir::with_prefix("ccgate-freeswitch-").expect("a folder");
        let here = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        let [sip, external, carrier] = [(); 3].map(|()| here(ports::free()));
        let media = ports::media();
        let conf = Path::new(env!("CARGO_MANIFEST_DIR")).join("freeswitch-conf");
        let mut variables = vec![
            ("FREESWITCH", program.display().to_string()),
            ("CONF", conf.display().to_string()),
            ("STATE", folder.path().display().to_string()),
            ("CCGATE_XML_URL", xml_url.to_owned()),
            ("CCGATE_CDR_URL", xml_url.replace("/xml", "/cdr")),
            ("CCGATE_XML_USER", "freeswitch".to_owned()),
            ("CCGATE_XML_PASSWORD", xml_password.to_owned()),
            ("FS_ESL_PORT", esl.port().to_string()),
            ("FS_ESL_PASSWORD", ESL_PASSWORD.to_owned()),
            ("FS_SIP_IP", "127.0.0.1".to_owned()),
            ("FS_SIP_PORT", sip.port().to_string()),
            ("FS_EXTERNAL_SIP_PORT", external.port().to_string()),
            ("FS_RTP_START_PORT", media.start().to_string()),
            ("FS_RTP_END_PORT", media.end().to_string()),
            ("FS_CARRIER_PROXY", carrier.to_string()),
            ("FS_LOG_LEVEL", "debug".to_owned()),
        ];
        if let Some(Shared { spool, snapshot }) = shared {
            variables.push(("FS_CDR_SPOOL", spool.display().to_string()));
            variables.push(("FS_SNAPSHOT", snapshot.display().to_string()));
        }
        if let Ok(modules) = std::env::var("CCGATE_FREESWITCH_MODULES") {
            variables.push(("MODULES", modules));
        }
        let mut switch = Self { folder, variables, esl, sip, external, carrier, process: None };
        switch.start_again().await;
        switch
    }

    /// Where its event socket listens.
    pub(crate) fn esl(&self) -> SocketAddr {
        self.esl
    }

    /// Where phones register and call.
    pub(crate) fn sip(&self) -> SocketAddr {
        self.sip
    }

    /// Where the carrier's calls come in.
    pub(crate) fn external(&self) -> SocketAddr {
        self.external
    }

    /// Where it sends calls to numbers outside; nobody is there until a test puts a phone.
    pub(crate) fn carrier(&self) -> SocketAddr {
        self.carrier
    }

    /// Its log.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("log").join("freeswitch.log")
    }

    /// Changes mod_callcenter's own database.
    pub(crate) async fn edit_callcenter(&self, sql: &'static str, values: &[&str]) {
        let file = self.folder.path().join("db").join("callcenter.db");
        let mut db = SqliteConnection::connect(&file.display().to_string()).await.expect("mod_callcenter's database");
        let query = values.iter().fold(sqlx::query(sql), |query, value| query.bind((*value).to_owned()));
        query.execute(&mut db).await.expect("a change of it");
        db.close().await.expect("the database is closed");
    }

    /// Asks one thing on a connection of its own: `api <command>`, its reply.
    pub(crate) async fn api(&self, command: &str) -> String {
        api(self.esl, ESL_PASSWORD, command).await
    }

    /// Ends it in order: channels are hung up, its databases are closed.
    pub(crate) async fn stop(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        // It may end before it has answered.
        let _ = try_api(self.esl, ESL_PASSWORD, "fsctl shutdown now").await;
        process.ended().await;
    }

    /// Ends it as a power failure does.
    pub(crate) async fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await;
        }
    }

    /// Removes mod_callcenter's database of a switch that is ended.
    pub(crate) fn remove_callcenter_database(&self) {
        let database = self.folder.path().join("db").join("callcenter.db");
        std::fs::remove_file(&database).unwrap_or_else(|error| panic!("{}: {error}", database.display()));
    }

    /// Starts it again with the same folders and ports; waits until mod_callcenter is loaded, which comes last.
    pub(crate) async fn start_again(&mut self) {
        self.process = Some(Process::start_quiet("freeswitch.sh", &self.variables));
        let mut tries = interval(TRY_EVERY);
        tries.set_missed_tick_behavior(MissedTickBehavior::Delay);
        patience(&format!("FreeSWITCH to start; its log is {}", self.log().display()), async {
            loop {
                tries.tick().await;
                if try_api(self.esl, ESL_PASSWORD, "module_exists mod_callcenter").await.is_ok_and(|reply| reply.trim() == "true") {
                    break;
                }
            }
        })
        .await;
    }

    /// Ends it and starts it again.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.start_again().await;
    }
}

/// Asks one thing of the switch at this address; its reply.
pub(crate) async fn api(esl: SocketAddr, password: &str, command: &str) -> String {
    patience(&format!("the reply to {command}"), try_api(esl, password, command)).await.unwrap_or_else(|error| panic!("{command}: {error}"))
}

/// The same, of a switch that may not answer.
pub(crate) async fn try_api(esl: SocketAddr, password: &str, command: &str) -> std::io::Result<String> {
    let mut socket = BufReader::new(TcpStream::connect(esl).await?);
    frame(&mut socket).await?;
    socket.write_all(format!("auth {password}\n\n").as_bytes()).await?;
    frame(&mut socket).await?;
    socket.write_all(format!("api {command}\n\n").as_bytes()).await?;
    frame(&mut socket).await
}

impl Drop for FreeSwitch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let text = std::fs::read_to_string(self.log()).unwrap_or_default();
            let last: Vec<_> = text.lines().rev().take(60).collect();
            eprintln!("FreeSWITCH, the last lines of its log:");
            last.iter().rev().for_each(|line| eprintln!("  {line}"));
        }
    }
}

/// Reads one frame; its body, else nothing.
async fn frame(socket: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut body_bytes = 0;
    let mut line = String::new();
    loop {
        line.clear();
        if socket.read_line(&mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some(length) = line.strip_prefix("Content-Length:") {
            body_bytes = length.trim().parse().map_err(std::io::Error::other)?;
        }
    }
    let mut body = vec![0; body_bytes];
    socket.read_exact(&mut body).await?;
    Ok(String::from_utf8_lossy(&body).into_owned())
}
