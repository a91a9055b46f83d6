//! A database, a switch of either kind that is served from it, and a reconciler between them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse as _;
use ccgate::clock::Clock;
use ccgate::domain::device::{A1Hash, Line, Ring};
use ccgate::domain::extension::{Kind as ExtensionKind, Target};
use ccgate::domain::number::{Domain, ExtensionNumber, Gateway, SipUser};
use ccgate::domain::queue::{Mode, Settings as QueueSettings};
use ccgate::domain::text::Label;
use ccgate::domain::user::{PasswordHash, Settings as UserSettings};
use ccgate::domain::{AccountId, Agent, Device, DeviceId, Membership, QueueId, SwitchId, UserId, account as domain_account};
use ccgate::esl::client::{self, Client, ClientConfig};
use ccgate::reconcile::{self, Options, Outcome, Reconciler, Report};
use ccgate::sim::{self, SimServerConfig};
use ccgate::store::{self, Conn, Store};
use ccgate::switch::Switch;
use ccgate::xml_curl::{Credentials, Sources, router};
use futures_util::future::BoxFuture;
use md5::{Digest as _, Md5};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::harness::freeswitch::{ESL_PASSWORD, FreeSwitch, api};
use crate::harness::patience;
use crate::harness::phones::{Behaviour, Phones};
use crate::harness::ports;
use crate::harness::wire::Wire;

pub(crate) const DOMAIN: &str = "lab.local";
const PHONE_PASSWORD: &str = "a-phones-password";
const XML_PASSWORD: &str = "the-switchs-password";
/// How long a configuration change is waited for.
pub(crate) const APPLY: Duration = Duration::from_secs(10);

/// Which switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The simulated one.
    Sim,
    /// FreeSWITCH.
    Live,
}

/// The switch itself, past ccgate.
pub(crate) enum Box_ {
    Sim(sim::Handle),
    Live(Box<FreeSwitch>),
}

/// All of it. Agents 1 and 2, phones 1001 and 1002 (devices 1 and 2, extensions 201 and 202), queues 1 and 2; agent 1 sits at phone 1001 and has
/// joined queue 1.
pub(crate) struct Rig {
    pub(crate) store: Store,
    pub(crate) account: AccountId,
    pub(crate) reconciler: Reconciler,
    pub(crate) client: Client,
    pub(crate) switch: Switch,
    pub(crate) box_: Box_,
    pub(crate) phones: Phones,
    pub(crate) wire: Wire,
    refuses_xml: Arc<AtomicBool>,
    esl: SocketAddr,
    _data: TempDir,
    _stop: DropGuard,
}

impl Rig {
    /// Everything started, nothing reconciled yet.
    pub(crate) async fn start(kind: Kind) -> Self {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open(&data.path().join("ccgate.db"), Clock::system()).await.unwrap();
        let account = seed(&store).await;
        let reconciler = Reconciler::new(Options { gateway: Gateway::parse("carrier").ok(), ..Options::default() });
        reconciler.publish(&mut store.read().await.unwrap()).await.unwrap();
        let refuses_xml = Arc::new(AtomicBool::new(false));
        let url = serve(&reconciler, refuses_xml.clone()).await;
        let box_ = Box_::start(kind, url).await;
        let stop = CancellationToken::new();
        let esl = box_.esl();
        let phones = match &box_ {
            Box_::Sim(handle) => Phones::sim(handle.clone(), DOMAIN),
            Box_::Live(switch) => Phones::live(switch, DOMAIN),
        };
        let wire = Wire::to(esl).await;
        let client = connect(wire.address(), &stop);
        let switch = Switch::new(SwitchId(1), client.clone());
        patience("the connection", switch.states().wait_for(|state| matches!(state, client::State::Connected(_)))).await.unwrap();
        let rig = Self {
            store,
            account,
            reconciler,
            client,
            switch,
            box_,
            phones,
            wire,
            refuses_xml,
            esl,
            _data: data,
            _stop: stop.drop_guard(),
        };
        // The simulated switch fetches its queues beside the rest.
        let mut looks = tokio::time::interval(Duration::from_millis(20));
        patience("mod_callcenter", async {
            while rig.api("module_exists mod_callcenter").await.trim() != "true" {
                looks.tick().await;
            }
        })
        .await;
        rig
    }

    /// Starts the reconciler, and waits until the switch is as desired.
    pub(crate) async fn reconcile(&self, stop: &CancellationToken) {
        let (reconciler, switch) = (self.reconciler.clone(), self.switch.clone());
        tokio::spawn(reconcile::task::run(reconciler, self.store.clone(), switch, Clock::system(), stop.clone()));
        self.report(|report| report.outcome == Outcome::Applied).await;
    }

