//! An office: two phones, a queue, their numbers, a carrier; served to a FreeSWITCH.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use ccgate::clock::Millis;
use ccgate::domain::device::{A1Hash, Device, Line, Ring};
use ccgate::domain::extension::{Extension, Kind, Target};
use ccgate::domain::number::{Domain, ExtensionNumber, Gateway, SipUser};
use ccgate::domain::queue::Settings as QueueSettings;
use ccgate::domain::text::Label;
use ccgate::domain::user::{PasswordHash, Settings as UserSettings};
use ccgate::domain::{Account, AccountId, DeviceId, ExtensionId, Queue, QueueId, User, UserId, account};
use ccgate::reconcile::build::{Rows, build};
use ccgate::reconcile::{Desired, Options, Presence, Served};
use ccgate::xml_curl::{Credentials, Sources, StarCode, router};
use md5::{Digest as _, Md5};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::harness::freeswitch::FreeSwitch;
use crate::harness::ports;
use crate::harness::sipp::LivePhones;

pub(super) const DOMAIN: &str = "lab.local";
pub(super) const PASSWORD: &str = "a-phones-password";
/// The queue's number from outside.
pub(super) const DID: &str = "97231234567";
const ACCOUNT: AccountId = AccountId(1);
const XML_PASSWORD: &str = "the-switchs-password";

/// The office, its switch, and its phones.
pub(super) struct Office {
    pub(super) phones: LivePhones,
    pub(super) switch: FreeSwitch,
    pub(super) presence: Presence,
    /// The star codes that were dialled; those that end in 7 are good.
    pub(super) codes: mpsc::UnboundedReceiver<StarCode>,
    server: JoinHandle<()>,
}

impl Office {
    pub(super) async fn open() -> Self {
        let (dialled, codes) = mpsc::unbounded_channel();
        let desired = Arc::new(desired());
        let presence = Presence::default();
        let sources = Sources {
            serves: true,
            credentials: Credentials::new("freeswitch".to_owned(), XML_PASSWORD.to_owned().into()),
            desired: Arc::new(move || Arc::clone(&desired)),
            presence: presence.clone(),
            served: Served::default(),
            redeem: Arc::new(move |star| {
                let good = star.code.ends_with('7');
                // The test may not care.
                let _ = dialled.send(star);
                Box::pin(async move { good })
            }),
            spoke_with: Arc::new(|_| None),
            leave: Arc::new(|_| Box::pin(async { Ok(ccgate::service::outside::Admitted::default()) })),
            refused: Arc::new(|_| {}),
            emergency: Arc::new(|_| {}),
            record: Arc::new(|_| Box::pin(std::future::ready(true))),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/freeswitch/xml", listener.local_addr().expect("an address"));
        let server = tokio::spawn(async move { axum::serve(listener, router(sources)).await.expect("it serves") });
        let switch = FreeSwitch::start(SocketAddr::from(([127, 0, 0, 1], ports::free())), &url, XML_PASSWORD).await;
        let phones = LivePhones::new(&switch, DOMAIN);
        Self { phones, switch, presence, codes, server }
    }

    /// ccgate goes away.
    pub(super) fn close(&self) {
        self.server.abort();
    }

    /// What the reconciler will do: agent 7 at phone 1001 in the queue, agent 8 at phone 1002 in none.
    pub(super) async fn agents(&self) {
        for (agent, phone) in [("7", "1001"), ("8", "1002")] {
            let name = format!("{agent}@{DOMAIN}");
            self.config(&format!("agent add {name} callback")).await;
            let contact = format!("[leg_timeout=${{ccgate_ring_timeout}},ccgate_user_id={agent}]user/{phone}@{DOMAIN}");
            self.config(&format!("agent set contact {name} {contact}")).await;
            self.config(&format!("agent set status {name} Available")).await;
        }
        self.config(&format!("tier add 5@{DOMAIN} 7@{DOMAIN} 1 1")).await;
    }

    /// How many calls outside the queue the switch counts for an agent.
    pub(super) async fn external_calls(&self, agent: &str) -> u32 {
        let list = self.switch.api("callcenter_config agent list").await;
        let row = list.lines().find(|line| line.starts_with(&format!("{agent}@"))).expect("the agent is there");
        row.rsplit('|').next().and_then(|count| count.parse().ok()).expect("the last column is the count")
    }

    async fn config(&self, command: &str) {
        let reply = self.switch.api(&format!("callcenter_config {command}")).await;
        assert_eq!(reply.trim(), "+OK", "{command}");
    }
}

fn desired() -> Desired {
    let account = Account {
        id: ACCOUNT,
        name: label("Lab"),
        domain: Domain::parse(DOMAIN).expect("a domain"),
        settings: account::Settings::default(),
    };
    let queue = QueueSettings { ring_timeout: Some(10), ..QueueSettings::default() };
    let rows = Rows {
        accounts: vec![account],
        users: vec![user(7), user(8)],
        devices: vec![device(1, "1001"), device(2, "1002")],
        queues: vec![Queue { id: QueueId(5), account_id: ACCOUNT, name: label("\"><&]]>' ${uuid}"), settings: queue }],
        extensions: vec![
            extension(1, "700", Kind::Internal, Target::Queue(QueueId(5))),
            extension(2, "202", Kind::Internal, Target::Device(DeviceId(2))),
            extension(3, DID, Kind::Did, Target::Queue(QueueId(5))),
        ],
        ..Rows::default()
    };
    build(rows, &Options { gateway: Gateway::parse("provider").ok(), ..Options::default() })
}

fn label(text: &str) -> Label {
    Label::new(text).expect("a label")
}

fn device(id: i64, username: &str) -> Device {
    let a1 = Md5::digest(format!("{username}:{DOMAIN}:{PASSWORD}").as_bytes());
    let a1_hash = A1Hash(a1.iter().map(|byte| format!("{byte:02x}")).collect());
    let line = Line::Sip { username: SipUser::parse(username).expect("a SIP user"), a1_hash };
    Device { id: DeviceId(id), account_id: ACCOUNT, name: label("\"><&]]>'"), line, user_id: None, ring: Ring::default() }
}

fn user(id: i64) -> User {
    User {
        id: UserId(id),
        account_id: ACCOUNT,
        name: label("Agent"),
        username: format!("agent{id}"),
        email: format!("agent{id}@example.com"),
        password_hash: PasswordHash(String::new()),
        password_md5_hash: None,
        active: true,
        is_agent: true,
        pgroup_id: None,
        permissions: BTreeMap::new(),
        created_at: Millis(0),
        last_login_at: None,
        settings: UserSettings::default(),
    }
}

fn extension(id: i64, number: &str, kind: Kind, target: Target) -> Extension {
    let number = ExtensionNumber::parse(number).expect("a number");
    Extension { id: ExtensionId(id), account_id: ACCOUNT, name: label("Number"), number, kind, target }
}
