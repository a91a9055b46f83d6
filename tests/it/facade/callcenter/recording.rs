//! `/api/cdr/recordings/{uuid}`, and how long recordings are kept.

use std::fs;
use std::path::PathBuf;

use ccgate::clock::Millis;
use reqwest::Method;
use serde_json::{Value, json};

use super::{data, refusal};
use crate::facade::world_trials;
use crate::harness::api::Api;
use crate::harness::{World, history};

world_trials![
    a_recording_is_played,
    by_any_leg_of_its_call,
    who_may_hear,
    it_is_deleted,
    none_is_there,
    it_is_kept_for_a_time,
    nothing_outside_the_folder
];

const DAY_MS: i64 = 86_400_000;
const SOUND: &[u8] = b"RIFF and so on";

/// A leg of today that is over and has a file with [`SOUND`]; the file.
async fn recorded(w: &World, uuid: &str, columns: Value) -> PathBuf {
    let started_at = columns["started_at"].as_i64().unwrap_or(w.clock().now().0);
    let path = format!("{}/2026/11/25/{uuid}.wav", w.account());
    let mut all = json!({"recording": path, "ended_at": started_at + 1_000});
    all.as_object_mut().expect("columns").extend(columns.as_object().expect("columns").clone());
    all.as_object_mut().expect("columns").retain(|_, value| !value.is_null());
    history::leg(w, w.account(), &format!("{uuid}/b"), started_at, json!({"ended_at": started_at})).await;
    history::leg(w, w.account(), uuid, started_at, all).await;
    let file = w.recordings_folder().join(path);
    fs::create_dir_all(file.parent().expect("a folder")).expect("it can be made");
    fs::write(&file, SOUND).expect("it can be written");
    file
}

async fn status(w: &World, uuid: &str) -> u16 {
    w.get(&format!("/api/cdr/recordings/{uuid}")).await.status
}

/// A user of the account with these permissions: its id and a client.
async fn user(w: &World, permissions: Value) -> (i64, Api) {
    let fields = json!({"name": "Dana", "username": "dana", "password": "Ab123456", "email": "dana@mail.com", "permissions": permissions});
    let id = data(w.post("/api/user", fields).await)["id"].as_i64().expect("an id");
    let key = data(w.post(&format!("/api/user/{id}/key"), json!({})).await)["key"].as_str().expect("a key").to_owned();
    (id, w.with_key(&key))
}