    /// The next report, or the last one, that is as asked for.
    pub(crate) async fn report(&self, wanted: impl Fn(&Report) -> bool) -> Report {
        let mut reports = self.reconciler.reports();
        let last = std::cell::RefCell::new(Report::default());
        let found = reports.wait_for(|report| {
            last.replace(report.clone());
            wanted(report)
        });
        match tokio::time::timeout(Duration::from_secs(30), found).await {
            Ok(report) => report.unwrap().clone(),
            Err(_) => panic!("no such report; the last one: {last:?}"),
        }
    }

    /// Wakes the reconciler; the report of a pass that was all there was to do.
    pub(crate) async fn settle(&self) -> Report {
        let ticket = self.reconciler.wake();
        assert!(self.reconciler.applied(ticket, APPLY).await, "{:?}", self.reconciler.reports().borrow());
        self.reconciler.reports().borrow().clone()
    }

    /// Changes the database.
    pub(crate) async fn write<F>(&self, job: F)
    where
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<(), store::Error>> + Send + 'static,
    {
        self.store.write(job).await.unwrap();
    }

    /// Has the switch be refused whatever it asks for, or no more.
    pub(crate) fn refuse_xml(&self, refuse: bool) {
        self.refuses_xml.store(refuse, Ordering::Relaxed);
    }

    /// These columns of an agent's row.
    pub(crate) async fn agent(&self, user: i64, columns: &str) -> Vec<String> {
        let listing = self.config("agent list").await;
        let split = |line: &str| line.split('|').map(str::to_owned).collect::<Vec<_>>();
        let names = split(listing.lines().next().unwrap());
        let row = split(rows(&listing).find(|line| line.starts_with(&format!("{user}@"))).unwrap());
        columns.split(',').map(|column| row[names.iter().position(|name| name == column).unwrap()].clone()).collect()
    }

    /// `api callcenter_config <command>` over a connection of its own.
    pub(crate) async fn config(&self, command: &str) -> String {
        self.api(&format!("callcenter_config {command}")).await
    }

    pub(crate) async fn api(&self, command: &str) -> String {
        api(self.esl, ESL_PASSWORD, command).await.trim_end().to_owned()
    }

    /// Agents as `name status state contact`, tiers as `queue agent level position`, queues as `name strategy`; sorted.
    pub(crate) async fn shown(&self) -> Vec<String> {
        let column = |line: &str, at: usize| line.split('|').nth(at).unwrap_or_default().to_owned();
        let mut shown = Vec::new();
        for line in rows(&self.config("agent list").await) {
            let contact = column(line, 4).rsplit(']').next().unwrap_or_default().to_owned();
            shown.push(format!("agent {} {} {} {contact}", column(line, 0), column(line, 5), column(line, 6)).trim_end().to_owned());
        }
        for line in rows(&self.config("tier list").await) {
            shown.push(format!("tier {} {} {} {}", column(line, 0), column(line, 1), column(line, 3), column(line, 4)));
        }
        for line in rows(&self.config("queue list").await) {
            shown.push(format!("queue {} {}", column(line, 0), column(line, 1)));
        }
        shown.sort();
        shown
    }

