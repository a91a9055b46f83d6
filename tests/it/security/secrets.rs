//! What is secret stands in no log line, whatever the filter, and in no answer but the one that gives it; what need not be read again is not even kept.

use std::io::Write;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ccgate::clock::Clock;
use ccgate::config::Https;
use ccgate::service::secret::a1_hash;
use libtest_mimic::{Failed, Trial};
use rcgen::generate_simple_self_signed;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

use super::requests::Office;
use crate::facade::callcenter::{agent, data};
use crate::harness::phones::Behaviour;
use crate::harness::world::{DOMAIN, Kind};
use crate::harness::{Answer, World};

pub(crate) fn trials() -> Vec<Trial> {
    vec![Trial::test(NAME, none_is_logged)]
}

const NAME: &str = concat!(module_path!(), "::none_is_logged");
/// Set for the process that has this test alone.
const ALONE: &str = "CCGATE_TEST_ALONE";

#[derive(Clone, Debug, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no test panicked here").extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// In a process of its own: beside threads that log to nobody, `tracing` now and then takes a thread's own subscriber for nobody too.
fn none_is_logged() -> Result<(), Failed> {
    if std::env::var_os(ALONE).is_some() {
        return listen();
    }
    let child = std::process::Command::new(std::env::current_exe()?).args(["--exact", NAME]).env(ALONE, "1").output()?;
    let told = String::from_utf8_lossy(&child.stdout);
    if child.status.success() && told.contains("1 passed") { Ok(()) } else { Err(told.into_owned().into()) }
}

/// On one thread, so that the test hears everything that any part of ccgate says.
fn listen() -> Result<(), Failed> {
    let lines = Lines::default();
    // The test's own HTTP client is no part of ccgate. But the push's is, and logs under the same names.
    let filter = tracing_subscriber::EnvFilter::new("trace");
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(lines.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (secrets, told, kept) = runtime.block_on(async {
        let tls = generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        let mut world = World::with(Kind::Sim, Clock::system(), |config| {
            let (certificate, key) =
                (config.database.path.with_file_name("certificate.pem"), config.database.path.with_file_name("key.pem"));
            std::fs::write(&certificate, tls.cert.pem()).expect("a file");
            std::fs::write(&key, tls.signing_key.serialize_pem()).expect("a file");
            config.https = Some(Https { listen: ([127, 0, 0, 1], 0).into(), certificate, key });
        })
        .await;
        let mut secrets = say_secrets(&mut world).await;
        secrets.push(("the key of TLS", tls.signing_key.serialize_pem().lines().nth(1).expect("a key").to_owned()));
        let told = told(&mut world).await;
        // Closed, the database is one file.
        world.stop_ccgate().await;
        let kept = std::fs::read(&world.config().database.path).expect("the database can be read");
        world.stop().await;
        (secrets, told, kept)
    });
    let text = String::from_utf8_lossy(&lines.0.lock().expect("no test panicked here")).into_owned();
    assert!(text.contains("ccgate::reconcile") && text.contains("hyper"), "nothing was heard: {text}");
    for (what, secret) in &secrets {
        // In a query string a secret is the caller's to keep: of this test's own requests its own client tells.
        let own = |line: &&str| line.contains("reqwest::connect") || line.contains("hyper_util::client");
        let line = text.lines().filter(|line| !own(line)).find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "{what} is logged");
        for (from, answer) in &told {
            assert!(!answer.contains(secret.as_str()), "{from} shows {what}: {answer}");
        }
        let is_kept = kept.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!is_kept || READ_AGAIN.contains(what), "{what} is kept as it is");
    }
    Ok(())
}

/// What is needed as it is: to sign with, and because FreeSWITCH's mailboxes know no hash.
const READ_AGAIN: [&str; 3] = ["a secret of events", "the PIN of a mailbox", "what a phone is checked with"];

