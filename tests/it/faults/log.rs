//! Nobody takes what ccgate logs: the disk of its log is full, whoever read it is gone.

use std::fs::OpenOptions;
use std::process::Stdio;

use libtest_mimic::Trial;
use serde_json::json;

use crate::harness::serve::Ccgate;
use crate::harness::{World, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("sim_fault_the_log_cannot_be_written", cannot_be_written)]
}

async fn cannot_be_written() {
    let mut w = World::start().await;
    w.stop_ccgate().await;
    let full = OpenOptions::new().write(true).open("/dev/full").expect("there is a disk that is always full");
    for (name, log) in [("Tea", Stdio::from(full)), ("Soup", Stdio::piped())] {
        let mut ccgate = Ccgate::logging_to(&w, log);
        ccgate.hear_no_more();
        ccgate.is_ready(&w).await;
        assert_eq!(w.post("/api/pause", json!({ "name": name })).await.status, 200);
        w.cut();
        ccgate.is_ready(&w).await;
        assert!(ccgate.terminate().await.success());
    }
    w.start_ccgate().await;
    let pauses = w.get("/api/pause").await.body.to_string();
    assert!(pauses.contains("Tea") && pauses.contains("Soup"), "{pauses}");
    w.stop().await;
}
