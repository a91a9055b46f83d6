//! A whole ccgate in this process with a switch of either kind.

use std::net::SocketAddr;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use ccgate::app::Running;
use ccgate::clock::Clock;
use ccgate::config::{
    Config, Database, Geo, History, Http, Log, Mode, Operations, Push, QueueEvents, Recordings, Switch, Telephony, Toll, XmlCurl,
};
use ccgate::domain::account::Settings;
use ccgate::domain::event::{REACHABLE, REPAIR, SWITCH_CONNECTED, SWITCH_DISCONNECTED, WRAP_UP};
use ccgate::domain::number::Domain;
use ccgate::domain::text::Label;
use ccgate::domain::{AccountId, UserId};
use ccgate::esl::client::State;
use ccgate::service::setup::{NewAdmin, create_account, create_admin};
use ccgate::sim::{Server, SimServerConfig};
use ccgate::store::event;
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::api::Api;
use super::freeswitch::{self, FreeSwitch, Shared};
use super::patience;
use super::phones::Phones;
use super::sink::Sink;
use super::wire::Wire;

/// The SIP domain of the first account.
pub(crate) const DOMAIN: &str = "lab.local";
const XML_PASSWORD: &str = "a password of the XML";
const SIM_PASSWORD: &str = "a password of the switch";
/// The folder of the records that the switch could not post, in the world's.
const SPOOL: &str = "cdr";
/// The folder of what the switch goes on with without ccgate.
const SNAPSHOT: &str = "snapshot";
/// More events than a test makes.
const EVENTS_MAX: u32 = 10_000;

/// Which switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The simulated one.
    Sim,
    /// A real FreeSWITCH.
    Live,
}

/// The switch itself, to break and mend.
pub(super) enum Switched {
    Sim(ccgate::sim::Handle),
    Live(Box<FreeSwitch>),
}

/// Everything a scenario needs. It is an [`Api`] with the administrator's key.
pub(crate) struct World {
    api: Api,
    account: AccountId,
    admin: UserId,
    pub(super) wire: Wire,
    door: Wire,
    running: Option<Running>,
    pub(super) switch: Switched,
    pub(crate) phones: Phones,
    pub(crate) sink: Sink,
    pub(super) config: Config,
    clock: Clock,
    _folder: TempDir,
}

impl Deref for World {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}

impl World {
    /// With the simulated switch.
    pub(crate) async fn start() -> Self {
        Self::on(Kind::Sim).await
    }

    /// With a switch of this kind; returns when ccgate has reconciled it once.
    pub(crate) async fn on(kind: Kind) -> Self {
        Self::with(kind, Clock::system(), |_| {}).await
    }

    /// The same with a clock and a configuration of the test's own.
    pub(crate) async fn with(kind: Kind, clock: Clock, edit: impl FnOnce(&mut Config)) -> Self {
        let world = Self::started(kind, clock, edit, false).await;
        world.reconciled().await;
        world
    }

    pub(super) async fn started(kind: Kind, clock: Clock, edit: impl FnOnce(&mut Config), old_files: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let url = format!("http://{address}");
        let door = Wire::to(address).await;
        let asked = format!("http://{}", door.address());
        let asked = if old_files { super::old_files::behind(&asked).await } else { asked };
        let folder = TempDir::with_prefix("ccgate-world-").expect("a folder");
        // A FreeSWITCH waits for its queues when it starts, so ccgate runs before it; the simulated one waits in the background.
        let simulated = match kind {
            Kind::Sim => Some(simulate(&asked, folder.path()).await),
            Kind::Live => None,
        };
        let (esl, password) = match &simulated {
            Some(switch) => (switch.address(), SIM_PASSWORD),
            None => (SocketAddr::from(([127, 0, 0, 1], super::ports::free())), freeswitch::ESL_PASSWORD),
        };
        let wire = Wire::to(esl).await;
        let mut config = configure(address, &folder, wire.address(), password);
        edit(&mut config);
        let running = Running::start(&config, listener, clock.clone()).await.expect("ccgate starts");
        let (account, admin, key) = account(&running, DOMAIN).await;
        let switch = match simulated {
            Some(switch) => Switched::Sim(switch),
            None => {
                let (spool, snapshot) = (&folder.path().join(SPOOL), &folder.path().join(SNAPSHOT));
                let shared = Some(Shared { spool, snapshot });
                Switched::Live(Box::new(FreeSwitch::start_with(esl, &format!("{asked}/freeswitch/xml"), XML_PASSWORD, shared).await))
            }
        };
        let phones = match &switch {
            Switched::Sim(handle) => Phones::sim(handle.clone(), DOMAIN),
            Switched::Live(switch) => Phones::live(switch, DOMAIN),
        };
        let api = Api::new(url, Some(key));
        let sink = Sink::start().await;
        Self { api, account, admin, wire, door, running: Some(running), switch, phones, sink, config, clock, _folder: folder }
    }
    /// The first account.
    pub(crate) fn account_id(&self) -> AccountId {
        self.account
    }

