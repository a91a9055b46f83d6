//! What an agent's change is worked out from may change before its commit: the agent's row moves on with it, so that the change is worked out again.

use ccgate::domain::UserId;
use ccgate::store;
use serde_json::json;

use crate::facade::callcenter::{agent, data, queue, seated};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![with_configuration, a_change_that_was_worked_out_before_is_stale];

async fn version(w: &World, user: i64) -> i64 {
    let mut conn = w.running().store().read().await.unwrap();
    store::agent::get(&mut conn, w.account(), UserId(user)).await.unwrap().version
}

async fn with_configuration(w: &mut World) {
    let ((user, device), out) = (seated(w, "1001").await, agent(w, "out").await);
    let queue = queue(w, "Queue", json!([])).await;
    for (path, body, of) in [
        (format!("/api/cc_queue/{queue}/users"), json!([[user, 1], [out, 1]]), user),
        (format!("/api/cc_queue/{queue}/users"), json!([[user, 1], [out, 3]]), out),
        (format!("/api/user/{out}/queues"), json!([[queue, 4]]), out),
        (format!("/api/user/{user}"), json!({"wrap_up_time": 9}), user),
        (format!("/api/user/{out}"), json!({"is_agent": 0}), out),
        (format!("/api/device/{device}"), json!({"name": "Desk"}), user),
    ] {
        let before = version(w, of).await;
        data(w.put(&path, body.clone()).await);
        assert!(version(w, of).await > before, "{path} {body}");
    }
    let before = version(w, user).await;
    data(w.delete(&format!("/api/cc_queue/{queue}")).await);
    assert!(version(w, user).await > before, "it was a member");
}

async fn a_change_that_was_worked_out_before_is_stale(w: &mut World) {
    let out = agent(w, "out").await;
    let queue = queue(w, "Queue", json!([[out, 4]])).await;
    let (store, account) = (w.running().store(), w.account());
    let seen = store::agent::get(&mut store.read().await.unwrap(), account, UserId(out)).await.unwrap();
    data(w.put(&format!("/api/cc_queue/{queue}/users"), json!([[out, 0]])).await);
    let saved = store.write(move |conn| Box::pin(async move { store::agent::save(conn, &seen).await })).await;
    assert!(matches!(saved, Err(store::Error::Stale)), "{saved:?}");
}
