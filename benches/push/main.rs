//! The event push: how many events a second become durable, how long one takes to its customer, and what dead addresses do to the others.
//!
//! `cargo bench --bench push`, or one measurement (`durable`, `latency`, `half-dead`) and other seconds for each of latency:
//! `cargo bench --bench push -- latency 5`. Every figure is a ratio to something simpler that was measured in the same run. Needs `sqlite3` on the PATH.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    unreachable_pub,
    reason = "a benchmark prints, ends when something is wrong, and exports nothing"
)]

mod bare;
mod load;
mod rig;
mod sink;

use std::time::Duration;

use self::load::{Latencies, latencies, percentile, saturate};
use self::rig::Rig;
use self::sink::{Sink, refusing, silent};

/// The goals.
const DURABLE_MIN: f64 = 0.7;
const EVENTS_A_COMMIT_MIN: f64 = 64.0;
const LATENCY_MAX: f64 = 3.0;
const HALF_DEAD_MAX: f64 = 1.1;
/// Calls whose events are made durable.
const CALLS: usize = 20_000;
/// Events of which the saturated rate is measured.
const SATURATING: usize = 10_000;
/// Addresses, each of an account of its own.
const ADDRESSES: usize = 32;
/// Single commits and single requests that are measured.
const SINGLES: usize = 300;
/// How often each of the two is measured, in turn.
const ROUNDS: usize = 3;

fn main() {
    let args: Vec<_> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let lasting = Duration::from_secs(args.iter().find_map(|arg| arg.parse().ok()).unwrap_or(5));
    let wanted = |name: &str| args.iter().all(|arg| arg.parse::<u64>().is_ok()) || args.iter().any(|arg| arg == name);
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let mut met = Vec::new();
    if wanted("durable") {
        met.push(runtime().block_on(durable()));
    }
    if wanted("latency") {
        met.push(runtime().block_on(latency(lasting)));
    }
    if wanted("half-dead") {
        met.push(runtime().block_on(half_dead(lasting)));
    }
    assert!(!met.is_empty(), "measurements are durable, latency and half-dead");
    assert!(met.into_iter().all(|met| met), "a goal was not met");
}

fn goal(what: &str, value: f64, unit: &str, met: bool, goal: &str) -> bool {
    println!("| {what} | {value:.2}{unit} | {goal} | {} |", if met { "met" } else { "MISSED" });
    met
}

/// Events a second from the switch's words to the commit, against the same rows in as many commits by `sqlite3`.
async fn durable() -> bool {
    let rig = Rig::new(1, |_| "https://customer.example/".to_owned()).await;
    let done = rig.tell_all(CALLS).await;
    let (path, folder) = rig.close().await;
    let bare = bare::group_commit(&path, folder.path(), done.events_a_commit().round() as usize);
    println!("\n{} events, {:.0} a second; bare {:.0} a second", done.events, done.a_second(), done.events as f64 / bare);
    let ratio = bare / done.seconds;
    let durable = goal("durable events a second, to sqlite3's", ratio, "", ratio >= DURABLE_MIN, "at least 0.7");
    let batch = done.events_a_commit();
    goal("events in a commit at saturation", batch, "", batch >= EVENTS_A_COMMIT_MIN, "at least 64") && durable
}

/// From the switch's words to the customer's server, at half of the rate that saturates it.
async fn latency(lasting: Duration) -> bool {
    let sinks = Sink::many(8).await;
    let rig = Rig::new(sinks.len(), |n| sinks[n].url()).await;
    let (commit, post) = (rig.single_commits(SINGLES).await, sinks[0].single_posts(SINGLES).await);
    let rate = saturate(&rig, &sinks, SATURATING).await;
    let told = latencies(&rig, &sinks, rate / 2.0, lasting).await;
    rig.close().await;
    // A tail against tails: on a machine that does other things as well each of the two has one of its own.
    let one = percentile(&commit, 99) + percentile(&post, 99);
    println!(
        "\nsaturated at {rate:.0} events a second; at half of it p50 {:.2} ms, p99 {:.2} ms; one commit {:.2} ms (p99 {:.2}), one POST {:.2} ms (p99 {:.2})",
        percentile(&told, 50),
        percentile(&told, 99),
        percentile(&commit, 50),
        percentile(&commit, 99),
        percentile(&post, 50),
        percentile(&post, 99)
    );
    let ratio = percentile(&told, 99) / one;
    goal("p99 at half load, to the p99 of one commit and of one POST", ratio, "", ratio <= LATENCY_MAX, "at most 3")
}

/// Half of the addresses take a request and never answer, or refuse the connection; the others are measured with and without them.
async fn half_dead(lasting: Duration) -> bool {
    let (silent, refusing) = (silent().await, refusing().await);
    let half = ADDRESSES / 2;
    let (mut with, mut without): (Latencies, Latencies) = Default::default();
    let mut rate = 0.0;
    for _ in 0..ROUNDS {
        for (dead, told) in [(false, &mut without), (true, &mut with)] {
            let sinks = Sink::many(half).await;
            let others = Sink::many(half).await;
            let rig = Rig::new(ADDRESSES, |n| match (n < half, dead, n % 2) {
                (true, _, _) => sinks[n].url(),
                (_, false, _) => others[n - half].url(),
                (_, _, 0) => silent.clone(),
                _ => refusing.clone(),
            })
            .await;
            if rate == 0.0 {
                let all: Vec<_> = sinks.iter().chain(&others).cloned().collect();
                rate = saturate(&rig, &all, SATURATING).await / 4.0;
            }
            told.extend(latencies(&rig, &sinks, rate, lasting).await);
            rig.close().await;
        }
    }
    let (dead, well) = (percentile(&with, 99), percentile(&without, 99));
    println!("\n{rate:.0} events a second to {ADDRESSES} addresses; p99 {well:.2} ms, with half of them dead {dead:.2} ms");
    let ratio = dead / well;
    goal("p99 of the healthy half, dead others to none dead", ratio, "", ratio <= HALF_DEAD_MAX, "at most 1.1")
}
