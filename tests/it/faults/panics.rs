//! A part of ccgate panics. None is ever missing in silence: the log says which it was, and ccgate ends, for systemd to start it again. That a handler's panic
//! is only its own request's is tested beside it, and a change's in the store.

use libtest_mimic::Trial;

use crate::harness::serve::Ccgate;
use crate::harness::{World, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("sim_fault_a_part_panics", ends)]
}

/// Each part of a ccgate with everything but TLS, and what the log calls it.
const PARTS: [(&str, &str); 12] = [
    ("calls", "calls"),
    ("checkpoint", "database"),
    ("event socket", "event socket"),
    ("history", "history"),
    ("http", "http"),
    ("news", "news"),
    ("operations", "operations"),
    ("push", "push"),
    ("reconciler", "reconciler"),
    ("records", "records"),
    ("snapshot", "snapshot"),
    ("time", "time"),
];

async fn ends() {
    let mut w = World::start().await;
    w.stop_ccgate().await;
    let folder = tempfile::TempDir::new().expect("a folder");
    for (part, called) in PARTS {
        let log = folder.path().join("log");
        let ended = Ccgate::panicking(&w, &log, part).ends().await;
        let log = std::fs::read_to_string(&log).expect("a log");
        assert!(!ended.success() && log.contains(&format!("\"part\":\"{called}\"")), "{part}: {ended}\n{log}");
    }
    // Nothing of it is left behind.
    w.start_ccgate().await;
    w.reconciled().await;
    w.stop().await;
}
