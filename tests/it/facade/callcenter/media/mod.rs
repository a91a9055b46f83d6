//! `/api/media`

use serde_json::json;

use crate::facade::callcenter::rest::{Noun, noun_trials};
use crate::facade::callcenter::{data, queue, refusal, resource};
use crate::harness::World;

const MEDIA: Noun = Noun {
    path: "/api/media",
    new: |_| json!({"kind": "file", "path": "hello/world.wav", "spec": null}),
    change: || json!({"path": "other.wav"}),
    wrong: || vec![("kind", json!("song")), ("path", json!("../x.wav")), ("path", json!(null)), ("spec", json!("moh"))],
    read: &["settings"],
    write: "settings",
};

noun_trials![MEDIA; becomes_another_kind, reaches_the_queue, with_the_switch_away];

async fn becomes_another_kind(w: &mut World) {
    let path = format!("/api/media/{}", resource(w, "media", json!({"name": "M", "kind": "file", "path": "a.wav"})).await);
    assert!(refusal(w.put(&path, json!({"kind": "tone"})).await, 400).starts_with("spec is required"));
    let tone = data(w.put(&path, json!({"kind": "tone", "spec": "%(200,0,440)"})).await);
    assert_eq!((&tone["kind"], &tone["path"], &tone["spec"]), (&json!("tone"), &json!(null), &json!("%(200,0,440)")));
    assert!(refusal(w.put(&path, json!({"path": "a.wav"})).await, 400).starts_with("path"));
    assert_eq!(data(w.put(&path, json!({"kind": "stream", "spec": "moh"})).await)["spec"], "moh");
}

async fn reaches_the_queue(w: &mut World) {
    let media = resource(w, "media", json!({"name": "Music", "kind": "file", "path": "a.wav"})).await;
    let queue = queue(w, "Support", json!([])).await;
    data(w.put(&format!("/api/cc_queue/{queue}"), json!({"moh_id": media})).await);
    data(w.put(&format!("/api/media/{media}"), json!({"path": "b.wav"})).await);
    let heard = w.running().reconciler().desired();
    let heard = heard.queues().next().unwrap().params().get("moh-sound").unwrap();
    assert!(heard.ends_with("/b.wav"), "{heard}");
}

async fn with_the_switch_away(w: &mut World) {
    w.take_switch_away().await;
    let answer = w.post("/api/media", json!({"name": "M", "kind": "stream", "spec": "moh"})).await;
    assert_eq!(answer.body["applied"], false);
    let path = format!("/api/media/{}", data(answer)["id"]);
    assert_eq!(w.put(&path, json!({"name": "N"})).await.body["applied"], false);
    assert_eq!(w.delete(&path).await.body, json!({"success": true, "applied": false}));
    refusal(w.get(&path).await, 404);
}
