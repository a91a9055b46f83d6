//! The wallboard: how far it is behind the switch, what 500 of them need, and how long `ccgate lab` takes to one that moves.
//!
//! `cargo bench --bench wall`, or one measurement (`alone`, `crowd`, `lab`) and other seconds: `cargo bench --bench wall -- crowd 20`. Needs Linux, for what
//! ccgate used, and a thousand open files.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    unreachable_pub,
    dead_code,
    reason = "a benchmark prints, ends when something is wrong, exports nothing, and shares files with others"
)]

mod lab;
#[path = "../shared/mod.rs"]
mod shared;
mod stream;

use std::time::Duration;

use ccgate::sim::Handle;
use ccgate::sim::phones::{Behaviour, CallPlan, Origin};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval};

use self::shared::args::{Args, runtime};
use self::shared::drift::settled;
use self::shared::goals::Goals;
use self::shared::serve::{Ccgate, DOMAIN, PHONE_PASSWORD, QUEUES, number};
use self::shared::simulate;
use self::stream::Seen;

/// How long callers come.
const SECONDS: u64 = 60;
/// A caller waits while the phone rings, for longer than a wall may be behind: each has to be seen on each wall.
const RING_MS: u64 = 3_000;
const TALK_MS: u64 = 3_000;
/// Events of a call: `call:start`, `call:answer` and `call:end` of the caller, `call:ring`, `call:answer` and `call:end` of the agent.
const EVENTS_A_CALL: f64 = 6.0;
const ALONE_CALLS_A_SECOND: u32 = 2;
const CROWD: usize = 500;
const CROWD_CALLS_A_SECOND: u32 = 17;
/// The goals.
const ALONE_MEDIAN_MAX_MS: f64 = 300.0;
const CROWD_EVENTS_A_SECOND_MIN: f64 = 100.0;
const CROWD_BEHIND_MAX_MS: f64 = 1_000.0;
const CROWD_CORES_MAX: f64 = 1.0;
const LAB_MAX_S: f64 = 10.0;

fn main() {
    let args = Args::read();
    let lasting = args.lasting(SECONDS);
    let mut goals = Goals::default();
    if args.wants("alone") {
        runtime().block_on(alone(lasting, &mut goals));
    }
    if args.wants("crowd") {
        runtime().block_on(crowd(lasting, &mut goals));
    }
    if args.wants("lab") {
        let moving = runtime().block_on(lab::moving());
        goals.at_most("lab: seconds until a wallboard shows a caller", moving.as_secs_f64(), LAB_MAX_S);
    }
    assert!(goals.met(), "a goal was not met");
}

async fn alone(lasting: Duration, goals: &mut Goals) {
    let (ccgate, switch) = floor().await;
    let run = measure(&ccgate, &switch, 1, ALONE_CALLS_A_SECOND, lasting).await;
    run.seen.print("alone", run.calls);
    goals.at_most("alone: median behind the switch, ms", run.seen.percentile(50), ALONE_MEDIAN_MAX_MS);
    goals.none("alone: callers that it did not show", run.seen.missing(run.calls));
}

async fn crowd(lasting: Duration, goals: &mut Goals) {
    let (ccgate, switch) = floor().await;
    let run = measure(&ccgate, &switch, CROWD, CROWD_CALLS_A_SECOND, lasting).await;
    run.seen.print("crowd", run.calls);
    let (_, peak_mb) = ccgate.memory_mb();
    println!("crowd: peak memory of ccgate {peak_mb:.0} MB");
    goals.at_least("crowd: events a second", run.events_a_second, CROWD_EVENTS_A_SECOND_MIN);
    goals.none("crowd: callers that a wall did not show, on all of them", run.seen.missing(run.calls));
    goals.at_most("crowd: the most that any wall was behind the switch, ms", run.seen.percentile(100), CROWD_BEHIND_MAX_MS);
    goals.at_most("crowd: cores of ccgate", run.cores, CROWD_CORES_MAX);
}

struct Run {
    calls: usize,
    events_a_second: f64,
    cores: f64,
    seen: Seen,
}

/// So many walls, while callers come at this rate.
async fn measure(ccgate: &Ccgate, switch: &Handle, walls: usize, calls_a_second: u32, lasting: Duration) -> Run {
    let streams = stream::open(ccgate, walls).await;
    let (used, begun) = (ccgate.used(), Instant::now());
    let calls = call(switch, calls_a_second, lasting).await;
    let called_s = begun.elapsed().as_secs_f64();
    let cores = ccgate.used().cores_since(&used);
    let seen = streams.have_seen(calls).await;
    Run { calls, events_a_second: EVENTS_A_CALL * calls as f64 / called_s, cores, seen }
}

/// A ccgate with its agents, and the simulated switch at which they sit.
async fn floor() -> (Ccgate, Handle) {
    let ccgate = Ccgate::start().await;
    let agents = ccgate.seed(None).await;
    let switch = simulate::start(&ccgate).await;
    settled(&ccgate).await;
    let answers = Behaviour::Answer { after_ms: RING_MS, talk_ms: None };
    for agent in &agents {
        switch.register(&agent.phone, DOMAIN, PHONE_PASSWORD, answers).await.expect("a phone registers");
    }
    ccgate.check_in(&agents).await;
    settled(&ccgate).await;
    (ccgate, switch)
}

/// Callers at the rate, each to the next queue and with its place as the end of its number; how many.
async fn call(switch: &Handle, calls_a_second: u32, lasting: Duration) -> usize {
    let begun = Instant::now();
    let mut ticks = interval(Duration::from_secs(1) / calls_a_second);
    let (mut calls, mut dialling) = (0, JoinSet::new());
    while begun.elapsed() < lasting {
        ticks.tick().await;
        let from = Origin::Trunk { cid_number: stream::caller(calls), cid_name: String::new() };
        let plan = CallPlan { talk_ms: Some(TALK_MS), ..CallPlan::default() };
        let (switch, number) = (switch.clone(), number(calls % QUEUES));
        dialling.spawn(async move { switch.dial_with(from, &number, plan).await.expect("a call is let in") });
        calls += 1;
    }
    while dialling.join_next().await.is_some() {}
    calls
}
