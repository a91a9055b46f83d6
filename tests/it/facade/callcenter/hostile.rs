//! Text that would be a command: refused, or kept as harmless text. That none of it reaches the event socket is checked by the world, which
//! reads what the simulated switch was sent.

use serde_json::{Value, json};

use super::{agent, data, phone, queue};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![creating, changing, resources, acting];

const HOSTILE: [&str; 7] =
    ["1001\n\napi shutdown", "{x=y}1001", "1001,1002", "&system(id)", "${system id}", "1001\r\nbgapi shutdown", "[a=b]user/1001|'x' \\"];

/// Sends every hostile text in every field: 200 or 400 (or what the path itself says), never a failure.
async fn throw(w: &mut World, method: &str, path: &str, base: Value, fields: &[&str]) {
    for field in fields {
        for (number, text) in HOSTILE.iter().enumerate() {
            let mut body = base.clone();
            body[field] = json!(text);
            if let Some(unique) = body.get("username").filter(|_| *field != "username" && method == "POST").cloned() {
                body["username"] = json!(format!("{}{field}{number}", unique.as_str().unwrap().replace('_', "")).replace('_', "-"));
            }
            let answer = if method == "POST" { w.post(path, body).await } else { w.put(path, body).await };
            assert!([200, 400, 409].contains(&answer.status), "{path} {field} {text:?}: {} {}", answer.status, answer.body);
        }
    }
    w.assert_switch_heard_no(&["shutdown", "system", "x=y", "a=b"]).await;
}

async fn creating(w: &mut World) {
    let user = json!({"name": "Name", "username": "user", "password": "Ab123456", "email": "a@mail.com", "is_agent": true});
    let fields =
        ["name", "username", "password", "email", "timezone", "geo_limit", "allowed_ips", "ecnam", "ecnum", "blf_ext", "cnum_by_country"];
    throw(w, "POST", "/api/user", user, &fields).await;
    let device = json!({"name": "Phone", "type": "sip", "username": "phone", "password": "phone-secret-12"});
    throw(w, "POST", "/api/device", device, &["name", "type", "username", "password", "user_id", "ring"]).await;
    let external = json!({"name": "Outside", "type": "external", "number": "97250000000"});
    throw(w, "POST", "/api/device", external, &["name", "number", "gateway", "confirm"]).await;
    let target = agent(w, "target").await;
    let extension = json!({"name": "Extension", "number": "7000", "target": "user", "target_id": target});
    throw(w, "POST", "/api/extension", extension, &["name", "number", "kind", "target", "target_id"]).await;
    let pause = json!({"name": "Pause"});
    throw(w, "POST", "/api/pause", pause, &["name", "color", "max_seconds"]).await;
    throw(w, "POST", "/api/phone_list", json!({"name": "List"}), &["name"]).await;
    let list = data(w.post("/api/phone_list", json!({"name": "Leads"})).await)["id"].clone();
    let fields = ["phone", "name", "lead_id", "priority", "tags", "ext_api_vars"];
    throw(w, "POST", &format!("/api/phone_list/{list}/lead"), json!({"phone": "0501234567"}), &fields).await;
    let queue = json!({"name": "Queue", "strategy": "ring-all", "time_base_score": "queue"});
    let fields =
        ["name", "tv_name", "strategy", "time_base_score", "exits", "audio_playback", "background_color", "labels", "moh_id", "users"];
    throw(w, "POST", "/api/cc_queue", queue, &fields).await;
}

