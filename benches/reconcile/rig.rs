//! A database with agents, a switch that is served from it, and passes of the reconciler over it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use ccgate::clock::Clock;
use ccgate::domain::account::Settings;
use ccgate::domain::number::Domain;
use ccgate::domain::text::Label;
use ccgate::domain::{SwitchId, UserId};
use ccgate::esl::client::{self, ClientConfig};
use ccgate::reconcile::served::ServedQueues;
use ccgate::reconcile::task::Passes;
use ccgate::reconcile::{Options, Outcome, Reconciler, plan};
use ccgate::sim::{self, SimServerConfig};
use ccgate::store::{Store, account};
use ccgate::switch::{Observed, Switch};
use ccgate::xml_curl::{Credentials, Sources, router};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::crowd::crowd;
use crate::shared::bare::Bare;
use crate::shared::freeswitch::{ESL_PASSWORD, FreeSwitch, XML_PASSWORD, free_port};

const DOMAIN: &str = "bench.local";
/// What a pass asks for when it looks at the switch.
const LISTINGS: [&str; 5] = [
    r#"json {"command":"callcenter_config","data":{"arguments":"queue list"}}"#,
    r#"json {"command":"callcenter_config","data":{"arguments":"agent list"}}"#,
    r#"json {"command":"callcenter_config","data":{"arguments":"tier list"}}"#,
    "show channels as json",
    "show registrations as json",
];

pub struct Rig {
    reconciler: Reconciler,
    passes: Passes,
    bare: Bare,
    users: Vec<UserId>,
    switch: Box_,
    stopping: CancellationToken,
    _folder: TempDir,
}

enum Box_ {
    Simulated(sim::Handle),
    Real(FreeSwitch),
}

impl Rig {
    /// With the simulated switch, in this process.
    pub async fn simulated(agents: usize, queues: usize) -> Self {
        let data = Data::new(agents, queues).await;
        let config = SimServerConfig {
            password: ESL_PASSWORD.to_owned(),
            domain: DOMAIN.to_owned(),
            xml_curl_url: Some(data.url.clone()),
            xml_curl_auth: Some(("freeswitch".to_owned(), XML_PASSWORD.to_owned())),
            ..SimServerConfig::default()
        };
        let handle = sim::Server::start(config).await.expect("the simulated switch starts");
        handle.booted().await;
        Self::over(data, handle.address(), Box_::Simulated(handle)).await
    }

    /// With a FreeSWITCH of its own.
    pub async fn real(program: &Path, agents: usize, queues: usize) -> Self {
        let data = Data::new(agents, queues).await;
        let esl = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let switch = FreeSwitch::start(program, &FreeSwitch::conf(), esl, &data.url).await;
        Self::over(data, switch.esl, Box_::Real(switch)).await
    }

    async fn over(data: Data, esl: SocketAddr, switch: Box_) -> Self {
        let stopping = CancellationToken::new();
        let config = ClientConfig::new(esl.ip().to_string(), esl.port(), ESL_PASSWORD.into());
        let client = client::spawn(&config, stopping.clone()).expect("a client").client;
        client.connected().await.expect("a connection");
        let bare = Bare::connect(esl, ESL_PASSWORD).await.expect("a bare connection");
        let Data { reconciler, store, users, folder, .. } = data;
        let passes = Passes::new(reconciler.clone(), store, Switch::new(SwitchId(1), client), Clock::system());
        Self { reconciler, passes, bare, users, switch, stopping, _folder: folder }
    }

    /// What an empty switch has to be told.
    pub async fn commands(&self) -> Vec<String> {
        let plan = plan(&self.reconciler.desired(), &Observed::default(), &ServedQueues::default());
        plan.steps.iter().map(|step| step.api().expect("a command").line()).collect()
    }

    /// Takes everything away.
    pub async fn empty(&mut self) {
        let agents = self.users.iter().map(|user| format!("callcenter_config agent del {user}@{DOMAIN}"));
        let desired = self.reconciler.desired();
        let queues = desired.queues().map(|queue| format!("callcenter_config queue unload {}", queue.name));
        let commands: Vec<_> = agents.chain(queues).collect();
        self.bare.ask(&commands).await.expect("answers");
    }

    /// A pass that makes the switch as desired: its seconds and steps.
    pub async fn pass(&mut self) -> (f64, usize) {
        let begun = Instant::now();
        let report = self.passes.once(0).await;
        let seconds = begun.elapsed().as_secs_f64();
        assert_eq!((report.outcome, report.healed), (Outcome::Applied, report.steps), "{:?}", report.failed.first());
        (seconds, report.steps)
    }

    /// The seconds of a pass of so many steps.
    pub async fn timed(&mut self, wanted: usize) -> f64 {
        let (seconds, steps) = self.pass().await;
        assert_eq!(steps, wanted);
        seconds
    }

    /// The seconds of these commands on a bare socket.
    pub async fn bare(&mut self, commands: &[String]) -> f64 {
        let begun = Instant::now();
        self.bare.ask(commands).await.expect("answers");
        begun.elapsed().as_secs_f64()
    }

    /// Makes a difference; the seconds of the command.
    pub async fn drift(&mut self) -> f64 {
        let user = self.users[self.users.len() / 2];
        self.bare(&[format!("callcenter_config agent set wrap_up_time {user}@{DOMAIN} 99")]).await
    }

    /// The seconds that the switch itself needs to be looked at.
    pub async fn listings(&mut self) -> f64 {
        self.bare(&LISTINGS.map(str::to_owned)).await
    }

    pub async fn stop(self) {
        self.stopping.cancel();
        match self.switch {
            Box_::Simulated(handle) => handle.shutdown().await,
            Box_::Real(switch) => drop(switch),
        }
    }
}

/// The database and what the switch is served.
struct Data {
    store: Store,
    reconciler: Reconciler,
    users: Vec<UserId>,
    url: String,
    folder: TempDir,
}

impl Data {
    async fn new(agents: usize, queues: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("ccgate.db"), Clock::system()).await.expect("a database");
        let new = account::New {
            name: Label::new("Bench").expect("a name"),
            domain: Domain::parse(DOMAIN).expect("a domain"),
            event_secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3".into(),
            settings: Settings::default(),
        };
        let account = store.write(move |conn| Box::pin(async move { account::create(conn, &new).await })).await.expect("an account");
        let users = crowd(&store, account, agents, queues).await;
        let reconciler = Reconciler::new(Options::default());
        reconciler.publish(&mut store.read().await.expect("a connection")).await.expect("what should be");
        let url = serve(&reconciler).await;
        Self { store, reconciler, users, url, folder }
    }
}

async fn serve(reconciler: &Reconciler) -> String {
    let (desired, presence, served) = (reconciler.clone(), reconciler.presence().clone(), reconciler.served().clone());
    let sources = Sources {
        serves: true,
        credentials: Credentials::new("freeswitch".to_owned(), XML_PASSWORD.to_owned().into()),
        desired: Arc::new(move || desired.desired()),
        presence,
        served,
        redeem: Arc::new(|_| Box::pin(async { false })),
        spoke_with: Arc::new(|_| None),
        leave: Arc::new(|_| Box::pin(async { Ok(ccgate::service::outside::Admitted::default()) })),
        refused: Arc::new(|_| {}),
        emergency: Arc::new(|_| {}),
        record: Arc::new(|_| Box::pin(std::future::ready(true))),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/freeswitch/xml", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router(sources)).await.expect("a server") });
    url
}
