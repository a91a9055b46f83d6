//! A `ccgate serve` of its own: what it needs is its own.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ccgate::clock::Clock;
use ccgate::domain::AccountId;
use ccgate::store::Store;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::freeswitch::{ESL_PASSWORD, XML_PASSWORD, free_port};

/// The SIP domain of its account.
pub const DOMAIN: &str = "bench.local";
/// Every phone's.
pub const PHONE_PASSWORD: &str = "a-phone's-password";
pub const AGENTS: usize = 200;
/// Every agent serves one of them.
pub const QUEUES: usize = 4;
const FIRST_PHONE: usize = 1_001;
/// Files of its folder.
const CONFIG: &str = "ccgate.toml";
const DATABASE: &str = "ccgate.db";
const LOG: &str = "log";
/// How often it is looked whether it answers.
const POLL: Duration = Duration::from_millis(20);
/// Clock ticks of `/proc/<pid>/stat` in a second: Linux gives every process 100.
const TICKS_A_SECOND: f64 = 100.0;

/// Ends when it is dropped.
pub struct Ccgate {
    child: Child,
    client: reqwest::Client,
    /// Where it is asked.
    pub address: SocketAddr,
    operations: SocketAddr,
    /// An administrator's.
    pub key: String,
    /// Where it looks for the switch.
    pub esl: SocketAddr,
    folder: TempDir,
}

/// An agent and its phone.
pub struct Agent {
    pub user: i64,
    device: i64,
    pub phone: String,
}

/// How much of the processor it has used, and when.
pub struct Used {
    seconds: f64,
    at: Instant,
}

impl Ccgate {
    /// Starts it, and waits until it answers. Nobody is at `esl` yet.
    pub async fn start() -> Self {
        Self::start_with(async |_, _| ()).await
    }

    /// The same with what is put into the database before, where its own ways would take too long.
    pub async fn start_with(seed: impl AsyncFnOnce(&Store, AccountId)) -> Self {
        let folder = TempDir::with_prefix("ccgate-bench-").expect("a folder");
        let [address, esl, operations] = [(); 3].map(|()| SocketAddr::from(([127, 0, 0, 1], free_port())));
        let text = format!(
            "[http]\nlisten = '{address}'\n[database]\npath = '{}'\n[switch]\nport = {}\npassword = '{ESL_PASSWORD}'\n\
             [xml_curl]\npassword = '{XML_PASSWORD}'\n[push]\nallow_cidrs = ['127.0.0.0/8']\n[log]\nformat = 'json'\n\
             [operations]\nlisten = '{operations}'\n",
            folder.path().join(DATABASE).display(),
            esl.port()
        );
        std::fs::write(folder.path().join(CONFIG), text).expect("a file");
        let user = ["user", "create", "--admin", "--domain", DOMAIN, "--username", "bench", "--email", "bench@example.com"];
        let made = command(folder.path(), &user).output().expect("ccgate runs");
        let printed = String::from_utf8_lossy(&made.stdout).into_owned();
        let key = printed.lines().find_map(|line| line.strip_prefix("api_key=")).expect("a key").to_owned();
        let account = printed.lines().find_map(|line| line.strip_prefix("account_id=")).expect("an account").parse().expect("an id");
        let store = Store::open(&folder.path().join(DATABASE), Clock::system()).await.expect("the database");
        seed(&store, AccountId(account)).await;
        store.close().await;
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let child = serve(folder.path());
        let ccgate = Self { child, client, address, operations, key, esl, folder };
        ccgate.answers(&format!("http://{address}")).await;
        ccgate
    }

