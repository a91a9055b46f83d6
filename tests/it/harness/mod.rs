//! A whole ccgate in this process, a switch beside it, phones, and a customer's URL.

pub(crate) mod api;
pub(crate) mod browser;
pub(crate) mod crowd;
pub(crate) mod described;
pub(crate) mod dialogue;
pub(crate) mod faults;
pub(crate) mod freeswitch;
pub(crate) mod history;
pub(crate) mod hook_sink;
mod ill;
mod invite;
pub(crate) mod lab;
pub(crate) mod listening;
pub(crate) mod mmdb;
pub(crate) mod old_files;
pub(crate) mod open_post;
pub(crate) mod phones;
pub(crate) mod ports;
pub(crate) mod process;
pub(crate) mod recording;
pub(crate) mod said;
pub(crate) mod serve;
pub(crate) mod sim_phones;
pub(crate) mod sink;
pub(crate) mod sipp;
pub(crate) mod wire;
pub(crate) mod world;

use std::future::Future;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};

pub(crate) use api::Answer;
pub(crate) use hook_sink::HookSink;
pub(crate) use world::World;

/// How long a test waits for a thing that must happen. Generous: machines are shared; a test that passes never waits for it.
const PATIENCE: Duration = Duration::from_secs(90);

/// Waits for `future`; a test whose patience ends says what it waited for.
pub(crate) async fn patience<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("waited {} s in vain for {what}", PATIENCE.as_secs()),
    }
}

/// A test with a runtime of its own.
pub(crate) fn trial<F>(name: impl Into<String>, test: fn() -> F) -> Trial
where
    F: Future<Output = ()> + 'static,
{
    Trial::test(name, move || {
        run(test());
        Ok::<(), Failed>(())
    })
}

/// Runs a test's future to its end.
pub(crate) fn run<F: Future<Output = ()>>(test: F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(test);
}
