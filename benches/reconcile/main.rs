//! The reconciler: a switch that knows nothing is given 2,000 agents with three tiers each, beside the same commands on a bare socket; and one difference
//! is mended.
//!
//! `cargo bench --bench reconcile`, or with another number of agents `cargo bench --bench reconcile -- 500`. On the simulated switch, and on a real
//! FreeSWITCH where one is on the PATH. Every figure is a ratio to something simpler that was measured in the same run, in turn.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    unreachable_pub,
    dead_code,
    reason = "a benchmark prints, ends when something is wrong, exports nothing, and shares files with another"
)]

#[path = "../../tests/it/harness/crowd.rs"]
mod crowd;
mod rig;
#[path = "../shared/mod.rs"]
mod shared;

use self::rig::Rig;
use self::shared::args::runtime;
use self::shared::figures::median;
use self::shared::freeswitch;

/// The goals. The second is of a sum that cannot be beaten; what is above 1 is the noise of a machine that does other things as well.
const BULK_MAX: f64 = 1.2;
const ONE_MAX: f64 = 1.1;
const AGENTS: usize = 2_000;
const QUEUES: usize = 3;
/// How often the whole is measured each way, and a single difference.
const ROUNDS: usize = 3;
const SINGLES: usize = 25;

fn main() {
    let agents = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(AGENTS);
    let runtime = runtime();
    let mut met = vec![runtime.block_on(measure("simulated", Rig::simulated(agents, QUEUES)))];
    match freeswitch::find() {
        Some(program) => met.push(runtime.block_on(measure("FreeSWITCH", Rig::real(&program, agents, QUEUES)))),
        None => println!("no FreeSWITCH: only the simulated switch was measured"),
    }
    assert!(met.into_iter().all(|met| met), "a goal was not met");
}

async fn measure(what: &str, rig: impl Future<Output = Rig>) -> bool {
    let mut rig = rig.await;
    let (mut passes, mut bare) = (Vec::new(), Vec::new());
    let commands = rig.commands().await;
    for _ in 0..ROUNDS {
        rig.empty().await;
        let (seconds, steps) = rig.pass().await;
        // Once it forgets the phones that the switch may have cached as well.
        assert!((commands.len()..=commands.len() + 1).contains(&steps), "{steps} steps for {} commands", commands.len());
        passes.push(seconds);
        rig.empty().await;
        bare.push(rig.bare(&commands).await);
    }
    let (pass, alone) = (median(&mut passes), median(&mut bare));
    println!(
        "\n{what}: {} commands, {:.0} a second by a pass, {:.0} on a bare socket",
        commands.len(),
        rate(&commands, pass),
        rate(&commands, alone)
    );
    let bulk = goal(&format!("{what}: everything, to the same commands on a bare socket"), pass / alone, BULK_MAX);
    let (mut none, mut one, mut command, mut listings) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    rig.pass().await;
    for _ in 0..SINGLES {
        none.push(rig.timed(0).await);
        command.push(rig.drift().await);
        one.push(rig.timed(1).await);
        listings.push(rig.listings().await);
    }
    let (none, one, command, listings) = (median(&mut none), median(&mut one), median(&mut command), median(&mut listings));
    println!(
        "{what}: a pass with nothing to do {:.1} ms, of which the switch's listings {:.1} ms; one command {:.2} ms; a pass with one difference {:.1} ms",
        none * 1_000.0,
        listings * 1_000.0,
        command * 1_000.0,
        one * 1_000.0
    );
    let single = goal(&format!("{what}: one difference, to a pass with none and the command"), one / (none + command), ONE_MAX);
    rig.stop().await;
    bulk && single
}

fn goal(what: &str, ratio: f64, most: f64) -> bool {
    let met = ratio <= most;
    println!("| {what} | {ratio:.2} | at most {most} | {} |", if met { "met" } else { "MISSED" });
    met
}

fn rate(commands: &[String], seconds: f64) -> f64 {
    commands.len() as f64 / seconds
}