    /// The ccgate that runs.
    pub(crate) fn running(&self) -> &Running {
        self.running.as_ref().expect("ccgate runs")
    }

    /// The administrator.
    pub(crate) fn user_id(&self) -> i64 {
        self.admin.0
    }

    /// Waits until a pass that began after this call made the switch as desired.
    pub(crate) async fn reconciled(&self) {
        let reconciler = self.running().reconciler();
        let mut states = self.running().switch().states();
        patience("the switch to be as desired", async {
            loop {
                states.wait_for(|state| matches!(state, State::Connected(_))).await.expect("ccgate runs");
                let mut reports = reconciler.reports();
                let ticket = reconciler.wake();
                if reconciler.applied(ticket, std::time::Duration::from_secs(30)).await {
                    return;
                }
                reports.changed().await.expect("ccgate runs");
            }
        })
        .await;
    }

    /// The names of the account's events so far, in order, but for what is only on the live stream.
    pub(crate) async fn event_names(&self) -> Vec<String> {
        let mut conn = self.running().store().read().await.expect("the database can be read");
        let events = event::after(&mut conn, self.account, 0, EVENTS_MAX).await.expect("events can be read");
        let live = [REACHABLE, REPAIR, WRAP_UP, SWITCH_CONNECTED, SWITCH_DISCONNECTED];
        events.into_iter().map(|event| event.name).filter(|name| !live.contains(&name.as_str())).collect()
    }

    /// The data of the account's events of this name so far, in order.
    pub(crate) async fn told(&self, name: &str) -> Vec<serde_json::Value> {
        let mut conn = self.running().store().read().await.expect("the database can be read");
        let events = event::after(&mut conn, self.account, 0, EVENTS_MAX).await.expect("events can be read");
        events.into_iter().filter(|event| event.name == name).map(|event| event.data).collect()
    }

    /// Waits for an event of this name after the first `told`.
    pub(crate) async fn until_event(&self, told: usize, name: &str) {
        let mut commits = self.running().store().committed();
        patience(&format!("event {name}"), async {
            while !self.event_names().await[told..].iter().any(|known| known == name) {
                commits.changed().await.expect("ccgate runs");
            }
        })
        .await;
    }

    /// Sends the account's events to [`World::sink`]; gives the secret with which they are signed.
    pub(crate) async fn push_to_sink(&self) -> String {
        let url = self.sink.url().to_owned();
        let fields = serde_json::json!({"event_url": url, "event_secret": "rotate", "event_secret_overlap": 0});
        let answer = self.put("/api/account", fields).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["data"]["event_secret"].as_str().expect("a new secret is shown").to_owned()
    }

    /// Another account on the same box: a client with its administrator's key.
    pub(crate) async fn other_account(&self, domain: &str) -> Api {
        let (_, _, key) = account(self.running(), domain).await;
        self.api.with_key(&key)
    }

    /// Starts ccgate again with a clock that stands until it is moved.
    pub(crate) async fn stop_the_clock(&mut self) {
        self.clock = Clock::manual(self.clock.now());
        self.restart_ccgate().await;
        self.reconciled().await;
    }

    /// Where ccgate's time comes from.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Moves a clock that stands, and has ccgate do what is due then.
    pub(crate) async fn later(&self, seconds: i64) {
        self.clock.advance_ms(seconds * 1_000);
        self.running().service().due_once(self.clock.now()).await.expect("the database can be read");
    }

    /// Ends ccgate and starts it again on the same data and address.
    pub(crate) async fn restart_ccgate(&mut self) {
        self.stop_ccgate().await;
        self.start_ccgate().await;
    }

    /// Ends ccgate until [`World::start_ccgate`].
    pub(crate) async fn stop_ccgate(&mut self) {
        self.running.take().expect("ccgate runs").stop().await;
    }

    /// Starts it again on the same data and address.
    pub(crate) async fn start_ccgate(&mut self) {
        let listener = TcpListener::bind(self.config.http.listen).await.expect("the address is free again");
        self.running = Some(Running::start(&self.config, listener, self.clock.clone()).await.expect("ccgate starts again"));
    }

    /// Whether the world's own ccgate runs.
    pub(crate) fn runs_ccgate(&self) -> bool {
        self.running.is_some()
    }

