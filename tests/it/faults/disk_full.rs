//! No byte more can be written to any file: the database, its log, ccgate's own log, what the switch goes on with.

use libtest_mimic::Trial;
use serde_json::json;

use super::{a_call, at_work, told};
use crate::harness::serve::{Ccgate, Limit};
use crate::harness::trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("sim_fault_the_disk_is_full", full)]
}

async fn full() {
    let (mut w, secret, user) = at_work().await;
    let snapshot = w.config().xml_curl.snapshot_folder.clone().expect("there is a folder").join("account-1.xml");
    w.stop_ccgate().await;
    let folder = tempfile::TempDir::new().expect("a folder");
    let mut ccgate = Ccgate::logging(&w, &folder.path().join("log"));
    ccgate.is_ready(&w).await;

    ccgate.limit(Limit::FileBytes(Some(1))).await;
    for (method, path, body) in [
        (reqwest::Method::POST, "/api/pause".to_owned(), json!({"name": "Tea"})),
        (reqwest::Method::GET, format!("/api/cc_agent/setPause?user_id={user}&id=1"), json!(null)),
    ] {
        let refused = w.call(method, &path, &body).await;
        let said = refused.body["msg"].as_str().unwrap_or_default();
        assert!(refused.status == 500 && said.contains("its disk is full"), "{} {}", refused.status, refused.body);
    }
    let (status, body) = ccgate.readyz().await;
    assert_eq!((status, &body["missing"]), (503, &json!(["database"])), "{body}");
    assert!(body.to_string().contains("its disk is full"), "{body}");
    // What only reads goes on, and so do calls.
    assert!(!w.get("/api/pause").await.body.to_string().contains("Tea"));
    a_call(&mut w).await;

    ccgate.limit(Limit::FileBytes(None)).await;
    told(&mut w, &secret).await;
    assert_eq!(w.post("/api/pause", json!({"name": "Tea"})).await.status, 200);
    assert_eq!(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id=1")).await.status, 200);
    ccgate.is_ready(&w).await;
    let extension = json!({"number": "7777", "kind": "internal", "target": "user", "target_id": user});
    assert_eq!(w.post("/api/extension", extension).await.status, 200);
    assert!(ccgate.terminate().await.success());
    assert!(std::fs::read_to_string(snapshot).expect("what the switch goes on with").contains("7777"));
    w.start_ccgate().await;
    assert!(w.get("/api/pause").await.body.to_string().contains("Tea"));
    w.stop().await;
}
