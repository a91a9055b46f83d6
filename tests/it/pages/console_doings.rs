//! `/console`: what has a page's own code: keys, imports, deliveries, recordings, the account.

use std::fs;

use serde_json::json;

use super::console::{open, turn};
use super::page_trials;
use crate::harness::browser::Browser;
use crate::harness::{World, history};
use crate::scenario::{done, queue, resource};

page_trials![
    a_key_is_shown_once,
    a_file_is_imported,
    an_import_is_followed,
    deliveries_are_looked_at_and_done_again,
    a_range_is_sent_again,
    the_account_and_a_test_event,
    a_recording_is_heard_and_deleted,
    calls_that_are_up
];

async fn a_key_is_shown_once(w: &mut World, browser: &Browser) {
    open(w, browser, "users").await;
    let user = w.user_id();
    let opened = async || {
        browser.click(&format!("tbody a[href='#{user}']")).await;
        browser.click(".tabs button:nth-child(4)").await;
        browser.text(".keys tbody", "…").await;
    };
    opened().await;
    browser.type_into(".keys input", "CRM").await;
    browser.click(".keys .row button").await;
    browser.text(".once", "shown this once").await;
    let shown = browser.run("return document.querySelector('.once input').value").await;
    let key = shown.as_str().expect("a key").to_owned();
    browser.text(".keys tbody", "CRM").await;
    done(w.with_key(&key).get("/api/pause").await);
    browser.screenshot("console-key").await;
    assert_eq!(browser.axe("html", &[]).await, [""; 0]);

    browser.reload().await;
    browser.click(".tabs button:nth-child(4)").await;
    browser.text(".keys tbody", &key[..8]).await;
    let everything = "return document.documentElement.outerHTML + [...document.querySelectorAll('input')].map(input => input.value) + \
                      JSON.stringify([{...localStorage}, {...sessionStorage}])";
    assert!(!browser.run(everything).await.as_str().expect("text").contains(&key), "it is gone");
    browser.click("[aria-label='Revoke CRM']").await;
    browser.click(".ask .danger").await;
    browser.until("the key to go", "return document.querySelectorAll('.keys tbody tr').length === 1").await;
    assert_eq!(w.with_key(&key).get("/api/pause").await.status, 401);
    browser.excuse("/api/").await;
}

async fn a_file_is_imported(w: &mut World, browser: &Browser) {
    let list = resource(w, "phone_list", json!({"name": "Customers"})).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("leads.csv");
    let rows: String = (0..1_200).map(|row| format!("0501{row:06},Lead {row}\n")).collect();
    fs::write(&file, format!("phone,name\n{rows}call me,Nobody\n")).expect("it can be written");
    open(w, browser, "phone-lists").await;
    browser.click("tbody a").await;
    browser.click(".tabs button:nth-child(3)").await;
    browser.click(".sheet .row button").await;
    browser.text(".sheet", "Choose a file first.").await;
    browser.choose_file("input[type=file]", &file).await;
    browser.click(".sheet .row button").await;
    browser.text(".result", "1,200 added, 0 changed, 1 refused.").await;
    let refused = browser.text(".result tbody", "phone may hold only digits").await;
    assert!(refused.contains("1202") && refused.contains("call me"), "{refused}");
    browser.text("[aria-label=Imports] tbody", "done").await;
    assert_eq!(browser.axe("html", &[]).await, [""; 0]);
    browser.screenshot("console-imported").await;
    assert_eq!(done(w.get(&format!("/api/phone_list/{list}")).await)["list_rows"], 1_200);

    // A file that breaks off says where.
    fs::write(&file, "phone\n0501234567\n\"").expect("it can be written");
    browser.choose_file("input[type=file]", &file).await;
    browser.click(".sheet .row button").await;
    browser.text(".sheet .refused", "line 3").await;
    browser.excuse("/api/").await;
}

/// Whoever sends it.
async fn an_import_is_followed(w: &mut World, browser: &Browser) {
    let list = resource(w, "phone_list", json!({"name": "Customers"})).await;
    open(w, browser, "phone-lists").await;
    browser.click("tbody a").await;
    browser.click(".tabs button:nth-child(3)").await;
    browser.text(".sheet", "are told here").await;
    let rows = |from: u32, to: u32| (from..to).map(|row| format!("0501{row:06}\n")).collect::<String>();
    let mut post = w.begin_post(&format!("/api/phone_list/{list}/lead"), "text/csv").await;
    post.send(&format!("phone\n{}", rows(0, 31_000))).await;
    let running = browser.text("[aria-label=Imports] tbody", "running").await;
    browser.text("[aria-label=Imports] tbody", "30,000").await;
    assert!(!running.contains("done"), "{running}");
    post.send(&rows(31_000, 31_500)).await;
    assert_eq!(post.end().await.body["data"]["added"], 31_500);
    let over = browser.text("[aria-label=Imports] tbody", "done").await;
    assert!(over.contains("31,500"), "{over}");
}

