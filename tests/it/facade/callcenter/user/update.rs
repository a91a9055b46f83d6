//! `PUT /api/user/{id}`

use serde_json::json;

use crate::facade::callcenter::{agent, data, queue, refusal, resource, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![only_what_is_sent, every_field, what_was_read_can_be_written, deactivating_checks_out, read_only];

async fn only_what_is_sent(w: &mut World) {
    let id = agent(w, "one").await;
    let path = format!("/api/user/{id}");
    let before = data(w.get(&path).await);
    let after = data(w.put(&path, json!({"name": "Other"})).await);
    let mut expected = before;
    expected["name"] = json!("Other");
    assert_eq!(after, expected);
    refusal(w.put("/api/user/999999", json!({"name": "Nobody"})).await, 404);
}

async fn every_field(w: &mut World) {
    let id = agent(w, "one").await;
    let queue = queue(w, "Queue", json!([])).await;
    let site = resource(w, "site", json!({"name": "Site"})).await;
    let (sales, support) = (resource(w, "group", json!({"name": "Sales"})).await, resource(w, "group", json!({"name": "Support"})).await);
    let rule = resource(w, "dial_rule", json!({"name": "Rule"})).await;
    let mailbox = resource(w, "voicemail", json!({"name": "Box", "number": "8000"})).await;
    let fields = json!({
        "active": 1, "is_agent": true, "in_reports": false, "name": "N", "username": "u", "email": "u@mail.com", "timezone": "Asia/Jerusalem",
        "sites": [site], "groups": [sales, support], "intercept_groups": [support], "intercept_other_groups": [sales], "geo_limit": "IL,US", "follow_me": 20,
        "dr_id": rule, "call_timeout": 30, "vm_id": mailbox, "permissions": {"agents": true}, "queue_perms": [[queue, 3, 2, 1, null]],
        "override_device": true, "ecnam": "Sales", "ecnum": "+97231234567", "ocnam": "Dana", "ocnum": "1001", "user_record": 1,
        "cnum_by_country": {"IL": "97231234567"}, "blf_ext": ["1002"], "rec_inb_ext": 1, "rec_out_ext": 0, "rec_inb_int": null,
        "rec_out_int": 1, "session_ttl": 3600, "max_snooze": 2, "wrap_up_time": 10, "no_answer_delay_time": 5, "reject_delay_time": 6,
        "busy_delay_time": 7, "max_no_answer": 3,
    });
    let after = data(w.put(&format!("/api/user/{id}"), fields.clone()).await);
    for (name, value) in fields.as_object().unwrap() {
        assert_eq!(&after[name], value, "{name}");
    }
}

async fn what_was_read_can_be_written(w: &mut World) {
    let (id, _) = seated(w, "1001").await;
    let path = format!("/api/user/{id}");
    let shown = data(w.get(&path).await);
    assert_eq!(data(w.put(&path, shown.clone()).await), shown);
}

async fn deactivating_checks_out(w: &mut World) {
    let (id, device) = seated(w, "1001").await;
    assert_eq!(data(w.get(&format!("/api/user/{id}")).await)["online"], 1);
    assert_eq!(data(w.put(&format!("/api/user/{id}"), json!({"active": false})).await)["online"], 0);
    assert_eq!(data(w.get(&format!("/api/device/{device}")).await)["agent_id"], json!(null));
}

async fn read_only(w: &mut World) {
    let id = agent(w, "one").await;
    let fields =
        json!({"id": 5, "account_id": 9, "online": 1, "pause_id": 3, "queues": [1], "ts": 0, "last_login": 1, "devices": "x", "dids": 7});
    let path = format!("/api/user/{id}");
    let before = data(w.get(&path).await);
    assert_eq!(data(w.put(&path, fields).await), before);
}