async fn resources(w: &mut World) {
    for (noun, base, fields) in [
        ("site", json!({}), &["name"][..]),
        ("group", json!({}), &["name", "user_ids"]),
        ("label", json!({}), &["name", "color"]),
        ("pgroup", json!({}), &["name", "permissions"]),
        ("time_group", json!({}), &["name", "timezone", "rules", "exceptions"]),
        ("media", json!({"kind": "file", "path": "a.wav"}), &["name", "kind", "path"]),
        ("media", json!({"kind": "tone", "spec": "%(1,1,1)"}), &["name", "spec"]),
        ("media", json!({"kind": "stream", "spec": "moh"}), &["name", "spec"]),
        ("dial_rule", json!({}), &["name", "allow", "deny", "gateway", "strip", "prepend", "caller_number", "by_country"]),
        ("voicemail", json!({"number": "8000"}), &["name", "number", "password", "email"]),
    ] {
        let path = format!("/api/{noun}");
        for field in fields {
            // One after the other, as the names are unique.
            let mut named = base.clone();
            named["name"] = json!(format!("{noun} {field}"));
            throw(w, "POST", &path, named, &[field]).await;
        }
        for row in data(w.get(&path).await).as_array().unwrap() {
            throw(w, "PUT", &format!("{path}/{}", row["id"]), json!({}), fields).await;
        }
    }
}

async fn changing(w: &mut World) {
    let (user, device) = (agent(w, "agent").await, phone(w, "1001").await);
    let queue = queue(w, "Queue", json!([[user, 4]])).await;
    data(w.get(&format!("/api/cc_agent/checkInDevice?user_id={user}&device_id={device}")).await);
    throw(w, "PUT", &format!("/api/user/{user}"), json!({}), &["name", "ecnam", "wrap_up_time", "queue_perms", "permissions"]).await;
    throw(w, "PUT", &format!("/api/device/{device}"), json!({}), &["name", "username", "password", "number", "gateway"]).await;
    throw(w, "PUT", &format!("/api/cc_queue/{queue}"), json!({}), &["name", "tv_name", "strategy", "exits", "ring_timeout"]).await;
    throw(w, "PUT", &format!("/api/cc_queue/{queue}/users"), json!({}), &["users"]).await;
    throw(
        w,
        "PUT",
        "/api/account",
        json!({}),
        &["name", "domain", "event_url", "event_names", "event_secret", "emergency_numbers", "timezone", "limits", "dr_id", "dnc_list_id"],
    )
    .await;
}

async fn acting(w: &mut World) {
    let (user, device) = (agent(w, "agent").await, phone(w, "1001").await);
    for (path, fields) in [
        ("checkIn", &["user_id", "forceCheckOut"][..]),
        ("checkInDevice", &["user_id", "device_id", "forceCheckOut"]),
        ("checkOut", &["user_id"]),
        ("setPause", &["id", "user_id"]),
        ("setQueues", &["queue_ids", "user_id"]),
        ("wrapup", &["seconds", "user_id"]),
    ] {
        for field in fields {
            for text in HOSTILE {
                let mut body = json!({"user_id": user, "device_id": device, "id": 1, "queue_ids": ""});
                body[field] = json!(text);
                let answer = w.post(&format!("/api/cc_agent/{path}"), body).await;
                // A list of ids is what that is; the agent is not checked in.
                let expected = if (*field, text) == ("queue_ids", "1001,1002") { 409 } else { 400 };
                assert_eq!(answer.status, expected, "{path} {field} {text:?}: {}", answer.body);
            }
        }
    }
    for field in ["destination", "cid", "display_cid", "device_id", "extension", "user_id", "lead_id", "sip_auto_answer"] {
        for text in HOSTILE {
            let mut body = json!({"device_id": device, "destination": "0501234567"});
            body[field] = json!(text);
            let answer = w.post("/api/cc_agent/originate", body).await;
            assert_eq!(answer.status, 400, "originate {field} {text:?}: {}", answer.body);
        }
    }
    for field in ["cnam", "display_cnam"] {
        for text in HOSTILE {
            let mut body = json!({"device_id": device, "destination": "0501234567"});
            body[field] = json!(text);
            // The phone is not registered; what counts is what the switch was asked.
            assert!([200, 400].contains(&w.post("/api/cc_agent/originate", body).await.status));
        }
    }
    w.assert_switch_heard_no(&["\n\napi shutdown", "bgapi shutdown", "${system", "&system", "{x=y}"]).await;
}