    /// Ends it and starts it again; how long it takes until it can be asked, and until the switch is as it should be.
    pub async fn restart(&mut self) -> (Duration, Duration) {
        self.child.kill().expect("it can be ended");
        self.child.wait().expect("it can be waited for");
        let begun = Instant::now();
        self.child = serve(self.folder.path());
        self.answers(&format!("http://{}", self.address)).await;
        let answered = begun.elapsed();
        let url = format!("http://{}/readyz", self.operations);
        while !self.client.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
            sleep(POLL).await;
        }
        (answered, begun.elapsed())
    }

    async fn answers(&self, url: &str) {
        while self.client.get(url).send().await.is_err() {
            sleep(POLL).await;
        }
    }

    /// Where a switch asks it.
    pub fn xml_url(&self) -> String {
        format!("http://{}/freeswitch/xml", self.address)
    }

    /// Its database.
    pub fn database(&self) -> PathBuf {
        self.folder.path().join(DATABASE)
    }

    /// What it answers a switch that asks this.
    pub async fn xml(&self, form: &str) -> String {
        let request = self.client.post(self.xml_url()).basic_auth("freeswitch", Some(XML_PASSWORD)).body(form.to_owned());
        request.send().await.expect("an answer").text().await.expect("text")
    }

    /// The agents, queues and numbers. The events go to `sink`.
    pub async fn seed(&self, sink: Option<&str>) -> Vec<Agent> {
        self.ask(Method::PUT, "/api/account", &json!({"event_url": sink})).await;
        let mut agents = Vec::new();
        for place in 0..AGENTS {
            let phone = (FIRST_PHONE + place).to_string();
            let user = json!({
                "name": format!("Agent {phone}"), "username": format!("agent{phone}"), "email": format!("{phone}@example.com"),
                "password": "Ab123456", "is_agent": true, "wrap_up_time": 0,
            });
            let user = id(&self.ask(Method::POST, "/api/user", &user).await);
            let device = json!({"name": phone, "type": "sip", "username": phone, "password": PHONE_PASSWORD, "user_id": user});
            let device = id(&self.ask(Method::POST, "/api/device", &device).await);
            agents.push(Agent { user, device, phone });
        }
        for queue in 0..QUEUES {
            let users: Vec<_> = agents.iter().skip(queue).step_by(QUEUES).map(|agent| json!([agent.user, 3, 1, 1])).collect();
            let made =
                json!({"name": format!("Queue {queue}"), "strategy": "longest-idle-agent", "time_base_score": "queue", "users": users});
            let made = id(&self.ask(Method::POST, "/api/cc_queue", &made).await);
            let extension = json!({"name": "Queue", "number": number(queue), "kind": "did", "target": "queue", "target_id": made});
            self.ask(Method::POST, "/api/extension", &extension).await;
        }
        agents
    }

    /// Every agent sits down at its phone.
    pub async fn check_in(&self, agents: &[Agent]) {
        for agent in agents {
            let path = format!("/api/cc_agent/checkInDevice?user_id={}&device_id={}&forceCheckOut=1", agent.user, agent.device);
            let answer = self.ask(Method::GET, &path, &Value::Null).await;
            assert_eq!(answer.get("applied"), None, "the switch does not have it: {answer}");
        }
    }

    /// An answer that does not end.
    pub async fn stream(&self, path: &str) -> reqwest::Response {
        let answer =
            self.client.get(format!("http://{}{path}", self.address)).header("x-api-key", &self.key).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer
    }

    /// How often it mended something at the switch.
    pub async fn repairs(&self) -> usize {
        let listed = self.ask(Method::GET, "/api/repair?limit=500", &Value::Null).await;
        listed["data"].as_array().expect("a list").len()
    }

    pub async fn ask(&self, method: Method, path: &str, body: &Value) -> Value {
        let mut request = self.client.request(method, format!("http://{}{path}", self.address)).header("x-api-key", &self.key);
        if !body.is_null() {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let bytes = request.send().await.expect("an answer").bytes().await.expect("an answer");
        let answer: Value = serde_json::from_slice(&bytes).expect("JSON");
        assert_eq!(answer["success"], true, "{path}: {answer}");
        answer
    }

    pub fn used(&self) -> Used {
        let stat = self.proc("stat");
        // The second field is the program's name in brackets.
        let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks: f64 = fields[11..13].iter().map(|ticks| ticks.parse::<f64>().expect("a number")).sum();
        Used { seconds: ticks / TICKS_A_SECOND, at: Instant::now() }
    }

    /// Its memory now and the most it ever had, in millions of bytes.
    pub fn memory_mb(&self) -> (f64, f64) {
        let status = self.proc("status");
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("its memory");
            line.trim().trim_end_matches("kB").trim().parse::<f64>().expect("a number") * 1_024.0 / 1e6
        };
        (of("VmRSS:"), of("VmHWM:"))
    }

    fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).expect("ccgate runs")
    }

    /// Lines of its log so far.
    pub fn log(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.folder.path().join(LOG)).expect("its log");
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect()
    }
}

impl Used {
    /// Processors since then.
    pub fn cores_since(&self, before: &Self) -> f64 {
        (self.seconds - before.seconds) / self.at.duration_since(before.at).as_secs_f64()
    }
}

impl Drop for Ccgate {
    fn drop(&mut self) {
        self.child.kill().expect("it can be ended");
        self.child.wait().expect("it can be waited for");
    }
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ccgate"));
    command.args(args).arg("--config").arg(folder.join(CONFIG));
    command
}

fn serve(folder: &Path) -> Child {
    let log = File::options().create(true).append(true).open(folder.join(LOG)).expect("a file");
    command(folder, &["serve"]).stdin(Stdio::null()).stderr(log).spawn().expect("ccgate runs")
}

/// What callers of that queue dial.
pub fn number(queue: usize) -> String {
    format!("9723700{queue}")
}

fn id(answer: &Value) -> i64 {
    answer["data"]["id"].as_i64().expect("an id")
}
