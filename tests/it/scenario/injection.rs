//! Text that would be a command, in everything that an API client stores and a caller sends, and then calls: on the switch it stays text.

use ccgate::service::secret::Secret;
use serde_json::{Value, json};

use super::{ANSWERS, agent, check_in, done, leg_to, queue, resource, scenarios};
use crate::harness::World;

scenarios![hostile_text_stays_text_in_calls];

const CUSTOMER: &str = "0501234567";
/// What no variable, application or argument has in its name.
const MARK: &str = "c4nary";

/// Sets a variable of the channel, of the switch and a file's date in every language that the switch reads, with what SIP has no escape for left out.
fn hostile(canary: &str) -> String {
    let file = format!("${{system(touch {canary})}}${{system touch {canary}}}");
    let global = format!("${{global_setvar({MARK}=1)}}$${{global_setvar {MARK}=1}}");
    format!("x,{MARK}=1,{{{MARK}=1}}[{MARK}=1]<{MARK}=1>^^:{MARK}=1:'|&{MARK}(1) {file}{global} \\s{MARK}=1;{MARK}=1")
}

async fn hostile_text_stays_text_in_calls(w: &mut World) {
    // Short, and of plain letters, so that no field is too long for it.
    let canary = std::env::temp_dir().join(format!("{MARK}-{}", Secret::new_key().prefix()));
    let canary = canary.display().to_string();
    let text = hostile(&canary);
    let before = w.ask_switch("global_getvar").await;
    assert!(!before.contains(MARK));

    let (user, device) = agent(w, "1001", ANSWERS).await;
    let name: String = text.chars().take(200).collect();
    done(w.put(&format!("/api/user/{user}"), json!({"name": name, "ecnam": name})).await);
    done(w.put(&format!("/api/device/{device}"), json!({"name": name})).await);
    let queue = queue(w, "Support", "7000", &[user]).await;
    done(w.put(&format!("/api/cc_queue/{queue}"), json!({"name": name, "tv_name": name})).await);
    check_in(w, user, device).await;

    called_in(w, &text).await;
    clicked(w, device, &text).await;

    assert!(!std::path::Path::new(&canary).exists(), "the switch ran a program");
    let after = w.ask_switch("global_getvar").await;
    assert!(!after.contains(MARK), "{after}");
    if let Some(calls) = w.programs_run().await {
        assert!(calls.is_empty(), "{calls:?}");
    }
    w.assert_only_ours_was_said().await;
}

/// Somebody outside calls the queue, and its agent answers.
async fn called_in(w: &mut World, text: &str) {
    w.phones.call_in_saying(text, "97237000").await;
    let mut told = w.running().store().committed();
    crate::harness::patience("the agent to answer", async {
        while w.told("call:answer").await.is_empty() {
            told.changed().await.expect("ccgate runs");
        }
    })
    .await;
    let ring = w.told("call:ring").await;
    assert!(ring.iter().any(|ring| ring["cid_name"].as_str().is_some_and(|name| name.contains(MARK))), "{ring:?}");
    untouched(w).await;
    end_all(w).await;
}

/// A lead is called; the phone and the customer answer.
async fn clicked(w: &mut World, device: i64, text: &str) {
    w.phones.outside(CUSTOMER, ANSWERS).await;
    let name: String = text.chars().take(200).collect();
    let list = resource(w, "phone_list", json!({"name": name})).await;
    let lead = json!({"phone": CUSTOMER, "name": name, "lead_id": "04", "tags": name, "ext_api_vars": {"crm": name}});
    done(w.post(&format!("/api/phone_list/{list}/lead"), lead).await);
    let call = json!({"device_id": device, "destination": CUSTOMER, "lead_id": "04", "cnam": name, "display_cnam": name});
    let clicked = w.post("/api/cc_agent/originate", call).await;
    assert!(clicked.body["uuid"].is_string(), "{}", clicked.body);
    leg_to(w, CUSTOMER).await;
    untouched(w).await;
    end_all(w).await;
}

/// No leg has a variable, and runs no application, that came out of a text.
async fn untouched(w: &World) {
    let shown: Value = serde_json::from_str(&w.ask_switch("show channels as json").await).expect("a listing");
    let legs = shown["rows"].as_array().expect("legs");
    assert!(legs.len() >= 2, "{shown}");
    for leg in legs {
        assert!(!leg["application"].to_string().contains(MARK), "{leg}");
        let dump = w.ask_switch(&format!("uuid_dump {} json", leg["uuid"].as_str().expect("a UUID"))).await;
        let dump: Value = serde_json::from_str(&dump).unwrap_or_else(|_| panic!("{dump}"));
        for (name, value) in dump.as_object().expect("variables") {
            assert!(!name.contains(MARK), "the variable {name} of {dump}");
            assert!(value != "1" || !name.ends_with("crm"), "{name} of {dump}");
        }
    }
}

async fn end_all(w: &World) {
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
}