    /// What it is started with.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The records of calls that the switch could not post.
    pub(crate) fn spooled(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.config.switch.cdr_spool.as_ref().expect("there is a folder"));
        let files = files.into_iter().flatten().map(|entry| entry.expect("the folder can be read").path());
        files.filter(|file| file.is_file()).collect()
    }

    /// Waits until there are so many of them.
    pub(crate) async fn until_spooled(&self, count: usize) {
        let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
        patience(&format!("{count} records of calls to be kept by the switch"), async {
            while self.spooled().len() != count {
                looks.tick().await;
            }
        })
        .await;
    }

    /// What the switch answers, asked on a connection of the test's own.
    pub(crate) async fn ask_switch(&self, command: &str) -> String {
        match &self.switch {
            Switched::Sim(handle) => freeswitch::api(handle.address(), SIM_PASSWORD, command).await,
            Switched::Live(switch) => switch.api(command).await,
        }
    }

    /// The programs that the simulated switch would have run; none of a real one, which does not count them.
    pub(crate) async fn programs_run(&self) -> Option<Vec<String>> {
        match &self.switch {
            Switched::Sim(handle) => Some(handle.counters().await.system_calls),
            Switched::Live(_) => None,
        }
    }

    /// What is between ccgate and the switch.
    pub(crate) fn wire(&self) -> &Wire {
        &self.wire
    }

    /// What is between the switch and ccgate's documents.
    pub(crate) fn door(&self) -> &Wire {
        &self.door
    }

    /// How often ccgate has said this on the event socket.
    pub(crate) fn heard(&self, text: &str) -> usize {
        self.wire.heard().matches(text).count()
    }

    /// How many bytes ccgate has said on the event socket.
    pub(crate) fn said(&self) -> usize {
        self.wire.heard().len()
    }

    /// The first account.
    pub(crate) fn account(&self) -> AccountId {
        self.account
    }

    /// Waits until no leg is left on the switch.
    pub(crate) async fn idle(&self) {
        let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
        patience("every leg to end", async {
            while self.ask_switch("show channels count").await.trim() != "0 total." {
                looks.tick().await;
            }
        })
        .await;
    }

    /// Ends everything.
    pub(crate) async fn stop(mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        match &mut self.switch {
            Switched::Sim(handle) => handle.shutdown().await,
            Switched::Live(switch) => switch.stop().await,
        }
    }
}

async fn simulate(url: &str, folder: &Path) -> ccgate::sim::Handle {
    let config = SimServerConfig {
        password: SIM_PASSWORD.to_owned(),
        xml_curl_url: Some(format!("{url}/freeswitch/xml")),
        cdr_url: Some(format!("{url}/freeswitch/cdr")),
        cdr_spool: Some(folder.join(SPOOL)),
        snapshot: Some(folder.join(SNAPSHOT)),
        xml_curl_auth: Some(("freeswitch".to_owned(), XML_PASSWORD.to_owned())),
        domain: DOMAIN.to_owned(),
        ..SimServerConfig::default()
    };
    Server::start(config).await.expect("the simulated switch starts")
}

fn configure(address: SocketAddr, folder: &TempDir, switch: SocketAddr, password: &str) -> Config {
    Config {
        // So that a test can come from anywhere: see Api::from.
        http: Http { listen: address, trusted_proxies: vec!["127.0.0.0/8".parse().expect("a network")], ..Http::default() },
        https: None,
        database: Database { path: folder.path().join("ccgate.db") },
        switch: Switch {
            host: switch.ip().to_string(),
            port: switch.port(),
            user: None,
            password: password.to_owned().into(),
            allow_default_esl_password: false,
            mode: Mode::Manage,
            cdr_spool: Some(folder.path().join(SPOOL)),
        },
        xml_curl: XmlCurl {
            user: "freeswitch".to_owned(),
            password: XML_PASSWORD.to_owned().into(),
            snapshot_folder: Some(folder.path().join(SNAPSHOT)),
        },
        telephony: Telephony::default(),
        toll: Toll::default(),
        recordings: Recordings { folder: folder.path().join("recordings").display().to_string(), ..Recordings::default() },
        geo: Geo::default(),
        push: Push { allow_cidrs: vec!["127.0.0.0/8".parse().expect("a network")], ..Push::default() },
        queue_events: QueueEvents::default(),
        history: History::default(),
        operations: Operations { listen: SocketAddr::from(([127, 0, 0, 1], 0)) },
        log: Log::default(),
    }
}

async fn account(running: &Running, domain: &str) -> (AccountId, UserId, String) {
    let name = Label::new(domain).expect("a name");
    let account = create_account(running.store(), name.clone(), Domain::parse(domain).expect("a domain"), Settings::default()).await;
    let account = account.expect("a new account");
    let (username, email) = (format!("admin@{domain}"), format!("admin@{domain}"));
    let admin = create_admin(running.store(), account, NewAdmin { name, username, email, password: None }).await.expect("an administrator");
    // The account was made behind the service's back.
    running.reconciler().wake();
    (account, admin.user_id, admin.key.expose().to_owned())
}
