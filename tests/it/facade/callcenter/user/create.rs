//! `POST /api/user`

use serde_json::{Value, json};

use crate::facade::callcenter::{data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![the_documents_example, what_is_required, passwords, taken_names, nobody_rises];

/// The document's table, without the password, which is never shown.
const FIELDS: [&str; 50] = [
    "id",
    "active",
    "account_id",
    "is_agent",
    "in_reports",
    "name",
    "username",
    "email",
    "timezone",
    "sites",
    "groups",
    "intercept_groups",
    "intercept_other_groups",
    "geo_limit",
    "follow_me",
    "last_login",
    "ts",
    "devices",
    "extensions",
    "dids",
    "dr_id",
    "call_timeout",
    "vm_id",
    "vm_name",
    "pgroup_id",
    "pgroup",
    "permissions",
    "queue_perms",
    "override_device",
    "ecnam",
    "ecnum",
    "ocnam",
    "ocnum",
    "user_record",
    "cnum_by_country",
    "blf_ext",
    "rec_inb_ext",
    "rec_out_ext",
    "rec_inb_int",
    "rec_out_int",
    "pause_id",
    "online",
    "queues",
    "session_ttl",
    "max_snooze",
    "wrap_up_time",
    "no_answer_delay_time",
    "reject_delay_time",
    "busy_delay_time",
    "max_no_answer",
];

fn john() -> Value {
    json!({"name": "John Smith", "username": "Jonh123", "password": "Ab123456", "email": "usersmail@mail.com", "in_reports": true, "is_agent": true})
}

async fn the_documents_example(w: &mut World) {
    let user = data(w.post("/api/user", john()).await);
    for field in FIELDS {
        assert!(user.get(field).is_some(), "{field} is missing");
    }
    assert!(user.get("password").is_none());
    assert_eq!((&user["active"], &user["in_reports"], &user["pgroup_id"]), (&json!(1), &json!(true), &json!(0)));
    assert_eq!((&user["username"], &user["online"], &user["queues"]), (&json!("Jonh123"), &json!(0), &json!([])));
    assert_eq!(data(w.get(&format!("/api/user/{}", user["id"])).await), user);
}

async fn what_is_required(w: &mut World) {
    for field in ["name", "username", "password", "email"] {
        let mut user = john();
        user.as_object_mut().unwrap().remove(field);
        assert_eq!(refusal(w.post("/api/user", user).await, 400), format!("{field} is required"));
    }
}

async fn passwords(w: &mut World) {
    for weak in ["Ab12345", "ab123456", "AB123456", "Abcdefgh"] {
        let mut user = john();
        user["password"] = json!(weak);
        assert!(refusal(w.post("/api/user", user).await, 400).starts_with("password must have 8"), "{weak}");
    }
}

async fn taken_names(w: &mut World) {
    data(w.post("/api/user", john()).await);
    let mut other = john();
    other["email"] = json!("other@mail.com");
    assert!(refusal(w.post("/api/user", other.clone()).await, 409).contains("username"));
    other["username"] = json!("other");
    other["email"] = json!("USERSMAIL@mail.com");
    assert!(refusal(w.post("/api/user", other).await, 409).contains("email"));
}

async fn nobody_rises(w: &mut World) {
    let mut user = john();
    user["permissions"] = json!({"cc_api": true, "users": true});
    let id = data(w.post("/api/user", user).await)["id"].as_i64().unwrap();
    let key = data(w.post(&format!("/api/user/{id}/key"), json!({})).await)["key"].as_str().unwrap().to_owned();
    let clerk = w.with_key(&key);
    let admin = w.user_id();
    refusal(clerk.put(&format!("/api/user/{id}"), json!({"permissions": {"cc_api": true, "users": true, "settings": true}})).await, 403);
    refusal(clerk.put(&format!("/api/user/{id}"), json!({"pgroup_id": 1})).await, 403);
    refusal(clerk.post(&format!("/api/user/{admin}/key"), json!({})).await, 403);
    refusal(clerk.put(&format!("/api/user/{admin}"), json!({"password": "Ab1234567"})).await, 403);
    refusal(clerk.delete(&format!("/api/user/{admin}")).await, 403);
}
