//! Another process writes to the database's file: for a moment, and for longer than ccgate waits.

use libtest_mimic::Trial;
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, SqliteConnection};

use super::{a_call, at_work, told};
use crate::harness::{World, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("sim_fault_the_database_is_locked", locked)]
}

async fn locked() {
    let (mut w, secret, _) = at_work().await;
    let mut other = lock(&w).await;
    // As with a disk that is slow, a change is made when it can be.
    let (tea, ()) = tokio::join!(w.post("/api/pause", json!({"name": "Tea"})), async {
        assert_eq!(w.get("/api/pause").await.status, 200, "what only reads does not wait");
        unlock(&mut other).await;
    });
    assert_eq!(tea.status, 200, "{}", tea.body);

    let mut other = lock(&w).await;
    let refused = w.post("/api/pause", json!({"name": "Soup"})).await;
    let said = refused.body["msg"].as_str().unwrap_or_default();
    assert!(refused.status == 500 && said.contains("another process keeps it locked"), "{} {}", refused.status, refused.body);
    a_call(&mut w).await;
    unlock(&mut other).await;
    told(&mut w, &secret).await;
    let pauses = w.get("/api/pause").await.body.to_string();
    assert!(pauses.contains("Tea") && !pauses.contains("Soup"), "{pauses}");
    assert_eq!(w.post("/api/pause", json!({"name": "Soup"})).await.status, 200);
    w.stop().await;
}

async fn lock(w: &World) -> SqliteConnection {
    let mut other = SqliteConnectOptions::new().filename(&w.config().database.path).connect().await.expect("the database");
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.expect("ccgate is not writing for ever");
    other
}

async fn unlock(other: &mut SqliteConnection) {
    sqlx::query("ROLLBACK").execute(other).await.expect("it was begun");
}
