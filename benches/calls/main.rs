//! Queue calls at a rate, with 200 agents: whether ccgate tells all of them, what it needs, and how much longer callers wait because of it.
//!
//! `cargo bench --bench calls`, or one switch and other seconds: `cargo bench --bench calls -- simulated 20`. The switches are `simulated` and `freeswitch`,
//! which is measured where one is on the PATH, with SIPp. ccgate is a process of its own. Needs Linux, for what it used.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    unreachable_pub,
    dead_code,
    reason = "a benchmark prints, ends when something is wrong, exports nothing, and shares files with another"
)]

#[path = "../reconcile/bare.rs"]
mod bare;

mod drift;
mod fixed;
#[path = "../reconcile/freeswitch.rs"]
mod freeswitch;
mod goals;
mod joins;
mod journal;
mod real;
mod serve;
mod settle;
mod simulated;
mod sipp;

use std::time::Duration;

/// How long callers come.
const SECONDS: u64 = 120;

fn main() {
    let args: Vec<_> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let lasting = Duration::from_secs(args.iter().find_map(|arg| arg.parse().ok()).unwrap_or(SECONDS));
    let wanted = |name: &str| args.iter().all(|arg| arg.parse::<u64>().is_ok()) || args.iter().any(|arg| arg == name);
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    // The first client of HTTP is ours; where ccgate's parts are first, they choose it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut met = Vec::new();
    if wanted("simulated") {
        met.push(runtime().block_on(simulated::measure(lasting)));
    }
    match freeswitch::find().filter(|_| sipp::found()) {
        Some(program) if wanted("freeswitch") => met.push(runtime().block_on(real::measure(&program, lasting))),
        Some(_) => {}
        None => println!("no FreeSWITCH or no SIPp: only the simulated switch was measured"),
    }
    assert!(!met.is_empty(), "switches are simulated and freeswitch");
    assert!(met.into_iter().all(|met| met), "a goal was not met");
}
