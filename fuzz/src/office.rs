//! A whole ccgate without sockets, and an account with one of each kind in it. Its switch is away.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use base64::Engine as _;
use ccgate::app;
use ccgate::clock::Clock;
use ccgate::config::Config;
use ccgate::domain::account::Settings;
use ccgate::domain::number::Domain;
use ccgate::domain::text::Label;
use ccgate::esl::client::{self, ClientConfig};
use ccgate::facade::connection::Peer;
use ccgate::reconcile::{self, Desired, Options, Reconciler};
use ccgate::service::calls::{CallBoard, Records};
use ccgate::service::countries::Countries;
use ccgate::service::recordings::Recordings;
use ccgate::service::setup::{NewAdmin, create_account, create_admin};
use ccgate::service::{Parts, Service};
use ccgate::store::Store;
use ccgate::switch::Switch;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// The id of the user that the seeds are about; the administrator is the other one.
pub(crate) const AGENT: i64 = 2;
/// The number of the lead that there is.
pub(crate) const LEAD: &str = "972501234567";
/// After so many requests there is a new office: they fill it, and may take their own rights away.
const REQUESTS_MAX: usize = 1_000;
/// More than any answer has.
const ANSWER_MAX_BYTES: usize = 64 * 1024 * 1024;

/// What there is at the start.
const SEEDS: [(&str, &str); 14] = [
    ("user", r#"{"name":"Agent","username":"agent","email":"agent@example.org","password":"Ab123456","is_agent":true}"#),
    ("device", r#"{"name":"Phone","type":"sip","username":"1001","password":"a-phone's-password","user_id":2}"#),
    ("device", r#"{"name":"Outside","type":"external","number":"972501234567"}"#),
    ("site", r#"{"name":"Site"}"#),
    ("group", r#"{"name":"Group","user_ids":[2]}"#),
    ("label", r#"{"name":"Label"}"#),
    ("time_group", r#"{"name":"Hours","rules":[{"days":[1,2,3],"from":"08:00","to":"17:00"}]}"#),
    ("media", r#"{"name":"Tone","kind":"tone","spec":"%(1,1,1)"}"#),
    ("dial_rule", r#"{"name":"Rule"}"#),
    ("voicemail", r#"{"name":"Mailbox","number":"8000"}"#),
    ("pause", r#"{"name":"Pause"}"#),
    ("cc_queue", r#"{"name":"Queue","strategy":"ring-all","time_base_score":"queue","users":[[2,3]]}"#),
    ("extension", r#"{"name":"Number","number":"7000","kind":"internal","target":"queue","target_id":1}"#),
    ("phone_list", r#"{"name":"List"}"#),
];

/// A request.
pub(crate) struct Ask<'a> {
    pub(crate) method: &'a str,
    pub(crate) uri: &'a str,
    pub(crate) kind: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

/// The status and the body of the answer; none of what is no HTTP request. A stream's body is empty: it has no end.
pub(crate) fn ask(ask: Ask<'_>) -> Option<(u16, Vec<u8>)> {
    static OFFICE: Mutex<Option<Office>> = Mutex::new(None);
    let mut kept = OFFICE.lock().unwrap_or_else(PoisonError::into_inner);
    // Whoever panics leaves none behind.
    let mut office = kept.take().unwrap_or_else(Office::open);
    let answer = office.ask(&ask);
    office.requests += 1;
    let locked_out = answer.as_ref().is_some_and(|(status, _)| *status == 401) && !office.admits();
    if office.requests < REQUESTS_MAX && !locked_out {
        *kept = Some(office);
    }
    answer
}

/// What should be on the switch of an office that is as it was made.
pub(crate) fn desired() -> Arc<Desired> {
    static DESIRED: OnceLock<Arc<Desired>> = OnceLock::new();
    DESIRED.get_or_init(|| Office::open().reconciler.desired()).clone()
}

struct Office {
    router: Router,
    reconciler: Reconciler,
    key: String,
    requests: usize,
    runtime: Runtime,
    _folder: TempDir,
}

impl Office {
    fn open() -> Self {
        let folder = TempDir::with_prefix("ccgate-fuzz-").expect("a folder");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (router, reconciler, key) = runtime.block_on(start(&folder));
        let office = Self { router, reconciler, key, requests: 0, runtime, _folder: folder };
        let leads = ("phone_list/1/lead", r#"{"phone":"0501234567","name":"Lead"}"#);
        for (noun, fields) in SEEDS.into_iter().chain([leads]) {
            let made =
                office.ask(&Ask { method: "POST", uri: &format!("/api/{noun}"), kind: Some("application/json"), body: fields.as_bytes() });
            let (status, body) = made.expect("a request");
            assert_eq!(status, 200, "{noun}: {}", String::from_utf8_lossy(&body));
        }
        office
    }

    fn ask(&self, ask: &Ask<'_>) -> Option<(u16, Vec<u8>)> {
        let request = Request::builder().method(ask.method).uri(ask.uri);
        let request = match ask.uri {
            "/freeswitch/xml" => request.header(header::AUTHORIZATION, basic()),
            _ => request.header("x-api-key", &self.key),
        };
        let request = ask.kind.into_iter().fold(request, |request, kind| request.header(header::CONTENT_TYPE, kind));
        let peer = Peer { address: ([127, 0, 0, 1], 1).into(), https: false, cut: CancellationToken::new() };
        let request = request.extension(ConnectInfo(peer)).body(Body::from(ask.body.to_vec())).ok()?;
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
            let (head, body) = response.into_parts();
            let is_stream = head.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
            let body =
                if is_stream { Vec::new() } else { to_bytes(body, ANSWER_MAX_BYTES).await.expect("the answer comes whole").to_vec() };
            Some((head.status.as_u16(), body))
        })
    }

    fn admits(&self) -> bool {
        let asked = self.ask(&Ask { method: "GET", uri: "/api/account", kind: None, body: b"" });
        asked.is_some_and(|(status, _)| status != 401)
    }
}

fn basic() -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode("freeswitch:of the fuzzer"))
}

async fn start(folder: &TempDir) -> (Router, Reconciler, String) {
    let file = folder.path().join("ccgate.toml");
    std::fs::write(
        &file,
        "[switch]\npassword = \"of the fuzzer\"\n[xml_curl]\npassword = \"of the fuzzer\"\n[queue_events]\nrequests_per_hour = 1000000\n",
    )
    .expect("a file");
    let config = Config::load(&file).expect("a configuration");
    let clock = Clock::system();
    let store = Store::open(&folder.path().join("ccgate.db"), clock.clone()).await.expect("a database");
    let name = Label::new("Office").expect("a name");
    let account = create_account(&store, name.clone(), Domain::parse("lab.local").expect("a domain"), Settings::default()).await;
    let admin = NewAdmin { name, username: "admin".to_owned(), email: "admin@example.org".to_owned(), password: None };
    let admin = create_admin(&store, account.expect("an account"), admin).await.expect("an administrator");

    let shutdown = CancellationToken::new();
    // Nobody listens there.
    let esl = ClientConfig::new("127.0.0.1", 1, "of the fuzzer".into());
    let spawned = client::spawn(&esl, shutdown.clone()).expect("a client");
    let switch = Switch::new(1.into(), spawned.client);
    let reconciler = Reconciler::new(Options::default());
    tokio::spawn(reconcile::task::run(reconciler.clone(), store.clone(), switch.clone(), clock.clone(), shutdown));
    let parts = Parts {
        store: store.clone(),
        switch,
        reconciler: reconciler.clone(),
        board: Arc::new(CallBoard::default()),
        countries: Countries::default(),
        recordings: Recordings { place: Default::default(), local_folder: folder.path().to_owned(), keep_days: 0 },
        clock,
    };
    let (records, _) = Records::new(store, 1.into());
    let router = app::router(&config, &Service::new(parts), &reconciler, records);
    (router, reconciler, admin.key.expose().to_owned())
}
