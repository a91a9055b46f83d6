//! The API over HTTP: what a change and a read cost beside the least that they could, how that grows with the agents, and what ccgate needs meanwhile.
//!
//! `cargo bench --bench api`, or one measurement (`change`, `read`, `growth`, `size`), one switch (`simulated`, `freeswitch`) and other seconds for each:
//! `cargo bench --bench api -- change simulated 5`. A FreeSWITCH is measured where one is on the PATH. ccgate is a process of its own. Needs Linux, for
//! its memory.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    unreachable_pub,
    dead_code,
    reason = "a benchmark prints, ends when something is wrong, exports nothing, and shares files with others"
)]

mod change;
mod client;
#[path = "../../tests/it/harness/crowd.rs"]
mod crowd;
mod floor;
mod growth;
mod least;
mod read;
#[path = "../shared/mod.rs"]
mod shared;
mod size;

use self::floor::{Floor, Layout};
use self::shared::args::{Args, runtime};
use self::shared::freeswitch;
use self::shared::goals::Goals;

/// How long each measurement takes, for each switch.
const SECONDS: u64 = 30;
const SWITCHES: [&str; 2] = ["simulated", "freeswitch"];
const MEASUREMENTS: [&str; 4] = ["change", "read", "growth", "size"];

fn main() {
    let args = Args::read();
    let lasting = args.lasting(SECONDS);
    let wants = |what: &str| args.wants_of(what, &MEASUREMENTS);
    let mut goals = Goals::default();
    if wants("change") {
        if args.wants_of("simulated", &SWITCHES) {
            runtime().block_on(async { change::measure("simulated", &Floor::simulated(Layout::CHANGES).await, lasting, &mut goals).await });
        }
        match freeswitch::find() {
            Some(program) if args.wants_of("freeswitch", &SWITCHES) => runtime().block_on(async {
                change::measure("FreeSWITCH", &Floor::real(&program, Layout::CHANGES).await, lasting, &mut goals).await
            }),
            Some(_) => {}
            None => println!("no FreeSWITCH: only the simulated switch was measured"),
        }
    }
    if wants("read") {
        runtime().block_on(read::measure(lasting, &mut goals));
    }
    if wants("growth") {
        runtime().block_on(growth::measure(lasting, &mut goals));
    }
    if wants("size") {
        runtime().block_on(size::measure(lasting, &mut goals));
    }
    assert!(goals.met(), "a goal was not met");
}
