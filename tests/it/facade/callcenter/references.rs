//! What users, queues and the account name by id: only what is their own, and what they name stays.

use serde_json::{Value, json};

use super::{agent, data, queue, refusal, resource};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![of_a_user, of_a_queue, of_the_account, of_what_is_made];

/// What a new resource of that noun must have.
fn fields(noun: &str) -> Value {
    match noun {
        "media" => json!({"name": "M", "kind": "stream", "spec": "moh"}),
        "voicemail" => json!({"name": "M", "number": "8000"}),
        _ => json!({"name": "M"}),
    }
}

/// A field of `path` that names a `noun`: `named` is how it is written, `none` how it is cleared, `user` how it is called when it is in the way.
async fn names(w: &mut World, path: &str, user: &str, field: &str, noun: &str, named: fn(i64) -> Value, none: Value) {
    let before = data(w.get(path).await);
    let theirs = w.other_account(&format!("{}.local", field.replace('_', "-"))).await;
    let theirs = data(theirs.post(&format!("/api/{noun}"), fields(noun)).await)["id"].as_i64().unwrap();
    // An id of another kind is as one of nobody.
    let kind = resource(w, if noun == "site" { "label" } else { "site" }, json!({"name": field})).await;
    for id in [999_999, theirs, kind] {
        let refused = refusal(w.put(path, json!({"name": "Changed", field: named(id)})).await, 400);
        assert!(refused.starts_with(&format!("{field} names {id}, which is no ")), "{refused}");
    }
    assert_eq!(data(w.get(path).await), before, "nothing was changed");
    let id = resource(w, noun, fields(noun)).await;
    assert_eq!(data(w.put(path, json!({field: named(id)})).await)[field], named(id));
    let resource = format!("/api/{noun}/{id}");
    let refused = refusal(w.delete(&resource).await, 409);
    assert!(refused.contains(&format!("is still used by {user};")), "{refused}");
    data(w.put(path, json!({field: none})).await);
    data(w.delete(&resource).await);
}

async fn of_a_user(w: &mut World) {
    let path = format!("/api/user/{}", agent(w, "one").await);
    for (field, noun) in [("sites", "site"), ("groups", "group"), ("intercept_groups", "group"), ("intercept_other_groups", "group")] {
        names(w, &path, "user 'Agent one'", field, noun, |id| json!([id]), json!([])).await;
    }
    for (field, noun) in [("dr_id", "dial_rule"), ("vm_id", "voicemail")] {
        names(w, &path, "user 'Agent one'", field, noun, |id| json!(id), json!(0)).await;
    }
}

async fn of_a_queue(w: &mut World) {
    let path = format!("/api/cc_queue/{}", queue(w, "Support", json!([])).await);
    for (field, noun) in
        [("site_id", "site"), ("announce_id", "media"), ("moh_id", "media"), ("pre_bridge_announce", "media"), ("join_announce", "media")]
    {
        names(w, &path, "queue 'Support'", field, noun, |id| json!(id), json!(null)).await;
    }
    names(w, &path, "queue 'Support'", "labels", "label", |id| json!([id]), json!("")).await;
    names(w, &path, "queue 'Support'", "audio_playback", "media", |id| json!([{"media_id": id, "times": 2}]), json!(null)).await;
}

async fn of_the_account(w: &mut World) {
    names(w, "/api/account", "the account", "dr_id", "dial_rule", |id| json!(id), json!(null)).await;
}

async fn of_what_is_made(w: &mut World) {
    let user = json!({"name": "N", "username": "n", "password": "Ab123456", "email": "n@mail.com", "sites": [1]});
    assert!(refusal(w.post("/api/user", user).await, 400).starts_with("sites"));
    assert_eq!(data(w.get("/api/user?q=n@mail.com").await), json!([]));
    let queue = json!({"name": "Q", "strategy": "ring-all", "time_base_score": "queue", "labels": [1]});
    assert!(refusal(w.post("/api/cc_queue", queue).await, 400).starts_with("labels"));
    assert_eq!(data(w.get("/api/cc_queue").await), json!([]));
}