    /// What [`Rig::shown`] gives when nothing is wrong.
    pub(crate) fn as_desired() -> Vec<String> {
        [
            "agent 1@lab.local Available Waiting user/1001@lab.local",
            "agent 2@lab.local Logged Out Waiting",
            "queue 1@lab.local longest-idle-agent",
            "queue 2@lab.local longest-idle-agent",
            "tier 1@lab.local 1@lab.local 1 2",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    /// A phone registers and does so with every call.
    pub(crate) async fn phone(&mut self, user: &str, behaviour: Behaviour) {
        self.phones.phone(user, PHONE_PASSWORD, behaviour).await;
    }

    pub(crate) async fn restart(&mut self) {
        match &mut self.box_ {
            Box_::Sim(handle) => handle.restart().await,
            Box_::Live(switch) => switch.restart().await,
        }
    }

    pub(crate) async fn stop(&mut self) {
        match &mut self.box_ {
            Box_::Sim(handle) => handle.shutdown().await,
            Box_::Live(switch) => switch.stop().await,
        }
        let mut states = self.switch.states();
        patience("the loss of the connection", states.wait_for(|state| matches!(state, client::State::Disconnected { .. }))).await.unwrap();
    }

    /// Device 1 and its account's domain.
    pub(crate) async fn device(&self) -> Device {
        store::device::get(&mut self.store.read().await.unwrap(), self.account, DeviceId(1)).await.unwrap().unwrap()
    }
}

impl Box_ {
    async fn start(kind: Kind, url: String) -> Self {
        match kind {
            Kind::Sim => {
                let auth = Some(("freeswitch".to_owned(), XML_PASSWORD.to_owned()));
                let password = ESL_PASSWORD.to_owned();
                let domain = DOMAIN.to_owned();
                let config =
                    SimServerConfig { password, domain, xml_curl_url: Some(url), xml_curl_auth: auth, ..SimServerConfig::default() };
                Self::Sim(sim::Server::start(config).await.unwrap())
            }
            Kind::Live => {
                let esl = SocketAddr::from(([127, 0, 0, 1], ports::free()));
                Self::Live(Box::new(FreeSwitch::start(esl, &url, XML_PASSWORD).await))
            }
        }
    }

    fn esl(&self) -> SocketAddr {
        match self {
            Self::Sim(handle) => handle.address(),
            Self::Live(switch) => switch.esl(),
        }
    }
}

/// The lines of a text listing between its head and its `+OK`.
fn rows(listing: &str) -> impl Iterator<Item = &str> {
    listing.lines().skip(1).filter(|line| line.contains('|'))
}

fn connect(esl: SocketAddr, stop: &CancellationToken) -> Client {
    let config = ClientConfig::new(esl.ip().to_string(), esl.port(), ESL_PASSWORD.into());
    client::spawn(&config, stop.child_token()).unwrap().client
}

async fn serve(reconciler: &Reconciler, refuses: Arc<AtomicBool>) -> String {
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
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/freeswitch/xml", listener.local_addr().unwrap());
    let router = router(sources).layer(from_fn(move |request: Request, next: Next| {
        let refused = refuses.load(Ordering::Relaxed);
        async move { if refused { StatusCode::SERVICE_UNAVAILABLE.into_response() } else { next.run(request).await } }
    }));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

async fn seed(store: &Store) -> AccountId {
    let new = store::account::New {
        name: label("Lab"),
        domain: Domain::parse(DOMAIN).unwrap(),
        event_secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3".into(),
        settings: domain_account::Settings::default(),
    };
    store
        .write(move |conn| {
            Box::pin(async move {
                let account = store::account::create(conn, &new).await?;
                for n in 1..=2 {
                    people_and_phones(conn, account, n).await?;
                }
                let membership =
                    Membership { user_id: UserId(1), queue_id: QueueId(1), mode: Mode::Default, position: 2, level: 1, timegroup_id: None };
                store::membership::upsert(conn, account, &membership).await?;
                let agent = Agent { device_id: Some(DeviceId(1)), joined: [QueueId(1)].into(), ..Agent::new(account, UserId(1)) };
                store::agent::save(conn, &agent).await?;
                Ok::<_, store::Error>(account)
            })
        })
        .await
        .unwrap()
}

async fn people_and_phones(conn: &mut Conn, account: AccountId, n: i64) -> Result<(), store::Error> {
    let user = store::user::New {
        account_id: account,
        name: label("Agent"),
        username: format!("agent{n}"),
        email: format!("agent{n}@example.com"),
        password_hash: PasswordHash(String::new()),
        password_md5_hash: None,
        active: true,
        is_agent: true,
        pgroup_id: None,
        permissions: BTreeMap::new(),
        created_at: Clock::system().now(),
        settings: UserSettings::default(),
    };
    store::user::insert(conn, &user).await?;
    let device = store::device::New { account_id: account, name: label("Desk"), line: line(n), user_id: None, ring: Ring::default() };
    let device = store::device::insert(conn, &device).await?;
    let settings = QueueSettings { ring_timeout: Some(10), ..QueueSettings::default() };
    store::queue::insert(conn, &store::queue::New { account_id: account, name: label(&format!("Queue {n}")), settings }).await?;
    let number = ExtensionNumber::parse(&format!("20{n}")).unwrap();
    let target = Target::Device(device);
    store::extension::insert(
        conn,
        &store::extension::New { account_id: account, name: label("Desk"), number, kind: ExtensionKind::Internal, target },
    )
    .await?;
    Ok(())
}

fn line(n: i64) -> Line {
    let username = format!("100{n}");
    let digest = Md5::digest(format!("{username}:{DOMAIN}:{PHONE_PASSWORD}").as_bytes());
    let a1_hash = A1Hash(digest.iter().map(|byte| format!("{byte:02x}")).collect());
    Line::Sip { username: SipUser::parse(&username).unwrap(), a1_hash }
}

fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}