/// Sends every secret that there is, in every way, rightly and wrongly; gives them. No answer repeats what was wrong.
async fn say_secrets(w: &mut World) -> Vec<(&'static str, String)> {
    let (password, wrong) = ("Ab1-password", "Ab1-wrong-password");
    let (phone_password, pin) = ("a-phones-password", "8086420913571");
    let id = agent(w, "dana").await;
    data(w.put(&format!("/api/user/{id}"), json!({"password": password, "permissions": {"cc_api": true}})).await);
    let key = text(&data(w.post(&format!("/api/user/{id}/key"), json!({})).await)["key"]);
    let nobody = w.anonymous();
    let ssid = text(&data(nobody.post("/api/user/login", json!({"username": "dana", "password": password})).await)["ssid"]);
    let path = format!("/api/user/{id}");
    let asked = json!({"userId": id, "token": "ccg_wrong-key"});
    let refused = [
        refused(nobody.post_form("/api/user/login", &format!("username=dana&password={wrong}")).await, 401),
        refused(nobody.post_raw("/api/user/login", "application/json", &format!("{{\"password\":\"{wrong}\"")).await, 400),
        refused(w.put(&path, json!({"password": [wrong]})).await, 400),
        refused(nobody.get(&format!("/api/nothing?api_key={key}")).await, 404),
        refused(nobody.get(&format!("{path}?api_key=ccg_wrong-key")).await, 401),
        refused(nobody.get(&format!("/API/UpdateAgentState.php?username=dana&password={wrong}")).await, 401),
        refused(nobody.post("/deepcall/api/v2/agentProfile/agentOnBreak", asked).await, 200),
        refused(nobody.post_form("/oauth/token", &form(w, "ccg_wrong-key")).await, 401),
        refused(w.post("/api/device", json!({"name": "x", "type": "sip", "username": "a b", "password": phone_password})).await, 400),
        refused(w.post("/api/voicemail", json!({"name": "x", "number": "x", "password": pin})).await, 400),
        refused(w.put("/api/account", json!({"event_secret": format!("whsec_{wrong}")})).await, 400),
    ];
    data(nobody.get(&format!("{path}?api_key={key}")).await);
    data(nobody.get(&format!("{path}?ssid={ssid}")).await);
    data(nobody.with_header("authorization", &format!("Bearer {key}")).get(&path).await);
    let token = text(&nobody.post_form("/oauth/token", &form(w, &key)).await.body["access_token"]);
    let bearer = nobody.with_header("authorization", &format!("Bearer {token}"));
    assert_eq!(bearer.get(&format!("/client/{}/agent/local/{id}/event/", w.account_id())).await.status, 200);
    let device = json!({"name": "Phone", "type": "sip", "username": "1009", "password": phone_password, "user_id": id});
    let device = data(w.post("/api/device", device).await)["id"].clone();
    data(w.post("/api/voicemail", json!({"name": "Box", "number": "8100", "password": pin})).await);
    let secret = w.push_to_sink().await;
    // The switch and the customer get theirs: a phone registers, an event is signed.
    w.phones.phone("1009", phone_password, Behaviour::RingOn).await;
    data(w.get(&format!("/api/cc_agent/checkInDevice?user_id={id}&device_id={device}")).await);
    w.sink.next("agent:checkin", &secret).await;
    let strange = nobody.with_header("authorization", &format!("Basic {}", STANDARD.encode("freeswitch:XML-wrong-password")));
    assert_eq!(strange.post_form("/freeswitch/xml", "section=directory").await.status, 401);
    let config = w.config();
    let secrets = vec![
        ("a password", password.to_owned()),
        ("a wrong password", wrong.to_owned()),
        ("a key", key),
        ("a wrong key", "ccg_wrong-key".to_owned()),
        ("the administrator's key", w.key().to_owned()),
        ("a session", ssid),
        ("a token", token),
        ("a phone's password", phone_password.to_owned()),
        ("what a phone is checked with", a1_hash("1009", DOMAIN, phone_password)),
        ("the PIN of a mailbox", pin.to_owned()),
        ("a secret of events", secret.trim_start_matches("whsec_").to_owned()),
        ("the event socket's password", config.switch.password.expose_secret().to_owned()),
        ("the XML's password", config.xml_curl.password.expose_secret().to_owned()),
        ("the XML's password in Basic", STANDARD.encode(format!("freeswitch:{}", config.xml_curl.password.expose_secret()))),
        ("a wrong password of the XML", "XML-wrong-password".to_owned()),
    ];
    for (what, secret) in &secrets {
        assert!(refused.iter().all(|answer| !answer.contains(secret.as_str())), "a refusal shows {what}: {refused:?}");
    }
    assert!(!format!("{config:?}").contains(config.switch.password.expose_secret()));
    secrets
}

fn form(w: &World, key: &str) -> String {
    format!("grant_type=client_credentials&client_id={}&client_secret={key}", w.account_id())
}

/// Everything that can be read afterwards: what every GET of the documents gives to who may everything, events as they were pushed and as they are
/// streamed, the operator's pages, ours.
async fn told(w: &mut World) -> Vec<(String, String)> {
    let mut told = Vec::new();
    let mut stream = w.listen("", "").await.expect("a stream");
    let office = Office::new(w, w.with_key(w.key()), "Mine").await;
    for request in office.requests().iter().filter(|request| request.name.starts_with("GET") && !request.name.ends_with("logout")) {
        let answer = office.send(&w.with_key(w.key()), request).await;
        assert!(answer.status < 500, "{}: {}", request.name, answer.body);
        told.push((request.name.clone(), answer.body.to_string()));
    }
    assert!(told.len() > 50, "{}", told.len());
    while let Some(heard) = stream.next().await {
        told.push(("the stream".to_owned(), heard.data.to_string()));
        if heard.event == "agent:status" {
            break;
        }
    }
    told.extend(w.sink.seen().iter().map(|event| ("what is pushed".to_owned(), event.to_string())));
    for page in ["/metrics", "/readyz", "/livez"] {
        let page = format!("http://{}{page}", w.running().operations());
        let text = reqwest::get(&page).await.expect("a page").text().await.expect("text");
        told.push((page, text));
    }
    for page in ["/docs/", "/console", "/tv", "/agent", "/openapi/callcenter.json"] {
        let text = reqwest::get(format!("{}{page}", w.base())).await.expect("a page").text().await.expect("text");
        told.push((page.to_owned(), text));
    }
    told
}

/// The answer, whole, of a request that must be refused with this status.
fn refused(answer: Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert!(answer.body["success"] == false || answer.body["status"] == "error" || answer.body["error"].is_string(), "{}", answer.body);
    format!("{} {:?}", answer.body, answer.headers)
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}
