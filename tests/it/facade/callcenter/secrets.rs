//! What is secret stands in no log line, whatever the filter.

use std::io::Write;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

use super::{agent, data, refusal};
use crate::harness::World;

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
    // The test's own HTTP client is no part of ccgate.
    let filter = tracing_subscriber::EnvFilter::new("trace,reqwest=off,hyper_util::client=off");
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(lines.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let secrets = runtime.block_on(async {
        let mut world = World::start().await;
        let secrets = say_secrets(&mut world).await;
        world.stop().await;
        secrets
    });
    let text = String::from_utf8_lossy(&lines.0.lock().expect("no test panicked here")).into_owned();
    assert!(text.contains("ccgate::reconcile"), "nothing was heard: {text}");
    for secret in secrets {
        let line = text.lines().find(|line| line.contains(&secret));
        assert_eq!(line, None, "{secret} is logged");
    }
    Ok(())
}

/// Sends every secret that there is, in every way, rightly and wrongly; gives them.
async fn say_secrets(w: &mut World) -> Vec<String> {
    let (password, wrong) = ("Ab1-password", "Ab1-wrong-password");
    let id = agent(w, "dana").await;
    data(w.put(&format!("/api/user/{id}"), json!({"password": password, "permissions": {"cc_api": true}})).await);
    let key = text(&data(w.post(&format!("/api/user/{id}/key"), json!({})).await)["key"]);
    let nobody = w.anonymous();
    let ssid = text(&data(nobody.post("/api/user/login", json!({"username": "dana", "password": password})).await)["ssid"]);
    refusal(nobody.post_form("/api/user/login", &format!("username=dana&password={wrong}")).await, 401);
    refusal(nobody.post_raw("/api/user/login", "application/json", &format!("{{\"password\":\"{wrong}\"")).await, 400);
    refusal(w.put(&format!("/api/user/{id}"), json!({"password": [wrong]})).await, 400);
    let path = format!("/api/user/{id}");
    data(nobody.get(&format!("{path}?api_key={key}")).await);
    data(nobody.get(&format!("{path}?ssid={ssid}")).await);
    data(nobody.with_header("authorization", &format!("Bearer {key}")).get(&path).await);
    refusal(nobody.get(&format!("/api/nothing?api_key={key}")).await, 404);
    refusal(nobody.get(&format!("{path}?api_key=ccg_wrong-key")).await, 401);
    let device = json!({"name": "Phone", "type": "sip", "username": "1001", "password": "a-phones-password"});
    data(w.post("/api/device", device).await);
    [password, wrong, &key, &ssid, "ccg_wrong-key", "a-phones-password"].map(str::to_owned).to_vec()
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}
