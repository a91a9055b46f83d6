//! A caller every few seconds.

use std::time::Duration;

use rand::RngExt;
use tokio_util::sync::CancellationToken;

use super::seed::{QUEUE_NUMBERS, WAITS_MS};
use crate::sim::Handle;
use crate::sim::phones::{CallPlan, Origin};

/// Calls from outside into the lab's queues, until `stop`.
pub(super) async fn run(switch: Handle, stop: CancellationToken) {
    loop {
        let (pause_ms, number, caller, plan) = next();
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_millis(pause_ms)) => {}
        }
        let from = Origin::Trunk { cid_number: caller.clone(), cid_name: caller };
        if let Err(error) = switch.dial_with(from, number, plan).await {
            tracing::warn!(%error, "a caller of the lab was not let in");
        }
    }
}

/// The next caller: when, whom it calls, its number, and how long it waits and talks.
fn next() -> (u64, &'static str, String, CallPlan) {
    let mut random = rand::rng();
    let number = QUEUE_NUMBERS[random.random_range(0..QUEUE_NUMBERS.len())];
    let caller = format!("1555{:07}", random.random_range(0..10_000_000));
    let plan = CallPlan {
        give_up_after_ms: Some(random.random_range(WAITS_MS)),
        talk_ms: Some(random.random_range(3_000..12_000)),
        ..CallPlan::default()
    };
    (random.random_range(3_000..8_000), number, caller, plan)
}
