//! The log of a whole scenario: lines of JSON by which a call and an agent can be followed, without a number and without a secret.

use std::path::Path;
use std::time::Duration;

use libtest_mimic::Trial;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::interval;

use crate::harness::phones::Behaviour;
use crate::harness::serve::Ccgate;
use crate::harness::{World, patience, trial};
use crate::scenario::{ANSWERS, agent, check_in, done, queue};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("operations::the_log_has_ids_and_no_numbers_and_no_secrets", ids_only)]
}

const CALLER: &str = "972501234567";
const DIALLED: &str = "97237000";
const OUTSIDE: &str = "0541234567";
const WRONG_PASSWORD: &str = "Xy9-wrong-password";
/// How often the log is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

fn lines(log: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(log).expect("the log can be read");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// Waits for so many lines with this message.
async fn says(log: &Path, message: &str, times: usize) {
    let mut looks = interval(LOOK_EVERY);
    patience(&format!("{message:?} in the log"), async {
        while std::fs::read_to_string(log).is_ok_and(|text| text.matches(message).count() < times) {
            looks.tick().await;
        }
    })
    .await;
}

async fn ids_only() {
    let mut w = World::start().await;
    let secret = w.push_to_sink().await;
    let (user, device) = agent(&mut w, "1001", ANSWERS).await;
    let queue = queue(&w, "Support", "7000", &[user]).await;
    check_in(&w, user, device).await;
    w.phones.outside(OUTSIDE, Behaviour::RingOn).await;
    let folder = TempDir::new().expect("a folder");
    let log = folder.path().join("ccgate.log");
    w.stop_ccgate().await;
    let ccgate = Ccgate::logging(&w, &log);
    says(&log, "the switch is as desired", 1).await;
    let call = through_everything(&mut w, &secret, user).await;
    // A cut connection comes back.
    w.cut();
    says(&log, "connected to the switch", 2).await;
    assert!(ccgate.terminate().await.success());

    let lines = lines(&log);
    let of = |field: &str, value: &Value| lines.iter().filter(|line| &line["fields"][field] == value).count();
    let told = |event: &str| lines.iter().any(|line| line["fields"]["call"] == call && line["fields"]["event"] == event);
    assert!(["call:start", "call:ring", "call:answer", "call:end"].into_iter().all(told), "{call} cannot be followed: {lines:#?}");
    assert!(of("dst_user", &json!(user)) > 0 && of("queue", &json!(queue)) > 0 && of("user", &json!(user)) > 0, "{lines:#?}");
    let config = w.config();
    let secrets =
        [w.key(), &secret, "a-phone's-password", "Ab123456", WRONG_PASSWORD, secrecy::ExposeSecret::expose_secret(&config.switch.password)];
    let xml = secrecy::ExposeSecret::expose_secret(&config.xml_curl.password);
    for word in [CALLER, DIALLED, OUTSIDE, xml].into_iter().chain(secrets) {
        let found = lines.iter().find(|line| line.to_string().contains(word));
        assert_eq!(found, None, "{word} is logged");
    }
    w.stop().await;
}

/// A queue call, a click-to-call that nobody answers, codes and logins that are refused; the queue call's id.
async fn through_everything(w: &mut World, secret: &str, user: i64) -> Value {
    let call = w.phones.call_in(CALLER, DIALLED).await;
    let start = w.sink.next("call:start", secret).await["data"]["call_id"].clone();
    w.sink.next("call:answer", secret).await;
    w.phones.hang_up(call).await;
    w.sink.next("call:end", secret).await;
    w.sink.next("call:end", secret).await;
    let clicked = w.get(&format!("/api/cc_agent/originate?user_id={user}&destination={OUTSIDE}")).await;
    assert_eq!(clicked.status, 200, "{}", clicked.body);
    let leg = clicked.body["uuid"].as_str().unwrap_or_else(|| panic!("{}", clicked.body)).to_owned();
    w.ask_switch(&format!("uuid_kill {leg}")).await;
    w.sink.next("call:end", secret).await;
    w.idle().await;
    let refused = w.phones.dial("1001", "**999999").await;
    w.phones.ended(refused).await;
    let login = json!({"username": "agent1001", "password": WRONG_PASSWORD});
    assert_eq!(w.anonymous().post("/api/user/login", login).await.status, 401);
    assert_eq!(w.anonymous().get(&format!("/api/user?api_key={WRONG_PASSWORD}")).await.status, 401);
    done(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id=1")).await);
    w.sink.next("agent:status", secret).await;
    start
}
