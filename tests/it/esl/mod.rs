//! The event socket from outside: recorded transcripts, and a client against a peer that says what the test wants.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod drops;
mod faults;
mod jobs;
mod liveness;
mod order;
mod peer;
mod reconnect;
mod transcripts;

use std::time::Duration;

use libtest_mimic::Trial;

/// Every test of this folder.
pub(crate) fn trials() -> Vec<Trial> {
    let parts = [
        transcripts::trials(),
        drops::trials(),
        faults::trials(),
        jobs::trials(),
        liveness::trials(),
        order::trials(),
        reconnect::trials(),
    ];
    parts.into_iter().flatten().collect()
}

/// A test that needs no runtime.
fn plain(name: &str, test: fn()) -> Trial {
    Trial::test(format!("esl::{name}"), move || {
        test();
        Ok(())
    })
}

/// A test whose time stands still until nothing else can happen.
fn timed<F>(name: &str, test: fn() -> F) -> Trial
where
    F: Future<Output = ()> + 'static,
{
    Trial::test(format!("esl::{name}"), move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
        // An hour of the test's own time, so that one that waits for what never comes fails and does not run on.
        let limit = Duration::from_secs(3600);
        runtime.block_on(async { tokio::time::timeout(limit, test()).await })?;
        Ok(())
    })
}

/// A test in real time, for what goes through sockets of the machine.
fn real<F>(name: &str, test: fn() -> F) -> Trial
where
    F: Future<Output = ()> + 'static,
{
    Trial::test(format!("esl::{name}"), move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let limit = Duration::from_secs(60);
        runtime.block_on(async { tokio::time::timeout(limit, test()).await })?;
        Ok(())
    })
}
