//! A real FreeSWITCH, for as long as this lives. `benches/calls` has it too.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::sleep;

use super::bare::Bare;

pub const ESL_PASSWORD: &str = "a-password-of-the-benchmark";
pub const XML_PASSWORD: &str = "a password of the XML";
/// Ports for media: below what Linux gives to sockets that did not choose. Enough for 500 calls.
const MEDIA_PORTS: (u16, u16) = (20_000, 23_999);
/// How often it is looked whether it has started, and how often at most.
const TRY_EVERY: Duration = Duration::from_millis(100);
const TRIES: usize = 600;

pub struct FreeSwitch {
    process: Child,
    pub esl: SocketAddr,
    /// Where phones register.
    pub sip: SocketAddr,
    /// Where the carrier's calls come in.
    pub external: SocketAddr,
    _folder: TempDir,
}

/// Where one is: `CCGATE_FREESWITCH`, else on the PATH.
pub fn find() -> Option<PathBuf> {
    if let Some(program) = std::env::var_os("CCGATE_FREESWITCH") {
        return Some(PathBuf::from(program));
    }
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join("freeswitch")).find(|file| file.is_file())
}

impl FreeSwitch {
    /// Where the configuration is that ccgate comes with.
    pub fn conf() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("freeswitch-conf")
    }

    /// Starts it with this configuration and its event socket at `esl`, and waits until mod_callcenter is loaded.
    pub async fn start(program: &Path, conf: &Path, esl: SocketAddr, xml_url: &str) -> Self {
        let folder = TempDir::with_prefix("ccgate-bench-").expect("a folder");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let [sip, external, carrier] = [(); 3].map(|()| SocketAddr::from(([127, 0, 0, 1], free_port())));
        let mut command = Command::new(root.join("docker/freeswitch.sh"));
        command
            .env("FREESWITCH", program)
            .env("CONF", conf)
            .env("STATE", folder.path())
            .env("CCGATE_XML_URL", xml_url)
            .env("CCGATE_CDR_URL", xml_url.replace("/xml", "/cdr"))
            .env("CCGATE_XML_USER", "freeswitch")
            .env("CCGATE_XML_PASSWORD", XML_PASSWORD)
            .env("FS_ESL_PORT", esl.port().to_string())
            .env("FS_ESL_PASSWORD", ESL_PASSWORD)
            .env("FS_SIP_IP", "127.0.0.1")
            .env("FS_SIP_PORT", sip.port().to_string())
            .env("FS_EXTERNAL_SIP_PORT", external.port().to_string())
            .env("FS_RTP_START_PORT", MEDIA_PORTS.0.to_string())
            .env("FS_RTP_END_PORT", MEDIA_PORTS.1.to_string())
            .env("FS_CARRIER_PROXY", carrier.to_string())
            .env("FS_LOG_LEVEL", "warning");
        if let Ok(modules) = std::env::var("CCGATE_FREESWITCH_MODULES") {
            command.env("MODULES", modules);
        }
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("FreeSWITCH starts");
        let switch = Self { process, esl, sip, external, _folder: folder };
        for _ in 0..TRIES {
            if switch.ready().await {
                return switch;
            }
            sleep(TRY_EVERY).await;
        }
        panic!("FreeSWITCH does not start");
    }

    async fn ready(&self) -> bool {
        let Some(mut bare) = Bare::connect(self.esl, ESL_PASSWORD).await else { return false };
        bare.ask(&["module_exists mod_callcenter".to_owned()]).await.is_some_and(|answer| answer == "true")
    }
}

impl Drop for FreeSwitch {
    fn drop(&mut self) {
        self.process.kill().expect("it can be ended");
        self.process.wait().expect("it can be waited for");
    }
}

pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