async fn deliveries_are_looked_at_and_done_again(w: &mut World, browser: &Browser) {
    open(w, browser, "events").await;
    browser.click("#actions button:last-child").await;
    browser.text("#said", "has no event_url").await;
    let secret = w.push_to_sink().await;
    browser.click("#actions button:last-child").await;
    let id = w.sink.next("test", &secret).await["id"].clone();
    browser.text(".sheet h2", id.as_str().expect("an id")).await;
    browser.text(".sheet .facts", "done").await;
    browser.text(".sheet [aria-label=Attempts] tbody", "taken").await;
    assert_eq!(browser.axe("html", &[]).await, [""; 0]);
    browser.screenshot("console-event").await;
    browser.click(".sheet .buttons button").await;
    assert_eq!(w.sink.next("test", &secret).await["id"], id);
    browser.until("two attempts", "return document.querySelectorAll('.sheet [aria-label=Attempts] tbody tr').length === 2").await;
    browser.click(".sheet .close").await;
    browser.type_into(".filters select", "dead").await;
    browser.text("#content", "Nothing was told yet.").await;
    browser.type_into(".filters select", "done").await;
    browser.text("#content tbody", "test").await;
    browser.excuse("/api/").await;
}

async fn a_range_is_sent_again(w: &mut World, browser: &Browser) {
    let secret = w.push_to_sink().await;
    let first = done(w.post("/api/event/test", json!({})).await)["id"].clone();
    w.sink.next("test", &secret).await;
    open(w, browser, "events").await;
    browser.text("tbody", "done").await;
    browser.click("#actions button:first-child").await;
    browser.click(".sheet .buttons button").await;
    browser.text("[data-field=from] .error", "from is required").await;
    browser.type_into("[data-field=from] input", "2020-01-01T00:00:00Z").await;
    browser.type_into("[data-field=to] input", "2100-01-01T00:00:00Z").await;
    browser.type_into("[data-field=event] input", "test").await;
    browser.click(".sheet .buttons button").await;
    browser.text("#said", "1 events are sent again.").await;
    assert_eq!(w.sink.next("test", &secret).await["id"], first);
    browser.excuse("/api/").await;
}

async fn the_account_and_a_test_event(w: &mut World, browser: &Browser) {
    open(w, browser, "users").await;
    turn(w, browser, "account").await;
    browser.text(".facts", "there is no address").await;
    browser.type_into("[data-field=event_url] input", "nowhere").await;
    browser.click("form .buttons button").await;
    browser.text("[data-field=event_url] .error", "must be an http or https address").await;
    browser.type_into("[data-field=event_url] input", w.sink.url()).await;
    browser.click(".tabs button:nth-child(2)").await;
    browser.type_into("[data-field=timezone] input", "Asia/Jerusalem").await;
    browser.type_into("[data-field=limits] label:first-child input", "10").await;
    browser.click("form .buttons button").await;
    browser.text("#said", "Saved.").await;
    let account = done(w.get("/api/account").await);
    assert_eq!((&account["event_url"], &account["timezone"]), (&json!(w.sink.url()), &json!("Asia/Jerusalem")));
    assert_eq!(account["limits"]["calls_at_once"], 10);

    browser.click("#actions button:first-child").await;
    browser.click(".ask .danger").await;
    browser.text(".once", "shown this once").await;
    let secret = browser.run("return document.querySelector('.once input').value").await;
    browser.click("#actions button:last-child").await;
    browser.text(".sheet .facts", "test").await;
    let id = w.sink.next("test", secret.as_str().expect("a secret")).await["id"].clone();
    browser.text(".sheet h2", id.as_str().expect("an id")).await;
    browser.excuse("/api/").await;
}

async fn a_recording_is_heard_and_deleted(w: &mut World, browser: &Browser) {
    let now = w.clock().now().0;
    let path = format!("{}/2026/11/25/a1.wav", w.account());
    history::leg(
        w,
        w.account(),
        "a1",
        now,
        json!({"recording": path, "ended_at": now + 1_000, "type": "inbound", "hangup_cause": "NORMAL_CLEARING"}),
    )
    .await;
    let file = w.recordings_folder().join(path);
    fs::create_dir_all(file.parent().expect("a folder")).expect("it can be made");
    fs::write(&file, wav()).expect("it can be written");
    open(w, browser, "calls").await;
    browser.text("#content", "No call is up.").await;
    browser.click("tbody a").await;
    browser.text(".sheet .facts", "0501234567").await;
    browser.click(".recording button").await;
    browser.until("the sound", "return document.querySelector('audio')?.duration === 1").await;
    assert_eq!(browser.axe("html", &[]).await, [""; 0]);
    browser.screenshot("console-recording").await;
    browser.click(".recording .danger").await;
    browser.click(".ask .danger").await;
    browser.text(".recording", "The recording was deleted.").await;
    assert!(!file.exists());
    assert_eq!(w.get("/api/cdr/recordings/a1").await.status, 404);
}

/// A second of silence: 8,000 samples of 8 bits.
fn wav() -> Vec<u8> {
    let mut bytes = b"RIFF\x64\x1f\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x40\x1f\0\0".to_vec();
    bytes.extend([0x80; 8_000]);
    bytes
}

async fn calls_that_are_up(w: &mut World, browser: &Browser) {
    queue(w, "Support", "7000", &[]).await;
    open(w, browser, "calls").await;
    let call = w.phones.call_in("972501111111", "97237000").await;
    let up = browser.text("[aria-label='Calls that are up'] tbody", "waiting").await;
    assert!(up.contains("972501111111") && up.contains("Support"), "{up}");
    w.phones.hang_up(call).await;
    browser.text("#content", "No call is up.").await;
    browser.reload().await;
    browser.text("[aria-label='Calls that were'] tbody", "972501111111").await;
}
