//! `/freeswitch/cdr`: mod_json_cdr's records of legs that ended.

use libtest_mimic::Trial;
use reqwest::StatusCode;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::harness::{World, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial(concat!(module_path!(), "::taken_from_the_switch_alone_and_once"), taken)]
}

/// A phone's call that nobody heard of, as mod_json_cdr records it.
fn record(account: i64) -> Value {
    let times = json!({
        "created_time": "1795325669283735", "progress_time": "1795325669383735", "answered_time": "1795325670283735",
        "hangup_time": "1795325674283735",
    });
    let variables = json!({
        "uuid": "0965d95d-ad0d-49da-9795-ad09cdd6da9c", "direction": "outbound", "hangup_cause": "NORMAL_CLEARING",
        "ccgate_account_id": account.to_string(), "ccgate_call_type": "internal", "ccgate_tags": "a%20tag",
    });
    let profile = json!({"caller_id_name": "Dana", "caller_id_number": "7001", "destination_number": "1001"});
    json!({"variables": variables, "callflow": [{"caller_profile": profile, "times": times}]})
}

async fn taken() {
    let w = World::start().await;
    let config = w.config().clone();
    let post = async |password: &str, body: String| {
        let url = format!("http://{}/freeswitch/cdr?uuid=x", config.http.listen);
        let request = reqwest::Client::new().post(url).basic_auth("freeswitch", Some(password)).body(body);
        request.send().await.expect("an answer").status()
    };
    let password = config.xml_curl.password.expose_secret();
    let record = record(w.account().0).to_string();
    assert_eq!(post("another", record.clone()).await, StatusCode::UNAUTHORIZED);
    assert_eq!(post(password, "{}".to_owned()).await, StatusCode::BAD_REQUEST);
    assert_eq!(post(password, " ".repeat(ccgate::xml_curl::BODY_MAX_BYTES + 1)).await, StatusCode::PAYLOAD_TOO_LARGE);
    let before = w.event_names().await;
    assert!(!before.iter().any(|name| name.starts_with("call:")), "{before:?}");

    for _ in 0..2 {
        assert_eq!(post(password, record.clone()).await, StatusCode::OK);
        assert_eq!(w.event_names().await[before.len()..], ["call:ring", "call:answer", "call:end"], "it is committed, and once");
    }
    w.stop().await;
}
