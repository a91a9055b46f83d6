//! `/api/voicemail`

use serde_json::json;

use crate::facade::callcenter::rest::{Noun, noun_trials};
use crate::facade::callcenter::{agent, data, refusal, resource};
use crate::harness::World;

const VOICEMAIL: Noun = Noun {
    path: "/api/voicemail",
    new: |number| json!({"number": format!("80{number:02}"), "email": "box@example.com"}),
    change: || json!({"number": "9000", "email": null}),
    wrong: || vec![("number", json!("*98")), ("password", json!("123")), ("password", json!("12a4")), ("email", json!("nobody"))],
    read: &["settings"],
    write: "settings",
};

noun_trials![VOICEMAIL; a_generated_password_is_shown_once, one_box_a_number, extensions_go_with_it, its_name_at_its_user];

async fn a_generated_password_is_shown_once(w: &mut World) {
    let made = data(w.post("/api/voicemail", json!({"name": "Box", "number": "8000"})).await);
    let password = made["password"].as_str().unwrap();
    assert!(password.len() == 8 && password.bytes().all(|byte| byte.is_ascii_digit()));
    let path = format!("/api/voicemail/{}", made["id"]);
    assert!(data(w.get(&path).await).get("password").is_none());
    assert!(data(w.put(&path, json!({"password": "2468"})).await).get("password").is_none());
    assert_eq!(pin(w), "2468");
    data(w.put(&path, json!({"password": "", "name": "Other"})).await);
    assert_eq!(pin(w), "2468", "nothing is no password");
    let chosen = data(w.post("/api/voicemail", json!({"name": "Chosen", "number": "8001", "password": "1357"})).await);
    assert!(chosen.get("password").is_none());
}

/// The password of the first mailbox, as the switch is given it.
fn pin(w: &World) -> String {
    let desired = w.running().reconciler().desired();
    let mailbox = desired.accounts().find_map(|account| account.voicemails.values().next()).unwrap();
    mailbox.password.expose().to_owned()
}

async fn one_box_a_number(w: &mut World) {
    let first = resource(w, "voicemail", json!({"name": "First", "number": "8000"})).await;
    let second = resource(w, "voicemail", json!({"name": "Second", "number": "8001"})).await;
    assert!(refusal(w.post("/api/voicemail", json!({"name": "Third", "number": "8000"})).await, 409).contains("number"));
    assert!(refusal(w.put(&format!("/api/voicemail/{second}"), json!({"number": "8000"})).await, 409).contains("number"));
    data(w.put(&format!("/api/voicemail/{first}"), json!({"number": "8000"})).await);
    data(w.other_account("other.local").await.post("/api/voicemail", json!({"name": "First", "number": "8000"})).await);
}

async fn extensions_go_with_it(w: &mut World) {
    let mailbox = resource(w, "voicemail", json!({"name": "Box", "number": "8000"})).await;
    let extension = json!({"number": "7000", "target": "voicemail", "target_id": mailbox});
    let extension = format!("/api/extension/{}", data(w.post("/api/extension", extension).await)["id"]);
    // Of another target with the same id.
    let site = resource(w, "site", json!({"name": "Site"})).await;
    data(w.delete(&format!("/api/site/{site}")).await);
    assert_eq!(data(w.get(&extension).await)["target"], "voicemail");
    data(w.delete(&format!("/api/voicemail/{mailbox}")).await);
    refusal(w.get(&extension).await, 404);
}

async fn its_name_at_its_user(w: &mut World) {
    let mailbox = resource(w, "voicemail", json!({"name": "Dana's", "number": "8000"})).await;
    let user = format!("/api/user/{}", agent(w, "dana").await);
    assert_eq!(data(w.get(&user).await)["vm_name"], json!(null));
    assert_eq!(data(w.put(&user, json!({"vm_id": mailbox, "vm_name": "ignored"})).await)["vm_name"], "Dana's");
    data(w.put(&format!("/api/voicemail/{mailbox}"), json!({"name": "Box"})).await);
    assert_eq!(data(w.get("/api/user?q=dana").await)[0]["vm_name"], "Box");
    // A long list is read in another way.
    for number in 0..20 {
        agent(w, &format!("agent{number}")).await;
    }
    let users = data(w.get("/api/user").await);
    let dana = users.as_array().unwrap().iter().find(|user| user["username"] == "dana").unwrap();
    assert_eq!(dana["vm_name"], "Box");
}
