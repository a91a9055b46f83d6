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

mod fixed;
mod joins;
mod journal;
mod real;
mod settle;
#[path = "../shared/mod.rs"]
mod shared;
mod simulated;
mod sipp;

use self::shared::args::{Args, runtime};
use self::shared::freeswitch;

/// How long callers come.
const SECONDS: u64 = 120;

fn main() {
    let args = Args::read();
    let lasting = args.lasting(SECONDS);
    let mut met = Vec::new();
    if args.wants("simulated") {
        met.push(runtime().block_on(simulated::measure(lasting)));
    }
    match freeswitch::find().filter(|_| sipp::found()) {
        Some(program) if args.wants("freeswitch") => met.push(runtime().block_on(real::measure(&program, lasting))),
        Some(_) => {}
        None => println!("no FreeSWITCH or no SIPp: only the simulated switch was measured"),
    }
    assert!(!met.is_empty(), "switches are simulated and freeswitch");
    assert!(met.into_iter().all(|met| met), "a goal was not met");
}