async fn a_recording_is_played(w: &mut World) {
    recorded(w, "a1", json!({})).await;
    let path = "/api/cdr/recordings/a1";
    let (status, headers, bytes) = w.file(Method::GET, path).await;
    assert_eq!((status, bytes.as_slice()), (200, SOUND));
    for (name, value) in [
        ("content-type", "audio/wav"),
        ("content-length", "14"),
        ("accept-ranges", "bytes"),
        ("cache-control", "private, no-store"),
        ("x-content-type-options", "nosniff"),
        ("content-disposition", "attachment; filename=\"2026-11-25-a1.wav\""),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    let (status, headers, bytes) = w.file(Method::HEAD, path).await;
    assert_eq!((status, &headers["content-length"], bytes.len()), (200, &"14".parse().expect("a value"), 0));
    // Also where an account wants 200 for every answer in the envelope.
    data(w.put("/api/account", json!({"legacy_http_status": true})).await);
    let (status, headers, bytes) = w.with_header("range", "bytes=5-7").file(Method::GET, path).await;
    assert_eq!((status, &headers["content-range"], bytes.as_slice()), (206, &"bytes 5-7/14".parse().expect("a value"), &b"and"[..]));
    assert_eq!(w.with_header("range", "bytes=14-").file(Method::GET, path).await.0, 416);
    data(w.put("/api/account", json!({"legacy_http_status": false})).await);
}

async fn by_any_leg_of_its_call(w: &mut World) {
    recorded(w, "a1", json!({})).await;
    recorded(w, "a2", json!({"call_id": "a1"})).await;
    let name = async |uuid: &str| w.file(Method::GET, &format!("/api/cdr/recordings/{uuid}")).await.1["content-disposition"].clone();
    assert_eq!(name("a1%2Fb").await, "attachment; filename=\"2026-11-25-a1.wav\"");
    assert_eq!(name("a2").await, "attachment; filename=\"2026-11-25-a2.wav\"", "its own first");
    data(w.delete("/api/cdr/recordings/a1").await);
    // Said twice, it is not another's that goes.
    assert_eq!(refusal(w.delete("/api/cdr/recordings/a1").await, 404), "the recording was deleted");
    assert_eq!(name("a2").await, "attachment; filename=\"2026-11-25-a2.wav\"");
    assert_eq!(name("a1%2Fb").await, "attachment; filename=\"2026-11-25-a2.wav\"", "a leg without its own: what is left of the call");
}

async fn who_may_hear(w: &mut World) {
    let (id, agent) = user(w, json!({"cc_api": true})).await;
    recorded(w, "a1", json!({})).await;
    history::leg(w, w.account(), "a1/rang", 1_000, json!({"user_id": id})).await;
    let why = refusal(agent.get("/api/cdr/recordings/a1").await, 403);
    assert!(why.contains("supervise"), "its phone only rang: {why}");
    history::leg(w, w.account(), "a1/spoke", 1_000, json!({"user_id": id, "answered_at": 1_500})).await;
    assert_eq!(agent.get("/api/cdr/recordings/a1").await.status, 200);
    refusal(agent.delete("/api/cdr/recordings/a1").await, 403);
    let stranger = w.other_account("other.local").await;
    refusal(stranger.get("/api/cdr/recordings/a1").await, 404);
    refusal(stranger.delete("/api/cdr/recordings/a1").await, 404);
    data(w.put(&format!("/api/user/{id}"), json!({"permissions": {"cc_api": true, "supervise": true}})).await);
    data(agent.delete("/api/cdr/recordings/a1").await);
}

async fn it_is_deleted(w: &mut World) {
    let file = recorded(w, "a1", json!({})).await;
    data(w.delete("/api/cdr/recordings/a1").await);
    assert!(!file.exists());
    for answer in [w.get("/api/cdr/recordings/a1").await, w.delete("/api/cdr/recordings/a1").await] {
        assert_eq!(refusal(answer, 404), "the recording was deleted");
    }
}

async fn none_is_there(w: &mut World) {
    history::leg(w, w.account(), "b1", 1_000, json!({"ended_at": 2_000})).await;
    assert_eq!(refusal(w.get("/api/cdr/recordings/b1").await, 404), "the call was not recorded");
    assert_eq!(refusal(w.get("/api/cdr/recordings/b2").await, 404), "no such call");
    let file = recorded(w, "a1", json!({})).await;
    fs::remove_file(file).expect("it is there");
    assert_eq!(refusal(w.get("/api/cdr/recordings/a1").await, 404), "the recording is no longer in the folder of recordings");
    recorded(w, "a2", json!({"ended_at": null})).await;
    for answer in [w.get("/api/cdr/recordings/a2").await, w.delete("/api/cdr/recordings/a2").await] {
        assert!(refusal(answer, 409).contains("still being recorded"));
    }
}

async fn it_is_kept_for_a_time(w: &mut World) {
    let now = w.clock().now();
    let later = |days: i64| Millis(now.0 + days * DAY_MS);
    let due = async |at: Millis| w.running().service().recordings_once(at).await.expect("the database can be used");
    let old = recorded(w, "a1", json!({"started_at": now.0 - 2 * DAY_MS})).await;
    let young = recorded(w, "a2", json!({"started_at": now.0})).await;
    let stranger = old.with_file_name("a3.wav");
    fs::write(&stranger, SOUND).expect("it can be written");
    // No file can be deleted where a folder is.
    let stuck = recorded(w, "a4", json!({"started_at": now.0 - 2 * DAY_MS})).await;
    fs::remove_file(&stuck).expect("it is there");
    fs::create_dir(&stuck).expect("it can be made");
    due(later(88)).await;
    assert!(old.exists(), "the configuration says 90 days");
    due(later(89)).await;
    assert!(!old.exists() && young.exists() && stranger.exists() && stuck.exists());
    assert_eq!(refusal(w.get("/api/cdr/recordings/a1").await, 404), "the recording was deleted");
    fs::remove_dir(&stuck).expect("it is empty");
    fs::write(&stuck, SOUND).expect("it can be written");
    due(Millis(later(90).0 - 1)).await;
    assert!(stuck.exists() && young.exists(), "it is tried again after a day");
    let next = due(later(91)).await;
    assert!(!stuck.exists() && !young.exists() && stranger.exists());
    assert!(next.is_some_and(|next| next > later(91)));
}

async fn nothing_outside_the_folder(w: &mut World) {
    let secret = w.recordings_folder().with_file_name("secret.wav");
    let outside = w.recordings_folder().with_file_name("outside");
    fs::create_dir(&outside).expect("it can be made");
    let link = recorded(w, "a1", json!({})).await;
    fs::remove_file(&link).expect("it is there");
    fs::write(&secret, SOUND).expect("it can be written");
    std::os::unix::fs::symlink(&secret, &link).expect("it can be made");
    assert_eq!(status(w, "a1").await, 404, "a link out of the folder");
    data(w.delete("/api/cdr/recordings/a1").await);
    assert!(secret.exists() && !link.exists(), "the link is deleted, and not what it leads to");
    recorded(w, "a2", json!({"recording": format!("{}/2026/11/26/a2.wav", w.account())})).await;
    fs::write(outside.join("a2.wav"), SOUND).expect("it can be written");
    std::os::unix::fs::symlink(&outside, link.with_file_name("../26")).expect("it can be made");
    assert_eq!(status(w, "a2").await, 404, "a folder that is a link");
    assert_eq!(w.delete("/api/cdr/recordings/a2").await.status, 500);
    let why = refusal(w.get("/api/cdr/recordings/a2").await, 404);
    assert_eq!((why.as_str(), outside.join("a2.wav").exists()), ("the recording is no longer in the folder of recordings", true));
    let other = w.other_account("other.local").await;
    history::leg(w, ccgate::domain::AccountId(2), "b1", 1_000, json!({"recording": "1/2026/11/25/a1.wav", "ended_at": 2_000})).await;
    assert_eq!(refusal(other.get("/api/cdr/recordings/b1").await, 404), "the call was not recorded", "another account's file");
    recorded(w, "a5", json!({"recording": "../secret.wav"})).await;
    assert_eq!(status(w, "a5").await, 500, "nothing that ccgate writes");
}
