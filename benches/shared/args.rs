//! What a benchmark is told: names of what is to be measured, and for how many seconds.

use std::time::Duration;

use tokio::runtime::Runtime;

/// The arguments that are no options of cargo's.
pub struct Args(Vec<String>);

impl Args {
    pub fn read() -> Self {
        Self(std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect())
    }

    /// The number among them, in seconds.
    pub fn lasting(&self, otherwise_s: u64) -> Duration {
        Duration::from_secs(self.0.iter().find_map(|arg| arg.parse().ok()).unwrap_or(otherwise_s))
    }

    /// Whether this is named, or nothing is.
    pub fn wants(&self, name: &str) -> bool {
        self.0.iter().all(|arg| arg.parse::<u64>().is_ok()) || self.0.iter().any(|arg| arg == name)
    }

    /// Whether this one of several is named, or none of them is.
    pub fn wants_of(&self, name: &str, several: &[&str]) -> bool {
        self.0.iter().all(|arg| !several.contains(&arg.as_str())) || self.0.iter().any(|arg| arg == name)
    }
}

pub fn runtime() -> Runtime {
    // The first client of HTTP is ours; where ccgate's parts are first, they choose it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}
