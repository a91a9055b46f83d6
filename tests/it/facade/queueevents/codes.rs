//! The account's codes; what dialling them does is in the scenarios.

use serde_json::json;

use crate::facade::callcenter::{data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![shown_and_set];

async fn shown_and_set(w: &mut World) {
    let shown = async |w: &World| {
        let account = data(w.get("/api/account").await);
        (account["queue_login_code"].clone(), account["queue_logout_code"].clone())
    };
    assert_eq!(shown(w).await, (json!("*45"), json!("*46")));
    data(w.put("/api/account", json!({"queue_login_code": "*11", "queue_logout_code": null})).await);
    assert_eq!(shown(w).await, (json!("*11"), json!(null)));
    for (field, wrong) in [
        ("queue_login_code", "45"),
        ("queue_login_code", "**45"),
        ("queue_login_code", "*"),
        ("queue_login_code", "*123456"),
        ("queue_login_code", "*97"),
        ("queue_login_code", "*9"),
        ("queue_logout_code", "*11"),
        ("queue_logout_code", "*112"),
        ("queue_logout_code", "*1"),
    ] {
        let why = refusal(w.put("/api/account", json!({field: wrong})).await, 400);
        assert!(why.starts_with(field), "{wrong}: {why}");
    }
    assert_eq!(shown(w).await, (json!("*11"), json!(null)));
}
