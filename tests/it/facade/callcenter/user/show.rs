//! `GET /api/user/{id}`

use serde_json::{Value, json};

use crate::facade::callcenter::{data, queue, refusal, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![what_is_read_only, of_nobody];

/// The document's read-only fields, each with something to show.
async fn what_is_read_only(w: &mut World) {
    let before = ccgate::clock::Clock::system().now().epoch_s();
    let (user, device) = seated(w, "1001").await;
    let path = format!("/api/user/{user}");
    let queue = queue(w, "Queue", json!([[user, 4, 2, 1]])).await;
    for (kind, number) in [("internal", "7000"), ("internal", "7001"), ("did", "97237000"), ("did", "97237001")] {
        data(w.post("/api/extension", json!({"number": number, "kind": kind, "target": "user", "target_id": user})).await);
    }
    data(w.put(&format!("/api/device/{device}"), json!({"user_id": user, "ring": 1, "delay": 2, "timeout": 20})).await);
    let agents = data(w.get(&format!("/api/user/{}", w.user_id())).await)["pgroup_id"].as_i64().unwrap() + 2;
    data(w.put(&path, json!({"pgroup_id": agents})).await);
    let pause = data(w.get("/api/pause").await)[0]["id"].clone();
    data(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id={pause}")).await);
    let login = json!({"username": "1001", "password": "Ab123456"});
    data(w.anonymous().post("/api/user/login", login).await);

    let shown = data(w.get(&path).await);
    let expected = json!({
        "id": user, "account_id": data(w.get("/api/account").await)["id"], "online": 1, "pause_id": pause, "queues": [queue],
        "queue_perms": [[queue, 4, 2, 1, null]], "extensions": "7000,7001", "dids": "97237000,97237001", "pgroup": "Agent", "vm_name": null,
        "devices": [{"device_id": device, "ring": 1, "delay": 2, "timeout": 20, "name": "Phone 1001"}],
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&shown[name], value, "{name}");
    }
    let now = ccgate::clock::Clock::system().now().epoch_s();
    for name in ["ts", "last_login"] {
        assert!(shown[name].as_i64().is_some_and(|at| (before..=now).contains(&at)), "{name}: {}", shown[name]);
    }
    assert!(shown.get("password").is_none());

    // Written, they are ignored: the switch, the login and the clock say what they are.
    let written: Value =
        expected.as_object().unwrap().keys().filter(|name| *name != "queue_perms").map(|name| (name.clone(), json!(9))).collect();
    data(w.put(&path, written).await);
    assert_eq!(data(w.get(&path).await), shown);
}

async fn of_nobody(w: &mut World) {
    for id in ["999999", "0", "-1", "x"] {
        refusal(w.get(&format!("/api/user/{id}")).await, 404);
    }
}
