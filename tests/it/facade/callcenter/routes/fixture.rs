//! One row of each kind in an account, and requests that name them.

use std::collections::BTreeMap;

use ccgate::domain::AccountId;
use reqwest::Method;
use serde_json::{Value, json};

use super::super::data;
use super::table::Row;
use crate::harness::api::Api;
use crate::harness::{Answer, World, history, recording};

/// The phone of a lead.
const PHONE: &str = "972501234567";

/// The ids of one account's rows, and a user whose permissions a test sets.
pub(crate) struct Fixture {
    /// The account's administrator.
    pub(crate) admin: Api,
    /// The key of the tester.
    pub(crate) tester: Api,
    tester_id: i64,
    pub(crate) ids: BTreeMap<&'static str, Value>,
}

impl Fixture {
    /// Makes them; every name begins with `mark`.
    pub(crate) async fn new(w: &World, admin: Api, mark: &str) -> Self {
        let mut ids = BTreeMap::new();
        let user = |name: &str| {
            let username = format!("{mark}.{name}");
            json!({"name": username, "username": username, "password": "Ab123456", "email": format!("{username}@mail.com"), "is_agent": true})
        };
        let phone = |name: &str, owner: &Value| json!({"name": format!("{mark} phone"), "type": "sip", "username": name, "user_id": owner});
        let user_id = made(&admin, "/api/user", user("user")).await;
        let tester_id = made(&admin, "/api/user", user("tester")).await;
        let queue = json!({"name": format!("{mark} queue"), "strategy": "ring-all", "time_base_score": "queue", "users": [[user_id, 3]]});
        let queue = made(&admin, "/api/cc_queue", queue).await;
        let extension = json!({"name": format!("{mark} extension"), "number": "7000", "target": "queue", "target_id": queue});
        for (name, noun, mut fields) in [
            ("pgroup", "pgroup", json!({})),
            ("site", "site", json!({})),
            ("group", "group", json!({})),
            ("label", "label", json!({})),
            ("time_group", "time_group", json!({"rules": [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "24:00"}]})),
            ("media", "media", json!({"kind": "file", "path": "a.wav"})),
            ("dial_rule", "dial_rule", json!({})),
            ("own_rule", "dial_rule", json!({})),
            ("voicemail", "voicemail", json!({"number": "8000"})),
            ("phone_list", "phone_list", json!({})),
            ("own_list", "phone_list", json!({})),
            ("own_mailbox", "voicemail", json!({"number": "8009"})),
        ] {
            fields["name"] = json!(format!("{mark} {name}"));
            ids.insert(name, made(&admin, &format!("/api/{noun}"), fields).await);
        }
        ids.insert("device", made(&admin, "/api/device", phone("1001", &user_id)).await);
        ids.insert("own_device", made(&admin, "/api/device", phone("1002", &tester_id)).await);
        ids.insert("extension", made(&admin, "/api/extension", extension).await);
        ids.insert("pause", made(&admin, "/api/pause", json!({"name": format!("{mark} pause")})).await);
        ids.insert("key_id", made(&admin, &format!("/api/user/{user_id}/key"), json!({"name": format!("{mark} key")})).await);
        made(&admin, &format!("/api/phone_list/{}/lead", ids["phone_list"]), json!({"phone": PHONE, "name": format!("{mark} lead")})).await;
        // One of the tester's own calls, and its recording.
        let account = AccountId(data(admin.get(&format!("/api/user/{tester_id}")).await)["account_id"].as_i64().expect("an id"));
        let file = format!("{account}/2026/11/25/a.wav");
        recording::append(&w.recordings_folder().join(&file), 0);
        let started_at = w.clock().now().0;
        let columns = json!({"user_id": tester_id, "recording": file, "ended_at": started_at});
        history::leg(w, account, &format!("{mark}-call"), started_at, columns).await;
        ids.insert("uuid", json!(format!("{mark}-call")));
        ids.insert("cc_queue", queue);
        ids.insert("user", user_id);
        data(admin.get(&format!("/api/cc_agent/checkInDevice?user_id={}&device_id={}", ids["user"], ids["device"])).await);
        let told = data(admin.get("/api/event?event=agent:checkin").await);
        ids.insert("event", told[0]["id"].clone());
        let key = data(admin.post(&format!("/api/user/{tester_id}/key"), json!({})).await)["key"].as_str().expect("a key").to_owned();
        let tester = admin.with_key(&key);
        Self { admin, tester, tester_id: tester_id.as_i64().expect("an id"), ids }
    }

    /// Gives the tester its permissions.
    pub(crate) async fn permit(&self, pgroup: &Value, permissions: Value) {
        let path = format!("/api/user/{}", self.tester_id);
        data(self.admin.put(&path, json!({"pgroup_id": pgroup, "permissions": permissions})).await);
    }
}

async fn made(admin: &Api, path: &str, fields: Value) -> Value {
    data(admin.post(path, fields).await)["id"].clone()
}

/// How many ids a request names.
pub(crate) fn names(row: &Row) -> usize {
    let mut count = 0;
    fill(row, &mut |_| {
        count += 1;
        Value::Null
    });
    count
}

/// Sends the request of a row; `id` gives the id of a name, in the order in which they stand.
pub(crate) async fn send(api: &Api, row: &Row, mut id: impl FnMut(&str) -> Value) -> Answer {
    let (mut path, sends) = fill(row, &mut id);
    let method: Method = row.method.parse().expect("a method");
    if matches!(method, Method::GET | Method::DELETE) && !sends.is_array() {
        let pairs: Vec<_> = sends.as_object().into_iter().flatten().map(|(name, value)| format!("{name}={}", text(value))).collect();
        if !pairs.is_empty() {
            path = format!("{path}?{}", pairs.join("&"));
        }
        return api.call(method, &path, &Value::Null).await;
    }
    api.call(method, &path, &sends).await
}

/// The path and what is sent, with ids.
pub(crate) fn fill(row: &Row, id: &mut impl FnMut(&str) -> Value) -> (String, Value) {
    let noun = row.path.split('/').nth(2).unwrap_or_default();
    let part = |part: &str, id: &mut dyn FnMut(&str) -> Value| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        Some("id") => text(&id(noun)),
        // Not an id: it may be in lists of both accounts.
        Some("phone") => PHONE.to_owned(),
        Some(name) => text(&id(name)),
        None => part.to_owned(),
    };
    let parts: Vec<_> = row.path.split('/').map(|one| part(one, id)).collect();
    let mut sends = row.sends.clone();
    fill_value(&mut sends, id);
    (parts.join("/"), sends)
}

/// A scalar as a query string has it.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn fill_value(value: &mut Value, id: &mut impl FnMut(&str) -> Value) {
    match value {
        Value::String(text) => {
            if let Some(name) = text.strip_prefix('$') {
                *value = id(name);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill_value(item, id)),
        Value::Object(fields) => fields.values_mut().for_each(|field| fill_value(field, id)),
        _ => {}
    }
}
