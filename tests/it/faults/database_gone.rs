//! The database's file is taken away, and put back. SQLite would go on writing to what nobody can open again.

use libtest_mimic::Trial;
use serde_json::json;

use super::{a_call, at_work, told};
use crate::harness::{Answer, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("sim_fault_the_databases_file_is_gone", gone)]
}

async fn gone() {
    let (mut w, secret, _) = at_work().await;
    let path = w.config().database.path.clone();
    let aside = path.with_extension("aside");
    let is_refused = |refused: &Answer| refused.status == 500 && refused.body["msg"].to_string().contains("the database failed: its file");

    std::fs::rename(&path, &aside).expect("it is there");
    // Twice: a connection that was opened anew makes no new file.
    for _ in 0..2 {
        let refused = w.post("/api/pause", json!({"name": "Tea"})).await;
        assert!(is_refused(&refused), "{} {}", refused.status, refused.body);
    }
    assert!(!path.exists());
    let ready = reqwest::get(format!("http://{}/readyz", w.running().operations())).await.expect("the operator's listener answers");
    assert_eq!(ready.status(), 503);
    a_call(&mut w).await;
    std::fs::rename(&aside, &path).expect("it is there");
    told(&mut w, &secret).await;
    assert_eq!(w.post("/api/pause", json!({"name": "Tea"})).await.status, 200);

    // Another one in its place is not written to, and neither is the one that nobody would find again.
    std::fs::rename(&path, &aside).expect("it is there");
    std::fs::copy(&aside, &path).expect("there is room");
    let refused = w.post("/api/pause", json!({"name": "Soup"})).await;
    assert!(is_refused(&refused), "{} {}", refused.status, refused.body);
    std::fs::rename(&aside, &path).expect("it is there");
    assert_eq!(w.post("/api/pause", json!({"name": "Soup"})).await.status, 200);
    w.restart_ccgate().await;
    let pauses = w.get("/api/pause").await.body.to_string();
    assert!(pauses.contains("Tea") && pauses.contains("Soup"), "{pauses}");
    w.stop().await;
}
